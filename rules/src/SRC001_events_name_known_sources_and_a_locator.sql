-- title: every event names at least one known source and where in it; every misconception what refutes it
-- why: A fact enters only from a document that someone can open and find the place in.
-- fix: Give the id of a row in data/sources.csv (add the row first), and name the section or heading in `locator`.
-- bad: an event whose `source_ids` is `anthropic-blog`, which no row has
-- good: `anthropic-consumer-terms-2025-10`, locator `Section 4`
-- severity: error
-- reads: events, sources, citations, misconceptions, misconception_sources, misconception_events
-- run: always
-- mends: no

select 'data/events.csv' as file, e.line as line, 'source_ids' as "column", e.event_id as key,
       'no source is named' as detail
from events e
where e.source_ids is null
union all
select 'data/events.csv', c.line, 'source_ids', c.event_id,
       'the source "' || c.source_id || '" is not in data/sources.csv'
from citations c
where not exists (select 1 from sources s where s.source_id = c.source_id)
union all
select 'data/events.csv', e.line, 'locator', e.event_id, 'where in the source it stands is not said'
from events e
where e.locator is null
union all
select 'data/misconceptions.csv', m.line, 'source_ids', m.misconception_id,
       'neither an event nor a source is named that refutes it'
from misconceptions m
where m.event_ids is null and m.source_ids is null
union all
select 'data/misconceptions.csv', m.line, 'source_ids', m.misconception_id,
       'the source "' || m.source_id || '" is not in data/sources.csv'
from misconception_sources m
where not exists (select 1 from sources s where s.source_id = m.source_id)
union all
select 'data/misconceptions.csv', m.line, 'event_ids', m.misconception_id,
       'the event "' || m.event_id || '" is not in data/events.csv'
from misconception_events m
where not exists (select 1 from events e where e.event_id = m.event_id)
order by file, line, "column", detail
