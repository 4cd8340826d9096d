select h.tier_id, t.name as tier, h.value, h.label, h.valid_from, e.date_basis,
       case when :as_of = d.as_of or h.valid_to <= :as_of then h.valid_to end as valid_to
from history h
join tiers t on t.tier_id = h.tier_id
join events e on e.event_id = h.event_id
join dataset d
where t.product_id = :product_id and h.field = 'training' and (:as_of = d.as_of or h.valid_from <= :as_of)
order by h.tier_id, h.valid_from
