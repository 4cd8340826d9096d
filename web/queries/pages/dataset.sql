select d.*, (select count(*) from products) as products, (select count(*) from tiers) as tiers,
       (select count(*) from events) as events, (select count(*) from sources) as sources
from dataset d
