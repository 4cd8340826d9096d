select c.event_id, s.source_id, s.title, s.publisher, s.url
from citations c
join events e on e.event_id = c.event_id
join sources s on s.source_id = c.source_id
join vocabulary k on k.field = 'sources.kind' and k.value = s.kind
where e.product_id = :product_id
order by c.event_id, k.rank, s.source_id
