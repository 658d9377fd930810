-- What the always-on companion of a server does at night and all day: forgets what nobody needs any more, ends sign-ins that
-- have run out, and stops sessions that hold others up. It signs in as a role that may execute these functions and nothing
-- else; they belong to cloche_keeper, which may delete what is listed here and end sessions, and which nobody signs in as.

create schema hub authorization cloche_keeper;
grant usage on schema hub to cloche_hub;
grant usage on schema app to cloche_keeper;
grant usage on schema account to cloche_keeper;
alter default privileges for role cloche_keeper revoke execute on functions from public;

-- What may be forgotten. The journal is the audit trail and stays.
create policy keeper_purges on app.commands to cloche_keeper using (true);
create policy keeper_purges on app.staged_changes to cloche_keeper using (true);
create policy keeper_reads on app.schema_info for select to cloche_keeper using (true);
grant select, delete on app.commands, app.staged_changes to cloche_keeper;
grant select on app.schema_info to cloche_keeper;

-- Commands are written in the order of time, so a page of thousands of them needs one entry here.
create index commands_by_at on app.commands using brin (at);

-- After a month a command id is known by the journal alone, which never takes it twice; so the journal answers this.
create or replace function api.was_applied(p_org uuid, p_command_id uuid) returns boolean
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    insert into app.commands (org_id, command_id, actor, request_hash)
    values (p_org, p_command_id, caller.user_id, '') on conflict do nothing;
    return exists (
        select from app.journal j
        where j.org_id = p_org and j.command_id = p_command_id and j.actor = caller.user_id);
end $$;

-- Drops the role of a sign-in that is over; false where it stays for now, which is no reason to fail: nobody signs in with it
-- any more. Whoever signs in may change the default privileges of their own role, here or in another database of the cluster
-- that lets them in, and then the role cannot go. What is here is taken from it; what is elsewhere is for that database.
create function account.drop_role(p_role name) returns boolean
    language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $$
begin
    begin
        execute format('drop role if exists %I', p_role);
        return true;
    exception when dependent_objects_still_exist then null;
    end;
    -- Identity made the role, so it may become it; this goes with the role, or with the attempt.
    execute format('grant %I to cloche_identity with inherit true, set false', p_role);
    execute format('drop owned by %I', p_role);
    execute format('drop role %I', p_role);
    return true;
exception when dependent_objects_still_exist or lock_not_available or insufficient_privilege then
    return false;
end $$;
alter function account.drop_role owner to cloche_identity;

-- As in 0023; one role that cannot go does not keep others from their links.
create or replace function account.close_invites(p_roles name[]) returns void
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
        perform account.drop_role(role);
    end loop;
end $$;

-- Sign-ins that are over: nobody signs in with them any more, and a while later their roles go. A device's role stays for a
-- month, so that a computer which was switched off meanwhile is told that it was signed out.
create function account.tidy() returns jsonb
    language plpgsql security definer set search_path = '' as $$
declare
    role name;
    closed integer := 0;
    dropped integer := 0;
begin
    for role in
        select d.role_name from app.devices d
        join pg_catalog.pg_roles r on r.rolname = d.role_name and r.rolcanlogin
        where d.revoked_at is not null or d.expires_at < now()
        union all
        select i.role_name from app.invites i
        join pg_catalog.pg_roles r on r.rolname = i.role_name and r.rolcanlogin
        where least(i.used_at, i.withdrawn_at, i.expires_at) < now()
        union all
        select u.role_name from app.users u
        join pg_catalog.pg_roles r on r.rolname = u.role_name and r.rolcanlogin
        where not u.is_active
        limit 1000
    loop
        begin
            execute format('alter role %I nologin', role);
            closed := closed + 1;
        exception when lock_not_available then
            null; -- its holder is at it this moment; the next portion comes by again
        end;
    end loop;
    for role in
        select d.role_name from app.devices d
        join pg_catalog.pg_roles r on r.rolname = d.role_name
        where least(d.revoked_at, d.expires_at) < now() - interval '30 days'
        union all
        select i.role_name from app.invites i
        join pg_catalog.pg_roles r on r.rolname = i.role_name
        where least(i.used_at, i.withdrawn_at, i.expires_at) < now() - interval '1 day'
        limit 1000
    loop
        dropped := dropped + account.drop_role(role)::integer;
    end loop;
    return jsonb_build_object('sign_ins_closed', closed, 'roles_dropped', dropped);
end $$;
alter function account.tidy owner to cloche_identity;
grant execute on function account.tidy to cloche_keeper;

-- One portion of what is to be forgotten; to be called until nothing is left, so that no portion holds anything for long.
create function hub.purge(p_portion integer default 20000) returns jsonb
    language plpgsql security definer set search_path = '' set lock_timeout = '3s' as $$
declare
    commands integer;
    parts integer;
    tidied jsonb;
begin
    delete from app.commands c using (
        select o.org_id, o.command_id from app.commands o where o.at < now() - interval '30 days'
        limit greatest(1, p_portion) for update skip locked) old
    where c.org_id = old.org_id and c.command_id = old.command_id;
    get diagnostics commands = row_count;
    delete from app.staged_changes s using (
        select o.org_id, o.command_id, o.part from app.staged_changes o where o.at < now() - interval '1 day'
        limit 1000 for update skip locked) old
    where s.org_id = old.org_id and s.command_id = old.command_id and s.part = old.part;
    get diagnostics parts = row_count;
    -- What was forgotten stays forgotten, whatever becomes of the roles.
    begin
        tidied := account.tidy();
    exception when others then
        raise warning 'sign-ins that are over could not be tidied: %', sqlerrm;
        tidied := jsonb_build_object('sign_ins_closed', 0, 'roles_dropped', 0);
    end;
    return jsonb_build_object('commands', commands, 'staged_parts', parts) || tidied;
end $$;
-- Locking a row on the way to deleting it is an update to PostgreSQL.
grant update on app.commands, app.staged_changes to cloche_keeper;

-- Ends sessions of people, devices and links that hold others up: five seconds idle in a transaction, or longer busy with one
-- call than p_busy. Time-outs of a session can be changed by whoever holds it; this cannot. Answers whose they were.
create function hub.end_sessions(p_busy interval) returns jsonb
    language plpgsql security definer set search_path = '' as $$
begin
    return (
        select jsonb_build_object('idle', count(*) filter (where s.is_idle), 'running', count(*) filter (where not s.is_idle),
                   'roles', coalesce(jsonb_agg(distinct s.rolname), '[]'))
        from (
            select r.rolname, a.state ~ '^idle in transaction' as is_idle, pg_catalog.pg_terminate_backend(a.pid, 0) as ended
            from pg_catalog.pg_stat_get_activity(null) a
            join pg_catalog.pg_roles r on r.oid = a.usesysid and r.rolname ~ '^cloche_[udi]_[0-9a-f]{40}$'
            -- Since the transaction began: a desk makes one call a transaction, and whoever wants to hold one may call now and then.
            where (a.state ~ '^idle in transaction' and a.xact_start < clock_timestamp() - interval '5 seconds')
               or a.xact_start < clock_timestamp() - p_busy
        ) s where s.ended);
end $$;

-- Desks have their longest calls (an import, a first copy) ended by the server after two minutes; what goes on for longer has
-- switched that off.
create function hub.end_stuck_sessions() returns jsonb
    language sql security definer set search_path = ''
    return hub.end_sessions(interval '130 seconds');

-- Which server this is: what the companion says first.
create function hub.server() returns jsonb
    language plpgsql stable security definer set search_path = '' as $$
begin
    return (select jsonb_build_object('server_id', s.server_id, 'schema_version', s.schema_version) from app.schema_info s);
end $$;

alter function hub.purge owner to cloche_keeper;
alter function hub.end_sessions owner to cloche_keeper;
alter function hub.end_stuck_sessions owner to cloche_keeper;
alter function hub.server owner to cloche_keeper;
grant execute on function hub.purge, hub.end_stuck_sessions, hub.server to cloche_hub;

-- The companion's own sign-in: made once, given a new secret each time it is set up again.
create function setup.make_service(p_verifier text) returns name
    language plpgsql security definer set search_path = '' as $$
declare
    role name := account.role_name('cloche_h_', 'hub');
begin
    perform account.check_verifier(p_verifier);
    if to_regrole(quote_ident(role)) is null then
        execute format('create role %I login noinherit connection limit 3', role);
        execute format('grant cloche_hub to %I with inherit true, set false', role);
    end if;
    execute format('alter role %I login password %L', role, p_verifier);
    return role;
end $$;
alter function setup.make_service owner to cloche_identity;
