-- What people and devices do about their own sign-in. Owned by cloche_identity, the only role that makes LOGIN roles.
-- A verifier is what PostgreSQL stores of a SCRAM password; the desk makes it, so no password ever reaches the server.

create function account.role_name(p_prefix text, p_subject text) returns name
    language plpgsql stable security definer set search_path = '' as $$
begin
    return (p_prefix || left(encode(sha256(convert_to(
        (select s.server_id from app.schema_info s)::text || E'\n' || p_subject, 'UTF8')), 'hex'), 40))::name;
end $$;
alter function account.role_name owner to cloche_identity;

-- Anything but a SCRAM verifier would be taken as it stands: `md5…` as a weak hash, the rest as a password in clear.
create function account.check_verifier(p_verifier text) returns void
    language plpgsql immutable set search_path = '' as $$
begin
    if coalesce(p_verifier, '') !~ '^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$' then
        raise exception using errcode = 'CL422', constraint = 'verifier_format',
            message = 'The password could not be stored. Try again.';
    end if;
end $$;
alter function account.check_verifier owner to cloche_identity;

-- The person whose account role is signed in, locked so that two enrolments of one person take turns; CL401 otherwise.
create function account.own_account() returns uuid
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid;
begin
    select u.id into person from app.users u where u.role_name = session_user and u.is_active for update;
    if person is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    return person;
end $$;
alter function account.own_account owner to cloche_identity;

create function account.enroll_device(p_device uuid, p_name text, p_verifier text) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    person uuid := account.own_account();
    role name := account.role_name('cloche_d_', p_device::text);
    expires timestamptz := date_trunc('second', now()) + interval '30 days';
begin
    perform account.check_verifier(p_verifier);
    if p_device is null or p_name is null then
        raise exception using errcode = 'CL422', constraint = 'devices_name_length', message = 'Name this device in 1 to 100 characters.';
    end if;
    if exists (select from app.devices d where d.id = p_device) then
        raise exception using errcode = 'CL422', constraint = 'devices_known', message = 'This device is already known. Try again.';
    end if;
    if (select count(*) from app.devices d
        where d.user_id = person and d.revoked_at is null and d.expires_at > now()) >= 10 then
        raise exception using errcode = 'CL422', constraint = 'devices_limit',
            message = 'You are signed in on ten devices. Sign out on one of them first.';
    end if;
    execute format('create role %I login noinherit connection limit 4 valid until %L password %L', role, expires, p_verifier);
    execute format('grant cloche_device to %I with inherit true, set false', role);
    insert into app.devices (id, user_id, role_name, name, last_seen_at, expires_at)
    values (p_device, person, role, p_name, now(), expires);
    return jsonb_build_object('role', role, 'expires_at', expires);
end $$;

-- Ends a device: nobody signs in with it any more, and what it still has open is refused on its next call.
create function account.retire(p_device uuid) returns void
    language plpgsql security definer set search_path = '' as $$
declare
    role name;
begin
    update app.devices d set revoked_at = now() where d.id = p_device and d.revoked_at is null returning d.role_name into role;
    if role is not null and to_regrole(quote_ident(role)) is not null then
        execute format('alter role %I nologin', role);
    end if;
end $$;
alter function account.retire owner to cloche_identity;

-- A new password ends all devices but the one that is kept. Signing in as the account proved the old one.
create function account.change_password(p_verifier text, p_keep_device uuid) returns jsonb
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid := account.own_account();
    ended uuid[];
begin
    perform account.check_verifier(p_verifier);
    execute format('alter role %I password %L', session_user, p_verifier);
    ended := array(select d.id from app.devices d
                   where d.user_id = person and d.revoked_at is null and d.id is distinct from p_keep_device order by d.id);
    perform account.retire(d) from unnest(ended) d;
    return jsonb_build_object('ended', to_jsonb(ended));
end $$;

-- The caller, whether as an account or as a device.
create function account.person() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
declare
    person uuid;
begin
    select u.id into person from app.users u where u.role_name = session_user and u.is_active;
    person := coalesce(person, account.me());
    if person is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    return person;
end $$;
alter function account.person owner to cloche_identity;

-- Terminates the sessions of the caller's retired devices, all of them or one. A call of its own, after the commit that
-- retired them: before it, a new session could still slip in.
create function account.end_sessions(p_device uuid default null) returns jsonb
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid := account.person();
    ended integer;
begin
    select count(*) filter (where pg_terminate_backend(a.pid)) into ended
    from app.devices d
    cross join lateral (select to_regrole(quote_ident(d.role_name))::oid as id) r
    join pg_catalog.pg_stat_get_activity(null) a on a.usesysid = r.id and a.pid <> pg_backend_pid()
    where d.user_id = person and d.revoked_at is not null and (p_device is null or d.id = p_device);
    return jsonb_build_object('ended', ended);
end $$;

create function account.devices() returns jsonb
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    person uuid := account.person();
begin
    return jsonb_build_object('devices', (
        select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name, 'created_at', d.created_at,
            'last_seen_at', d.last_seen_at, 'expires_at', d.expires_at, 'revoked_at', d.revoked_at,
            'current', d.role_name = session_user) order by d.revoked_at is not null, d.created_at desc, d.id), '[]')
        from app.devices d where d.user_id = person));
end $$;

create function account.revoke_device(p_device uuid) returns jsonb
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid := account.person();
begin
    if not exists (select from app.devices d where d.id = p_device and d.user_id = person) then
        raise exception using errcode = 'CL404', constraint = 'devices_unknown', message = 'That device is not one of yours.';
    end if;
    perform account.retire(p_device);
    return jsonb_build_object('revoked', p_device);
end $$;

create function account.sign_out() returns jsonb
    language plpgsql security definer set search_path = '' as $$
begin
    perform account.person();
    perform account.retire(d.id) from app.devices d where d.role_name = session_user;
    return jsonb_build_object('signed_out', true);
end $$;

-- Thirty days from now, at most once a day.
create function account.renew_device() returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    own app.devices;
begin
    perform account.person();
    select * into own from app.devices d where d.role_name = session_user and d.revoked_at is null for update;
    if own.id is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    if own.expires_at < now() + interval '29 days' then
        own.expires_at := date_trunc('second', now()) + interval '30 days';
        execute format('alter role %I valid until %L', own.role_name, own.expires_at);
        update app.devices d set expires_at = own.expires_at where d.id = own.id;
    end if;
    return jsonb_build_object('expires_at', own.expires_at);
end $$;

alter function account.enroll_device owner to cloche_identity;
alter function account.change_password owner to cloche_identity;
alter function account.end_sessions owner to cloche_identity;
alter function account.devices owner to cloche_identity;
alter function account.revoke_device owner to cloche_identity;
alter function account.sign_out owner to cloche_identity;
alter function account.renew_device owner to cloche_identity;
grant execute on function account.enroll_device, account.change_password to cloche_account;
grant execute on function account.end_sessions to cloche_account, cloche_device;
grant execute on function account.devices, account.revoke_device, account.sign_out, account.renew_device to cloche_device;

-- Notes that this device was here, and with which version; answers who it is.
create function account.seen(p_version text, out user_id uuid, out device_id uuid, out expires_at timestamptz, out email text)
    language plpgsql security definer set search_path = '' as $$
begin
    select d.user_id, d.id, d.expires_at, u.email into user_id, device_id, expires_at, email
    from app.devices d join app.users u on u.id = d.user_id and u.is_active
    where d.role_name = session_user and d.revoked_at is null and d.expires_at > now();
    if user_id is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    update app.devices d set last_seen_at = now(), desk_version = coalesce(left(p_version, 50), d.desk_version)
    where d.id = device_id;
end $$;
alter function account.seen owner to cloche_identity;
grant execute on function account.seen to cloche_api;

create function api.whoami() returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    me record;
begin
    select * into me from account.seen(null);
    return jsonb_build_object('user_id', me.user_id, 'email', me.email, 'device_id', me.device_id,
        'device_expires_at', me.expires_at)
        || (select jsonb_build_object('server_id', s.server_id, 'schema_version', s.schema_version,
                                      'min_desk_version', s.min_desk_version) from app.schema_info s)
        || jsonb_build_object('organizations', (
            select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'kind', o.kind,
                'time_zone', o.time_zone, 'currency', o.currency, 'locale', o.locale, 'role', m.role,
                'display_name', m.display_name, 'view', v.view,
                'permissions', to_jsonb(case when m.role = 'administrator' then array(select p.name from app.permissions p order by 1)
                    else array(select rp.permission from app.role_permissions rp
                               where rp.org_id = m.org_id and rp.role = m.role order by 1) end))
                order by o.name, o.id), '[]')
            from app.memberships m
            join app.organizations o on o.id = m.org_id
            join app.member_views v on v.org_id = m.org_id and v.user_id = m.user_id
            where m.user_id = me.user_id and m.ended_at is null));
end $$;

create function api.record_desk(p_version text) returns void
    language plpgsql security definer set search_path = '' as $$
begin
    perform account.seen(p_version);
end $$;
alter function api.whoami owner to cloche_api;
alter function api.record_desk owner to cloche_api;
grant execute on function api.whoami, api.record_desk to cloche_device;
