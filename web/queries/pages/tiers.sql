-- The tiers of some products, worst for the user first.
select t.tier_id, t.product_id, t.name, t.audience, t.region, t.access, t.terms, t.note, t.verified_on, t.row_ref,
       a.label as audience_label, r.label as region_label, c.label as access_label,
       h.value as training, h.label as training_label
from tiers t
join vocabulary a on a.field = 'tiers.audience' and a.value = t.audience
join vocabulary r on r.field = 'tiers.region' and r.value = t.region
join vocabulary c on c.field = 'tiers.access' and c.value = t.access
left join history h
    on h.tier_id = t.tier_id and h.field = 'training' and h.valid_from <= :as_of
    and (h.valid_to is null or h.valid_to > :as_of)
left join vocabulary v on v.field = 'tiers.training' and v.value = h.value
where t.product_id in (select value from json_each(:product_ids))
order by t.product_id, coalesce(v.rank, 99), a.rank, t.tier_id
