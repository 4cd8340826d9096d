select t.*, a.label as audience_label, r.label as region_label, c.label as access_label, n.value as training, n.label as training_label
from tiers t
join vocabulary a on a.field = 'tiers.audience' and a.value = t.audience
join vocabulary r on r.field = 'tiers.region' and r.value = t.region
join vocabulary c on c.field = 'tiers.access' and c.value = t.access
left join claims n on n.tier_id = t.tier_id and n.field = 'training'
left join vocabulary v on v.field = 'tiers.training' and v.value = n.value
where t.product_id = :product_id
order by coalesce(v.rank, 99), a.rank, t.tier_id
