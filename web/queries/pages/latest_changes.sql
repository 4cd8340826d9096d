select *
from timeline
where kind = 'change' and day <= :as_of
order by day desc, product collate nocase, event_id
limit 40
