-- Undo of the office day: what triggers keep is not compared, children of an archive stay, and an entry comes back only
-- where there is room for it.

-- Columns that triggers keep: they say nothing about what somebody did to the row.
create function app.kept_columns() returns text[]
    language sql immutable parallel safe return array['updated_at', 'pool_size'];
grant execute on function app.kept_columns to cloche_api, cloche_guard;

create or replace function app.undo_allows(p_table text, p_org uuid, p_id uuid, p_old jsonb, p_new jsonb) returns boolean
    language plpgsql stable set search_path = '' as $$
declare
    target uuid := nullif(current_setting('cloche.undo', true), '')::uuid;
    first_before jsonb;
    last_after jsonb;
begin
    if target is null then
        return false;
    end if;
    select (array_agg(r.before order by r.seq))[1], (array_agg(r.after order by r.seq desc))[1]
    into first_before, last_after
    from app.journal_rows r
    where r.org_id = p_org and r.command_id = target and r.table_name = p_table and r.id = p_id
    having count(*) > 0;
    if not found or (first_before is null) <> (p_new is null) or (last_after is null) <> (p_old is null) then
        return false;
    end if;
    if p_old is null or p_new is null then
        return true;
    end if;
    return not exists (
        select from jsonb_each(p_new) c
        where c.key <> all (app.kept_columns()) and c.value is distinct from p_old -> c.key
          and (first_before -> c.key is distinct from c.value or last_after -> c.key is distinct from p_old -> c.key));
end $$;

create or replace function app.undo_plan(p_org uuid, p_target uuid) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    plan app.undo_row[];
    found_rows app.undo_row[] := '{}';
    tab record;
begin
    for tab in select r.table_name, r.position, r.is_derived from app.replicated r
               where exists (select from app.journal_rows j where j.org_id = p_org and j.command_id = p_target and j.table_name = r.table_name)
               order by r.position loop
        execute format($q$
            select array_agg(row(%1$L, net.id, %2$L, net.before, net.after, to_jsonb(e), null, null)::app.undo_row)
            from (select r.id, (array_agg(r.before order by r.seq))[1] as before, (array_agg(r.after order by r.seq desc))[1] as after
                  from app.journal_rows r where r.org_id = $1 and r.command_id = $2 and r.table_name = %1$L group by r.id) net
            left join app.%1$I e on e.org_id = $1 and e.id = net.id
            -- A row that ends as it began leaves nothing to undo; a derived row goes with what it was derived from.
            where net.before - app.kept_columns() is distinct from net.after - app.kept_columns() and (not %3$L or net.before is not null)$q$,
            tab.table_name, tab.position, tab.is_derived) into plan using p_org, p_target;
        found_rows := found_rows || coalesce(plan, '{}');
    end loop;
    return found_rows;
end $$;

create or replace function app.undo_untouched(p_table text, p_before jsonb, p_after jsonb, p_current jsonb) returns boolean
    language plpgsql stable set search_path = '' as $$
begin
    return not exists (
        select from jsonb_each(p_after) a
        where a.key <> all (app.kept_columns()) and a.value is distinct from p_current -> a.key
          and (p_before is null or a.value is distinct from p_before -> a.key or exists (
            select from app.column_groups g, unnest(g.columns) k
            where g.table_name = p_table and a.key = any (g.columns) and p_after -> k is distinct from p_before -> k)));
end $$;

-- Marks what stands in the way of each row by itself.
create or replace function app.undo_block(p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
begin
    return array(
        select row(p.table_name, p.id, p.place, p.before, p.after, p.current, case
            when p.after is null and p.current is not null then 'exists'
            when p.after is not null and p.current is null then 'gone'
            -- Most rows are as the command left them, which is cheap to see.
            when p.after is not null and p.after - app.kept_columns() <> p.current - app.kept_columns()
                 and not app.undo_untouched(p.table_name, p.before, p.after, p.current) then 'changed'
            when p.table_name = 'events' and (p.current -> 'is_archived')::boolean and p.before is not null
                 and (p.before -> 'is_archived') = (p.after -> 'is_archived') then 'archived'
            end, null)::app.undo_row
        from unnest(p_plan) p);
end $$;

-- Marks rows of archived events, unless the same undo takes the event out of the archive.
create function app.undo_block_children(p_org uuid, p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    archived uuid[];
begin
    archived := array(
        select e.id from app.events e
        where e.org_id = p_org and e.is_archived and e.id = any (array(
            select distinct (coalesce(p.before, p.after) ->> 'event_id')::uuid from unnest(p_plan) p
            where coalesce(p.before, p.after) ->> 'event_id' is not null))
          and not exists (select from unnest(p_plan) o where o.table_name = 'events' and o.id = e.id and o.blocked is null
                          and (o.before is null or o.before -> 'is_archived' is distinct from o.after -> 'is_archived')));
    if archived = '{}' then
        return p_plan;
    end if;
    return array(
        select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
            case when hit then coalesce(p.blocked, 'archived') else p.blocked end,
            case when hit then coalesce(p.blocked_by, jsonb_build_array(jsonb_build_object('table', 'events', 'id', x.event_id))) else p.blocked_by end)::app.undo_row
        from unnest(p_plan) p
        cross join lateral (select (coalesce(p.before, p.after) ->> 'event_id')::uuid as event_id) x
        cross join lateral (select coalesce(p.blocked is null and p.table_name <> 'event_status_log' and x.event_id = any (archived), false) as hit) h);
end $$;

-- Entries that would come back, or move back, onto a resource that has no room for them once this undo is done: one of
-- each resource, with what is in its way. Seen with the eyes of the guards; ids are all that is told.
create function app.undo_overbooked(p_org uuid, p_plan app.undo_row[]) returns table (entry uuid, others uuid[])
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
begin
    return query
    with plan as (
        select u.id, u.before, u.current from unnest(p_plan) u where u.table_name = 'resource_schedule' and u.blocked is null
    ), back as (
        select b.id, b.resource_id, b.kind, b.quantity, b.starts_at, b.ends_at,
               b.override_reason is null and (p.current is null or not app.eases(c.resource_id, c.starts_at, c.ends_at, c.quantity,
                   c.override_reason, b.resource_id, b.starts_at, b.ends_at, b.quantity, b.override_reason)) as asks
        from plan p
        cross join lateral jsonb_populate_record(null::app.resource_schedule, p.before) b
        cross join lateral jsonb_populate_record(null::app.resource_schedule, p.current) c
        where p.before is not null
    ), pools as (
        select r.id as resource_id, coalesce((u.before ->> 'quantity')::integer, r.quantity) as pool,
               coalesce((u.before ->> 'setup_minutes')::integer, r.setup_minutes) as setup,
               coalesce((u.before ->> 'teardown_minutes')::integer, r.teardown_minutes) as teardown
        from app.resources r
        left join unnest(p_plan) u on u.table_name = 'resources' and u.id = r.id and u.blocked is null and u.after is not null
        where r.org_id = p_org and r.id in (select b.resource_id from back b where b.asks)
    ), holding as (
        select e.id, e.resource_id, e.quantity, app.held(e.kind, e.starts_at, e.ends_at, o.setup, o.teardown) as held
        from pools o join app.resource_schedule e on e.org_id = p_org and e.resource_id = o.resource_id
        where e.id not in (select p.id from plan p)
        union all
        select b.id, b.resource_id, b.quantity, app.held(b.kind, b.starts_at, b.ends_at, o.setup, o.teardown)
        from pools o join back b on b.resource_id = o.resource_id
    ), steps as (
        select s.resource_id, s.at, sum(s.change) as change
        from (select h.resource_id, lower(h.held) as at, h.quantity as change from holding h
              union all select h.resource_id, upper(h.held), -h.quantity from holding h) s
        group by 1, 2
    ), loads as (
        select s.resource_id, s.at, lead(s.at) over w as until, sum(s.change) over w as booked
        from steps s window w as (partition by s.resource_id order by s.at)
    ), taken as (
        select distinct on (b.resource_id) b.id, b.resource_id, tstzrange(l.at, l.until) as span
        from loads l
        join pools o on o.resource_id = l.resource_id and l.booked > o.pool
        join back b on b.resource_id = l.resource_id and b.asks
        join holding h on h.id = b.id and h.held && tstzrange(l.at, l.until)
        order by b.resource_id, b.id desc, l.at
    )
    select t.id, (select (array_agg(h.id order by h.id))[1:10] from holding h
                  where h.resource_id = t.resource_id and h.id <> t.id and h.held && t.span)
    from taken t;
end $$;
alter function app.undo_overbooked owner to cloche_guard;

-- Marks entries without room, one of each resource at a time: what is left out may make room for the others.
create function app.undo_block_by_room(p_org uuid, p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    plan app.undo_row[] := p_plan;
    hits jsonb;
begin
    loop
        exit when not exists (select from unnest(plan) p where p.table_name = 'resource_schedule' and p.blocked is null and p.before is not null);
        select jsonb_object_agg(o.entry, (select jsonb_agg(jsonb_build_object('table', 'resource_schedule', 'id', i)) from unnest(o.others) i))
        into hits from app.undo_overbooked(p_org, plan) o;
        exit when hits is null;
        plan := array(select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
            case when p.table_name = 'resource_schedule' and hits ? p.id::text then 'taken' else p.blocked end,
            case when p.table_name = 'resource_schedule' and hits ? p.id::text then hits -> p.id::text else p.blocked_by end)::app.undo_row
            from unnest(plan) p);
    end loop;
    return plan;
end $$;

-- A step that was allowed because the rows were one's own is undone on the same ground: they must still be.
create function app.require_own(p_org uuid, p_needed text[], p_plan app.undo_row[], p_user uuid, p_held text[]) returns void
    language plpgsql stable set search_path = '' as $$
declare
    rule record;
begin
    for rule in select distinct r.table_name, r.permission from app.rules r
                where r.own_permission = any (p_needed) and r.permission <> all (p_held) and r.permission <> all (p_needed) loop
        if exists (select from unnest(p_plan) p where p.table_name = rule.table_name and p.blocked is null
                   and not app.owns(p_org, p.table_name, p.id, p_user)) then
            perform app.require(array[rule.permission], p_held);
        end if;
    end loop;
end $$;

-- Locks what a command touched, in the order of app.lock_sets, so that its undo meets no other.
create function app.lock_undone(p_org uuid, p_target uuid) returns void
    language plpgsql set search_path = '' as $$
declare
    t record;
    touched record;
begin
    select coalesce(array_agg(distinct r.id) filter (where r.table_name = 'events'), '{}')
               || coalesce(array_agg(distinct (i.image ->> 'event_id')::uuid) filter (where i.image ->> 'event_id' is not null), '{}') as events,
           coalesce(array_agg(distinct r.id) filter (where r.table_name = 'resources'), '{}')
               || coalesce(array_agg(distinct (i.image ->> 'resource_id')::uuid) filter (where i.image ->> 'resource_id' is not null), '{}')
               || coalesce(array_agg(distinct (i.image ->> 'assigned_to')::uuid) filter (where i.image ->> 'assigned_to' is not null), '{}') as resources,
           coalesce(array_agg(distinct r.id) filter (where r.table_name = 'clients'), '{}')
               || coalesce(array_agg(distinct (i.image ->> 'client_id')::uuid) filter (where i.image ->> 'client_id' is not null), '{}') as clients
    into t
    from app.journal_rows r cross join lateral (values (r.before), (r.after)) i(image)
    where r.org_id = p_org and r.command_id = p_target;
    perform app.lock_parents(p_org, t.events, t.resources, t.clients);
    for touched in
        select r.table_name, array_agg(distinct j.id) as ids
        from app.journal_rows j join app.replicated r on r.table_name = j.table_name
        where j.org_id = p_org and j.command_id = p_target and r.table_name not in ('events', 'resources', 'clients')
        group by r.table_name, r.lock_order order by r.lock_order
    loop
        perform app.lock_rows(p_org, touched.table_name, touched.ids);
    end loop;
end $$;
grant execute on function app.undo_block_children, app.undo_overbooked, app.undo_block_by_room, app.require_own, app.lock_undone
    to cloche_api;

-- What a row of a plan means to foreign keys: whether it comes, goes or stays, and where it points before and after.
create type app.undo_link as (table_name text, id uuid, comes boolean, goes boolean, before jsonb, after jsonb);

-- As in 0014, on a slim copy of the plan: an import's thousands of rows are unpacked once and not for each key. Keys that
-- point elsewhere than at a row's id (a resource's person) bind nobody here.
create or replace function app.undo_block_by_keys(p_org uuid, p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    links app.undo_link[];
    stops jsonb := '{}';
    key record;
    going uuid[];
    leaving uuid[];
    coming uuid[];
    hits jsonb;
    added integer;
begin
    -- A row that is blocked stays as it is: it neither comes nor goes.
    links := array(
        select row(p.table_name, p.id, p.after is null, p.before is null,
            (select jsonb_object_agg(b.key, b.value) from jsonb_each(p.before) b where b.key = any (keys.columns)),
            (select jsonb_object_agg(a.key, a.value) from jsonb_each(p.after) a where a.key = any (keys.columns)))::app.undo_link
        from unnest(p_plan) p
        cross join (select array_agg(distinct k.col) as columns from app.undo_keys() k) keys
        where p.blocked is null);
    loop
        added := 0;
        for key in select * from app.undo_keys() loop
            -- Children that stay, of rows that would go. What is gone by cascade needs nothing.
            going := array(select l.id from unnest(links) l where l.table_name = key.parent and l.goes);
            if not key.cascades and going <> '{}' then
                leaving := array(select l.id from unnest(links) l where l.table_name = key.child
                                 and (l.goes or l.before ->> key.col is distinct from l.after ->> key.col));
                execute format($q$
                    select jsonb_object_agg(x.parent, x.by) from (
                        select c.parent, jsonb_agg(jsonb_build_object('table', %1$L, 'id', c.id)) filter (where c.rank <= 10) as by
                        from (select e.id, e.%2$I as parent, row_number() over (partition by e.%2$I order by e.id) as rank
                              from app.%1$I e where e.org_id = $1 and e.%2$I = any ($2)
                                and not exists (select from unnest($3) d(id) where d.id = e.id)) c
                        group by c.parent) x$q$, key.child, key.col) into hits using p_org, going, leaving;
                if hits is not null then
                    added := added + 1;
                    stops := stops || (select jsonb_object_agg(key.parent || h.key, jsonb_build_object('reason', 'in_use', 'by', h.value)) from jsonb_each(hits) h);
                    links := array(select l from unnest(links) l where not (l.table_name = key.parent and hits ? l.id::text));
                end if;
            end if;
            -- Rows that would come back, or point back, to a parent that is not there.
            continue when not exists (select from unnest(links) l where l.table_name = key.child and l.before ->> key.col is not null);
            coming := array(select l.id from unnest(links) l where l.table_name = key.parent and l.comes);
            execute format($q$
                select jsonb_object_agg(l.id, jsonb_build_array(jsonb_build_object('table', %2$L, 'id', l.before ->> %3$L)))
                from unnest($2) l
                where l.table_name = %1$L and l.before ->> %3$L is not null
                  and not exists (select from app.%2$I e where e.org_id = $1 and e.id = (l.before ->> %3$L)::uuid)
                  and not exists (select from unnest($3) b(id) where b.id = (l.before ->> %3$L)::uuid)$q$,
                key.child, key.parent, key.col) into hits using p_org, links, coming;
            if hits is not null then
                added := added + 1;
                stops := stops || (select jsonb_object_agg(key.child || h.key, jsonb_build_object('reason', 'parent_gone', 'by', h.value)) from jsonb_each(hits) h);
                links := array(select l from unnest(links) l where not (l.table_name = key.child and hits ? l.id::text));
            end if;
        end loop;
        exit when added = 0;
    end loop;
    if stops = '{}' then
        return p_plan;
    end if;
    return array(
        select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
            coalesce(p.blocked, stops -> (p.table_name || p.id::text) ->> 'reason'),
            coalesce(p.blocked_by, stops -> (p.table_name || p.id::text) -> 'by'))::app.undo_row
        from unnest(p_plan) p);
end $$;

-- The foreign keys between replicated tables, as undo follows them.
create function app.undo_keys() returns table (child text, parent text, col text, cascades boolean)
    language sql stable set search_path = '' as $$
    select child.relname::text, parent.relname::text, a.attname::text, c.confdeltype = 'c'
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_class child on child.oid = c.conrelid
    join pg_catalog.pg_class parent on parent.oid = c.confrelid
    join app.replicated rc on rc.table_name = child.relname
    join app.replicated rp on rp.table_name = parent.relname
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[2]
    join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[2] and f.attname = 'id'
    where c.contype = 'f' and cardinality(c.conkey) = 2
    order by 1, 3
$$;
grant execute on function app.undo_keys to cloche_api;

-- As in 0014, without the columns that triggers keep.
create or replace function app.undo_write(p_org uuid, p_plan app.undo_row[]) returns void
    language plpgsql set search_path = '' as $$
declare
    tab record;
    cols text[];
begin
    for tab in select p.table_name, p.place from unnest(p_plan) p where p.after is null group by 1, 2 order by p.place loop
        cols := array(select quote_ident(a.attname) from pg_catalog.pg_attribute a
                      where a.attrelid = format('app.%I', tab.table_name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                        and exists (select from unnest(p_plan) p where p.table_name = tab.table_name and p.after is null and p.before ? a.attname));
        execute format('insert into app.%1$I (%2$s) select %3$s from unnest($1) p cross join lateral jsonb_populate_record(null::app.%1$I, p.before) s where p.table_name = %1$L and p.after is null',
            tab.table_name, array_to_string(cols, ', '), 's.' || array_to_string(cols, ', s.')) using p_plan;
        update app.import_keys k set is_gone = false
        from unnest(p_plan) p
        where p.table_name = tab.table_name and p.after is null and k.org_id = p_org and k.id = p.id and k.is_gone
          and not exists (select from app.import_keys o where o.org_id = k.org_id and o.kind = k.kind and o.key = k.key and not o.is_gone);
    end loop;
    for tab in select p.table_name, p.place from unnest(p_plan) p where p.before is not null and p.after is not null group by 1, 2 order by p.place loop
        cols := array(select a.attname from pg_catalog.pg_attribute a
                      where a.attrelid = format('app.%I', tab.table_name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                        and a.attname not in ('id', 'org_id', 'created_at') and a.attname <> all (app.kept_columns())
                        and exists (select from unnest(p_plan) p where p.table_name = tab.table_name and p.after is not null
                                    and p.before -> a.attname is distinct from p.after -> a.attname));
        continue when cols = '{}';
        execute format($q$
            update app.%1$I t set %2$s
            from unnest($2) p
            join app.%1$I e on e.org_id = $1 and e.id = p.id
            cross join lateral (select coalesce(jsonb_object_agg(b.key, b.value), '{}') as patch from jsonb_each(p.before) b
                                where b.value is distinct from p.after -> b.key and b.key <> 'created_at' and b.key <> all (app.kept_columns())) c
            cross join lateral jsonb_populate_record(e, c.patch) s
            where p.table_name = %1$L and p.before is not null and p.after is not null and t.org_id = $1 and t.id = e.id$q$,
            tab.table_name, (select string_agg(format('%1$I = s.%1$I', c), ', ') from unnest(cols) c)) using p_org, p_plan;
    end loop;
    for tab in select p.table_name, p.place from unnest(p_plan) p where p.before is null group by 1, 2 order by p.place desc loop
        execute format('delete from app.%1$I t using unnest($2) p where p.table_name = %1$L and p.before is null and t.org_id = $1 and t.id = p.id',
            tab.table_name) using p_org, p_plan;
    end loop;
end $$;

create or replace function api.undo(p_org uuid, p_command_id uuid, p_target uuid, p_rest boolean default false) returns json
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    entry app.journal;
    plan app.undo_row[];
    blocked integer;
begin
    select * into caller from account.enter(p_org);
    if not app.take_command(p_org, p_command_id, 'undo', caller.user_id,
                            sha256(convert_to('undo' || p_target || coalesce(p_rest, false), 'UTF8'))) then
        return app.answer(p_org, p_command_id, true);
    end if;
    -- Two undos of one step take turns; the second finds it done.
    select * into entry from app.journal j where j.org_id = p_org and j.command_id = p_target for update;
    perform app.check_undo(entry, caller.user_id, caller.is_admin, caller.permissions);
    perform app.lock_undone(p_org, p_target);
    -- The planner takes an array for a hundred rows and loops over it; an import's thousands must be hashed.
    -- A few rows are looked up by their keys instead, and no table is read whole for them.
    perform set_config(case when entry.row_count > 500 then 'enable_nestloop' else 'enable_seqscan' end, 'off', true);
    plan := app.undo_block_by_room(p_org, app.undo_block_by_keys(p_org, app.undo_block_children(p_org, app.undo_block(app.undo_plan(p_org, p_target)))));
    perform app.require_own(p_org, entry.permissions, plan, caller.user_id, caller.permissions);
    select count(*) into blocked from unnest(plan) p where p.blocked is not null;
    if blocked > 0 and (not coalesce(p_rest, false) or blocked = cardinality(plan)) then
        perform app.refuse('CL409', 'undo_blocked',
            case when blocked = 1 then 'This cannot be undone: something that it made has changed since.'
                 else format('This cannot be undone: %s of the things that it made have changed since.', blocked) end,
            jsonb_build_object('count', blocked, 'rows', cardinality(plan), 'blocked', (
                select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('table', b.table_name, 'id', b.id, 'reason', b.blocked, 'by', b.blocked_by)))
                from (select * from unnest(plan) p where p.blocked is not null order by p.place, p.id limit 100) b)));
    end if;
    perform app.set_context(p_command_id, caller.user_id, false, p_target);
    perform app.undo_write(p_org, array(select p from unnest(plan) p where p.blocked is null));
    perform app.settle();
    perform set_config('cloche.undo', '', true), set_config('enable_nestloop', 'on', true),
            set_config('enable_seqscan', 'on', true);
    update app.journal j set undone_by = case when j.command_id = p_target then p_command_id end
    where j.org_id = p_org and j.command_id in (p_target, entry.undoes);
    perform app.end_command(p_org, p_command_id, 'undo', caller.user_id, caller.device_id, entry.permissions, p_target);
    return app.answer(p_org, p_command_id, false);
end $$;
