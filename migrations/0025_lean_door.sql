-- The same door with less to do. A command that changes one row is what desks send all day, and its cost is how many
-- statements the door runs, each with a start of its own: so no statement is run that has nothing to do, what was asked
-- twice is asked once, and what the door itself keeps (command ids, headers, the feed) is kept by cloche_guard, whom row
-- security asks nothing. Who may call what is as before.

-- The command id and the header are bookkeeping, as the rows that capture writes: nobody chooses what is in them, and the
-- organization is the one that account.enter let the caller into.
alter function app.take_command security definer;
alter function app.take_command owner to cloche_guard;

-- Raises the view of whoever may or sees something else after this command than before; see 0022. What most commands do
-- (an event created or edited) is none of it, which one look at the command's rows tells.
create or replace function app.raise_views(p_org uuid, p_command_id uuid) returns void
    language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
    of_roles boolean;
    of_work boolean;
    people uuid[] := '{}';
begin
    select bool_or(r.table_name in ('memberships', 'role_permissions')
                   or (r.table_name = 'resources' and r.before ->> 'user_id' is distinct from r.after ->> 'user_id')),
           bool_or(r.table_name in ('tasks', 'resource_schedule')
                   or (r.table_name = 'events' and r.op = 'u' and r.before -> 'client_id' is distinct from r.after -> 'client_id'))
    into of_roles, of_work
    from app.journal_rows r where r.org_id = p_org and r.command_id = p_command_id;
    if of_roles then
        people := array(
            select (r.after ->> 'user_id')::uuid from app.journal_rows r
            where r.org_id = p_org and r.command_id = p_command_id and r.table_name = 'memberships' and r.op = 'u'
              and (r.before -> 'role', r.before -> 'ended_at') is distinct from (r.after -> 'role', r.after -> 'ended_at')
            union
            select m.user_id from app.journal_rows r
            join app.memberships m on m.org_id = p_org and m.role = coalesce(r.after, r.before) ->> 'role'
            where r.org_id = p_org and r.command_id = p_command_id and r.table_name = 'role_permissions'
            union
            select m.user_id from app.journal_rows r
            join app.memberships m on m.org_id = p_org and m.role = 'staff'
             and m.user_id in ((r.before ->> 'user_id')::uuid, (r.after ->> 'user_id')::uuid)
            where r.org_id = p_org and r.command_id = p_command_id and r.table_name = 'resources'
              and r.before ->> 'user_id' is distinct from r.after ->> 'user_id');
    end if;
    if of_work then
        people := people || app.staff_with_other_events(p_org, p_command_id);
    end if;
    if people <> '{}' then
        update app.member_views v set view = v.view + 1 where v.org_id = p_org and v.user_id = any (people);
    end if;
end $$;

-- As in 0022, by cloche_guard.
create or replace function app.end_command(p_org uuid, p_command_id uuid, p_command text, p_actor uuid, p_device uuid,
                                p_permissions text[], p_undoes uuid default null) returns bigint
    language plpgsql security definer set search_path = '' as $$
declare
    place bigint;
begin
    perform app.settle();
    update app.feeds f set n = f.n + 1 where f.org_id = p_org returning f.n into place;
    insert into app.journal (org_id, n, command_id, command, actor, device, permissions, row_count, undoes)
    values (p_org, place, p_command_id, p_command, p_actor, p_device, p_permissions,
            coalesce(nullif(current_setting('cloche.seq', true), ''), '0')::integer, p_undoes);
    perform app.raise_views(p_org, p_command_id);
    perform set_config('cloche.command', '', true);
    return place;
end $$;
alter function app.end_command owner to cloche_guard;

-- The rows of a command as it left them, for whoever sees the whole organization.
-- After one large import the statistics take any command for a large one: read in the order of the key, no plan can go
-- over the rows of others.
create function app.rows_written(p_org uuid, p_command_id uuid) returns json
    language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
begin
    return (select coalesce(json_agg(json_build_object('table', last.table_name, 'id', last.id, 'row', last.after) order by last.seq), '[]')
            from (select distinct on (r.table_name, r.id) r.table_name, r.id, r.seq, r.after
                  from (select * from app.journal_rows r where r.org_id = p_org and r.command_id = p_command_id order by r.seq offset 0) r
                  order by r.table_name, r.id, r.seq desc) last);
end $$;
alter function app.rows_written owner to cloche_guard;
grant execute on function app.rows_written to cloche_api;

create or replace function app.rows_of(p_org uuid, p_command_id uuid) returns json
    language plpgsql stable set search_path = '' set enable_seqscan = off as $$
declare
    tables text[];
    ids uuid[];
begin
    if p_org = any (account.whole_orgs()) then
        return app.rows_written(p_org, p_command_id);
    end if;
    select array_agg(last.table_name order by last.seq), array_agg(last.id order by last.seq) into tables, ids
    from (select r.table_name, r.id, max(r.seq) as seq from app.journal_rows r
          where r.org_id = p_org and r.command_id = p_command_id group by 1, 2) last;
    return app.images(p_org, tables, ids);
end $$;

-- What a run needs, from one look at the rules. What is refused, and in which words, is as before.
create or replace function app.permissions_for_run(p_table text, p_op text, p_keys text[], p_items jsonb) returns text[]
    language plpgsql stable set search_path = '' as $$
declare
    known record;
    stray text;
    needed text[];
begin
    select count(*) as rules,
           array_agg(r.column_name) as columns,
           array_agg(distinct r.permission) filter (where r.new_value <> '*') as always,
           -- Columns of which some value needs more than another.
           array_agg(distinct r.column_name) filter (where r.new_value = '*' and r.column_name = any (p_keys)) as starred,
           array_agg(distinct r.column_name) filter (where (r.old_value <> '' or r.new_value not in ('', '*'))) as special
    into known
    from app.rules r where r.table_name = p_table and r.op = p_op;
    if known.rules = 0 then
        perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.',
            jsonb_build_object('table', p_table, 'op', p_op));
    end if;
    if p_op = 'delete' then
        return known.always;
    end if;
    if not p_keys <@ known.columns then
        select k into stray from unnest(p_keys) k where k <> all (known.columns) limit 1;
        perform app.refuse('CL422', 'column_not_writable', 'A desk cannot set that field.',
            jsonb_build_object('table', p_table, 'field', stray));
    end if;
    needed := case when p_op = 'insert' then coalesce(known.always, '{}') else app.permissions_for_update(p_table, p_keys, p_items, known.special) end;
    if known.starred is not null then
        needed := needed || array(
            select distinct r.permission
            from app.rules r
            where r.table_name = p_table and r.op = p_op and r.new_value = '*' and r.column_name = any (p_keys)
              and exists (select from jsonb_array_elements(p_items) i
                          where i -> 'set' ->> r.column_name is not null
                            and (p_op = 'insert' or i -> 'set' -> r.column_name is distinct from i -> 'was' -> r.column_name)));
    end if;
    return needed;
end $$;

-- What the columns of an update need, or a refusal that names the column. `p_special` are those whose values matter.
create function app.permissions_for_update(p_table text, p_keys text[], p_items jsonb, p_special text[]) returns text[]
    language plpgsql stable set search_path = '' as $$
declare
    stray text;
    needed text[];
begin
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
        select distinct k, case when k = any (p_special) then i -> 'was' ->> k else '' end as old_value,
               case when k = any (p_special) then i -> 'set' ->> k else '' end as new_value
        from unnest(p_keys) k
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
    return coalesce(needed, '{}');
end $$;
grant execute on function app.permissions_for_update to cloche_api;

-- What is needed, without what only follows from what the same change set does to an event: whoever may do that, may do
-- what comes of it. The domain plans nothing else; a hostile desk gets no further than it. Clocks of desks may be a little off.
--   An event that is called off or filed away gives back what it still holds. What began is cut short and not deleted.
--   An event that moves takes the due times of its open tasks along; where clocks change, not by the same number of hours.
create function app.without_consequences(p_org uuid, p_changes jsonb, p_table text, p_op text, p_keys text[], p_items jsonb, p_needed text[])
    returns text[] language plpgsql stable set search_path = '' as $$
declare
    about_now timestamptz := now() - interval '15 minutes';
begin
    if p_table = 'resource_schedule' and p_op <> 'insert' and not exists (
        select from jsonb_array_elements(p_items) i
        where not exists (
            select from app.resource_schedule e
            cross join lateral jsonb_populate_record(e, coalesce(i -> 'set', '{}')) n
            join jsonb_array_elements(p_changes) c on c ->> 'table' = 'events' and c ->> 'op' = 'update' and (c ->> 'id')::uuid = e.event_id
            where e.org_id = p_org and e.id = (i ->> 'id')::uuid
              and ((c -> 'set' ->> 'status' = 'cancelled' and c -> 'was' ->> 'status' <> 'cancelled')
                   or (c -> 'set' ->> 'is_archived' = 'true' and c -> 'was' ->> 'is_archived' = 'false'))
              and case p_op when 'delete' then e.starts_at > about_now
                  else n.ends_at between about_now and e.ends_at and to_jsonb(n) - 'ends_at' = to_jsonb(e) - 'ends_at' end)
    ) then
        return array_remove(p_needed, 'resources.assign');
    end if;
    if p_table = 'tasks' and p_op = 'update' and p_keys = array['due_at'] and not exists (
        select from jsonb_array_elements(p_items) i
        where not exists (
            select from app.tasks k
            join jsonb_array_elements(p_changes) c on c ->> 'table' = 'events' and c ->> 'op' = 'update' and (c ->> 'id')::uuid = k.event_id
            where k.org_id = p_org and k.id = (i ->> 'id')::uuid and k.status <> 'completed'
              -- A start that stays where it is moves nothing.
              and (c -> 'set' ->> 'starts_at')::timestamptz <> (c -> 'was' ->> 'starts_at')::timestamptz
              and ((i -> 'set' ->> 'due_at')::timestamptz - (i -> 'was' ->> 'due_at')::timestamptz)
                  - ((c -> 'set' ->> 'starts_at')::timestamptz - (c -> 'was' ->> 'starts_at')::timestamptz)
                  between interval '-3 hours' and interval '3 hours')
    ) then
        return array_remove(p_needed, 'tasks.edit');
    end if;
    return p_needed;
end $$;
grant execute on function app.without_consequences to cloche_api;

-- One run of a change set: permission, comparison, writing. Answers what it needed.
create function app.run_one(p_org uuid, p_changes jsonb, p_table text, p_op text, p_keys text[], p_items jsonb, p_held text[], p_sees_all boolean)
    returns text[] language plpgsql set search_path = '' as $$
declare
    needs text[] := app.permissions_for_run(p_table, p_op, p_keys, p_items);
    clash record;
begin
    if not needs <@ p_held then
        needs := app.without_consequences(p_org, p_changes, p_table, p_op, p_keys, p_items, needs);
        needs := app.own_instead(p_org, p_table, p_op, p_keys, p_items, needs, p_held);
        perform app.require(needs, p_held);
    end if;
    if p_op <> 'insert' then
        select * into clash from app.find_conflict(p_org, p_table, p_items);
        if clash.id is not null then
            perform app.refuse_conflict(p_table, clash.id, clash.was, clash.current);
        end if;
    end if;
    if p_sees_all then
        perform app.write_run(p_org, p_table, p_op, p_items);
        return needs;
    end if;
    begin
        perform app.write_run(p_org, p_table, p_op, p_items);
    exception when insufficient_privilege then
        -- Alike for what is hidden and for what does not exist.
        perform app.refuse('CL403', 'out_of_sight', 'You can add and change only what belongs to the events you work on.',
            jsonb_build_object('table', p_table));
    end;
    return needs;
end $$;
grant execute on function app.run_one to cloche_api;

create or replace function app.run_changes(p_org uuid, p_changes jsonb, p_held text[]) returns text[]
    language plpgsql set search_path = '' as $$
declare
    run record;
    one jsonb;
    needed text[] := '{}';
    one_by_one boolean;
    -- Whoever sees the whole organization meets row security nowhere in it.
    sees_all boolean := p_org = any (account.whole_orgs());
begin
    if jsonb_array_length(p_changes) = 1 then
        one := p_changes -> 0;
        needed := app.run_one(p_org, p_changes, one ->> 'table', one ->> 'op',
            array(select jsonb_object_keys(coalesce(one -> 'set', '{}'))), p_changes, p_held, sees_all);
        return array(select distinct n from unnest(needed) n order by n);
    end if;
    -- One statement touches a row once: a row that is changed twice makes every change a run of its own.
    one_by_one := exists (
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
        if run.op = 'insert' then
            run.keys := array(select distinct k from jsonb_array_elements(run.items) i, jsonb_object_keys(coalesce(i -> 'set', '{}')) k);
        end if;
        needed := needed || app.run_one(p_org, p_changes, run.table_name, run.op, run.keys, run.items, p_held, sees_all);
    end loop;
    return array(select distinct n from unnest(needed) n order by n);
end $$;

-- As in 0017: parents first, those of the rows as they are and those that the changes name, then the rows themselves,
-- table by table. New rows have nothing of their own to be locked.
create or replace function app.lock_sets(p_org uuid, p_sets jsonb[]) returns void
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
               || array_remove(array_agg((c.set ->> 'event_id')::uuid), null) as events,
           coalesce(array_agg(c.id) filter (where c.tab = 'resources' and c.old), '{}')
               || array_remove(array_agg((c.set ->> 'resource_id')::uuid) || array_agg((c.set ->> 'assigned_to')::uuid), null) as resources,
           coalesce(array_agg(c.id) filter (where c.tab = 'clients' and c.old), '{}')
               || array_remove(array_agg((c.set ->> 'client_id')::uuid), null) as clients,
           bool_or(c.old and c.tab not in ('events', 'resources', 'clients')) as others
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
    if not t.others then
        return;
    end if;
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
    place bigint;
    written integer;
begin
    select * into caller from account.enter(p_org);
    perform app.check_changes(p_changes);
    if p_preview then
        begin
            perform app.set_context(preview_id, caller.user_id, app.is_import(p_command, caller.permissions), null);
            perform app.lock_sets(p_org, array[p_changes]);
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
    perform app.lock_sets(p_org, array[p_changes]);
    needed := app.run_changes(p_org, p_changes, caller.permissions);
    place := app.end_command(p_org, p_command_id, p_command, caller.user_id, caller.device_id, needed);
    -- What app.answer would read from the header that was just written.
    written := current_setting('cloche.seq')::integer;
    return json_build_object('n', place, 'command_id', p_command_id, 'replayed', false, 'rows_changed', written,
        'rows', case when written <= 6000 then app.rows_of(p_org, p_command_id) else '[]' end);
end $$;
drop function app.lock_touched;

-- As in 0020, with an end to what is looked at: of hundreds of bookings to come, only those that may touch these are read.
create or replace function app.overbooked(p_org uuid, p_entries uuid[]) returns uuid[]
    language plpgsql stable set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
    entries uuid[] := p_entries;
begin
    -- A few entries are mostly alone: the sum of what is near bounds the peak, and is quickly told.
    if cardinality(entries) <= 100 then
        entries := array(
            select e.id
            from app.resource_schedule e
            cross join lateral (
                select r.quantity, make_interval(mins => r.setup_minutes + r.teardown_minutes) as margin
                from app.resources r where r.org_id = p_org and r.id = e.resource_id offset 0) r
            where e.org_id = p_org and e.id = any (p_entries) and r.quantity - e.quantity < (
                select coalesce(sum(n.quantity), 0) from (
                    -- What began before this one ends is over 744 hours later (resource_schedule_duration).
                    select o.quantity from app.resource_schedule o
                    where o.org_id = p_org and o.resource_id = e.resource_id and o.id <> e.id and o.kind = 'assignment'
                      and o.ends_at > e.starts_at - r.margin and o.starts_at < e.ends_at + r.margin
                      and o.ends_at < e.ends_at + r.margin + interval '744 hours'
                    union all
                    select o.quantity from app.resource_schedule o
                    where o.org_id = p_org and o.resource_id = e.resource_id and o.id <> e.id and o.kind = 'block'
                      and o.ends_at > e.starts_at - r.margin and o.starts_at < e.ends_at + r.margin) n));
        if entries = '{}' then
            return entries;
        end if;
    end if;
    return array(
        with wanted as materialized (
            select e.id, e.resource_id, r.quantity as pool, r.setup_minutes, r.teardown_minutes,
                   app.held(e.kind, e.starts_at, e.ends_at, r.setup_minutes, r.teardown_minutes) as held
            from app.resource_schedule e
            cross join lateral (select * from app.resources r where r.org_id = p_org and r.id = e.resource_id offset 0) r
            where e.org_id = p_org and e.id = any (entries)
        ), frames as materialized (
            select w.resource_id, w.pool, w.setup_minutes, w.teardown_minutes, min(lower(w.held)) as lo, max(upper(w.held)) as hi
            from wanted w group by 1, 2, 3, 4
        ), near as (
            select e.resource_id, f.pool, e.quantity, app.held(e.kind, e.starts_at, e.ends_at, f.setup_minutes, f.teardown_minutes) as held
            from frames f
            cross join lateral (
                select * from app.resource_schedule e
                where e.org_id = p_org and e.resource_id = f.resource_id
                  -- Setup and teardown are at most a day.
                  and e.ends_at > f.lo - interval '1 day' and e.starts_at < f.hi + interval '1 day' offset 0) e
        ), steps as (
            select s.resource_id, s.pool, s.at, sum(s.change) as change
            from (select n.resource_id, n.pool, lower(n.held) as at, n.quantity as change from near n
                  union all select n.resource_id, n.pool, upper(n.held), -n.quantity from near n) s
            group by 1, 2, 3
        ), loads as (
            select s.resource_id, s.pool, s.at, lead(s.at) over w as until, sum(s.change) over w as booked
            from steps s window w as (partition by s.resource_id order by s.at)
        ), full_at as materialized (
            select l.resource_id, l.at, l.until from loads l where l.booked > l.pool
        )
        select distinct w.id
        from full_at l join wanted w on w.resource_id = l.resource_id
        where l.at < upper(w.held) and l.until > lower(w.held)
        order by w.id);
end $$;

-- The plans of guards do not depend on the values either: without this, whoever writes one row has them made anew.
alter function app.guard_room set plan_cache_mode = 'force_generic_plan';
alter function app.guard_entries set plan_cache_mode = 'force_generic_plan';
alter function app.stamp_schedule set plan_cache_mode = 'force_generic_plan';

-- The same two checks (see 0001), no longer in SQL: PostgreSQL unfolded their bodies anew for each column of each statement,
-- which was the larger half of what writing an event cost.
create or replace function app.is_trimmed(p_text text) returns boolean
    language plpgsql immutable parallel safe set search_path = '' as $$
begin
    return p_text = btrim(p_text, E'\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000');
end $$;
create or replace function app.is_visible(p_text text, p_lines boolean) returns boolean
    language plpgsql immutable parallel safe set search_path = '' as $$
begin
    -- As app.is_trimmed: one call less for each value of an import.
    return p_text = btrim(p_text, E'\u0009\u000A\u000B\u000C\u000D\u0020\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000')
        and p_text is nfc normalized
        and p_text !~ case when p_lines then '[\u0001-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]'
                           else '[\u0001-\u001F\u007F-\u009F\u2028\u2029]' end
        and p_text ~ '[^\u0001-\u0020\u007F-\u00A0\u00AD\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u2066-\u206F\u3000\uFEFF]';
end $$;
