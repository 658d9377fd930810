//! The connection breaks while a change is on its way: afterwards it is there once or not at all, and the desk says
//! which.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::Code;
use desk::view::Happening;
use replica::sync::SyncState;
use serde_json::json;
use testkit::{Cut, Organization, Relay, SimulatedDesk, TestDatabase, TestServer};
use uuid::Uuid;

async fn office() -> (TestDatabase, Organization) {
    let db = TestServer::database().await;
    let emails: Vec<String> = (0..5).map(|i| format!("desk{i}@example.org")).collect();
    let office = emails
        .iter()
        .fold(db.organization("Linden"), |office, email| office.administrator(email))
        .build()
        .await;
    (db, office)
}

/// How often the journal has a command, and how many clients have that name.
async fn stored(db: &TestDatabase, command: Uuid, name: &str) -> (i64, i64) {
    sqlx::query_as(
        "select (select count(*) from app.journal where command_id = $1),
                (select count(*) from app.clients where company_name = $2)",
    )
    .bind(command)
    .bind(name)
    .fetch_one(db.admin())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_change_whose_connection_breaks_for_a_moment_is_made_once() {
    let (db, office) = office().await;
    for (cut, person) in Cut::ALL.into_iter().zip(&office.people) {
        let relay = Relay::to(db.link()).await;
        let desk = SimulatedDesk::open_at(relay.link(), person).await;
        let (command, name) = (Uuid::now_v7(), format!("{cut:?}"));
        relay.cut(command, cut, false);
        let form = json!({ "company_name": name });
        let input = json!({ "command_id": command, "client_id": Uuid::now_v7(), "form": form });
        let done = desk.run("client_create", input).await;
        assert!(relay.has_cut(), "{cut:?}: the call went through the relay");
        done.unwrap_or_else(|error| panic!("{cut:?}: {error:?}"));
        assert_eq!(stored(&db, command, &name).await, (1, 1), "{cut:?}: once, never twice");
    }
}

#[tokio::test]
async fn a_change_whose_answer_never_came_is_there_once_or_not_at_all_and_the_desk_says_which() {
    let (db, office) = office().await;
    let mut desks = Vec::new();
    for (cut, person) in Cut::ALL.into_iter().zip(&office.people) {
        let relay = Relay::to(db.link()).await;
        let desk = SimulatedDesk::open_at(relay.link(), person).await;
        desks.push((cut, relay, desk));
    }
    let mut broken = Vec::new();
    for (cut, relay, desk) in desks {
        let (command, name) = (Uuid::now_v7(), format!("Company {cut:?}"));
        relay.cut(command, cut, true);
        let form = json!({ "company_name": name });
        let input = json!({ "command_id": command, "client_id": Uuid::now_v7(), "form": form });
        let acting = desk.desk.clone();
        // All at once: each desk asks for seconds before it gives up.
        let task =
            tokio::spawn(async move { desk::actions::run(&acting, "client_create", input).await });
        broken.push((cut, relay, desk, command, name, task));
    }
    let mut lost = Vec::new();
    for (cut, relay, desk, command, name, task) in broken {
        let error = task.await.unwrap().expect_err("the server is away").to_app_error();
        assert_eq!(error.code, Code::Offline, "{cut:?}: {error:?}");
        assert_eq!(error.details.unwrap()["kind"], "unknown_outcome", "{cut:?}");
        relay.up();
        lost.push((cut, relay, desk, command, name));
    }
    for (cut, _relay, desk, command, name) in lost {
        let sentence = desk.shown.notice(&name).await;
        let (commands, clients) = stored(&db, command, &name).await;
        assert!(commands <= 1 && commands == clients, "{cut:?}: {commands} {clients}");
        let saved = sentence.starts_with("Saved after all");
        assert_eq!(saved, commands == 1, "{cut:?}: the desk tells the truth: {sentence}");
        match cut {
            Cut::BeforeRequest | Cut::InRequest => assert!(!saved, "{cut:?}: nothing arrived"),
            Cut::BeforeAnswer | Cut::InAnswer => assert!(saved, "{cut:?}: the server had answered"),
            _ => {}
        }
        let notices = desk.shown.happenings().into_iter();
        let told = notices.filter(|h| matches!(h, Happening::Notice(_))).count();
        assert_eq!(told, 1, "{cut:?}: said once");
    }
}

#[tokio::test]
async fn without_the_server_everything_can_be_read_and_a_change_is_refused_with_a_sentence() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let mut desk = SimulatedDesk::open_at(relay.link(), &office.people[0]).await;
    let client = desk.client("Müller Consulting").await;
    let event = desk.event(client, "Summer party").await;
    relay.down();
    desk.until_state(SyncState::Offline).await;
    assert!(desk.desk.offline_since().is_some(), "the desk says as of when");
    desk.reopen().await.expect("it opens from what is here");
    let page = desk.done("event_page", json!({ "event_id": event })).await;
    assert_eq!(page["row"]["name"], "Summer party");
    desk.until_state(SyncState::Offline).await;
    let click = json!({ "command_id": Uuid::now_v7(), "event_id": event, "to": "planning" });
    let error = desk.run("event_advance", click.clone()).await.unwrap_err();
    assert_eq!(error.code, Code::Offline, "{error:?}");
    assert!(error.details.is_none(), "nothing was sent: {error:?}");
    assert!(error.message.ends_with('.'), "{error:?}");
    relay.up();
    desk.live().await;
    desk.done("event_advance", click).await;
}

#[tokio::test]
async fn a_change_made_elsewhere_during_an_outage_arrives_afterwards() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let away = SimulatedDesk::open_at(relay.link(), &office.people[0]).await;
    let here = SimulatedDesk::open(&db, &office.people[1]).await;
    relay.down();
    away.until_state(SyncState::Offline).await;
    let client = here.client("Müller Consulting").await;
    relay.up();
    away.shown
        .until_all("the client of the outage", async |_| {
            away.run("client_page", json!({ "client_id": client })).await.ok()
        })
        .await;
}
