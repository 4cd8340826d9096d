-- One row per tier, with its product's names and verdict on a day; a product without tiers has one row without.
select p.product_id, p.name, n.vendor_id, n.name as vendor, p.category, k.label as category_label,
       coalesce(h.verdict, 'unknown') as verdict, coalesce(h.label, 'Not on record') as label,
       coalesce(w.rank, 0) as verdict_rank, p.former_names,
       (select group_concat(old_id, ' ') from redirects r where r."table" = 'products' and r.new_ids = p.product_id) as old_ids,
       t.tier_id, t.name as tier, t.audience, t.region, c.value as training, c.label as training_label, v.rank,
       (select max(e.effective_on_earliest)
        from events e
        where e.product_id = p.product_id and e.kind = 'change' and e.field = 'training' and e.effective_on_earliest <= :as_of
       ) as changed
from products p
join vendors n on n.vendor_id = p.vendor_id
join vocabulary k on k.field = 'products.category' and k.value = p.category
left join verdict_history h
    on h.product_id = p.product_id and h.valid_from <= :as_of and (h.valid_to is null or h.valid_to > :as_of)
left join vocabulary w on w.field = 'tiers.training' and w.value = h.verdict
left join tiers t on t.product_id = p.product_id
left join history c
    on c.tier_id = t.tier_id and c.field = 'training' and c.valid_from <= :as_of and (c.valid_to is null or c.valid_to > :as_of)
left join vocabulary v on v.field = 'tiers.training' and v.value = c.value
order by p.name collate nocase, p.product_id, coalesce(v.rank, 99), t.tier_id
