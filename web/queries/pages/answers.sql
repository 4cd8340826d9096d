select p.product_id, p.name, v.name as vendor, h.answer
from products p
join vendors v on v.vendor_id = p.vendor_id
left join verdict_history h
    on h.product_id = p.product_id and h.valid_from <= :as_of and (h.valid_to is null or h.valid_to > :as_of)
order by p.name collate nocase
