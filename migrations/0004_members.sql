-- Guards on organizations, memberships and the matrix, and the `view` number that tells a desk to start over.

-- Only an administrator makes administrators or edits the matrix (otherwise members.edit would be everything), and an
-- organization keeps at least one. The organization row is the lock: two people may step down at once.
create function app.guard_memberships() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    actor uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
begin
    if new.org_id <> old.org_id or new.id <> old.id or new.user_id <> old.user_id then
        perform app.refuse('CL422', 'memberships_fixed', 'A membership stays with its person and organization.');
    end if;
    if new.ended_at is not null and old.ended_at is null then
        new.ended_at := now();
    end if;
    if (new.role, new.ended_at) is not distinct from (old.role, old.ended_at) then
        return new;
    end if;
    -- The rest of the command would run without access.
    if actor = new.user_id and new.ended_at is not null and old.ended_at is null then
        perform app.refuse('CL422', 'memberships_own_end', 'You cannot end your own access. Ask another administrator.',
            jsonb_build_object('table', 'memberships', 'id', new.id));
    end if;
    perform 1 from app.organizations o where o.id = new.org_id for update;
    if actor is not null and 'administrator' in (old.role, new.role) and not exists (
        select from app.memberships m where m.org_id = new.org_id and m.user_id = actor
        and m.role = 'administrator' and m.ended_at is null
    ) then
        perform app.refuse('CL403', 'memberships_administrator_only',
            'Only an administrator can change who is an administrator.');
    end if;
    if old.role = 'administrator' and old.ended_at is null
       and (new.role <> 'administrator' or new.ended_at is not null)
       and not exists (
        select from app.memberships m where m.org_id = new.org_id and m.id <> new.id
        and m.role = 'administrator' and m.ended_at is null
    ) then
        perform app.refuse('CL422', 'memberships_last_administrator',
            'An organization needs at least one administrator. Make somebody else an administrator first.',
            jsonb_build_object('field', 'role', 'table', 'memberships', 'id', new.id));
    end if;
    return new;
end $$;
alter function app.guard_memberships owner to cloche_guard;
create trigger guard before update on app.memberships for each row execute function app.guard_memberships();

create function app.guard_role_permissions() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    actor uuid := nullif(current_setting('cloche.actor', true), '')::uuid;
    org uuid := case when tg_op = 'DELETE' then old.org_id else new.org_id end;
begin
    if actor is not null and not exists (
        select from app.memberships m where m.org_id = org and m.user_id = actor
        and m.role = 'administrator' and m.ended_at is null
    ) then
        perform app.refuse('CL403', 'role_permissions_administrator_only',
            'Only an administrator can change what a role may do.');
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
alter function app.guard_role_permissions owner to cloche_guard;
create trigger guard before insert or update or delete on app.role_permissions
    for each row execute function app.guard_role_permissions();

create function app.guard_organizations() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    if new.id <> old.id then
        perform app.refuse('CL422', 'organizations_fixed', 'An organization keeps its identity.');
    end if;
    new.updated_at := now();
    return new;
end $$;
alter function app.guard_organizations owner to cloche_guard;
create trigger guard before update on app.organizations for each row execute function app.guard_organizations();

-- Another role, or an end: that person's view.
create function app.raise_view_of_member() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    insert into app.member_views as v (org_id, user_id)
    select a.org_id, a.user_id from added a left join gone g on g.org_id = a.org_id and g.id = a.id
    where g.id is null or (a.role, a.ended_at) is distinct from (g.role, g.ended_at)
    order by a.org_id, a.user_id
    on conflict (org_id, user_id) do update set view = v.view + 1;
    return null;
end $$;
create function app.first_view_of_member() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    insert into app.member_views (org_id, user_id) select a.org_id, a.user_id from added a on conflict do nothing;
    return null;
end $$;
alter function app.raise_view_of_member owner to cloche_guard;
alter function app.first_view_of_member owner to cloche_guard;
create trigger view_first after insert on app.memberships referencing new table as added
    for each statement execute function app.first_view_of_member();
create trigger view_raise after update on app.memberships referencing old table as gone new table as added
    for each statement execute function app.raise_view_of_member();

-- Another matrix: the view of everybody in the roles it names.
create function app.raise_view_of_roles() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    update app.member_views v set view = v.view + 1
    from app.memberships m
    where v.org_id = m.org_id and v.user_id = m.user_id
      and (m.org_id, m.role) in (select c.org_id, c.role from changed c);
    return null;
end $$;
alter function app.raise_view_of_roles owner to cloche_guard;
create trigger view_after_insert after insert on app.role_permissions referencing new table as changed
    for each statement execute function app.raise_view_of_roles();
create trigger view_after_delete after delete on app.role_permissions referencing old table as changed
    for each statement execute function app.raise_view_of_roles();
