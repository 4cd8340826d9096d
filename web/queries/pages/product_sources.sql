-- The documents that what a page shows rests on.
select s.*, k.label as kind_label, a.label as access_label
from sources s
join vocabulary k on k.field = 'sources.kind' and k.value = s.kind
join vocabulary a on a.field = 'sources.access' and a.value = s.access
where s.source_id in (
    select c.source_id
    from citations c
    join events e on e.event_id = c.event_id
    join dataset d
    where e.product_id = :product_id
        and (:as_of = d.as_of or e.effective_on_earliest <= :as_of or e.announced_on_earliest <= :as_of)
    union
    select m.source_id
    from misconception_sources m
    join misconceptions i on i.misconception_id = m.misconception_id
    join dataset d
    where i.product_id = :product_id and :as_of = d.as_of
)
order by k.rank, s.publisher, coalesce(s.published_on_earliest, s.captured_on) desc, s.source_id
