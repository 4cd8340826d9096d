-- title: opt_out is `none` exactly where training is `yes`
-- why: `yes` means that training cannot be refused; if it can, training is `opt_out`.
-- fix: Correct whichever of the two is wrong, with its event; read the regional addenda before writing `none`.
-- bad: training `yes`, opt_out `form`
-- good: training `yes`, opt_out `none`
-- severity: error
-- reads: tiers
-- run: always
-- mends: no

select 'data/tiers.csv' as file, t.line as line, 'opt_out' as "column", t.tier_id as key,
       'opt_out is "' || t.opt_out || '", but training is ' || coalesce('"' || t.training || '"', 'empty') as detail
from tiers t
where (t.opt_out = 'none' and coalesce(t.training, '') <> 'yes')
    or (t.training = 'yes' and t.opt_out not in ('none', 'unspecified', 'unclear', 'conflicting'))
order by t.line
