-- readings: the statements that each fold rests on, day by day, those without a rival included.
-- Reads statements and counting, which fold.sql makes.
create table readings as
select tier_id, field, day, event_id, kind, value, day as said_on
from statements
where voices = 1
union all
select tier_id, field, day, event_id, kind, value, said_on
from counting;
