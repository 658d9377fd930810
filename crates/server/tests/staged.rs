//! Imports: parts that become one transaction, one journal entry and one undo.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{Desk, Office, insert_client, insert_event, refused};
use serde_json::{Value, json};
use uuid::Uuid;

fn keys(clients: &[Uuid]) -> Value {
    let keys: Vec<Value> = clients
        .iter()
        .enumerate()
        .map(|(n, id)| json!({"kind": "client", "key": format!("client {n}"), "id": id}))
        .collect();
    json!(keys)
}

async fn imported(desk: &Desk) -> usize {
    let names: Vec<String> = (0..100).map(|n| format!("client {n}")).collect();
    let found: Value = sqlx::query_scalar("select api.imported($1, 'client', $2)")
        .bind(desk.org)
        .bind(names)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    found.as_object().unwrap().len()
}

/// Stages 20 clients in part 1 and an event of history for each in part 2, out of order.
async fn stage(desk: &Desk, command: Uuid) -> Vec<Uuid> {
    let clients: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    let rows: Vec<Value> = clients.iter().map(|id| insert_client(*id, "Imported")).collect();
    let events: Vec<Value> = clients
        .iter()
        .map(|id| {
            let mut event = insert_event(Uuid::now_v7(), *id);
            event["set"]["status"] = json!("completed");
            event["set"]["is_archived"] = json!(true);
            event
        })
        .collect();
    desk.stage(command, 2, json!(events)).await.unwrap();
    desk.stage(command, 1, json!(rows)).await.unwrap();
    let said = desk.stage(command, 1, json!(rows)).await.unwrap();
    assert_eq!(said, json!({"staged": 2}), "a part that is sent again replaces itself");
    clients
}

#[tokio::test]
async fn an_import_is_one_entry_one_undo_and_one_redo() {
    let office = Office::open().await;
    let (desk, command) = (office.ana(), Uuid::now_v7());
    let clients = stage(&desk, command).await;
    let n = desk.cursor().await.unwrap()["n"].as_i64().unwrap();
    let done = desk.apply_staged(command, "import.books", keys(&clients)).await.unwrap();
    assert_eq!((done["n"].as_i64(), done["rows_changed"].as_i64()), (Some(n + 1), Some(60)));
    assert_eq!(office.count("staged_changes").await, 0);
    assert_eq!(imported(&desk).await, 20);
    let again = desk.apply_staged(command, "import.books", keys(&clients)).await.unwrap();
    assert_eq!((&again["n"], &again["replayed"]), (&done["n"], &json!(true)));
    assert_eq!(office.scalar::<i64>("select count(*) from app.event_status_log where imported and new_status = 'completed'").await, 20);

    let (undo, said) = desk.undo(command, false).await;
    said.unwrap();
    assert_eq!(
        (
            office.count("clients").await,
            office.count("events").await,
            office.count("event_status_log").await
        ),
        (0, 0, 0)
    );
    assert_eq!(imported(&desk).await, 0, "the same file may come again");
    desk.undo(undo, false).await.1.unwrap();
    assert_eq!(
        (
            office.count("clients").await,
            office.count("events").await,
            office.count("event_status_log").await
        ),
        (20, 20, 20)
    );
    assert_eq!(imported(&desk).await, 20);
}

#[tokio::test]
async fn the_same_file_twice_adds_nothing_twice() {
    let office = Office::open().await;
    let (desk, command, second) = (office.ana(), Uuid::now_v7(), Uuid::now_v7());
    let clients = stage(&desk, command).await;
    desk.apply_staged(command, "import.books", keys(&clients)).await.unwrap();
    let others = stage(&desk, second).await;
    let said = refused(
        desk.apply_staged(second, "import.books", keys(&others)).await,
        "CL422",
        "import_keys_unique",
    );
    assert_eq!(said.detail["kind"], json!("client"));
    assert_eq!(office.count("clients").await, 20);
    let dropped: Value = sqlx::query_scalar("select api.discard_staged($1, $2)")
        .bind(desk.org)
        .bind(second)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(dropped, json!({"discarded": 2}));
    refused(
        desk.apply_staged(second, "import.books", keys(&others)).await,
        "CL404",
        "staged_changes_unknown",
    );
}

#[tokio::test]
async fn one_bad_row_stops_the_whole_import() {
    let office = Office::open().await;
    let (desk, command) = (office.ana(), Uuid::now_v7());
    let clients = stage(&desk, command).await;
    desk.stage(command, 3, json!([insert_event(Uuid::now_v7(), Uuid::now_v7())])).await.unwrap();
    refused(
        desk.apply_staged(command, "import.books", keys(&clients)).await,
        "23503",
        "events_client_exists",
    );
    assert_eq!((office.count("clients").await, imported(&desk).await), (0, 0));
}

#[tokio::test]
async fn history_in_any_status_needs_an_import_and_its_permission() {
    let office = Office::open().await;
    office.grant("manager", &["clients.create", "events.create"]).await;
    let (ana, max) = (office.ana(), office.max());
    let client = ana.client().await;
    let done = |status: &str| {
        let mut event = insert_event(Uuid::now_v7(), client);
        event["set"]["status"] = json!(status);
        json!([event])
    };
    refused(ana.apply("event.create", done("completed")).await, "CL422", "events_start_as_inquiry");
    refused(
        max.apply("import.events", done("completed")).await,
        "CL422",
        "events_start_as_inquiry",
    );
    ana.apply("import.events", done("completed")).await.unwrap();
    max.apply("import.events", done("inquiry")).await.unwrap();
    refused(
        ana.apply("import.events", done("cancelled")).await,
        "23514",
        "events_cancel_reason_present",
    );
    refused(ana.apply("import.events", done("nonsense")).await, "23514", "events_status_known");
    office.grant("manager", &["events.import"]).await;
    max.apply("import.events", done("follow_up")).await.unwrap();
}

#[tokio::test]
async fn staging_needs_a_reason_to_stage_and_has_limits() {
    let office = Office::open().await;
    let rows = json!([insert_client(Uuid::now_v7(), "x")]);
    refused(office.sam().stage(Uuid::now_v7(), 0, rows.clone()).await, "CL403", "not_permitted");
    let desk = office.ana();
    refused(
        desk.stage(Uuid::now_v7(), 100, rows.clone()).await,
        "CL422",
        "staged_changes_part_range",
    );
    for _ in 0..4 {
        desk.stage(Uuid::now_v7(), 0, rows.clone()).await.unwrap();
    }
    refused(desk.stage(Uuid::now_v7(), 0, rows.clone()).await, "CL422", "staged_changes_limit");
    // What one person staged, another cannot apply, see or replace.
    let command: Uuid = office.scalar("select command_id from app.staged_changes limit 1").await;
    office.grant("manager", &["clients.create"]).await;
    refused(
        office.max().apply_staged(command, "import.books", json!([])).await,
        "CL404",
        "staged_changes_unknown",
    );
}
