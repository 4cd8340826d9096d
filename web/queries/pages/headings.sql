-- The heads of some products' pages: names, verdict on a day, how new the evidence is.
select p.*, n.name as vendor, n.website as vendor_website, k.label as category_label, h.verdict, h.label, h.answer,
       h.badges, c.evidence_up_to, c.checked_on
from products p
join vendors n on n.vendor_id = p.vendor_id
join vocabulary k on k.field = 'products.category' and k.value = p.category
join coverage c on c.product_id = p.product_id
left join verdict_history h
    on h.product_id = p.product_id and h.valid_from <= :as_of and (h.valid_to is null or h.valid_to > :as_of)
where p.product_id in (select value from json_each(:product_ids))
order by p.name collate nocase
