-- Cluster-wide roles. Run as superuser, outside the migrations (roles belong to the cluster, migrations to one
-- database), as often as one likes: it makes what is missing and changes nothing that is right.
--
--   cloche_owner     owns tables and migrates; nobody signs in as it, desks call nothing of it
--   cloche_api       owns what desks call in schema api; row security limits it to what the caller may see
--   cloche_guard     owns guards and capture; sees whole organizations, because a guard must see what the caller may not
--   cloche_identity  owns account.*; makes and alters the LOGIN roles of people and devices
--   cloche_keeper    owns hub.*; forgets what nobody needs any more and ends sessions that hold others up
--   cloche_account, cloche_device, cloche_invite, cloche_hub
--                    groups: hold CONNECT and EXECUTE, so that nothing is granted per person
do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('cloche_owner', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_api', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_guard', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_identity', 'nologin nosuperuser nocreatedb createrole inherit'),
            ('cloche_account', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_device', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_invite', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_keeper', 'nologin nosuperuser nocreatedb nocreaterole inherit'),
            ('cloche_hub', 'nologin nosuperuser nocreatedb nocreaterole inherit')
        ) as w(name, attributes)
    loop
        if not exists (select from pg_catalog.pg_roles r where r.rolname = wanted.name) then
            begin
                execute format('create role %I %s', wanted.name, wanted.attributes);
            exception when duplicate_object or unique_violation then
                null; -- another set-up on this cluster made it a moment ago
            end;
        end if;
    end loop;
end $$;

do $$
declare
    wanted record;
begin
    -- The owner hands functions over to these roles, so it must be able to become them. Identity gives its new roles
    -- their group (ADMIN) without being a member of it, and ends sessions of revoked devices.
    for wanted in
        select * from (values
            ('cloche_api', 'cloche_owner', 'inherit true, set true'),
            ('cloche_guard', 'cloche_owner', 'inherit true, set true'),
            ('cloche_identity', 'cloche_owner', 'inherit true, set true'),
            ('cloche_keeper', 'cloche_owner', 'inherit true, set true'),
            ('cloche_account', 'cloche_identity', 'admin true, inherit false, set false'),
            ('cloche_device', 'cloche_identity', 'admin true, inherit false, set false'),
            ('cloche_invite', 'cloche_identity', 'admin true, inherit false, set false'),
            ('cloche_hub', 'cloche_identity', 'admin true, inherit false, set false'),
            ('pg_signal_backend', 'cloche_identity', 'inherit true, set false'),
            ('pg_signal_backend', 'cloche_keeper', 'inherit true, set false'),
            ('pg_read_all_stats', 'cloche_keeper', 'inherit true, set false')
        ) as w(granted, member, options)
    loop
        if not exists (
            select from pg_catalog.pg_auth_members m
            join pg_catalog.pg_roles g on g.oid = m.roleid and g.rolname = wanted.granted
            join pg_catalog.pg_roles r on r.oid = m.member and r.rolname = wanted.member
        ) then
            begin
                execute format('grant %I to %I with %s', wanted.granted, wanted.member, wanted.options);
            exception when unique_violation or internal_error then
                null; -- another set-up on this cluster granted it a moment ago
            end;
        end if;
    end loop;
end $$;

-- A sign-in belongs to the cluster: it would open the maintenance databases too, where nothing is hardened and whose locks
-- and disk are everybody's.
do $$
declare
    other name;
begin
    for other in select d.datname from pg_catalog.pg_database d where d.datname in ('postgres', 'template1') loop
        if has_database_privilege('cloche_device', other, 'connect') then
            begin
                execute format('revoke all on database %I from public', other);
            exception when internal_error then
                null; -- another set-up on this cluster did it a moment ago
            end;
        end if;
    end loop;
end $$;
