select v.product_id, v.name, n.name as vendor, k.label as category, v.verdict, v.label
from verdicts v
join vendors n on n.vendor_id = v.vendor_id
join vocabulary k on k.field = 'products.category' and k.value = v.category
order by v.name collate nocase
