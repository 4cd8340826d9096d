select day, effective_on, product_id, product, tier, field, value_before, value, notice, summary, event_id
from timeline
join dataset d on day <= d.as_of
where kind = 'change'
order by day desc, event_id
limit 8
