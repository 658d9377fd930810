//! Undo: the exact inverse, all or nothing, by whom it may, and what it refuses to break.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{Desk, Office, id_of, insert_client, insert_event, refused, status, update};
use serde_json::{Value, json};
use uuid::Uuid;

fn archive(id: Uuid) -> Value {
    json!([update("events", id, json!({"is_archived": false}), json!({"is_archived": true}))])
}

async fn done(desk: &Desk, command: &str, changes: Value) -> Uuid {
    let id = Uuid::now_v7();
    desk.apply_as(id, command, changes).await.unwrap();
    id
}

/// A row without what every write stamps anew.
fn settled(row: Option<Value>) -> Value {
    let mut row = row.expect("the row is there");
    row.as_object_mut().unwrap().remove("updated_at");
    row
}

#[tokio::test]
async fn every_kind_of_change_is_undone_exactly_and_redone_exactly() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let other = desk.client().await;
    let times = |day: u32| {
        json!({"starts_at": format!("2026-10-{day:02}T17:00:00+00:00"),
        "ends_at": format!("2026-10-{day:02}T22:00:00+00:00"), "time_zone": "Europe/Madrid"})
    };
    for (at, change) in [
        ("inquiry", json!({"was": {"name": "Autumn gala"}, "set": {"name": "Winter gala"}})),
        ("inquiry", json!({"was": {"client_id": client}, "set": {"client_id": other}})),
        ("inquiry", json!({"was": times(3), "set": times(9)})),
        (
            "inquiry",
            json!({"was": {"status": "inquiry", "cancel_reason": null}, "set": {"status": "planning", "cancel_reason": null}}),
        ),
        // The lifecycle knows no way from cancelled to preparation; the undo of that very step does.
        (
            "preparation",
            json!({"was": {"status": "preparation", "cancel_reason": null}, "set": {"status": "cancelled", "cancel_reason": "rain"}}),
        ),
        (
            "cancelled",
            json!({"was": {"status": "cancelled", "cancel_reason": "rain"}, "set": {"status": "planning", "cancel_reason": null}}),
        ),
        ("completed", json!({"was": {"is_archived": false}, "set": {"is_archived": true}})),
    ] {
        let event = desk.event_at(client, at, false).await;
        let before = settled(desk.row("events", event).await);
        let mut change = change.clone();
        change["table"] = json!("events");
        change["op"] = json!("update");
        change["id"] = json!(event);
        let command = done(&desk, "event.change", json!([change])).await;
        let after = settled(desk.row("events", event).await);
        let (undo, said) = desk.undo(command, false).await;
        let said = said.unwrap_or_else(|said| panic!("{change}: {said:?}"));
        assert_eq!(settled(Some(said["rows"][0]["row"].clone())), before, "stamps included");
        assert_eq!(settled(desk.row("events", event).await), before);
        let (redo, said) = desk.undo(undo, false).await;
        said.unwrap_or_else(|said| panic!("redo of {change}: {said:?}"));
        assert_eq!(settled(desk.row("events", event).await), after);
        desk.undo(redo, false).await.1.unwrap();
        assert_eq!(settled(desk.row("events", event).await), before);
    }
}

#[tokio::test]
async fn an_undo_is_journaled_and_logged_and_replayed_like_any_command() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let command =
        done(&desk, "event.advance", json!([status(event, ("inquiry", None), ("planning", None))]))
            .await;
    let n = desk.cursor().await.unwrap()["n"].as_i64().unwrap();
    let (undo, said) = desk.undo(command, false).await;
    let said = said.unwrap();
    assert_eq!((said["n"].as_i64(), &said["replayed"]), (Some(n + 1), &json!(false)));
    let again: Value = sqlx::query_scalar("select api.undo($1, $2, $3)")
        .bind(desk.org)
        .bind(undo)
        .bind(command)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(
        (&again["n"], &again["replayed"], &again["rows"]),
        (&said["n"], &json!(true), &said["rows"])
    );
    assert_eq!(
        office.count("event_status_log").await,
        3,
        "the log is history and keeps what was undone"
    );
    let told = desk.history("events", event).await.unwrap();
    assert_eq!(
        (&told["entries"][0]["undoes"], &told["entries"][1]["undone_by"]),
        (&json!(command), &json!(undo))
    );
    let said = refused(desk.undo(command, false).await.1, "CL409", "undo_done");
    assert_eq!(said.detail["undone_by"], json!(undo));
}

#[tokio::test]
async fn what_was_changed_since_blocks_and_is_named() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let edit = |was: Value, set: Value| json!([update("events", event, was, set)]);
    let first = done(
        &desk,
        "event.edit",
        edit(json!({"name": "Autumn gala"}), json!({"name": "Winter gala"})),
    )
    .await;
    done(&desk, "event.edit", edit(json!({"location": null}), json!({"location": "Hall 2"}))).await;
    let second = done(
        &desk,
        "event.edit",
        edit(json!({"name": "Winter gala"}), json!({"name": "Spring gala"})),
    )
    .await;
    let said = refused(desk.undo(first, false).await.1, "CL409", "undo_blocked");
    assert_eq!(
        said.detail["blocked"],
        json!([{"table": "events", "id": event, "reason": "changed"}])
    );
    desk.undo(second, false).await.1.unwrap();
    desk.undo(first, false).await.1.unwrap();
    let row = desk.row("events", event).await.unwrap();
    assert_eq!(
        (&row["name"], &row["location"]),
        (&json!("Autumn gala"), &json!("Hall 2")),
        "other fields stay as they are"
    );
}

#[tokio::test]
async fn columns_that_belong_together_block_together() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let times = |start: &str, end: &str| json!({"starts_at": start, "ends_at": end, "time_zone": "Europe/Madrid"});
    let (a, b, c) = (
        times("2026-10-03T17:00:00Z", "2026-10-03T22:00:00Z"),
        times("2026-10-03T12:00:00Z", "2026-10-03T22:00:00Z"),
        times("2026-10-03T12:00:00Z", "2026-10-03T23:00:00Z"),
    );
    let start = done(&desk, "event.edit", json!([update("events", event, a, b.clone())])).await;
    done(&desk, "event.edit", json!([update("events", event, b, c)])).await;
    refused(desk.undo(start, false).await.1, "CL409", "undo_blocked");
}

#[tokio::test]
async fn an_edit_of_an_event_that_was_archived_since_is_not_undone() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let event = desk.event_at(client, "completed", false).await;
    let edit = done(
        &desk,
        "event.edit",
        json!([update("events", event, json!({"notes": null}), json!({"notes": "x"}))]),
    )
    .await;
    let filed = done(&desk, "event.archive", archive(event)).await;
    let said = refused(desk.undo(edit, false).await.1, "CL409", "undo_blocked");
    assert_eq!(said.detail["blocked"][0]["reason"], json!("archived"));
    desk.undo(filed, false).await.1.unwrap();
    desk.undo(edit, false).await.1.unwrap();
}

#[tokio::test]
async fn an_insert_that_others_build_on_is_refused_and_names_them() {
    let office = Office::open().await;
    let desk = office.ana();
    let (client, made) = (Uuid::now_v7(), Uuid::now_v7());
    desk.apply_as(made, "client.create", json!([insert_client(client, "Tanaka")])).await.unwrap();
    let event = Uuid::now_v7();
    let booked = done(&desk, "event.create", json!([insert_event(event, client)])).await;
    let said = refused(desk.undo(made, false).await.1, "CL409", "undo_blocked");
    assert_eq!(
        said.detail["blocked"],
        json!([{"table": "clients", "id": client, "reason": "in_use", "by": [{"table": "events", "id": event}]}])
    );
    let (unbooked, said) = desk.undo(booked, false).await;
    said.unwrap();
    assert_eq!((office.count("events").await, office.count("event_status_log").await), (0, 0));
    desk.undo(made, false).await.1.unwrap();
    let said = refused(desk.undo(unbooked, false).await.1, "CL409", "undo_blocked");
    assert_eq!(said.detail["blocked"][0]["reason"], json!("parent_gone"));
    assert_eq!(said.detail["blocked"][0]["by"], json!([{"table": "clients", "id": client}]));
}

#[tokio::test]
async fn deleted_rows_come_back_parents_first_with_their_stamps_and_log() {
    let office = Office::open().await;
    let desk = office.ana();
    let (client, event) = (Uuid::now_v7(), Uuid::now_v7());
    let command = done(
        &desk,
        "event.create",
        json!([insert_client(client, "Tanaka"), insert_event(event, client)]),
    )
    .await;
    let log = "select md5(string_agg(l::text, '')) from app.event_status_log l";
    let before = (
        settled(desk.row("clients", client).await),
        settled(desk.row("events", event).await),
        office.scalar::<String>(log).await,
    );
    let (undo, said) = desk.undo(command, false).await;
    said.unwrap();
    assert_eq!((desk.row("clients", client).await, desk.row("events", event).await), (None, None));
    desk.undo(undo, false).await.1.unwrap();
    let after = (
        settled(desk.row("clients", client).await),
        settled(desk.row("events", event).await),
        office.scalar::<String>(log).await,
    );
    assert_eq!(before, after);
}

#[tokio::test]
async fn undoing_the_rest_is_a_second_and_explicit_choice() {
    let office = Office::open().await;
    let desk = office.ana();
    let clients: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let events: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let mut changes: Vec<Value> = clients.iter().map(|id| insert_client(*id, "Tanaka")).collect();
    changes.extend(events.iter().zip(&clients).map(|(e, c)| insert_event(*e, *c)));
    let command = done(&desk, "import.books", json!(changes)).await;
    desk.advance(events[1], "inquiry", "planning").await.unwrap();
    let said = refused(desk.undo(command, false).await.1, "CL409", "undo_blocked");
    let blocked: Vec<(Value, Uuid)> = said.detail["blocked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| (b["reason"].clone(), id_of(&b["id"])))
        .collect();
    assert_eq!(
        blocked,
        [(json!("in_use"), clients[1]), (json!("changed"), events[1])],
        "and so does its client"
    );
    assert_eq!(
        (office.count("clients").await, office.count("events").await),
        (3, 3),
        "all or nothing"
    );
    let (rest, said) = desk.undo(command, true).await;
    said.unwrap();
    assert!(
        desk.row("clients", clients[1]).await.is_some()
            && desk.row("events", events[1]).await.is_some()
    );
    assert_eq!((office.count("clients").await, office.count("events").await), (1, 1));
    desk.undo(rest, false).await.1.unwrap();
    assert_eq!((office.count("clients").await, office.count("events").await), (3, 3));
}

#[tokio::test]
async fn the_actor_may_for_a_day_with_the_permission_and_administrators_always() {
    let office = Office::open().await;
    office.grant("manager", &["events.archive"]).await;
    let (ana, max) = (office.ana(), office.max());
    let client = ana.client().await;
    let event = ana.event_at(client, "completed", false).await;
    let filed = done(&max, "event.archive", archive(event)).await;
    // Nobody granted events.unarchive: the exact inverse needs what the command needed.
    max.undo(filed, false).await.1.unwrap();
    let filed = done(&max, "event.archive", archive(event)).await;
    let of_ana = done(
        &ana,
        "client.edit",
        json!([update("clients", client, json!({"phone": null}), json!({"phone": "1"}))]),
    )
    .await;
    refused(max.undo(of_ana, false).await.1, "CL403", "undo_not_yours");
    office.run("update app.journal set at = at - interval '25 hours'").await;
    refused(max.undo(filed, false).await.1, "CL403", "undo_too_late");
    let (undo, said) = ana.undo(filed, false).await;
    said.unwrap();
    ana.undo(undo, false).await.1.unwrap();
    office.run("update app.journal set at = now()").await;
    let grant: Uuid = office
        .scalar("select id from app.role_permissions where permission = 'events.archive'")
        .await;
    ana.apply("role.revoke", json!([{"table": "role_permissions", "id": grant, "op": "delete"}]))
        .await
        .unwrap();
    refused(max.undo(filed, false).await.1, "CL403", "not_permitted");
}

#[tokio::test]
async fn what_was_never_done_here_or_by_the_server_itself_is_not_undone() {
    let office = Office::open().await;
    let desk = office.ana();
    refused(desk.undo(Uuid::now_v7(), false).await.1, "CL404", "undo_unknown");
    let founding: Uuid = office.scalar("select command_id from app.journal where n = 1").await;
    refused(desk.undo(founding, false).await.1, "CL422", "undo_impossible");
    let other = office.db.organization("Ahorn").administrator("eve@example.org").build().await;
    let eve = Desk { pool: office.db.pool_as(other.administrator()), org: other.org_id };
    let theirs = Uuid::now_v7();
    eve.apply_as(theirs, "client.create", json!([insert_client(Uuid::now_v7(), "x")]))
        .await
        .unwrap();
    refused(desk.undo(theirs, false).await.1, "CL404", "undo_unknown");
}

#[tokio::test]
async fn two_undos_of_one_step_at_once_are_one() {
    let office = Office::open().await;
    let desk = office.ana();
    for _ in 0..10 {
        let event = desk.event().await;
        let command = done(
            &desk,
            "event.advance",
            json!([status(event, ("inquiry", None), ("planning", None))]),
        )
        .await;
        let (one, two) = tokio::join!(desk.undo(command, false), desk.undo(command, false));
        let (won, lost) = if one.1.is_ok() { (one.1, two.1) } else { (two.1, one.1) };
        won.unwrap();
        refused(lost, "CL409", "undo_done");
    }
}

#[tokio::test]
async fn a_guard_accepts_an_inverse_only_from_an_undo() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let event = desk.event_at(client, "preparation", false).await;
    done(
        &desk,
        "event.cancel",
        json!([status(event, ("preparation", None), ("cancelled", Some("rain")))]),
    )
    .await;
    let back = json!([status(event, ("cancelled", Some("rain")), ("preparation", None))]);
    refused(desk.apply("event.reinstate", back).await, "CL422", "events_transition");
}
