-- Tiers that nobody has compared with the documents for longer than they allow.
select t.tier_id, t.name as tier, t.product_id, p.name as product, t.verified_on,
       date(t.verified_on, '+' || t.review_days || ' days') as due
from tiers t
join products p on p.product_id = t.product_id
where date(t.verified_on, '+' || t.review_days || ' days') < :as_of
order by due, t.tier_id
