-- title: The state on a day
-- description: Every claim of every tier as the ledger gives it for one day; put your day in the place of this one.
with asked as (select date '2025-08-01' as day)
select t.product_id, h.tier_id, h.field, h.value, h.valid_from, h.valid_to, h.event_id
from history h
join asked a on h.valid_from <= a.day and (h.valid_to is null or h.valid_to > a.day)
join tiers t on t.tier_id = h.tier_id
order by t.product_id, h.tier_id, h.field
