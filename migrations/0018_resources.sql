-- Resources: the people, equipment and materials that events are served with.

create table app.resources (
    org_id uuid not null,
    id uuid not null,
    name text not null,
    type text not null,
    role text,
    quantity integer not null default 1,
    setup_minutes integer not null default 0,
    teardown_minutes integer not null default 0,
    is_available boolean not null default true,
    user_id uuid,
    notes text,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint resources_pkey primary key (org_id, id),
    constraint resources_organization_exists foreign key (org_id) references app.organizations (id),
    constraint resources_user_member foreign key (org_id, user_id) references app.memberships (org_id, user_id),
    constraint resources_user_unique unique (org_id, user_id),
    constraint resources_user_staff check (user_id is null or type = 'staff'),
    constraint resources_name_length check (char_length(name) between 1 and 255),
    constraint resources_name_visible check (app.is_visible(name, false)),
    constraint resources_type_known check (type in ('staff', 'equipment', 'materials')),
    constraint resources_role_length check (char_length(role) between 1 and 100),
    constraint resources_role_visible check (app.is_visible(role, false)),
    constraint resources_quantity_range check (quantity between 1 and 100000),
    constraint resources_staff_single check (type <> 'staff' or quantity = 1),
    constraint resources_setup_range check (setup_minutes between 0 and 1440),
    constraint resources_teardown_range check (teardown_minutes between 0 and 1440),
    constraint resources_notes_length check (char_length(notes) between 1 and 10000),
    constraint resources_notes_visible check (app.is_visible(notes, true))
);
create unique index resources_name_unique on app.resources (org_id, lower(name));
create index resources_by_user on app.resources (user_id, org_id) where user_id is not null;

-- Stamps come from the server; what a resource is stays while anything is booked for it or assigned to it.
create function app.guard_resources() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    if tg_op = 'INSERT' then
        if coalesce(current_setting('cloche.undo', true), '') = '' then
            new.created_by := nullif(current_setting('cloche.actor', true), '')::uuid;
            new.created_at := now();
        end if;
        new.updated_at := now();
        return new;
    end if;
    if new.type <> old.type and (
        exists (select from app.resource_schedule e where e.org_id = new.org_id and e.resource_id = new.id)
        or exists (select from app.tasks k where k.org_id = new.org_id and k.assigned_to = new.id)
    ) then
        perform app.refuse('CL409', 'resources_type_in_use',
            format('%s is already booked or has tasks, so its type stays as it is.', old.name),
            jsonb_build_object('field', 'type', 'table', 'resources', 'id', new.id));
    end if;
    new.created_by := old.created_by;
    new.created_at := old.created_at;
    new.updated_at := now();
    return new;
end $$;
alter function app.guard_resources owner to cloche_guard;
create trigger guard before insert or update on app.resources for each row execute function app.guard_resources();

insert into app.replicated (table_name, position, lock_order) values ('resources', 70, 15);
select setup.capture('resources');
-- Everybody in an organization knows its people and its equipment.
select setup.secure('resources', 'org_id = any ((select account.orgs())::uuid[])');
grant select, insert, update, delete on app.resources to cloche_api;
grant select, update on app.resources to cloche_guard;

insert into app.rules (table_name, op, column_name, permission)
select 'resources', o.op, c.name, o.permission
from (values ('insert', 'resources.create'), ('update', 'resources.edit')) o(op, permission)
cross join unnest(array['name', 'type', 'role', 'quantity', 'setup_minutes', 'teardown_minutes', 'is_available', 'notes']) c(name);
-- Whose sign-in a person is decides what that member sees.
insert into app.rules (table_name, op, column_name, new_value, permission) values
    ('resources', 'insert', 'user_id', '*', 'members.edit'),
    ('resources', 'update', 'user_id', '', 'members.edit'),
    ('resources', 'delete', '', '', 'resources.delete');
