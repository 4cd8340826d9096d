-- title: On a day
-- description: Every claim as the ledger gives it for a day of your choice (YYYY-MM-DD).
select p.name as product, t.name as tier, h.field, h.label as value, h.valid_from, h.valid_to, h.event_id
from history h
join tiers t on t.tier_id = h.tier_id
join products p on p.product_id = t.product_id
where h.valid_from <= :day and (h.valid_to is null or h.valid_to > :day)
order by p.name, t.name, h.field
