select k.label, count(*) as documents, max(coalesce(s.published_on_earliest, s.captured_on)) as latest
from sources s
join vocabulary k on k.field = 'sources.kind' and k.value = s.kind
where s.vendor_id = :vendor_id
group by k.label
order by k.rank
