-- What staff sees. The unit is the event: whoever is booked for it or has a task of it sees it with its tasks, schedule and
-- client. Of resources elsewhere staff knows when they are held, and nothing else.
--
-- (org_id, id) and never id alone: somebody who runs an organization of their own could give an event there the id of a
-- hidden one here.

create policy identity_reads on app.resources for select to cloche_identity using (true);
create policy identity_reads on app.resource_schedule for select to cloche_identity using (true);
create policy identity_reads on app.tasks for select to cloche_identity using (true);
create policy identity_reads on app.events for select to cloche_identity using (true);
grant select on app.resources, app.resource_schedule, app.tasks, app.events to cloche_identity;

-- The resources that are the caller.
create function account.my_resources() returns table (org_id uuid, resource_id uuid)
    language plpgsql stable security definer rows 2 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select r.org_id, r.id
    from app.devices d
    join app.users u on u.id = d.user_id and u.is_active
    join app.memberships m on m.user_id = d.user_id and m.ended_at is null
    join app.resources r on r.user_id = d.user_id and r.org_id = m.org_id
    where d.role_name = session_user and d.revoked_at is null and d.expires_at > now();
end $$;

-- The events that the caller works on.
create function account.my_events() returns table (org_id uuid, event_id uuid)
    language plpgsql stable security definer rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select r.org_id, w.event_id
    from account.my_resources() r
    cross join lateral (
        select e.event_id from app.resource_schedule e where e.org_id = r.org_id and e.resource_id = r.resource_id and e.event_id is not null
        union
        select k.event_id from app.tasks k where k.org_id = r.org_id and k.assigned_to = r.resource_id) w;
end $$;

-- Whom those events are for.
create function account.my_clients() returns table (org_id uuid, client_id uuid)
    language plpgsql stable security definer rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select distinct e.org_id, e.client_id
    from account.my_events() m join app.events e on e.org_id = m.org_id and e.id = m.event_id;
end $$;
alter function account.my_resources owner to cloche_identity;
alter function account.my_events owner to cloche_identity;
alter function account.my_clients owner to cloche_identity;
grant execute on function account.my_resources, account.my_events, account.my_clients to cloche_api, cloche_guard;

-- Replaces what callers see of a table, and what staff may make of it: nobody lets themselves into an event or to a client.
create function setup.show(p_table text, p_visible text, p_writable text default null) returns void
    language plpgsql set search_path = '' as $$
declare
    seen text := 'org_id = any ((select account.whole_orgs())::uuid[]) or (org_id = any ((select account.orgs())::uuid[]) and (%s))';
begin
    execute format('drop policy callers_see_what_they_may on app.%I', p_table);
    execute format('create policy callers_see_what_they_may on app.%I to cloche_api using (%s) with check (%s)', p_table,
        format(seen, p_visible), format(seen, coalesce(p_writable, p_visible)));
end $$;
select setup.show('events', '(org_id, id) in (select m.org_id, m.event_id from account.my_events() m)',
    '(org_id, id) in (select m.org_id, m.event_id from account.my_events() m)
     and (org_id, client_id) in (select m.org_id, m.client_id from account.my_clients() m)');
select setup.show(t, '(org_id, event_id) in (select m.org_id, m.event_id from account.my_events() m)')
from unnest(array['event_status_log', 'tasks', 'task_dependencies']) t;
select setup.show('clients', '(org_id, id) in (select m.org_id, m.client_id from account.my_clients() m)');
select setup.show('resource_schedule', '(org_id, event_id) in (select m.org_id, m.event_id from account.my_events() m)
    or (org_id, resource_id) in (select m.org_id, m.resource_id from account.my_resources() m)',
    '(org_id, event_id) in (select m.org_id, m.event_id from account.my_events() m)
    or (event_id is null and (org_id, resource_id) in (select m.org_id, m.resource_id from account.my_resources() m))');
drop function app.can_see_event;

create or replace function app.sees_entry(p_org uuid, p_event uuid, p_resource uuid) returns boolean
    language plpgsql stable set search_path = '' as $$
begin
    return p_org = any (account.whole_orgs())
        or exists (select from account.my_events() m where m.org_id = p_org and m.event_id = p_event)
        or exists (select from account.my_resources() m where m.org_id = p_org and m.resource_id = p_resource);
end $$;

-- The schedule as the caller may know it: what is not theirs says only when how much of which resource is held. Either of
-- these ids, or a page. The caller has been let in already.
create function app.seen_schedule(p_org uuid, p_ids uuid[], p_after uuid, p_limit integer) returns setof app.resource_schedule
    language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
    events uuid[] := array(select m.event_id from account.my_events() m where m.org_id = p_org);
    mine uuid[] := array(select m.resource_id from account.my_resources() m where m.org_id = p_org);
    entry app.resource_schedule;
begin
    for entry in
        (select * from app.resource_schedule e where p_ids is not null and e.org_id = p_org and e.id = any (p_ids))
        union all
        (select * from app.resource_schedule e where p_ids is null and e.org_id = p_org and e.id > p_after order by e.id limit p_limit)
    loop
        if (entry.event_id is null or entry.event_id <> all (events)) and entry.resource_id <> all (mine) then
            entry.event_id := null;
            entry.task_id := null;
            entry.note := null;
            entry.override_reason := null;
            entry.override_by := null;
            entry.created_by := null;
        end if;
        return next entry;
    end loop;
end $$;
alter function app.seen_schedule owner to cloche_guard;
grant execute on function app.seen_schedule to cloche_api;

-- Tables of which everybody sees every row, but not every column: the function that shows them.
alter table app.replicated add column shown_by text;
update app.replicated set shown_by = 'seen_schedule' where table_name = 'resource_schedule';

create or replace function setup.build_feed() returns void
    language plpgsql set search_path = '' as $$
begin
    -- The current images of rows, null where gone or not visible; row security says which, and what is masked says how.
    execute format($q$
create or replace function app.images(p_org uuid, p_tables text[], p_ids uuid[]) returns json
    language plpgsql stable set search_path = '' as $body$
declare
    masked jsonb := '{}';
    sees_all boolean := p_org = any (account.whole_orgs());
begin
    if not sees_all then%s
    end if;
    return (select coalesce(json_agg(json_build_object('table', k.t, 'id', k.id, 'row', x.image)), '[]')
        from unnest(p_tables, p_ids) k(t, id)
        left join lateral (%s) x(image) on true);
end $body$;$q$, (select coalesce(string_agg(format($r$
        if %1$L = any (p_tables) then
            masked := masked || (select coalesce(jsonb_object_agg(e.id, to_jsonb(e)), '{}')
                from app.%2$I(p_org, array(select k.id from unnest(p_tables, p_ids) k(t, id) where k.t = %1$L), null, null) e);
        end if;$r$, r.table_name, r.shown_by), ''), '') from app.replicated r where r.shown_by is not null),
        (select string_agg(case when r.shown_by is null then format($r$
            select to_json(e) from app.%1$I e where k.t = %1$L and e.org_id = p_org and e.id = k.id$r$, r.table_name)
            else format($r$
            select to_json(e) from app.%1$I e where k.t = %1$L and sees_all and e.org_id = p_org and e.id = k.id
            union all
            select (masked -> k.id::text)::json where k.t = %1$L and not sees_all$r$, r.table_name) end,
            ' union all' order by r.position) from app.replicated r));
    execute format($q$
create or replace function app.page(p_org uuid, p_table text, p_after uuid, p_limit integer, out images json, out fetched integer)
    language plpgsql stable set search_path = '' as $body$
begin
    case p_table%s
    else
        perform app.refuse('CL404', 'table_unknown', 'There is nothing of that kind here.');
    end case;
end $body$;$q$, (select string_agg(format($r$
    when %1$L then%2$s
        select coalesce(json_agg(e), '[]'), count(*) into images, fetched
        from (select * from app.%1$I t where t.org_id = p_org and t.id > p_after order by t.id limit p_limit) e;$r$,
            r.table_name, case when r.shown_by is not null then format($s$
        if p_org <> all (account.whole_orgs()) then
            select coalesce(json_agg(e), '[]'), count(*) into images, fetched from app.%I(p_org, null, p_after, p_limit) e;
            return;
        end if;$s$, r.shown_by) else '' end), '' order by r.position) from app.replicated r));
    execute 'grant execute on function app.images, app.page to cloche_api';
end $$;
select setup.build_feed();

-- The rows of a command: each row's last image; for staff, as staff sees it now.
create or replace function app.rows_of(p_org uuid, p_command_id uuid) returns json
    language plpgsql stable set search_path = '' as $$
declare
    tables text[];
    ids uuid[];
begin
    if p_org = any (account.whole_orgs()) then
        return (select coalesce(json_agg(json_build_object('table', last.table_name, 'id', last.id, 'row', last.after) order by last.seq), '[]')
                from (select distinct on (r.table_name, r.id) r.table_name, r.id, r.seq, r.after
                      from app.journal_rows r where r.org_id = p_org and r.command_id = p_command_id
                      order by r.table_name, r.id, r.seq desc) last);
    end if;
    select array_agg(last.table_name order by last.seq), array_agg(last.id order by last.seq) into tables, ids
    from (select r.table_name, r.id, max(r.seq) as seq from app.journal_rows r
          where r.org_id = p_org and r.command_id = p_command_id group by 1, 2) last;
    return app.images(p_org, tables, ids);
end $$;

-- Whether row security shows the caller a row, whole.
create function app.sees_row(p_org uuid, p_table text, p_id uuid) returns boolean
    language plpgsql stable set search_path = '' as $$
declare
    seen boolean;
begin
    execute format('select exists (select from app.%I e where e.org_id = $1 and e.id = $2)', p_table) into seen using p_org, p_id;
    return seen;
end $$;
grant execute on function app.sees_row to cloche_api;

-- As in 0015; a masked row has no history.
create or replace function api.history(p_org uuid, p_table text, p_id uuid, p_before_n bigint, p_limit integer) returns json
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    entries json;
    fetched integer;
    room integer := greatest(1, least(coalesce(p_limit, 50), 200));
begin
    select * into caller from account.enter(p_org);
    if not exists (select from app.replicated r where r.table_name = p_table) then
        perform app.refuse('CL404', 'table_unknown', 'There is nothing of that kind here.');
    end if;
    if caller.role not in ('administrator', 'manager')
       and not app.sees_row(p_org, p_table, p_id) then
        perform app.refuse('CL404', 'row_unknown', 'This is not available.');
    end if;
    select coalesce(json_agg(json_build_object('n', e.n, 'command_id', e.command_id, 'command', e.command,
               'actor', e.actor, 'actor_name', m.display_name, 'at', e.at, 'undone_by', e.undone_by, 'undoes', e.undoes,
               'changes', e.changes) order by e.n desc), '[]'), count(*)
    into entries, fetched
    from (
        select j.n, j.command_id, j.command, j.actor, j.at, j.undone_by, j.undoes, (
            select json_agg(json_build_object('table', c.table_name, 'id', c.id,
                       'op', case c.op when 'i' then 'insert' when 'u' then 'update' else 'delete' end,
                       'before', x.columns -> 'before', 'after', x.columns -> 'after') order by c.seq)
            from app.journal_rows c
            cross join lateral (select app.changed_columns(c.before, c.after) as columns) x
            where c.org_id = p_org and c.command_id = j.command_id and c.table_name = p_table and c.id = p_id) as changes
        from app.journal j
        where j.org_id = p_org and (p_before_n is null or j.n < p_before_n)
          and j.command_id in (select r.command_id from app.journal_rows r
                               where r.org_id = p_org and r.id = p_id and r.table_name = p_table)
        order by j.n desc limit room
    ) e
    left join app.memberships m on m.org_id = p_org and m.user_id = e.actor;
    return json_build_object('entries', entries, 'done', fetched < room);
end $$;

-- Which of a file's keys are here already, and as what: {key: id}. What staff cannot see was not imported.
create or replace function api.imported(p_org uuid, p_kind text, p_keys text[]) returns json
    language plpgsql stable security definer set search_path = '' as $$
begin
    perform account.enter(p_org);
    return (select coalesce(json_object_agg(k.key, k.id), '{}') from app.import_keys k
            where k.org_id = p_org and k.kind = p_kind and k.key = any (p_keys) and not k.is_gone
              and (p_org = any (account.whole_orgs()) or exists (
                  select from app.replicated r where app.sees_row(p_org, r.table_name, k.id))));
end $$;

-- Raises the view of whoever may or sees something else after this command than before: the role or matrix changed, a
-- person was linked to another resource, staff came to an event or left it, one of their events got another client. All at
-- once and last, while the feed is held, so that no two commands wait for each other over it. As with the writers, no plan
-- may read a table whole because an average command is a large one.
create function app.raise_views(p_org uuid, p_command_id uuid) returns void
    language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
    people uuid[];
begin
    if not exists (select from app.journal_rows r where r.org_id = p_org and r.command_id = p_command_id
                   and r.table_name in ('memberships', 'role_permissions', 'resources', 'tasks', 'resource_schedule', 'events')) then
        return;
    end if;
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
          and r.before ->> 'user_id' is distinct from r.after ->> 'user_id')
        || app.staff_with_other_events(p_org, p_command_id);
    if people <> '{}' then
        update app.member_views v set view = v.view + 1 where v.org_id = p_org and v.user_id = any (people);
    end if;
end $$;

-- Staff whose set of events, or of their clients, is another after this command.
create function app.staff_with_other_events(p_org uuid, p_command_id uuid) returns uuid[]
    language plpgsql stable security definer set search_path = '' as $$
declare
    linked uuid[] := array(
        select r.id from app.resources r
        join app.memberships m on m.org_id = r.org_id and m.user_id = r.user_id and m.role = 'staff' and m.ended_at is null
        where r.org_id = p_org and r.user_id is not null);
begin
    if linked = '{}' then
        return '{}';
    end if;
    return array(
        with images as (
            select r.seq, r.table_name, r.id, i.is_before,
                   (i.image ->> case r.table_name when 'tasks' then 'assigned_to' else 'resource_id' end)::uuid as resource_id,
                   (i.image ->> 'event_id')::uuid as event_id
            from app.journal_rows r
            cross join lateral (values (r.before, true), (r.after, false)) i(image, is_before)
            where r.org_id = p_org and r.command_id = p_command_id and r.table_name in ('tasks', 'resource_schedule') and i.image is not null
        ), pairs as (
            select i.resource_id, i.event_id from images i
            where i.resource_id = any (linked) and i.event_id is not null group by 1, 2
        ), judged as (
            select p.resource_id,
                exists (select from app.resource_schedule e where e.org_id = p_org and e.resource_id = p.resource_id and e.event_id = p.event_id)
                or exists (select from app.tasks k where k.org_id = p_org and k.assigned_to = p.resource_id and k.event_id = p.event_id) as sees,
                exists (select from app.resource_schedule e where e.org_id = p_org and e.resource_id = p.resource_id and e.event_id = p.event_id
                        and not exists (select from app.journal_rows r where r.id = e.id and r.org_id = p_org and r.command_id = p_command_id))
                or exists (select from app.tasks k where k.org_id = p_org and k.assigned_to = p.resource_id and k.event_id = p.event_id
                           and not exists (select from app.journal_rows r where r.id = k.id and r.org_id = p_org and r.command_id = p_command_id))
                -- A row as it was before its first change here.
                or exists (select from images i where i.is_before and i.resource_id = p.resource_id and i.event_id = p.event_id
                           and not exists (select from app.journal_rows r where r.id = i.id and r.org_id = p_org
                                           and r.command_id = p_command_id and r.table_name = i.table_name and r.seq < i.seq)) as saw
            from pairs p
        )
        select r.user_id from judged j join app.resources r on r.org_id = p_org and r.id = j.resource_id where j.sees <> j.saw
        union
        select r.user_id
        from app.journal_rows c
        join app.resources r on r.org_id = p_org and r.id = any (linked)
         and (exists (select from app.resource_schedule e where e.org_id = p_org and e.resource_id = r.id and e.event_id = c.id)
              or exists (select from app.tasks k where k.org_id = p_org and k.assigned_to = r.id and k.event_id = c.id))
        where c.org_id = p_org and c.command_id = p_command_id and c.table_name = 'events' and c.op = 'u'
          and c.before -> 'client_id' is distinct from c.after -> 'client_id');
end $$;
alter function app.raise_views owner to cloche_guard;
alter function app.staff_with_other_events owner to cloche_guard;
grant execute on function app.raise_views to cloche_api, cloche_guard;

drop trigger view_raise on app.memberships;
drop trigger view_after_insert on app.role_permissions;
drop trigger view_after_delete on app.role_permissions;
drop function app.raise_view_of_member;
drop function app.raise_view_of_roles;

-- Whoever ends a command lets the guards decide first; a transaction may hold another command after it.
create or replace function app.settle() returns void
    language plpgsql set search_path = '' as $$
begin
    set constraints app.resource_schedule_room, app.resources_room, app.tasks_order, app.task_dependencies_order immediate;
    set constraints all immediate;
    set constraints all deferred;
end $$;
create or replace function app.end_command(p_org uuid, p_command_id uuid, p_command text, p_actor uuid, p_device uuid,
                                p_permissions text[], p_undoes uuid default null) returns bigint
    language plpgsql set search_path = '' as $$
declare
    rows_written integer;
    place bigint;
begin
    perform app.settle();
    rows_written := coalesce(nullif(current_setting('cloche.seq', true), ''), '0')::integer;
    update app.feeds f set n = f.n + 1 where f.org_id = p_org returning f.n into place;
    insert into app.journal (org_id, n, command_id, command, actor, device, permissions, row_count, undoes)
    values (p_org, place, p_command_id, p_command, p_actor, p_device, p_permissions, rows_written, p_undoes);
    perform app.raise_views(p_org, p_command_id);
    perform set_config('cloche.command', '', true);
    return place;
end $$;
