-- Imports: a file's changes come in parts and are applied in one transaction, as one journal entry and so one undo.

create table app.staged_changes (
    org_id uuid not null,
    command_id uuid not null,
    part integer not null,
    actor uuid not null,
    changes jsonb not null,
    at timestamptz not null default now(),
    constraint staged_changes_pkey primary key (org_id, command_id, part),
    constraint staged_changes_part_range check (part between 0 and 99)
);
create index staged_changes_by_actor on app.staged_changes (org_id, actor, at);
select setup.secure('staged_changes', 'org_id = any ((select account.orgs())::uuid[]) and actor = (select account.me())');
grant select, insert, update, delete on app.staged_changes to cloche_api;

-- Stores one part; sending a part again replaces it, so a lost answer is harmless. Parts of a day ago are forgotten.
create function api.stage(p_org uuid, p_command_id uuid, p_part integer, p_changes jsonb) returns json
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    if not caller.permissions && array['clients.create', 'events.create', 'events.import'] then
        perform app.require(array['events.import'], caller.permissions);
    end if;
    perform app.check_changes(p_changes);
    if p_command_id is null or p_part is null or p_part not between 0 and 99 then
        perform app.refuse('CL422', 'staged_changes_part_range', 'An import has at most 100 parts.');
    end if;
    if exists (select from app.commands c where c.org_id = p_org and c.command_id = p_command_id) then
        perform app.refuse('CL422', 'commands_reused', 'That command was already used for something else.');
    end if;
    delete from app.staged_changes s where s.org_id = p_org and s.actor = caller.user_id and s.at < now() - interval '1 day';
    if (select count(distinct s.command_id) from app.staged_changes s
        where s.org_id = p_org and s.actor = caller.user_id and s.command_id <> p_command_id) >= 4 then
        perform app.refuse('CL422', 'staged_changes_limit', 'You have other imports under way. Finish or cancel them first.');
    end if;
    insert into app.staged_changes as s (org_id, command_id, part, actor, changes)
    values (p_org, p_command_id, p_part, caller.user_id, p_changes)
    on conflict (org_id, command_id, part) do update set changes = excluded.changes, at = now();
    return json_build_object('staged', (select count(*) from app.staged_changes s
        where s.org_id = p_org and s.command_id = p_command_id));
end $$;

create function api.discard_staged(p_org uuid, p_command_id uuid) returns json
    language plpgsql security definer set search_path = '' as $$
declare
    parts integer;
begin
    perform account.enter(p_org);
    delete from app.staged_changes s where s.org_id = p_org and s.command_id = p_command_id;
    get diagnostics parts = row_count;
    return json_build_object('discarded', parts);
end $$;

-- Remembers what the rows of a file became; a key that is there already means that another desk was faster.
create function app.keep_keys(p_org uuid, p_command_id uuid, p_keys jsonb) returns void
    language plpgsql set search_path = '' as $$
declare
    taken record;
    kept integer;
begin
    if jsonb_typeof(p_keys) <> 'array' then
        perform app.refuse('CL422', 'changes_malformed', 'The changes could not be read.');
    end if;
    insert into app.import_keys (org_id, kind, key, id, command_id)
    select p_org, k ->> 'kind', k ->> 'key', (k ->> 'id')::uuid, p_command_id
    from jsonb_array_elements(p_keys) k
    order by 2, 3
    on conflict (org_id, kind, key) where not is_gone do nothing;
    get diagnostics kept = row_count;
    if kept = jsonb_array_length(p_keys) then
        return;
    end if;
    select k ->> 'kind' as kind, k ->> 'key' as key into taken
    from jsonb_array_elements(p_keys) k
    where not exists (
        select from app.import_keys i where i.org_id = p_org and i.kind = k ->> 'kind' and i.key = k ->> 'key'
        and not i.is_gone and i.command_id = p_command_id and i.id = (k ->> 'id')::uuid)
    limit 1;
    if taken.key is not null then
        perform app.refuse('CL422', 'import_keys_unique', format('“%s” has already been imported.', left(taken.key, 200)),
            jsonb_build_object('kind', taken.kind, 'key', taken.key));
    end if;
end $$;
grant execute on function app.keep_keys to cloche_api;

create function api.apply_staged(p_org uuid, p_command_id uuid, p_command text, p_keys jsonb default '[]') returns json
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    part record;
    touched record;
    needed text[] := '{}';
begin
    select * into caller from account.enter(p_org);
    if not app.take_command(p_org, p_command_id, p_command, caller.user_id,
                            sha256(convert_to(p_command || p_keys::text, 'UTF8'))) then
        return (select json_build_object('n', j.n, 'command_id', p_command_id, 'replayed', true, 'rows_changed', j.row_count)
                from app.journal j where j.org_id = p_org and j.command_id = p_command_id);
    end if;
    if not exists (select from app.staged_changes s where s.org_id = p_org and s.command_id = p_command_id) then
        perform app.refuse('CL404', 'staged_changes_unknown', 'Nothing is waiting to be imported. Start the import again.');
    end if;
    perform app.set_context(p_command_id, caller.user_id, app.is_import(p_command, caller.permissions), null);
    for touched in
        select r.table_name, array_agg((c ->> 'id')::uuid) as ids
        from app.staged_changes s cross join jsonb_array_elements(s.changes) c
        join app.replicated r on r.table_name = c ->> 'table'
        where s.org_id = p_org and s.command_id = p_command_id and c ->> 'op' <> 'insert'
        group by r.table_name, r.lock_order order by r.lock_order
    loop
        perform app.lock_rows(p_org, touched.table_name, touched.ids);
    end loop;
    for part in
        select s.changes from app.staged_changes s
        where s.org_id = p_org and s.command_id = p_command_id order by s.part
    loop
        needed := needed || app.run_changes(p_org, part.changes, caller.permissions);
    end loop;
    perform app.keep_keys(p_org, p_command_id, p_keys);
    delete from app.staged_changes s where s.org_id = p_org and s.command_id = p_command_id;
    set constraints all immediate;
    perform app.end_command(p_org, p_command_id, p_command, caller.user_id, caller.device_id,
        array(select distinct k from unnest(needed) k order by k));
    return (select json_build_object('n', j.n, 'command_id', p_command_id, 'replayed', false, 'rows_changed', j.row_count)
            from app.journal j where j.org_id = p_org and j.command_id = p_command_id);
end $$;

-- Which of a file's keys are here already, and as what: {key: id}.
create function api.imported(p_org uuid, p_kind text, p_keys text[]) returns json
    language plpgsql stable security definer set search_path = '' as $$
begin
    perform account.enter(p_org);
    return (select coalesce(json_object_agg(k.key, k.id), '{}') from app.import_keys k
            where k.org_id = p_org and k.kind = p_kind and k.key = any (p_keys) and not k.is_gone);
end $$;

alter function api.stage owner to cloche_api;
alter function api.discard_staged owner to cloche_api;
alter function api.apply_staged owner to cloche_api;
alter function api.imported owner to cloche_api;
grant execute on function api.stage, api.discard_staged, api.apply_staged, api.imported to cloche_device;
