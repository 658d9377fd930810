-- Organizations, people, their memberships and devices; and the two questions every call asks: who is this, and may they?
--
-- Identity is session_user, which a desk cannot forge. A session may outlive a revocation and VALID UNTIL is checked at
-- sign-in only, so revocation, expiry and membership are checked on every call.

create table app.organizations (
    id uuid not null,
    org_id uuid not null generated always as (id) stored,
    name text not null,
    kind text not null default 'caterer',
    time_zone text not null,
    currency text not null,
    locale text not null,
    status text not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint organizations_pkey primary key (org_id, id),
    constraint organizations_id_unique unique (id),
    constraint organizations_name_length check (char_length(name) between 1 and 255 and app.is_trimmed(name)),
    constraint organizations_kind_known check (kind in ('caterer', 'client')),
    constraint organizations_currency_code check (currency ~ '^[A-Z]{3}$'),
    constraint organizations_locale_tag check (locale ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    constraint organizations_status_known check (status in ('active', 'closed')),
    constraint organizations_time_zone_known foreign key (time_zone) references app.time_zones (name)
);

create table app.users (
    id uuid not null default gen_random_uuid(),
    email text not null,
    role_name name not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_email_unique unique (email),
    constraint users_role_name_unique unique (role_name),
    -- Normalised once, in Rust; two spellings of one address must not become two people.
    constraint users_email_normalised check (
        char_length(email) between 3 and 254 and email = lower(email) and email is nfc normalized
        and app.is_trimmed(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$')
);

-- Never deleted: history names its actors. `ended_at` takes the access.
create table app.memberships (
    org_id uuid not null,
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    display_name text not null,
    email text not null,
    role text not null,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    constraint memberships_pkey primary key (org_id, id),
    constraint memberships_user_unique unique (org_id, user_id),
    constraint memberships_organization_exists foreign key (org_id) references app.organizations (id),
    constraint memberships_user_exists foreign key (user_id) references app.users (id),
    constraint memberships_display_name_length check (char_length(display_name) between 1 and 255 and app.is_trimmed(display_name)),
    constraint memberships_role_known check (role in ('administrator', 'manager', 'staff'))
);
create index memberships_by_user on app.memberships (user_id);

-- What each role may do beyond its nature; an administrator may do everything and needs no rows.
create table app.role_permissions (
    org_id uuid not null,
    id uuid not null,
    role text not null,
    permission text not null,
    constraint role_permissions_pkey primary key (org_id, id),
    constraint role_permissions_unique unique (org_id, role, permission),
    constraint role_permissions_organization_exists foreign key (org_id) references app.organizations (id),
    constraint role_permissions_role_known check (role in ('manager', 'staff')),
    constraint role_permissions_permission_known foreign key (permission) references app.permissions (name)
);

-- A number per member, raised when what they may see or do changes: such changes touch no rows that a pull would bring.
-- Not replicated, and apart from memberships so that it does not fill the feed.
create table app.member_views (
    org_id uuid not null,
    user_id uuid not null,
    view bigint not null default 1,
    constraint member_views_pkey primary key (org_id, user_id)
);

create table app.devices (
    id uuid not null,
    user_id uuid not null,
    role_name name not null,
    name text not null,
    desk_version text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint devices_pkey primary key (id),
    constraint devices_role_name_unique unique (role_name),
    constraint devices_user_exists foreign key (user_id) references app.users (id),
    constraint devices_name_length check (char_length(name) between 1 and 100 and app.is_trimmed(name))
);
create index devices_by_user on app.devices (user_id);

-- The signed-in person, or null. PL/pgSQL and not SQL: its plan is kept for the session.
create function account.me() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
begin
    return (select d.user_id from app.devices d join app.users u on u.id = d.user_id and u.is_active
            where d.role_name = session_user and d.revoked_at is null and d.expires_at > now());
end $$;

-- The organizations the caller belongs to; row security asks this.
create function account.orgs() returns uuid[]
    language plpgsql stable security definer set search_path = '' as $$
begin
    return coalesce((
        select array_agg(m.org_id)
        from app.devices d
        join app.users u on u.id = d.user_id and u.is_active
        join app.memberships m on m.user_id = d.user_id and m.ended_at is null
        where d.role_name = session_user and d.revoked_at is null and d.expires_at > now()), '{}');
end $$;

-- The organizations whose every event and client the caller sees.
create function account.whole_orgs() returns uuid[]
    language plpgsql stable security definer set search_path = '' as $$
begin
    return coalesce((
        select array_agg(m.org_id)
        from app.devices d
        join app.users u on u.id = d.user_id and u.is_active
        join app.memberships m on m.user_id = d.user_id and m.ended_at is null
             and m.role in ('administrator', 'manager')
        where d.role_name = session_user and d.revoked_at is null and d.expires_at > now()), '{}');
end $$;

-- Who calls, and what they may do in this organization. The first line of every function that takes one.
-- A foreign organization and one that does not exist answer alike.
create function account.enter(p_org uuid, out user_id uuid, out device_id uuid, out role text,
                              out is_admin boolean, out permissions text[])
    language plpgsql stable security definer set search_path = '' as $$
begin
    select d.user_id, d.id, m.role, m.role = 'administrator',
           case when m.role = 'administrator' then array(select p.name from app.permissions p)
                else array(select rp.permission from app.role_permissions rp
                           where rp.org_id = m.org_id and rp.role = m.role) end
    into user_id, device_id, role, is_admin, permissions
    from app.devices d
    join app.users u on u.id = d.user_id and u.is_active
    left join app.memberships m on m.org_id = p_org and m.user_id = d.user_id and m.ended_at is null
    where d.role_name = session_user and d.revoked_at is null and d.expires_at > now();
    if user_id is null then
        raise exception using errcode = 'CL401', constraint = 'signed_out',
            message = 'You are signed out. Sign in again to continue.';
    end if;
    if role is null then
        raise exception using errcode = 'CL403', constraint = 'not_a_member',
            message = 'You do not have access to this organization.';
    end if;
end $$;

alter function account.me owner to cloche_identity;
alter function account.orgs owner to cloche_identity;
alter function account.whole_orgs owner to cloche_identity;
alter function account.enter owner to cloche_identity;
grant execute on function account.me, account.orgs, account.whole_orgs, account.enter to cloche_api, cloche_guard;

-- Staff sees what it works on; assignments come with resources and tasks, and this function with them.
create function app.can_see_event(p_org uuid, p_event uuid) returns boolean
    language sql stable set search_path = '' as $$ select false $$;
grant execute on function app.can_see_event to cloche_api;

do $$
declare
    t text;
begin
    foreach t in array array['organizations', 'memberships', 'role_permissions', 'member_views'] loop
        perform setup.secure(t, 'org_id = any ((select account.orgs())::uuid[])');
        execute format('create policy identity_reads on app.%I for select to cloche_identity using (true)', t);
    end loop;
    -- Sign-in data is for identity alone.
    foreach t in array array['users', 'devices'] loop
        perform setup.secure(t, null);
        execute format('create policy identity_owns on app.%I to cloche_identity using (true) with check (true)', t);
    end loop;
end $$;

grant select on app.organizations, app.memberships, app.role_permissions, app.member_views to cloche_identity;
grant select, insert, update on app.users, app.devices to cloche_identity;
grant select, update on app.organizations, app.memberships to cloche_api;
-- Update here is for locking rows only: no rule lets a desk write a column.
grant select, insert, update, delete on app.role_permissions to cloche_api;
grant select on app.member_views to cloche_api;
grant select, insert, update on app.organizations, app.memberships, app.member_views to cloche_guard;
grant select on app.role_permissions to cloche_guard;

insert into app.rules (table_name, op, column_name, permission) values
    ('organizations', 'update', 'name', 'organization.edit'),
    ('organizations', 'update', 'time_zone', 'organization.edit'),
    ('organizations', 'update', 'currency', 'organization.edit'),
    ('organizations', 'update', 'locale', 'organization.edit'),
    ('memberships', 'update', 'display_name', 'members.edit'),
    ('memberships', 'update', 'role', 'members.edit'),
    ('memberships', 'update', 'ended_at', 'members.edit'),
    ('role_permissions', 'insert', 'role', 'members.edit'),
    ('role_permissions', 'insert', 'permission', 'members.edit'),
    ('role_permissions', 'delete', '', 'members.edit');
