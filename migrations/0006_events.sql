-- Events, their lifecycle and its log. Guards run as cloche_guard: they must see rows that the caller may not.
-- The planners in domain::events say the same; property tests hold both to the same answers.

create table app.event_transitions (
    old_status text not null,
    new_status text not null,
    constraint event_transitions_pkey primary key (old_status, new_status)
);
insert into app.event_transitions (old_status, new_status)
with steps(earlier, later) as (values
    ('inquiry', 'planning'), ('planning', 'preparation'), ('preparation', 'in_progress'),
    ('in_progress', 'completed'), ('completed', 'follow_up'))
select earlier, later from steps
union all select later, earlier from steps
union all select s, 'cancelled' from unnest(array['inquiry', 'planning', 'preparation', 'in_progress']) s
union all select 'cancelled', 'planning';

create table app.events (
    org_id uuid not null,
    id uuid not null,
    client_id uuid not null,
    name text not null,
    event_type text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    time_zone text not null,
    location text,
    status text not null default 'inquiry',
    estimated_attendees integer,
    notes text,
    cancel_reason text,
    is_archived boolean not null default false,
    archived_at timestamptz,
    archived_by uuid,
    cancelled_at timestamptz,
    cancelled_by uuid,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint events_pkey primary key (org_id, id),
    constraint events_client_exists foreign key (org_id, client_id) references app.clients (org_id, id),
    constraint events_name_length check (char_length(name) between 1 and 255),
    constraint events_name_trimmed check (app.is_trimmed(name)),
    constraint events_name_visible check (app.is_visible(name, false)),
    constraint events_event_type_length check (char_length(event_type) between 1 and 100),
    constraint events_event_type_trimmed check (app.is_trimmed(event_type)),
    constraint events_event_type_visible check (app.is_visible(event_type, false)),
    constraint events_time_order check (ends_at > starts_at),
    -- Hours, not days: 31 days across a clock change differ from zone to zone.
    constraint events_duration check (ends_at <= starts_at + interval '744 hours'),
    constraint events_starts_at_range check (starts_at >= '2000-01-01 00:00:00+00' and starts_at < '2100-01-01 00:00:00+00'),
    constraint events_location_length check (char_length(location) between 1 and 500),
    constraint events_location_visible check (app.is_visible(location, false)),
    constraint events_status_known check (status in ('inquiry', 'planning', 'preparation', 'in_progress', 'completed', 'follow_up', 'cancelled')),
    constraint events_attendees_range check (estimated_attendees between 1 and 100000),
    constraint events_notes_length check (char_length(notes) between 1 and 10000),
    constraint events_notes_visible check (app.is_visible(notes, true)),
    constraint events_cancel_reason_present check ((status = 'cancelled') = (cancel_reason is not null)),
    constraint events_cancel_reason_length check (char_length(cancel_reason) between 1 and 1000),
    constraint events_cancel_reason_visible check (app.is_visible(cancel_reason, true)),
    constraint events_archived_status check (not is_archived or status in ('completed', 'follow_up', 'cancelled'))
);
create index events_by_client on app.events (client_id, org_id);

-- Every change of status, by trigger; append-only (nobody holds UPDATE or DELETE; it goes with an event whose insert is undone).
create table app.event_status_log (
    org_id uuid not null,
    id uuid not null default gen_random_uuid(),
    event_id uuid not null,
    old_status text,
    new_status text not null,
    changed_by uuid,
    changed_at timestamptz not null default now(),
    imported boolean not null default false,
    constraint event_status_log_pkey primary key (org_id, id),
    constraint event_status_log_event_exists foreign key (org_id, event_id) references app.events (org_id, id) on delete cascade
);
create index event_status_log_by_event on app.event_status_log (event_id, org_id);

-- Whether the change at hand is exactly the inverse of what the command that is being undone did to this row.
-- p_old null: the row comes back; p_new null: it goes.
create function app.undo_allows(p_table text, p_org uuid, p_id uuid, p_old jsonb, p_new jsonb) returns boolean
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
        where c.key <> 'updated_at' and c.value is distinct from p_old -> c.key
          and (first_before -> c.key is distinct from c.value or last_after -> c.key is distinct from p_old -> c.key));
end $$;
grant execute on function app.undo_allows to cloche_guard;

-- The door has locked the row; this is the law for each event that is written, whoever wrote it.
create function app.guard_events() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    actor uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
    undoing boolean := coalesce(current_setting('cloche.undo', true), '') <> '';
    exact boolean := false;
begin
    if tg_op = 'INSERT' then
        if undoing and app.undo_allows('events', new.org_id, new.id, null, to_jsonb(new)) then
            new.updated_at := now();
            return new;
        end if;
        if (new.status <> 'inquiry' or new.is_archived) and coalesce(current_setting('cloche.import', true), '') <> 'on' then
            perform app.refuse('CL422', 'events_start_as_inquiry',
                'A new event starts as an inquiry. Only an import may bring events in another state.',
                jsonb_build_object('field', 'status', 'table', 'events', 'id', new.id));
        end if;
        new.created_by := actor;
        new.created_at := now();
        new.archived_at := case when new.is_archived then now() end;
        new.archived_by := case when new.is_archived then actor end;
        new.cancelled_at := case when new.status = 'cancelled' then now() end;
        new.cancelled_by := case when new.status = 'cancelled' then actor end;
        new.updated_at := now();
        return new;
    end if;

    if undoing then
        exact := app.undo_allows('events', new.org_id, new.id, to_jsonb(old), to_jsonb(new));
    end if;
    if old.is_archived and new is distinct from old and (new.is_archived or not exact) then
        -- Taking it out of the archive changes nothing else.
        if new.is_archived or (to_jsonb(new) - 'is_archived') <> (to_jsonb(old) - 'is_archived') then
            perform app.refuse('CL422', 'events_archived',
                'This event is archived and read-only. Take it out of the archive first.',
                jsonb_build_object('table', 'events', 'id', new.id));
        end if;
    end if;
    if new.status <> old.status and not exact and not exists (
        select from app.event_transitions t where t.old_status = old.status and t.new_status = new.status
    ) then
        perform app.refuse('CL422', 'events_transition',
            format('An event cannot go from %s to %s.', replace(old.status, '_', ' '), replace(new.status, '_', ' ')),
            jsonb_build_object('field', 'status', 'table', 'events', 'id', new.id, 'from', old.status, 'to', new.status));
    end if;
    -- The reason on record is history: for another one the event is reinstated first.
    if old.status = 'cancelled' and new.status = 'cancelled' and new.cancel_reason <> old.cancel_reason and not exact then
        perform app.refuse('CL422', 'events_already_cancelled',
            format('This event was already cancelled: %s', old.cancel_reason),
            jsonb_build_object('field', 'reason', 'table', 'events', 'id', new.id));
    end if;
    if not exact then
        if new.is_archived and not old.is_archived then
            new.archived_at := now();
            new.archived_by := actor;
        elsif old.is_archived and not new.is_archived then
            new.archived_at := null;
            new.archived_by := null;
        end if;
        if new.status = 'cancelled' and old.status <> 'cancelled' then
            new.cancelled_at := now();
            new.cancelled_by := actor;
        elsif old.status = 'cancelled' and new.status <> 'cancelled' then
            new.cancelled_at := null;
            new.cancelled_by := null;
            new.cancel_reason := null;
        end if;
    end if;
    new.created_by := old.created_by;
    new.created_at := old.created_at;
    new.updated_at := now();
    return new;
end $$;
alter function app.guard_events owner to cloche_guard;
create trigger guard before insert or update on app.events for each row execute function app.guard_events();

-- Archived, never deleted: an event goes only when its own insert is undone.
create function app.guard_events_delete() returns trigger
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
begin
    if not app.undo_allows('events', old.org_id, old.id, to_jsonb(old), null) then
        perform app.refuse('CL422', 'events_not_deleted', 'Events are archived, not deleted.',
            jsonb_build_object('table', 'events', 'id', old.id));
    end if;
    return old;
end $$;
alter function app.guard_events_delete owner to cloche_guard;
create trigger guard_delete before delete on app.events for each row execute function app.guard_events_delete();
