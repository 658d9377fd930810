//! Networks as they are: silent, slow, lossy, narrow, without names, or gone in the middle of a word.

use crate::world::office;
use desk::error::{AppError, Code};
use desk::view::Happening;
use replica::sync::SyncState;
use serde_json::{Value, json};
use server::link::{Place, ServerLink};
use std::time::{Duration, Instant};
use testkit::{Direction, Relay, SimulatedDesk, TestDatabase, Weather};
use uuid::Uuid;

/// What a person waits at most until the desk says that the server is away.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);
/// Beyond it, a busy computer is no excuse.
const SLACK: Duration = Duration::from_secs(3);

fn new_client(name: &str) -> (Uuid, Value) {
    let command = Uuid::now_v7();
    let form = json!({ "company_name": name });
    (command, json!({ "command_id": command, "client_id": Uuid::now_v7(), "form": form }))
}

async fn add(desk: &SimulatedDesk, name: &str) -> Result<Value, AppError> {
    desk.run("client_create", new_client(name).1).await
}

async fn clients(db: &TestDatabase, name: &str) -> i64 {
    let sql = "select count(*) from app.clients where company_name = $1";
    sqlx::query_scalar(sql).bind(name).fetch_one(db.admin()).await.unwrap()
}

fn was_offline(desk: &SimulatedDesk) -> bool {
    desk.shown
        .happenings()
        .iter()
        .any(|happening| matches!(happening, Happening::Sync(s) if s.state == SyncState::Offline))
}

#[tokio::test]
async fn a_network_that_dies_without_a_word_is_noticed_and_what_was_on_its_way_is_settled() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    relay.hold();
    let begun = Instant::now();
    let (_, input) = new_client("Half-open");
    let acting = desk.desk.clone();
    let doing =
        tokio::spawn(async move { desk::actions::run(&acting, "client_create", input).await });
    desk.until_state(SyncState::Offline).await;
    let noticed = begun.elapsed();
    assert!(noticed < NOTICED_WITHIN + SLACK, "noticed after {noticed:?}");
    let error = doing.await.unwrap().unwrap_err().to_app_error();
    let answered = begun.elapsed();
    assert!(answered < NOTICED_WITHIN + SLACK, "the person waited {answered:?}");
    assert_eq!(error.code, Code::Offline);
    assert_eq!(error.details.unwrap()["kind"], "unknown_outcome", "it had left");

    // Known to be away, nobody waits that long again.
    let begun = Instant::now();
    let refused = add(&desk, "Too late").await.unwrap_err();
    assert_eq!((refused.code, refused.details), (Code::Offline, None), "this one never left");
    assert!(begun.elapsed() < Duration::from_secs(3) + SLACK, "{:?}", begun.elapsed());

    relay.release();
    let sentence = desk.shown.notice("Half-open").await;
    desk.live().await;
    let saved = sentence.starts_with("Saved after all");
    assert_eq!(clients(&db, "Half-open").await, i64::from(saved), "{sentence}");
    assert_eq!(clients(&db, "Too late").await, 0);
    add(&desk, "Afterwards").await.unwrap();
}

#[tokio::test]
async fn two_seconds_for_each_answer_are_slow_and_not_offline() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let slow = Weather { latency: Duration::from_secs(1), ..Weather::default() };
    relay.set_weather(slow, 3);
    for name in ["Slow one", "Slow two"] {
        add(&desk, name).await.unwrap();
        assert_eq!(clients(&db, name).await, 1);
    }
    assert!(!was_offline(&desk), "{:?}", desk.shown.happenings());
    // Signing in alone takes five such answers.
    relay.down();
    desk.until_state(SyncState::Offline).await;
    relay.up();
    desk.live().await;
    add(&desk, "Slow three").await.unwrap();
}

#[tokio::test]
async fn five_percent_loss_lose_nothing() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let there = SimulatedDesk::open(&db, office.administrator_at(1)).await;
    let lossy = Weather {
        latency: Duration::from_millis(10),
        jitter: Duration::from_millis(10),
        loss_percent: 5,
        ..Weather::default()
    };
    relay.set_weather(lossy, 11);
    for i in 0..40 {
        add(&desk, &format!("Lossy {i}")).await.unwrap();
    }
    assert!(!was_offline(&desk));
    let all = async |_: &[Happening]| {
        let list = json!({ "text": null, "sort": { "by": "company_name", "descending": false },
            "offset": 0, "limit": 1 });
        let total = there.run("client_list", list).await.ok()?["total"].as_u64()?;
        (total == 40).then_some(())
    };
    there.shown.until_all("all of them elsewhere", all).await;
}

#[tokio::test]
async fn cut_after_any_message_either_way_everything_said_to_be_saved_is_there_once() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let mut saved = 0;
    for (turn, direction) in
        (0..30).flat_map(|n| [(n, Direction::ToServer), (n, Direction::ToDesk)])
    {
        relay.cut_after(direction, turn);
        let name = format!("{direction:?} {turn}");
        match add(&desk, &name).await {
            Ok(_) => saved += 1,
            Err(error) => {
                assert_eq!(error.code, Code::Offline, "{name}: {error:?}");
                if error.details.is_some() {
                    saved += i64::from(desk.shown.notice(&name).await.starts_with("Saved"));
                }
            }
        }
    }
    desk.live().await;
    let there: i64 =
        sqlx::query_scalar("select count(*) from app.clients").fetch_one(db.admin()).await.unwrap();
    assert_eq!(there, saved);
    assert!(saved > 50, "most of them are saved at once or a moment later: {saved}");
}

#[tokio::test]
async fn a_narrow_line_takes_its_time_and_is_not_taken_for_a_dead_one() {
    let (db, office) = office().await;
    let here = SimulatedDesk::open(&db, office.administrator()).await;
    for i in 0..10 {
        let form = json!({ "company_name": format!("Company {i}"), "notes": "x".repeat(9_000) });
        let input =
            json!({ "command_id": Uuid::now_v7(), "client_id": Uuid::now_v7(), "form": form });
        here.done("client_create", input).await;
    }
    // All clients come in one answer, which takes longer than a person's action may.
    let relay = Relay::to(db.link()).await;
    let narrow = Weather { bytes_a_second: 9_000, ..Weather::default() };
    relay.set_weather(narrow, 1);
    let begun = Instant::now();
    let there = SimulatedDesk::open_at(relay.link(), office.administrator_at(1)).await;
    assert!(begun.elapsed() > Duration::from_secs(9), "{:?}", begun.elapsed());
    assert!(!was_offline(&there), "{:?}", there.shown.happenings());
}

#[tokio::test]
async fn without_names_for_computers_everything_can_still_be_read() {
    let (db, office) = office().await;
    let mut desk = SimulatedDesk::open(&db, office.administrator()).await;
    let client = desk.client("Müller Consulting").await;
    // No computer can be called that, and every system says so without asking the network.
    let host = format!("{}.example", "x".repeat(64));
    let nowhere = ServerLink { place: Place::Host { host, port: 5432 }, ..db.link().clone() };
    desk.move_to(&nowhere);
    desk.reopen().await.unwrap();
    desk.until_state(SyncState::Offline).await;
    let page = desk.done("client_page", json!({ "client_id": client })).await;
    assert_eq!(page["row"]["company_name"], "Müller Consulting");
    let refused = add(&desk, "Nobody").await.unwrap_err();
    assert_eq!(refused.code, Code::Offline, "{refused:?}");
    desk.move_to(db.link());
    desk.reopen().await.unwrap();
    desk.live().await;
}

#[tokio::test]
async fn a_desk_uses_two_connections_at_most_whatever_it_does() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let acting: Vec<_> = (0..20)
        .map(|i| {
            let (desk, input) = (desk.desk.clone(), new_client(&format!("At once {i}")).1);
            tokio::spawn(async move { desk::actions::run(&desk, "client_create", input).await })
        })
        .collect();
    for done in acting {
        done.await.unwrap().unwrap();
    }
    let (open, most, _) = relay.connections();
    assert!(open <= 2 && most <= 2, "{open} connections, {most} at once");
}
