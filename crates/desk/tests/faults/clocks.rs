//! The lid is closed for a day, sign-ins run out, and clocks are wrong.

use crate::world::office;
use chrono::{TimeDelta, Utc};
use desk::view::Happening;
use replica::sync::SyncState;
use serde_json::json;
use std::time::Duration;
use testkit::{Relay, SimulatedDesk, TestDatabase};
use uuid::Uuid;

const YEARS: TimeDelta = TimeDelta::days(40 * 365);

async fn run(db: &TestDatabase, statement: &'static str) {
    sqlx::raw_sql(statement).execute(db.admin()).await.unwrap();
}

async fn until(db: &TestDatabase, question: &'static str) {
    while !sqlx::query_scalar::<_, bool>(question).fetch_one(db.admin()).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An event with a task that is due in years, whatever the test's own date.
async fn future_task(desk: &SimulatedDesk) {
    let client = desk.client("Peña").await;
    let event = desk.event(client, "Wedding").await;
    let due = (Utc::now() + TimeDelta::days(900)).format("%Y-%m-%dT09:00").to_string();
    let form = json!({ "title": "Order", "description": null, "due_local": due, "due_choice": null,
        "category": "pre_event", "assigned_to": null, "prerequisites": [] });
    let input = json!({ "command_id": Uuid::now_v7(), "task_id": Uuid::now_v7(), "event_id": event,
        "form": form });
    desk.done("task_create", input).await;
}

async fn overdue(desk: &SimulatedDesk) -> u64 {
    let counts = desk.done("task_counts", json!({})).await;
    counts["all_overdue"].as_u64().unwrap()
}

#[tokio::test]
async fn a_desk_that_slept_for_a_day_asks_at_once_on_a_new_connection_and_renews_its_sign_in() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let here = SimulatedDesk::open(&db, office.administrator_at(1)).await;
    // First its own renewal of the start, then a month that is nearly over.
    until(&db, "select bool_and(expires_at > now() + interval '29 days') from app.devices").await;
    run(&db, "update app.devices set expires_at = now() + interval '2 days'").await;
    desk.shown.forget();
    // The routers on the way have forgotten the connections, and tell nobody.
    relay.forget();
    desk.clock.set_wrong_by(TimeDelta::hours(24));
    let client = here.client("Of the night").await;
    desk.shown
        .until_all("the change of the night", async |_| {
            desk.run("client_page", json!({ "client_id": client })).await.ok()
        })
        .await;
    desk.live().await;
    let states: Vec<SyncState> = desk
        .shown
        .happenings()
        .iter()
        .filter_map(|h| if let Happening::Sync(s) = h { Some(s.state) } else { None })
        .collect();
    assert_eq!(states.first(), Some(&SyncState::Syncing), "first it says that it looks");
    assert!(!states.contains(&SyncState::Offline), "it wasted no time on the dead: {states:?}");
    until(&db, "select bool_or(expires_at > now() + interval '20 days') from app.devices").await;
}

#[tokio::test]
async fn a_sign_in_that_ran_out_meanwhile_is_said_and_nothing_is_deleted() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let client = desk.client("Peña").await;
    relay.down();
    desk.until_state(SyncState::Offline).await;
    run(
        &db,
        "do $$ declare device record; begin
             for device in select role_name from app.devices loop
                 execute format('alter role %I valid until ''2020-01-01''', device.role_name);
             end loop;
         end $$",
    )
    .await;
    desk.shown.forget();
    relay.up();
    desk.shown
        .until("that the sign-in has expired", |happening| match happening {
            Happening::Sync(s) if s.message.as_deref().is_some_and(|m| m.contains("expired")) => {
                Some(())
            }
            _ => None,
        })
        .await;
    assert_eq!(desk.desk.sync_status().state, SyncState::Offline);
    desk.done("client_page", json!({ "client_id": client })).await;
}

#[tokio::test]
async fn what_is_overdue_goes_by_the_server_s_clock_and_the_person_is_told() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let mut desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    future_task(&desk).await;
    for (wrong, says) in [(YEARS, "years fast"), (TimeDelta::hours(-7), "7 hours slow")] {
        desk.clock.set_wrong_by(wrong);
        desk.shown.notice(says).await;
        assert_eq!(overdue(&desk).await, 0, "{wrong}");
        let ahead = desk.desk.sync_status().server_ahead_ms;
        assert!((ahead + wrong.num_milliseconds()).abs() < 60_000, "{wrong}: {ahead}");
        let told = |h: &Happening| matches!(h, Happening::Sync(s) if s.server_ahead_ms == ahead);
        assert!(desk.shown.happenings().iter().any(told), "the window goes by it too");
    }
    // Offline, and started again: what was known of the clock still counts.
    desk.clock.set_wrong_by(YEARS);
    desk.shown.forget();
    desk.shown.notice("years fast").await;
    desk.live().await;
    relay.down();
    desk.until_state(SyncState::Offline).await;
    desk.forget_clock(YEARS);
    desk.reopen().await.expect("forty years without contact were none");
    assert_eq!(overdue(&desk).await, 0);
    let as_of = desk.desk.sync_status().as_of.unwrap();
    assert!((as_of - Utc::now()).abs() < TimeDelta::minutes(5), "as of a true time: {as_of}");
    // The clock was set right while Cloche was closed.
    desk.forget_clock(TimeDelta::zero());
    desk.reopen().await.expect("the contact is minutes old");
    assert_eq!(overdue(&desk).await, 0);
    assert!((desk.desk.now() - Utc::now()).abs() < TimeDelta::minutes(5));
}

#[tokio::test]
async fn a_clock_that_jumped_deletes_no_copy_while_the_server_knows_the_device() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let mut desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let client = desk.client("Peña").await;
    // Closed with a right clock, opened with a wrong one.
    desk.forget_clock(YEARS);
    desk.reopen().await.expect("the server is asked before anything is deleted");
    desk.done("client_page", json!({ "client_id": client })).await;
    desk.live().await;
    relay.down();
    desk.forget_clock(YEARS + YEARS);
    let error = desk.reopen().await.expect_err("without the server, two weeks are two weeks");
    assert_eq!(error.to_app_error().code, desk::error::Code::SignedOut);
}
