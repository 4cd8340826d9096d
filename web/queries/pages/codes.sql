-- Codes of a coded column with their labels; of audience and region only those that a tier has.
select value, label
from vocabulary
where field = :field
    and (:field not in ('tiers.audience', 'tiers.region')
         or value in (select audience from tiers) or value in (select region from tiers))
order by rank
