-- Undo and the order of tasks. What others have built on since (a task that waits for this one has started) is one more
-- reason why a row cannot be undone: named like the others, and left out where the rest is undone.

-- The first rows of a plan whose undoing the guard of the order would refuse (app.refuse_out_of_order, app.refuse_cycles),
-- judged in the state that the undo would leave. Seen with the eyes of the guards; ids are all that is told.
create function app.undo_out_of_order(p_org uuid, p_plan app.undo_row[])
    returns table (table_name text, row_id uuid, reason text, others jsonb)
    language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
begin
    return query
    with recursive plan as materialized (
        select u.table_name as tab, u.id, u.before, u.after,
               coalesce(u.current ->> 'status', 'pending') as was,
               -- Only what the command changed is put back.
               case when u.before ->> 'status' = u.after ->> 'status' then u.current ->> 'status' else u.before ->> 'status' end as becomes
        from unnest(p_plan) u where u.blocked is null and u.table_name in ('tasks', 'task_dependencies')
    ), edges as materialized (
        select d.id, d.task_id, d.prerequisite_id, false as comes
        from app.task_dependencies d
        where d.org_id = p_org
          and d.event_id = any (array(select distinct (coalesce(p.before, p.after) ->> 'event_id')::uuid from plan p))
          and not exists (select from plan p where p.tab = 'task_dependencies' and p.id = d.id)
        union all
        select p.id, (p.before ->> 'task_id')::uuid, (p.before ->> 'prerequisite_id')::uuid, true
        from plan p where p.tab = 'task_dependencies' and p.before is not null
    ), wrong as (
        select e.id, e.task_id, e.prerequisite_id, case
            when e.comes then 3
            when prerequisite.was = 'completed' and prerequisite.becomes <> 'completed' then 2
            when task.was = 'pending' and task.becomes <> 'pending' then 1 end as what
        from edges e
        left join plan task on task.tab = 'tasks' and task.id = e.task_id
        left join plan prerequisite on prerequisite.tab = 'tasks' and prerequisite.id = e.prerequisite_id
        left join app.tasks k on k.org_id = p_org and k.id = e.task_id
        left join app.tasks q on q.org_id = p_org and q.id = e.prerequisite_id
        where coalesce(task.becomes, k.status) <> 'pending' and coalesce(prerequisite.becomes, q.status) <> 'completed'
          -- What goes takes what it waits for along.
          and (task.id is null or task.before is not null) and (prerequisite.id is null or prerequisite.before is not null)
    ), reach(edge, task_id, node) as (
        select e.id, e.task_id, e.prerequisite_id from edges e where e.comes
        union
        select r.edge, r.task_id, e.prerequisite_id from reach r join edges e on e.task_id = r.node where r.node <> r.task_id
    )
    select case w.what when 3 then 'task_dependencies' else 'tasks' end,
           case w.what when 1 then w.task_id when 2 then w.prerequisite_id else w.id end,
           case w.what when 2 then 'dependants_started' else 'prerequisites_open' end,
           jsonb_agg(jsonb_build_object('table', 'tasks', 'id', case w.what when 2 then w.task_id else w.prerequisite_id end)
                     order by w.task_id, w.prerequisite_id)
    from wrong w where w.what is not null
    group by 1, 2, 3
    union all
    -- One edge of a circle at a time: without it the others may stay.
    (select 'task_dependencies', r.edge, 'circle', '[]' from reach r where r.node = r.task_id order by r.edge limit 1);
end $$;
alter function app.undo_out_of_order owner to cloche_guard;

-- Marks those rows; null where there are none.
create function app.undo_block_by_order(p_org uuid, p_plan app.undo_row[]) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    hits jsonb;
begin
    -- Only what becomes another status, or comes back, can be out of order; not an import's thousands of rows that go.
    if not exists (select from unnest(p_plan) p where p.blocked is null and p.before is not null
                   and (p.table_name = 'task_dependencies'
                        or (p.table_name = 'tasks' and p.before -> 'status' is distinct from p.current -> 'status'))) then
        return null;
    end if;
    select jsonb_object_agg(o.table_name || o.row_id, jsonb_build_object('reason', o.reason, 'by', o.others))
    into hits from app.undo_out_of_order(p_org, p_plan) o;
    if hits is null then
        return null;
    end if;
    return array(
        select row(p.table_name, p.id, p.place, p.before, p.after, p.current,
            coalesce(p.blocked, hits -> (p.table_name || p.id) ->> 'reason'),
            coalesce(p.blocked_by, hits -> (p.table_name || p.id) -> 'by'))::app.undo_row
        from unnest(p_plan) p);
end $$;

-- What an undo would do, with whatever stands in the way of each row. What is left out for one reason may be one for others.
create function app.undo_judged(p_org uuid, p_target uuid) returns app.undo_row[]
    language plpgsql stable set search_path = '' as $$
declare
    plan app.undo_row[] := app.undo_block_children(p_org, app.undo_block(app.undo_plan(p_org, p_target)));
    ordered app.undo_row[];
begin
    loop
        plan := app.undo_block_by_room(p_org, app.undo_block_by_keys(p_org, plan));
        ordered := app.undo_block_by_order(p_org, plan);
        exit when ordered is null;
        plan := ordered;
    end loop;
    return plan;
end $$;
grant execute on function app.undo_out_of_order, app.undo_block_by_order, app.undo_judged to cloche_api;

-- Why nothing was undone, in a sentence; what stands in the way of each row is in the details.
create function app.undo_sentence(p_plan app.undo_row[]) returns text
    language plpgsql immutable set search_path = '' as $$
declare
    reasons text[] := array(select distinct p.blocked from unnest(p_plan) p where p.blocked is not null);
    blocked bigint := (select count(*) from unnest(p_plan) p where p.blocked is not null);
begin
    return case
        when reasons = array['dependants_started'] then 'This cannot be undone: a task that waits for it has started since.'
        when reasons = array['prerequisites_open'] then 'This cannot be undone: what it waits for is no longer completed.'
        when blocked = 1 then 'This cannot be undone: something that it made has changed since.'
        else format('This cannot be undone: %s of the things that it made have changed since.', blocked) end;
end $$;
grant execute on function app.undo_sentence to cloche_api;

-- As in 0021.
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
    plan := app.undo_judged(p_org, p_target);
    perform app.require_own(p_org, entry.permissions, plan, caller.user_id, caller.permissions);
    select count(*) into blocked from unnest(plan) p where p.blocked is not null;
    if blocked > 0 and (not coalesce(p_rest, false) or blocked = cardinality(plan)) then
        perform app.refuse('CL409', 'undo_blocked', app.undo_sentence(plan),
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
