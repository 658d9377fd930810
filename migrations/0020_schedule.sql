-- The schedule: which resource is held when, for what. One row says who is on what; an entry with a task is for that task.
-- Ranges are half-open: what ends at six and what starts at six do not clash.
--
-- No double booking: the door holds the resource's row; the guard sweeps everything that holds the resource (blocks and
-- accepted clashes included), assignments widened by setup and teardown. The exclusion constraint is the backstop for
-- single units; it knows neither setup nor what was let stand.

-- `=` on uuid for the exclusion constraint. In a schema of its own: its functions are open to everybody until hardened.
create schema gist;
create extension btree_gist with schema gist;

create table app.resource_schedule (
    org_id uuid not null,
    id uuid not null,
    resource_id uuid not null,
    event_id uuid,
    task_id uuid,
    kind text not null default 'assignment',
    quantity integer not null default 1,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    -- The resource's quantity when the row was last placed; kept by triggers, told to desks, compared by nobody.
    pool_size integer not null,
    note text,
    override_reason text,
    override_by uuid,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint resource_schedule_pkey primary key (org_id, id),
    constraint resource_schedule_resource_exists foreign key (org_id, resource_id) references app.resources (org_id, id),
    constraint resource_schedule_event_exists foreign key (org_id, event_id) references app.events (org_id, id),
    constraint resource_schedule_task_exists foreign key (org_id, task_id) references app.tasks (org_id, id)
        deferrable initially deferred,
    constraint resource_schedule_kind_known check (kind in ('assignment', 'block')),
    constraint resource_schedule_kind_event check ((kind = 'assignment') = (event_id is not null)),
    constraint resource_schedule_same_event check (task_id is null or event_id is not null),
    constraint resource_schedule_quantity check (quantity between 1 and pool_size),
    constraint resource_schedule_time_order check (ends_at > starts_at),
    constraint resource_schedule_time_range check (
        starts_at >= '2000-01-01 00:00:00+00' and starts_at < '2100-01-01 00:00:00+00'
        and ends_at >= '2000-01-01 00:00:00+00' and ends_at < '2100-01-01 00:00:00+00'),
    -- Hours, not days, as for events: 31 days, and three years of which one is a leap year.
    constraint resource_schedule_duration check (
        ends_at <= starts_at + case kind when 'block' then interval '26304 hours' else interval '744 hours' end),
    constraint resource_schedule_note_length check (char_length(note) between 1 and 500),
    constraint resource_schedule_note_visible check (app.is_visible(note, false)),
    constraint resource_schedule_override_reason_length check (char_length(override_reason) between 1 and 1000),
    constraint resource_schedule_override_reason_visible check (app.is_visible(override_reason, true)),
    constraint resource_schedule_override_stamp check (override_reason is not null or override_by is null),
    constraint resource_schedule_no_overlap exclude using gist (
        org_id gist.gist_uuid_ops with =, resource_id gist.gist_uuid_ops with =, tstzrange(starts_at, ends_at) with &&)
        where (pool_size = 1 and override_reason is null) deferrable initially deferred
);
create index resource_schedule_by_resource on app.resource_schedule (resource_id, ends_at, org_id);
create index resource_schedule_by_event on app.resource_schedule (event_id, org_id) where event_id is not null;
create index resource_schedule_by_task on app.resource_schedule (task_id, org_id) where task_id is not null;

-- Whether a change asks nothing of anybody that the row did not hold before: then it is not refused, so that what stands
-- although it clashes can always be cut short. The same as domain::schedule::eases.
create function app.eases(
    p_resource uuid, p_starts_at timestamptz, p_ends_at timestamptz, p_quantity integer, p_override text,
    p_new_resource uuid, p_new_starts_at timestamptz, p_new_ends_at timestamptz, p_new_quantity integer, p_new_override text)
    returns boolean language sql immutable parallel safe
    return p_resource = p_new_resource and p_new_starts_at >= p_starts_at and p_new_ends_at <= p_ends_at
        and p_new_quantity <= p_quantity and (p_override is null or p_new_override is not null);
grant execute on function app.eases to cloche_guard;

create function app.stamp_schedule() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    actor uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
    undoing boolean := coalesce(current_setting('cloche.undo', true), '') <> '';
begin
    new.updated_at := now();
    if tg_op = 'INSERT' then
        if not undoing then
            new.created_by := actor;
            new.created_at := now();
            new.override_by := case when new.override_reason is not null then actor end;
        end if;
    else
        new.created_by := old.created_by;
        new.created_at := old.created_at;
        if not undoing then
            new.override_by := case when new.override_reason is null then null
                                    when new.override_reason is distinct from old.override_reason then actor
                                    else old.override_by end;
        end if;
        if (new.resource_id, new.starts_at, new.ends_at, new.quantity, new.override_reason)
           is not distinct from (old.resource_id, old.starts_at, old.ends_at, old.quantity, old.override_reason) then
            return new;
        end if;
    end if;
    -- An unknown resource is the foreign key's to refuse.
    new.pool_size := coalesce((select r.quantity from app.resources r where r.org_id = new.org_id and r.id = new.resource_id),
                              new.quantity);
    -- What was let stand on purpose outlives a smaller pool, and can still be cut short.
    if tg_op = 'UPDATE' and old.override_reason is not null and app.eases(old.resource_id, old.starts_at, old.ends_at, old.quantity,
        old.override_reason, new.resource_id, new.starts_at, new.ends_at, new.quantity, new.override_reason) then
        new.pool_size := greatest(new.pool_size, new.quantity);
    end if;
    return new;
end $$;
alter function app.stamp_schedule owner to cloche_guard;
create trigger stamp before insert or update on app.resource_schedule for each row execute function app.stamp_schedule();

-- What holds for each entry by itself, once per statement. A task that is unknown is no task of this event.
create function app.refuse_entry(p_constraint text, p_entry uuid, p_message text, p_field text, p_more jsonb default '{}') returns void
    language plpgsql set search_path = '' as $$
begin
    perform app.refuse('CL422', p_constraint, p_message,
        jsonb_build_object('field', p_field, 'table', 'resource_schedule', 'id', p_entry) || p_more);
end $$;
create function app.guard_entries() returns trigger
    language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
    importing boolean := coalesce(current_setting('cloche.import', true), '') = 'on';
    undoing boolean := coalesce(current_setting('cloche.undo', true), '') <> '';
    -- As app.refuse_archived has it; asked here because the event is at hand.
    history boolean := undoing or (importing and tg_op = 'INSERT');
    easing uuid[] := '{}';
    wrong record;
begin
    if tg_op = 'UPDATE' then
        easing := array(select a.id from added a join gone g on g.org_id = a.org_id and g.id = a.id
                        where app.eases(g.resource_id, g.starts_at, g.ends_at, g.quantity, g.override_reason,
                            a.resource_id, a.starts_at, a.ends_at, a.quantity, a.override_reason));
    end if;
    select c.org_id, c.id, c.resource_id, c.event_id, r.name as resource, v.name as event,
           case when c.task_id is not null and k.id is null then 1 when v.is_archived and not history then 0
                when not r.is_available then 2 else 3 end as what
    into wrong
    from added c
    left join app.tasks k on k.org_id = c.org_id and k.id = c.task_id and k.event_id = c.event_id
    left join app.resources r on r.org_id = c.org_id and r.id = c.resource_id
    left join app.events v on v.org_id = c.org_id and v.id = c.event_id
    where (c.task_id is not null and k.id is null)
       or (v.is_archived and not history)
       or (c.kind = 'assignment' and not undoing and (not r.is_available or (v.status = 'cancelled' and not importing))
           and c.id <> all (easing))
    order by what limit 1;
    case wrong.what
        when 0 then
            perform app.refuse_archived(wrong.org_id, array[wrong.event_id], tg_op);
        when 1 then
            perform app.refuse_entry('resource_schedule_same_event', wrong.id, 'A booking is for a task of the same event.', 'task_id');
        when 2 then
            perform app.refuse_entry('resource_schedule_unavailable', wrong.id, format('%s is marked as not available.', wrong.resource),
                'resource_id', jsonb_build_object('resource_id', wrong.resource_id));
        when 3 then
            perform app.refuse_entry('resource_schedule_event_cancelled', wrong.id,
                format('“%s” is cancelled. Reinstate it before booking anything for it.', wrong.event), 'event_id',
                jsonb_build_object('event_id', wrong.event_id));
        else
            null;
    end case;
    return null;
end $$;
alter function app.guard_entries owner to cloche_guard;
grant execute on function app.refuse_entry to cloche_guard;
create trigger guard_insert after insert on app.resource_schedule referencing new table as added
    for each statement execute function app.guard_entries();
create trigger guard_update after update on app.resource_schedule referencing old table as gone new table as added
    for each statement execute function app.guard_entries();

-- From when until when an entry holds its resource.
create function app.held(p_kind text, p_starts_at timestamptz, p_ends_at timestamptz, p_setup integer, p_teardown integer)
    returns tstzrange language sql immutable parallel safe
    return case when p_kind = 'block' then tstzrange(p_starts_at, p_ends_at)
        else tstzrange(p_starts_at - make_interval(mins => p_setup), p_ends_at + make_interval(mins => p_teardown)) end;
grant execute on function app.held to cloche_guard, cloche_api;

-- Which of these entries lie where more is held than there is. One sweep over all that is near them: steps up and down,
-- summed in order; O(n log n) whether one entry was written or 8 000. `offset 0` keeps each row's look-up one by its key:
-- before there are statistics the planner takes an organization for a few rows, and would read all of it.
create function app.overbooked(p_org uuid, p_entries uuid[]) returns uuid[]
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
                select coalesce(sum(o.quantity), 0) from app.resource_schedule o
                where o.org_id = p_org and o.resource_id = e.resource_id and o.id <> e.id
                  and o.ends_at > e.starts_at - r.margin and o.starts_at < e.ends_at + r.margin));
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
grant execute on function app.overbooked to cloche_guard, cloche_api;

-- Whether the caller may know what an entry is for; everybody else knows only that the resource is held. Replaced with visibility.
create function app.sees_entry(p_org uuid, p_event uuid, p_resource uuid) returns boolean
    language plpgsql stable set search_path = '' as $$
begin
    return true;
end $$;
grant execute on function app.sees_entry to cloche_guard, cloche_api;

-- What stands in the way of an entry: {resource_id, needed, free, with: [...]}; of what the caller may not see, the times.
create function app.clash_of(p_org uuid, p_entry uuid) returns jsonb
    language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
    me record;
    peak integer;
    full_at tstzmultirange;
begin
    select e.resource_id, e.quantity, r.quantity as pool, r.setup_minutes, r.teardown_minutes,
           app.held(e.kind, e.starts_at, e.ends_at, r.setup_minutes, r.teardown_minutes) as held
    into me
    from app.resource_schedule e join app.resources r on r.org_id = e.org_id and r.id = e.resource_id
    where e.org_id = p_org and e.id = p_entry;
    with others as (
        select e.quantity, app.held(e.kind, e.starts_at, e.ends_at, me.setup_minutes, me.teardown_minutes) * me.held as held
        from app.resource_schedule e
        where e.org_id = p_org and e.resource_id = me.resource_id and e.id <> p_entry
          and app.held(e.kind, e.starts_at, e.ends_at, me.setup_minutes, me.teardown_minutes) && me.held
    ), steps as (
        select s.at, sum(s.change) as change
        from (select lower(o.held) as at, o.quantity as change from others o
              union all select upper(o.held), -o.quantity from others o) s group by 1
    ), loads as (
        select s.at, lead(s.at) over w as until, sum(s.change) over w as booked from steps s window w as (order by s.at)
    )
    select coalesce(max(l.booked), 0), range_agg(tstzrange(l.at, l.until)) filter (where l.booked > me.pool - me.quantity and l.until is not null)
    into peak, full_at from loads l;
    return jsonb_build_object('table', 'resource_schedule', 'id', p_entry, 'resource_id', me.resource_id,
        'needed', me.quantity, 'free', greatest(me.pool - peak, 0), 'with', (
        select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'event_id', case when w.seen then w.event_id end,
                   'event_name', case when w.seen then w.event_name end, 'starts_at', w.starts_at, 'ends_at', w.ends_at,
                   'quantity', w.quantity, 'kind', w.kind, 'note', case when w.seen then w.note end) order by w.starts_at, w.id), '[]')
        from (select e.id, e.event_id, v.name as event_name, v.time_zone, e.starts_at, e.ends_at, e.quantity, e.kind, e.note,
                     app.sees_entry(p_org, e.event_id, e.resource_id) as seen
              from app.resource_schedule e left join app.events v on v.org_id = e.org_id and v.id = e.event_id
              where e.org_id = p_org and e.resource_id = me.resource_id and e.id <> p_entry
                and app.held(e.kind, e.starts_at, e.ends_at, me.setup_minutes, me.teardown_minutes) && full_at
              order by e.starts_at, e.id limit 10) w));
end $$;
grant execute on function app.clash_of to cloche_guard;

-- The first thing in the way as a sentence names it: what, and when on the organization's clock.
create function app.first_in_way(p_org uuid, p_clash jsonb) returns text
    language plpgsql stable set search_path = '' as $$
declare
    first jsonb := p_clash -> 'with' -> 0;
    zone text := (select o.time_zone from app.organizations o where o.id = p_org);
    starts timestamp;
    ends timestamp;
begin
    if first is null then
        return 'there are not enough of it';
    end if;
    starts := (first ->> 'starts_at')::timestamptz at time zone zone;
    ends := (first ->> 'ends_at')::timestamptz at time zone zone;
    return format('%s, %s–%s', coalesce(first ->> 'event_name', first ->> 'note',
            case first ->> 'kind' when 'block' then 'blocked' else 'another event' end),
        to_char(starts, 'FMDD Mon HH24:MI'), to_char(ends, case when starts::date = ends::date then 'HH24:MI' else 'FMDD Mon HH24:MI' end));
end $$;
grant execute on function app.first_in_way to cloche_guard;

-- The law of the schedule, in the state that the command leaves: what was placed anew, and was not let stand on purpose,
-- must fit beside everything else.
create function app.guard_room() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' set enable_seqscan = off as $$
declare
    placed uuid[];
    resources uuid[];
    wrong uuid[];
    clash jsonb;
    name text;
    pool integer;
begin
    if app.judged('room') then
        return null;
    end if;
    select array_agg(e.id), array_agg(distinct e.resource_id) into placed, resources
    from (select r.id, (array_agg(r.before order by r.seq))[1] as before
          from app.journal_rows r
          where r.org_id = new.org_id and r.command_id = app.this_command() and r.table_name = 'resource_schedule' and r.op <> 'd'
          group by r.id) w
    cross join lateral (select * from app.resource_schedule e where e.org_id = new.org_id and e.id = w.id offset 0) e
    cross join lateral jsonb_populate_record(null::app.resource_schedule, w.before) b
    where e.override_reason is null
      and (w.before is null or not app.eases(b.resource_id, b.starts_at, b.ends_at, b.quantity, b.override_reason,
          e.resource_id, e.starts_at, e.ends_at, e.quantity, e.override_reason));
    if placed is null then
        return null;
    end if;
    -- The door holds them already; whoever writes past it waits here.
    perform 1 from app.resources r where r.org_id = new.org_id and r.id = any (resources) order by r.id for no key update;
    wrong := app.overbooked(new.org_id, placed);
    if wrong <> '{}' then
        clash := app.clash_of(new.org_id, wrong[1]) || jsonb_build_object('entries', to_jsonb(wrong[1:100]));
        select r.name, r.quantity into name, pool from app.resources r
        where r.org_id = new.org_id and r.id = (clash ->> 'resource_id')::uuid;
        perform app.refuse('CL409', 'resource_schedule_conflict', case
            when pool = 1 then format('%s is already booked: %s.', name, app.first_in_way(new.org_id, clash))
            else format('Of %s only %s of %s are free then: %s.', name, clash ->> 'free', pool, app.first_in_way(new.org_id, clash)) end,
            clash);
    end if;
    return null;
end $$;
alter function app.guard_room owner to cloche_guard;
create constraint trigger resource_schedule_room after insert or update on app.resource_schedule
    deferrable initially deferred for each row execute function app.guard_room();

-- Another quantity reaches what is still to come. A row never holds more than its pool, unless it was let stand on purpose.
create function app.copy_pool_size() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    wide record;
begin
    select e.resource_id, r.name, max(e.quantity) as needed, r.quantity into wide
    from added r join gone g on g.org_id = r.org_id and g.id = r.id and g.quantity > r.quantity
    join app.resource_schedule e on e.org_id = r.org_id and e.resource_id = r.id and e.ends_at > now() and e.quantity > r.quantity
     and e.override_reason is null
    group by e.resource_id, r.name, r.quantity limit 1;
    if wide.resource_id is not null then
        perform app.refuse_quantity(wide.resource_id, wide.name, wide.quantity, jsonb_build_object('needed', wide.needed));
    end if;
    if exists (select from added r join gone g on g.org_id = r.org_id and g.id = r.id where g.quantity <> r.quantity) then
        update app.resource_schedule e set pool_size = greatest(r.quantity, case when e.override_reason is not null then e.quantity end)
        from added r join gone g on g.org_id = r.org_id and g.id = r.id and g.quantity <> r.quantity
        where e.org_id = r.org_id and e.resource_id = r.id and e.ends_at > now() and e.pool_size <> r.quantity
          -- An archived event's rows stay as they are.
          and not exists (select from app.events v where v.org_id = e.org_id and v.id = e.event_id and v.is_archived);
    end if;
    return null;
end $$;
create function app.refuse_quantity(p_resource uuid, p_name text, p_quantity integer, p_more jsonb) returns void
    language plpgsql set search_path = '' as $$
begin
    perform app.refuse('CL409', 'resources_quantity_needed',
        format('%s is booked for more than that would leave: %s are needed at once.', p_name, p_more ->> 'needed'),
        jsonb_build_object('field', 'quantity', 'table', 'resources', 'id', p_resource, 'resource_id', p_resource,
            'quantity', p_quantity, 'with', jsonb_build_array()) || p_more);
end $$;
alter function app.copy_pool_size owner to cloche_guard;
grant execute on function app.refuse_quantity to cloche_guard;
create trigger pool_size after update on app.resources referencing old table as gone new table as added
    for each statement execute function app.copy_pool_size();

-- Fewer units, or longer setup and teardown: what is still to come must fit, unless it was let stand on purpose.
create function app.guard_resource_room() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' set enable_seqscan = off as $$
declare
    wrong uuid[];
    clash jsonb;
    own record;
begin
    select * into own from app.resources r where r.org_id = new.org_id and r.id = new.id;
    if own.id is null or not (own.quantity < old.quantity or own.setup_minutes > old.setup_minutes
                              or own.teardown_minutes > old.teardown_minutes) then
        return null;
    end if;
    wrong := app.overbooked(new.org_id, array(
        select e.id from app.resource_schedule e
        where e.org_id = new.org_id and e.resource_id = new.id and e.ends_at > now() and e.override_reason is null));
    if wrong <> '{}' then
        clash := app.clash_of(new.org_id, wrong[1]);
        perform app.refuse_quantity(own.id, own.name, own.quantity,
            clash - 'id' - 'table' || jsonb_build_object('entry_id', wrong[1],
                'needed', own.quantity - (clash ->> 'free')::integer + (clash ->> 'needed')::integer));
    end if;
    return null;
end $$;
alter function app.guard_resource_room owner to cloche_guard;
create constraint trigger resources_room after update of quantity, setup_minutes, teardown_minutes on app.resources
    deferrable initially deferred for each row execute function app.guard_resource_room();

-- An event that is called off or filed away gives back what it still holds. The same change set may do both, in any order.
create function app.guard_events_release() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' set enable_seqscan = off as $$
declare
    held jsonb;
    event record;
begin
    if coalesce(current_setting('cloche.import', true), '') = 'on' or coalesce(current_setting('cloche.undo', true), '') <> '' then
        return null;
    end if;
    select e.name, e.status, e.is_archived into event from app.events e where e.org_id = new.org_id and e.id = new.id;
    if not found or not ((event.is_archived and not old.is_archived) or (event.status = 'cancelled' and old.status <> 'cancelled')) then
        return null;
    end if;
    select jsonb_agg(jsonb_build_object('id', b.id, 'resource_id', b.resource_id, 'resource_name', b.name, 'quantity', b.quantity,
        'starts_at', b.starts_at, 'ends_at', b.ends_at) order by b.starts_at, b.id)
    into held
    from (select e.id, e.resource_id, r.name, e.quantity, e.starts_at, e.ends_at
          from app.resource_schedule e join app.resources r on r.org_id = e.org_id and r.id = e.resource_id
          where e.org_id = new.org_id and e.event_id = new.id and e.starts_at > now()
          order by e.starts_at, e.id limit 10) b;
    if held is not null then
        perform app.refuse('CL409', 'events_still_booked',
            format('“%s” still holds %s. Release that first.', event.name, held -> 0 ->> 'resource_name'),
            jsonb_build_object('table', 'events', 'id', new.id, 'entries', held));
    end if;
    return null;
end $$;
alter function app.guard_events_release owner to cloche_guard;
create constraint trigger events_release after update of status, is_archived on app.events
    deferrable initially deferred for each row execute function app.guard_events_release();

-- Whether a row is the caller's own: a task that their person is assigned to or booked for.
create function app.owns(p_org uuid, p_table text, p_id uuid, p_user uuid) returns boolean
    language plpgsql stable set search_path = '' as $$
begin
    return p_table = 'tasks' and exists (
        select from app.resources r
        where r.org_id = p_org and r.user_id = p_user and (
            exists (select from app.tasks k where k.org_id = p_org and k.id = p_id and k.assigned_to = r.id)
            or exists (select from app.resource_schedule e where e.org_id = p_org and e.task_id = p_id and e.resource_id = r.id)));
end $$;
grant execute on function app.owns to cloche_api;

insert into app.replicated (table_name, position, lock_order) values ('resource_schedule', 100, 60);
select setup.capture('resource_schedule');
create trigger guard_archived_delete after delete on app.resource_schedule referencing old table as changed
    for each statement execute function app.guard_archived();
-- Staff sees the entries of its events and its own; the policies come with visibility.
select setup.secure('resource_schedule', 'org_id = any ((select account.whole_orgs())::uuid[])');
grant select, insert, update, delete on app.resource_schedule to cloche_api;
grant select, update on app.resource_schedule to cloche_guard;

insert into app.column_groups (table_name, columns) values
    ('resource_schedule', array['resource_id', 'starts_at', 'ends_at', 'quantity', 'override_reason']);
insert into app.rules (table_name, op, column_name, permission)
select 'resource_schedule', 'insert', c.name, 'resources.assign'
from unnest(array['resource_id', 'event_id', 'task_id', 'kind', 'quantity', 'starts_at', 'ends_at', 'note']) c(name);
insert into app.rules (table_name, op, column_name, permission)
select 'resource_schedule', 'update', c.name, 'resources.assign'
from unnest(array['resource_id', 'task_id', 'quantity', 'starts_at', 'ends_at', 'note', 'override_reason']) c(name);
insert into app.rules (table_name, op, column_name, new_value, permission) values
    ('resource_schedule', 'insert', 'override_reason', '*', 'resources.override'),
    ('resource_schedule', 'update', 'override_reason', '*', 'resources.override'),
    ('resource_schedule', 'delete', '', '', 'resources.assign');

select setup.build_writers();
select setup.build_feed();
