select p.*, n.name as vendor, n.website as vendor_website, k.label as category_label, v.verdict, v.label, v.answer,
       v.badges, c.evidence_up_to, c.checked_on
from products p
join vendors n on n.vendor_id = p.vendor_id
join vocabulary k on k.field = 'products.category' and k.value = p.category
join verdicts v on v.product_id = p.product_id
join coverage c on c.product_id = p.product_id
where p.product_id = :product_id
