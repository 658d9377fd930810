-- The matrix that an organization starts with; its administrators edit it. The same as domain::permission.

create function setup.default_matrix(p_org uuid) returns void
    language plpgsql security definer set search_path = '' as $$
begin
    insert into app.role_permissions (org_id, id, role, permission)
    select p_org, gen_random_uuid(), d.role, d.permission
    from (values ('manager', 'tasks.status'), ('manager', 'tasks.assign'), ('manager', 'resources.assign'),
                 ('staff', 'tasks.status_own')) d(role, permission)
    on conflict (org_id, role, permission) do nothing;
end $$;
alter function setup.default_matrix owner to cloche_guard;
grant execute on function setup.default_matrix to cloche_guard;
grant insert on app.role_permissions to cloche_guard;

create or replace function setup.create_organization(p_id uuid, p_name text, p_kind text, p_time_zone text, p_currency text, p_locale text)
    returns void language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    command uuid := gen_random_uuid();
begin
    perform app.begin_own_command(p_id, command);
    insert into app.organizations (id, name, kind, time_zone, currency, locale)
    values (p_id, p_name, p_kind, p_time_zone, p_currency, p_locale);
    insert into app.feeds (org_id) values (p_id);
    perform setup.default_matrix(p_id);
    perform app.end_command(p_id, command, 'organization.create', null, null, null);
end $$;

-- Organizations that are there already get it too, in a command of the server's own: their desks hear of it.
do $$
declare
    org uuid;
    command uuid;
begin
    for org in select o.id from app.organizations o order by o.id loop
        command := gen_random_uuid();
        perform app.begin_own_command(org, command);
        perform setup.default_matrix(org);
        perform app.end_command(org, command, 'permissions.default', null, null, null);
    end loop;
end $$;
