select substr(effective_on_earliest, 1, 7) as month, sum(kind = 'change') as changes, sum(kind = 'context') as others
from events
where kind <> 'observation' and effective_on_earliest <= :as_of
group by 1
order by 1 desc
