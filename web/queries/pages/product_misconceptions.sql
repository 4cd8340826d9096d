-- Each misconception with its sources; on a past day only those that what was known then refutes.
select m.misconception_id, m.belief, m.correction, m.row_ref, s.source_id, s.title, s.publisher, s.url
from misconceptions m
join dataset d
left join misconception_sources c on c.misconception_id = m.misconception_id
left join sources s on s.source_id = c.source_id
where m.product_id = :product_id
    and (:as_of = d.as_of or not exists (
        select 1
        from misconception_events i
        join events e on e.event_id = i.event_id
        where i.misconception_id = m.misconception_id and e.effective_on_earliest > :as_of
    ))
order by m.misconception_id, s.source_id
