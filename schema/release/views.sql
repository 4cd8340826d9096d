-- Views of the release: the questions most often asked, at the day the dataset stands at (dataset.as_of).

create view claims as
select t.product_id, h.tier_id, h.field, h.value, h.label, e.effective_on as since, e.date_basis, h.event_id
from history h
join dataset d on h.valid_from <= d.as_of and (h.valid_to is null or h.valid_to > d.as_of)
join tiers t on t.tier_id = h.tier_id
join events e on e.event_id = h.event_id;

create view verdicts as
select p.product_id, p.name, p.vendor_id, p.category, h.verdict, h.label, h.answer, h.badges, h.valid_from as since
from products p
join dataset d
left join verdict_history h
    on h.product_id = p.product_id and h.valid_from <= d.as_of and (h.valid_to is null or h.valid_to > d.as_of);

-- The events each claim rests on: the readings of the last day on which anything was said of it.
create view grounds as
select c.product_id, c.tier_id, c.field, r.event_id, e.value, e.effective_on, e.date_basis, e.confidence, e.locator, e.summary
from claims c
join dataset d
join readings r
    on r.tier_id = c.tier_id and r.field = c.field
    and r.day = (
        select max(day) from readings where tier_id = c.tier_id and field = c.field and day <= d.as_of
    )
join events e on e.event_id = r.event_id;

create view conflicts as
select g.product_id, g.tier_id, t.name as tier, g.field, g.value, g.event_id, g.summary, s.source_id, s.title, s.url, t.note
from grounds g
join claims c on c.tier_id = g.tier_id and c.field = g.field and c.value = 'conflicting'
join tiers t on t.tier_id = g.tier_id
join citations i on i.event_id = g.event_id
join sources s on s.source_id = i.source_id;

create view timeline as
select e.effective_on_earliest as day, e.effective_on, e.product_id, p.name as product, e.tier_id, t.name as tier, e.field,
       f.label as field_label, e.kind, e.value_before, b.label as label_before, e.value, v.label, e.announced_on,
       e.deadline_on, e.notice, e.date_basis, e.confidence, e.summary, e.locator, e.event_id, e.row_ref
from events e
join products p on p.product_id = e.product_id
left join tiers t on t.tier_id = e.tier_id
left join vocabulary f on f.field = 'events.field' and f.value = e.field
left join labels v on v.field = e.field and v.value = e.value
left join labels b on b.field = e.field and b.value = e.value_before;

create view upcoming as
select e.effective_on_earliest as day, 'takes effect' as what, e.product_id, e.tier_id, e.field, e.value_before, e.value, e.summary, e.event_id
from events e
join dataset d on e.effective_on_earliest > d.as_of
union all
select e.deadline_on_earliest, 'deadline', e.product_id, e.tier_id, e.field, e.value_before, e.value, e.summary, e.event_id
from events e
join dataset d on e.deadline_on_earliest > d.as_of;

create view coverage as
select p.product_id, p.name,
       (select count(*) from tiers t where t.product_id = p.product_id) as tiers,
       (select count(*) from tiers t where t.product_id = p.product_id)
           * (select count(*) from vocabulary where field = 'events.field') as claims_possible,
       (select count(*) from claims c where c.product_id = p.product_id) as claims_known,
       (select count(*) from claims c where c.product_id = p.product_id and c.value in ('unspecified', 'unclear'))
           as claims_open,
       (select count(*) from claims c where c.product_id = p.product_id and c.value = 'conflicting') as claims_conflicting,
       (select count(distinct c.tier_id || c.field)
        from claims c
        join grounds g on g.tier_id = c.tier_id and g.field = c.field
        join citations i on i.event_id = g.event_id
        join sources s on s.source_id = i.source_id and s.kind not in ('press', 'third_party')
        where c.product_id = p.product_id) as claims_official,
       -- A copy of unknown age speaks for no day; a live page speaks for the day it was read.
       (select max(case when s.access = 'live' then s.accessed_on else coalesce(s.captured_on, s.published_on_earliest) end)
        from events e
        join citations i on i.event_id = e.event_id
        join sources s on s.source_id = i.source_id
        where e.product_id = p.product_id) as evidence_up_to,
       (select min(verified_on) from tiers t where t.product_id = p.product_id) as checked_on
from products p;
