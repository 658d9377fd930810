-- The office day at the door: permissions for tasks and resources, permissions that reach one's own rows only, and locks
-- on everything a command touches before it compares or writes anything.

insert into app.permissions (name) values
    ('tasks.create'), ('tasks.edit'), ('tasks.delete'), ('tasks.assign'), ('tasks.status'), ('tasks.status_own'),
    ('resources.create'), ('resources.edit'), ('resources.delete'), ('resources.assign'), ('resources.override');

-- `own_permission` is enough where every row of the run is the caller's own (app.owns). `*` in new_value is any value but
-- null, and is needed on top of what the other rules ask for; on insert it is asked only of rows that set the column.
alter table app.rules
    add column own_permission text,
    add constraint rules_own_permission_known foreign key (own_permission) references app.permissions (name);

create or replace function app.permissions_for_run(p_table text, p_op text, p_keys text[], p_items jsonb) returns text[]
    language plpgsql stable set search_path = '' as $$
declare
    stray text;
    needed text[];
    more text[];
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
    select array_agg(distinct r.permission) into more
    from app.rules r
    where r.table_name = p_table and r.op = p_op and r.new_value = '*' and r.column_name = any (p_keys)
      and exists (select from jsonb_array_elements(p_items) i
                  where i -> 'set' ->> r.column_name is not null
                    and (p_op = 'insert' or i -> 'set' -> r.column_name is distinct from i -> 'was' -> r.column_name));
    if p_op = 'insert' then
        return array(select distinct r.permission from app.rules r
                     where r.table_name = p_table and r.op = 'insert' and r.new_value = '') || coalesce(more, '{}');
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
            and (r.old_value <> '' or r.new_value not in ('', '*'))) as special) s
        cross join jsonb_array_elements(p_items) i
        where i -> 'set' -> k is distinct from i -> 'was' -> k or i -> 'was' = i -> 'set'
    ) touched
    left join lateral (
        select r.permission from app.rules r
        where r.table_name = p_table and r.op = 'update' and r.column_name = touched.k and r.new_value <> '*'
          and r.old_value in ('', coalesce(touched.old_value, '')) and r.new_value in ('', coalesce(touched.new_value, ''))
        order by (r.old_value <> '')::integer + (r.new_value <> '')::integer desc limit 1
    ) rule on true;
    if '' = any (needed) then
        perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.', jsonb_build_object('table', p_table));
    end if;
    return coalesce(needed, '{}') || coalesce(more, '{}');
end $$;

-- What is needed, with each permission that the caller lacks replaced by the one for own rows, where that one is enough.
create function app.own_instead(p_org uuid, p_table text, p_op text, p_keys text[], p_items jsonb, p_needed text[], p_held text[])
    returns text[] language plpgsql set search_path = '' as $$
declare
    me uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
    needed text[] := p_needed;
    missing text;
    own text[];
begin
    foreach missing in array p_needed loop
        continue when missing = any (p_held);
        select array_agg(distinct coalesce(r.own_permission, '')) into own
        from app.rules r
        where r.table_name = p_table and r.op = p_op and r.permission = missing
          and (p_op <> 'update' or r.column_name = any (p_keys));
        continue when own is null or not own <@ p_held;
        continue when exists (select from jsonb_array_elements(p_items) i
                              where not app.owns(p_org, p_table, (i ->> 'id')::uuid, me));
        needed := array_remove(needed, missing) || own;
    end loop;
    return needed;
end $$;
grant execute on function app.own_instead to cloche_api;

create or replace function app.run_changes(p_org uuid, p_changes jsonb, p_held text[]) returns text[]
    language plpgsql set search_path = '' as $$
declare
    run record;
    needed text[] := '{}';
    needs text[];
    keys text[];
    clash record;
    one_by_one boolean;
    -- Whoever sees the whole organization meets row security nowhere in it.
    sees_all boolean := p_org = any (account.whole_orgs());
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
        if not needs <@ p_held then
            needs := app.own_instead(p_org, run.table_name, run.op, keys, run.items, needs, p_held);
            perform app.require(needs, p_held);
        end if;
        needed := needed || needs;
        if run.op <> 'insert' then
            select * into clash from app.find_conflict(p_org, run.table_name, run.items);
            if clash.id is not null then
                perform app.refuse_conflict(run.table_name, clash.id, clash.was, clash.current);
            end if;
        end if;
        if sees_all then
            perform app.write_run(p_org, run.table_name, run.op, run.items);
        else
            begin
                perform app.write_run(p_org, run.table_name, run.op, run.items);
            exception when insufficient_privilege then
                -- Alike for what is hidden and for what does not exist.
                perform app.refuse('CL403', 'out_of_sight', 'You can add and change only what belongs to the events you work on.',
                    jsonb_build_object('table', run.table_name));
            end;
        end if;
    end loop;
    return array(select distinct n from unnest(needed) n order by n);
end $$;

-- Locks the rows that others hang from, in one order for everybody: events, resources, clients, each by id. A foreign key
-- alone lets a child slip under an archive, two halves of a cycle in at once, and a pool be booked twice.
create function app.lock_parents(p_org uuid, p_events uuid[], p_resources uuid[], p_clients uuid[]) returns void
    language plpgsql set search_path = '' as $$
begin
    if p_events <> '{}' then
        perform app.lock_rows(p_org, 'events', p_events);
    end if;
    if p_resources <> '{}' then
        perform app.lock_rows(p_org, 'resources', p_resources);
    end if;
    if p_clients <> '{}' then
        perform app.lock_rows(p_org, 'clients', p_clients);
    end if;
end $$;

-- Locks what change sets touch before anything is compared, whatever the desk's order: parents first, those of the rows as
-- they are and those that the changes name, then the rows themselves, table by table.
create function app.lock_sets(p_org uuid, p_sets jsonb[]) returns void
    language plpgsql set search_path = '' as $$
declare
    t record;
    touched record;
    events uuid[];
    resources uuid[];
begin
    select array_agg(c.id) filter (where c.tab = 'tasks' and c.old) as tasks,
           array_agg(c.id) filter (where c.tab = 'task_dependencies' and c.old) as dependencies,
           array_agg(c.id) filter (where c.tab = 'resource_schedule' and c.old) as entries,
           coalesce(array_agg(c.id) filter (where c.tab = 'events' and c.old), '{}')
               || coalesce(array_agg((c.set ->> 'event_id')::uuid) filter (where c.set ->> 'event_id' is not null), '{}') as events,
           coalesce(array_agg(c.id) filter (where c.tab = 'resources' and c.old), '{}')
               || coalesce(array_agg((c.set ->> 'resource_id')::uuid) filter (where c.set ->> 'resource_id' is not null), '{}')
               || coalesce(array_agg((c.set ->> 'assigned_to')::uuid) filter (where c.set ->> 'assigned_to' is not null), '{}') as resources,
           coalesce(array_agg(c.id) filter (where c.tab = 'clients' and c.old), '{}')
               || coalesce(array_agg((c.set ->> 'client_id')::uuid) filter (where c.set ->> 'client_id' is not null), '{}') as clients
    into t
    from (select c ->> 'table' as tab, c ->> 'op' <> 'insert' as old, (c ->> 'id')::uuid as id, c -> 'set' as set
          from unnest(p_sets) s cross join jsonb_array_elements(s) c) c;
    events := t.events;
    resources := t.resources;
    if t.tasks is not null then
        events := events || array(select k.event_id from app.tasks k where k.org_id = p_org and k.id = any (t.tasks));
    end if;
    if t.dependencies is not null then
        events := events || array(select d.event_id from app.task_dependencies d where d.org_id = p_org and d.id = any (t.dependencies));
    end if;
    if t.entries is not null then
        events := events || array(select e.event_id from app.resource_schedule e
                                  where e.org_id = p_org and e.id = any (t.entries) and e.event_id is not null);
        resources := resources || array(select e.resource_id from app.resource_schedule e
                                        where e.org_id = p_org and e.id = any (t.entries));
    end if;
    perform app.lock_parents(p_org, events, resources, t.clients);
    for touched in
        select r.table_name, array_agg((c ->> 'id')::uuid) as ids
        from unnest(p_sets) s cross join jsonb_array_elements(s) c
        join app.replicated r on r.table_name = c ->> 'table'
        where c ->> 'op' <> 'insert' and r.table_name not in ('events', 'resources', 'clients')
        group by r.table_name, r.lock_order order by r.lock_order
    loop
        perform app.lock_rows(p_org, touched.table_name, touched.ids);
    end loop;
end $$;

create or replace function app.lock_touched(p_org uuid, p_changes jsonb) returns void
    language plpgsql set search_path = '' as $$
begin
    perform app.lock_sets(p_org, array[p_changes]);
end $$;

-- Lets the deferred guards decide: ours first, because they name what is in the way, then keys and exclusions.
create function app.settle() returns void
    language plpgsql set search_path = '' as $$
begin
    set constraints app.resource_schedule_room, app.resources_room, app.tasks_order, app.task_dependencies_order immediate;
    set constraints all immediate;
end $$;
grant execute on function app.lock_parents, app.lock_sets to cloche_api;
grant execute on function app.settle to cloche_api, cloche_guard;

create or replace function api.apply(p_org uuid, p_command_id uuid, p_command text, p_changes jsonb, p_preview boolean default false)
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
            perform app.settle();
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
    perform app.end_command(p_org, p_command_id, p_command, caller.user_id, caller.device_id, needed);
    return app.answer(p_org, p_command_id, false);
end $$;

create or replace function api.stage(p_org uuid, p_command_id uuid, p_part integer, p_changes jsonb) returns json
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    if not caller.permissions && array['clients.create', 'events.create', 'events.import',
                                       'resources.create', 'resources.assign', 'tasks.create'] then
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

create or replace function api.apply_staged(p_org uuid, p_command_id uuid, p_command text, p_keys jsonb default '[]') returns json
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    part jsonb;
    parts jsonb[];
    needed text[] := '{}';
begin
    select * into caller from account.enter(p_org);
    if not app.take_command(p_org, p_command_id, p_command, caller.user_id,
                            sha256(convert_to(p_command || p_keys::text, 'UTF8'))) then
        return (select json_build_object('n', j.n, 'command_id', p_command_id, 'replayed', true, 'rows_changed', j.row_count)
                from app.journal j where j.org_id = p_org and j.command_id = p_command_id);
    end if;
    select array_agg(s.changes order by s.part) into parts
    from app.staged_changes s where s.org_id = p_org and s.command_id = p_command_id;
    if parts is null then
        perform app.refuse('CL404', 'staged_changes_unknown', 'Nothing is waiting to be imported. Start the import again.');
    end if;
    perform app.set_context(p_command_id, caller.user_id, app.is_import(p_command, caller.permissions), null);
    perform app.lock_sets(p_org, parts);
    foreach part in array parts loop
        needed := needed || app.run_changes(p_org, part, caller.permissions);
    end loop;
    perform app.keep_keys(p_org, p_command_id, p_keys);
    delete from app.staged_changes s where s.org_id = p_org and s.command_id = p_command_id;
    perform app.end_command(p_org, p_command_id, p_command, caller.user_id, caller.device_id,
        array(select distinct k from unnest(needed) k order by k));
    return (select json_build_object('n', j.n, 'command_id', p_command_id, 'replayed', false, 'rows_changed', j.row_count)
            from app.journal j where j.org_id = p_org and j.command_id = p_command_id);
end $$;

-- Writers once more: parents are locked by app.lock_sets, and a row is locked against other writers only, so that a
-- foreign key may look at it meanwhile.
create or replace function setup.build_writer(p_table text) returns void
    language plpgsql set search_path = '' as $fn$
declare
    t regclass := format('app.%I', p_table)::regclass;
    insertable text[];
    updatable text[];
    defaults text;
    insert_part text := '';
    update_part text := '';
    delete_part text := '';
begin
    select array_agg(distinct r.column_name order by r.column_name) filter (where r.op = 'insert'),
           array_agg(distinct r.column_name order by r.column_name) filter (where r.op = 'update')
    into insertable, updatable
    from app.rules r where r.table_name = p_table;
    -- What the desk leaves out takes the column's default.
    select string_agg(format('    base.%I := %s;', a.attname, pg_get_expr(d.adbin, d.adrelid)), E'\n')
    into defaults
    from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = t and a.attname = any (insertable) and a.attgenerated = '';
    if insertable is not null then
        insert_part := format($q$
    if p_op = 'insert' then
        insert into app.%1$I (org_id, id, %2$s)
        select p_org, (i ->> 'id')::uuid, %3$s
        from jsonb_array_elements(p_items) i
        cross join lateral jsonb_populate_record(base, i -> 'set') s;
        return;
    end if;$q$, p_table, (select string_agg(quote_ident(c), ', ') from unnest(insertable) c),
            (select string_agg('s.' || quote_ident(c), ', ') from unnest(insertable) c));
    end if;
    if updatable is not null then
        update_part := format($q$
    if p_op = 'update' then
        -- No column that a desk writes holds an array: then text would not be its image.
        update app.%1$I t set %2$s
        from (select (c ->> 'id')::uuid as id, c -> 'set' as set from jsonb_array_elements(p_items) c offset 0) i
        where t.org_id = p_org and t.id = i.id;
        return;
    end if;$q$, p_table, (
            select string_agg(format('%1$I = case when i.set ? %1$L then (i.set ->> %1$L)::%2$s else t.%1$I end',
                a.attname, format_type(a.atttypid, a.atttypmod)), ', ')
            from pg_catalog.pg_attribute a where a.attrelid = t and a.attname = any (updatable)));
    end if;
    if exists (select from app.rules r where r.table_name = p_table and r.op = 'delete') then
        delete_part := format($q$
    if p_op = 'delete' then
        delete from app.%1$I t using (select (c ->> 'id')::uuid as id from jsonb_array_elements(p_items) c offset 0) i
        where t.org_id = p_org and t.id = i.id;
        return;
    end if;$q$, p_table);
    end if;

    execute format($q$
create or replace function app.write_%2$s(p_org uuid, p_op text, p_items jsonb) returns void
    language plpgsql set search_path = '' set enable_seqscan = off as $body$
#variable_conflict use_column
declare
    base app.%1$I;
begin
%3$s%4$s%5$s%6$s
    perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.');
end $body$;$q$, p_table, p_table, coalesce(defaults, ''), insert_part, update_part, delete_part);
    execute format('grant execute on function app.write_%s to cloche_api', p_table);

    -- Compare-and-set: the first row that is gone or no longer is as the desk saw it. Typed, and whole groups at once,
    -- because `was` names them whole. Rows are locked, so the answer holds until commit.
    execute format($q$
create or replace function app.conflict_%2$s(p_org uuid, p_items jsonb, out id uuid, out was jsonb, out current jsonb)
    language plpgsql set search_path = '' set enable_seqscan = off as $body$
begin
    select i.id, case when e.id is null then i.was else to_jsonb(jsonb_populate_record(e, i.was)) end, to_jsonb(e)
    into id, was, current
    from (select (c ->> 'id')::uuid as id, c -> 'was' as was from jsonb_array_elements(p_items) c offset 0) i
    left join app.%1$I e on e.org_id = p_org and e.id = i.id
    where e.id is null or jsonb_populate_record(e, coalesce(i.was, '{}')) is distinct from e
    limit 1;
end $body$;$q$, p_table, p_table);
    execute format('grant execute on function app.conflict_%s to cloche_api', p_table);
    execute format($q$
create or replace function app.lock_%2$s(p_org uuid, p_ids uuid[]) returns void
    language plpgsql set search_path = '' as $body$
begin
    perform 1 from app.%1$I e where e.org_id = p_org and e.id = any (p_ids) order by e.id for no key update;
end $body$;$q$, p_table, p_table);
    execute format('grant execute on function app.lock_%s to cloche_api', p_table);
end $fn$;
select setup.build_writers();
