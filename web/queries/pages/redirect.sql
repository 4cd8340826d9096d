select new_ids, kind, date, reason
from redirects
where "table" = :table and old_id = :old_id
