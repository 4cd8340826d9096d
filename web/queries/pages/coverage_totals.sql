select sum(tiers) as tiers, sum(claims_possible) as claims_possible, sum(claims_known) as claims_known,
       sum(claims_official) as claims_official, sum(claims_open) as claims_open, sum(claims_conflicting) as claims_conflicting
from coverage
