-- title: nothing takes effect before it is announced, unless the vendor acted backwards
-- why: Two dates in the wrong order are nearly always swapped or mistyped.
-- fix: Correct the dates; if the vendor really acted backwards, say so in the summary with the word `retroactive`
--   or `backdated`.
-- bad: announced 2025-10-08, effective 2025-08-28
-- good: announced 2025-08-28, effective 2025-10-08
-- severity: error
-- reads: events
-- run: always
-- mends: no

select 'data/events.csv' as file, e.line as line, 'announced_on' as "column", e.event_id as key,
       'announced on ' || e.announced_on || ', after it took effect on ' || e.effective_on as detail
from events e
where substr(e.announced_on, 1, length(e.effective_on)) > e.effective_on
    and lower(e.summary) not like '%retroactive%' and lower(e.summary) not like '%backdated%'
order by e.line
