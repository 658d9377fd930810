-- The door: the one way in. A desk hands over a change set; the door checks permission, applies it in one transaction and
-- answers with the rows as they are now.

-- What the columns of one run need, or a refusal that names the column. A run has one table, one op and one set of keys.
create function app.permissions_for_run(p_table text, p_op text, p_keys text[], p_items jsonb) returns text[]
    language plpgsql stable set search_path = '' as $$
declare
    stray text;
    needed text[];
begin
    if p_op not in ('insert', 'update', 'delete') or not exists (
        select from app.rules r where r.table_name = p_table and r.op = p_op
    ) then
        perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.',
            jsonb_build_object('table', p_table, 'op', p_op));
    end if;
    if p_op = 'delete' then
        return array(select distinct r.permission from app.rules r where r.table_name = p_table and r.op = 'delete');
    end if;
    select k into stray from unnest(p_keys) k where not exists (
        select from app.rules r where r.table_name = p_table and r.op = p_op and r.column_name = k) limit 1;
    if stray is not null then
        perform app.refuse('CL422', 'column_not_writable', 'A desk cannot set that field.',
            jsonb_build_object('table', p_table, 'field', stray));
    end if;
    if p_op = 'insert' then
        return array(select distinct r.permission from app.rules r where r.table_name = p_table and r.op = 'insert');
    end if;
    if cardinality(p_keys) = 0 then
        perform app.refuse('CL422', 'change_empty', 'A change must say what it changes.', jsonb_build_object('table', p_table));
    end if;
    select k into stray from app.column_groups g, unnest(g.columns) k
    where g.table_name = p_table and g.columns && p_keys and k <> all (p_keys) limit 1;
    if stray is not null then
        perform app.refuse('CL422', 'group_incomplete', 'Fields that belong together must be sent together.',
            jsonb_build_object('table', p_table, 'field', stray));
    end if;
    -- Every set column needs its `was`. A column of a group that stays as it was needs no permission.
    select k into stray from jsonb_array_elements(p_items) i, unnest(p_keys) k
    where not coalesce(i -> 'was', '{}') ? k limit 1;
    if stray is not null then
        perform app.refuse('CL422', 'was_missing', 'A change must say what the field was.',
            jsonb_build_object('table', p_table, 'field', stray));
    end if;
    select k into stray from jsonb_array_elements(p_items) i, jsonb_object_keys(i -> 'was') k
    where k <> all (p_keys) limit 1;
    if stray is not null then
        perform app.refuse('CL422', 'column_not_writable', 'A desk cannot compare that field.',
            jsonb_build_object('table', p_table, 'field', stray));
    end if;
    select array_agg(distinct coalesce(rule.permission, '')) into needed
    from (
        -- Values matter only where a rule names values; elsewhere one row per column is enough.
        select distinct k, case when s.special then i -> 'was' ->> k else '' end as old_value,
               case when s.special then i -> 'set' ->> k else '' end as new_value
        from unnest(p_keys) k
        cross join lateral (select exists (
            select from app.rules r where r.table_name = p_table and r.op = 'update' and r.column_name = k
            and (r.old_value <> '' or r.new_value <> '')) as special) s
        cross join jsonb_array_elements(p_items) i
        where i -> 'set' -> k is distinct from i -> 'was' -> k or i -> 'was' = i -> 'set'
    ) touched
    left join lateral (
        select r.permission from app.rules r
        where r.table_name = p_table and r.op = 'update' and r.column_name = touched.k
          and r.old_value in ('', coalesce(touched.old_value, '')) and r.new_value in ('', coalesce(touched.new_value, ''))
        order by (r.old_value <> '')::integer + (r.new_value <> '')::integer desc limit 1
    ) rule on true;
    if '' = any (needed) then
        perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.', jsonb_build_object('table', p_table));
    end if;
    return coalesce(needed, '{}');
end $$;

create function app.require(p_needed text[], p_held text[]) returns void
    language plpgsql immutable set search_path = '' as $$
declare
    missing text;
begin
    if p_needed <@ p_held then
        return;
    end if;
    select k into missing from unnest(p_needed) k where k <> all (p_held) order by k limit 1;
    perform app.refuse('CL403', 'not_permitted',
        format('You do not have the permission for this (%s). An administrator can grant it.', missing),
        jsonb_build_object('permission', missing));
end $$;

-- Applies changes whose rows are locked; answers what they needed.
create function app.run_changes(p_org uuid, p_changes jsonb, p_held text[]) returns text[]
    language plpgsql set search_path = '' as $$
declare
    run record;
    needed text[] := '{}';
    needs text[];
    keys text[];
    clash record;
    one_by_one boolean;
begin
    -- One statement touches a row once: a row that is changed twice makes every change a run of its own.
    one_by_one := jsonb_array_length(p_changes) > 1 and exists (
        select from jsonb_array_elements(p_changes) c group by c ->> 'table', c ->> 'op', c ->> 'id' having count(*) > 1);
    for run in
        select s.table_name, s.op, s.keys, jsonb_agg(s.c order by s.place) as items
        from (
            select k.*, count(*) filter (where k.starts) over (order by k.place) as number
            from (
                select e.c, e.place, e.c ->> 'table' as table_name, e.c ->> 'op' as op, keys.keys,
                       one_by_one or (e.c ->> 'table', e.c ->> 'op', keys.keys)
                           is distinct from lag((e.c ->> 'table', e.c ->> 'op', keys.keys)) over (order by e.place) as starts
                from jsonb_array_elements(p_changes) with ordinality e(c, place)
                -- New rows go together whatever each leaves out; an update writes what it names.
                cross join lateral (
                    select coalesce(array_agg(k), '{}') as keys
                    from jsonb_object_keys(case when e.c ->> 'op' <> 'insert' and jsonb_typeof(e.c -> 'set') = 'object'
                                           then e.c -> 'set' else '{}' end) k) keys
            ) k
        ) s
        group by s.number, s.table_name, s.op, s.keys
        order by min(s.place)
    loop
        keys := run.keys;
        if run.op = 'insert' then
            keys := array(select distinct k from jsonb_array_elements(run.items) i, jsonb_object_keys(coalesce(i -> 'set', '{}')) k);
        end if;
        needs := app.permissions_for_run(run.table_name, run.op, keys, run.items);
        perform app.require(needs, p_held);
        needed := needed || needs;
        if run.op <> 'insert' then
            select * into clash from app.find_conflict(p_org, run.table_name, run.items);
            if clash.id is not null then
                perform app.refuse_conflict(run.table_name, clash.id, clash.was, clash.current);
            end if;
        end if;
        perform app.write_run(p_org, run.table_name, run.op, run.items);
    end loop;
    return array(select distinct n from unnest(needed) n order by n);
end $$;

-- A row that is gone and one that the caller may not see answer alike: `current` is null.
create function app.refuse_conflict(p_table text, p_id uuid, p_was jsonb, p_current jsonb) returns void
    language plpgsql set search_path = '' as $$
begin
    perform app.refuse('CL409', 'changed_by_someone_else',
        case when p_current is null then 'This is no longer available. Somebody may have removed it.'
             else 'Somebody else changed this first. Look at both values and try again.' end,
        jsonb_build_object('table', p_table, 'id', p_id, 'current', p_current, 'columns', coalesce((
            select jsonb_agg(w.key order by w.key) from jsonb_each(p_was) w
            where w.value is distinct from p_current -> w.key), '[]')));
end $$;

-- Locks what the changes touch before anything is compared: events first, each table by id, whatever the desk's order.
create function app.lock_touched(p_org uuid, p_changes jsonb) returns void
    language plpgsql set search_path = '' as $$
declare
    touched record;
begin
    for touched in
        select r.table_name, array_agg((c ->> 'id')::uuid) as ids
        from jsonb_array_elements(p_changes) c
        join app.replicated r on r.table_name = c ->> 'table'
        where c ->> 'op' <> 'insert'
        group by r.table_name, r.lock_order order by r.lock_order
    loop
        perform app.lock_rows(p_org, touched.table_name, touched.ids);
    end loop;
end $$;

-- Refuses what is not a change set before anything reads it.
create function app.check_changes(p_changes jsonb) returns void
    language plpgsql set search_path = '' as $$
begin
    if p_changes is null or jsonb_typeof(p_changes) <> 'array' or exists (
        select from jsonb_array_elements(p_changes) c
        where jsonb_typeof(c) <> 'object' or coalesce(jsonb_typeof(c -> 'set'), 'object') <> 'object'
           or coalesce(jsonb_typeof(c -> 'was'), 'object') <> 'object'
           or coalesce(jsonb_typeof(c -> 'id'), '') <> 'string'
           or coalesce(jsonb_typeof(c -> 'table'), '') <> 'string' or coalesce(jsonb_typeof(c -> 'op'), '') <> 'string'
    ) then
        perform app.refuse('CL422', 'changes_malformed', 'The changes could not be read.');
    end if;
    if jsonb_array_length(p_changes) > 2000 or pg_column_size(p_changes) > 4 * 1024 * 1024 then
        perform app.refuse('CL422', 'changes_too_many',
            'That is too much for one step: at most 2 000 changes or 4 MB. Larger imports go in parts.');
    end if;
end $$;

-- Takes the command id, waiting for a running twin. False: it was there, answer its outcome.
create function app.take_command(p_org uuid, p_command_id uuid, p_command text, p_actor uuid, p_hash bytea) returns boolean
    language plpgsql set search_path = '' as $$
declare
    stored app.commands;
begin
    if p_command_id is null or coalesce(char_length(p_command), 0) not between 1 and 100 then
        perform app.refuse('CL422', 'command_malformed', 'The command could not be read.');
    end if;
    insert into app.commands (org_id, command_id, actor, request_hash)
    values (p_org, p_command_id, p_actor, p_hash) on conflict do nothing;
    if found then
        return true;
    end if;
    select * into stored from app.commands c where c.org_id = p_org and c.command_id = p_command_id;
    if stored.actor is distinct from p_actor or stored.request_hash is distinct from p_hash then
        perform app.refuse('CL422', 'commands_reused', 'That command was already used for something else.');
    end if;
    return false;
end $$;

-- What guards, stamps and capture read. Set for this transaction only; a desk that sets these itself changes nothing,
-- because it reaches no table but through functions that set them again.
create function app.set_context(p_command_id uuid, p_actor uuid, p_import boolean, p_undo uuid) returns void
    language plpgsql set search_path = '' as $$
begin
    perform set_config('cloche.command', p_command_id::text, true), set_config('cloche.seq', '0', true),
            set_config('cloche.actor', p_actor::text, true),
            set_config('cloche.import', case when p_import then 'on' else '' end, true),
            set_config('cloche.undo', coalesce(p_undo::text, ''), true);
end $$;

-- The rows of a command: each row's last image. JSON and not JSONB, here and in the feed: it is printed once and kept nowhere.
create function app.rows_of(p_org uuid, p_command_id uuid) returns json
    language plpgsql stable set search_path = '' as $$
begin
    return (select coalesce(json_agg(json_build_object('table', last.table_name, 'id', last.id, 'row', last.after) order by last.seq), '[]')
            from (select distinct on (r.table_name, r.id) r.table_name, r.id, r.seq, r.after
                  from app.journal_rows r where r.org_id = p_org and r.command_id = p_command_id
                  order by r.table_name, r.id, r.seq desc) last);
end $$;

-- The answer of a command. Of more than 6 000 rows `rows` is empty and `rows_changed` says how many the feed brings.
create function app.answer(p_org uuid, p_command_id uuid, p_replayed boolean) returns json
    language plpgsql stable set search_path = '' as $$
declare
    entry app.journal;
begin
    select * into entry from app.journal j where j.org_id = p_org and j.command_id = p_command_id;
    return json_build_object('n', entry.n, 'command_id', p_command_id, 'replayed', p_replayed,
        'rows_changed', entry.row_count,
        'rows', case when entry.row_count <= 6000 then app.rows_of(p_org, p_command_id) else '[]' end);
end $$;

grant execute on function app.permissions_for_run, app.require, app.run_changes, app.refuse_conflict, app.lock_touched,
    app.check_changes, app.take_command, app.set_context, app.rows_of, app.answer to cloche_api;

create function api.apply(p_org uuid, p_command_id uuid, p_command text, p_changes jsonb, p_preview boolean default false)
    returns json language plpgsql security definer set search_path = '' set timezone = 'UTC'
    -- Two dozen small statements, whose plans never depend on the values: planning some of them anew costs a fifth of it.
    set plan_cache_mode = 'force_generic_plan' as $$
declare
    caller record;
    needed text[];
    preview json;
    -- A preview has an id of its own, so that it never meets a command that ran.
    preview_id uuid := case when p_preview then gen_random_uuid() end;
begin
    select * into caller from account.enter(p_org);
    perform app.check_changes(p_changes);
    if p_preview then
        begin
            perform app.set_context(preview_id, caller.user_id, app.is_import(p_command, caller.permissions), null);
            perform app.lock_touched(p_org, p_changes);
            perform app.run_changes(p_org, p_changes, caller.permissions);
            set constraints all immediate;
            -- The variable survives what the sub-transaction undoes.
            preview := json_build_object('preview', true, 'rows', app.rows_of(p_org, preview_id));
            raise exception using errcode = 'CLPRV', message = 'Preview.';
        exception when sqlstate 'CLPRV' then
            return preview;
        end;
    end if;
    -- The claim comes before every check of the changes: checking first would lie to whoever retries.
    if not app.take_command(p_org, p_command_id, p_command, caller.user_id,
                            sha256(convert_to(p_command || p_changes::text, 'UTF8'))) then
        return app.answer(p_org, p_command_id, true);
    end if;
    perform app.set_context(p_command_id, caller.user_id, app.is_import(p_command, caller.permissions), null);
    perform app.lock_touched(p_org, p_changes);
    needed := app.run_changes(p_org, p_changes, caller.permissions);
    set constraints all immediate;
    perform app.end_command(p_org, p_command_id, p_command, caller.user_id, caller.device_id, needed);
    return app.answer(p_org, p_command_id, false);
end $$;

-- History may come in as history: by an import, from somebody who holds the permission.
create function app.is_import(p_command text, p_held text[]) returns boolean
    language plpgsql immutable set search_path = '' as $$
begin
    return p_command like 'import.%' and 'events.import' = any (p_held);
end $$;
grant execute on function app.is_import to cloche_api;

-- Whether the caller's command was applied: asked after an answer was lost. Waits for one that still runs, and takes the
-- id for good where the answer is no: what was delayed in the network must not arrive after "not saved" was said.
create function api.was_applied(p_org uuid, p_command_id uuid) returns boolean
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    insert into app.commands (org_id, command_id, actor, request_hash)
    values (p_org, p_command_id, caller.user_id, '') on conflict do nothing;
    return not found and exists (
        select from app.journal j
        where j.org_id = p_org and j.command_id = p_command_id and j.actor = caller.user_id);
end $$;

alter function api.apply owner to cloche_api;
alter function api.was_applied owner to cloche_api;
grant execute on function api.apply, api.was_applied to cloche_device;
