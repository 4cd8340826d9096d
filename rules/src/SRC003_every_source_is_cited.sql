-- title: every source is cited
-- why: A document that nothing rests on was forgotten, or the claim that rested on it was.
-- fix: Cite it in the event it carries, or delete the row.
-- bad: a source no event names
-- good: a source in some `source_ids`
-- severity: error
-- reads: sources, citations, misconception_sources
-- run: always
-- mends: no

select 'data/sources.csv' as file, s.line as line, 'source_id' as "column", s.source_id as key,
       'no event and no misconception cites this source' as detail
from sources s
where not exists (select 1 from citations c where c.source_id = s.source_id)
    and not exists (select 1 from misconception_sources m where m.source_id = s.source_id)
order by s.line
