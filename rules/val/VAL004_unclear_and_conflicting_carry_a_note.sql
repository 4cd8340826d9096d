-- title: a tier with a value `unclear` or `conflicting` carries a note
-- why: Readers must learn which documents disagree, or what it is that they leave open.
-- fix: Write in `note` what is unclear, or which document says what.
-- bad: retention `conflicting`, note empty
-- good: note: the help page says 30 days, the documentation none
-- severity: error
-- reads: claims, tiers
-- run: always
-- mends: no

select 'data/tiers.csv' as file, c.line as line, 'note' as "column", c.tier_id as key,
       c.field || ' is "' || c.value || '", but the note does not say why' as detail
from claims c
join tiers t on t.tier_id = c.tier_id
where c.value in ('unclear', 'conflicting') and t.note is null
order by c.line, c.field
