-- The fold: what value a field of a tier has, from which day to which, given the ledger.
-- One implementation for check, build and as-of queries. The text it follows is docs/fold.md.
-- Reads events and standing; makes statements, rivals, ends, days, counting, folds and history.
--
-- Most fields of most tiers are spoken of but once, and such a statement counts from its day on whatever it says:
-- only those with rivals go through the steps.

-- Every event that sets a field, dated by the earliest day its date can mean; `voices` is how many speak of the field.
create table statements as
select e.event_id, e.tier_id, e.field, e.kind, e.value,
       case length(e.effective_on)
           when 4 then e.effective_on || '-01-01'
           when 7 then e.effective_on || '-01'
           else e.effective_on
       end as day,
       count(*) over (partition by e.tier_id, e.field) as voices
from events e
where e.kind in ('change', 'observation') and e.tier_id is not null and e.field is not null
    and e.value is not null and e.effective_on is not null and e.event_id is not null;

create table rivals as
select s.event_id, s.tier_id, s.field, s.kind, s.value, s.day, coalesce(d.official, 0) as official
from statements s
left join (select event_id, max(official) as official from standing group by event_id) d
    on d.event_id = s.event_id
where s.voices > 1;

-- The day from which a statement counts no more; 'open', which sorts after every day, where there is none.
-- Step 1: a change ends whatever was said before its day.
-- Step 3: a statement ends the earlier ones that cite the same document. Only those of its own standing: where the
-- two differ, step 2 leaves one of them out before step 3 can compare them.
create table ends as
select event_id, coalesce(min(ended_on), 'open') as ended_on
from (
    select event_id, min(case when kind = 'change' then day end) over (
               partition by tier_id, field order by day desc
               groups between unbounded preceding and 1 preceding
           ) as ended_on
    from rivals
    union all
    select s.event_id, min(s.day) over (
               partition by s.tier_id, s.field, s.official, d.url order by s.day
               groups between 1 following and 1 following
           )
    from rivals s
    join standing d on d.event_id = s.event_id
) reasons
group by event_id;

-- Every day on which something is said of a field that several speak of; the fold cannot change on any other.
create table days as
select distinct tier_id, field, day from rivals;

create index days_key on days (tier_id, field, day);

-- What counts on each of these days. Step 2: where any of it is official, only what is official.
-- The cross join keeps SQLite from looking up the end of a statement once for every day.
create table counting as
select tier_id, field, day, event_id, kind, value, said_on
from (
    select s.tier_id, s.field, d.day, s.event_id, s.kind, s.value, s.day as said_on, s.official,
           max(s.official) over (partition by s.tier_id, s.field, d.day) as best
    from rivals s
    join ends e on e.event_id = s.event_id
    cross join days d
    where d.tier_id = s.tier_id and d.field = s.field and d.day >= s.day and d.day < e.ended_on
) heard
where official = best;

-- Step 4: all agree, or the only change has nothing dated after it, or they conflict.
-- The changes that count on a day are all of one day (step 1).
create table folds as
select tier_id, field, day,
       case
           when min(value) = max(value) then min(value)
           when count(change_value) = 1 and max(change_day) = max(said_on) then max(change_value)
           else 'conflicting'
       end as value
from (
    select tier_id, field, day, value, said_on,
           case when kind = 'change' then value end as change_value,
           case when kind = 'change' then said_on end as change_day
    from counting
) marked
group by tier_id, field, day;

-- The intervals between folds that differ: valid_from <= day < valid_to, valid_to open where it still holds.
create table history as
select tier_id, field, value, day as valid_from, null as valid_to
from statements
where voices = 1
union all
select tier_id, field, value, day as valid_from,
       lead(day) over (partition by tier_id, field order by day) as valid_to
from (
    select tier_id, field, day, value,
           lag(value) over (partition by tier_id, field order by day) as value_before
    from folds
) steps
where value_before is null or value_before <> value;

create index history_key on history (tier_id, field, valid_from);
