-- The first day of which anything is on record for a product.
select min(h.valid_from) as day from history h join tiers t on t.tier_id = h.tier_id where t.product_id = :product_id
