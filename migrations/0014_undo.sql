-- Undo: a command's exact inverse, all or nothing. What blocks it is named row by row; undoing the rest is a second,
-- explicit choice. Undoing an undo is redo. Who may: the one who did it, for 24 hours, with the permission it needed;
-- administrators always. Dynamic SQL throughout: undo is rare, and it works on tables nobody has written yet.

-- One row of a plan: what the command made of it (net), what it is now, and what stands in the way.
create type app.undo_row as (
    table_name text,
    id uuid,
    place integer,
    before jsonb,
    after jsonb,
    current jsonb,
    blocked text,
    blocked_by jsonb
);

-- The net effect of a command on each row, with the row as it is now.
create function app.undo_plan(p_org uuid, p_target uuid) returns app.undo_row[]
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
            -- A row that came and went again leaves nothing to undo; a derived row goes with what it was derived from.
            where (net.before is not null or net.after is not null) and (not %3$L or net.before is not null)$q$,
            tab.table_name, tab.position, tab.is_derived) into plan using p_org, p_target;
        found_rows := found_rows || coalesce(plan, '{}');
    end loop;
    return found_rows;
end $$;

-- Whether the columns the command changed (with their groups) are still as it left them.
create function app.undo_untouched(p_table text, p_before jsonb, p_after jsonb, p_current jsonb) returns boolean
    language plpgsql stable set search_path = '' as $$
begin
    return not exists (
        select from jsonb_each(p_after) a
        where a.key <> 'updated_at' and a.value is distinct from p_current -> a.key
          and (p_before is null or a.value is distinct from p_before -> a.key or exists (
            select from app.column_groups g, unnest(g.columns) k
            where g.table_name = p_table and a.key = any (g.columns) and p_after -> k is distinct from p_before -> k)));
end $$;

-- Marks what stands in the way of each row by itself.
create function app.undo_block(p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
begin
    return array(
        select row(p.table_name, p.id, p.place, p.before, p.after, p.current, case
            when p.after is null and p.current is not null then 'exists'
            when p.after is not null and p.current is null then 'gone'
            when p.after is not null and not app.undo_untouched(p.table_name, p.before, p.after, p.current) then 'changed'
            when p.table_name = 'events' and (p.current -> 'is_archived')::boolean and p.before is not null
                 and (p.before -> 'is_archived') = (p.after -> 'is_archived') then 'archived'
            end, null)::app.undo_row
        from unnest(p_plan) p);
end $$;

-- Marks rows whose undoing would leave others without their parent: an insert that others build on, a deleted row whose
-- parent is gone. Blocking one may block another, so this is repeated until nothing is added.
create function app.undo_block_by_keys(p_org uuid, p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    plan app.undo_row[] := p_plan;
    key record;
    added integer;
    hits jsonb;
begin
    loop
        added := 0;
        for key in
            select child.relname as child, parent.relname as parent, a.attname as col, c.confdeltype = 'c' as cascades
            from pg_catalog.pg_constraint c
            join pg_catalog.pg_class child on child.oid = c.conrelid
            join pg_catalog.pg_class parent on parent.oid = c.confrelid
            join app.replicated rc on rc.table_name = child.relname
            join app.replicated rp on rp.table_name = parent.relname
            join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[2]
            where c.contype = 'f' and cardinality(c.conkey) = 2
        loop
            -- Children that stay, of rows that would go. What is gone by cascade needs nothing.
            if not key.cascades then
                execute format($q$
                    select jsonb_object_agg(x.id, x.by) from (
                        select p.id, jsonb_agg(jsonb_build_object('table', %1$L, 'id', c.id)) filter (where c.rank <= 10) as by
                        from unnest($2) p
                        join (select e.id, e.%3$I as parent, row_number() over (partition by e.%3$I order by e.id) as rank
                              from app.%1$I e where e.org_id = $1 and e.%3$I in (select q.id from unnest($2) q where q.table_name = %2$L and q.before is null)
                              and not exists (select from unnest($2) d where d.table_name = %1$L and d.id = e.id and d.blocked is null
                                  and (d.before is null or d.before ->> %3$L <> d.after ->> %3$L))) c on c.parent = p.id
                        where p.table_name = %2$L and p.before is null and p.blocked is null
                        group by p.id) x$q$, key.child, key.parent, key.col) into hits using p_org, plan;
                if hits is not null then
                    added := added + 1;
                    plan := array(select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
                        case when p.table_name = key.parent and hits ? p.id::text then coalesce(p.blocked, 'in_use') else p.blocked end,
                        case when p.table_name = key.parent and hits ? p.id::text then coalesce(p.blocked_by, hits -> p.id::text) else p.blocked_by end)::app.undo_row
                        from unnest(plan) p);
                end if;
            end if;
            -- Rows that would come back, or point back, to a parent that is not there.
            execute format($q$
                select jsonb_object_agg(p.id, jsonb_build_array(jsonb_build_object('table', %2$L, 'id', p.before ->> %3$L)))
                from unnest($2) p
                where p.table_name = %1$L and p.blocked is null and p.before ->> %3$L is not null
                  and not exists (select from app.%2$I e where e.org_id = $1 and e.id = (p.before ->> %3$L)::uuid)
                  and not exists (select from unnest($2) b where b.table_name = %2$L and b.after is null and b.blocked is null
                      and b.id = (p.before ->> %3$L)::uuid)$q$, key.child, key.parent, key.col) into hits using p_org, plan;
            if hits is not null then
                added := added + 1;
                plan := array(select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
                    case when p.table_name = key.child and hits ? p.id::text then coalesce(p.blocked, 'parent_gone') else p.blocked end,
                    case when p.table_name = key.child and hits ? p.id::text then coalesce(p.blocked_by, hits -> p.id::text) else p.blocked_by end)::app.undo_row
                    from unnest(plan) p);
            end if;
        end loop;
        exit when added = 0;
    end loop;
    return plan;
end $$;

-- Writes the inverse: what was deleted comes back parents first, then columns, then what was inserted goes children first.
create function app.undo_write(p_org uuid, p_plan app.undo_row[]) returns void
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
                        and a.attname not in ('id', 'org_id', 'created_at', 'updated_at')
                        and exists (select from unnest(p_plan) p where p.table_name = tab.table_name and p.after is not null
                                    and p.before -> a.attname is distinct from p.after -> a.attname));
        continue when cols = '{}';
        execute format($q$
            update app.%1$I t set %2$s
            from unnest($2) p
            join app.%1$I e on e.org_id = $1 and e.id = p.id
            cross join lateral (select coalesce(jsonb_object_agg(b.key, b.value), '{}') as patch from jsonb_each(p.before) b
                                where b.value is distinct from p.after -> b.key and b.key not in ('created_at', 'updated_at')) c
            cross join lateral jsonb_populate_record(e, c.patch) s
            where p.table_name = %1$L and p.before is not null and p.after is not null and t.org_id = $1 and t.id = e.id$q$,
            tab.table_name, (select string_agg(format('%1$I = s.%1$I', c), ', ') from unnest(cols) c)) using p_org, p_plan;
    end loop;
    for tab in select p.table_name, p.place from unnest(p_plan) p where p.before is null group by 1, 2 order by p.place desc loop
        execute format('delete from app.%1$I t using unnest($2) p where p.table_name = %1$L and p.before is null and t.org_id = $1 and t.id = p.id',
            tab.table_name) using p_org, p_plan;
    end loop;
end $$;

grant execute on function app.undo_plan, app.undo_untouched, app.undo_block, app.undo_block_by_keys, app.undo_write to cloche_api;

-- Whether this caller may undo this journal entry; a refusal otherwise.
create function app.check_undo(p_entry app.journal, p_user uuid, p_admin boolean, p_held text[]) returns void
    language plpgsql stable set search_path = '' as $$
begin
    if p_entry.n is null then
        perform app.refuse('CL404', 'undo_unknown', 'There is nothing to undo: that step is not known here.');
    elsif p_entry.permissions is null then
        perform app.refuse('CL422', 'undo_impossible', 'That step cannot be undone.');
    elsif p_entry.undone_by is not null then
        perform app.refuse('CL409', 'undo_done', 'That step has already been undone.',
            jsonb_build_object('undone_by', p_entry.undone_by));
    elsif p_admin then
        return;
    elsif p_entry.actor is distinct from p_user then
        perform app.refuse('CL403', 'undo_not_yours', 'Only the person who did this, or an administrator, can undo it.');
    elsif p_entry.at < now() - interval '24 hours' then
        perform app.refuse('CL403', 'undo_too_late', 'After 24 hours only an administrator can undo this.');
    end if;
    perform app.require(p_entry.permissions, p_held);
end $$;
grant execute on function app.check_undo to cloche_api;

create function api.undo(p_org uuid, p_command_id uuid, p_target uuid, p_rest boolean default false) returns json
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    entry app.journal;
    plan app.undo_row[];
    touched record;
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
    for touched in
        select r.table_name, array_agg(distinct j.id) as ids
        from app.journal_rows j join app.replicated r on r.table_name = j.table_name
        where j.org_id = p_org and j.command_id = p_target
        group by r.table_name, r.lock_order order by r.lock_order
    loop
        perform app.lock_rows(p_org, touched.table_name, touched.ids);
    end loop;
    -- The planner takes an array for a hundred rows and loops over it; an import's thousands must be hashed.
    if entry.row_count > 500 then
        perform set_config('enable_nestloop', 'off', true);
    end if;
    plan := app.undo_block_by_keys(p_org, app.undo_block(app.undo_plan(p_org, p_target)));
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
    set constraints all immediate;
    perform set_config('cloche.undo', '', true), set_config('enable_nestloop', 'on', true);
    update app.journal j set undone_by = case when j.command_id = p_target then p_command_id end
    where j.org_id = p_org and j.command_id in (p_target, entry.undoes);
    perform app.end_command(p_org, p_command_id, 'undo', caller.user_id, caller.device_id, entry.permissions, p_target);
    return app.answer(p_org, p_command_id, false);
end $$;
alter function api.undo owner to cloche_api;
grant execute on function api.undo to cloche_device;
