-- title: `high` confidence rests on an official source
-- why: Only the vendor's own documents, regulators and courts can say what holds; others report.
-- fix: Cite the official document, or lower the confidence to `medium` or `low`.
-- bad: `high` on a news article alone
-- good: `high` on the terms, with the article beside
-- severity: error
-- reads: events, standing
-- run: always
-- mends: no

select 'data/events.csv' as file, e.line as line, 'confidence' as "column", e.event_id as key,
       'confidence is high, but only press or third parties are cited' as detail
from events e
where e.confidence = 'high' and e.event_id is not null
    and not exists (select 1 from standing s where s.event_id = e.event_id and s.official = 1)
order by e.line
