-- standing: every citation of an event with the address of the document and whether it is official.
-- Press and third parties are the only kinds of source that are not (see schema/vocabulary.csv, sources.kind).
create table standing as
select c.event_id, s.source_id, s.url, s.kind, s.published_on, s.captured_on, s.accessed_on,
       case when s.kind in ('press', 'third_party') then 0 else 1 end as official
from citations c
join sources s on s.source_id = c.source_id;

create index standing_event on standing (event_id);
