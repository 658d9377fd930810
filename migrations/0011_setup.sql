-- What only the server's owner may do: make people and organizations, give a copied database its own identity.
-- Desks have no way here; the embedded server calls these as superuser over its socket.

create function setup.create_user(p_email text, p_verifier text) returns uuid
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid := gen_random_uuid();
    role name := account.role_name('cloche_u_', p_email);
begin
    perform account.check_verifier(p_verifier);
    insert into app.users (id, email, role_name) values (person, p_email, role);
    execute format('create role %I login noinherit connection limit 2 password %L', role, p_verifier);
    execute format('grant cloche_account to %I with inherit true, set false', role);
    return person;
end $$;

-- "I forgot my password" of the local server: whoever owns the data folder owns the data anyway. Ends all devices.
create function setup.set_password(p_email text, p_verifier text) returns void
    language plpgsql security definer set search_path = '' as $$
declare
    person app.users;
begin
    perform account.check_verifier(p_verifier);
    select * into person from app.users u where u.email = p_email for update;
    if person.id is null then
        raise exception using errcode = 'CL404', constraint = 'users_unknown', message = 'Nobody here has this e-mail address.';
    end if;
    if to_regrole(quote_ident(person.role_name)) is null then
        execute format('create role %I login noinherit connection limit 2', person.role_name);
        execute format('grant cloche_account to %I with inherit true, set false', person.role_name);
    end if;
    execute format('alter role %I login password %L', person.role_name, p_verifier);
    perform account.retire(d.id) from app.devices d where d.user_id = person.id and d.revoked_at is null;
end $$;

-- Role names hash the server's identity, so a copy must have its own: its people set new passwords, its devices are gone,
-- and desks that knew the original start over.
create function setup.new_server_identity() returns uuid
    language plpgsql security definer set search_path = '' as $$
declare
    fresh uuid := gen_random_uuid();
begin
    update app.schema_info set server_id = fresh;
    delete from app.devices;
    update app.users u set role_name = account.role_name('cloche_u_', u.email);
    return fresh;
end $$;

alter function setup.create_user owner to cloche_identity;
alter function setup.set_password owner to cloche_identity;
alter function setup.new_server_identity owner to cloche_identity;
grant delete on app.devices to cloche_identity;
grant update (server_id) on app.schema_info to cloche_identity;
create policy identity_renames on app.schema_info for update to cloche_identity using (true) with check (true);

-- After a restore from a backup: desks see another epoch and start over.
create function setup.new_epochs() returns void
    language plpgsql security definer set search_path = '' as $$
begin
    update app.feeds set epoch = gen_random_uuid();
end $$;
alter function setup.new_epochs owner to cloche_guard;

create function setup.create_organization(p_id uuid, p_name text, p_kind text, p_time_zone text, p_currency text, p_locale text)
    returns void language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    command uuid := gen_random_uuid();
begin
    perform app.begin_own_command(p_id, command);
    insert into app.organizations (id, name, kind, time_zone, currency, locale)
    values (p_id, p_name, p_kind, p_time_zone, p_currency, p_locale);
    insert into app.feeds (org_id) values (p_id);
    perform app.end_command(p_id, command, 'organization.create', null, null, null);
end $$;

-- Adds a person to an organization, or takes back one who had left. Answers the membership's id.
create function setup.add_member(p_org uuid, p_user uuid, p_display_name text, p_role text) returns uuid
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    command uuid := gen_random_uuid();
    membership uuid;
begin
    perform app.begin_own_command(p_org, command);
    update app.memberships m set display_name = p_display_name, role = p_role, ended_at = null
    where m.org_id = p_org and m.user_id = p_user returning m.id into membership;
    if membership is null then
        insert into app.memberships (org_id, user_id, display_name, email, role)
        values (p_org, p_user, p_display_name, account.email_of(p_user), p_role) returning id into membership;
    end if;
    perform app.end_command(p_org, command, 'member.add', null, null, null);
    return membership;
end $$;

create function account.email_of(p_user uuid) returns text
    language plpgsql stable security definer set search_path = '' as $$
begin
    return (select u.email from app.users u where u.id = p_user);
end $$;
alter function account.email_of owner to cloche_identity;
grant execute on function account.email_of to cloche_guard;

alter function setup.create_organization owner to cloche_guard;
alter function setup.add_member owner to cloche_guard;
