select value, label
from vocabulary
where field = 'tiers.audience' and value in (select audience from tiers)
order by rank
