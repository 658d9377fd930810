//! Offline viewing: every screen answers from the local copy, every change is refused with the reason.

use crate::world::{World, office};
use desk::error::Code;
use replica::sync::SyncState;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Relay, SimulatedDesk};

/// Actions that are neither looked at nor refused offline, each with its reason.
const APART: &[&str] = &[
    // They read files of this computer; opening and trying needs nobody.
    "import_open",
    "import_folder_open",
    "import_preview",
    "import_books_preview",
    "import_cancel",
    // The server's own knowledge, of which no copy is kept.
    "device_list",
    "device_revoke",
    "member_reset_link",
];

#[tokio::test]
async fn every_action_is_known_here_as_one_that_looks_or_one_that_changes() {
    let (db, office) = office().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let world = World::make(&desk, &office).await;
    let mut known: BTreeSet<&str> = APART.iter().copied().collect();
    for (name, input) in world.looks().into_iter().chain(world.questions()) {
        desk.done(name, input).await;
        assert!(known.insert(name), "{name} is listed once");
    }
    known.extend(world.changes().into_iter().map(|(name, _)| name));
    let all: BTreeSet<&str> = desk::actions::NAMES.iter().copied().collect();
    let unknown: Vec<_> = all.difference(&known).collect();
    assert!(unknown.is_empty(), "say in world.rs what happens to these offline: {unknown:?}");
}

#[tokio::test]
async fn every_screen_answers_while_the_network_holds_every_byte() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let world = World::make(&desk, &office).await;
    let mut online = Vec::new();
    for (name, input) in world.looks() {
        online.push((name, input.clone(), desk.done(name, input).await));
    }
    for (name, input) in world.questions() {
        desk.done(name, input).await;
    }
    let (_, connections, _) = relay.connections();
    assert!(connections <= 2, "{connections} connections of one desk");
    // Nothing of the network answers from here on; whatever waited for it would wait for ever.
    relay.hold();
    for (name, input, before) in online {
        let now = desk.done(name, input).await;
        if name != "sync_status" {
            assert_eq!(now, before, "{name} shows the same");
        }
    }
    desk.until_state(SyncState::Offline).await;
    let since = desk.desk.offline_since().expect("the banner says as of when");
    assert!(desk.desk.sync_status().as_of == Some(since));
    for (name, input) in world.questions() {
        let answer = desk.done(name, input).await;
        if name.ends_with("_activity") {
            assert!(
                answer["as_of"].is_string(),
                "{name} says that it is the last answer: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn every_change_is_refused_offline_and_possible_again_afterwards() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let world = World::make(&desk, &office).await;
    let journal = async || -> i64 {
        let sql = "select count(*) from app.journal";
        sqlx::query_scalar(sql).fetch_one(db.admin()).await.unwrap()
    };
    let before = journal().await;
    relay.down();
    desk.until_state(SyncState::Offline).await;
    for (name, input) in world.changes() {
        let error = desk.run(name, input).await.expect_err(name);
        assert_eq!(error.code, Code::Offline, "{name}: {error:?}");
        assert!(error.details.is_none(), "{name} never left, and nobody has to wonder: {error:?}");
        assert!(error.message.ends_with('.'), "{name}: {error:?}");
    }
    for name in ["device_list", "device_revoke", "member_reset_link"] {
        let person = office.people[0].user_id;
        let input = json!({ "device_id": person, "user_id": person });
        let error = desk.run(name, input).await.expect_err(name);
        assert_eq!(error.code, Code::Offline, "{name}: {error:?}");
    }
    relay.up();
    desk.live().await;
    assert_eq!(journal().await, before, "nothing was kept back and sent later");
    let (name, input) = world.changes().remove(0);
    desk.done(name, input).await;
}
