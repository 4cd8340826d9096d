select name, title, description from relations order by name
