-- title: History of a tier
-- description: From which day to which day each claim of a tier had which value, with the event it began with.
select h.field, h.label as value, h.valid_from, h.valid_to, e.date_basis, e.summary, h.event_id
from history h
join events e on e.event_id = h.event_id
where h.tier_id = :tier_id
order by h.field, h.valid_from
