-- title: Conflicting documents
-- description: Where current documents of equal standing disagree: each reading with its document.
select product_id, tier, field, value, summary, title as document, url, note
from conflicts
order by product_id, tier, field, value
