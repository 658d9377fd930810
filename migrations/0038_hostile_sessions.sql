-- What somebody with `psql` decides about their own session must not reach the guards: settings, the isolation level, the
-- clock of a transaction that stays open.

-- Whether a deferred guard has already judged this command as it stands. Settings are anybody's to set before they come in,
-- so the note names the command by a number that was drawn after they did.
create or replace function app.judged(p_guard text) returns boolean
    language plpgsql set search_path = '' as $$
declare
    here text := coalesce(nullif(current_setting('cloche.once', true), ''), gen_random_uuid()::text)
        || '/' || coalesce(current_setting('cloche.seq', true), '');
begin
    if current_setting('cloche.judged_' || p_guard, true) = here then
        return true;
    end if;
    perform set_config('cloche.judged_' || p_guard, here, true);
    return false;
end $$;

create or replace function app.set_context(p_command_id uuid, p_actor uuid, p_import boolean, p_undo uuid) returns void
    language plpgsql set search_path = '' as $$
begin
    perform set_config('cloche.command', p_command_id::text, true), set_config('cloche.seq', '0', true),
            set_config('cloche.once', gen_random_uuid()::text, true),
            set_config('cloche.actor', p_actor::text, true),
            set_config('cloche.import', case when p_import then 'on' else '' end, true),
            set_config('cloche.undo', coalesce(p_undo::text, ''), true);
end $$;

create or replace function app.begin_own_command(p_org uuid, p_command_id uuid) returns void
    language plpgsql set search_path = '' as $$
begin
    insert into app.commands (org_id, command_id, request_hash) values (p_org, p_command_id, '');
    perform set_config('cloche.command', p_command_id::text, true), set_config('cloche.seq', '0', true),
            set_config('cloche.once', gen_random_uuid()::text, true),
            set_config('cloche.actor', '', true), set_config('cloche.import', '', true),
            set_config('cloche.undo', '', true);
end $$;

-- A transaction that reads an old snapshot does not see that its caller was removed, nor the booking that a guard waited for.
create function account.insist_on_now() returns void
    language plpgsql stable set search_path = '' as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'CL422', constraint = 'old_snapshot',
            message = 'Cloche works with what is there now: use READ COMMITTED.';
    end if;
end $$;
alter function account.insist_on_now owner to cloche_identity;

-- As in 0002. The time is asked anew at each call: now() stands still while a transaction is open.
create or replace function account.me() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
begin
    return (select d.user_id from app.devices d join app.users u on u.id = d.user_id and u.is_active
            where d.role_name = session_user and d.revoked_at is null and d.expires_at > clock_timestamp());
end $$;

create or replace function account.enter(p_org uuid, out user_id uuid, out device_id uuid, out role text,
                                         out is_admin boolean, out permissions text[])
    language plpgsql stable security definer set search_path = '' as $$
begin
    perform account.insist_on_now();
    select d.user_id, d.id, m.role, m.role = 'administrator',
           case when m.role = 'administrator' then array(select p.name from app.permissions p)
                else array(select rp.permission from app.role_permissions rp
                           where rp.org_id = m.org_id and rp.role = m.role) end
    into user_id, device_id, role, is_admin, permissions
    from app.devices d
    join app.users u on u.id = d.user_id and u.is_active
    left join app.memberships m on m.org_id = p_org and m.user_id = d.user_id and m.ended_at is null
    where d.role_name = session_user and d.revoked_at is null and d.expires_at > clock_timestamp();
    if user_id is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    if role is null then
        raise exception using errcode = 'CL403', constraint = 'not_a_member',
            message = 'You do not have access to this organization.';
    end if;
end $$;

-- As in 0010.
create or replace function account.own_account() returns uuid
    language plpgsql security definer set search_path = '' as $$
declare
    person uuid;
begin
    perform account.insist_on_now();
    select u.id into person from app.users u where u.role_name = session_user and u.is_active for update;
    if person is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    return person;
end $$;

create or replace function account.person() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
declare
    person uuid;
begin
    perform account.insist_on_now();
    select u.id into person from app.users u where u.role_name = session_user and u.is_active;
    person := coalesce(person, account.me());
    if person is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    return person;
end $$;

create or replace function account.seen(p_version text, out user_id uuid, out device_id uuid, out expires_at timestamptz, out email text)
    language plpgsql security definer set search_path = '' as $$
begin
    perform account.insist_on_now();
    select d.user_id, d.id, d.expires_at, u.email into user_id, device_id, expires_at, email
    from app.devices d join app.users u on u.id = d.user_id and u.is_active
    where d.role_name = session_user and d.revoked_at is null and d.expires_at > clock_timestamp();
    if user_id is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    update app.devices d set last_seen_at = now(), desk_version = coalesce(left(p_version, 50), d.desk_version)
    where d.id = device_id;
end $$;

-- As in 0023.
create or replace function account.accept(p_verifier text, p_display_name text) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    invite app.invites;
    person uuid;
    existing boolean;
begin
    perform account.insist_on_now();
    select * into invite from app.invites i where i.role_name = session_user for update;
    if invite.id is null then
        perform app.refuse('CL401', 'signed_out', 'You are signed out. Sign in again to continue.');
    elsif invite.used_at is not null then
        perform app.refuse('CL401', 'invites_used', 'This link has been used already. Sign in, or ask for a new one.');
    elsif invite.withdrawn_at is not null or not account.still_backed(invite) then
        perform app.refuse('CL401', 'invites_withdrawn', 'This link has been withdrawn. Ask for a new one.');
    elsif invite.expires_at <= clock_timestamp() then
        perform app.refuse('CL401', 'invites_expired', 'This link has expired. Ask for a new one.');
    end if;
    select u.id into person from app.users u where u.email = invite.email;
    existing := person is not null;
    if exists (select from app.users u where u.id = person and not u.is_active) then
        perform app.refuse('CL401', 'users_inactive', 'The sign-in with this e-mail address is closed.');
    end if;
    if p_verifier is null then
        return jsonb_build_object('kind', invite.kind, 'email', invite.email, 'display_name', invite.display_name,
            'role', invite.role, 'existing', existing,
            'organization_name', (select o.name from app.organizations o where o.id = invite.org_id),
            'invited_by', (select m.display_name from app.memberships m where m.org_id = invite.org_id and m.user_id = invite.created_by));
    end if;
    perform account.check_verifier(p_verifier);
    if invite.kind = 'reset' then
        perform setup.set_password(invite.email, p_verifier);
        perform account.close_person_resets(invite.user_id, invite.role_name);
    else
        perform account.check_member(invite.role, coalesce(p_display_name, invite.display_name));
        if not existing then
            person := setup.create_user(invite.email, p_verifier);
        end if;
        perform app.admit(invite.org_id, invite.id, 'member.join', person, invite.email,
            coalesce(p_display_name, invite.display_name), invite.role, invite.resource_id, person, null);
    end if;
    update app.invites i set used_at = now() where i.org_id = invite.org_id and i.id = invite.id;
    perform account.close_invites(array[invite.role_name]);
    return jsonb_build_object('email', invite.email, 'org_id', invite.org_id)
        || case when existing and invite.kind = 'invitation' then '{"existing": true}' else '{}'::jsonb end;
end $$;
