//! Settings are the session's own: whatever somebody sets, the guards decide as before, and nobody else notices.

use crate::calls::{close, refusal, run};
use crate::door_support::{
    Office, Refusal, insert_assignment, insert_dependency, june, move_task, refused,
};
use crate::world::{SEATS, Seat, World};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

pub async fn apply(
    psql: &mut PgConnection,
    org: Uuid,
    id: Uuid,
    changes: Value,
) -> Result<(), Refusal> {
    sqlx::query("select api.apply($1, $2, 'attack', $3)")
        .bind(org)
        .bind(id)
        .bind(changes)
        .execute(psql)
        .await
        .map(drop)
        .map_err(Refusal::from)
}

/// Every setting of ours that a function reads, from the functions themselves.
async fn settings_of_ours(office: &Office) -> Vec<String> {
    sqlx::query_scalar(
        "select distinct m[1] from pg_proc p, regexp_matches(p.prosrc, '''(cloche\\.[a-z_]+)''', 'g') m
         where p.pronamespace::regnamespace::text !~ '^pg_' order by 1",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap()
}

/// The guards' own notes lie in settings, which anybody may set: they must not believe what was there before them.
#[tokio::test]
async fn no_setting_makes_a_guard_look_away() {
    let office = Office::open().await;
    let ana = office.ana();
    let event = ana.event().await;
    let (first, second) = (ana.task(event, "first").await, ana.task(event, "second").await);
    ana.wait_for(event, second, first).await.unwrap();
    let chairs = ana.resource("Chairs", "materials", 10).await;
    ana.booked(chairs, event, &june(14, 16), &june(14, 23)).await;
    let person = ana.person("Bo").await;
    ana.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let book = |resource, quantity: i32| {
        let mut row =
            insert_assignment(Uuid::now_v7(), resource, event, &june(14, 18), &june(14, 20));
        row["set"]["quantity"] = json!(quantity);
        json!([row])
    };
    let attacks: [(Value, &str); 4] = [
        (book(chairs, 10), "resource_schedule_conflict"),
        (book(person, 1), "resource_schedule_conflict"),
        (json!([move_task(second, "pending", "in_progress")]), "tasks_prerequisites_open"),
        (
            json!([insert_dependency(Uuid::now_v7(), event, first, second)]),
            "task_dependencies_cycle",
        ),
    ];
    let mut names = settings_of_ours(&office).await;
    assert!(names.iter().any(|name| name == "cloche.command"), "functions were read: {names:?}");
    let guards: Vec<String> = sqlx::query_scalar(
        "select distinct 'cloche.judged_' || m[1] from pg_proc p, regexp_matches(p.prosrc, 'judged\\(''([a-z_]+)''', 'g') m",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    assert!(guards.len() >= 2, "guards were read: {guards:?}");
    names.extend(guards);
    let mut psql = office.db.connect_as(office.org.manager()).await;
    office.grant_by(&ana, "manager", &["tasks.create", "tasks.edit"]).await;
    for (changes, constraint) in attacks {
        for seq in 0..4 {
            let command = Uuid::now_v7();
            // As the guards would note it themselves, with the command's id and without.
            for note in [format!("{command}/{seq}"), format!("/{seq}")] {
                for name in &names {
                    let value = if name.contains("judged") { note.as_str() } else { "on" };
                    let set = format!("select set_config('{name}', '{value}', false)");
                    assert_eq!(run(&mut psql, &set).await, "", "{set}");
                }
                let said = apply(&mut psql, office.org.org_id, command, changes.clone()).await;
                assert_eq!(said.unwrap_err().constraint, constraint, "with {note}");
            }
        }
    }
    close([psql]).await;
}

/// An old snapshot does not show the booking that a guard has just waited for, nor that its holder was removed.
#[tokio::test]
async fn an_old_snapshot_is_refused() {
    let office = Office::open().await;
    let ana = office.ana();
    let event = ana.event().await;
    let chairs = ana.resource("Chairs", "materials", 10).await;
    let book = || {
        let mut row =
            insert_assignment(Uuid::now_v7(), chairs, event, &june(14, 16), &june(14, 23));
        row["set"]["quantity"] = json!(6);
        json!([row])
    };
    let mut psql = office.db.connect_as(office.org.manager()).await;
    for level in ["repeatable read", "serializable"] {
        let begin = format!("begin isolation level {level}");
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut psql).await.unwrap();
        sqlx::query("select 1 from pg_class").execute(&mut psql).await.unwrap();
        if level == "repeatable read" {
            ana.apply("schedule.assign", book()).await.unwrap();
        }
        let said = apply(&mut psql, office.org.org_id, Uuid::now_v7(), book()).await;
        assert_eq!(said.unwrap_err().constraint, "old_snapshot", "{level}");
        sqlx::raw_sql("rollback").execute(&mut psql).await.unwrap();
    }
    sqlx::raw_sql("set default_transaction_isolation = 'repeatable read'")
        .execute(&mut psql)
        .await
        .unwrap();
    for call in ["select api.whoami()", "select account.devices()", "select account.sign_out()"] {
        let error = sqlx::raw_sql(call).execute(&mut psql).await.unwrap_err();
        assert_eq!(refusal(&error).code(), "CL422", "{call}");
    }
    refused(ana.apply("schedule.assign", book()).await, "CL409", "resource_schedule_conflict");
    close([psql]).await;
}

/// `now()` stands still in a transaction: a sign-in that has run out must be noticed all the same.
#[tokio::test]
async fn a_transaction_that_stays_open_outlives_no_sign_in() {
    let world = World::make().await;
    let mut device = world.connect(Seat::Manager).await;
    let mut link = world.connect(Seat::Link).await;
    for psql in [&mut device, &mut link] {
        sqlx::raw_sql("begin").execute(psql).await.unwrap();
    }
    sqlx::raw_sql("select account.devices()").execute(&mut device).await.unwrap();
    sqlx::raw_sql("select account.accept(null, null)").execute(&mut link).await.unwrap();
    sqlx::raw_sql("rollback; begin").execute(&mut link).await.unwrap();
    for sql in [
        "update app.devices set expires_at = clock_timestamp()",
        "update app.invites set expires_at = clock_timestamp()",
    ] {
        sqlx::raw_sql(sql).execute(world.db.admin()).await.unwrap();
    }
    let said = sqlx::raw_sql("select api.whoami()").execute(&mut device).await.unwrap_err();
    assert_eq!(refusal(&said).code(), "CL401");
    let said = sqlx::raw_sql("select account.accept(null, null)").execute(&mut link).await;
    assert_eq!(refusal(&said.unwrap_err()).code(), "CL401");
    close([device, link]).await;
}

/// Hostile values of settings that everybody may change for themselves.
const SETTINGS: [&str; 14] = [
    "search_path = 'pg_temp, public'",
    "row_security = off",
    "statement_timeout = '1ms'",
    "lock_timeout = '1ms'",
    "default_transaction_read_only = on",
    "default_transaction_isolation = 'repeatable read'",
    "timezone = 'Pacific/Kiritimati'",
    "datestyle = 'German'",
    "intervalstyle = 'sql_standard'",
    "bytea_output = 'escape'",
    "standard_conforming_strings = off",
    "transform_null_equals = on",
    "client_min_messages = 'debug5'",
    "plan_cache_mode = 'force_custom_plan'",
];

#[tokio::test]
async fn what_somebody_sets_for_their_role_reaches_nobody_else_and_not_their_next_start() {
    let world = World::make().await;
    let settings = async |seat: Seat| -> Vec<(String, String)> {
        let mut psql = world.connect(seat).await;
        let all = sqlx::query_as("select name, setting from pg_settings order by name");
        let found = all.fetch_all(&mut psql).await.unwrap();
        close([psql]).await;
        found
    };
    let before = settings(Seat::Staff).await;
    let mut psql = world.connect(Seat::Manager).await;
    for setting in SETTINGS {
        assert_eq!(run(&mut psql, &format!("alter role current_user set {setting}")).await, "");
    }
    for denied in [
        "alter role cloche_device set statement_timeout = '1ms'",
        "alter role all set statement_timeout = '1ms'",
        "alter role current_user valid until 'infinity'",
        "alter role current_user connection limit -1",
        "alter role current_user superuser",
        "alter role current_user bypassrls",
        "alter role current_user createrole",
        "alter role current_user replication",
        "alter role current_user rename to mallory",
        "alter role current_user set session_preload_libraries = 'x'",
        "alter role current_user set log_statement = 'none'",
        "alter role current_user set session_replication_role = 'replica'",
        "alter system set work_mem = '1GB'",
        "grant cloche_device to cloche_account",
        "grant cloche_api to current_user",
        "set session_replication_role = 'replica'",
        "set role cloche_api",
        "set session authorization cloche_owner",
        "set local role cloche_guard",
        "create event trigger x on ddl_command_start execute function f()",
        "drop owned by cloche_api",
        "reassign owned by cloche_api to current_user",
        "security label on role cloche_device is 'x'",
    ] {
        let code = run(&mut psql, denied).await;
        assert!(["42501", "42883", "42939", "22023"].contains(&code.as_str()), "{denied}: {code}");
    }
    let (staff, _) = world.sign_in(Seat::Staff);
    let other = format!("alter role {staff} set statement_timeout = '1ms'");
    assert_eq!(run(&mut psql, &other).await, "42501");
    close([psql]).await;
    assert_eq!(settings(Seat::Staff).await, before, "a colleague's next start is as ever");
    // Startup options win over what a role was altered to.
    let desk = world.desk(world.here.org.manager());
    desk.cursor().await.unwrap();
    desk.apply("attack", json!([])).await.unwrap();
    let own: Vec<(String, String)> = settings(Seat::Manager).await;
    for (name, value) in [
        ("search_path", "pg_catalog"),
        ("row_security", "on"),
        ("statement_timeout", "120000"),
        ("lock_timeout", "0"),
        ("default_transaction_read_only", "off"),
        ("default_transaction_isolation", "read committed"),
        ("TimeZone", "UTC"),
    ] {
        assert!(own.contains(&(name.to_owned(), value.to_owned())), "{name} repairs itself");
    }
}

/// The same questions with every setting turned against them: the same answers, or none.
#[tokio::test]
async fn no_setting_shows_more_or_writes_more() {
    let office = Office::open().await;
    let ana = office.ana();
    office.link_sam(&ana).await;
    let event = ana.event().await;
    let sam = office.org.staff();
    let ask = async |psql: &mut PgConnection| -> String {
        sqlx::query_scalar("select api.snapshot($1, 'events', null, 100)::text || api.pull($1, 0, null, null, 100)::text")
            .bind(office.org.org_id)
            .fetch_one(psql)
            .await
            .unwrap_or_else(|error| refusal(&error).code().to_owned())
    };
    for setting in SETTINGS {
        let mut psql = office.db.connect_as(sam).await;
        let before = ask(&mut psql).await;
        assert!(!before.contains(&event.to_string()), "staff does not see it");
        assert_eq!(run(&mut psql, &format!("set {setting}")).await, "");
        let after = ask(&mut psql).await;
        assert!(after == before || after.len() == 5, "{setting}: {after}");
        close([psql]).await;
    }
}

#[tokio::test]
async fn a_session_becomes_nobody_else() {
    let world = World::make().await;
    let others: Vec<String> = world
        .list("select rolname::text from pg_roles where rolname ~ '^cloche_(owner|api|guard|identity|keeper|account|device|invite|hub|superuser)$'")
        .await;
    assert!(others.len() > 7);
    for seat in SEATS {
        let mut psql = world.connect(seat).await;
        let (colleague, _) =
            world.sign_in(if seat == Seat::Staff { Seat::Manager } else { Seat::Staff });
        for other in others.iter().chain([&colleague]) {
            for how in ["set role", "set session authorization", "set local role"] {
                let attack = format!("begin; {how} {other}");
                assert_eq!(run(&mut psql, &attack).await, "42501", "{seat:?}: {attack}");
            }
            // A setting of the role itself, which takes effect at the next start, if at all.
            run(&mut psql, &format!("alter role current_user set role = '{other}'")).await;
        }
        close([psql]).await;
        let (role, secret) = world.sign_in(seat);
        let options = world.db.options_for(&role, secret.expose_secret());
        let mut again = options.connect().await.unwrap();
        let (session, current): (String, String) =
            sqlx::query_as("select session_user::text, current_user::text")
                .fetch_one(&mut again)
                .await
                .unwrap();
        assert_eq!((&session, &current), (&role, &role), "{seat:?}");
        again.close().await.unwrap();
    }
}
