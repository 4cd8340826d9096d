-- The claims of some products' tiers on a day, with the events they rest on: those of the last day on which anything
-- was said. One row per claim and event; a claim that nobody has looked at has no row.
select h.tier_id, h.field, f.label as field_label, h.value, h.label, b.effective_on as since, b.date_basis,
       e.event_id, e.kind, e.summary, e.locator, e.confidence, e.effective_on as said_on, e.value as said,
       e.deadline_on, e.deadline_on_earliest, e.notice, e.row_ref
from history h
join tiers t on t.tier_id = h.tier_id
join events b on b.event_id = h.event_id
join vocabulary f on f.field = 'events.field' and f.value = h.field
join readings r
    on r.tier_id = h.tier_id and r.field = h.field
    and r.day = (select max(day) from readings where tier_id = h.tier_id and field = h.field and day <= :as_of)
join events e on e.event_id = r.event_id
where h.valid_from <= :as_of and (h.valid_to is null or h.valid_to > :as_of)
    and t.product_id in (select value from json_each(:product_ids))
order by h.tier_id, f.rank, e.effective_on_earliest desc, e.event_id
