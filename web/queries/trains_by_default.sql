-- title: Who trains by default
-- description: The tiers whose inputs are used for training unless the user or customer refuses, or even then.
select p.name as product, t.name as tier, t.audience, c.label as training, c.since, t.opt_out
from claims c
join tiers t on t.tier_id = c.tier_id
join products p on p.product_id = t.product_id
where c.field = 'training' and c.value in ('yes', 'opt_out')
order by p.name, t.name
