select c.event_id, s.source_id, s.title, s.publisher, s.url, s.kind, k.label as kind_label
from citations c
join events e on e.event_id = c.event_id
join sources s on s.source_id = c.source_id
join vocabulary k on k.field = 'sources.kind' and k.value = s.kind
where e.product_id in (select value from json_each(:product_ids))
order by c.event_id, k.rank, s.source_id
