//! What a dialogue is told while somebody types, what it is told of rows that only a newer Cloche understands.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::Code;
use replica::{NEWER, Replica, ReplicaError, RowImage};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{SimulatedDesk, TestDatabase, TestServer};
use uuid::Uuid;

async fn desk() -> (TestDatabase, SimulatedDesk) {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    (db, desk)
}

async fn resource(desk: &SimulatedDesk, name: &str, kind: &str, quantity: i32) -> Uuid {
    let id = Uuid::now_v7();
    let form = json!({ "name": name, "type": kind, "role": null, "quantity": quantity, "setup_minutes": 30,
        "teardown_minutes": 0, "is_available": true, "user_id": null, "notes": null });
    let input = json!({ "command_id": Uuid::now_v7(), "resource_id": id, "form": form });
    desk.done("resource_create", input).await;
    id
}

fn times(from: &str, until: &str) -> Value {
    json!({ "starts_local": format!("2031-06-14T{from}"), "ends_local": format!("2031-06-14T{until}"),
        "starts_choice": null, "ends_choice": null })
}

fn with(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

async fn book(desk: &SimulatedDesk, event: Uuid, resource: Uuid, quantity: i32, times: Value) {
    let booking = json!({ "command_id": Uuid::now_v7(), "entry_id": Uuid::now_v7(), "event_id": event,
        "task_id": null, "resource_id": resource, "quantity": quantity, "override_reason": null });
    desk.done("assignment_create", with(booking, times)).await;
}

#[tokio::test]
async fn those_who_are_free_are_offered_first_and_the_others_with_what_holds_them() {
    let (_db, desk) = desk().await;
    let client = desk.client("Haddad").await;
    let (wedding, lunch) =
        (desk.event(client, "Wedding Peña").await, desk.event(client, "Lunch").await);
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    resource(&desk, "Zoe Novák", "staff", 1).await;
    let chairs = resource(&desk, "Chairs", "equipment", 100).await;
    book(&desk, wedding, ana, 1, times("16:00", "20:00")).await;
    book(&desk, wedding, chairs, 70, times("16:00", "20:00")).await;

    let ask = async |text: Value, types: Value, times: Value| {
        let input = json!({ "event_id": lunch, "entry_id": null, "text": text, "types": types });
        desk.done("assignment_candidates", with(input, times)).await["candidates"].clone()
    };
    let names = |found: &Value| -> Vec<String> {
        let found = found.as_array().unwrap().iter();
        found.map(|one| one["row"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let found = ask(Value::Null, json!([]), times("18:00", "19:00")).await;
    assert_eq!(names(&found), ["Chairs", "Zoe Novák", "Ana Ruiz"]);
    assert_eq!((&found[0]["free"], &found[0]["conflict"]), (&json!(30), &Value::Null));
    assert_eq!(found[2]["conflict"]["title"], "Wedding Peña");
    // Her setup would begin before the wedding is over.
    let found = ask(json!("ana"), json!(["staff"]), times("20:15", "22:00")).await;
    assert_eq!((names(&found).len(), &found[0]["free"]), (1, &json!(0)));
    let found = ask(json!("ana"), json!(["staff"]), times("20:30", "22:00")).await;
    assert_eq!((&found[0]["free"], &found[0]["conflict"]), (&json!(1), &Value::Null));
    assert_eq!(ask(Value::Null, json!([]), times("what", "20:00")).await, json!([]));

    let bookings = desk.done("event_staffing", json!({ "event_id": wedding })).await;
    assert_eq!(
        bookings["bookings"][0]["setup_minutes"], 30,
        "a booking says what it keeps around it"
    );
}

#[tokio::test]
async fn a_block_is_checked_while_it_is_typed_and_the_check_says_what_the_action_says() {
    let (_db, desk) = desk().await;
    let client = desk.client("Haddad").await;
    let wedding = desk.event(client, "Wedding Peña").await;
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    book(&desk, wedding, ana, 1, times("16:00", "20:00")).await;
    let block = async |name: &str, times: Value, reason: Value| {
        let input = json!({ "command_id": Uuid::now_v7(), "entry_id": Uuid::now_v7(), "resource_id": ana,
            "quantity": 1, "time_zone": "Europe/Madrid", "note": "Leave", "override_reason": reason });
        desk.run(name, with(input, times)).await
    };
    let verdict = block("block_check", times("18:00", "22:00"), Value::Null).await.unwrap();
    assert_eq!(verdict["conflicts"][0]["title"], "Wedding Peña");
    assert_eq!(verdict["may_override"]["allowed"], true);
    let refused = block("block_create", times("18:00", "22:00"), Value::Null).await.unwrap_err();
    assert_eq!(verdict["message"], refused.message.as_str());
    let fine = block("block_check", times("20:00", "22:00"), Value::Null).await.unwrap();
    assert_eq!((&fine["free"], &fine["message"]), (&json!(1), &Value::Null));
    let ends = block("block_check", times("20:00", "19:00"), Value::Null).await.unwrap();
    assert_eq!(ends["ends_at"]["kind"], "invalid");
    block("block_create", times("18:00", "22:00"), json!("She is ill")).await.unwrap();
}

#[tokio::test]
async fn an_hour_that_comes_twice_is_asked_for_a_block_too() {
    let (_db, desk) = desk().await;
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    let input = |choice: Value| {
        json!({ "resource_id": ana, "quantity": 1, "time_zone": "Europe/Madrid", "ends_choice": null,
            "starts_local": "2031-10-26T02:30", "starts_choice": choice, "ends_local": "2031-10-26T08:00" })
    };
    let verdict = desk.done("block_check", input(Value::Null)).await;
    assert_eq!(verdict["starts_at"]["kind"], "repeated");
    let create = json!({ "command_id": Uuid::now_v7(), "entry_id": Uuid::now_v7(), "note": null,
        "override_reason": null });
    let create = with(create, input(json!("later")));
    desk.done("block_create", create).await;
    let month = json!({ "resource_id": ana, "from": "2031-10-25T00:00:00Z", "until": "2031-10-28T00:00:00Z" });
    let schedule = desk.done("resource_schedule", month).await;
    assert_eq!(schedule["entries"][0]["starts_at"], "2031-10-26T01:30:00Z");
}

#[tokio::test]
async fn colleagues_are_named_without_asking_the_server() {
    let (_db, desk) = desk().await;
    let people = desk.done("team_members", Value::Null).await;
    let team = desk.done("team", Value::Null).await;
    assert_eq!(people["members"], team["members"]);
    assert_eq!(people["members"][0]["is_me"], true);
}

/// Waits until the copy has read all that its own answers told of: nothing of it comes once more.
async fn caught_up(desk: &SimulatedDesk) {
    let seen = async || {
        let read = desk.desk.read(|copy| async move { copy.remembered().await });
        let remembered = read.await.unwrap();
        remembered.position.is_some_and(|position| position.n >= remembered.known_n)
    };
    while !seen().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Puts a row into the copy as a newer server would print it.
async fn newer(desk: &SimulatedDesk, table: &str, id: Uuid, column: &str, value: &str) {
    caught_up(desk).await;
    let read = async |copy: Replica| -> Result<Value, ReplicaError> {
        let row = match table {
            "tasks" => json!(copy.task(id).await?),
            "events" => json!(copy.event(id).await?),
            "resources" => json!(copy.resource(id).await?),
            _ => json!(copy.entry(id).await?),
        };
        let image = RowImage {
            table: table.to_owned(),
            id,
            row: Some(with(row, json!({ column: value }))),
        };
        let n = copy.remembered().await?.known_n;
        copy.merge(vec![image], n).await?;
        Ok(Value::Null)
    };
    desk.desk.read(read).await.unwrap();
}

#[tokio::test]
async fn what_only_a_newer_cloche_understands_is_shown_and_left_alone() {
    let (_db, desk) = desk().await;
    let client = desk.client("Haddad").await;
    let wedding = desk.event(client, "Wedding Peña").await;
    let task = async |title: &str| {
        let id = Uuid::now_v7();
        let form = json!({ "title": title, "description": null, "due_local": null, "due_choice": null,
            "category": "pre_event", "assigned_to": null, "prerequisites": [] });
        let input = json!({ "command_id": Uuid::now_v7(), "task_id": id, "event_id": wedding, "form": form });
        desk.done("task_create", input).await;
        id
    };
    let (bake, taste) = (task("Bake").await, task("Taste").await);
    newer(&desk, "tasks", taste, "status", "tasted").await;

    let tasks = desk.done("event_tasks", json!({ "event_id": wedding })).await;
    let (first, second) = (&tasks["tasks"][0], &tasks["tasks"][1]);
    assert_eq!(
        (&first["row"]["title"], &second["row"]["title"]),
        (&json!("Bake"), &json!("Taste"))
    );
    assert_eq!(second["row"]["status"], "tasted");
    assert_eq!(second["may_move"][0]["may"], json!({ "allowed": false, "reason": NEWER }));
    let start = async |id: Uuid| {
        let moves = json!([{ "task_id": id, "to": "in_progress" }]);
        desk.run("task_move", json!({ "command_id": Uuid::now_v7(), "moves": moves })).await
    };
    start(bake).await.unwrap();
    let refused = start(taste).await.unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), (Code::Refused, NEWER));

    newer(&desk, "events", wedding, "status", "tasting").await;
    let page = desk.done("event_page", json!({ "event_id": wedding })).await;
    assert_eq!(
        (&page["row"]["status"], &page["may"]["edit"]["reason"]),
        (&json!("tasting"), &json!(NEWER))
    );
    let staffing = desk.done("event_staffing", json!({ "event_id": wedding })).await;
    assert_eq!(staffing["may"]["assign"]["reason"], NEWER);
    desk.done("event_sheet", json!({ "event_id": wedding })).await;
    let refused = start(bake).await.unwrap_err();
    assert_eq!(refused.message, NEWER, "its tasks wait with it");
}

#[tokio::test]
async fn a_kind_of_entry_that_is_not_known_holds_its_resource_all_the_same() {
    let (_db, desk) = desk().await;
    let client = desk.client("Haddad").await;
    let (wedding, lunch) =
        (desk.event(client, "Wedding Peña").await, desk.event(client, "Lunch").await);
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    book(&desk, wedding, ana, 1, times("16:00", "20:00")).await;
    let staffing = desk.done("event_staffing", json!({ "event_id": wedding })).await;
    let entry: Uuid = staffing["bookings"][0]["id"].as_str().unwrap().parse().unwrap();
    newer(&desk, "resource_schedule", entry, "kind", "standby").await;

    let check = json!({ "event_id": lunch, "task_id": null, "resource_id": ana, "quantity": 1, "entry_id": null });
    let verdict = desk.done("assignment_check", with(check, times("18:00", "19:00"))).await;
    assert_eq!(verdict["free"], 0);
    let release = json!({ "command_id": Uuid::now_v7(), "entry_ids": [entry] });
    assert_eq!(desk.run("assignment_release", release).await.unwrap_err().message, NEWER);
    newer(&desk, "resources", ana, "type", "robot").await;
    let page = desk.done("resource_page", json!({ "resource_id": ana })).await;
    assert_eq!(
        (&page["row"]["type"], &page["may"]["edit"]["reason"]),
        (&json!("robot"), &json!(NEWER))
    );
}
