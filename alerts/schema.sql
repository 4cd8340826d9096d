-- The database of the alerts. Times are seconds since 1970.
begin immediate;
pragma application_id = 0x64697461;
pragma user_version = 1;

-- A person: kept as long as at least one row of `follows` is. `key` stands in links and says nothing about the person.
create table if not exists subscribers (
    subscriber_id integer primary key,
    key text not null unique,
    address text not null unique collate nocase,
    refused_at integer, -- when a server said that this address takes no mail
    answer text -- what it said
) strict;

-- What a person follows: a product, or all of them (`_all`). It counts once it is confirmed.
create table if not exists follows (
    subscriber_id integer not null references subscribers (subscriber_id) on delete cascade,
    product_id text not null,
    product text not null,
    asked_at integer not null,
    confirmed_at integer,
    primary key (subscriber_id, product_id)
) strict, without rowid;
create index if not exists followers on follows (product_id, subscriber_id) where confirmed_at is not null;
create index if not exists unconfirmed on follows (asked_at) where confirmed_at is null;

-- A release whose notes were prepared, and what it changed.
create table if not exists releases (
    release text primary key,
    prepared_at integer not null
) strict, without rowid;
create table if not exists changes (
    release text not null references releases (release),
    position integer not null,
    change_id text not null,
    subject text not null, -- the cell it is about
    what text not null,
    product_id text not null,
    entry text not null, -- as in changes.json
    primary key (release, position)
) strict, without rowid;
create index if not exists changes_of_subject on changes (subject);
create index if not exists changes_of_product on changes (product_id);

-- A mail. With `due_at` it waits; without, it was sent (`sent_at`) or given up (`answer` says why).
-- A person gets one note per release: the key of exactly once.
create table if not exists outbox (
    mail_id integer primary key,
    subscriber_id integer not null references subscribers (subscriber_id) on delete cascade,
    kind text not null check (kind in ('confirm', 'manage', 'note')),
    release text references releases (release),
    product_id text,
    queued_at integer not null,
    due_at integer,
    tries integer not null default 0,
    sent_at integer,
    answer text,
    unique (subscriber_id, release),
    check ((kind = 'note') = (release is not null)),
    check ((kind = 'confirm') = (product_id is not null)),
    check (due_at is null or sent_at is null)
) strict;
create index if not exists waiting on outbox (kind, due_at) where due_at is not null;
create index if not exists mails_of_release on outbox (release);

-- How often something was asked for, by keyed hashes of who asked.
create table if not exists attempts (
    key text not null,
    at integer not null,
    until integer not null
) strict;
create index if not exists attempts_by_key on attempts (key, at);
create index if not exists attempts_by_end on attempts (until);
commit;
