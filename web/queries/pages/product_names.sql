select product_id, name
from products
order by name
