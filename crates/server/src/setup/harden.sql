-- Everything a database grants to everybody and Cloche does not want granted. Run as superuser in the database: after it
-- is created (so that the owner may migrate), after each migration, and after a template copy (which loses database
-- privileges). Repeating it changes nothing.
do $$
begin
    execute format('alter database %I owner to cloche_owner', current_database());
    execute format('revoke all on database %I from public', current_database());
    execute format('revoke temporary on database %I from cloche_account, cloche_device, cloche_invite, cloche_hub', current_database());
    execute format('grant connect on database %I to cloche_account, cloche_device, cloche_invite, cloche_hub', current_database());
    execute format('grant connect, create on database %I to cloche_owner', current_database());
    execute format('alter database %I set timezone to ''UTC''', current_database());
    execute format('alter database %I set idle_in_transaction_session_timeout to ''15s''', current_database());
end $$;

revoke all on schema public from public;
-- What the exclusion constraints stand on; an extension grants its functions to everybody.
do $$
begin
    if to_regnamespace('gist') is not null then
        execute 'revoke execute on all functions in schema gist from public';
    end if;
end $$;

-- Functions that let one session stop, watch or starve others: session-level locks fill the shared lock table for the
-- whole cluster, large objects and files fill the disk, the statistics tell what others do.
do $$
declare
    f record;
begin
    for f in
        select p.oid::regprocedure as signature
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and p.prokind = 'f'
          and p.prorettype <> 'pg_catalog.trigger'::regtype
          and (p.proname ~ '^pg_(try_)?advisory_'
               or p.proname ~ '^(lo_|lowrite|loread)'
               or p.proname ~ '^pg_stat_(get|reset|clear|force|have)'
               or p.proname ~ '^pg_stat_statements'
               or p.proname in ('pg_terminate_backend', 'pg_cancel_backend', 'pg_notify', 'pg_lock_status',
                                'pg_prepared_xact', 'pg_cursor', 'pg_export_snapshot', 'pg_logical_emit_message',
                                'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size',
                                'pg_database_size', 'pg_tablespace_size', 'pg_show_all_file_settings',
                                'pg_hba_file_rules', 'pg_ident_file_mappings', 'pg_log_backend_memory_contexts'))
          and has_function_privilege('cloche_device', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', f.signature);
    end loop;
    for f in
        select c.oid::regclass as signature
        from pg_catalog.pg_class c
        where c.relnamespace = 'pg_catalog'::regnamespace
          and c.relkind = 'v'
          and (c.relname ~ '^pg_stat' or c.relname in ('pg_locks', 'pg_prepared_xacts', 'pg_stats', 'pg_roles',
               'pg_user', 'pg_group', 'pg_settings', 'pg_file_settings', 'pg_hba_file_rules', 'pg_cursors',
               'pg_replication_slots', 'pg_publication_tables', 'pg_backend_memory_contexts'))
          and c.relname not in ('pg_roles', 'pg_settings')
          and has_table_privilege('cloche_device', c.oid, 'select')
    loop
        execute format('revoke select on %s from public', f.signature);
    end loop;
end $$;

-- The migrator guards itself with an advisory lock.
grant execute on function pg_catalog.pg_advisory_lock(bigint), pg_catalog.pg_advisory_unlock(bigint),
    pg_catalog.pg_try_advisory_lock(bigint) to cloche_owner;
-- Identity ends the sessions of revoked devices; it finds them here.
grant execute on function pg_catalog.pg_terminate_backend(integer, bigint), pg_catalog.pg_stat_get_activity(integer)
    to cloche_identity;
-- The keeper ends sessions of desks that hold others up.
grant execute on function pg_catalog.pg_terminate_backend(integer, bigint), pg_catalog.pg_stat_get_activity(integer)
    to cloche_keeper;

-- The migrator's own table lies in public; nobody but the owner reads it, and every table has row security.
do $$
begin
    if to_regclass('public._sqlx_migrations') is not null then
        execute 'alter table public._sqlx_migrations enable row level security';
        execute 'revoke all on public._sqlx_migrations from public';
    end if;
end $$;

-- Plans hold the values that they were made for. A session that has them printed would read in the functions' own what row
-- security hides from it; so functions that act with rights of their own keep their thoughts to themselves.
do $$
declare
    f record;
begin
    for f in
        select p.oid::regprocedure as signature, s.name || ' = ' || s.value as setting
        from pg_catalog.pg_proc p
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname !~ '^pg_'
        cross join (values ('client_min_messages', 'notice'), ('debug_print_parse', 'off'), ('debug_print_rewritten', 'off'),
                           ('debug_print_plan', 'off')) s(name, value)
        where p.prosecdef and p.prokind = 'f'
          and exists (select from unnest(array['cloche_account', 'cloche_device', 'cloche_invite']) r
                      where has_function_privilege(r, p.oid, 'execute'))
          and not coalesce(p.proconfig @> array[s.name || '=' || s.value], false)
    loop
        execute format('alter function %s set %s', f.signature, f.setting);
    end loop;
end $$;
