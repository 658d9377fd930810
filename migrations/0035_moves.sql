-- An organization that moved to another server: nothing is changed here any more, and whoever tries hears where it went.
-- Commands are where every change begins, the server's own included, so this one guard closes all of it. An organization that
-- is on its way here is closed by the same: until all of it is there, people work where they did.

create table app.moves (
    org_id uuid not null,
    server_id uuid not null,
    -- How people call it: its host.
    place text not null,
    moved_at timestamptz not null default now(),
    is_arriving boolean not null default false,
    constraint moves_pkey primary key (org_id),
    constraint moves_organization_exists foreign key (org_id) references app.organizations (id),
    constraint moves_place_length check (char_length(place) between 1 and 255)
);
select setup.secure('moves', null);
grant select on app.moves to cloche_guard;

create function app.guard_moved() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    gone record;
begin
    select m.place, m.moved_at, m.is_arriving into gone from app.moves m where m.org_id = new.org_id;
    if not found then
        return new;
    end if;
    -- Whoever asks whether something was applied takes its id without a request, and does nothing under it.
    if new.actor is not null and new.request_hash = '' then
        return new;
    end if;
    -- What was applied before stays so for whoever sends it again: the door finds the id taken. After a month only the
    -- journal knows it.
    if exists (select from app.commands c where c.org_id = new.org_id and c.command_id = new.command_id)
       or exists (select from app.journal j where j.org_id = new.org_id and j.command_id = new.command_id) then
        return new;
    end if;
    -- Whoever asks to be forgotten is forgotten here, too. A desk can set that mark but is not the owner.
    if current_setting('cloche.redaction', true) = new.command_id::text
       and pg_catalog.pg_has_role(session_user, 'cloche_owner', 'member') then
        return new;
    end if;
    if gone.is_arriving then
        perform app.refuse('CL422', 'organizations_arriving',
            format('Your office is on its way to %s, and not all of it is there yet. Go on working where you did.', gone.place),
            jsonb_build_object('place', gone.place));
    else
        perform app.refuse('CL422', 'organizations_moved',
            format('Your office moved to %s. Here it can only be read; sign in there to go on working.', gone.place),
            jsonb_build_object('place', gone.place, 'moved_at', gone.moved_at));
    end if;
    return new;
end $$;
alter function app.guard_moved owner to cloche_guard;
create trigger guard_moved before insert on app.commands for each row execute function app.guard_moved();
