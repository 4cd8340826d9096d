select new_ids
from redirects
where "table" = :table and old_id = :old_id
