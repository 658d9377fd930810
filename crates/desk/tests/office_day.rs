//! An office day as desks live it: tasks that wait for each other, people who are booked once, and what comes of changes.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::{AppError, Code};
use serde_json::{Value, json};
use testkit::{SimulatedDesk, TestDatabase, TestServer, event_form};
use uuid::Uuid;

async fn desk() -> (TestDatabase, SimulatedDesk) {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    (db, desk)
}

async fn event(desk: &SimulatedDesk, name: &str) -> Uuid {
    let client = desk.client(&format!("Client of {name}")).await;
    desk.event(client, name).await
}

async fn resource(desk: &SimulatedDesk, name: &str, kind: &str, quantity: i32) -> Uuid {
    let id = Uuid::now_v7();
    let form = resource_form(name, kind, quantity);
    desk.done(
        "resource_create",
        json!({ "command_id": Uuid::now_v7(), "resource_id": id, "form": form }),
    )
    .await;
    id
}

fn resource_form(name: &str, kind: &str, quantity: i32) -> Value {
    json!({
        "name": name, "type": kind, "role": null, "quantity": quantity, "setup_minutes": 0,
        "teardown_minutes": 0, "is_available": true, "user_id": null, "notes": null,
    })
}

fn task_form(title: &str, prerequisites: &[Uuid]) -> Value {
    json!({
        "title": title, "description": null, "due_local": null, "due_choice": null,
        "category": "pre_event", "assigned_to": null, "prerequisites": prerequisites,
    })
}

async fn task(desk: &SimulatedDesk, event: Uuid, title: &str, prerequisites: &[Uuid]) -> Uuid {
    let id = Uuid::now_v7();
    let input = json!({ "command_id": Uuid::now_v7(), "task_id": id, "event_id": event,
        "form": task_form(title, prerequisites) });
    desk.done("task_create", input).await;
    id
}

async fn move_tasks(desk: &SimulatedDesk, moves: &[(Uuid, &str)]) -> Result<Value, AppError> {
    let moves: Vec<Value> =
        moves.iter().map(|(id, to)| json!({ "task_id": id, "to": to })).collect();
    desk.run("task_move", json!({ "command_id": Uuid::now_v7(), "moves": moves })).await
}

async fn book(
    desk: &SimulatedDesk,
    (event, resource): (Uuid, Uuid),
    quantity: i32,
    (from, until): (&str, &str),
    reason: Option<&str>,
) -> Result<Uuid, AppError> {
    let id = Uuid::now_v7();
    let input = json!({
        "command_id": Uuid::now_v7(), "entry_id": id, "event_id": event, "task_id": null,
        "resource_id": resource, "quantity": quantity, "starts_local": from, "ends_local": until,
        "starts_choice": null, "ends_choice": null, "override_reason": reason,
    });
    desk.run("assignment_create", input).await.map(|_| id)
}

async fn bookings(desk: &SimulatedDesk, event: Uuid) -> Vec<Value> {
    let staffing = desk.done("event_staffing", json!({ "event_id": event })).await;
    staffing["bookings"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_task_starts_only_when_what_it_waits_for_is_done() {
    let (_db, desk) = desk().await;
    let event = event(&desk, "Wedding Peña").await;
    let order = task(&desk, event, "Order bread", &[]).await;
    let bake = task(&desk, event, "Bake", &[order]).await;

    let refused = move_tasks(&desk, &[(bake, "in_progress")]).await.unwrap_err();
    assert!(refused.message.contains("“Order bread”"), "{}", refused.message);
    // Both at once are fine as a set, whatever the order.
    move_tasks(&desk, &[(bake, "completed"), (order, "completed")]).await.unwrap();
    let refused = move_tasks(&desk, &[(order, "pending")]).await.unwrap_err();
    assert!(refused.message.contains("“Bake”"), "{}", refused.message);

    let list = desk.done("event_tasks", json!({ "event_id": event })).await;
    let rows = list["tasks"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["row"]["title"], "Order bread", "what comes first first");
    assert!(rows[0]["row"]["completed_at"].is_string());
    assert!(rows[0]["row"]["completed_by_name"].is_string(), "{}", rows[0]["row"]);
    let back = rows[0]["may_move"].as_array().unwrap();
    let back = back.iter().find(|may| may["to"] == "pending").unwrap();
    assert_eq!(back["may"]["allowed"], false, "and the screen says so before");
}

#[tokio::test]
async fn a_circle_is_refused_and_names_its_path() {
    let (_db, desk) = desk().await;
    let event = event(&desk, "Wedding Peña").await;
    let first = task(&desk, event, "First", &[]).await;
    let second = task(&desk, event, "Second", &[first]).await;
    for (prerequisites, part) in [(vec![second], "Second"), (vec![first], "itself")] {
        let input = json!({ "command_id": Uuid::now_v7(), "task_id": first,
            "base": task_form("First", &[]), "form": task_form("First", &prerequisites) });
        let refused = desk.run("task_edit", input).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("prerequisites"));
        assert!(refused.message.contains(part), "{}", refused.message);
    }
}

#[tokio::test]
async fn a_deleted_task_takes_its_bookings_with_it_and_comes_back_with_them() {
    let (_db, desk) = desk().await;
    let event = event(&desk, "Wedding Peña").await;
    let order = task(&desk, event, "Order bread", &[]).await;
    let bake = task(&desk, event, "Bake", &[order]).await;
    let oven = resource(&desk, "Oven", "equipment", 1).await;
    let input = json!({
        "command_id": Uuid::now_v7(), "entry_id": Uuid::now_v7(), "event_id": event, "task_id": order,
        "resource_id": oven, "quantity": 1, "starts_local": "2031-06-14T08:00",
        "ends_local": "2031-06-14T10:00", "starts_choice": null, "ends_choice": null,
        "override_reason": null,
    });
    desk.done("assignment_create", input).await;
    let command = Uuid::now_v7();
    desk.done("task_delete", json!({ "command_id": command, "task_ids": [order] })).await;
    assert!(bookings(&desk, event).await.is_empty());
    move_tasks(&desk, &[(bake, "in_progress")]).await.unwrap();
    move_tasks(&desk, &[(bake, "pending")]).await.unwrap();
    desk.done("undo", json!({ "command_id": Uuid::now_v7(), "target": command, "rest": false }))
        .await;
    assert_eq!(bookings(&desk, event).await[0]["task_title"], "Order bread");
    move_tasks(&desk, &[(bake, "in_progress")]).await.unwrap_err();
}

#[tokio::test]
async fn nobody_is_booked_twice_unless_somebody_says_why() {
    let (_db, desk) = desk().await;
    let (wedding, lunch) = (event(&desk, "Wedding Peña").await, event(&desk, "Lunch").await);
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    let evening = ("2031-06-14T16:00", "2031-06-14T23:00");
    book(&desk, (wedding, ana), 1, evening, None).await.unwrap();
    // Touching ends do not clash.
    book(&desk, (lunch, ana), 1, ("2031-06-14T12:00", "2031-06-14T16:00"), None).await.unwrap();

    let late = ("2031-06-14T22:00", "2031-06-14T23:30");
    let refused = book(&desk, (lunch, ana), 1, late, None).await.unwrap_err();
    assert_eq!(refused.code, Code::Refused);
    let details = refused.details.unwrap();
    assert_eq!(details["kind"], "clash");
    assert_eq!(details["conflicts"][0]["title"], "Wedding Peña");
    assert!(refused.message.contains("Ana Ruiz") && refused.message.contains("Wedding Peña"));
    let check = json!({ "event_id": lunch, "task_id": null, "resource_id": ana, "quantity": 1,
        "starts_local": late.0, "ends_local": late.1, "starts_choice": null, "ends_choice": null,
        "entry_id": null });
    let verdict = desk.done("assignment_check", check).await;
    assert_eq!((&verdict["free"], &verdict["may_override"]["allowed"]), (&json!(0), &json!(true)));
    assert_eq!(verdict["message"], refused.message.as_str(), "the check says what the action says");

    book(&desk, (lunch, ana), 1, late, Some("She offered to stay")).await.unwrap();
    let marked = bookings(&desk, lunch).await;
    let marked = marked.iter().find(|b| b["override_reason"].is_string()).unwrap();
    assert_eq!(marked["override_reason"], "She offered to stay");
    assert!(marked["override_by_name"].is_string(), "{marked}");
    assert_eq!(marked["clashes"], false, "it stands on purpose");
    let today = desk
        .done(
            "resource_schedule",
            json!({ "resource_id": ana,
        "from": "2031-06-01T00:00:00Z", "until": "2031-07-01T00:00:00Z" }),
        )
        .await;
    assert_eq!(today["clashes"][0]["accepted"], true);
}

#[tokio::test]
async fn of_a_pool_only_what_is_there_is_given_out() {
    let (_db, desk) = desk().await;
    let (wedding, lunch) = (event(&desk, "Wedding Peña").await, event(&desk, "Lunch").await);
    let chairs = resource(&desk, "Chairs", "equipment", 100).await;
    let day = ("2031-06-14T08:00", "2031-06-14T20:00");
    book(&desk, (wedding, chairs), 70, day, None).await.unwrap();
    let refused = book(&desk, (lunch, chairs), 31, day, None).await.unwrap_err();
    assert_eq!(refused.details.unwrap()["free"], 30);
    book(&desk, (lunch, chairs), 30, day, None).await.unwrap();
    // Fewer chairs than are promised cannot be.
    let base = resource_form("Chairs", "equipment", 100);
    let input = json!({ "command_id": Uuid::now_v7(), "resource_id": chairs, "base": base,
        "form": resource_form("Chairs", "equipment", 90) });
    let refused = desk.run("resource_edit", input).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("quantity"), "{}", refused.message);
}

#[tokio::test]
async fn calling_an_event_off_releases_what_it_holds_and_undo_books_it_again() {
    let (_db, desk) = desk().await;
    let wedding = event(&desk, "Wedding Peña").await;
    let lunch = event(&desk, "Lunch").await;
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    let evening = ("2031-06-14T16:00", "2031-06-14T23:00");
    book(&desk, (wedding, ana), 1, evening, None).await.unwrap();
    let going = desk.done("event_release_preview", json!({ "event_id": wedding })).await;
    assert_eq!(going["entries"].as_array().unwrap().len(), 1);

    let command = Uuid::now_v7();
    let cancel = json!({ "command_id": command, "event_id": wedding, "reason": "Rain" });
    desk.done("event_cancel", cancel).await;
    assert!(bookings(&desk, wedding).await.is_empty());
    let undo =
        |target: Uuid| json!({ "command_id": Uuid::now_v7(), "target": target, "rest": false });
    desk.done("undo", undo(command)).await;
    assert_eq!(bookings(&desk, wedding).await.len(), 1);

    let command = Uuid::now_v7();
    let cancel = json!({ "command_id": command, "event_id": wedding, "reason": "Rain" });
    desk.done("event_cancel", cancel).await;
    book(&desk, (lunch, ana), 1, evening, None).await.unwrap();
    let refused = desk.run("undo", undo(command)).await.unwrap_err();
    assert_eq!(refused.details.unwrap()["kind"], "undo_blocked", "{}", refused.message);
}

#[tokio::test]
async fn moving_an_event_moves_what_is_booked_for_it_and_names_what_would_clash() {
    let (_db, desk) = desk().await;
    let client = desk.client("Müller Consulting").await;
    let wedding = desk.event(client, "Wedding Peña").await;
    let lunch = desk.event(client, "Lunch").await;
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    let base = event_form(client, "Wedding Peña");
    let (from, until) =
        (base["starts_local"].as_str().unwrap(), base["ends_local"].as_str().unwrap());
    book(&desk, (wedding, ana), 1, (from, until), None).await.unwrap();
    let next_day = |local: &str| {
        let at = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
        (at + chrono::Duration::days(1)).format("%Y-%m-%dT%H:%M").to_string()
    };
    let (later, end) = (next_day(from), next_day(until));
    let moved = |moving: Value| {
        let mut form = base.clone();
        form["starts_local"] = json!(later);
        form["ends_local"] = json!(end);
        json!({ "command_id": Uuid::now_v7(), "event_id": wedding, "form": form, "base": base,
            "moving": moving })
    };
    let other = book(&desk, (lunch, ana), 1, (&later, &end), None).await.unwrap();
    let refused = desk.run("event_edit", moved(json!({ "kind": "refuse" }))).await.unwrap_err();
    assert!(refused.message.contains("Ana Ruiz"), "{}", refused.message);
    let release = json!({ "command_id": Uuid::now_v7(), "entry_ids": [other] });
    desk.done("assignment_release", release).await;
    desk.done("event_edit", moved(json!({ "kind": "refuse" }))).await;
    let page = desk.done("event_page", json!({ "event_id": wedding })).await;
    let booking = &bookings(&desk, wedding).await[0];
    assert_eq!(booking["starts_at"], page["row"]["starts_at"]);
    assert_eq!(booking["ends_at"], page["row"]["ends_at"]);
}

#[tokio::test]
async fn today_says_what_needs_somebody() {
    let (_db, desk) = desk().await;
    let wedding = event(&desk, "Wedding Peña").await;
    let id = Uuid::now_v7();
    let mut form = task_form("Call the florist", &[]);
    form["due_local"] = json!("2020-05-01T10:00");
    let input =
        json!({ "command_id": Uuid::now_v7(), "task_id": id, "event_id": wedding, "form": form });
    desk.done("task_create", input).await;
    let ana = resource(&desk, "Ana Ruiz", "staff", 1).await;
    let evening = ("2031-06-14T16:00", "2031-06-14T23:00");
    book(&desk, (wedding, ana), 1, evening, None).await.unwrap();
    let max = resource(&desk, "Max Ruiz", "staff", 1).await;
    let mut form = resource_form("Ana Ruiz", "staff", 1);
    form["is_available"] = json!(false);
    let input = json!({ "command_id": Uuid::now_v7(), "resource_id": ana, "form": form,
        "base": resource_form("Ana Ruiz", "staff", 1) });
    desk.done("resource_edit", input).await;
    let today = desk.done("today", Value::Null).await;
    assert_eq!(today["tasks_overdue"][0]["title"], "Call the florist");
    assert_eq!((&today["tasks_overdue_total"], &today["scope"]), (&json!(1), &json!("all")));
    assert_eq!(today["clashes"][0]["resource_name"], "Ana Ruiz");
    assert_eq!(today["clashes"][0]["reason"], "unavailable");
    let free: Vec<&Value> =
        today["free_now"].as_array().unwrap().iter().map(|person| &person["id"]).collect();
    assert_eq!(free, [&json!(max)], "who is not available is not free");
}
