-- Tables of the release that no one types: what the release is, what its columns mean, and what follows from the ledger.
-- The tables of data/ come before these, made from their Table Schemas.

create table dataset (
    name text not null primary key,
    id text not null,
    title text not null,
    description text not null,
    version text not null,
    schema_version text not null,
    as_of text not null,
    license text not null,
    homepage text not null,
    repository text not null
) strict;

create table relations (
    name text not null primary key,
    title text not null,
    description text not null
) strict;

create table columns (
    "table" text not null,
    "column" text not null,
    position integer not null,
    title text not null,
    description text not null,
    primary key ("table", "column")
) strict;

-- `findings` is empty for rules that run on request only, `sql` for those that are not SQL.
create table rules (
    rule_id text not null primary key,
    title text not null,
    why text not null,
    fix text not null,
    severity text not null,
    findings integer,
    sql text
) strict;

create table citations (
    event_id text not null references events (event_id),
    source_id text not null references sources (source_id),
    primary key (event_id, source_id)
) strict;
create index citations_source_id on citations (source_id);

create table misconception_events (
    misconception_id text not null references misconceptions (misconception_id),
    event_id text not null references events (event_id),
    primary key (misconception_id, event_id)
) strict;

create table misconception_sources (
    misconception_id text not null references misconceptions (misconception_id),
    source_id text not null references sources (source_id),
    primary key (misconception_id, source_id)
) strict;

create table labels (
    field text not null,
    value text not null,
    label text not null,
    primary key (field, value)
) strict;

create table history (
    tier_id text not null references tiers (tier_id),
    field text not null,
    value text not null,
    label text not null,
    valid_from text not null,
    valid_to text,
    event_id text not null references events (event_id),
    primary key (tier_id, field, valid_from)
) strict;

create table readings (
    tier_id text not null references tiers (tier_id),
    field text not null,
    day text not null,
    event_id text not null references events (event_id),
    primary key (tier_id, field, day, event_id)
) strict;

create table verdict_history (
    product_id text not null references products (product_id),
    valid_from text not null,
    valid_to text,
    verdict text not null,
    label text not null,
    answer text not null,
    badges text not null,
    primary key (product_id, valid_from)
) strict;
