-- title: `value_before` of a change is the fold just before it
-- why: Each change hangs on the one before it; a gap in the chain is a missing or misdated event.
-- fix: Write the value the earlier events give, add the event that is missing before it, or empty the cell where
--   nothing was known.
-- bad: `value_before` is `no`, the event before says `opt_in`
-- good: each change starts where the one before ended
-- severity: error
-- reads: events, history
-- run: always
-- mends: no

with changes as (
    select e.event_id, e.line, e.value_before, s.tier_id, s.field, s.day
    from events e
    join statements s on s.event_id = e.event_id
    where e.kind = 'change'
)
select 'data/events.csv' as file, c.line as line, 'value_before' as "column", c.event_id as key,
       'value_before is ' || case when c.value_before is null then 'empty' else '"' || c.value_before || '"' end
           || ', but until then the events ' || case when h.value is null then 'say nothing' else 'give "' || h.value || '"' end as detail
from changes c
left join history h
    on h.tier_id = c.tier_id and h.field = c.field and h.valid_from < c.day and (h.valid_to is null or h.valid_to >= c.day)
where coalesce(c.value_before, '') <> coalesce(h.value, '')
union all
select 'data/events.csv', e.line, 'value_before', e.event_id, 'only a change has a value before; this is an ' || e.kind
from events e
where e.kind = 'observation' and e.value_before is not null
order by line
