//! Sessions of others: they cannot be watched, stopped, starved or spoken to.

use crate::calls::{close, run};
use crate::door_support::{Desk, insert_client};
use crate::world::{Seat, World};
use secrecy::ExposeSecret;
use serde_json::json;
use server::embedded::Listen;
use server::identity::scram::scram_verifier;
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// Nothing may hang for so long.
const PATIENCE: Duration = Duration::from_secs(30);

async fn pid(psql: &mut PgConnection) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(psql).await.unwrap()
}

#[tokio::test]
async fn nobody_watches_or_ends_the_session_of_another() {
    let world = World::make().await;
    let mut victim = world.connect(Seat::Manager).await;
    let victims_pid = pid(&mut victim).await;
    for seat in [Seat::Administrator, Seat::Staff, Seat::Outsider, Seat::Account, Seat::Link] {
        let mut psql = world.connect(seat).await;
        for attack in [
            format!("select pg_terminate_backend({victims_pid})"),
            format!("select pg_cancel_backend({victims_pid})"),
            format!("select pg_log_backend_memory_contexts({victims_pid})"),
            "select * from pg_stat_activity".to_owned(),
            "select * from pg_stat_get_activity(null)".to_owned(),
            format!("select pg_stat_get_activity({victims_pid})"),
            "select pg_stat_get_backend_activity(1)".to_owned(),
            "select pg_stat_get_backend_idset()".to_owned(),
            "select * from pg_locks".to_owned(),
            "select * from pg_stat_ssl".to_owned(),
            "select * from pg_stat_progress_copy".to_owned(),
            "select pg_notify('a', 'b')".to_owned(),
        ] {
            assert_eq!(run(&mut psql, &attack).await, "42501", "{seat:?}: {attack}");
        }
        close([psql]).await;
    }
    sqlx::raw_sql("select api.whoami()").execute(&mut victim).await.unwrap();
    close([victim]).await;
}

/// A sign-in belongs to the cluster; the maintenance databases are not hardened and their locks and disk are everybody's.
#[tokio::test]
async fn a_sign_in_opens_no_other_database() {
    let world = World::make().await;
    let foreign = world
        .list("select d.datname::text from pg_database d where d.datallowconn and d.datname !~ '^cloche_'")
        .await;
    assert!(foreign.len() >= 2, "there are databases to try");
    for seat in [Seat::Manager, Seat::Account, Seat::Link] {
        let (role, secret) = world.sign_in(seat);
        for database in &foreign {
            let options = world.db.options_for(&role, secret.expose_secret()).database(database);
            let error = options.connect().await.expect_err(database);
            assert_eq!(crate::calls::refusal(&error).code(), "42501", "{seat:?}: {database}");
        }
    }
}

#[tokio::test]
async fn a_role_has_few_connections_and_takes_none_from_others() {
    let world = World::make().await;
    for (seat, limit) in [(Seat::Staff, 4), (Seat::Account, 2), (Seat::Link, 1)] {
        let (role, secret) = world.sign_in(seat);
        let options = world.db.options_for(&role, secret.expose_secret());
        let mut open = Vec::new();
        for _ in 0..limit {
            open.push(options.connect().await.unwrap());
        }
        let flood: Vec<_> = (0..20).map(|_| tokio::spawn(connect_once(options.clone()))).collect();
        for one in flood {
            assert_eq!(one.await.unwrap(), "53300", "{seat:?} has {limit} connections");
        }
        let other = timeout(PATIENCE, world.connect(Seat::Manager)).await.expect("others come in");
        open.push(other);
        close(open).await;
    }
}

async fn connect_once(options: sqlx::postgres::PgConnectOptions) -> String {
    match options.connect().await {
        Ok(connection) => {
            connection.close().await.unwrap();
            "came in".to_owned()
        }
        Err(error) => crate::calls::refusal(&error).code().to_owned(),
    }
}

/// An open transaction holds its own organization's feed, and nothing of anybody else's.
#[tokio::test]
async fn a_transaction_left_open_stalls_no_other_organization() {
    let world = World::make().await;
    let mut holder = world.connect(Seat::Outsider).await;
    sqlx::raw_sql("set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; begin")
        .execute(&mut holder)
        .await
        .unwrap();
    sqlx::query("select api.apply($1, gen_random_uuid(), 'attack', $2), pg_current_xact_id()")
        .bind(world.there.org.org_id)
        .bind(json!([insert_client(Uuid::now_v7(), "Held")]))
        .execute(&mut holder)
        .await
        .unwrap();
    let ours = async {
        let ana = world.ana();
        for _ in 0..20 {
            let n = ana.cursor().await.unwrap()["n"].as_i64().unwrap();
            ana.apply("client.create", json!([insert_client(Uuid::now_v7(), "Ours")]))
                .await
                .unwrap();
            let page = ana.pull(n, None, None, 100).await.unwrap();
            assert_eq!(page["n"], json!(n + 1), "the feed goes on");
            assert_eq!(page["rows"].as_array().unwrap().len(), 1);
        }
        let (account, key) = world.sign_in(Seat::Account);
        let mut account =
            world.db.options_for(&account, key.expose_secret()).connect().await.unwrap();
        sqlx::query("select account.enroll_device($1, 'desk', $2)")
            .bind(Uuid::now_v7())
            .bind(scram_verifier("x"))
            .execute(&mut account)
            .await
            .unwrap();
        close([account]).await;
    };
    timeout(PATIENCE, ours).await.expect("nobody waits for another organization");
    drop(holder);
}

/// PostgreSQL locks a group while a role joins it: an enrolment left open would keep everybody on the server from
/// signing in on a new computer. Only the companion's watch ends it, whatever the session has set. On a server of its
/// own: the watch looks at all sessions of a server, those of other tests too.
#[tokio::test]
async fn an_enrolment_left_open_is_ended_by_the_watch() {
    let office = testkit::Office::open(Listen::Socket).await.unwrap();
    let account = async |person: &testkit::Colleague| {
        let id = office.link.server_id;
        let key = testkit::sign_in::derive(&person.password, id, &person.email).await.unwrap();
        let role = server::identity::account_role(id, &person.email);
        office.link.options(&role, key.expose_secret()).connect().await.unwrap()
    };
    let mut holder = account(&office.people[2]).await;
    let mut other = account(&office.people[0]).await;
    let mut owner = office.owner().connect().await.unwrap();
    sqlx::raw_sql("set idle_in_transaction_session_timeout = 0; begin")
        .execute(&mut holder)
        .await
        .unwrap();
    let enroll = "select account.enroll_device($1, 'desk', $2)";
    let joining = sqlx::query(enroll).bind(Uuid::now_v7()).bind(scram_verifier("x"));
    joining.execute(&mut holder).await.unwrap();
    let waiting = tokio::spawn(async move {
        let joining = sqlx::query(enroll).bind(Uuid::now_v7()).bind(scram_verifier("y"));
        let said = joining.execute(&mut other).await.map(drop);
        other.close().await.unwrap();
        said
    });
    let watch = async {
        while !waiting.is_finished() {
            // A sign of life now and then does not help.
            let _ = sqlx::raw_sql("select 1").execute(&mut holder).await;
            sqlx::raw_sql("select hub.end_stuck_sessions()").execute(&mut owner).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, watch).await.expect("the watch ends what is held for long");
    waiting.await.unwrap().unwrap();
    drop(holder);
    close([owner]).await;
    office.close().await.unwrap();
}

/// The product sends no notifications, so nobody learns anything by listening, and nothing follows a false one.
#[tokio::test]
async fn listening_hears_nothing_and_a_false_notice_moves_nobody() {
    let world = World::make().await;
    let senders = world
        .list("select p.oid::regprocedure::text from pg_proc p where p.prosrc ~* '\\m(notify|pg_notify)\\M' and p.pronamespace::regnamespace::text !~ '^pg_|^information_schema$'")
        .await;
    assert_eq!(senders, Vec::<String>::new());
    let mut listener = world.connect(Seat::Outsider).await;
    sqlx::raw_sql("listen cloche; listen events; listen feeds")
        .execute(&mut listener)
        .await
        .unwrap();
    let ana: Desk = world.ana();
    let place = async || {
        let cursor = ana.cursor().await.unwrap();
        (cursor["n"].clone(), cursor["epoch"].clone(), cursor["view"].clone())
    };
    let before = place().await;
    let mut liar = world.connect(Seat::Staff).await;
    for _ in 0..100 {
        sqlx::raw_sql("notify cloche, 'changed'; notify feeds, '{\"n\": 99}'")
            .execute(&mut liar)
            .await
            .unwrap();
    }
    assert_eq!(place().await, before);
    close([liar]).await;
}

#[tokio::test]
async fn nothing_outlives_a_session() {
    let world = World::make().await;
    let mut psql = world.connect(Seat::Manager).await;
    for attack in [
        "create temporary table x (a int)",
        "create temporary view x as select 1",
        "create temporary sequence x",
        "select 1 as a into temporary x",
        "select pg_advisory_lock(1)",
        "select pg_try_advisory_xact_lock(1)",
        "select pg_advisory_unlock_all()",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "create database mine",
        "create tablespace mine location '/tmp'",
        "create extension dblink",
        "create server x foreign data wrapper y",
        "create publication mine for all tables",
        "create language plpython3u",
        "create cast (text as uuid) with inout",
        "create type public.mine as (a int)",
        "create domain api.mine as int",
        "create aggregate public.mine (int) (sfunc = int4pl, stype = int)",
        "select pg_create_logical_replication_slot('x', 'y')",
        "select pg_create_physical_replication_slot('x')",
        "checkpoint",
        "load 'x'",
        "copy (select 1) to '/tmp/x'",
        "copy (select 1) to program 'true'",
    ] {
        let code = run(&mut psql, attack).await;
        assert!(
            ["42501", "42704", "0A000", "55000"].contains(&code.as_str()),
            "{attack}: {code:?}"
        );
    }
    assert_eq!(run(&mut psql, "begin; select 1; prepare transaction 'x'").await, "55000");
    close([psql]).await;
}
