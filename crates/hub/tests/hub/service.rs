//! The service: sessions that hold others up are ended, what nobody needs is forgotten, and it stops when it is told to.

use crate::place::{Server, command};
use crate::setup::{join, office};
use chrono::{Duration as Days, Utc};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::ExposeSecret;
use server::error::ServerError;
use server::identity::{device_role, new_secret};
use server::link::ServerLink;
use server::session::{DeviceSecret, Session};
use server::upkeep::{Ended, Upkeep};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

async fn psql(link: &ServerLink, device: &DeviceSecret) -> PgConnection {
    let role = device_role(link.server_id, device.device_id);
    link.options(&role, device.secret.expose_secret()).connect().await.unwrap()
}

async fn upkeep(server: &Server) -> Upkeep {
    let (link, secret) = server.folder().service().unwrap();
    Upkeep::connect(&link, &secret).await.unwrap()
}

/// The service as the system starts it, and what it says, line by line.
struct Service {
    child: Child,
    said: std::sync::mpsc::Receiver<String>,
    heard: Vec<String>,
}

impl Service {
    fn start(server: &Server) -> Self {
        let mut command = command(&server.folder());
        let mut child = command.arg("run").stderr(Stdio::piped()).spawn().unwrap();
        let (tell, said) = std::sync::mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| tell.send(line))
        });
        Self { child, said, heard: Vec::new() }
    }

    /// Waits until it has said so.
    fn until(&mut self, words: &str) {
        while !self.heard.iter().any(|line| line.contains(words)) {
            let line = self.said.recv_timeout(std::time::Duration::from_secs(60));
            self.heard.push(line.unwrap_or_else(|_| panic!("never “{words}”: {:?}", self.heard)));
        }
    }

    fn stop(mut self) -> Vec<String> {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(id, Signal::SIGTERM).unwrap();
        assert!(self.child.wait().unwrap().success(), "{:?}", self.heard);
        self.heard.extend(self.said.iter());
        self.heard
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_holds_others_up_is_ended_and_nobody_else_s() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let (mut idle, mut calm) = (psql(&link, &device).await, psql(&link, &device).await);
    // Its own time-outs are its own to change; this is not.
    sqlx::raw_sql("set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; begin")
        .execute(&mut idle)
        .await
        .unwrap();
    let mut owner = server.superuser("cloche").connect().await.unwrap();
    sqlx::raw_sql("begin").execute(&mut owner).await.unwrap();
    let mut service = Service::start(&server);
    tokio::task::block_in_place(|| service.until("sessions that held others up were ended"));
    let role = device_role(link.server_id, device.device_id);
    assert!(service.heard.iter().any(|line| line.contains(&role)), "{:?}", service.heard);
    let error = sqlx::raw_sql("select 1").execute(&mut idle).await.map(drop).unwrap_err();
    assert!(
        error.as_database_error().is_none_or(|e| e.code().as_deref() == Some("57P01")),
        "{error}"
    );
    sqlx::raw_sql("select 1").execute(&mut calm).await.unwrap();
    sqlx::raw_sql("commit").execute(&mut owner).await.unwrap();
    // The server goes away, and the service stays.
    server.run("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cloche hub'").await;
    tokio::task::block_in_place(|| service.until("the server went away"));
    service.heard.clear();
    tokio::task::block_in_place(|| service.until("the service is at work"));
    let said = tokio::task::block_in_place(|| service.stop()).join("\n");
    assert!(said.ends_with("stopped"), "{said}");
    let (_, secret) = server.folder().service().unwrap();
    assert!(!said.contains(secret.expose_secret()), "logs hold no secret");
    server.stop().await;
}

/// The service's own limit lies above what desks give themselves; the server's owner may try a shorter one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_runs_for_longer_than_the_limit_is_ended_and_named() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let role = device_role(link.server_id, device.device_id);
    let mut busy = psql(&link, &device).await;
    let running = tokio::spawn(async move {
        let long = "set statement_timeout = 0; select pg_sleep(600)";
        sqlx::raw_sql(AssertSqlSafe(long.to_owned())).execute(&mut busy).await.map(drop)
    });
    let ran_for = format!(
        "select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8
         from pg_sleep(0.05) left join pg_stat_activity on usename = '{role}' and query ~ 'pg_sleep'"
    );
    while server.ask::<f64>("postgres", &ran_for).await < 1.0 {}
    let mut upkeep = upkeep(&server).await;
    let spared = upkeep.end_stuck_sessions().await.unwrap();
    assert_eq!(spared, Ended { idle: 0, running: 0, roles: Vec::new() });
    let ended: serde_json::Value =
        server.ask("cloche", "select hub.end_sessions(interval '1 second')").await;
    assert_eq!(ended, serde_json::json!({"idle": 0, "running": 1, "roles": [role]}));
    assert!(running.await.unwrap().is_err());
    let limit: String = server
        .ask("cloche", "select pg_get_functiondef('hub.end_stuck_sessions()'::regprocedure)")
        .await;
    assert!(limit.contains("'00:02:10'"), "more than the 120 s of a desk's statement: {limit}");
    upkeep.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_night_forgets_what_is_old_and_closes_what_is_over() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let session = Session::open(&link, &device);
    let org = session.whoami().await.unwrap().organizations[0].id;
    server.run("cloche", &format!("
        insert into app.commands (org_id, command_id, actor, request_hash, at)
        select '{org}', gen_random_uuid(), null, '', now() - make_interval(days => n) from generate_series(1, 60) n;
        insert into app.staged_changes (org_id, command_id, part, actor, changes, at)
        select '{org}', gen_random_uuid(), 0, gen_random_uuid(), '[]', now() - make_interval(hours => n) from generate_series(1, 48) n")).await;
    let journal: i64 = server.ask("cloche", "select count(*) from app.journal").await;
    let mut upkeep = upkeep(&server).await;
    let purged = upkeep.purge().await.unwrap();
    // What was a month old to the moment is a moment older by now.
    assert_eq!((purged.commands, purged.staged_parts), (31, 25));
    // The first administrator's link is used up, and so is its sign-in.
    assert_eq!(purged.sign_ins_closed, 0, "an accepted link was closed at once");
    assert_eq!(
        server.ask::<i64>("cloche", "select count(*) from app.journal").await,
        journal,
        "the audit trail stays"
    );
    assert!(upkeep.purge().await.unwrap().is_nothing(), "nothing is left");

    let month = Utc::now() - Days::days(1);
    server
        .run("cloche", &format!("update app.devices set expires_at = '{}'", month.to_rfc3339()))
        .await;
    assert_eq!(upkeep.purge().await.unwrap().sign_ins_closed, 1);
    session.close().await;
    let again = Session::open(&link, &device);
    let error = again.whoami().await.unwrap_err();
    assert!(matches!(error, ServerError::SignedOut { .. }), "{error:?}");
    again.close().await;
    server.run("cloche", "update app.devices set expires_at = now() - interval '31 days'; update app.invites set used_at = now() - interval '2 days'").await;
    assert_eq!(upkeep.purge().await.unwrap().roles_dropped, 2, "the device's and the link's");
    let left: i64 = server.ask("cloche", "select count(*) from app.devices").await;
    assert_eq!(left, 1, "who was here stays known");
    upkeep.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_asked_for_after_a_month_is_still_the_true_one() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let session = Session::open(&link, &device);
    let org = session.whoami().await.unwrap().organizations[0].id;
    let (command, client) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let mut psql = psql(&link, &device).await;
    let apply = format!("select api.apply('{org}', '{command}', 'client.create',
        '[{{\"table\": \"clients\", \"id\": \"{client}\", \"op\": \"insert\", \"set\": {{\"company_name\": \"Moss\"}}}}]')");
    sqlx::raw_sql(AssertSqlSafe(apply.clone())).execute(&mut psql).await.unwrap();
    server.run("cloche", "update app.commands set at = now() - interval '40 days'").await;
    let mut upkeep = upkeep(&server).await;
    assert!(upkeep.purge().await.unwrap().commands > 0);
    let asked = format!("select api.was_applied('{org}', '{command}')");
    let applied: bool =
        sqlx::query_scalar(AssertSqlSafe(asked)).fetch_one(&mut psql).await.unwrap();
    assert!(applied, "it was applied, although its id is forgotten");
    server.run("cloche", &format!("delete from app.commands where command_id = '{command}'")).await;
    let twice = sqlx::raw_sql(AssertSqlSafe(apply)).execute(&mut psql).await.map(drop);
    assert!(twice.is_err(), "and it is never applied twice");
    session.close().await;
    upkeep.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_may_do_nothing_else() {
    let (server, link, _) = office().await;
    let (_, secret) = server.folder().service().unwrap();
    let role = server::identity::service_role(link.server_id);
    let mut psql = link.options(&role, secret.expose_secret()).connect().await.unwrap();
    for attack in [
        "select * from app.events",
        "select * from app.commands",
        "delete from app.commands",
        "select pg_terminate_backend(1)",
        "select * from pg_stat_activity",
        "select api.whoami()",
        "select account.tidy()",
        "select hub.end_sessions(interval '0')",
        "select setup.set_password('a@b.c', '')",
        "set role cloche_keeper",
        "set role cloche_hub",
        "create table public.mine (x int)",
        "create temporary table mine (x int)",
        "alter role cloche_device superuser",
    ] {
        let error = sqlx::raw_sql(attack).execute(&mut psql).await.map(drop).expect_err(attack);
        let code = error.into_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "{attack}");
    }
    psql.close().await.unwrap();
    let wrong = Upkeep::connect(&link, &new_secret()).await.map(drop).unwrap_err();
    assert!(matches!(wrong, ServerError::WrongPassword), "{wrong:?}");
    server.stop().await;
}
