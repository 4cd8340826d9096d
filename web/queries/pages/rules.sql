select rule_id, title, why, fix, severity, findings, sql is not null as published
from rules
order by rule_id
