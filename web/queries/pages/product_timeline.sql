-- The events known on a day: those of its past, and those announced by then.
select e.event_id, e.effective_on_earliest as day, e.effective_on, e.announced_on, e.deadline_on, e.tier_id, t.name as tier,
       e.field, e.kind, e.value_before, e.value, e.notice, e.date_basis, e.confidence, e.summary, e.locator, e.row_ref,
       f.label as field_label, k.label as kind_label, b.label as label_before, v.label as label
from events e
join dataset d
join vocabulary k on k.field = 'events.kind' and k.value = e.kind
left join tiers t on t.tier_id = e.tier_id
left join vocabulary f on f.field = 'events.field' and f.value = e.field
left join (select distinct field, value, label from history) v on v.field = e.field and v.value = e.value
left join (select distinct field, value, label from history) b on b.field = e.field and b.value = e.value_before
where e.product_id = :product_id
    and (:as_of = d.as_of or e.effective_on_earliest <= :as_of or e.announced_on_earliest <= :as_of)
order by e.effective_on_earliest desc, coalesce(f.rank, 0), e.kind, e.event_id
