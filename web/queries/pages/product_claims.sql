-- The claims of every tier with the events they rest on; a claim nobody looked at has no row.
select c.tier_id, c.field, f.label as field_label, c.value, c.label, c.since, c.date_basis,
       g.event_id, g.summary, g.locator, g.confidence, g.effective_on as said_on
from claims c
join vocabulary f on f.field = 'events.field' and f.value = c.field
join grounds g on g.tier_id = c.tier_id and g.field = c.field
where c.product_id = :product_id
order by c.tier_id, f.rank, g.effective_on desc, g.event_id
