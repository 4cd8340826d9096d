-- title: every value in `tiers` has a dated event
-- why: A claim that nobody can trace to a document and a date is an opinion.
-- fix: Add the event to data/events.csv that says so and where, or empty the cell.
-- bad: `training` filled for a tier without events
-- good: a row in data/events.csv for the same tier and field
-- severity: error
-- reads: claims, history
-- run: always
-- mends: no

select 'data/tiers.csv' as file, c.line as line, c.field as "column", c.tier_id as key,
       c.field || ' is "' || c.value || '", but no event in effect on ' || $settled_on || ' says anything of it' as detail
from claims c
where not exists (
    select 1
    from history h
    where h.tier_id = c.tier_id and h.field = c.field and h.valid_from <= $settled_on
)
order by c.line, c.field
