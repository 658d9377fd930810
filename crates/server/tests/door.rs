//! The door, met with every trap that was met while it was designed.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Answer, Desk, Office, Refusal, id_of, insert_client, insert_event, refused, status, update,
};
use serde_json::{Value, json};
use sqlx::{Connection, Row};
use std::collections::HashMap;
use uuid::Uuid;

#[tokio::test]
async fn a_twin_waits_for_the_running_command_and_gets_its_outcome() {
    let office = Office::open().await;
    let desk = office.ana();
    let (command, client) = (Uuid::now_v7(), Uuid::now_v7());
    let mut running = office.db.connect_as(office.org.administrator()).await;
    let mut transaction = running.begin().await.unwrap();
    let first: Value = sqlx::query_scalar("select api.apply($1, $2, 'client.create', $3)")
        .bind(office.org.org_id)
        .bind(command)
        .bind(json!([insert_client(client, "Tanaka")]))
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    let (twin_desk, twin_change) = (desk.clone(), json!([insert_client(client, "Tanaka")]));
    let twin =
        tokio::spawn(
            async move { twin_desk.apply_as(command, "client.create", twin_change).await },
        );
    office.until_somebody_waits().await;
    transaction.commit().await.unwrap();
    let second = twin.await.unwrap().unwrap();
    assert_eq!(
        (first["replayed"].clone(), second["replayed"].clone()),
        (json!(false), json!(true))
    );
    assert_eq!((&second["n"], &second["rows"]), (&first["n"], &first["rows"]));
    assert_eq!(office.count("clients").await, 1);
}

#[tokio::test]
async fn a_twin_of_a_command_that_failed_runs_itself() {
    let office = Office::open().await;
    let desk = office.ana();
    let (command, client) = (Uuid::now_v7(), Uuid::now_v7());
    let mut running = office.db.connect_as(office.org.administrator()).await;
    let mut transaction = running.begin().await.unwrap();
    sqlx::query("select api.apply($1, $2, 'client.create', $3)")
        .bind(office.org.org_id)
        .bind(command)
        .bind(json!([insert_client(client, "Tanaka")]))
        .execute(&mut *transaction)
        .await
        .unwrap();
    let (twin_desk, twin_change) = (desk.clone(), json!([insert_client(client, "Tanaka")]));
    let twin =
        tokio::spawn(
            async move { twin_desk.apply_as(command, "client.create", twin_change).await },
        );
    office.until_somebody_waits().await;
    transaction.rollback().await.unwrap();
    assert_eq!(twin.await.unwrap().unwrap()["replayed"], json!(false));
    assert_eq!(office.count("clients").await, 1);
}

#[tokio::test]
async fn a_stored_outcome_is_for_the_same_person_with_the_same_request_only() {
    let office = Office::open().await;
    office.grant("manager", &["clients.create"]).await;
    let (ana, max, command) = (office.ana(), office.max(), Uuid::now_v7());
    let change = json!([insert_client(Uuid::now_v7(), "Tanaka")]);
    ana.apply_as(command, "client.create", change.clone()).await.unwrap();
    assert_eq!(
        ana.apply_as(command, "client.create", change.clone()).await.unwrap()["replayed"],
        json!(true)
    );
    refused(
        max.apply_as(command, "client.create", change.clone()).await,
        "CL422",
        "commands_reused",
    );
    refused(ana.apply_as(command, "client.other", change).await, "CL422", "commands_reused");
    let other = json!([insert_client(Uuid::now_v7(), "Tanaka")]);
    refused(ana.apply_as(command, "client.create", other).await, "CL422", "commands_reused");
    assert_eq!(office.count("clients").await, 1);
}

#[tokio::test]
async fn refusals_and_previews_leave_nothing() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let state = "select format('%s %s %s %s %s %s', (select count(*) from app.commands), (select count(*) from app.journal),
        (select count(*) from app.journal_rows), (select sum(n) from app.feeds), (select md5(string_agg(e::text, '')) from app.events e),
        (select count(*) from app.event_status_log))";
    let before: String = office.scalar(state).await;
    let step = json!([status(event, ("inquiry", None), ("planning", None))]);
    let shown = desk.preview("event.advance", step.clone()).await.unwrap();
    assert_eq!(shown["preview"], json!(true));
    assert_eq!(shown["rows"].as_array().unwrap().len(), 2, "the event and its log");
    assert_eq!(shown["rows"][0]["row"]["status"], json!("planning"));
    let leap = json!([status(event, ("inquiry", None), ("completed", None))]);
    let said =
        refused(desk.preview("event.advance", leap.clone()).await, "CL422", "events_transition");
    assert_eq!(
        refused(desk.apply("event.advance", leap).await, "CL422", "events_transition"),
        said
    );
    assert_eq!(office.scalar::<String>(state).await, before);
    let done = desk.apply("event.advance", step).await.unwrap();
    assert_eq!(done["rows"][0]["row"]["status"], json!("planning"));
}

#[tokio::test]
async fn a_refused_command_id_may_be_used_again() {
    let office = Office::open().await;
    let (desk, command) = (office.ana(), Uuid::now_v7());
    let event = desk.event().await;
    let leap = json!([status(event, ("inquiry", None), ("completed", None))]);
    refused(desk.apply_as(command, "event.advance", leap).await, "CL422", "events_transition");
    let step = json!([status(event, ("inquiry", None), ("planning", None))]);
    desk.apply_as(command, "event.advance", step).await.unwrap();
}

#[tokio::test]
async fn two_people_who_edit_different_fields_both_win_and_the_same_field_is_a_conflict() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let edit = |field: &str, was: Value, set: Value| {
        json!([update("events", event, json!({field: was}), json!({field: set}))])
    };
    desk.apply("event.edit", edit("name", json!("Autumn gala"), json!("Winter gala")))
        .await
        .unwrap();
    desk.apply("event.edit", edit("location", json!(null), json!("Hall 2"))).await.unwrap();
    let lost =
        desk.apply("event.edit", edit("name", json!("Autumn gala"), json!("Spring gala"))).await;
    let said = refused(lost, "CL409", "changed_by_someone_else");
    assert_eq!(said.detail["columns"], json!(["name"]));
    assert_eq!((&said.detail["table"], &said.detail["id"]), (&json!("events"), &json!(event)));
    assert_eq!(said.detail["current"]["name"], json!("Winter gala"));
    assert_eq!(said.detail["current"]["location"], json!("Hall 2"), "the desk shows both values");
}

#[tokio::test]
async fn values_are_compared_by_type_and_not_by_spelling() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let times = |start: &str, end: &str| json!({"starts_at": start, "ends_at": end, "time_zone": "Europe/Madrid"});
    let was = times("2026-10-03T19:00:00+02:00", "2026-10-03 22:00:00.000+00");
    let set = times("2026-10-04T17:00:00Z", "2026-10-04T22:00:00Z");
    desk.apply("event.edit", json!([update("events", event, was, set)])).await.unwrap();
}

#[tokio::test]
async fn columns_that_belong_together_are_sent_and_compared_as_one() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let alone = update(
        "events",
        event,
        json!({"ends_at": "2026-10-03T22:00:00Z"}),
        json!({"ends_at": "2026-10-03T23:00:00Z"}),
    );
    let said = refused(desk.apply("event.edit", json!([alone])).await, "CL422", "group_incomplete");
    assert_eq!(said.detail["table"], json!("events"));
    let times = |start: &str, end: &str, zone: &str| json!({"starts_at": start, "ends_at": end, "time_zone": zone});
    let seen = times("2026-10-03T17:00:00Z", "2026-10-03T22:00:00Z", "Europe/Madrid");
    let longer = times("2026-10-03T17:00:00Z", "2026-10-03T23:00:00Z", "Europe/Madrid");
    desk.apply("event.edit", json!([update("events", event, seen.clone(), longer)])).await.unwrap();
    // Another person moved the start meanwhile, as they saw it: together the two would make an event nobody planned.
    let earlier = times("2026-10-03T12:00:00Z", "2026-10-03T22:00:00Z", "Europe/Madrid");
    let said = refused(
        desk.apply("event.edit", json!([update("events", event, seen, earlier)])).await,
        "CL409",
        "changed_by_someone_else",
    );
    assert_eq!(said.detail["columns"], json!(["ends_at"]));
}

#[tokio::test]
async fn what_is_not_a_writable_column_with_its_old_value_is_refused() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let edit = |set: Value, was: Value| json!([update("events", event, was, set)]);
    for (changes, constraint) in [
        (edit(json!({"name": "x"}), json!({})), "was_missing"),
        (edit(json!({"created_by": null}), json!({"created_by": null})), "column_not_writable"),
        (
            edit(json!({"org_id": office.org.org_id}), json!({"org_id": office.org.org_id})),
            "column_not_writable",
        ),
        (edit(json!({"id": event}), json!({"id": event})), "column_not_writable"),
        (edit(json!({"archived_at": null}), json!({"archived_at": null})), "column_not_writable"),
        (edit(json!({"nonsense": 1}), json!({"nonsense": 1})), "column_not_writable"),
        (
            edit(json!({"name\" = 'x'; --": 1}), json!({"name\" = 'x'; --": 1})),
            "column_not_writable",
        ),
        (
            edit(json!({"name": "x"}), json!({"name": "Autumn gala", "nonsense": 1})),
            "column_not_writable",
        ),
        (edit(json!({}), json!({})), "change_empty"),
        (json!([{"table": "events", "id": event, "op": "delete"}]), "change_not_allowed"),
        (
            json!([{"table": "journal", "id": event, "op": "insert", "set": {"n": 1}}]),
            "change_not_allowed",
        ),
        (
            json!([{"table": "event_status_log", "id": event, "op": "insert", "set": {"new_status": "planning"}}]),
            "change_not_allowed",
        ),
        (
            json!([{"table": "organizations", "id": event, "op": "insert", "set": {"name": "x"}}]),
            "change_not_allowed",
        ),
        (
            json!([{"table": "app.events", "id": event, "op": "update", "set": {"name": "x"}}]),
            "change_not_allowed",
        ),
        (json!([{"table": "events", "id": event, "op": "truncate"}]), "change_not_allowed"),
        (
            json!([{"table": "events", "id": event, "op": "insert", "set": {"created_at": "2020-01-01"}}]),
            "column_not_writable",
        ),
        (json!([{"table": "events", "op": "update", "set": {"name": "x"}}]), "changes_malformed"),
        (json!([{"table": 1, "op": "update", "id": event}]), "changes_malformed"),
        (json!([{"table": "events", "op": "update", "id": event, "set": []}]), "changes_malformed"),
        (json!([1]), "changes_malformed"),
        (json!("x"), "changes_malformed"),
        (json!({}), "changes_malformed"),
        (json!(null), "changes_malformed"),
    ] {
        let said = desk.apply("event.edit", changes.clone()).await.expect_err("refused");
        assert_eq!(
            (said.code.as_str(), said.constraint.as_str()),
            ("CL422", constraint),
            "{changes}: {said:?}"
        );
    }
    assert_eq!(desk.row("events", event).await.unwrap()["name"], json!("Autumn gala"));
}

#[tokio::test]
async fn values_that_are_no_values_are_typed_refusals() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    for value in [
        json!({"a": 1}),
        json!("not a time"),
        json!("infinity"),
        json!("294277-01-01"),
        json!(1e300),
        json!([1]),
        json!(true),
    ] {
        let set = json!({"starts_at": value, "ends_at": value, "time_zone": "Europe/Madrid"});
        let was = json!({"starts_at": "2026-10-03T17:00:00Z", "ends_at": "2026-10-03T22:00:00Z", "time_zone": "Europe/Madrid"});
        let said = desk
            .apply("event.edit", json!([update("events", event, was, set)]))
            .await
            .expect_err("refused");
        assert!(said.code.starts_with("22") || said.code.starts_with("23"), "{said:?}");
    }
    for (column, value) in [
        ("estimated_attendees", json!(2_147_483_648_u64)),
        ("estimated_attendees", json!("NaN")),
        ("name", json!(null)),
        ("is_archived", json!("maybe")),
        ("client_id", json!("x")),
        ("client_id", json!(null)),
    ] {
        let row = desk.row("events", event).await.unwrap();
        let change = update("events", event, json!({column: row[column]}), json!({column: value}));
        let said = desk.apply("event.edit", json!([change])).await.expect_err("refused");
        assert!(["22", "23", "CL"].iter().any(|class| said.code.starts_with(class)), "{said:?}");
    }
}

#[tokio::test]
async fn stamps_actor_and_organization_come_from_the_server() {
    let office = Office::open().await;
    let (desk, id) = (office.ana(), Uuid::now_v7());
    let done = desk.apply("client.create", json!([insert_client(id, "Tanaka")])).await.unwrap();
    let row = &done["rows"][0]["row"];
    assert_eq!(row["created_by"], json!(office.org.administrator().user_id));
    assert_eq!(row["org_id"], json!(office.org.org_id));
    assert!(row["created_at"].is_string() && row["created_at"] == row["updated_at"]);
    let smuggled = json!([{"table": "clients", "id": Uuid::now_v7(), "op": "insert", "org_id": Uuid::now_v7(),
                           "set": {"company_name": "x"}}]);
    desk.apply("client.create", smuggled).await.unwrap();
    assert_eq!(office.scalar::<i64>("select count(distinct org_id) from app.clients").await, 1);
}

#[tokio::test]
async fn settings_that_a_desk_makes_itself_mean_nothing() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let mut psql = office.db.connect_as(office.org.administrator()).await;
    let forged = "set cloche.actor = '00000000-0000-0000-0000-000000000001'; set cloche.import = 'on';
        set cloche.undo = '00000000-0000-0000-0000-000000000001'; set cloche.seq = '77';
        set cloche.command = '00000000-0000-0000-0000-000000000001'; set timezone = 'Asia/Tokyo'; set search_path = 'pg_temp';
        set datestyle = 'German'; set intervalstyle = 'sql_standard'; set session_replication_role = 'origin'";
    for setting in forged.split(';') {
        // The last one is for superusers and refused; the rest is anybody's.
        let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(setting.to_owned())).execute(&mut psql).await;
    }
    let apply = async |psql: &mut sqlx::PgConnection, change: Value| -> Answer {
        sqlx::query_scalar("select api.apply($1, $2, 'event.create', $3)")
            .bind(office.org.org_id)
            .bind(Uuid::now_v7())
            .bind(json!([change]))
            .fetch_one(psql)
            .await
            .map_err(Refusal::from)
    };
    let mut done = insert_event(Uuid::now_v7(), client);
    done["set"]["status"] = json!("completed");
    refused(apply(&mut psql, done).await, "CL422", "events_start_as_inquiry");
    let made = apply(&mut psql, insert_event(Uuid::now_v7(), client)).await.unwrap();
    let row = &made["rows"][0]["row"];
    assert_eq!(row["created_by"], json!(office.org.administrator().user_id));
    assert_eq!(
        row["starts_at"],
        json!("2026-10-03T17:00:00+00:00"),
        "images are in UTC whatever the session says"
    );
    assert!(row["created_at"].as_str().unwrap().ends_with("+00:00"));
    let command: Uuid = made["command_id"].as_str().unwrap().parse().unwrap();
    let journal = sqlx::query("select actor, (select min(seq) from app.journal_rows r where r.command_id = j.command_id) from app.journal j where command_id = $1")
        .bind(command).fetch_one(office.db.admin()).await.unwrap();
    assert_eq!(journal.get::<Uuid, _>(0), office.org.administrator().user_id);
    assert_eq!(journal.get::<i32, _>(1), 1);
    psql.close().await.unwrap();
}

#[tokio::test]
async fn a_write_outside_a_command_is_refused_even_to_the_owner_of_the_table() {
    let office = Office::open().await;
    office.ana().event().await;
    for write in [
        "insert into app.clients (org_id, id, company_name) select id, gen_random_uuid(), 'x' from app.organizations",
        "update app.events set name = 'x'",
        "delete from app.event_status_log",
        "update app.memberships set display_name = 'x'",
        "truncate app.events cascade",
    ] {
        let error = sqlx::raw_sql(write).execute(office.db.admin()).await.unwrap_err();
        assert_eq!(Refusal::from(error).code, "CL403", "{write}");
    }
}

#[tokio::test]
async fn many_rows_are_one_statement_and_the_answer_has_them_all() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    office.run("create table statements (n bigint); grant insert on statements to public; grant usage on schema public to public;
        create function count_statement() returns trigger language plpgsql as $$ begin insert into public.statements values (1); return null; end $$;
        create trigger zz_count after insert or update on app.events for each statement execute function count_statement();").await;
    let ids: Vec<Uuid> = (0..500).map(|_| Uuid::now_v7()).collect();
    let inserts: Vec<Value> = ids.iter().map(|id| insert_event(*id, client)).collect();
    let made = desk.apply("event.create", json!(inserts)).await.unwrap();
    assert_eq!(made["rows_changed"], json!(1000), "an event and its log each");
    assert_eq!(made["rows"].as_array().unwrap().len(), 1000);
    let steps: Vec<Value> =
        ids.iter().map(|id| status(*id, ("inquiry", None), ("planning", None))).collect();
    desk.apply("event.advance", json!(steps)).await.unwrap();
    assert_eq!(office.scalar::<i64>("select count(*) from statements").await, 2);
    assert_eq!(
        office.scalar::<i64>("select count(*) from app.events where status = 'planning'").await,
        500
    );
}

#[tokio::test]
async fn changes_apply_in_order_and_a_row_may_change_twice_in_one_command() {
    let office = Office::open().await;
    let desk = office.ana();
    let (client, event) = (Uuid::now_v7(), Uuid::now_v7());
    let done = desk
        .apply(
            "event.create",
            json!([
                insert_client(client, "Tanaka"),
                insert_event(event, client),
                status(event, ("inquiry", None), ("planning", None)),
                status(event, ("planning", None), ("preparation", None)),
                update("clients", client, json!({"phone": null}), json!({"phone": "1"})),
                update("clients", client, json!({"phone": "1"}), json!({"phone": "2"})),
            ]),
        )
        .await
        .unwrap();
    let last: HashMap<Uuid, &Value> =
        done["rows"].as_array().unwrap().iter().map(|r| (id_of(&r["id"]), &r["row"])).collect();
    assert_eq!(last[&event]["status"], json!("preparation"), "each row once, as it ended");
    assert_eq!(last[&client]["phone"], json!("2"));
    assert_eq!(office.count("event_status_log").await, 3);
}

#[tokio::test]
async fn a_call_takes_two_thousand_changes_or_four_megabytes_and_no_more() {
    let office = Office::open().await;
    let desk = office.ana();
    let clients = |count: usize| -> Vec<Value> {
        (0..count).map(|n| insert_client(Uuid::now_v7(), &format!("Client {n}"))).collect()
    };
    refused(desk.apply("client.create", json!(clients(2001))).await, "CL422", "changes_too_many");
    let done = desk.apply("client.create", json!(clients(2000))).await.unwrap();
    assert_eq!(done["rows"].as_array().unwrap().len(), 2000);
    let mut heavy = insert_client(Uuid::now_v7(), "Heavy");
    heavy["set"]["notes"] = json!("x".repeat(4 * 1024 * 1024));
    refused(desk.apply("client.create", json!([heavy])).await, "CL422", "changes_too_many");
}

#[tokio::test]
async fn deferred_constraints_let_values_swap_and_are_checked_before_the_answer_and_the_preview() {
    let office = Office::open().await;
    let desk = office.ana();
    office.run("alter table app.clients add constraint clients_phone_unique unique (org_id, phone) deferrable initially deferred").await;
    let (one, two) = (desk.client().await, desk.client().await);
    let phone = |id: Uuid, was: Value, set: &str| {
        update("clients", id, json!({"phone": was}), json!({"phone": set}))
    };
    desk.apply("client.edit", json!([phone(one, json!(null), "1"), phone(two, json!(null), "2")]))
        .await
        .unwrap();
    // One statement for both would not need the deferral; two would.
    let swap = json!([
        phone(one, json!("1"), "2"),
        update(
            "clients",
            two,
            json!({"phone": "2", "notes": null}),
            json!({"phone": "1", "notes": "x"})
        ),
    ]);
    desk.preview("client.edit", swap.clone()).await.unwrap();
    desk.apply("client.edit", swap).await.unwrap();
    let clash = json!([phone(one, json!("2"), "1")]);
    refused(desk.preview("client.edit", clash.clone()).await, "23505", "clients_phone_unique");
    refused(desk.apply("client.edit", clash).await, "23505", "clients_phone_unique");
}

#[tokio::test]
async fn desks_that_touch_the_same_events_in_opposite_orders_never_deadlock() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let (a, b) = (desk.event_for(client).await, desk.event_for(client).await);
    let note = |id: Uuid, column: &str, round: usize| {
        let was = if round == 0 { json!(null) } else { json!(format!("{}", round - 1)) };
        update("events", id, json!({column: was}), json!({column: format!("{round}")}))
    };
    for round in 0..40 {
        // Different columns, so both win; different keys within one command, so each change is a statement of its own.
        let there = json!([
            note(a, "notes", round),
            note(b, "notes", round),
            update(
                "clients",
                client,
                json!({"company_name": "Tanaka Weddings"}),
                json!({"company_name": "Tanaka Weddings"})
            )
        ]);
        let back = json!([
            update("clients", client, json!({"phone": null}), json!({"phone": null})),
            note(b, "location", round),
            note(a, "location", round)
        ]);
        let (one, two) =
            tokio::join!(desk.apply("event.edit", there), desk.apply("event.edit", back));
        one.unwrap();
        two.unwrap();
    }
}

#[tokio::test]
async fn twenty_desks_that_move_one_event_leave_one_winner_per_step() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let path = ["inquiry", "planning", "preparation", "in_progress", "completed", "follow_up"];
    for step in path.windows(2) {
        let tries: Vec<_> = (0..20)
            .map(|_| {
                let (desk, from, to) = (desk.clone(), step[0], step[1]);
                tokio::spawn(async move { desk.advance(event, from, to).await })
            })
            .collect();
        let mut won = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => won += 1,
                Err(said) => assert_eq!(
                    (said.code.as_str(), said.constraint.as_str()),
                    ("CL409", "changed_by_someone_else")
                ),
            }
        }
        assert_eq!(won, 1, "{step:?}");
    }
    assert_eq!(office.count("event_status_log").await, 6);
}

#[tokio::test]
async fn a_foreign_and_an_unknown_organization_answer_alike_everywhere() {
    let office = Office::open().await;
    let other = office.db.organization("Ahorn").administrator("eve@example.org").build().await;
    let eve = Desk { pool: office.db.pool_as(other.administrator()), org: other.org_id };
    let theirs = eve.event().await;
    let ana = office.ana();
    let mut answers = Vec::new();
    for org in [other.org_id, Uuid::now_v7()] {
        let spy = Desk { org, ..ana.clone() };
        let changes = json!([status(theirs, ("inquiry", None), ("planning", None))]);
        let mut said = vec![
            spy.apply("event.advance", changes.clone()).await,
            spy.preview("event.advance", changes.clone()).await,
            spy.undo(Uuid::now_v7(), false).await.1,
            spy.stage(Uuid::now_v7(), 0, changes).await,
            spy.apply_staged(Uuid::now_v7(), "import.x", json!([])).await,
            spy.pull(0, None, None, 10).await,
            spy.snapshot("events", None, 10).await,
            spy.cursor().await,
            spy.history("events", theirs).await,
        ];
        for call in [
            "select api.imported($1, 'event', '{}')",
            "select to_jsonb(api.was_applied($1, gen_random_uuid()))",
            "select api.discard_staged($1, gen_random_uuid())",
        ] {
            said.push(
                sqlx::query_scalar(call)
                    .bind(org)
                    .fetch_one(&spy.pool)
                    .await
                    .map_err(Refusal::from),
            );
        }
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1]);
    for said in answers.remove(0) {
        refused(said, "CL403", "not_a_member");
    }
    // Within the own organization, another's row is as gone as one that never was.
    let change = |id: Uuid| json!([status(id, ("inquiry", None), ("planning", None))]);
    let (foreign, random) = (
        ana.apply("x", change(theirs)).await.unwrap_err(),
        ana.apply("x", change(Uuid::now_v7())).await.unwrap_err(),
    );
    assert_eq!((foreign.code, foreign.message), (random.code, random.message));
    let client = id_of(&eve.row("events", theirs).await.unwrap()["client_id"]);
    let (foreign, random) = (
        ana.apply("x", json!([insert_event(Uuid::now_v7(), client)])).await.unwrap_err(),
        ana.apply("x", json!([insert_event(Uuid::now_v7(), Uuid::now_v7())])).await.unwrap_err(),
    );
    assert_eq!(
        (foreign.code.as_str(), foreign.constraint.as_str()),
        ("23503", "events_client_exists")
    );
    assert_eq!(foreign, random, "a client of another organization is no client");
}

#[tokio::test]
async fn whether_a_command_was_applied_waits_for_it_and_a_no_is_final() {
    let office = Office::open().await;
    let (desk, command) = (office.ana(), Uuid::now_v7());
    let asked = async |desk: &Desk, command: Uuid| -> bool {
        sqlx::query_scalar("select api.was_applied($1, $2)")
            .bind(desk.org)
            .bind(command)
            .fetch_one(&desk.pool)
            .await
            .unwrap()
    };
    let mut running = office.db.connect_as(office.org.administrator()).await;
    let mut transaction = running.begin().await.unwrap();
    sqlx::query("select api.apply($1, $2, 'client.create', $3)")
        .bind(office.org.org_id)
        .bind(command)
        .bind(json!([insert_client(Uuid::now_v7(), "Tanaka")]))
        .execute(&mut *transaction)
        .await
        .unwrap();
    let asking = desk.clone();
    let waiting = tokio::spawn(async move {
        sqlx::query_scalar::<_, bool>("select api.was_applied($1, $2)")
            .bind(asking.org)
            .bind(command)
            .fetch_one(&asking.pool)
            .await
    });
    office.until_somebody_waits().await;
    transaction.commit().await.unwrap();
    assert!(waiting.await.unwrap().unwrap());
    assert!(!asked(&office.max(), command).await, "somebody else's command is nobody's business");
    assert!(asked(&desk, command).await, "asking again changes nothing");
    let delayed = Uuid::now_v7();
    assert!(!asked(&desk, delayed).await);
    let late =
        sqlx::query_scalar::<_, serde_json::Value>("select api.apply($1, $2, 'client.create', $3)")
            .bind(desk.org)
            .bind(delayed)
            .bind(json!([insert_client(Uuid::now_v7(), "Too late")]))
            .fetch_one(&desk.pool)
            .await
            .map_err(Refusal::from);
    refused(late, "CL422", "commands_reused");
}
