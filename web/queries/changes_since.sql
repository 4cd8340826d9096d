-- title: Changes since
-- description: What vendors changed since a day of your choice (YYYY-MM-DD), the latest first.
select day, product, tier, field, value_before, value, notice, summary, event_id
from timeline
where kind = 'change' and day >= :day
order by day desc, event_id
