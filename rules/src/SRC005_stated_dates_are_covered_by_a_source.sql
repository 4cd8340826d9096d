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
    select e.event_id, e.line, coalesce(least_announced, e.effective_on) as since
    from (
        select event_id, line, effective_on, date_basis,
               case when announced_on < effective_on then announced_on end as least_announced
        from events
    ) e
    where e.date_basis = 'stated' and e.effective_on is not null
),
-- The last day each document can speak for; a month or year counts to its end.
dated as (
    select s.event_id, coalesce(
        max(case length(s.captured_on) when 4 then s.captured_on || '-12-31' when 7 then s.captured_on || '-31' else s.captured_on end),
        max(case length(s.published_on) when 4 then s.published_on || '-12-31' when 7 then s.published_on || '-31' else s.published_on end),
        max(s.accessed_on)) as speaks_until
    from standing s
    group by s.event_id, s.source_id
)
select 'data/events.csv' as file, e.line as line, 'effective_on' as "column", e.event_id as key,
       'the date ' || e.since || ' is called stated, but the newest source cited is of ' || max(d.speaks_until) as detail
from stated e
join dated d on d.event_id = e.event_id
group by e.event_id, e.line, e.since
having max(d.speaks_until) < e.since
order by e.line
