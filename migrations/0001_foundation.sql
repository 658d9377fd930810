-- What everything else stands on: schemas, the server's identity, the lists that the door, the feed and undo work from.
--
-- Conventions: org_id first in every key; every constraint named <table>_<what>, because the name is API (it maps to a
-- field and a sentence); definer and trigger functions pin search_path = ''. Secondary indexes lead with the id that they
-- look up: before there are statistics the planner takes (org_id, other) for as good as the primary key, and a first
-- import would scan the organization for each foreign key. A backfill in a later migration writes
-- inside a command of its own (see capture in 0003), so that desks hear of it.

create schema app;
create schema api authorization cloche_api;
create schema account authorization cloche_identity;
create schema setup;

-- PostgreSQL lets everybody execute a new function; here nobody may until it is granted.
alter default privileges revoke execute on functions from public;
alter default privileges for role cloche_api revoke execute on functions from public;
alter default privileges for role cloche_guard revoke execute on functions from public;
alter default privileges for role cloche_identity revoke execute on functions from public;

grant usage on schema app to cloche_api, cloche_guard, cloche_identity;
grant usage on schema setup to cloche_guard, cloche_identity;
-- Functions are handed over to these owners, which needs CREATE where the function lies.
grant create on schema app to cloche_api, cloche_guard;
grant create on schema setup to cloche_guard, cloche_identity;
grant usage on schema api to cloche_device;
grant usage on schema account to cloche_account, cloche_device, cloche_api, cloche_guard;

-- One row. Role names hash server_id, so a copied database gets a new one.
create table app.schema_info (
    id boolean not null default true,
    server_id uuid not null default gen_random_uuid(),
    schema_version integer not null,
    min_desk_version text not null,
    constraint schema_info_pkey primary key (id),
    constraint schema_info_single check (id)
);
insert into app.schema_info (schema_version, min_desk_version) values (1, '0.1.0');

-- Names as the matrix spells them; the same list is domain::permission::PERMISSIONS.
create table app.permissions (
    name text not null,
    constraint permissions_pkey primary key (name)
);
insert into app.permissions (name) values
    ('organization.edit'), ('members.edit'),
    ('clients.create'), ('clients.edit'), ('clients.delete'),
    ('events.create'), ('events.edit'), ('events.advance'), ('events.cancel'), ('events.archive'),
    ('events.unarchive'), ('events.import');

-- The IANA zones this server knows. pg_timezone_names reads hundreds of files, so it is asked once per set-up.
create table app.time_zones (
    name text not null,
    constraint time_zones_pkey primary key (name)
);

-- What is replicated to desks. `position` orders parents before children; `lock_order` is the order in which a command
-- locks rows (events first, whatever order the desk sent); rows of a `derived` table are written by triggers only.
create table app.replicated (
    table_name text not null,
    position integer not null,
    lock_order integer not null,
    is_derived boolean not null default false,
    constraint replicated_pkey primary key (table_name),
    constraint replicated_position_unique unique (position)
);
insert into app.replicated (table_name, position, lock_order, is_derived) values
    ('organizations', 10, 100, false), ('memberships', 20, 110, false), ('role_permissions', 30, 120, false),
    ('clients', 40, 30, false), ('events', 50, 10, false), ('event_status_log', 60, 20, true);

-- What a write through the door needs. A column without a row here cannot be written. '' in old_value/new_value fits
-- every value; a row that names values wins over one that does not.
create table app.rules (
    table_name text not null,
    op text not null,
    column_name text not null,
    old_value text not null default '',
    new_value text not null default '',
    permission text not null,
    constraint rules_pkey primary key (table_name, op, column_name, old_value, new_value),
    constraint rules_op_known check (op in ('insert', 'update', 'delete')),
    constraint rules_permission_known foreign key (permission) references app.permissions (name),
    constraint rules_table_known foreign key (table_name) references app.replicated (table_name)
);

-- Columns that mean something only together: touching one sends and compares all.
create table app.column_groups (
    table_name text not null,
    columns text[] not null,
    constraint column_groups_pkey primary key (table_name, columns),
    constraint column_groups_table_known foreign key (table_name) references app.replicated (table_name)
);

grant select on app.schema_info, app.permissions, app.time_zones, app.replicated, app.rules, app.column_groups
    to cloche_api, cloche_guard, cloche_identity;

-- Refusals in one shape: SQLSTATE of ours, a finished sentence, a constraint name, details as JSON.
create function app.refuse(p_code text, p_constraint text, p_message text, p_detail jsonb default null) returns void
    language plpgsql set search_path = '' as $$
begin
    raise exception using errcode = p_code, constraint = p_constraint, message = p_message,
        detail = coalesce(p_detail::text, '');
end $$;
grant execute on function app.refuse to cloche_api, cloche_guard, cloche_identity;

-- Whether a text has no white space at its ends: Unicode's White_Space, as Rust's `trim` takes it, in any locale.
create function app.is_trimmed(p_text text) returns boolean
    language sql immutable parallel safe
    return p_text = btrim(p_text, E'\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000');
grant execute on function app.is_trimmed to cloche_api, cloche_guard, cloche_identity;

-- Whether a text is as domain::text writes it, where length and emptiness are checked apart: trimmed, composed (NFC), no
-- control characters or odd line ends (in p_lines, line feeds and tabs may stay), and something that can be seen.
create function app.is_visible(p_text text, p_lines boolean) returns boolean
    language sql immutable parallel safe
    return app.is_trimmed(p_text) and p_text is nfc normalized
        and p_text !~ case when p_lines then '[\u0001-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]'
                           else '[\u0001-\u001F\u007F-\u009F\u2028\u2029]' end
        and p_text ~ '[^\u0001-\u0020\u007F-\u00A0\u00AD\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u2066-\u206F\u3000\uFEFF]';
grant execute on function app.is_visible to cloche_api, cloche_guard, cloche_identity;

-- Takes over the zones of the server's own time zone files; run at set-up and after an upgrade of PostgreSQL.
create function setup.refresh_time_zones() returns void
    language sql set search_path = '' as $$
    insert into app.time_zones (name)
    select z.name from pg_catalog.pg_timezone_names z
    where z.name !~ '^(posix|right)/' and z.name not in ('Factory', 'localtime', 'posixrules')
    on conflict do nothing
$$;
select setup.refresh_time_zones();

-- Row security on a table, with the usual policies: guards and identity see all of it, the api what `p_visible` says.
create function setup.secure(p_table text, p_visible text) returns void
    language plpgsql set search_path = '' as $$
begin
    execute format('alter table app.%I enable row level security', p_table);
    execute format('create policy guards_see_whole_organizations on app.%I to cloche_guard using (true) with check (true)', p_table);
    if p_visible is not null then
        execute format('create policy callers_see_what_they_may on app.%I to cloche_api using (%s) with check (%2$s)', p_table, p_visible);
    end if;
end $$;

do $$
declare
    t text;
begin
    foreach t in array array['schema_info', 'permissions', 'time_zones', 'replicated', 'rules', 'column_groups'] loop
        perform setup.secure(t, 'true');
        execute format('create policy identity_reads on app.%I for select to cloche_identity using (true)', t);
    end loop;
end $$;
