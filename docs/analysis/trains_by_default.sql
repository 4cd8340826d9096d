-- title: Who trains by default now
-- description: The tiers whose inputs are used for training unless someone refuses, or even then, on the day of the dataset.
select p.name as product, t.name as tier, t.audience, h.value as training, h.valid_from
from history h
join dataset d on h.valid_from <= d.as_of and (h.valid_to is null or h.valid_to > d.as_of)
join tiers t on t.tier_id = h.tier_id
join products p on p.product_id = t.product_id
where h.field = 'training' and h.value in ('yes', 'opt_out')
order by p.name, t.name
