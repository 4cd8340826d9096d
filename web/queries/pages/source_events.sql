select t.*
from citations c
join timeline t on t.event_id = c.event_id
where c.source_id = :source_id
order by t.product collate nocase, t.day desc, t.event_id
