-- What was announced by a day and takes effect after it, and the choices that fall due after it.
select t.*, t.day as on_earliest, t.effective_on as on_day, 'takes effect' as what
from timeline t
join events e on e.event_id = t.event_id
join dataset d
where t.day > :as_of and (:as_of >= d.as_of or e.announced_on_earliest <= :as_of)
union all
select t.*, e.deadline_on_earliest, e.deadline_on, 'choice due'
from timeline t
join events e on e.event_id = t.event_id
join dataset d
where e.deadline_on_earliest > :as_of
    and (:as_of >= d.as_of or coalesce(e.announced_on_earliest, e.effective_on_earliest) <= :as_of)
order by on_earliest, product, event_id
