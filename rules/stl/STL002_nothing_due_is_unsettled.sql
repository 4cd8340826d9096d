-- title: nothing that fell due is unsettled
-- why: An announced change that took effect must show in the balance.
-- fix: Run `nox -s settle -- DATE` with the day of the check; it carries the event into data/tiers.csv.
-- bad: balance of 2026-11-22, event effective 2027-01-01, checked for 2027-02-01
-- good: balance of 2027-02-01
-- severity: error
-- reads: events, history
-- run: always
-- mends: no

select 'data/events.csv' as file, e.line as line, 'effective_on' as "column", e.event_id as key,
       'took effect on ' || e.effective_on || ', but the balance stands at ' || $settled_on as detail
from statements s
join events e on e.event_id = s.event_id
where s.day > $settled_on and s.day <= $as_of
order by e.line
