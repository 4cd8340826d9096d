select t.*, f.label as field_label, k.label as kind_label, n.label as notice_label,
       (select min(h.label) from history h where h.field = t.field and h.value = t.value) as label,
       (select min(h.label) from history h where h.field = t.field and h.value = t.value_before) as label_before
from timeline t
join vocabulary k on k.field = 'events.kind' and k.value = t.kind
join vocabulary n on n.field = 'events.notice' and n.value = t.notice
left join vocabulary f on f.field = 'events.field' and f.value = t.field
where t.product_id = :product_id
order by t.day desc, t.event_id
