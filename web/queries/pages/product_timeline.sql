-- The events known on a day: those of its past, and those announced by then.
select t.*, k.label as kind_label
from timeline t
join events e on e.event_id = t.event_id
join dataset d
join vocabulary k on k.field = 'events.kind' and k.value = t.kind
left join vocabulary f on f.field = 'events.field' and f.value = t.field
where t.product_id = :product_id
    and (:as_of = d.as_of or t.day <= :as_of or e.announced_on_earliest <= :as_of)
order by t.day desc, coalesce(f.rank, 0), t.kind, t.event_id
