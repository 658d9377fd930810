//! What only follows from what is done to an event needs no permission of its own, and nothing beyond it slips through.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Desk, Office, delete, insert_event, insert_task, june, place, refused, status, update, with,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn cancel(event: Uuid) -> Value {
    status(event, ("planning", None), ("cancelled", Some("rain")))
}

/// An event of June 2090, in planning.
async fn june_event(desk: &Desk) -> Uuid {
    let client = desk.client().await;
    let id = Uuid::now_v7();
    let row = with(
        insert_event(id, client),
        json!({"starts_at": june(14, 16), "ends_at": june(14, 23), "status": "planning"}),
    );
    desk.apply("import.events", json!([row])).await.unwrap();
    id
}

/// Takes a permission from the managers.
async fn revoke(ana: &Desk, office: &Office, permission: &str) {
    let held = format!(
        "select id from app.role_permissions where role = 'manager' and permission = '{permission}'"
    );
    let grant: Uuid = office.scalar(&held).await;
    ana.apply("role.revoke", json!([delete("role_permissions", grant)])).await.unwrap();
}

/// A moment so many hours from now.
fn hours_from_now(hours: i64) -> String {
    (chrono::Utc::now() + chrono::Duration::hours(hours)).to_rfc3339()
}

#[tokio::test]
async fn whoever_may_call_an_event_off_gives_back_what_it_holds_without_being_allowed_to_book() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    revoke(&ana, &office, "resources.assign").await;
    office.grant("manager", &["events.cancel"]).await;
    let (event, other) = (june_event(&ana).await, june_event(&ana).await);
    let [one, two] = [ana.person("Ana Ruiz").await, ana.person("Bo Li").await];
    let to_come = ana.booked(one, event, &june(14, 16), &june(14, 23)).await;
    let running = ana.booked(two, event, &hours_from_now(-3), &hours_from_now(3)).await;
    let elsewhere = ana.booked(one, other, &june(15, 16), &june(15, 23)).await;
    let over = ana.booked(one, event, "2001-06-14T16:00:00Z", "2001-06-14T23:00:00Z").await;
    let row = ana.row("resource_schedule", running).await.unwrap();
    let cut = |until: &str| place(&row, json!({"ends_at": until}));
    let release = |id| delete("resource_schedule", id);
    let now = hours_from_now(0);
    let all_of_it = json!([release(to_come), cut(&now), cancel(event)]);

    // By itself, giving back is booking; and so is everything that calling it off does not ask for.
    for beyond in [
        json!([release(to_come)]),
        json!([cut(&now)]),
        json!([release(elsewhere), release(to_come), cut(&now), cancel(event)]),
        json!([release(over), release(to_come), cut(&now), cancel(event)]),
        json!([release(running), release(to_come), cancel(event)]),
        json!([release(to_come), cut(&hours_from_now(5)), cancel(event)]),
        json!([release(to_come), cut(&hours_from_now(-2)), cancel(event)]),
        json!([
            release(to_come),
            place(&row, json!({"ends_at": now, "resource_id": one})),
            cancel(event)
        ]),
    ] {
        refused(max.apply("event.cancel", beyond).await, "CL403", "not_permitted");
    }
    // Nor does it help to say that an event is called off which is so already.
    let again = status(event, ("cancelled", Some("rain")), ("cancelled", Some("rain")));
    refused(
        max.apply("event.cancel", json!([release(to_come), again])).await,
        "CL403",
        "not_permitted",
    );

    let command = Uuid::now_v7();
    max.apply_as(command, "event.cancel", all_of_it.clone()).await.unwrap();
    assert!(ana.row("resource_schedule", to_come).await.is_none());
    assert!(ana.row("resource_schedule", over).await.is_some(), "history stays");
    // What was done on that ground is undone on it.
    max.undo(command, false).await.1.unwrap();
    assert!(ana.row("resource_schedule", to_come).await.is_some());

    revoke(&ana, &office, "events.cancel").await;
    refused(max.apply("event.cancel", all_of_it).await, "CL403", "not_permitted");
}

#[tokio::test]
async fn whoever_may_file_an_event_away_gives_back_what_it_holds() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    revoke(&ana, &office, "resources.assign").await;
    office.grant("manager", &["events.archive"]).await;
    let event = june_event(&ana).await;
    for (from, to) in
        [("planning", "preparation"), ("preparation", "in_progress"), ("in_progress", "completed")]
    {
        ana.advance(event, from, to).await.unwrap();
    }
    let person = ana.person("Ana Ruiz").await;
    let held = ana.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let archive =
        update("events", event, json!({"is_archived": false}), json!({"is_archived": true}));
    max.apply("event.archive", json!([delete("resource_schedule", held), archive])).await.unwrap();
    assert!(ana.row("resource_schedule", held).await.is_none());
}

#[tokio::test]
async fn whoever_may_move_an_event_takes_its_due_times_along_and_no_further() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    revoke(&ana, &office, "resources.assign").await;
    office.grant("manager", &["events.edit"]).await;
    let (event, other) = (june_event(&ana).await, june_event(&ana).await);
    let [open, done, elsewhere] = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    let due = |id, event| with(insert_task(id, event, "Order"), json!({"due_at": june(10, 9)}));
    ana.apply("task.create", json!([due(open, event), due(done, event), due(elsewhere, other)]))
        .await
        .unwrap();
    for step in [("pending", "in_progress"), ("in_progress", "completed")] {
        ana.move_task(done, step.0, step.1).await.unwrap();
    }
    let to = |id, day, hour| {
        update("tasks", id, json!({"due_at": june(10, 9)}), json!({"due_at": june(day, hour)}))
    };
    let moved = update(
        "events",
        event,
        json!({"starts_at": june(14, 16), "ends_at": june(14, 23), "time_zone": "Europe/Madrid"}),
        json!({"starts_at": june(16, 16), "ends_at": june(16, 23), "time_zone": "Europe/Madrid"}),
    );
    let renamed = update("events", event, json!({"name": "Autumn gala"}), json!({"name": "Gala"}));
    let when =
        json!({"starts_at": june(14, 16), "ends_at": june(14, 23), "time_zone": "Europe/Madrid"});
    let stays = update("events", event, when.clone(), when);
    for beyond in [
        json!([stays, to(open, 10, 11)]),
        json!([to(open, 12, 9)]),
        json!([renamed, to(open, 12, 9)]),
        json!([moved, to(open, 13, 9)]),
        json!([moved, to(done, 12, 9)]),
        json!([moved, to(elsewhere, 12, 9)]),
        json!([moved, with(to(open, 12, 9), json!({"due_at": null}))]),
        json!([
            moved,
            update(
                "tasks",
                open,
                json!({"due_at": june(10, 9), "title": "Order"}),
                json!({"due_at": june(12, 9), "title": "Cancel the order"})
            )
        ]),
    ] {
        refused(max.apply("event.edit", beyond).await, "CL403", "not_permitted");
    }
    // An hour off, as where clocks change in between, is still along.
    let command = Uuid::now_v7();
    max.apply_as(command, "event.edit", json!([moved, to(open, 12, 10)])).await.unwrap();
    max.undo(command, false).await.1.unwrap();
    assert_eq!(ana.row("tasks", open).await.unwrap()["due_at"], json!(june(10, 9)));
}
