-- title: How much is known
-- description: For each product, how many of its claims are known, official, open or in conflict, and how new the evidence is.
select name as product, tiers, claims_possible, claims_known, claims_official, claims_open, claims_conflicting,
       evidence_up_to, checked_on
from coverage
order by name
