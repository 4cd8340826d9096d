-- title: no two events say the same of the same field, day and source
-- why: One statement counted twice looks like two witnesses.
-- fix: Delete one of the two, and give the other all the sources.
-- bad: two rows, one tier, field, day, value and source
-- good: one row
-- severity: error
-- reads: events, citations
-- run: always
-- mends: no

-- What each event says, of what. Few things are said twice, so those are found before any sources are compared.
with said as (
    select event_id, line, field, effective_on, coalesce(tier_id, product_id) as subject, coalesce(field, '') as topic,
           coalesce(value, summary) as statement
    from events
),
repeated as (
    select subject, topic, statement, effective_on
    from said
    group by subject, topic, statement, effective_on
    having count(*) > 1
),
suspects as (
    select s.*
    from repeated r
    join said s
        on s.subject = r.subject and s.topic = r.topic and s.statement = r.statement
        and s.effective_on = r.effective_on
)
select 'data/events.csv' as file, later.line as line, 'event_id' as "column", later.event_id as key,
       'says the same of ' || coalesce(later.field, 'the product') || ' on ' || later.effective_on || ' by the same source as "' || min(e.event_id) || '" in line ' || min(e.line)
           as detail
from suspects e
join suspects later
    on later.subject = e.subject and later.topic = e.topic and later.statement = e.statement
    and later.effective_on = e.effective_on and later.line > e.line
join citations c on c.event_id = e.event_id
join citations l on l.event_id = later.event_id and l.source_id = c.source_id
group by later.line, later.event_id, later.field, later.effective_on
order by later.line
