select t.*
from timeline t
join products p on p.product_id = t.product_id
where p.vendor_id = :vendor_id and t.kind <> 'observation' and t.day <= :as_of
order by t.day desc, t.event_id
