-- Inviting colleagues, and links by which somebody chooses a new password. Each link is a LOGIN role of its own that may
-- execute one function: nobody without its secret reaches SQL, and links carry no shared password.

create table app.invites (
    org_id uuid not null,
    id uuid not null,
    kind text not null,
    email text not null,
    display_name text not null,
    role text not null,
    -- Whose password a reset sets.
    user_id uuid,
    -- Which person of the schedule an invited colleague is.
    resource_id uuid,
    role_name name not null,
    created_by uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    withdrawn_at timestamptz,
    constraint invites_pkey primary key (org_id, id),
    constraint invites_organization_exists foreign key (org_id) references app.organizations (id),
    constraint invites_role_name_unique unique (role_name),
    constraint invites_kind_known check (kind in ('invitation', 'reset')),
    constraint invites_kind_user check ((kind = 'reset') = (user_id is not null)),
    constraint invites_email_normalised check (
        char_length(email) between 3 and 254 and email = lower(email) and email is nfc normalized
        and app.is_trimmed(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    constraint invites_display_name_length check (char_length(display_name) between 1 and 255),
    constraint invites_display_name_visible check (app.is_visible(display_name, false)),
    constraint invites_role_known check (role in ('administrator', 'manager', 'staff'))
);
-- One open link of a kind per person and organization; two that are made at once meet here.
create unique index invites_open_unique on app.invites (org_id, email, kind) where used_at is null and withdrawn_at is null;
select setup.secure('invites', null);
create policy identity_owns on app.invites to cloche_identity using (true) with check (true);
grant select, insert, update on app.invites to cloche_identity;

grant usage on schema account to cloche_invite;
grant execute on function app.require to cloche_identity;
grant insert on app.memberships to cloche_guard;

-- Makes somebody a member, or takes back one who had left, and tells the schedule who they are; in a command of its own,
-- under the invitation's id, so that asking twice does it once. False: it was done before.
create function app.admit(p_org uuid, p_command_id uuid, p_command text, p_user uuid, p_email text, p_display_name text,
                          p_role text, p_resource uuid, p_actor uuid, p_device uuid) returns boolean
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    now_member record;
begin
    if exists (select from app.journal j where j.org_id = p_org and j.command_id = p_command_id) then
        return false;
    end if;
    perform app.begin_own_command(p_org, p_command_id);
    -- Resources are locked before memberships, as everywhere.
    perform 1 from app.resources r where r.org_id = p_org and r.id = p_resource for no key update;
    select m.id, m.ended_at into now_member from app.memberships m where m.org_id = p_org and m.user_id = p_user for no key update;
    if now_member.id is null then
        insert into app.memberships (org_id, user_id, display_name, email, role) values (p_org, p_user, p_display_name, p_email, p_role);
    elsif now_member.ended_at is not null then
        update app.memberships m set display_name = p_display_name, role = p_role, ended_at = null
        where m.org_id = p_org and m.id = now_member.id;
    end if;
    -- Somebody else may have been linked, or this person to another, while the invitation was open: then that stays.
    update app.resources r set user_id = p_user
    where r.org_id = p_org and r.id = p_resource and r.user_id is null and r.type = 'staff'
      and not exists (select from app.resources o where o.org_id = p_org and o.user_id = p_user);
    perform app.end_command(p_org, p_command_id, p_command, p_actor, p_device, null);
    return true;
end $$;
alter function app.admit owner to cloche_guard;
grant execute on function app.admit to cloche_identity;

-- Makes the LOGIN role of a link. It gives nothing but the one function of its group.
create function account.make_invite_role(p_role name, p_verifier text, p_expires timestamptz) returns void
    language plpgsql security definer set search_path = '' as $$
begin
    execute format('create role %I login noinherit connection limit 1 valid until %L password %L', p_role, p_expires, p_verifier);
    execute format('grant cloche_invite to %I with inherit true, set false', p_role);
end $$;

-- Ends links: nobody signs in with them any more. Roles of links that ended more than a day ago are dropped on the way.
create function account.close_invites(p_roles name[]) returns void
    language plpgsql security definer set search_path = '' as $$
declare
    role name;
begin
    foreach role in array p_roles loop
        if to_regrole(quote_ident(role)) is not null then
            execute format('alter role %I nologin', role);
        end if;
    end loop;
    for role in
        select i.role_name from app.invites i
        where least(i.used_at, i.withdrawn_at, i.expires_at) < now() - interval '1 day'
          and to_regrole(quote_ident(i.role_name)) is not null
        order by i.created_at limit 20
    loop
        execute format('drop role if exists %I', role);
    end loop;
end $$;

create function account.check_subject(p_subject text) returns void
    language plpgsql immutable set search_path = '' as $$
begin
    if coalesce(p_subject, '') !~ '^[0-9a-f]{64}$' then
        raise exception using errcode = 'CL422', constraint = 'invites_subject', message = 'The link could not be made. Try again.';
    end if;
end $$;

-- Stores an open link and makes its role; an earlier one for the same person here is withdrawn. The moment it ends.
create function account.open_invite(p_invite app.invites, p_verifier text) returns timestamptz
    language plpgsql security definer set search_path = '' as $$
declare
    closed name[];
begin
    if to_regrole(quote_ident((p_invite).role_name)) is not null then
        raise exception using errcode = 'CL422', constraint = 'invites_known', message = 'The link could not be made. Try again.';
    end if;
    loop
        with ended as (
            update app.invites i set withdrawn_at = now()
            where i.org_id = (p_invite).org_id and i.email = (p_invite).email and i.kind = (p_invite).kind
              and i.used_at is null and i.withdrawn_at is null returning i.role_name)
        select coalesce(array_agg(e.role_name), '{}') into closed from ended e;
        perform account.close_invites(closed);
        insert into app.invites select (p_invite).* on conflict (org_id, email, kind) where used_at is null and withdrawn_at is null do nothing;
        exit when found;
    end loop;
    perform account.make_invite_role((p_invite).role_name, p_verifier, (p_invite).expires_at);
    return (p_invite).expires_at;
end $$;

-- The stored link of that id, asked for again after a lost answer; refused where the id means something else.
create function account.same_invite(p_org uuid, p_id uuid, p_role_name name, p_user uuid) returns timestamptz
    language plpgsql stable security definer set search_path = '' as $$
declare
    stored app.invites;
begin
    select * into stored from app.invites i where i.org_id = p_org and i.id = p_id;
    if stored.id is not null and (stored.role_name, stored.created_by) is distinct from (p_role_name, p_user) then
        perform app.refuse('CL422', 'commands_reused', 'That command was already used for something else.');
    end if;
    return stored.expires_at;
end $$;

-- Invites a person. Whoever has a sign-in on this server becomes a member at once; for anybody else there is a link.
create function account.invite(p_org uuid, p_id uuid, p_email text, p_role text, p_display_name text, p_subject text,
                               p_verifier text, p_resource uuid default null) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    role name;
    known app.users;
    member record;
    expires timestamptz;
begin
    select * into caller from account.enter(p_org);
    perform app.require(array['members.edit'], caller.permissions);
    perform account.check_subject(p_subject), account.check_verifier(p_verifier);
    role := account.role_name('cloche_i_', p_subject);
    expires := account.same_invite(p_org, p_id, role, caller.user_id);
    if expires is not null then
        return jsonb_build_object('added', false, 'expires_at', expires);
    end if;
    select * into known from app.users u where u.email = p_email;
    select m.role, m.ended_at into member from app.memberships m where m.org_id = p_org and m.user_id = known.id;
    if not caller.is_admin and 'administrator' in (p_role, coalesce(member.role, '')) then
        perform app.refuse('CL403', 'memberships_administrator_only',
            'Only an administrator can change who is an administrator.');
    end if;
    perform account.check_linkable(p_org, p_resource, known.id);
    if known.id is not null then
        if not known.is_active then
            perform app.refuse('CL422', 'users_inactive', 'The sign-in with this e-mail address is closed.',
                jsonb_build_object('field', 'email'));
        end if;
        if member.role is not null and member.ended_at is null then
            -- The same question again, after a lost answer, is no second invitation.
            if app.was_admitted(p_org, p_id, caller.user_id) then
                return jsonb_build_object('added', true, 'expires_at', null);
            end if;
            perform app.refuse('CL422', 'memberships_already', 'Somebody with this e-mail address is a member already.',
                jsonb_build_object('field', 'email'));
        end if;
        perform account.check_member(p_role, p_display_name);
        perform app.admit(p_org, p_id, 'member.add', known.id, known.email, p_display_name, p_role, p_resource,
            caller.user_id, caller.device_id);
        return jsonb_build_object('added', true, 'expires_at', null);
    end if;
    if (select count(*) from app.invites i where i.org_id = p_org and i.used_at is null and i.withdrawn_at is null
        and i.expires_at > now()) >= 200 then
        perform app.refuse('CL422', 'invites_limit', 'There are 200 open invitations. Withdraw some of them first.');
    end if;
    expires := account.open_invite(row(p_org, p_id, 'invitation', p_email, p_display_name, p_role, null, p_resource, role,
        caller.user_id, now(), date_trunc('second', now()) + interval '7 days', null, null)::app.invites, p_verifier);
    return jsonb_build_object('added', false, 'expires_at', expires);
end $$;

-- The constraints of memberships in the words of the invitation's form.
create function account.check_member(p_role text, p_display_name text) returns void
    language plpgsql immutable set search_path = '' as $$
begin
    if coalesce(p_role, '') not in ('administrator', 'manager', 'staff') then
        perform app.refuse('CL422', 'invites_role_known', 'Choose a role.', jsonb_build_object('field', 'role'));
    end if;
    if coalesce(char_length(p_display_name), 0) not between 1 and 255 or not app.is_visible(p_display_name, false) then
        perform app.refuse('CL422', 'invites_display_name_length', 'A name has 1 to 255 characters.', jsonb_build_object('field', 'display_name'));
    end if;
end $$;

-- Only a person of the schedule who has no sign-in yet, or this one, can be linked.
create function account.check_linkable(p_org uuid, p_resource uuid, p_user uuid) returns void
    language plpgsql stable security definer set search_path = '' as $$
declare
    resource record;
begin
    if p_resource is null then
        return;
    end if;
    select r.name, r.type, r.user_id into resource from app.resources r where r.org_id = p_org and r.id = p_resource;
    if not found then
        perform app.refuse('CL404', 'resources_unknown', 'This person is no longer on the staff list.', jsonb_build_object('field', 'resource_id'));
    elsif resource.type <> 'staff' then
        perform app.refuse('CL422', 'resources_user_staff', format('%s is not a person.', resource.name), jsonb_build_object('field', 'resource_id'));
    elsif resource.user_id is distinct from p_user and resource.user_id is not null then
        perform app.refuse('CL422', 'resources_user_unique', format('%s has a sign-in already.', resource.name), jsonb_build_object('field', 'resource_id'));
    end if;
end $$;

-- Whether this very command admitted somebody before, for the same caller.
create function app.was_admitted(p_org uuid, p_command_id uuid, p_actor uuid) returns boolean
    language plpgsql stable security definer set search_path = '' as $$
begin
    return exists (select from app.journal j where j.org_id = p_org and j.command_id = p_command_id
                   and j.command = 'member.add' and j.actor = p_actor);
end $$;
alter function app.was_admitted owner to cloche_guard;
grant execute on function app.was_admitted to cloche_identity;

create function account.invitations(p_org uuid) returns jsonb
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    perform app.require(array['members.edit'], caller.permissions);
    return jsonb_build_object('invitations', (
        select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'email', i.email, 'display_name', i.display_name,
            'role', i.role, 'created_by_name', i.created_by_name, 'created_at', i.created_at, 'expires_at', i.expires_at,
            'used_at', i.used_at, 'withdrawn_at', i.withdrawn_at) order by i.created_at desc, i.id), '[]')
        from (select n.*, m.display_name as created_by_name from app.invites n
              left join app.memberships m on m.org_id = n.org_id and m.user_id = n.created_by
              where n.org_id = p_org order by n.created_at desc, n.id limit 500) i));
end $$;

create function account.withdraw_invitation(p_org uuid, p_id uuid) returns jsonb
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
    invite app.invites;
begin
    select * into caller from account.enter(p_org);
    perform app.require(array['members.edit'], caller.permissions);
    select * into invite from app.invites i where i.org_id = p_org and i.id = p_id for update;
    if invite.id is null then
        perform app.refuse('CL404', 'invites_unknown', 'That invitation is not known here.');
    elsif invite.used_at is not null then
        perform app.refuse('CL422', 'invites_used', 'That link has been used already.');
    end if;
    update app.invites i set withdrawn_at = coalesce(i.withdrawn_at, now()) where i.org_id = p_org and i.id = p_id;
    perform account.close_invites(array[invite.role_name]);
    return jsonb_build_object('withdrawn', p_id);
end $$;

-- A link by which a member chooses a new password. The account belongs to the person, not to an organization: only
-- somebody who administers every organization of that person may make one. For oneself there is the old password.
create function account.issue_reset(p_org uuid, p_id uuid, p_user uuid, p_subject text, p_verifier text) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    person record;
    role name;
    expires timestamptz;
begin
    select * into caller from account.enter(p_org);
    if not caller.is_admin then
        perform app.refuse('CL403', 'reset_administrator_only', 'Only an administrator can make a link for a new password.');
    end if;
    perform account.check_subject(p_subject), account.check_verifier(p_verifier);
    role := account.role_name('cloche_i_', p_subject);
    expires := account.same_invite(p_org, p_id, role, caller.user_id);
    if expires is not null then
        return jsonb_build_object('expires_at', expires);
    end if;
    if p_user = caller.user_id then
        perform app.refuse('CL422', 'reset_own', 'Change your own password with the old one, or ask another administrator.');
    end if;
    select u.id, u.email, m.display_name, m.role into person
    from app.memberships m join app.users u on u.id = m.user_id and u.is_active
    where m.org_id = p_org and m.user_id = p_user and m.ended_at is null;
    if person.id is null then
        perform app.refuse('CL404', 'memberships_unknown', 'That person is not a member here.');
    end if;
    if not account.administers_all_of(caller.user_id, p_user) then
        perform app.refuse('CL403', 'reset_elsewhere',
            'This person also belongs to an organization that you do not administer, so only they can change their password.');
    end if;
    expires := account.open_invite(row(p_org, p_id, 'reset', person.email, person.display_name, person.role, p_user, null, role,
        caller.user_id, now(), date_trunc('second', now()) + interval '15 minutes', null, null)::app.invites, p_verifier);
    return jsonb_build_object('expires_at', expires);
end $$;

-- Whether p_admin is an administrator of every organization in which p_user is a member.
create function account.administers_all_of(p_admin uuid, p_user uuid) returns boolean
    language plpgsql stable security definer set search_path = '' as $$
begin
    return not exists (
        select from app.memberships m where m.user_id = p_user and m.ended_at is null and not exists (
            select from app.memberships a where a.org_id = m.org_id and a.user_id = p_admin
            and a.role = 'administrator' and a.ended_at is null));
end $$;

-- Whether whoever made a link could still make it: a link does not outlive the access of its maker.
create function account.still_backed(p_invite app.invites) returns boolean
    language plpgsql stable security definer set search_path = '' as $$
begin
    if (p_invite).kind = 'reset' then
        return account.administers_all_of((p_invite).created_by, (p_invite).user_id)
            and exists (select from app.memberships m where m.org_id = (p_invite).org_id and m.user_id = (p_invite).user_id and m.ended_at is null);
    end if;
    return exists (
        select from app.memberships m join app.users u on u.id = m.user_id and u.is_active
        where m.org_id = (p_invite).org_id and m.user_id = (p_invite).created_by and m.ended_at is null
          and (m.role = 'administrator' or ((p_invite).role <> 'administrator' and exists (
              select from app.role_permissions r where r.org_id = m.org_id and r.role = m.role and r.permission = 'members.edit'))));
end $$;

-- The one function of a link. Without a verifier it tells what the link offers; with one it takes it up, once.
create function account.accept(p_verifier text, p_display_name text) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    invite app.invites;
    person uuid;
    existing boolean;
begin
    select * into invite from app.invites i where i.role_name = session_user for update;
    if invite.id is null then
        perform app.refuse('CL401', 'signed_out', 'You are signed out. Sign in again to continue.');
    elsif invite.used_at is not null then
        perform app.refuse('CL401', 'invites_used', 'This link has been used already. Sign in, or ask for a new one.');
    elsif invite.withdrawn_at is not null or not account.still_backed(invite) then
        perform app.refuse('CL401', 'invites_withdrawn', 'This link has been withdrawn. Ask for a new one.');
    elsif invite.expires_at <= now() then
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

-- A person who has chosen a new password needs no other link to do so.
create function account.close_person_resets(p_user uuid, p_but name) returns void
    language plpgsql security definer set search_path = '' as $$
declare
    closed name[];
begin
    with ended as (
        update app.invites i set withdrawn_at = now()
        where i.user_id = p_user and i.kind = 'reset' and i.used_at is null and i.withdrawn_at is null and i.role_name <> p_but
        returning i.role_name)
    select coalesce(array_agg(e.role_name), '{}') into closed from ended e;
    perform account.close_invites(closed);
end $$;

do $$
declare
    f text;
begin
    foreach f in array array['make_invite_role(name, text, timestamptz)', 'close_invites(name[])', 'check_subject(text)',
        'open_invite(app.invites, text)', 'same_invite(uuid, uuid, name, uuid)', 'check_member(text, text)',
        'check_linkable(uuid, uuid, uuid)', 'administers_all_of(uuid, uuid)', 'still_backed(app.invites)',
        'close_person_resets(uuid, name)', 'invite(uuid, uuid, text, text, text, text, text, uuid)', 'invitations(uuid)',
        'withdraw_invitation(uuid, uuid)', 'issue_reset(uuid, uuid, uuid, text, text)', 'accept(text, text)'] loop
        execute format('alter function account.%s owner to cloche_identity', f);
    end loop;
end $$;
grant execute on function account.invite, account.invitations, account.withdraw_invitation, account.issue_reset to cloche_device;
grant execute on function account.accept to cloche_invite;

-- A copy of a server is another server: links that are still open lead to the original.
create or replace function setup.new_server_identity() returns uuid
    language plpgsql security definer set search_path = '' as $$
declare
    fresh uuid := gen_random_uuid();
begin
    update app.schema_info set server_id = fresh;
    delete from app.devices;
    update app.users u set role_name = account.role_name('cloche_u_', u.email);
    update app.invites set withdrawn_at = now() where used_at is null and withdrawn_at is null;
    return fresh;
end $$;
