-- The fold: what value a field of a tier has, from which day to which, given the ledger.
-- One implementation for check, build and as-of queries. The text it follows is docs/fold.md.
-- Reads events and standing; makes statements, readings, folds and history.

-- Every event that sets a field, dated by the earliest day its date can mean.
create table statements as
select e.event_id, e.tier_id, e.field, e.kind, e.value,
       case length(e.effective_on)
           when 4 then e.effective_on || '-01-01'
           when 7 then e.effective_on || '-01'
           else e.effective_on
       end as day,
       coalesce(s.official, 0) as official
from events e
left join (select event_id, max(official) as official from standing group by event_id) s
    on s.event_id = e.event_id
where e.kind in ('change', 'observation') and e.tier_id is not null and e.field is not null
    and e.value is not null and e.effective_on is not null;

create index statements_key on statements (tier_id, field, day);

-- Every day on which something is said of a field, with the day of the latest change up to then.
create table spoken as
select distinct tier_id, field, day,
       max(case when kind = 'change' then day end) over (
           partition by tier_id, field order by day
           range between unbounded preceding and current row
       ) as change_day
from statements;

-- Step 1: the latest change, the other changes of its day, and every observation from that day on;
-- without any change, every observation. Step 2: if any of them is official, only the official ones.
create table candidates as
select tier_id, field, day, event_id, kind, value, said_on
from (
    select s.tier_id, s.field, d.day, s.event_id, s.kind, s.value, s.day as said_on, s.official,
           max(s.official) over (partition by s.tier_id, s.field, d.day) as best
    from spoken d
    join statements s
        on s.tier_id = d.tier_id and s.field = d.field and s.day <= d.day
        and s.day >= coalesce(d.change_day, '')
) standing_candidates
where official = best;

create index candidates_key on candidates (tier_id, field, day);

-- Step 3: of several candidates that cite the same document, the latest stays.
create table readings as
select c.tier_id, c.field, c.day, c.event_id, c.kind, c.value, c.said_on
from candidates c
where not exists (
    select 1
    from candidates later
    join standing theirs on theirs.event_id = later.event_id
    join standing ours on ours.url = theirs.url
    where later.tier_id = c.tier_id and later.field = c.field and later.day = c.day
        and later.said_on > c.said_on and ours.event_id = c.event_id
);

-- Step 4: all agree, or exactly one is a change dated on or after all the others, or they conflict.
create table folds as
select tier_id, field, day,
       case
           when min(value) = max(value) then min(value)
           when sum(newest_change) = 1 then max(case when newest_change = 1 then value end)
           else 'conflicting'
       end as value
from (
    select tier_id, field, day, value,
           case
               when kind = 'change' and said_on = max(said_on) over (partition by tier_id, field, day) then 1
               else 0
           end as newest_change
    from readings
) marked
group by tier_id, field, day;

-- The intervals between folds that differ: valid_from <= day < valid_to, valid_to open where it still holds.
create table history as
select tier_id, field, value, day as valid_from,
       lead(day) over (partition by tier_id, field order by day) as valid_to
from (
    select tier_id, field, day, value,
           lag(value) over (partition by tier_id, field order by day) as value_before
    from folds
) steps
where value_before is null or value_before <> value;

create index history_key on history (tier_id, field, valid_from);
