-- title: opt_out is `not_needed` exactly where training is `no` or `opt_in`
-- why: There is nothing to refuse only where nothing happens by default.
-- fix: Correct whichever of the two is wrong, with its event.
-- bad: training `opt_out`, opt_out `not_needed`
-- good: training `no`, opt_out `not_needed`
-- severity: error
-- reads: tiers
-- run: always
-- mends: no

select 'data/tiers.csv' as file, t.line as line, 'opt_out' as "column", t.tier_id as key,
       'opt_out is "' || t.opt_out || '", but training is ' || coalesce('"' || t.training || '"', 'empty') as detail
from tiers t
where (t.opt_out = 'not_needed' and coalesce(t.training, '') not in ('no', 'opt_in'))
    or (t.training in ('no', 'opt_in') and t.opt_out not in ('not_needed', 'unspecified', 'unclear', 'conflicting'))
order by t.line
