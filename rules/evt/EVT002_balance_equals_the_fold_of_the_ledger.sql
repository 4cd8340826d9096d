-- title: `tiers` equals the fold of `events`
-- why: The ledger and the balance are written by different hands; where they agree, each confirms the other.
-- fix: If the event is right, run `nox -s settle` or write its value into data/tiers.csv; if the balance is right,
--   an event is missing or wrong.
-- bad: tier says `no`, its last event `opt_out`
-- good: both say `opt_out`
-- severity: error
-- reads: tiers, claims, history
-- run: always
-- mends: no

with folded as (
    select tier_id, field, value
    from history
    where valid_from <= $settled_on and (valid_to is null or valid_to > $settled_on)
)
select 'data/tiers.csv' as file, t.line as line, f.field as "column", f.tier_id as key,
       f.field || ' is ' || case when c.value is null then 'empty' else '"' || c.value || '"' end
           || ', but the events up to ' || $settled_on || ' give "' || f.value || '"' as detail
from folded f
join tiers t on t.tier_id = f.tier_id
left join claims c on c.tier_id = f.tier_id and c.field = f.field
where c.value is null or c.value <> f.value
order by t.line, f.field
