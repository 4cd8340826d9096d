-- title: a `stated` date is covered by a source that is not older
-- why: A document cannot state what happened after it, unless it announces it.
-- fix: Cite the document that states the date, fill `announced_on`, or call the date `observed`.
-- bad: effective 2025-09-28, stated by a page of 2024
-- good: announced 2025-08-28, effective 2025-09-28, stated by the post of 2025-08-28
-- severity: error
-- reads: events, standing
-- run: always
-- mends: no

-- A document can state a date that lies ahead of it only from the day of the announcement on.
with stated as (
    select event_id, line, coalesce(announced_on < effective_on, false) as announced,
           case when announced_on < effective_on then announced_on else effective_on end as since
    from events
    where date_basis = 'stated' and effective_on is not null
),
-- The last day that the documents of an event can speak for; a month or year counts to its end.
dated as (
    select event_id, max(coalesce(
        case length(captured_on) when 4 then captured_on || '-12-31' when 7 then captured_on || '-31' else captured_on end,
        case length(published_on) when 4 then published_on || '-12-31' when 7 then published_on || '-31' else published_on end,
        accessed_on)) as speaks_until
    from standing
    group by event_id
)
select 'data/events.csv' as file, e.line as line, 'effective_on' as "column", e.event_id as key,
       'the date is called stated, but every source cited is older than ' || e.since || ', when it '
           || case when e.announced then 'was announced' else 'took effect' end as detail
from stated e
join dated d on d.event_id = e.event_id
where d.speaks_until < e.since
order by e.line
