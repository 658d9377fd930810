//! The connection is cut at every step of the protocol, in every kind of change: it happens once.

use crate::world::{World, office};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Cut, Relay, SimulatedDesk, TestDatabase};
use uuid::Uuid;

fn command_of(input: &Value) -> Uuid {
    input["command_id"].as_str().unwrap().parse().unwrap()
}

fn renamed(input: &Value) -> Value {
    let mut input = input.clone();
    input["command_id"] = json!(Uuid::now_v7());
    input
}

/// How many entries of the journal a command has, and how many there are in all.
async fn entries(db: &TestDatabase, command: Uuid) -> (i64, i64) {
    let sql = "select count(*) filter (where command_id = $1), count(*) from app.journal";
    sqlx::query_as(sql).bind(command).fetch_one(db.admin()).await.unwrap()
}

async fn undo(desk: &SimulatedDesk, target: Uuid) -> bool {
    let input = json!({ "command_id": Uuid::now_v7(), "target": target, "rest": false });
    desk.run("undo", input).await.is_ok()
}

#[tokio::test]
async fn every_kind_of_change_is_made_once_wherever_its_connection_is_cut() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let world = World::make(&desk, &office).await;
    let mut cuts = Cut::EVERY.into_iter().cycle();
    let mut kinds = 0;
    for (name, input) in world.undoable_changes() {
        // Without a cut, to know what it answers.
        let plain = renamed(&input);
        let expected = desk.done(name, plain.clone()).await;
        // What cannot be undone, or refers to what it just made, is not done twice.
        let once =
            matches!(name, "undo" | "import_apply") || !undo(&desk, command_of(&plain)).await;
        if once {
            continue;
        }
        for cut in cuts.by_ref().take(2) {
            let (input, (_, before)) = (renamed(&input), entries(&db, Uuid::nil()).await);
            let command = command_of(&input);
            relay.cut(command, cut, false);
            let answer = desk.run(name, input).await;
            assert!(relay.has_cut(), "{name}, {cut:?}: the call went through the relay");
            let answer = answer.unwrap_or_else(|error| panic!("{name}, {cut:?}: {error:?}"));
            assert_eq!(answer["label"], expected["label"], "{name}, {cut:?}");
            assert_eq!(entries(&db, command).await, (1, before + 1), "{name}, {cut:?}: once");
            assert!(undo(&desk, command).await, "{name}, {cut:?}: to be done again");
        }
        kinds += 1;
    }
    assert!(kinds >= 20, "{kinds} kinds of changes");
}

#[tokio::test]
async fn what_cannot_be_undone_is_made_once_too() {
    for (turn, cut) in Cut::EVERY.into_iter().enumerate().step_by(3) {
        let (db, office) = office().await;
        let relay = Relay::to(db.link()).await;
        let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
        let world = World::make(&desk, &office).await;
        let mut changes = world.undoable_changes();
        changes.retain(|(name, _)| {
            matches!(
                *name,
                "undo" | "import_apply" | "member_end" | "member_reinstate" | "matrix_set"
            )
        });
        for (name, input) in changes {
            let command = command_of(&input);
            relay.cut(command, cut, false);
            let answer = desk.run(name, input).await;
            assert!(relay.has_cut(), "{name}, {cut:?}");
            answer.unwrap_or_else(|error| panic!("{name}, {cut:?}: {error:?}"));
            assert_eq!(entries(&db, command).await.0, 1, "{name}, {cut:?}: once, turn {turn}");
        }
    }
}

#[tokio::test]
async fn an_invitation_is_made_once_and_its_link_is_the_one_that_counts() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    for (i, cut) in Cut::EVERY.into_iter().enumerate() {
        let (invitation, email) = (Uuid::now_v7(), format!("new{i}@example.org"));
        relay.cut(invitation, cut, false);
        let input = json!({ "id": invitation, "email": email, "display_name": "New",
            "role": "staff", "resource_id": null });
        let answer = desk.done("member_invite", input).await;
        assert!(relay.has_cut(), "{cut:?}");
        let sql = "select count(*) from app.invites where email = $1 and withdrawn_at is null";
        let made: i64 = sqlx::query_scalar(sql).bind(&email).fetch_one(db.admin()).await.unwrap();
        assert_eq!(made, 1, "{cut:?}");
        let link = answer["link"].as_str().unwrap().parse().unwrap();
        let guest = server::team::Guest::enter(&link).await;
        let offer = guest.unwrap().offer().await.unwrap();
        assert_eq!(offer.email, email, "{cut:?}: the link that was shown lets in");
    }
}

/// Waits until somebody waits for a lock that this test holds.
async fn somebody_waits(db: &TestDatabase) {
    let sql = "select exists (select from pg_stat_activity
                              where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(sql).fetch_one(db.admin()).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_change_whose_connection_breaks_while_the_server_is_saving_it_is_made_once() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let world = World::make(&desk, &office).await;
    let kinds = ["client_create", "event_advance", "task_move", "assignment_create", "undo"];
    for (name, input) in world.undoable_changes() {
        if !kinds.contains(&name) {
            continue;
        }
        // The number in the feed is taken last: whoever holds it stops every change right before its end.
        let mut holding = db.admin().begin().await.unwrap();
        sqlx::query("select n from app.feeds where org_id = $1 for update")
            .bind(office.org_id)
            .execute(&mut *holding)
            .await
            .unwrap();
        let command = command_of(&input);
        let acting = desk.desk.clone();
        let doing = tokio::spawn(async move { desk::actions::run(&acting, name, input).await });
        somebody_waits(&db).await;
        // The desk hears nothing more; the server does not know, and goes on.
        relay.down();
        relay.up();
        holding.rollback().await.unwrap();
        doing.await.unwrap().unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(entries(&db, command).await.0, 1, "{name}");
    }
}

/// The checks above must be able to fail: a desk that gives every attempt an id of its own does it twice.
#[tokio::test]
async fn without_the_command_s_id_a_repeated_change_is_made_twice() {
    let (db, office) = office().await;
    let relay = Relay::to(db.link()).await;
    let session = server::session::Session::open(relay.link(), &office.administrator().device);
    let client = |id: Uuid| {
        let set = json!({ "company_name": "Twice" }).as_object().unwrap().clone();
        let (table, op) = ("clients".to_owned(), domain::change::Op::Insert);
        domain::change::Change { table, id, op, set, was: serde_json::Map::new() }
    };
    let command = Uuid::now_v7();
    relay.cut(command, Cut::BeforeAnswer, true);
    let first = [client(Uuid::now_v7())];
    let lost = session.apply(office.org_id, command, "client.create", &first).await.unwrap_err();
    assert!(lost.is_passing(), "{lost:?}");
    relay.up();
    let (other, second) = (Uuid::now_v7(), [client(Uuid::now_v7())]);
    session.apply(office.org_id, other, "client.create", &second).await.unwrap();
    let sql = "select count(*) from app.clients where company_name = 'Twice'";
    let made: i64 = sqlx::query_scalar(sql).fetch_one(db.admin()).await.unwrap();
    assert_eq!(made, 2, "what the id prevents");
    let again = session.apply(office.org_id, command, "client.create", &first).await.unwrap();
    assert!(again.replayed, "the same id is answered with the first outcome");
}
