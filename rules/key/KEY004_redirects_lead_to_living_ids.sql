-- title: redirects lead from an id that is gone to one that lives, without circles
-- why: Old addresses are followed by machines; a circle or a dead end is worse than no redirect.
-- fix: Name the id under which the thing is found today; leave it empty only for `withdrawn`.
-- bad: `bard` to `gemini` and `gemini` to `bard`
-- good: `bard,products,gemini,moved,…`
-- severity: error
-- reads: redirects, redirect_targets, vendors, products, tiers, events, sources, misconceptions
-- run: always
-- mends: no

with recursive named as (
    select old_id as id from redirects
    union
    select new_ids from redirect_targets
),
-- Of the ids in use only those that a redirect names: comparing with all of them would be most of the work.
ids as (
    select 'vendors' as "table", vendor_id as id from vendors where vendor_id in (select id from named)
    union all select 'products', product_id from products where product_id in (select id from named)
    union all select 'tiers', tier_id from tiers where tier_id in (select id from named)
    union all select 'events', event_id from events where event_id in (select id from named)
    union all select 'sources', source_id from sources where source_id in (select id from named)
    union all
    select 'misconceptions', misconception_id from misconceptions where misconception_id in (select id from named)
),
-- Every id that a redirect leads to, followed through other redirects; union stops where a circle closes.
steps as (
    select "table", old_id as start, new_ids as id from redirect_targets
    union
    select s."table", s.start, t.new_ids
    from steps s
    join redirect_targets t on t."table" = s."table" and t.old_id = s.id
)
select 'data/redirects.csv' as file, r.line as line, 'old_id' as "column", r.old_id as key,
       'the id "' || r.old_id || '" still stands in the table ' || r."table" as detail
from redirects r
join ids i on i."table" = r."table" and i.id = r.old_id
union all
select 'data/redirects.csv', t.line, 'new_ids', t.old_id,
       'the new id "' || t.new_ids || '" is neither in the table ' || t."table" || ' nor redirected further'
from redirect_targets t
where t."table" is not null
    and not exists (select 1 from ids i where i."table" = t."table" and i.id = t.new_ids)
    and not exists (select 1 from redirects r where r."table" = t."table" and r.old_id = t.new_ids)
union all
select 'data/redirects.csv', r.line, 'new_ids', r.old_id, 'the redirects of "' || r.old_id || '" run in a circle'
from redirects r
join steps s on s."table" = r."table" and s.start = r.old_id and s.id = r.old_id
union all
select 'data/redirects.csv', r.line, 'new_ids', r.old_id,
       case when r.kind = 'withdrawn' then 'a withdrawn id leads nowhere, but new ids are given' else 'no new id is given' end
from redirects r
where (r.kind = 'withdrawn') = (r.new_ids is not null)
order by line, key, detail
