-- The journal: audit trail, undo log, idempotency ledger and change feed in one. Triggers write its rows, so cascades,
-- status logs and special functions are all in it; a write outside a command is refused.

-- One row per organization; n is raised last in each command, so commit order is n order and there are no gaps.
create table app.feeds (
    org_id uuid not null,
    n bigint not null default 0,
    -- Changed when a server is restored from a backup: desks start over.
    epoch uuid not null default gen_random_uuid(),
    constraint feeds_pkey primary key (org_id),
    constraint feeds_organization_exists foreign key (org_id) references app.organizations (id)
) with (fillfactor = 50);

-- A command id is taken here first; a twin waits on it.
create table app.commands (
    org_id uuid not null,
    command_id uuid not null,
    actor uuid,
    request_hash bytea not null,
    at timestamptz not null default now(),
    constraint commands_pkey primary key (org_id, command_id)
);

create table app.journal (
    org_id uuid not null,
    n bigint not null,
    command_id uuid not null,
    command text not null,
    actor uuid,
    device uuid,
    at timestamptz not null default now(),
    -- What the command needed, and so what undoing it needs; null: cannot be undone.
    permissions text[],
    row_count integer not null,
    undoes uuid,
    undone_by uuid,
    constraint journal_pkey primary key (org_id, n),
    constraint journal_command_unique unique (org_id, command_id),
    constraint journal_command_length check (char_length(command) between 1 and 100)
);

create table app.journal_rows (
    org_id uuid not null,
    command_id uuid not null,
    seq integer not null,
    table_name text not null,
    id uuid not null,
    op "char" not null,
    before jsonb,
    after jsonb,
    constraint journal_rows_pkey primary key (org_id, command_id, seq)
);
create index journal_rows_by_row on app.journal_rows (id, org_id, command_id);

-- What an import file's row became, so that the same file adds nothing twice. `is_gone` where that row no longer exists.
create table app.import_keys (
    org_id uuid not null,
    kind text not null,
    key text not null,
    id uuid not null,
    command_id uuid not null,
    is_gone boolean not null default false,
    constraint import_keys_kind_length check (char_length(kind) between 1 and 100),
    constraint import_keys_key_length check (char_length(key) between 1 and 1000)
);
create unique index import_keys_unique on app.import_keys (org_id, kind, key) where not is_gone;
create index import_keys_by_id on app.import_keys (id, org_id);

do $$
declare
    t text;
begin
    foreach t in array array['feeds', 'commands', 'journal', 'journal_rows', 'import_keys'] loop
        perform setup.secure(t, 'org_id = any ((select account.orgs())::uuid[])');
    end loop;
end $$;
grant select, update on app.feeds to cloche_api;
grant select, insert on app.commands to cloche_api;
grant select, insert, update on app.journal to cloche_api;
grant select on app.journal_rows to cloche_api;
grant select, insert, update on app.import_keys to cloche_api;
grant select, insert, update on app.feeds, app.import_keys to cloche_guard;
grant select, insert on app.commands, app.journal, app.journal_rows to cloche_guard;

-- One trigger per statement and operation; set-based, so that 2 000 rows cost one insert.
-- A plan made for one row is kept for the session: a nested loop over two transition tables of 2 000 rows takes seconds.
create function app.capture() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' set enable_nestloop = off as $$
declare
    command uuid := nullif(current_setting('cloche.command', true), '')::uuid;
    base integer := coalesce(nullif(current_setting('cloche.seq', true), ''), '0')::integer;
    written integer;
begin
    if tg_op = 'INSERT' then
        if command is not null then
            insert into app.journal_rows (org_id, command_id, seq, table_name, id, op, after)
            select a.org_id, command, base + row_number() over (), tg_table_name, a.id, 'i', to_jsonb(a) from added a;
            get diagnostics written = row_count;
        elsif not exists (select from added) then
            return null;
        end if;
    elsif tg_op = 'UPDATE' then
        if command is not null then
            insert into app.journal_rows (org_id, command_id, seq, table_name, id, op, before, after)
            select a.org_id, command, base + row_number() over (), tg_table_name, a.id, 'u', to_jsonb(g), to_jsonb(a)
            from added a join gone g on g.org_id = a.org_id and g.id = a.id;
            get diagnostics written = row_count;
        elsif not exists (select from added) then
            return null;
        end if;
    else
        if command is not null then
            insert into app.journal_rows (org_id, command_id, seq, table_name, id, op, before)
            select g.org_id, command, base + row_number() over (), tg_table_name, g.id, 'd', to_jsonb(g) from gone g;
            get diagnostics written = row_count;
            -- The file that brought this row may bring it again.
            update app.import_keys k set is_gone = true
            where k.org_id = any (array(select g.org_id from gone g)) and k.id = any (array(select g.id from gone g))
              and not k.is_gone;
        elsif not exists (select from gone) then
            return null;
        end if;
    end if;
    if command is null then
        raise exception using errcode = 'CL403', constraint = 'outside_a_command',
            message = 'Changes go through the door.';
    end if;
    perform set_config('cloche.seq', (base + written)::text, true);
    return null;
end $$;
alter function app.capture owner to cloche_guard;

-- Puts capture on a table. Ids and organizations never change, or the images would not find each other.
create function setup.capture(p_table text) returns void
    language plpgsql set search_path = '' as $$
begin
    execute format('create trigger capture_insert after insert on app.%I referencing new table as added for each statement execute function app.capture()', p_table);
    execute format('create trigger capture_update after update on app.%I referencing old table as gone new table as added for each statement execute function app.capture()', p_table);
    execute format('create trigger capture_delete after delete on app.%I referencing old table as gone for each statement execute function app.capture()', p_table);
    execute format('create trigger no_truncate before truncate on app.%I for each statement execute function app.refuse_truncate()', p_table);
end $$;

create function app.refuse_truncate() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    raise exception using errcode = 'CL403', constraint = 'outside_a_command', message = 'Changes go through the door.';
end $$;
alter function app.refuse_truncate owner to cloche_guard;

select setup.capture(t) from unnest(array['organizations', 'memberships', 'role_permissions']) t;

-- Begins the server's own command (set-up, backfills, nightly work): what capture needs. End it with app.end_command.
create function app.begin_own_command(p_org uuid, p_command_id uuid) returns void
    language plpgsql set search_path = '' as $$
begin
    insert into app.commands (org_id, command_id, request_hash) values (p_org, p_command_id, '');
    perform set_config('cloche.command', p_command_id::text, true), set_config('cloche.seq', '0', true),
            set_config('cloche.actor', '', true), set_config('cloche.import', '', true),
            set_config('cloche.undo', '', true);
end $$;

-- Writes the journal's header, with the feed counter last: from here to commit the organization's other commands wait.
create function app.end_command(p_org uuid, p_command_id uuid, p_command text, p_actor uuid, p_device uuid,
                                p_permissions text[], p_undoes uuid default null) returns bigint
    language plpgsql set search_path = '' as $$
declare
    rows_written integer := coalesce(nullif(current_setting('cloche.seq', true), ''), '0')::integer;
    place bigint;
begin
    update app.feeds f set n = f.n + 1 where f.org_id = p_org returning f.n into place;
    insert into app.journal (org_id, n, command_id, command, actor, device, permissions, row_count, undoes)
    values (p_org, place, p_command_id, p_command, p_actor, p_device, p_permissions, rows_written, p_undoes);
    perform set_config('cloche.command', '', true);
    return place;
end $$;
grant execute on function app.begin_own_command, app.end_command to cloche_guard;
grant execute on function app.end_command to cloche_api;
