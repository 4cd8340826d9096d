-- Every page of the site that is worth finding, with the day it last had reason to change, where one is known.
select '/' as path, as_of as changed, 0 as place from dataset
union all select '/products/' || product_id, checked_on, 1 from coverage
union all select '/vendors/' || vendor_id, null, 2 from vendors
union all select '/changes', as_of, 3 from dataset
union all select distinct '/changes/' || substr(effective_on_earliest, 1, 7), null, 4
from events join dataset where kind <> 'observation' and effective_on_earliest <= as_of
union all select '/upcoming', as_of, 5 from dataset
union all select '/misconceptions', as_of, 5 from dataset
union all select '/compare', null, 5
union all select '/quality', as_of, 5 from dataset
union all select '/data', as_of, 5 from dataset
union all select '/about', null, 5
union all select '/sources/' || source_id, null, 6 from sources
order by 3, 1
