//! Guards: what holds against a stale or hostile desk, whatever its planner said.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use domain::events::{Status, TRANSITIONS};
use door_support::{Office, insert_client, insert_event, refused, status, update};
use serde_json::{Value, json};
use sqlx::Connection;
use uuid::Uuid;

fn reason(status: Status) -> Option<&'static str> {
    (status == Status::Cancelled).then_some("rain")
}

#[tokio::test]
async fn the_lifecycle_allows_every_pair_of_statuses_that_the_domain_allows_and_no_other() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    for &from in Status::all() {
        for &to in Status::all() {
            let event = desk.event_at(client, from.as_str(), false).await;
            let step =
                json!([status(event, (from.as_str(), reason(from)), (to.as_str(), reason(to)))]);
            let said = desk.apply("event.advance", step).await;
            if from == to || TRANSITIONS.contains(&(from, to)) {
                said.unwrap_or_else(|said| panic!("{from:?} to {to:?}: {said:?}"));
            } else {
                let said = refused(said, "CL422", "events_transition");
                assert_eq!(said.detail["field"], json!("status"));
            }
        }
    }
}

#[tokio::test]
async fn archiving_is_for_what_is_over_and_makes_read_only() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let archive = |id: Uuid, to: bool| {
        json!([update("events", id, json!({"is_archived": !to}), json!({"is_archived": to}))])
    };
    for &from in Status::all() {
        let event = desk.event_at(client, from.as_str(), false).await;
        let said = desk.apply("event.archive", archive(event, true)).await;
        if !from.may_be_archived() {
            refused(said, "23514", "events_archived_status");
            continue;
        }
        let row = &said.unwrap()["rows"][0]["row"];
        assert_eq!(row["archived_by"], json!(office.org.administrator().user_id));
        assert!(row["archived_at"].is_string());
        let edit =
            json!([update("events", event, json!({"name": "Autumn gala"}), json!({"name": "x"}))]);
        refused(desk.apply("event.edit", edit).await, "CL422", "events_archived");
        for &to in Status::all() {
            let step =
                json!([status(event, (from.as_str(), reason(from)), (to.as_str(), reason(to)))]);
            let said = desk.apply("event.advance", step).await;
            assert!(said.is_ok() == (from == to), "{from:?} to {to:?}: {said:?}");
        }
        let both = json!([update(
            "events",
            event,
            json!({"is_archived": true, "name": "Autumn gala"}),
            json!({"is_archived": false, "name": "x"})
        )]);
        refused(desk.apply("event.unarchive", both).await, "CL422", "events_archived");
        let back = desk.apply("event.unarchive", archive(event, false)).await.unwrap();
        let row = &back["rows"][0]["row"];
        assert_eq!((&row["archived_at"], &row["archived_by"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn cancelling_is_stamped_needs_a_reason_and_reinstating_clears_it_all() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let silent = json!([status(event, ("inquiry", None), ("cancelled", None))]);
    refused(desk.apply("event.cancel", silent).await, "23514", "events_cancel_reason_present");
    let stray = json!([status(event, ("inquiry", None), ("planning", Some("rain")))]);
    refused(desk.apply("event.advance", stray).await, "23514", "events_cancel_reason_present");
    let long = "é".repeat(1001);
    let long = json!([status(event, ("inquiry", None), ("cancelled", Some(&long)))]);
    refused(desk.apply("event.cancel", long).await, "23514", "events_cancel_reason_length");
    let done = desk
        .apply(
            "event.cancel",
            json!([status(event, ("inquiry", None), ("cancelled", Some("rain")))]),
        )
        .await
        .unwrap();
    let row = &done["rows"][0]["row"];
    assert_eq!(
        (&row["cancel_reason"], &row["cancelled_by"]),
        (&json!("rain"), &json!(office.org.administrator().user_id))
    );
    let back = desk
        .apply(
            "event.reinstate",
            json!([status(event, ("cancelled", Some("rain")), ("planning", None))]),
        )
        .await
        .unwrap();
    let row = &back["rows"][0]["row"];
    assert_eq!(
        (&row["cancel_reason"], &row["cancelled_at"], &row["cancelled_by"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn every_status_change_is_logged_with_who_and_when() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    desk.advance(event, "inquiry", "planning").await.unwrap();
    desk.apply(
        "event.edit",
        json!([update("events", event, json!({"notes": null}), json!({"notes": "x"}))]),
    )
    .await
    .unwrap();
    let log: Vec<(Option<String>, String, Uuid, bool)> = sqlx::query_as(
        "select old_status, new_status, changed_by, imported from app.event_status_log where event_id = $1 order by changed_at")
        .bind(event).fetch_all(office.db.admin()).await.unwrap();
    let ana = office.org.administrator().user_id;
    assert_eq!(
        log,
        [
            (None, "inquiry".into(), ana, false),
            (Some("inquiry".into()), "planning".into(), ana, false)
        ]
    );
}

#[tokio::test]
async fn each_bad_value_is_refused_by_the_name_that_the_app_translates() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let long = |n: usize| json!("é".repeat(n));
    for (column, value, constraint) in [
        ("name", json!(""), "events_name_length"),
        ("name", long(256), "events_name_length"),
        ("name", json!(" x"), "events_name_trimmed"),
        ("name", json!("x\u{a0}"), "events_name_trimmed"),
        ("name", json!("x\u{2003}"), "events_name_trimmed"),
        ("name", json!("\n"), "events_name_trimmed"),
        ("event_type", long(101), "events_event_type_length"),
        ("location", long(501), "events_location_length"),
        ("location", json!(""), "events_location_length"),
        ("notes", long(10_001), "events_notes_length"),
        ("estimated_attendees", json!(0), "events_attendees_range"),
        ("estimated_attendees", json!(100_001), "events_attendees_range"),
        ("time_zone", json!("Mars/Olympus"), "events_time_zone_known"),
        ("time_zone", json!("+02"), "events_time_zone_known"),
        ("time_zone", json!("Factory"), "events_time_zone_known"),
        ("ends_at", json!("2026-10-03T17:00:00Z"), "events_time_order"),
        ("ends_at", json!("2026-11-03T17:00:01Z"), "events_duration"),
        ("client_id", json!(Uuid::now_v7()), "events_client_exists"),
    ] {
        let mut event = insert_event(Uuid::now_v7(), client);
        event["set"][column] = value.clone();
        let said = desk.apply("event.create", json!([event])).await.expect_err(constraint);
        assert_eq!(said.constraint, constraint, "{column} = {value}: {said:?}");
    }
    for (start, end) in [
        ("1999-12-31T23:59:59Z", "2000-01-01T02:00:00Z"),
        ("2100-01-01T00:00:00Z", "2100-01-01T02:00:00Z"),
    ] {
        let mut event = insert_event(Uuid::now_v7(), client);
        event["set"]["starts_at"] = json!(start);
        event["set"]["ends_at"] = json!(end);
        refused(
            desk.apply("event.create", json!([event])).await,
            "23514",
            "events_starts_at_range",
        );
    }
    for (column, value, constraint) in [
        ("company_name", json!(""), "clients_company_name_length"),
        ("company_name", long(256), "clients_company_name_length"),
        ("company_name", json!("x "), "clients_company_name_trimmed"),
        ("contact_name", long(256), "clients_contact_name_length"),
        ("email", json!("nobody"), "clients_email_format"),
        ("email", json!("a@b@c"), "clients_email_format"),
        ("email", json!(format!("{}@x", "é".repeat(254))), "clients_email_format"),
        ("phone", long(51), "clients_phone_length"),
        ("address", long(1001), "clients_address_length"),
        ("notes", long(10_001), "clients_notes_length"),
    ] {
        let mut row = insert_client(Uuid::now_v7(), "Tanaka");
        row["set"][column] = value.clone();
        refused(desk.apply("client.create", json!([row])).await, "23514", constraint);
    }
    // Right-to-left, emoji and markup are text like any other.
    for name in [
        "حفل زفاف",
        "👩‍🍳🎉",
        "<script>alert(1)</script>",
        "'; drop table app.events; --",
        "%s{0}\\u0041",
    ] {
        let mut event = insert_event(Uuid::now_v7(), client);
        event["set"]["name"] = json!(name);
        let made = desk.apply("event.create", json!([event])).await.unwrap();
        assert_eq!(made["rows"][0]["row"]["name"], json!(name));
    }
}

#[tokio::test]
async fn the_longest_event_lasts_exactly_31_days_in_any_zone() {
    let office = Office::open().await;
    let desk = office.ana();
    let mut event = insert_event(Uuid::now_v7(), desk.client().await);
    // Clocks change in between.
    event["set"]["ends_at"] = json!("2026-11-03T17:00:00Z");
    desk.apply("event.create", json!([event])).await.unwrap();
}

#[tokio::test]
async fn events_are_never_deleted_and_a_client_with_events_stays() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let event = desk.event_for(client).await;
    let delete = |table: &str, id: Uuid| json!([{"table": table, "id": id, "op": "delete"}]);
    refused(
        desk.apply("event.delete", delete("events", event)).await,
        "CL422",
        "change_not_allowed",
    );
    refused(
        desk.apply("client.delete", delete("clients", client)).await,
        "23503",
        "events_client_exists",
    );
    let free = desk.client().await;
    let gone = desk.apply("client.delete", delete("clients", free)).await.unwrap();
    assert_eq!(gone["rows"], json!([{"table": "clients", "id": free, "row": null}]));
    refused(
        desk.apply("client.delete", delete("clients", free)).await,
        "CL409",
        "changed_by_someone_else",
    );
}

#[tokio::test]
async fn an_event_cannot_slip_in_under_a_client_that_is_being_deleted() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let mut running = office.db.connect_as(office.org.administrator()).await;
    let mut transaction = running.begin().await.unwrap();
    sqlx::query("select api.apply($1, $2, 'client.delete', $3)")
        .bind(office.org.org_id)
        .bind(Uuid::now_v7())
        .bind(json!([{"table": "clients", "id": client, "op": "delete"}]))
        .execute(&mut *transaction)
        .await
        .unwrap();
    let other = desk.clone();
    let late = tokio::spawn(async move {
        other.apply("event.create", json!([insert_event(Uuid::now_v7(), client)])).await
    });
    office.until_somebody_waits().await;
    transaction.commit().await.unwrap();
    refused(late.await.unwrap(), "23503", "events_client_exists");
}

#[tokio::test]
async fn each_step_needs_the_permission_that_the_matrix_grants() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let client = ana.client().await;
    let cases: Vec<(&str, &str, &str, Value)> = vec![
        (
            "clients.create",
            "inquiry",
            "client.create",
            json!({"table": "clients", "id": Uuid::now_v7(), "op": "insert", "set": {"company_name": "x"}}),
        ),
        (
            "clients.edit",
            "inquiry",
            "client.edit",
            update("clients", client, json!({"phone": null}), json!({"phone": "1"})),
        ),
        (
            "clients.delete",
            "inquiry",
            "client.delete",
            json!({"table": "clients", "id": ana.client().await, "op": "delete"}),
        ),
        ("events.create", "inquiry", "event.create", insert_event(Uuid::now_v7(), client)),
        (
            "events.edit",
            "inquiry",
            "event.edit",
            json!({"set": {"notes": "x"}, "was": {"notes": null}}),
        ),
        (
            "events.advance",
            "inquiry",
            "event.advance",
            json!({"set": {"status": "planning", "cancel_reason": null}, "was": {"status": "inquiry", "cancel_reason": null}}),
        ),
        (
            "events.cancel",
            "inquiry",
            "event.cancel",
            json!({"set": {"status": "cancelled", "cancel_reason": "x"}, "was": {"status": "inquiry", "cancel_reason": null}}),
        ),
        (
            "events.cancel",
            "cancelled",
            "event.reinstate",
            json!({"set": {"status": "planning", "cancel_reason": null}, "was": {"status": "cancelled", "cancel_reason": "rain"}}),
        ),
        (
            "events.archive",
            "completed",
            "event.archive",
            json!({"set": {"is_archived": true}, "was": {"is_archived": false}}),
        ),
        (
            "events.unarchive",
            "archived",
            "event.unarchive",
            json!({"set": {"is_archived": false}, "was": {"is_archived": true}}),
        ),
    ];
    for (permission, at, command, mut change) in cases {
        if change.get("table").is_none() {
            let (wanted, archived) =
                if at == "archived" { ("completed", true) } else { (at, false) };
            change["table"] = json!("events");
            change["op"] = json!("update");
            change["id"] = json!(ana.event_at(client, wanted, archived).await);
        }
        let said = refused(max.apply(command, json!([change])).await, "CL403", "not_permitted");
        assert_eq!(said.detail, json!({"permission": permission}), "{command}");
        let grant = Uuid::now_v7();
        let row = json!({"table": "role_permissions", "id": grant, "op": "insert", "set": {"role": "manager", "permission": permission}});
        ana.apply("role.grant", json!([row])).await.unwrap();
        max.preview(command, json!([change]))
            .await
            .unwrap_or_else(|said| panic!("{command}: {said:?}"));
        max.apply(command, json!([change])).await.unwrap();
        ana.apply(
            "role.revoke",
            json!([{"table": "role_permissions", "id": grant, "op": "delete"}]),
        )
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_column_that_stays_as_it_was_needs_no_permission_and_a_lie_about_it_gains_none() {
    let office = Office::open().await;
    office.grant("manager", &["events.advance"]).await;
    let (ana, max) = (office.ana(), office.max());
    let client = ana.client().await;
    let event = ana.event_at(client, "cancelled", false).await;
    // Said to come from preparation, which needs events.advance only: the comparison finds the lie.
    let lie = json!([status(event, ("preparation", None), ("planning", None))]);
    refused(max.apply("event.advance", lie).await, "CL409", "changed_by_someone_else");
    let honest = json!([status(event, ("cancelled", Some("rain")), ("planning", None))]);
    refused(max.apply("event.advance", honest).await, "CL403", "not_permitted");
    let nothing = json!([update(
        "events",
        event,
        json!({"name": "Autumn gala"}),
        json!({"name": "Autumn gala"})
    )]);
    refused(max.apply("event.edit", nothing).await, "CL403", "not_permitted");
}

#[tokio::test]
async fn staff_sees_its_organization_and_colleagues_but_no_events_yet() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let event = ana.event().await;
    for (table, rows) in [
        ("organizations", 1),
        ("memberships", 3),
        ("events", 0),
        ("clients", 0),
        ("event_status_log", 0),
    ] {
        assert_eq!(
            sam.snapshot(table, None, 100).await.unwrap()["rows"].as_array().unwrap().len(),
            rows,
            "{table}"
        );
    }
    refused(sam.history("events", event).await, "CL404", "row_unknown");
    office.grant("staff", &["events.edit"]).await;
    let edit = json!([update("events", event, json!({"notes": null}), json!({"notes": "x"}))]);
    let said = refused(sam.apply("event.edit", edit).await, "CL409", "changed_by_someone_else");
    assert_eq!(said.detail["current"], Value::Null, "what one may not see is as if it were gone");
}

#[tokio::test]
async fn an_organization_keeps_an_administrator_and_only_administrators_make_them() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let membership = async |email: &str| -> Uuid {
        sqlx::query_scalar("select id from app.memberships where email = $1")
            .bind(email.to_owned())
            .fetch_one(office.db.admin())
            .await
            .unwrap()
    };
    let (of_ana, of_max) =
        (membership("ana@example.org").await, membership("max@example.org").await);
    let role = |id: Uuid, was: &str, set: &str| {
        json!([update("memberships", id, json!({"role": was}), json!({"role": set}))])
    };
    let said = refused(
        ana.apply("member.role", role(of_ana, "administrator", "staff")).await,
        "CL422",
        "memberships_last_administrator",
    );
    assert_eq!(said.detail["field"], json!("role"));
    let leave = json!([update(
        "memberships",
        of_ana,
        json!({"ended_at": null}),
        json!({"ended_at": "2000-01-01"})
    )]);
    refused(ana.apply("member.end", leave.clone()).await, "CL422", "memberships_own_end");
    office.grant("manager", &["members.edit"]).await;
    refused(
        max.apply("member.role", role(of_max, "manager", "administrator")).await,
        "CL403",
        "memberships_administrator_only",
    );
    refused(
        max.apply("member.role", role(of_ana, "administrator", "staff")).await,
        "CL403",
        "memberships_administrator_only",
    );
    let matrix = json!([{"table": "role_permissions", "id": Uuid::now_v7(), "op": "insert", "set": {"role": "manager", "permission": "events.edit"}}]);
    refused(max.apply("role.grant", matrix).await, "CL403", "role_permissions_administrator_only");
    ana.apply("member.role", role(of_max, "manager", "administrator")).await.unwrap();
    let gone = max.apply("member.end", leave).await.unwrap();
    let ended = gone["rows"][0]["row"]["ended_at"].as_str().unwrap();
    assert!(ended > "2026", "the server's clock, not the desk's");
    refused(ana.cursor().await, "CL403", "not_a_member");
    refused(
        max.apply("member.role", role(of_max, "administrator", "staff")).await,
        "CL422",
        "memberships_last_administrator",
    );
}
