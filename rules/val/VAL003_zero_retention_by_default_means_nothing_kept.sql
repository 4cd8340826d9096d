-- title: zero retention by default means that retention is `zero`
-- why: Nothing is kept without anyone asking for it, so no period can stand beside it.
-- fix: Correct whichever of the two is wrong, with its event.
-- bad: zdr `default`, retention `P30D`
-- good: zdr `default`, retention `zero`
-- severity: error
-- reads: tiers
-- run: always
-- mends: no

select 'data/tiers.csv' as file, t.line as line, 'retention' as "column", t.tier_id as key,
       'zdr is "default", but retention is ' || coalesce('"' || t.retention || '"', 'empty') as detail
from tiers t
where t.zdr = 'default' and coalesce(t.retention, '') <> 'zero'
order by t.line
