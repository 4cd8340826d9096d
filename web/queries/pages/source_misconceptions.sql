select m.product_id, p.name as product, m.misconception_id, m.belief, m.correction
from misconception_sources c
join misconceptions m on m.misconception_id = c.misconception_id
join products p on p.product_id = m.product_id
where c.source_id = :source_id
order by p.name collate nocase, m.misconception_id
