-- What was announced by a day and takes effect after it, and the choices that fall due after it.
select e.effective_on_earliest as day, e.effective_on as on_day, 'takes effect' as what, e.product_id, p.name as product,
       t.name as tier, f.label as field_label, v.label as label, e.value, e.summary, e.event_id
from events e
join dataset d
join products p on p.product_id = e.product_id
left join tiers t on t.tier_id = e.tier_id
left join vocabulary f on f.field = 'events.field' and f.value = e.field
left join (select distinct field, value, label from history) v on v.field = e.field and v.value = e.value
where e.effective_on_earliest > :as_of and (:as_of >= d.as_of or e.announced_on_earliest <= :as_of)
union all
select e.deadline_on_earliest, e.deadline_on, 'choice due', e.product_id, p.name, t.name, f.label, v.label, e.value,
       e.summary, e.event_id
from events e
join dataset d
join products p on p.product_id = e.product_id
left join tiers t on t.tier_id = e.tier_id
left join vocabulary f on f.field = 'events.field' and f.value = e.field
left join (select distinct field, value, label from history) v on v.field = e.field and v.value = e.value
where e.deadline_on_earliest > :as_of
    and (:as_of >= d.as_of or coalesce(e.announced_on_earliest, e.effective_on_earliest) <= :as_of)
order by 1, 4, 11
