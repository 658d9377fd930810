//! What must hold for every table, function and constraint, those nobody has written yet included.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use domain::change::Entity;
use domain::clients::Client;
use domain::events::{Event, TRANSITIONS};
use domain::permission::PERMISSIONS;
use domain::resources::Resource;
use domain::schedule::ScheduleEntry;
use domain::tasks::{Task, TaskDependency};
use door_support::{Desk, Office, june};
use serde_json::Value;
use sqlx::Connection;
use testkit::{TestDatabase, TestServer};
use uuid::Uuid;

async fn list(db: &TestDatabase, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(db.admin()).await.unwrap()
}

const NONE: [String; 0] = [];

#[tokio::test]
async fn no_desk_role_may_touch_any_table_view_or_sequence() {
    let db = TestServer::database().await;
    let open = list(&db, "
        select r.rolname || ' ' || c.oid::regclass::text from pg_class c
        cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite')) r(rolname)
        where c.relkind in ('r', 'p', 'v', 'm', 'S')
          and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
          and case when c.relkind = 'S' then has_sequence_privilege(r.rolname, c.oid, 'usage, select, update')
              else has_any_column_privilege(r.rolname, c.oid, 'select, insert, update, references')
                   or has_table_privilege(r.rolname, c.oid, 'delete, truncate, trigger') end").await;
    assert_eq!(open, NONE, "desks go through the door, never to a table");
}

#[tokio::test]
async fn desk_roles_reach_two_schemas_and_create_in_none() {
    let db = TestServer::database().await;
    let reach = list(&db, "
        select r.rolname || ' ' || n.nspname || case when has_schema_privilege(r.rolname, n.oid, 'create') then ' create' else '' end
        from pg_namespace n
        cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite')) r(rolname)
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and has_schema_privilege(r.rolname, n.oid, 'usage, create') order by 1").await;
    assert_eq!(
        reach,
        [
            "cloche_account account",
            "cloche_device account",
            "cloche_device api",
            "cloche_invite account"
        ]
    );
}

#[tokio::test]
async fn every_table_has_row_security_and_lets_guards_see_whole_organizations() {
    let db = TestServer::database().await;
    let open = list(&db, "select c.oid::regclass::text from pg_class c
        where c.relkind in ('r', 'p') and not c.relrowsecurity
          and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')").await;
    assert_eq!(open, NONE, "row security is the second line on every table");
    let blind = list(&db, "select c.relname::text from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = 'app'::regnamespace and not exists (
            select from pg_policy p where p.polrelid = c.oid and p.polroles = array['cloche_guard'::regrole::oid]
            and pg_get_expr(p.polqual, p.polrelid) = 'true')").await;
    assert_eq!(blind, NONE, "a guard must see rows that the caller may not");
}

#[tokio::test]
async fn every_table_is_captured_or_known_to_be_the_servers_own() {
    let db = TestServer::database().await;
    let loose = list(&db, "
        select c.relname::text from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = 'app'::regnamespace
          and (select count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
               where t.tgrelid = c.oid and p.proname = 'capture' and t.tgenabled = 'O' and t.tgtype & 1 = 0) <> 3
        order by 1").await;
    // Changing this list means deciding that desks never see the table and that nobody undoes what happens to it.
    assert_eq!(
        loose,
        [
            "column_groups",
            "commands",
            "devices",
            "event_transitions",
            "feeds",
            "import_keys",
            "invites",
            "journal",
            "journal_rows",
            "member_views",
            "moves",
            "permissions",
            "redactions",
            "replicated",
            "rules",
            "schema_info",
            "staged_changes",
            "time_zones",
            "users"
        ]
    );
    let unlisted = list(&db, "
        select distinct t.tgrelid::regclass::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where p.proname = 'capture'
        except select 'app.' || table_name from app.replicated").await;
    assert_eq!(unlisted, NONE, "what is captured is replicated");
}

#[tokio::test]
async fn every_definer_and_trigger_function_pins_its_search_path() {
    let db = TestServer::database().await;
    let loose = list(&db, "
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text in ('app', 'api', 'account', 'setup', 'hub', 'report', 'public')
          and (p.prosecdef or p.prorettype = 'trigger'::regtype)
          and not coalesce(p.proconfig @> array['search_path=\"\"'], false)").await;
    assert_eq!(loose, NONE);
}

#[tokio::test]
async fn what_a_desk_may_call_is_listed_and_owned_by_neither_table_owner_nor_superuser() {
    let db = TestServer::database().await;
    let callable = list(&db, "
        select distinct n.nspname || '.' || p.proname || ' ' || p.proowner::regrole::text || case when p.prosecdef then '' else ' invoker' end
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite')) r(rolname)
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and has_function_privilege(r.rolname, p.oid, 'execute') order by 1").await;
    assert_eq!(
        callable,
        [
            "account.accept cloche_identity",
            "account.change_password cloche_identity",
            "account.devices cloche_identity",
            "account.end_sessions cloche_identity",
            "account.enroll_device cloche_identity",
            "account.invitations cloche_identity",
            "account.invite cloche_identity",
            "account.issue_reset cloche_identity",
            "account.renew_device cloche_identity",
            "account.revoke_device cloche_identity",
            "account.sign_out cloche_identity",
            "account.withdraw_invitation cloche_identity",
            "api.apply cloche_api",
            "api.apply_staged cloche_api",
            "api.cursor cloche_api",
            "api.discard_staged cloche_api",
            "api.history cloche_api",
            "api.imported cloche_api",
            "api.pull cloche_api",
            "api.record_desk cloche_api",
            "api.sizes cloche_api",
            "api.snapshot cloche_api",
            "api.stage cloche_api",
            "api.undo cloche_api",
            "api.was_applied cloche_api",
            "api.whoami cloche_api"
        ]
    );
    let of_a_link = list(&db, "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and has_function_privilege('cloche_invite', p.oid, 'execute')").await;
    assert_eq!(of_a_link, ["account.accept(text,text)"], "a link does one thing");
    let exempt = list(&db, "select rolname::text from pg_roles
        where rolname ~ '^cloche_(owner|api|guard|identity|keeper|account|device|invite|hub)$'
          and (rolsuper or rolbypassrls or rolcanlogin or rolcreatedb or (rolcreaterole and rolname <> 'cloche_identity'))").await;
    assert_eq!(exempt, NONE, "no role of ours stands above row security or signs in");
}

#[tokio::test]
async fn nothing_of_ours_is_open_to_everybody() {
    let db = TestServer::database().await;
    let open = list(&db, "
        select p.oid::regprocedure::text from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where a.grantee = 0 and p.pronamespace::regnamespace::text in ('app', 'api', 'account', 'setup', 'hub', 'report', 'public')").await;
    assert_eq!(open, NONE, "a new function must be granted before anybody may call it");
}

#[tokio::test]
async fn names_and_keys_keep_the_conventions() {
    let db = TestServer::database().await;
    let odd = list(&db, "select conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid
        where t.relnamespace = 'app'::regnamespace and c.contype <> 'n' and conname !~ ('^' || t.relname || '_')").await;
    assert_eq!(odd, NONE, "the name of a constraint is API: <table>_<what>");
    let keys = list(&db, "select conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid
        join pg_attribute first on first.attrelid = t.oid and first.attnum = c.conkey[1]
        where t.relnamespace = 'app'::regnamespace and c.contype in ('p', 'u', 'x', 'f') and first.attname <> 'org_id'
          and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'org_id') order by 1").await;
    assert_eq!(
        keys,
        [
            "invites_role_name_unique",
            "memberships_user_exists",
            "organizations_id_unique",
            "organizations_time_zone_known",
            "role_permissions_permission_known"
        ],
        "org_id comes first in every key; these point outside any organization"
    );
    let times = list(&db, "select a.attrelid::regclass || '.' || a.attname from pg_attribute a join pg_class t on t.oid = a.attrelid
        where t.relnamespace = 'app'::regnamespace and t.relkind = 'r' and a.atttypid = 'timestamp'::regtype").await;
    assert_eq!(times, NONE, "timestamptz always");
}

#[tokio::test]
async fn the_rust_structs_are_the_tables() {
    let db = TestServer::database().await;
    let columns = async |table: &str| -> Vec<String> {
        sqlx::query_scalar(
            "select attname::text from pg_attribute where attrelid = ('app.' || $1)::regclass
                            and attnum > 0 and not attisdropped and attname <> 'org_id' order by 1",
        )
        .bind(table.to_owned())
        .fetch_all(db.admin())
        .await
        .unwrap()
    };
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let (task, second) = (desk.task(event, "a").await, desk.task(event, "b").await);
    desk.wait_for(event, second, task).await.unwrap();
    let person = desk.person("Ana Ruiz").await;
    let entry = desk.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let edge: Uuid = office.scalar("select id from app.task_dependencies").await;
    let row = desk.row(Event::TABLE, event).await.unwrap();
    let client = serde_json::from_value::<Event>(row).unwrap().client_id;
    let rows = [
        kept::<Event>(&desk, event).await,
        kept::<Client>(&desk, client).await,
        kept::<Resource>(&desk, person).await,
        kept::<Task>(&desk, task).await,
        kept::<TaskDependency>(&desk, edge).await,
        kept::<ScheduleEntry>(&desk, entry).await,
    ];
    for row in rows {
        assert_eq!(row.fields, columns(row.table).await, "{}", row.table);
        let writable: Vec<String> = sqlx::query_scalar("select distinct column_name from app.rules where table_name = $1 and op <> 'delete' order by 1")
            .bind(row.table).fetch_all(db.admin()).await.unwrap();
        assert_eq!(writable, row.desk_columns, "{}", row.table);
        let mut groups: Vec<Vec<String>> =
            sqlx::query_scalar("select columns from app.column_groups where table_name = $1")
                .bind(row.table)
                .fetch_all(db.admin())
                .await
                .unwrap();
        groups.sort();
        assert_eq!(groups, row.groups, "{}", row.table);
    }
}

/// What the domain says of an entity, whose row it has read and written again.
struct Kept {
    table: &'static str,
    fields: Vec<String>,
    desk_columns: Vec<String>,
    groups: Vec<Vec<String>>,
}

async fn kept<E: Entity>(desk: &Desk, id: Uuid) -> Kept {
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
    let typed: E = serde_json::from_value(desk.row(E::TABLE, id).await.unwrap()).unwrap();
    let Value::Object(row) = serde_json::to_value(&typed).unwrap() else { unreachable!() };
    let mut fields: Vec<String> = row.keys().cloned().collect();
    fields.sort();
    let mut desk_columns = names(E::DESK_COLUMNS);
    desk_columns.sort();
    let mut groups: Vec<Vec<String>> = E::GROUPS.iter().map(|g| names(g)).collect();
    groups.sort();
    Kept { table: E::TABLE, fields, desk_columns, groups }
}

#[tokio::test]
async fn permissions_and_lifecycle_are_spelled_as_in_the_domain() {
    let db = TestServer::database().await;
    let mut permissions: Vec<String> = PERMISSIONS.iter().map(|p| (*p).to_owned()).collect();
    permissions.sort();
    assert_eq!(list(&db, "select name from app.permissions order by name").await, permissions);
    let mut steps: Vec<String> =
        TRANSITIONS.iter().map(|(a, b)| format!("{} {}", a.as_str(), b.as_str())).collect();
    steps.sort();
    assert_eq!(
        list(&db, "select old_status || ' ' || new_status from app.event_transitions order by 1")
            .await,
        steps
    );
}

#[tokio::test]
async fn the_generated_writers_are_what_the_rules_would_generate_now() {
    let db = TestServer::database().await;
    let sources = "select coalesce(string_agg(p.oid::regprocedure::text || p.prosrc, '|' order by p.proname), '')
        from pg_proc p where p.proname ~ '^(write|conflict|lock)_|^(find_conflict|images|page)$'";
    let before: String = sqlx::query_scalar(sources).fetch_one(db.admin()).await.unwrap();
    sqlx::raw_sql("select setup.build_writers(); select setup.build_feed()")
        .execute(db.admin())
        .await
        .unwrap();
    let after: String = sqlx::query_scalar(sources).fetch_one(db.admin()).await.unwrap();
    assert_eq!(before, after, "a migration that changes tables or rules builds the writers again");
}

#[tokio::test]
async fn a_desk_cannot_starve_watch_or_stop_others() {
    let office = Office::open().await;
    let mut psql = office.db.connect_as(office.org.staff()).await;
    for attack in [
        "select pg_advisory_lock(1)",
        "select pg_try_advisory_xact_lock_shared(1, 2)",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select pg_terminate_backend(1)",
        "select pg_cancel_backend(1)",
        "select pg_notify('a', 'b')",
        "select * from pg_stat_activity",
        "select * from pg_stat_get_activity(null)",
        "select * from pg_locks",
        "select * from pg_stat_user_tables",
        "select pg_stat_get_tuples_inserted('app.events'::regclass)",
        "select pg_relation_size('app.events'::regclass)",
        "select * from pg_stats",
        "create temporary table mine (x int)",
        "create table public.mine (x int)",
        "create schema mine",
        "create function public.f() returns int language sql as 'select 1'",
        "set role cloche_device",
        "set role cloche_api",
        "set session authorization cloche_owner",
        "select app.run_changes(null, null, null)",
        "select account.retire(gen_random_uuid())",
        "select account.enter(gen_random_uuid())",
        "select setup.new_server_identity()",
        "select * from app.events",
        "explain analyze select * from app.events where name = 'x'",
        "begin; lock table app.events in access share mode",
        "copy app.events to stdout",
        "select * from public._sqlx_migrations",
        "alter role current_user createrole",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
        "select pg_export_snapshot()",
    ] {
        let error = sqlx::raw_sql(attack).execute(&mut psql).await.map(drop).expect_err(attack);
        let code = error.into_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "{attack}");
        sqlx::raw_sql("rollback").execute(&mut psql).await.unwrap();
    }
    psql.close().await.unwrap();
}

#[tokio::test]
async fn a_copy_of_the_template_has_the_privileges_of_the_original() {
    let db = TestServer::database().await;
    let acls: Vec<(bool, String, bool)> = sqlx::query_as(
        "select d.datname = current_database(),
                coalesce((select string_agg(distinct a.grantee::regrole::text || ' ' || a.privilege_type, ', ') from aclexplode(d.datacl) a), 'default'),
                pg_get_userbyid(d.datdba) = 'cloche_owner'
         from pg_database d where d.datname in (current_database(), $1) order by 1")
        .bind(TestServer::shared().await.template()).fetch_all(db.admin()).await.unwrap();
    assert_eq!(acls.len(), 2);
    assert_eq!((&acls[0].1, acls[0].2), (&acls[1].1, acls[1].2));
    assert!(!acls[0].1.contains("- "), "nothing for everybody: {}", acls[0].1);
}
