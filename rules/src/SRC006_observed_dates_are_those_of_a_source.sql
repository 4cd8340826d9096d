-- title: an `observed` date is the date of a cited source
-- why: Observed means: on that day a document can be shown to say it. The date must come from the document's own
--   record.
-- fix: Use the `captured_on` or `published_on` of a cited source, or the day it was read where neither is known;
--   or call the date `stated` if a document states it.
-- bad: observed 2025-01-01, source captured 2025-03-07
-- good: observed 2025-03-07, source captured 2025-03-07
-- severity: error
-- reads: events, standing
-- run: always
-- mends: no

with strays as (
    select e.line, e.event_id, e.effective_on
    from events e
    where e.date_basis = 'observed' and e.effective_on is not null
        and not exists (
            select 1
            from standing s
            where s.event_id = e.event_id
                and (e.effective_on = s.captured_on or e.effective_on = s.published_on
                    or (s.captured_on is null and s.published_on is null and e.effective_on = s.accessed_on))
        )
)
select 'data/events.csv' as file, e.line as line, 'effective_on' as "column", e.event_id as key,
       'the date ' || e.effective_on || ' is called observed, but no source cited was published, captured or (where neither is known) read on that day'
           as detail
from strays e
where exists (select 1 from standing s where s.event_id = e.event_id)
order by e.line
