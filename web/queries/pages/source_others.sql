-- Other states of the same document.
select o.source_id, o.title, o.published_on, o.captured_on, o.accessed_on
from sources s
join sources o on o.url = s.url and o.source_id <> s.source_id
where s.source_id = :source_id
order by coalesce(o.published_on_earliest, o.captured_on, o.accessed_on) desc, o.source_id
