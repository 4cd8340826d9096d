-- title: Number of tiers by verdict, month by month
-- description: How many tiers train, and on what condition, on the first day of each month since anything is known.
with digits(n) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)),
known as (select year(min(valid_from)) as year from history where field = 'training'),
months as (
    select make_date(k.year + 10 * tens.n + ones.n, twelve.n, 1) as month
    from known k
    cross join digits tens
    cross join digits ones
    cross join (select a.n + 10 * b.n as n from digits a cross join digits b) twelve
    where twelve.n between 1 and 12
)
select m.month, h.value as training, count(*) as tiers
from months m
join dataset d on m.month <= d.as_of
join history h on h.field = 'training' and h.valid_from <= m.month and (h.valid_to is null or h.valid_to > m.month)
group by m.month, h.value
order by m.month, h.value
