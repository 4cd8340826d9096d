-- title: no two events say the same of the same field, day and source
-- why: One statement counted twice looks like two witnesses.
-- fix: Delete one of the two, and give the other all the sources.
-- bad: two rows, one tier, field, day, value and source
-- good: one row
-- severity: error
-- reads: events, citations
-- run: always
-- mends: no

select 'data/events.csv' as file, later.line as line, 'event_id' as "column", later.event_id as key,
       'says the same of ' || coalesce(later.field, 'the product') || ' on ' || later.effective_on || ' by the same source as "' || min(e.event_id) || '" in line ' || min(e.line)
           as detail
from events e
join citations c on c.event_id = e.event_id
join citations l on l.source_id = c.source_id
join events later on later.event_id = l.event_id and later.line > e.line
where coalesce(e.tier_id, e.product_id) = coalesce(later.tier_id, later.product_id)
    and coalesce(e.field, '') = coalesce(later.field, '') and coalesce(e.value, e.summary) = coalesce(later.value, later.summary)
    and e.effective_on = later.effective_on
group by later.line, later.event_id, later.field, later.effective_on
order by later.line
