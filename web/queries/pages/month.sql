select *
from timeline
where kind <> 'observation' and substr(day, 1, 7) = :month and day <= :as_of
order by day desc, product collate nocase, event_id
