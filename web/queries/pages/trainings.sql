-- One row per product, audience and value of training: the cells of the matrix.
select t.product_id, t.audience, c.value, c.label, v.rank, group_concat(t.name, '; ') as tiers
from (select * from tiers order by tier_id) t
join claims c on c.tier_id = t.tier_id and c.field = 'training'
join vocabulary v on v.field = 'tiers.training' and v.value = c.value
group by t.product_id, t.audience, c.value, c.label, v.rank
order by v.rank
