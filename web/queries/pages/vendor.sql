select * from vendors where vendor_id = :vendor_id
