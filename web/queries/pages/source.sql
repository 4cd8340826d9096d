select s.*, k.label as kind_label, a.label as access_label, v.name as vendor
from sources s
join vocabulary k on k.field = 'sources.kind' and k.value = s.kind
join vocabulary a on a.field = 'sources.access' and a.value = s.access
left join vendors v on v.vendor_id = s.vendor_id
where s.source_id = :source_id
