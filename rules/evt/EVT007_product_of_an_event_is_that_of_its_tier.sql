-- title: an event's product is its tier's product
-- why: The event would show on the page of one product and count for another.
-- fix: Correct the product or the tier of the event.
-- bad: tier `claude-consumer`, product `chatgpt`
-- good: tier `claude-consumer`, product `claude`
-- severity: error
-- reads: events, tiers
-- run: always
-- mends: no

select 'data/events.csv' as file, e.line as line, 'product_id' as "column", e.event_id as key,
       'the tier "' || e.tier_id || '" belongs to "' || t.product_id || '", not to "' || e.product_id || '"' as detail
from events e
join tiers t on t.tier_id = e.tier_id
where t.product_id <> e.product_id
order by e.line
