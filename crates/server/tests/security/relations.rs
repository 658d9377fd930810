//! Tables as `psql` reaches for them: nothing can be read, planned, locked or written, by nobody who signs in.

use crate::calls::{close, run};
use crate::world::{SEATS, Seat, World};

const MODES: [&str; 8] = [
    "access share",
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
];

/// Every table, view and sequence of ours, quoted, with its first column.
async fn relations(world: &World) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "select format('%I.%I', n.nspname, c.relname), c.relkind::text, quote_ident(a.attname)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
           and a.attnum = (select min(o.attnum) from pg_attribute o where o.attrelid = c.oid and o.attnum > 0 and not o.attisdropped)
         order by 1",
    )
    .fetch_all(world.db.admin())
    .await
    .unwrap()
}

/// With SELECT alone, `explain analyze` is an exact oracle on rows that row security hides: so nothing may be planned.
#[tokio::test]
async fn nothing_can_be_planned_locked_or_written_by_anybody_who_signs_in() {
    let world = World::make().await;
    let relations = relations(&world).await;
    assert!(relations.len() > 20, "the catalog was read");
    for seat in SEATS {
        // What one organization's device may not, no other's may: the groups hold the privileges.
        if matches!(seat, Seat::Manager | Seat::Outsider | Seat::Ended) {
            continue;
        }
        let mut psql = world.connect(seat).await;
        for (name, kind, column) in &relations {
            let mut attacks = vec![
                format!("select from {name}"),
                format!("explain select from {name}"),
                format!("explain (analyze, buffers) select from {name} where {column} is not null"),
                format!("explain select count(*) from {name}"),
                format!("prepare p as select {column} from {name}"),
                format!("copy {name} to stdout"),
                format!("declare c cursor with hold for select {column} from {name}"),
            ];
            if kind != "S" {
                attacks.extend([
                    format!("explain insert into {name} default values"),
                    format!("explain update {name} set {column} = default"),
                    format!("explain delete from {name}"),
                    format!("explain merge into {name} t using (select 1) s on true when matched then delete"),
                    format!("truncate {name}"),
                    format!("alter table {name} disable row level security"),
                    format!("create policy mine on {name} using (true)"),
                    format!("create index on {name} ({column})"),
                    format!("comment on table {name} is 'x'"),
                    format!("analyze {name}; select from {name}"),
                ]);
                for strength in ["update", "no key update", "share", "key share"] {
                    attacks.push(format!("select from {name} for {strength}"));
                }
                for mode in MODES {
                    attacks.push(format!("begin; lock table {name} in {mode} mode"));
                }
            }
            for attack in attacks {
                assert_eq!(run(&mut psql, &attack).await, "42501", "{seat:?}: {attack}");
            }
        }
        close([psql]).await;
    }
}

#[tokio::test]
async fn no_group_holds_a_privilege_on_anything_that_has_rows() {
    let world = World::make().await;
    let held = world
        .list(
            "select r.rolname || ' ' || c.oid::regclass::text || ' ' || p
             from pg_class c
             cross join (select rolname from pg_roles where rolname ~ '^cloche_(account|device|invite|hub)$' or rolname ~ '^cloche_[udih]_') r
             cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
             where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text !~ '^pg_|^information_schema$'
               and (has_table_privilege(r.rolname, c.oid, p)
                    or (p in ('select', 'insert', 'update', 'references') and has_any_column_privilege(r.rolname, c.oid, p)))",
        )
        .await;
    assert_eq!(held, Vec::<String>::new());
}

/// What PostgreSQL itself keeps about everybody: statistics, locks, secrets, files, settings of others. (Prepared statements
/// are a session's own; of subscriptions everybody may see that there are some.)
#[tokio::test]
async fn the_catalog_tells_nobody_what_others_do() {
    let world = World::make().await;
    let open = world
        .list(
            "select c.relname::text from pg_class c
             where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind in ('r', 'v')
               and (c.relname ~ '^pg_(stat|statio|locks|prepared|cursors|authid|shadow|file_|hba_|ident_|replication|subscription$|backend_|shmem|wait_|aios|dsm_|largeobject$|user_mapping$|statistic)'
                    or c.relname in ('pg_group', 'pg_user'))
               and c.relname not in ('pg_statistic_ext', 'pg_wait_events', 'pg_replication_origin', 'pg_prepared_statements', 'pg_subscription')
               and has_any_column_privilege('cloche_device', c.oid, 'select') order by 1",
        )
        .await;
    assert_eq!(open, Vec::<String>::new());
    let callable = world
        .list(
            "select p.oid::regprocedure::text from pg_proc p
             where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
               and (p.proname ~ '^pg_stat_(get|reset|clear|force|have)|^pg_(try_)?advisory|^lo_|^lowrite$|^loread$|^pg_(terminate|cancel)_backend'
                    or p.proname ~ '^pg_(read|ls_|stat_file|logdir|current_logfile|rotate|reload|promote|switch|create_restore|backup|log_backend|lock_status|notify|export_snapshot|logical_emit)')
               and has_function_privilege('cloche_device', p.oid, 'execute') order by 1",
        )
        .await;
    assert_eq!(callable, Vec::<String>::new());
}
