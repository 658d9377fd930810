//! The schedule: nobody and nothing is held twice, whoever asks, in whatever order, at the same moment or not.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Desk, Office, Refusal, delete, insert_assignment, insert_block, insert_event, insert_resource,
    insert_task, june, place, refused, status, update, with,
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn entry(desk: &Desk, id: Uuid) -> Value {
    desk.row("resource_schedule", id).await.expect("the entry is there")
}

async fn change(desk: &Desk, id: Uuid, set: Value) -> door_support::Answer {
    let row = entry(desk, id).await;
    desk.apply("schedule.change", json!([place(&row, set)])).await
}

#[tokio::test]
async fn each_bad_value_is_refused_by_the_name_that_the_app_translates() {
    let office = Office::open().await;
    let desk = office.ana();
    let (event, other) = (desk.event().await, desk.event().await);
    let (person, chairs) =
        (desk.person("Ana Ruiz").await, desk.resource("Chair", "materials", 400).await);
    let stray = desk.task(other, "elsewhere").await;
    let long = |n: usize| json!("é".repeat(n));
    for (set, constraint) in [
        (json!({"ends_at": june(14, 16)}), "resource_schedule_time_order"),
        (json!({"ends_at": june(14, 15)}), "resource_schedule_time_order"),
        (
            json!({"starts_at": "1999-12-31T23:00:00Z", "ends_at": "2000-01-01T01:00:00Z"}),
            "resource_schedule_time_range",
        ),
        (
            json!({"starts_at": "2099-12-31T23:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}),
            "resource_schedule_time_range",
        ),
        (json!({"ends_at": "2090-07-15T16:00:01Z"}), "resource_schedule_duration"),
        (json!({"kind": "holiday"}), "resource_schedule_kind_event"),
        (json!({"kind": "block"}), "resource_schedule_kind_event"),
        (json!({"event_id": null}), "resource_schedule_kind_event"),
        (json!({"quantity": 0}), "resource_schedule_quantity"),
        (json!({"quantity": -1}), "resource_schedule_quantity"),
        (json!({"quantity": 2}), "resource_schedule_quantity"),
        (json!({"note": ""}), "resource_schedule_note_length"),
        (json!({"note": long(501)}), "resource_schedule_note_length"),
        (json!({"note": "two\nlines"}), "resource_schedule_note_visible"),
        (json!({"override_reason": ""}), "resource_schedule_override_reason_length"),
        (json!({"override_reason": long(1001)}), "resource_schedule_override_reason_length"),
        (json!({"override_reason": " x"}), "resource_schedule_override_reason_visible"),
        (json!({"resource_id": Uuid::now_v7()}), "resource_schedule_resource_exists"),
        (json!({"event_id": Uuid::now_v7()}), "resource_schedule_event_exists"),
        (json!({"task_id": stray}), "resource_schedule_same_event"),
        (json!({"task_id": Uuid::now_v7()}), "resource_schedule_same_event"),
    ] {
        let row = with(
            insert_assignment(Uuid::now_v7(), person, event, &june(14, 16), &june(14, 23)),
            set.clone(),
        );
        let said = desk.apply("schedule.assign", json!([row])).await.expect_err(constraint);
        assert_eq!(said.constraint, constraint, "{set}: {said:?}");
    }
    for time in ["infinity", "-infinity"] {
        for column in ["starts_at", "ends_at"] {
            let row = with(
                insert_assignment(Uuid::now_v7(), person, event, &june(14, 16), &june(14, 23)),
                json!({column: time}),
            );
            desk.apply("schedule.assign", json!([row]))
                .await
                .expect_err("endless time holds nothing");
        }
    }
    let too_many = with(
        insert_assignment(Uuid::now_v7(), chairs, event, &june(14, 16), &june(14, 23)),
        json!({"quantity": 401}),
    );
    refused(
        desk.apply("schedule.assign", json!([too_many])).await,
        "23514",
        "resource_schedule_quantity",
    );
    let long_block =
        insert_block(Uuid::now_v7(), person, "2090-01-01T00:00:00Z", "2093-01-01T00:00:01Z");
    refused(
        desk.apply("schedule.block", json!([long_block])).await,
        "23514",
        "resource_schedule_duration",
    );
    let block = with(
        insert_block(Uuid::now_v7(), person, "2090-01-01T00:00:00Z", "2093-01-01T00:00:00Z"),
        json!({"note": "Parental leave"}),
    );
    desk.apply("schedule.block", json!([block])).await.unwrap();
    for (column, value) in [
        ("event_id", json!(event)),
        ("kind", json!("block")),
        ("pool_size", json!(9)),
        ("override_by", json!(null)),
    ] {
        let change = json!([update(
            "resource_schedule",
            Uuid::now_v7(),
            json!({column: value}),
            json!({column: value})
        )]);
        refused(desk.apply("schedule.change", change).await, "CL422", "column_not_writable");
    }
    for (set, constraint) in [
        (json!({"name": ""}), "resources_name_length"),
        (json!({"name": "ana RUIZ"}), "resources_name_unique"),
        (json!({"type": "ghost"}), "resources_type_known"),
        (json!({"quantity": 2}), "resources_staff_single"),
        (json!({"quantity": 0, "type": "equipment"}), "resources_quantity_range"),
        (json!({"quantity": 100_001, "type": "equipment"}), "resources_quantity_range"),
        (json!({"setup_minutes": 1441}), "resources_setup_range"),
        (json!({"teardown_minutes": -1}), "resources_teardown_range"),
        (json!({"role": long(101)}), "resources_role_length"),
        (json!({"notes": long(10_001)}), "resources_notes_length"),
        (json!({"user_id": Uuid::now_v7()}), "resources_user_member"),
        (
            json!({"user_id": office.org.staff().user_id, "type": "equipment"}),
            "resources_user_staff",
        ),
    ] {
        let row = with(insert_resource(Uuid::now_v7(), "New", "staff", 1), set.clone());
        let said = desk.apply("resource.create", json!([row])).await.expect_err(constraint);
        assert_eq!(said.constraint, constraint, "{set}: {said:?}");
    }
    office.link_sam(&desk).await;
    let twice = with(
        insert_resource(Uuid::now_v7(), "Sam again", "staff", 1),
        json!({"user_id": office.org.staff().user_id}),
    );
    refused(desk.apply("resource.create", json!([twice])).await, "23505", "resources_user_unique");
}

#[tokio::test]
async fn a_booked_person_is_not_booked_again_and_the_refusal_says_who_when_and_for_what() {
    let office = Office::open().await;
    let desk = office.max();
    let event = office.ana().event().await;
    let person = office.ana().person("Ana Ruiz").await;
    let first = desk.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let row = entry(&desk, first).await;
    assert_eq!(
        (&row["quantity"], &row["pool_size"], &row["created_by"]),
        (&json!(1), &json!(1), &json!(office.org.manager().user_id))
    );
    for (from, until) in [
        ((14, 22), (15, 2)),
        ((14, 10), (14, 17)),
        ((14, 17), (14, 18)),
        ((13, 0), (16, 0)),
        ((14, 16), (14, 23)),
    ] {
        let (_, said) =
            desk.book(person, event, &june(from.0, from.1), &june(until.0, until.1)).await;
        let said = refused(said, "CL409", "resource_schedule_conflict");
        assert_eq!(
            said.message, "Ana Ruiz is already booked: Autumn gala, 14 Jun 18:00–15 Jun 01:00.",
            "on the organization's clock"
        );
        assert_eq!(
            (&said.detail["resource_id"], &said.detail["needed"], &said.detail["free"]),
            (&json!(person), &json!(1), &json!(0))
        );
        assert_eq!(
            said.detail["with"],
            json!([{"id": first, "event_id": event, "event_name": "Autumn gala", "starts_at": june(14, 16),
                    "ends_at": june(14, 23), "quantity": 1, "kind": "assignment", "note": null}])
        );
    }
    // What ends when the other starts does not clash.
    desk.booked(person, event, &june(14, 23), &june(15, 2)).await;
    desk.booked(person, event, &june(14, 12), &june(14, 16)).await;
    let (_, said) = desk.book(person, event, &june(14, 15), &june(14, 17)).await;
    refused(said, "CL409", "resource_schedule_conflict");
    let row = insert_assignment(Uuid::now_v7(), person, event, &june(14, 15), &june(14, 17));
    refused(
        desk.preview("schedule.assign", json!([row])).await,
        "CL409",
        "resource_schedule_conflict",
    );
}

#[tokio::test]
async fn setup_and_teardown_hold_an_assignment_longer_and_a_block_not() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let van = Uuid::now_v7();
    let row = with(
        insert_resource(van, "Van", "equipment", 1),
        json!({"setup_minutes": 60, "teardown_minutes": 30}),
    );
    desk.apply("resource.create", json!([row])).await.unwrap();
    desk.booked(van, event, &june(14, 12), &june(14, 14)).await;
    for (from, until, fits) in [
        ("2090-06-14T15:30:00Z", "2090-06-14T16:00:00Z", true),
        ("2090-06-14T15:29:59Z", "2090-06-14T16:00:00Z", false),
        ("2090-06-14T08:00:00Z", "2090-06-14T10:30:00Z", true),
        ("2090-06-14T08:00:00Z", "2090-06-14T10:30:01Z", false),
    ] {
        let row = insert_assignment(Uuid::now_v7(), van, event, from, until);
        let said = desk.preview("schedule.assign", json!([row])).await;
        assert_eq!(said.is_ok(), fits, "{from} to {until}: {said:?}");
    }
    for (from, until, fits) in [
        ("2090-06-14T14:30:00Z", "2090-06-14T15:00:00Z", true),
        ("2090-06-14T14:29:59Z", "2090-06-14T15:00:00Z", false),
        ("2090-06-14T10:00:00Z", "2090-06-14T11:00:00Z", true),
        ("2090-06-14T10:00:00Z", "2090-06-14T11:00:01Z", false),
    ] {
        let said = desk
            .preview("schedule.block", json!([insert_block(Uuid::now_v7(), van, from, until)]))
            .await;
        assert_eq!(said.is_ok(), fits, "block {from} to {until}: {said:?}");
    }
}

#[tokio::test]
async fn a_pool_is_held_up_to_its_peak_and_not_to_its_sum() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let chairs = desk.resource("Chair, white", "materials", 10).await;
    let book = async |quantity: i32, from: u32, until: u32| {
        let row = with(
            insert_assignment(Uuid::now_v7(), chairs, event, &june(14, from), &june(14, until)),
            json!({"quantity": quantity}),
        );
        desk.apply("schedule.assign", json!([row])).await
    };
    book(6, 8, 12).await.unwrap();
    book(6, 12, 16).await.unwrap();
    book(4, 8, 16).await.unwrap();
    let said = refused(book(1, 11, 13).await, "CL409", "resource_schedule_conflict");
    assert_eq!(
        (
            &said.detail["needed"],
            &said.detail["free"],
            said.detail["with"].as_array().unwrap().len()
        ),
        (&json!(1), &json!(0), 3)
    );
    assert_eq!(
        said.message,
        "Of Chair, white only 0 of 10 are free then: Autumn gala, 14 Jun 10:00–14:00."
    );
    book(10, 16, 20).await.unwrap();
    book(10, 4, 8).await.unwrap();
    let said = refused(book(5, 3, 5).await, "CL409", "resource_schedule_conflict");
    assert_eq!(said.detail["with"].as_array().unwrap().len(), 1);
    book(10, 2, 4).await.unwrap();
}

#[tokio::test]
async fn a_clash_stands_only_with_the_permission_and_a_reason_and_stays_marked() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let event = ana.event().await;
    let person = ana.person("Ana Ruiz").await;
    max.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let id = Uuid::now_v7();
    let row = with(
        insert_assignment(id, person, event, &june(14, 20), &june(14, 22)),
        json!({"override_reason": "She agreed"}),
    );
    let said =
        refused(max.apply("schedule.assign", json!([row.clone()])).await, "CL403", "not_permitted");
    assert_eq!(said.detail["permission"], "resources.override");
    office.grant_by(&ana, "manager", &["resources.override"]).await;
    max.apply("schedule.assign", json!([row])).await.unwrap();
    let row = entry(&max, id).await;
    assert_eq!(
        (&row["override_reason"], &row["override_by"]),
        (&json!("She agreed"), &json!(office.org.manager().user_id))
    );
    // It holds the person like any other; taking the reason away is refused while it clashes.
    let (_, said) = ana.book(person, event, &june(14, 21), &june(14, 22)).await;
    assert_eq!(
        refused(said, "CL409", "resource_schedule_conflict").detail["with"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    refused(
        change(&ana, id, json!({"override_reason": null})).await,
        "CL409",
        "resource_schedule_conflict",
    );
    change(
        &ana,
        id,
        json!({"override_reason": null, "starts_at": june(15, 20), "ends_at": june(15, 22)}),
    )
    .await
    .unwrap();
    let row = entry(&ana, id).await;
    assert_eq!((&row["override_reason"], &row["override_by"]), (&Value::Null, &Value::Null));
    // A reason is compared with the rest of the group, and needs no permission while it stays.
    let rule: Uuid = office
        .scalar("select id from app.role_permissions where permission = 'resources.override'")
        .await;
    change(&ana, id, json!({"override_reason": "Double shift"})).await.unwrap();
    ana.apply("role.revoke", json!([delete("role_permissions", rule)])).await.unwrap();
    change(&max, id, json!({"ends_at": june(15, 21)})).await.unwrap();
    refused(change(&max, id, json!({"override_reason": "Other"})).await, "CL403", "not_permitted");
    assert_eq!(entry(&ana, id).await["override_by"], json!(office.org.administrator().user_id));
    change(&max, id, json!({"override_reason": null})).await.unwrap();
    // Whoever may only override may not assign.
    office.grant_by(&ana, "staff", &["resources.override"]).await;
    let row = with(
        insert_assignment(Uuid::now_v7(), person, event, &june(20, 1), &june(20, 2)),
        json!({"override_reason": "x"}),
    );
    let said = refused(
        office.sam().apply("schedule.assign", json!([row])).await,
        "CL403",
        "not_permitted",
    );
    assert_eq!(said.detail["permission"], "resources.assign");
}

#[tokio::test]
async fn what_only_eases_a_booking_is_never_refused_for_a_clash() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let person = desk.person("Ana Ruiz").await;
    let normal = desk.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let forced = with(
        insert_assignment(Uuid::now_v7(), person, event, &june(14, 10), &june(14, 22)),
        json!({"override_reason": "x"}),
    );
    desk.apply("schedule.assign", json!([forced])).await.unwrap();
    change(&desk, normal, json!({"ends_at": june(14, 20)})).await.unwrap();
    change(&desk, normal, json!({"starts_at": june(14, 17)})).await.unwrap();
    refused(
        change(&desk, normal, json!({"ends_at": june(14, 21)})).await,
        "CL409",
        "resource_schedule_conflict",
    );
    let off = json!([update(
        "resources",
        person,
        json!({"is_available": true}),
        json!({"is_available": false})
    )]);
    desk.apply("resource.edit", off).await.unwrap();
    change(&desk, normal, json!({"ends_at": june(14, 19)})).await.unwrap();
    let said = refused(
        change(&desk, normal, json!({"ends_at": june(15, 19)})).await,
        "CL422",
        "resource_schedule_unavailable",
    );
    assert_eq!(said.message, "Ana Ruiz is marked as not available.");
    let (_, said) = desk.book(person, event, &june(20, 1), &june(20, 2)).await;
    refused(said, "CL422", "resource_schedule_unavailable");
    let block = insert_block(Uuid::now_v7(), person, &june(20, 1), &june(20, 2));
    desk.apply("schedule.block", json!([block])).await.unwrap();
    desk.apply("schedule.release", json!([delete("resource_schedule", normal)])).await.unwrap();
}

#[tokio::test]
async fn two_bookings_swap_their_people_in_one_step() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let (a, b) = (desk.person("a").await, desk.person("b").await);
    let one = desk.booked(a, event, &june(14, 16), &june(14, 23)).await;
    let two = desk.booked(b, event, &june(14, 16), &june(14, 23)).await;
    let swap = json!([
        place(&entry(&desk, one).await, json!({"resource_id": b})),
        place(&entry(&desk, two).await, json!({"resource_id": a})),
    ]);
    let half = json!([swap[0].clone()]);
    refused(desk.apply("schedule.change", half).await, "CL409", "resource_schedule_conflict");
    let command = Uuid::now_v7();
    desk.apply_as(command, "schedule.change", swap).await.unwrap();
    assert_eq!(entry(&desk, one).await["resource_id"], json!(b));
    let (undo, said) = desk.undo(command, false).await;
    said.unwrap();
    desk.undo(undo, false).await.1.unwrap();
}

#[tokio::test]
async fn the_backstop_holds_without_the_guard_for_single_units() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let (person, chairs) =
        (desk.person("Ana Ruiz").await, desk.resource("Chair", "materials", 2).await);
    office.run(NO_GUARD).await;
    desk.booked(person, event, &june(14, 16), &june(14, 23)).await;
    let (_, said) = desk.book(person, event, &june(14, 20), &june(14, 21)).await;
    refused(said, "23P01", "resource_schedule_no_overlap");
    // The negative control: pools have the guard alone.
    for _ in 0..2 {
        let row = with(
            insert_assignment(Uuid::now_v7(), chairs, event, &june(14, 16), &june(14, 23)),
            json!({"quantity": 2}),
        );
        desk.apply("schedule.assign", json!([row])).await.unwrap();
    }
}

#[tokio::test]
async fn fewer_units_or_longer_setup_must_leave_room_for_what_is_still_to_come() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let chairs = desk.resource("Chair", "materials", 10).await;
    let edit = async |was: Value, set: Value| {
        desk.apply("resource.edit", json!([update("resources", chairs, was, set)])).await
    };
    let book = async |quantity: i32, from: &str, until: &str| {
        let id = Uuid::now_v7();
        let row =
            with(insert_assignment(id, chairs, event, from, until), json!({"quantity": quantity}));
        desk.apply("schedule.assign", json!([row])).await.unwrap();
        id
    };
    let past = book(10, "2001-06-14T16:00:00Z", "2001-06-14T23:00:00Z").await;
    let one = book(4, &june(14, 10), &june(14, 12)).await;
    book(4, &june(14, 11), &june(14, 13)).await;
    book(2, &june(14, 13), &june(14, 14)).await;
    let said = refused(
        edit(json!({"quantity": 10}), json!({"quantity": 7})).await,
        "CL409",
        "resources_quantity_needed",
    );
    assert_eq!(
        (&said.detail["field"], &said.detail["needed"], &said.detail["quantity"]),
        (&json!("quantity"), &json!(8), &json!(7))
    );
    assert_eq!(said.detail["with"].as_array().unwrap().len(), 1);
    let said = refused(
        edit(json!({"quantity": 10}), json!({"quantity": 3})).await,
        "CL409",
        "resources_quantity_needed",
    );
    assert_eq!(said.detail["needed"], json!(4));
    let command = Uuid::now_v7();
    let smaller =
        json!([update("resources", chairs, json!({"quantity": 10}), json!({"quantity": 8}))]);
    desk.apply_as(command, "resource.edit", smaller).await.unwrap();
    assert_eq!(
        (&entry(&desk, one).await["pool_size"], &entry(&desk, past).await["pool_size"]),
        (&json!(8), &json!(10)),
        "the past stays"
    );
    refused(
        edit(json!({"teardown_minutes": 0}), json!({"teardown_minutes": 61})).await,
        "CL409",
        "resources_quantity_needed",
    );
    edit(json!({"setup_minutes": 0}), json!({"setup_minutes": 0})).await.unwrap();
    // What triggers keep blocks no undo, even where the entry has gone or changed meanwhile.
    desk.apply("schedule.release", json!([delete("resource_schedule", one)])).await.unwrap();
    desk.undo(command, false).await.1.unwrap();
    assert_eq!(desk.row("resources", chairs).await.unwrap()["quantity"], json!(10));
    // What stands on purpose outlives a smaller pool and can still be cut short.
    let forced = with(
        insert_assignment(Uuid::now_v7(), chairs, event, &june(20, 10), &june(20, 12)),
        json!({"quantity": 9, "override_reason": "More are coming"}),
    );
    let id = forced["id"].as_str().unwrap().parse().unwrap();
    desk.apply("schedule.assign", json!([forced])).await.unwrap();
    edit(json!({"quantity": 10}), json!({"quantity": 6})).await.unwrap();
    change(&desk, id, json!({"ends_at": june(20, 11)})).await.unwrap();
    let said = change(&desk, id, json!({"ends_at": june(20, 12)})).await;
    refused(said, "23514", "resource_schedule_quantity");
}

#[tokio::test]
async fn what_a_resource_is_stays_while_anything_hangs_on_it() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let (booked, tasked, free) =
        (desk.person("a").await, desk.person("b").await, desk.person("c").await);
    desk.booked(booked, event, &june(14, 16), &june(14, 23)).await;
    let row = with(insert_task(Uuid::now_v7(), event, "x"), json!({"assigned_to": tasked}));
    desk.apply("task.create", json!([row])).await.unwrap();
    for (id, fk) in
        [(booked, "resource_schedule_resource_exists"), (tasked, "tasks_assigned_to_exists")]
    {
        let change = json!([update(
            "resources",
            id,
            json!({"type": "staff"}),
            json!({"type": "equipment"})
        )]);
        refused(desk.apply("resource.edit", change).await, "CL409", "resources_type_in_use");
        refused(desk.apply("resource.delete", json!([delete("resources", id)])).await, "23503", fk);
    }
    let change =
        json!([update("resources", free, json!({"type": "staff"}), json!({"type": "equipment"}))]);
    desk.apply("resource.edit", change).await.unwrap();
    let command = Uuid::now_v7();
    desk.apply_as(command, "resource.delete", json!([delete("resources", free)])).await.unwrap();
    desk.undo(command, false).await.1.unwrap();
}

/// An event on the given day of June 2090, with its client.
async fn june_event(desk: &Desk, at: &str) -> Uuid {
    let client = desk.client().await;
    desk.event_at(client, at, false).await
}

#[tokio::test]
async fn an_event_that_is_called_off_or_filed_away_gives_back_what_is_to_come() {
    let office = Office::open().await;
    let desk = office.ana();
    let person = desk.person("Ana Ruiz").await;
    let cancel = |id: Uuid| status(id, ("planning", None), ("cancelled", Some("rain")));
    let archive = |id: Uuid| {
        update("events", id, json!({"is_archived": false}), json!({"is_archived": true}))
    };
    for (at, step) in [("planning", &cancel as &dyn Fn(Uuid) -> Value), ("completed", &archive)] {
        for release_first in [true, false] {
            let event = june_event(&desk, at).await;
            let to_come = desk.booked(person, event, &june(14, 16), &june(14, 23)).await;
            let past =
                desk.booked(person, event, "2001-06-14T16:00:00Z", "2001-06-14T23:00:00Z").await;
            let said = refused(
                desk.apply("event.step", json!([step(event)])).await,
                "CL409",
                "events_still_booked",
            );
            assert_eq!(said.detail["entries"][0]["id"], json!(to_come));
            assert_eq!(said.detail["entries"].as_array().unwrap().len(), 1);
            // Filed away is read-only at once, so there the order matters; calling off may come first.
            let command = Uuid::now_v7();
            let release = delete("resource_schedule", to_come);
            let set = if release_first || at == "completed" {
                json!([release, step(event)])
            } else {
                json!([step(event), release])
            };
            desk.apply_as(command, "event.step", set).await.unwrap();
            assert!(desk.row("resource_schedule", past).await.is_some(), "history stays");
            // One undo brings the event and what it held back.
            let (undo, said) = desk.undo(command, false).await;
            said.unwrap();
            assert!(desk.row("resource_schedule", to_come).await.is_some());
            desk.undo(undo, false).await.1.unwrap();
            assert!(desk.row("resource_schedule", to_come).await.is_none());
            desk.apply("schedule.release", json!([delete("resource_schedule", past)]))
                .await
                .map_or_else(
                    |said| {
                        assert_eq!((said.constraint.as_str(), at), ("events_archived", "completed"))
                    },
                    |_| assert_eq!(at, "planning"),
                );
            office.run("update app.events set updated_at = updated_at where false").await;
            free_the_past(&office, past).await;
        }
    }
}

/// Takes a past entry away, whatever its event: the next round books the same hours.
async fn free_the_past(office: &Office, id: Uuid) {
    office
        .run(&format!(
            "alter table app.resource_schedule disable trigger user; delete from app.resource_schedule where id = '{id}'; alter table app.resource_schedule enable trigger user"
        ))
        .await;
}

#[tokio::test]
async fn nothing_new_is_booked_for_an_event_that_is_off_or_filed_away_except_as_history() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let person = desk.person("Ana Ruiz").await;
    let off = desk.event_at(client, "cancelled", false).await;
    let filed = desk.event_at(client, "completed", true).await;
    let (_, said) = desk.book(person, off, &june(14, 16), &june(14, 23)).await;
    assert_eq!(
        refused(said, "CL422", "resource_schedule_event_cancelled").detail["event_id"],
        json!(off)
    );
    let (_, said) = desk.book(person, filed, &june(14, 16), &june(14, 23)).await;
    refused(said, "CL422", "events_archived");
    let id = Uuid::now_v7();
    let history = json!([
        insert_assignment(id, person, filed, "2001-06-14T16:00:00Z", "2001-06-14T23:00:00Z"),
        insert_assignment(
            Uuid::now_v7(),
            person,
            off,
            "2001-06-15T16:00:00Z",
            "2001-06-15T23:00:00Z"
        ),
    ]);
    desk.apply("import.assignments", history).await.unwrap();
    let twice = json!([insert_assignment(
        Uuid::now_v7(),
        person,
        filed,
        "2001-06-14T18:00:00Z",
        "2001-06-14T23:00:00Z"
    )]);
    refused(desk.apply("import.assignments", twice).await, "CL409", "resource_schedule_conflict");
    refused(
        change(&desk, id, json!({"ends_at": "2001-06-14T22:00:00Z"})).await,
        "CL422",
        "events_archived",
    );
    refused(
        desk.apply("schedule.release", json!([delete("resource_schedule", id)])).await,
        "CL422",
        "events_archived",
    );
}

#[tokio::test]
async fn an_undo_leaves_out_what_was_taken_meanwhile_and_says_by_whom() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = june_event(&desk, "planning").await;
    let other = june_event(&desk, "planning").await;
    let (a, b, chairs) = (
        desk.person("a").await,
        desk.person("b").await,
        desk.resource("Chair", "materials", 10).await,
    );
    let (one, two) = (
        desk.booked(a, event, &june(14, 16), &june(14, 23)).await,
        desk.booked(b, event, &june(14, 16), &june(14, 23)).await,
    );
    let mut pool = Vec::new();
    for quantity in [6, 4] {
        let id = Uuid::now_v7();
        let row = with(
            insert_assignment(id, chairs, event, &june(14, 16), &june(14, 23)),
            json!({"quantity": quantity}),
        );
        desk.apply("schedule.assign", json!([row])).await.unwrap();
        pool.push(id);
    }
    let command = Uuid::now_v7();
    let mut set = vec![status(event, ("planning", None), ("cancelled", Some("rain")))];
    set.extend([one, two, pool[0], pool[1]].map(|id| delete("resource_schedule", id)));
    desk.apply_as(command, "event.cancel", json!(set)).await.unwrap();
    let thief = desk.booked(a, other, &june(14, 20), &june(14, 21)).await;
    let few = with(
        insert_assignment(Uuid::now_v7(), chairs, other, &june(14, 20), &june(14, 21)),
        json!({"quantity": 3}),
    );
    desk.apply("schedule.assign", json!([few])).await.unwrap();
    let said = refused(desk.undo(command, false).await.1, "CL409", "undo_blocked");
    assert_eq!((&said.detail["count"], &said.detail["rows"]), (&json!(2), &json!(5)));
    let blocked = said.detail["blocked"].as_array().unwrap();
    let of_a = blocked.iter().find(|row| row["id"] == json!(one)).unwrap();
    assert_eq!(
        (&of_a["reason"], &of_a["by"]),
        (&json!("taken"), &json!([{"table": "resource_schedule", "id": thief}]))
    );
    assert!(
        blocked.iter().any(|row| row["id"] == json!(pool[1])),
        "the later of two that cannot both come back: {blocked:?}"
    );
    desk.undo(command, true).await.1.unwrap();
    assert!(desk.row("resource_schedule", one).await.is_none());
    for back in [two, pool[0]] {
        assert!(desk.row("resource_schedule", back).await.is_some());
    }
    assert_eq!(desk.row("events", event).await.unwrap()["status"], "planning");
    // Moving back is coming back.
    let moved = Uuid::now_v7();
    let row = entry(&desk, two).await;
    desk.apply_as(
        moved,
        "schedule.change",
        json!([place(&row, json!({"starts_at": june(16, 16), "ends_at": june(16, 23)}))]),
    )
    .await
    .unwrap();
    desk.booked(b, other, &june(14, 16), &june(14, 17)).await;
    let said = refused(desk.undo(moved, false).await.1, "CL409", "undo_blocked");
    assert_eq!(said.detail["blocked"][0]["reason"], "taken");
}

#[tokio::test]
async fn children_of_an_event_that_was_filed_away_since_are_not_undone() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let event = desk.event_at(client, "completed", false).await;
    let person = desk.person("a").await;
    let (booked, made) = (Uuid::now_v7(), Uuid::now_v7());
    let id = Uuid::now_v7();
    desk.apply_as(
        booked,
        "schedule.assign",
        json!([insert_assignment(
            id,
            person,
            event,
            "2001-06-14T16:00:00Z",
            "2001-06-14T23:00:00Z"
        )]),
    )
    .await
    .unwrap();
    desk.apply_as(made, "task.create", json!([insert_task(Uuid::now_v7(), event, "x")]))
        .await
        .unwrap();
    let file = json!([update(
        "events",
        event,
        json!({"is_archived": false}),
        json!({"is_archived": true})
    )]);
    desk.apply("event.archive", file).await.unwrap();
    for command in [booked, made] {
        let said = refused(desk.undo(command, false).await.1, "CL409", "undo_blocked");
        assert_eq!(said.detail["blocked"][0]["reason"], "archived");
        assert_eq!(said.detail["blocked"][0]["by"][0]["id"], json!(event));
    }
}

/// The guard gone, as the negative control needs it; the door would set its constraint.
const NO_GUARD: &str = "drop trigger resource_schedule_room on app.resource_schedule;
    create or replace function app.settle() returns void language plpgsql as
    $$ begin set constraints all immediate; set constraints all deferred; end $$";

#[tokio::test]
async fn of_twenty_parallel_bookings_of_one_person_exactly_one_stands() {
    let (office, desks) = Office::crowded().await;
    let event = desks[0].event().await;
    let person = desks[0].person("Ana Ruiz").await;
    assert_eq!(storm_of_bookings(&desks, person, event, 1, 20, 14).await, 1);
    // The negative control: without the guard and the backstop the person is booked twenty times.
    office.run(NO_GUARD).await;
    office
        .run("alter table app.resource_schedule drop constraint resource_schedule_no_overlap")
        .await;
    assert_eq!(storm_of_bookings(&desks, person, event, 1, 20, 16).await, 20);
}

/// So many book the same hours at once; how many were let.
async fn storm_of_bookings(
    desks: &[Desk],
    resource: Uuid,
    event: Uuid,
    quantity: i32,
    at_once: usize,
    day: u32,
) -> usize {
    let mut tries = Vec::new();
    for i in 0..at_once {
        let desk = desks[i % desks.len()].clone();
        let row = with(
            insert_assignment(Uuid::now_v7(), resource, event, &june(day, 16), &june(day, 23)),
            json!({"quantity": quantity}),
        );
        tries.push(tokio::spawn(async move { desk.apply("schedule.assign", json!([row])).await }));
    }
    let mut won = 0;
    for tried in tries {
        match tried.await.unwrap() {
            Ok(_) => won += 1,
            Err(said) => assert_eq!(said.constraint, "resource_schedule_conflict", "{said:?}"),
        }
    }
    won
}

#[tokio::test]
async fn a_pool_is_never_exceeded_by_bookings_at_the_same_moment() {
    let (office, desks) = Office::crowded().await;
    let event = desks[0].event().await;
    let chairs = desks[0].resource("Chair", "materials", 10).await;
    assert_eq!(storm_of_bookings(&desks, chairs, event, 3, 16, 14).await, 3);
    assert_eq!(storm_of_bookings(&desks, chairs, event, 10, 8, 15).await, 1);
    office.run(NO_GUARD).await;
    assert_eq!(
        storm_of_bookings(&desks, chairs, event, 3, 16, 16).await,
        16,
        "the negative control"
    );
}

#[tokio::test]
async fn a_booking_and_a_smaller_pool_at_the_same_moment_never_both_stand() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let event = ana.event().await;
    for round in 0..10 {
        let chairs = ana.resource(&format!("Chair {round}"), "materials", 10).await;
        let row = with(
            insert_assignment(Uuid::now_v7(), chairs, event, &june(14, 16), &june(14, 23)),
            json!({"quantity": 8}),
        );
        let smaller =
            json!([update("resources", chairs, json!({"quantity": 10}), json!({"quantity": 5}))]);
        let (booked, shrunk) = tokio::join!(
            max.apply("schedule.assign", json!([row])),
            ana.apply("resource.edit", smaller)
        );
        assert!(booked.is_ok() != shrunk.is_ok(), "{booked:?} {shrunk:?}");
    }
}

/// A small xorshift: the same storm each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[tokio::test]
async fn a_storm_of_everything_at_once_deadlocks_nowhere_and_leaves_every_rule_kept() {
    let (office, desks) = Office::crowded().await;
    let ana = &desks[0];
    let client = ana.client().await;
    let mut set = Vec::new();
    let (events, resources, tasks): (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>) = (
        (0..6).map(|_| Uuid::now_v7()).collect(),
        (0..5).map(|_| Uuid::now_v7()).collect(),
        (0..18).map(|_| Uuid::now_v7()).collect(),
    );
    set.extend(events.iter().map(|id| insert_event(*id, client)));
    for (i, id) in resources.iter().enumerate() {
        let kind = if i < 3 { ("staff", 1) } else { ("materials", 5) };
        set.push(insert_resource(*id, &format!("r{i}"), kind.0, kind.1));
    }
    set.extend(
        tasks.iter().enumerate().map(|(i, id)| insert_task(*id, events[i / 3], &format!("t{i}"))),
    );
    for i in 0..18 {
        if i % 3 > 0 {
            set.push(door_support::insert_dependency(
                Uuid::now_v7(),
                events[i / 3],
                tasks[i],
                tasks[i - 1],
            ));
        }
    }
    ana.apply("storm.begin", json!(set)).await.unwrap();
    office.link_sam(ana).await;
    let mut workers = Vec::new();
    for worker in 0..8_u64 {
        let desk = desks[usize::try_from(worker).unwrap() % desks.len()].clone();
        let (events, resources, tasks) = (events.clone(), resources.clone(), tasks.clone());
        workers.push(tokio::spawn(async move {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ ((worker + 1) * 7919));
            let mut said: Vec<Refusal> = Vec::new();
            for _ in 0..40 {
                said.extend(act(&desk, &mut dice, &events, &resources, &tasks).await);
            }
            said
        }));
    }
    let mut known = 0;
    for worker in workers {
        for said in worker.await.unwrap() {
            assert!(said.code.starts_with("CL") || said.code.starts_with("23"), "{said:?}");
            known += 1;
        }
    }
    assert!(known > 0, "some of it must have clashed");
    assert!(
        office.scalar::<i64>("select count(*) from app.journal").await > 60,
        "most of it went through"
    );
    let over: i64 = office.scalar("select coalesce(cardinality(app.overbooked(org_id, array_agg(id))), 0)::bigint from app.resource_schedule where override_reason is null group by org_id").await;
    assert_eq!(over, 0, "nobody is held twice");
    let early: i64 = office.scalar("select count(*) from app.task_dependencies d join app.tasks t on t.id = d.task_id join app.tasks p on p.id = d.prerequisite_id where t.status <> 'pending' and p.status <> 'completed'").await;
    assert_eq!(early, 0, "nothing started too early");
    let held: i64 = office.scalar("select count(*) from app.resource_schedule s join app.events e on e.id = s.event_id where e.status = 'cancelled'").await;
    assert_eq!(held, 0, "what is off holds nothing");
}

/// One random thing that somebody in the office does; what was refused.
async fn act(
    desk: &Desk,
    dice: &mut Dice,
    events: &[Uuid],
    resources: &[Uuid],
    tasks: &[Uuid],
) -> Option<Refusal> {
    let pick = |dice: &mut Dice, from: &[Uuid]| {
        from[usize::try_from(dice.roll(from.len() as u64)).unwrap()]
    };
    let (event, other) = (pick(dice, events), pick(dice, events));
    let day = 10 + u32::try_from(dice.roll(4)).unwrap();
    let hour = u32::try_from(dice.roll(20)).unwrap();
    let booking = |dice: &mut Dice, event| {
        insert_assignment(
            Uuid::now_v7(),
            pick(dice, resources),
            event,
            &june(day, hour),
            &june(day, hour + 3),
        )
    };
    let said = match dice.roll(6) {
        0 | 1 => {
            let set = json!([booking(dice, event), booking(dice, other), booking(dice, event)]);
            desk.apply("schedule.assign", set).await
        }
        2 => {
            let (a, b) = (pick(dice, tasks), pick(dice, tasks));
            let to =
                ["pending", "in_progress", "completed"][usize::try_from(dice.roll(3)).unwrap()];
            let from = desk.row("tasks", a).await?["status"].as_str().unwrap().to_owned();
            let mut set = vec![door_support::move_task(a, &from, to)];
            if a != b {
                let from = desk.row("tasks", b).await?["status"].as_str().unwrap().to_owned();
                set.push(door_support::move_task(b, &from, to));
            }
            desk.apply("task.move", json!(set)).await
        }
        3 => {
            let name = desk.row("events", event).await?["name"].clone();
            let of_other = desk.row("events", other).await?["name"].clone();
            let mut set = vec![update(
                "events",
                event,
                json!({"name": name}),
                json!({"name": format!("n{}", dice.roll(99))}),
            )];
            if event != other {
                set.push(update(
                    "events",
                    other,
                    json!({"name": of_other}),
                    json!({"name": format!("n{}", dice.roll(99))}),
                ));
            }
            desk.apply("event.edit", json!(set)).await
        }
        4 => {
            let row = desk.row("events", event).await?;
            if row["status"] == "cancelled" {
                let back =
                    status(event, ("cancelled", row["cancel_reason"].as_str()), ("planning", None));
                desk.apply("event.reinstate", json!([back])).await
            } else {
                let page = desk.snapshot("resource_schedule", None, 1000).await.unwrap();
                let mut set: Vec<Value> = page["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|r| r["event_id"] == json!(event))
                    .map(|r| delete("resource_schedule", door_support::id_of(&r["id"])))
                    .collect();
                set.insert(
                    0,
                    status(
                        event,
                        (row["status"].as_str().unwrap(), None),
                        ("cancelled", Some("rain")),
                    ),
                );
                let command = Uuid::now_v7();
                let said = desk.apply_as(command, "event.cancel", json!(set)).await;
                if said.is_ok() && dice.roll(2) == 0 {
                    desk.undo(command, true).await.1
                } else {
                    said
                }
            }
        }
        _ => {
            let resource = pick(dice, resources);
            let minutes = desk.row("resources", resource).await?["setup_minutes"].clone();
            let set = json!([update(
                "resources",
                resource,
                json!({"setup_minutes": minutes}),
                json!({"setup_minutes": dice.roll(30)})
            )]);
            desk.apply("resource.edit", set).await
        }
    };
    said.err()
}
