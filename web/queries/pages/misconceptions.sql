select m.product_id, p.name as product, m.misconception_id, m.belief, m.correction, s.source_id, s.title, s.publisher
from misconceptions m
join products p on p.product_id = m.product_id
left join misconception_sources c on c.misconception_id = m.misconception_id
left join sources s on s.source_id = c.source_id
order by p.name collate nocase, m.misconception_id, s.source_id
