select u.day, u.what, p.product_id, p.name as product, u.summary
from upcoming u
join products p on p.product_id = u.product_id
order by u.day, u.event_id
