-- What follows from writing events, once per statement: the status log and the check of time zones.

create function app.refuse_time_zone(p_id uuid, p_zone text) returns void
    language plpgsql set search_path = '' as $$
begin
    perform app.refuse('CL422', 'events_time_zone_known',
        format('The time zone “%s” is not known.', left(p_zone, 100)),
        jsonb_build_object('field', 'time_zone', 'table', 'events', 'id', p_id));
end $$;
grant execute on function app.refuse_time_zone to cloche_guard;

create function app.log_event_insert() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    perform app.refuse_time_zone(a.id, a.time_zone) from added a
    where not exists (select from app.time_zones z where z.name = a.time_zone);
    -- Rows that an undo brings back bring their own log.
    if coalesce(current_setting('cloche.undo', true), '') = '' then
        insert into app.event_status_log (org_id, event_id, new_status, changed_by, imported)
        select a.org_id, a.id, a.status, a.created_by, coalesce(current_setting('cloche.import', true), '') = 'on'
        from added a;
    end if;
    return null;
end $$;

-- No nested loops: as with capture, a plan made for one row must serve 2 000.
create function app.log_event_update() returns trigger
    language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
begin
    perform app.refuse_time_zone(a.id, a.time_zone) from added a join gone g on g.org_id = a.org_id and g.id = a.id
    where a.time_zone <> g.time_zone and not exists (select from app.time_zones z where z.name = a.time_zone);
    if exists (select from added a join gone g on g.org_id = a.org_id and g.id = a.id where a.status <> g.status) then
        insert into app.event_status_log (org_id, event_id, old_status, new_status, changed_by)
        select a.org_id, a.id, g.status, a.status, nullif(current_setting('cloche.actor', true), '')::uuid
        from added a join gone g on g.org_id = a.org_id and g.id = a.id
        where a.status <> g.status;
    end if;
    return null;
end $$;
alter function app.log_event_insert owner to cloche_guard;
alter function app.log_event_update owner to cloche_guard;

select setup.capture(t) from unnest(array['events', 'event_status_log']) t;
-- After capture by name, so that the log follows its event in the journal.
create trigger log_insert after insert on app.events referencing new table as added
    for each statement execute function app.log_event_insert();
create trigger log_update after update on app.events referencing old table as gone new table as added
    for each statement execute function app.log_event_update();

select setup.secure('event_transitions', 'true');
select setup.secure('events', 'org_id = any ((select account.whole_orgs())::uuid[]) or (org_id = any ((select account.orgs())::uuid[]) and app.can_see_event(org_id, id))');
select setup.secure('event_status_log', 'org_id = any ((select account.whole_orgs())::uuid[]) or (org_id = any ((select account.orgs())::uuid[]) and app.can_see_event(org_id, event_id))');
grant select on app.event_transitions to cloche_api, cloche_guard;
grant select, insert, update, delete on app.events to cloche_api;
-- Insert only: an undo brings the log of an event back.
grant select, insert on app.event_status_log to cloche_api;
grant select, update on app.events to cloche_guard;
grant select, insert on app.event_status_log to cloche_guard;

insert into app.column_groups (table_name, columns) values
    ('events', array['starts_at', 'ends_at', 'time_zone']),
    ('events', array['status', 'cancel_reason']);

insert into app.rules (table_name, op, column_name, permission)
select 'events', 'insert', c.name, 'events.create'
from unnest(array['client_id', 'name', 'event_type', 'starts_at', 'ends_at', 'time_zone', 'location', 'status',
                  'estimated_attendees', 'notes', 'cancel_reason', 'is_archived']) c(name);
insert into app.rules (table_name, op, column_name, permission)
select 'events', 'update', c.name, 'events.edit'
from unnest(array['client_id', 'name', 'event_type', 'starts_at', 'ends_at', 'time_zone', 'location',
                  'estimated_attendees', 'notes']) c(name);
-- Whoever may call an event off may reinstate it.
insert into app.rules (table_name, op, column_name, old_value, new_value, permission) values
    ('events', 'update', 'status', '', '', 'events.advance'),
    ('events', 'update', 'status', '', 'cancelled', 'events.cancel'),
    ('events', 'update', 'status', 'cancelled', '', 'events.cancel'),
    ('events', 'update', 'cancel_reason', '', '', 'events.cancel'),
    ('events', 'update', 'is_archived', '', 'true', 'events.archive'),
    ('events', 'update', 'is_archived', '', 'false', 'events.unarchive');
