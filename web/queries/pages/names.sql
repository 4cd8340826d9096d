select product_id as id, name from products where :table = 'products'
union all
select vendor_id, name from vendors where :table = 'vendors'
union all
select source_id, title from sources where :table = 'sources'
