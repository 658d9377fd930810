-- The desk's copy of what its user may see. One file per (server, organization, user), so no organization column.
-- Real columns are those that screens filter or sort by; `body` holds the other columns of the server's row as JSON,
-- those included that this version of Cloche does not know. `n` is the feed number of the image a row was taken from:
-- an older image never replaces a newer one. No foreign keys: rows arrive in any order.

create table meta (
    key text primary key,
    value text not null
) without rowid;

-- Rows that are gone keep the n at which they went, or a late image would bring them back.
create table tombstones (
    table_name text not null,
    id blob not null,
    n integer not null,
    primary key (table_name, id)
) without rowid;

create table organizations (
    id blob primary key,
    n integer not null,
    body text not null
) without rowid;

create table memberships (
    id blob primary key,
    n integer not null,
    user_id blob not null,
    display_name text not null,
    role text not null,
    body text not null
) without rowid;
create index memberships_by_user on memberships (user_id, display_name, role);

create table role_permissions (
    id blob primary key,
    n integer not null,
    role text not null,
    permission text not null,
    body text not null
) without rowid;

-- `number` is the row's number in the search index and settles ties in every order.
-- The `_key` columns are folded (lower case, no accents), so that orders look right to people.
create table clients (
    number integer primary key,
    id blob not null unique,
    n integer not null,
    company_name text not null,
    company_key text not null,
    contact_name text,
    email text,
    phone text,
    events integer not null default 0,
    body text not null
);
create index clients_by_name on clients (company_key);
create index clients_by_events on clients (events);

-- Instants are microseconds since 1970. `client_name` follows the client by trigger.
create table events (
    number integer primary key,
    id blob not null unique,
    n integer not null,
    client_id blob not null,
    client_name text not null,
    client_key text not null,
    name text not null,
    name_key text not null,
    event_type text not null,
    type_key text not null,
    starts_at integer not null,
    ends_at integer not null,
    time_zone text not null,
    location text,
    status text not null,
    status_rank integer not null,
    attendees integer,
    is_archived integer not null,
    body text not null
);
-- Every order carries every filter, so that a list walks one index and looks up only the rows it shows.
create index events_by_start on events (is_archived, starts_at, status_rank, type_key);
create index events_by_name on events (is_archived, name_key, status_rank, type_key, starts_at);
create index events_by_client on events (is_archived, client_key, status_rank, type_key, starts_at);
create index events_by_status on events (is_archived, status_rank, starts_at, type_key);
create index events_by_type on events (is_archived, type_key, starts_at, status_rank);
create index events_by_attendees on events (is_archived, attendees, status_rank, type_key, starts_at);
create index events_of_client on events (client_id, starts_at, is_archived, status_rank, type_key);

create table event_status_log (
    id blob primary key,
    n integer not null,
    event_id blob not null,
    changed_at integer not null,
    body text not null
) without rowid;
create index event_status_log_of_event on event_status_log (event_id, changed_at);

-- How many events there are of each kind, so that totals and the board need no scan.
create table event_counts (
    is_archived integer not null,
    status_rank integer not null,
    type_key text not null,
    events integer not null,
    primary key (is_archived, status_rank, type_key)
) without rowid;

-- Search. Contentless with deletes: an index entry goes by its number alone, so it cannot be damaged by a delete that
-- names other text than was indexed (the trap of external content). `state` holds `live` or `archived` and `s<rank>`.
create virtual table events_search using fts5 (
    name, client_name, location, event_type, state,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
create virtual table clients_search using fts5 (
    company_name, contact_name, email, phone,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

-- Numbers whose search entry is out of date; brought up to date at the end of a merge, or of a whole first load.
-- (Triggers say `on conflict do nothing`: the conflict policy of the statement outside replaces `or ignore`.)
create table events_unindexed (number integer primary key);
create table clients_unindexed (number integer primary key);

-- The server's last answers that are shown offline (activity).
create table answers (
    key text primary key,
    at integer not null,
    body text not null
) without rowid;

create trigger events_inserted after insert on events begin
    insert into event_counts values (new.is_archived, new.status_rank, new.type_key, 1)
        on conflict do update set events = events + 1;
    update clients set events = events + 1 where id = new.client_id;
    insert into events_unindexed values (new.number) on conflict do nothing;
end;

create trigger events_deleted after delete on events begin
    update event_counts set events = events - 1
        where is_archived = old.is_archived and status_rank = old.status_rank and type_key = old.type_key;
    update clients set events = events - 1 where id = old.client_id;
    insert into events_unindexed values (old.number) on conflict do nothing;
end;

create trigger events_recounted after update of is_archived, status_rank, type_key on events
when new.is_archived <> old.is_archived or new.status_rank <> old.status_rank or new.type_key <> old.type_key begin
    update event_counts set events = events - 1
        where is_archived = old.is_archived and status_rank = old.status_rank and type_key = old.type_key;
    insert into event_counts values (new.is_archived, new.status_rank, new.type_key, 1)
        on conflict do update set events = events + 1;
end;

create trigger events_moved after update of client_id on events when new.client_id <> old.client_id begin
    update clients set events = events - 1 where id = old.client_id;
    update clients set events = events + 1 where id = new.client_id;
end;

create trigger events_reworded after update of name, client_name, location, event_type, status_rank, is_archived
on events
when new.name <> old.name or new.client_name <> old.client_name or new.location is not old.location
    or new.event_type <> old.event_type or new.status_rank <> old.status_rank
    or new.is_archived <> old.is_archived begin
    insert into events_unindexed values (new.number) on conflict do nothing;
end;

create trigger clients_inserted after insert on clients begin
    update clients set events = (select count(*) from events where client_id = new.id) where number = new.number;
    update events set client_name = new.company_name, client_key = new.company_key
        where client_id = new.id and client_name <> new.company_name;
    insert into clients_unindexed values (new.number) on conflict do nothing;
end;

create trigger clients_renamed after update of company_name on clients when new.company_name <> old.company_name begin
    update events set client_name = new.company_name, client_key = new.company_key where client_id = new.id;
end;

create trigger clients_reworded after update of company_name, contact_name, email, phone on clients
when new.company_name <> old.company_name or new.contact_name is not old.contact_name
    or new.email is not old.email or new.phone is not old.phone begin
    insert into clients_unindexed values (new.number) on conflict do nothing;
end;

create trigger clients_deleted after delete on clients begin
    update events set client_name = '', client_key = '' where client_id = old.id;
    insert into clients_unindexed values (old.number) on conflict do nothing;
end;
