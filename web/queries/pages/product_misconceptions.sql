select misconception_id, belief, correction
from misconceptions
where product_id = :product_id
order by misconception_id
