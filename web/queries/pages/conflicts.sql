select c.product_id, p.name as product, c.tier_id, c.tier, c.field, f.label as field_label, c.summary, c.source_id,
       c.title, c.note
from conflicts c
join products p on p.product_id = c.product_id
join vocabulary f on f.field = 'events.field' and f.value = c.field
order by p.name collate nocase, c.tier_id, f.rank, c.event_id, c.source_id
