-- Clients: who events are for.

create table app.clients (
    org_id uuid not null,
    id uuid not null,
    company_name text not null,
    contact_name text,
    email text,
    phone text,
    address text,
    notes text,
    client_org_id uuid,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint clients_pkey primary key (org_id, id),
    constraint clients_organization_exists foreign key (org_id) references app.organizations (id),
    constraint clients_company_name_length check (char_length(company_name) between 1 and 255),
    constraint clients_company_name_trimmed check (app.is_trimmed(company_name)),
    constraint clients_company_name_visible check (app.is_visible(company_name, false)),
    constraint clients_contact_name_length check (char_length(contact_name) between 1 and 255),
    constraint clients_contact_name_visible check (app.is_visible(contact_name, false)),
    constraint clients_email_format check (char_length(email) <= 254 and email ~ '^[^@]+@[^@]+$'),
    constraint clients_email_visible check (app.is_visible(email, false)),
    constraint clients_email_unbroken check (email !~ '[\u0020\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]'),
    constraint clients_phone_length check (char_length(phone) between 1 and 50),
    constraint clients_phone_visible check (app.is_visible(phone, false)),
    constraint clients_address_length check (char_length(address) between 1 and 1000),
    constraint clients_address_visible check (app.is_visible(address, true)),
    constraint clients_notes_length check (char_length(notes) between 1 and 10000),
    constraint clients_notes_visible check (app.is_visible(notes, true))
);

-- Stamps come from the server; an undo brings a row back as it was.
create function app.stamp_clients() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    if tg_op = 'UPDATE' then
        new.created_by := old.created_by;
        new.created_at := old.created_at;
    elsif coalesce(current_setting('cloche.undo', true), '') = '' then
        new.created_by := nullif(current_setting('cloche.actor', true), '')::uuid;
        new.created_at := now();
    end if;
    new.updated_at := now();
    return new;
end $$;
alter function app.stamp_clients owner to cloche_guard;
create trigger stamp before insert or update on app.clients for each row execute function app.stamp_clients();

select setup.capture('clients');
-- Staff sees the client contact of its events, once there are assignments.
select setup.secure('clients', 'org_id = any ((select account.whole_orgs())::uuid[])');
grant select, insert, update, delete on app.clients to cloche_api;
grant select, update on app.clients to cloche_guard;

insert into app.rules (table_name, op, column_name, permission)
select 'clients', o.op, c.name, o.permission
from (values ('insert', 'clients.create'), ('update', 'clients.edit')) o(op, permission)
cross join unnest(array['company_name', 'contact_name', 'email', 'phone', 'address', 'notes']) c(name);
insert into app.rules (table_name, op, column_name, permission) values ('clients', 'delete', '', 'clients.delete');
