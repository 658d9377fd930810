-- Tasks of events and what waits for what. The planners in domain::tasks say the same.

create table app.tasks (
    org_id uuid not null,
    id uuid not null,
    event_id uuid not null,
    title text not null,
    description text,
    due_at timestamptz,
    status text not null default 'pending',
    category text not null default 'pre_event',
    assigned_to uuid,
    completed_at timestamptz,
    completed_by uuid,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tasks_pkey primary key (org_id, id),
    constraint tasks_event_exists foreign key (org_id, event_id) references app.events (org_id, id),
    constraint tasks_assigned_to_exists foreign key (org_id, assigned_to) references app.resources (org_id, id),
    constraint tasks_title_length check (char_length(title) between 1 and 255),
    constraint tasks_title_visible check (app.is_visible(title, false)),
    constraint tasks_description_length check (char_length(description) between 1 and 10000),
    constraint tasks_description_visible check (app.is_visible(description, true)),
    constraint tasks_due_at_range check (due_at >= '2000-01-01 00:00:00+00' and due_at < '2100-01-01 00:00:00+00'),
    constraint tasks_status_known check (status in ('pending', 'in_progress', 'completed')),
    constraint tasks_category_known check (category in ('pre_event', 'during_event', 'post_event')),
    constraint tasks_completed_stamps check (status = 'completed' or (completed_at is null and completed_by is null))
);
create index tasks_by_event on app.tasks (event_id, org_id);
create index tasks_by_assigned_to on app.tasks (assigned_to, org_id) where assigned_to is not null;

-- A task waits for its prerequisites. Keys are deferred: a change set may delete in any order, and the guard, which tells a
-- hidden task and none apart no more than the caller may, speaks first.
create table app.task_dependencies (
    org_id uuid not null,
    id uuid not null,
    event_id uuid not null,
    task_id uuid not null,
    prerequisite_id uuid not null,
    constraint task_dependencies_pkey primary key (org_id, id),
    constraint task_dependencies_event_exists foreign key (org_id, event_id) references app.events (org_id, id),
    constraint task_dependencies_task_exists foreign key (org_id, task_id) references app.tasks (org_id, id)
        deferrable initially deferred,
    constraint task_dependencies_prerequisite_exists foreign key (org_id, prerequisite_id) references app.tasks (org_id, id)
        deferrable initially deferred,
    constraint task_dependencies_unique unique (org_id, task_id, prerequisite_id),
    constraint task_dependencies_self check (task_id <> prerequisite_id)
);
create index task_dependencies_by_event on app.task_dependencies (event_id, org_id);
create index task_dependencies_by_task on app.task_dependencies (task_id, org_id);
create index task_dependencies_by_prerequisite on app.task_dependencies (prerequisite_id, org_id);

-- Stamps: who created and who completed a task, and when. What an import brings as completed was completed by nobody here.
create function app.stamp_tasks() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    actor uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
    undoing boolean := coalesce(current_setting('cloche.undo', true), '') <> '';
    importing boolean := coalesce(current_setting('cloche.import', true), '') = 'on';
begin
    new.updated_at := now();
    if tg_op = 'INSERT' then
        -- What an undo brings back comes as it was.
        if not undoing then
            new.created_by := actor;
            new.created_at := now();
            new.completed_at := case when new.status = 'completed' and not importing then now() end;
            new.completed_by := case when new.status = 'completed' and not importing then actor end;
        end if;
        return new;
    end if;
    new.created_by := old.created_by;
    new.created_at := old.created_at;
    if not (undoing and app.undo_allows('tasks', new.org_id, new.id, to_jsonb(old), to_jsonb(new))) then
        if new.status <> 'completed' then
            new.completed_at := null;
            new.completed_by := null;
        elsif old.status <> 'completed' then
            new.completed_at := case when not importing then now() end;
            new.completed_by := case when not importing then actor end;
        else
            new.completed_at := old.completed_at;
            new.completed_by := old.completed_by;
        end if;
    end if;
    return new;
end $$;
alter function app.stamp_tasks owner to cloche_guard;
create trigger stamp before insert or update on app.tasks for each row execute function app.stamp_tasks();

-- Children of an archived event are read-only with it. An import may bring them as history, and an undo has looked already.
create function app.refuse_archived(p_org uuid, p_events uuid[], p_op text) returns void
    language plpgsql stable set search_path = '' as $$
declare
    archived uuid;
begin
    if coalesce(current_setting('cloche.undo', true), '') <> ''
       or (p_op = 'INSERT' and coalesce(current_setting('cloche.import', true), '') = 'on') then
        return;
    end if;
    select e.id into archived from app.events e where e.org_id = p_org and e.id = any (p_events) and e.is_archived limit 1;
    if archived is not null then
        perform app.refuse('CL422', 'events_archived',
            'This event is archived and read-only. Take it out of the archive first.',
            jsonb_build_object('table', 'events', 'id', archived));
    end if;
end $$;
grant execute on function app.refuse_archived to cloche_guard;

-- Once per statement, whichever way rows of a table with event_id were written.
create function app.guard_archived() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    touched record;
begin
    for touched in select c.org_id, array_agg(distinct c.event_id) as events from changed c where c.event_id is not null group by c.org_id loop
        perform app.refuse_archived(touched.org_id, touched.events, tg_op);
    end loop;
    return null;
end $$;
alter function app.guard_archived owner to cloche_guard;

create function setup.guard_archived(p_table text) returns void
    language plpgsql set search_path = '' as $$
begin
    execute format('create trigger guard_archived_insert after insert on app.%I referencing new table as changed for each statement execute function app.guard_archived()', p_table);
    execute format('create trigger guard_archived_update after update on app.%I referencing new table as changed for each statement execute function app.guard_archived()', p_table);
    execute format('create trigger guard_archived_delete after delete on app.%I referencing old table as changed for each statement execute function app.guard_archived()', p_table);
end $$;

-- Tasks are done by people.
create function app.guard_assigned_to() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    wrong record;
begin
    select c.id, r.name into wrong
    from changed c join app.resources r on r.org_id = c.org_id and r.id = c.assigned_to
    where r.type <> 'staff' limit 1;
    if wrong.id is not null then
        perform app.refuse('CL422', 'tasks_assigned_to_staff',
            format('A task is assigned to a person, and %s is not one.', wrong.name),
            jsonb_build_object('field', 'assigned_to', 'table', 'tasks', 'id', wrong.id));
    end if;
    return null;
end $$;
alter function app.guard_assigned_to owner to cloche_guard;
create trigger guard_assigned_insert after insert on app.tasks referencing new table as changed
    for each statement execute function app.guard_assigned_to();
create trigger guard_assigned_update after update on app.tasks referencing new table as changed
    for each statement execute function app.guard_assigned_to();

-- A task waits for tasks of its own event only; an unknown task is no task of this event.
create function app.guard_dependencies() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    stray uuid;
begin
    select c.id into stray from changed c
    where not exists (select from app.tasks k where k.org_id = c.org_id and k.id = c.task_id and k.event_id = c.event_id)
       or not exists (select from app.tasks k where k.org_id = c.org_id and k.id = c.prerequisite_id and k.event_id = c.event_id)
    limit 1;
    if stray is not null then
        perform app.refuse('CL422', 'task_dependencies_same_event', 'A task waits only for tasks of the same event.',
            jsonb_build_object('field', 'prerequisites', 'table', 'task_dependencies', 'id', stray));
    end if;
    return null;
end $$;
alter function app.guard_dependencies owner to cloche_guard;
create trigger guard_same_event after insert on app.task_dependencies referencing new table as changed
    for each statement execute function app.guard_dependencies();

-- Whether a deferred guard has already judged this command as it stands: row triggers fire for each row, and the first one
-- judges all of them at once. Whatever is written afterwards raises cloche.seq, and so is judged again.
create function app.judged(p_guard text) returns boolean
    language plpgsql set search_path = '' as $$
declare
    here text := current_setting('cloche.command', true) || '/' || current_setting('cloche.seq', true);
begin
    if current_setting('cloche.judged_' || p_guard, true) = here then
        return true;
    end if;
    perform set_config('cloche.judged_' || p_guard, here, true);
    return false;
end $$;
grant execute on function app.judged to cloche_guard;

create function app.this_command() returns uuid
    language plpgsql stable set search_path = '' as $$
begin
    return nullif(current_setting('cloche.command', true), '')::uuid;
end $$;
grant execute on function app.this_command to cloche_guard;

-- One way from p_from to p_to along prerequisites, as titles; breadth first, so that it is a shortest one.
create function app.path_of_titles(p_org uuid, p_from uuid, p_to uuid) returns text[]
    language plpgsql stable set search_path = '' as $$
declare
    came_from jsonb := jsonb_build_object(p_from, null);
    edge uuid[] := array[p_from];
    step record;
    next uuid[];
    here text := p_to::text;
    ids uuid[];
begin
    while edge <> '{}' and not came_from ? here loop
        next := '{}';
        for step in select d.task_id, d.prerequisite_id from app.task_dependencies d
                    where d.org_id = p_org and d.task_id = any (edge) order by d.task_id, d.prerequisite_id loop
            continue when came_from ? step.prerequisite_id::text;
            came_from := came_from || jsonb_build_object(step.prerequisite_id, step.task_id);
            next := next || step.prerequisite_id;
        end loop;
        edge := next;
    end loop;
    while here is not null loop
        ids := here::uuid || ids;
        here := came_from ->> here;
    end loop;
    return array(select k.title from unnest(ids) with ordinality i(id, place)
                 join app.tasks k on k.org_id = p_org and k.id = i.id order by i.place);
end $$;
grant execute on function app.path_of_titles to cloche_guard;

-- No task waits for itself, not over others either: not even in history. The door holds the event's row.
create function app.refuse_cycles(p_org uuid) returns void
    language plpgsql set search_path = '' as $$
declare
    fresh uuid[];
    knot record;
begin
    fresh := array(select r.id from app.journal_rows r
                   where r.org_id = p_org and r.command_id = app.this_command() and r.table_name = 'task_dependencies' and r.op = 'i');
    if fresh = '{}' then
        return;
    end if;
    with recursive reach(edge, task_id, node) as (
        select d.id, d.task_id, d.prerequisite_id from app.task_dependencies d where d.org_id = p_org and d.id = any (fresh)
        union
        select r.edge, r.task_id, d.prerequisite_id
        from reach r
        -- `offset 0`: one look-up by key, whatever the planner guesses before there are statistics.
        cross join lateral (select d.prerequisite_id from app.task_dependencies d where d.org_id = p_org and d.task_id = r.node offset 0) d
        where r.node <> r.task_id
    )
    select r.edge as id, r.task_id, d.prerequisite_id into knot
    from reach r
    cross join lateral (select d.prerequisite_id from app.task_dependencies d where d.org_id = p_org and d.id = r.edge offset 0) d
    where r.node = r.task_id order by r.edge limit 1;
    if knot.id is not null then
        perform app.refuse('CL422', 'task_dependencies_cycle',
            format('These tasks would wait for each other: %s.', (
                select string_agg(format('“%s”', p.title), ' → ' order by p.place)
                from (select k.title, 0 as place from app.tasks k where k.org_id = p_org and k.id = knot.task_id
                      union all
                      select t.title, t.place from unnest(app.path_of_titles(p_org, knot.prerequisite_id, knot.task_id))
                          with ordinality t(title, place)) p)),
            jsonb_build_object('field', 'prerequisites', 'table', 'task_dependencies', 'id', knot.id, 'task_id', knot.task_id,
                'prerequisite_id', knot.prerequisite_id, 'path', (
                select to_jsonb(array(select k.title from app.tasks k where k.org_id = p_org and k.id = knot.task_id)
                    || app.path_of_titles(p_org, knot.prerequisite_id, knot.task_id)))));
    end if;
end $$;
grant execute on function app.refuse_cycles to cloche_guard;

-- A task is started only when its prerequisites are complete, in the state that the command leaves. Judged is what the
-- command makes worse: starting, reopening, adding; history that an import brought out of order stays as it is.
create function app.refuse_out_of_order(p_org uuid) returns void
    language plpgsql set search_path = '' as $$
declare
    touched uuid[];
    fresh uuid[];
    starts uuid[];
    reopens uuid[];
    wrong record;
    others jsonb;
begin
    if coalesce(current_setting('cloche.import', true), '') = 'on' then
        return;
    end if;
    select array_agg(w.id) filter (where w.was = 'pending' and k.status <> 'pending'),
           array_agg(w.id) filter (where w.was = 'completed' and k.status <> 'completed')
    into starts, reopens
    from (select r.id, coalesce((array_agg(r.before order by r.seq))[1] ->> 'status', 'pending') as was
          from app.journal_rows r
          where r.org_id = p_org and r.command_id = app.this_command() and r.table_name = 'tasks' and r.op <> 'd'
          group by r.id) w
    cross join lateral (select k.status from app.tasks k where k.org_id = p_org and k.id = w.id offset 0) k
    where w.was <> k.status;
    fresh := array(select r.id from app.journal_rows r
                   where r.org_id = p_org and r.command_id = app.this_command() and r.table_name = 'task_dependencies' and r.op = 'i');
    select d.id, t.id as task_id, t.title, p.id as prerequisite_id, p.title as prerequisite, x.what
    into wrong
    from (select d.id, 1 as what from app.task_dependencies d where d.org_id = p_org and d.task_id = any (starts)
          union all
          select d.id, 2 from app.task_dependencies d where d.org_id = p_org and d.prerequisite_id = any (reopens)
          union all
          select unnest(fresh), 3) x
    cross join lateral (select * from app.task_dependencies d where d.org_id = p_org and d.id = x.id offset 0) d
    cross join lateral (select * from app.tasks t where t.org_id = p_org and t.id = d.task_id and t.status <> 'pending' offset 0) t
    cross join lateral (select * from app.tasks p where p.org_id = p_org and p.id = d.prerequisite_id and p.status <> 'completed' offset 0) p
    order by x.what, t.title, t.id, p.title limit 1;
    if wrong.id is null then
        return;
    end if;
    if wrong.what = 2 then
        select jsonb_agg(jsonb_build_object('id', t.id, 'title', t.title, 'status', t.status) order by t.title, t.id) into others
        from app.task_dependencies d join app.tasks t on t.org_id = p_org and t.id = d.task_id
        where d.org_id = p_org and d.prerequisite_id = wrong.prerequisite_id and t.status <> 'pending';
        perform app.refuse('CL422', 'tasks_dependants_started',
            format('“%s” cannot be reopened: %s started since it was completed.', wrong.prerequisite, app.titles(others)),
            jsonb_build_object('field', 'status', 'table', 'tasks', 'id', wrong.prerequisite_id, 'dependants', others));
    end if;
    select jsonb_agg(jsonb_build_object('id', p.id, 'title', p.title, 'status', p.status) order by p.title, p.id) into others
    from app.task_dependencies d join app.tasks p on p.org_id = p_org and p.id = d.prerequisite_id
    where d.org_id = p_org and d.task_id = wrong.task_id and p.status <> 'completed';
    if wrong.what = 1 then
        perform app.refuse('CL422', 'tasks_prerequisites_open',
            format('“%s” cannot start yet: %s must be completed first.', wrong.title, app.titles(others)),
            jsonb_build_object('field', 'status', 'table', 'tasks', 'id', wrong.task_id, 'prerequisites', others));
    end if;
    perform app.refuse('CL422', 'task_dependencies_open',
        format('“%s” has started already, so it cannot wait for what is not completed: %s.', wrong.title, app.titles(others)),
        jsonb_build_object('field', 'prerequisites', 'table', 'tasks', 'id', wrong.task_id, 'prerequisites', others));
end $$;

-- The first titles of a list, as a sentence names them.
create function app.titles(p_tasks jsonb) returns text
    language plpgsql immutable set search_path = '' as $$
begin
    return (select string_agg(format('“%s”', t ->> 'title'), ', ' order by place) from jsonb_array_elements(p_tasks) with ordinality x(t, place) where place <= 3)
        || case when jsonb_array_length(p_tasks) > 3 then format(' and %s more', jsonb_array_length(p_tasks) - 3) else '' end;
end $$;
grant execute on function app.refuse_out_of_order, app.titles to cloche_guard;

-- No plan may read a table whole because an average command is a large one.
create function app.guard_order() returns trigger
    language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
begin
    if not app.judged('order') then
        perform app.refuse_cycles(new.org_id);
        perform app.refuse_out_of_order(new.org_id);
    end if;
    return null;
end $$;
alter function app.guard_order owner to cloche_guard;
create constraint trigger tasks_order after insert or update of status on app.tasks
    deferrable initially deferred for each row execute function app.guard_order();
create constraint trigger task_dependencies_order after insert on app.task_dependencies
    deferrable initially deferred for each row execute function app.guard_order();

insert into app.replicated (table_name, position, lock_order) values ('tasks', 80, 40), ('task_dependencies', 90, 50);
select setup.capture(t), setup.guard_archived(t) from unnest(array['tasks', 'task_dependencies']) t;
-- Staff sees the tasks of its events; the policies come with visibility.
select setup.secure(t, 'org_id = any ((select account.whole_orgs())::uuid[])') from unnest(array['tasks', 'task_dependencies']) t;
-- Update of task_dependencies is for locking rows only: no rule lets a desk write a column.
grant select, insert, update, delete on app.tasks, app.task_dependencies to cloche_api;
grant select, update on app.tasks to cloche_guard;
grant select on app.task_dependencies to cloche_guard;

insert into app.rules (table_name, op, column_name, new_value, permission, own_permission) values
    ('tasks', 'insert', 'event_id', '', 'tasks.create', null),
    ('tasks', 'insert', 'title', '', 'tasks.create', null),
    ('tasks', 'insert', 'description', '', 'tasks.create', null),
    ('tasks', 'insert', 'due_at', '', 'tasks.create', null),
    ('tasks', 'insert', 'status', '', 'tasks.create', null),
    ('tasks', 'insert', 'category', '', 'tasks.create', null),
    ('tasks', 'insert', 'assigned_to', '*', 'tasks.assign', null),
    ('tasks', 'update', 'title', '', 'tasks.edit', null),
    ('tasks', 'update', 'description', '', 'tasks.edit', null),
    ('tasks', 'update', 'due_at', '', 'tasks.edit', null),
    ('tasks', 'update', 'category', '', 'tasks.edit', null),
    ('tasks', 'update', 'assigned_to', '', 'tasks.assign', null),
    ('tasks', 'update', 'status', '', 'tasks.status', 'tasks.status_own'),
    ('tasks', 'delete', '', '', 'tasks.delete', null),
    ('task_dependencies', 'insert', 'event_id', '', 'tasks.edit', null),
    ('task_dependencies', 'insert', 'task_id', '', 'tasks.edit', null),
    ('task_dependencies', 'insert', 'prerequisite_id', '', 'tasks.edit', null),
    ('task_dependencies', 'delete', '', '', 'tasks.edit', null);
