select p.product_id, p.name, k.label as category_label, coalesce(h.verdict, 'unknown') as verdict,
       coalesce(h.label, 'Not on record') as label, h.answer
from products p
join vocabulary k on k.field = 'products.category' and k.value = p.category
left join verdict_history h
    on h.product_id = p.product_id and h.valid_from <= :as_of and (h.valid_to is null or h.valid_to > :as_of)
where p.vendor_id = :vendor_id
order by p.name collate nocase
