select e.effective_on_earliest as day, e.effective_on, e.product_id, p.name as product, t.name as tier, e.field,
       f.label as field_label, b.label as label_before, v.label as label, e.value, e.notice, e.summary, e.event_id
from events e
join products p on p.product_id = e.product_id
join tiers t on t.tier_id = e.tier_id
join vocabulary f on f.field = 'events.field' and f.value = e.field
left join (select distinct field, value, label from history) v on v.field = e.field and v.value = e.value
left join (select distinct field, value, label from history) b on b.field = e.field and b.value = e.value_before
where e.kind = 'change' and e.effective_on_earliest <= :as_of
order by e.effective_on_earliest desc, f.rank, e.event_id
limit 40
