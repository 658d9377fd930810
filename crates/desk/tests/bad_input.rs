//! What people type that cannot be taken, or looks as if it could not: always a typed answer beside its field.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::{AppError, Code};
use serde_json::{Value, json};
use testkit::{SimulatedDesk, TestDatabase, TestServer, event_form};
use uuid::Uuid;

async fn desk() -> (TestDatabase, SimulatedDesk, Uuid) {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let client = desk.client("Müller Consulting").await;
    (db, desk, client)
}

async fn create(desk: &SimulatedDesk, form: Value) -> Result<Uuid, AppError> {
    let id = Uuid::now_v7();
    let input = json!({ "command_id": Uuid::now_v7(), "event_id": id, "form": form });
    desk.run("event_create", input).await.map(|_| id)
}

fn changed(client: Uuid, fields: Value) -> Value {
    let mut form = event_form(client, "Summer party");
    for (field, value) in fields.as_object().unwrap() {
        form[field] = value.clone();
    }
    form
}

#[tokio::test]
async fn names_of_every_kind_are_stored_and_given_back_as_they_are() {
    let (db, desk, client) = desk().await;
    let longest = "é".repeat(255);
    let names = [
        "حفلة زفاف في القاهرة",
        "\u{202e}gnirehtag",
        "👩‍🍳🎉 party 🥂",
        "<script>alert('x')</script>",
        "'; drop table app.events; --",
        "{{7*7}} ${env} %s \\u0041",
        &longest,
    ];
    for name in names {
        let event = create(&desk, changed(client, json!({ "name": name }))).await.unwrap();
        let page = desk.done("event_page", json!({ "event_id": event })).await;
        let stored: String = sqlx::query_scalar("select name from app.events where id = $1")
            .bind(event)
            .fetch_one(db.admin())
            .await
            .unwrap();
        assert_eq!(page["row"]["name"], json!(stored), "the desk shows what the server has");
        assert_eq!(stored, name);
        let company = desk.client(name).await;
        let page = desk.done("client_page", json!({ "client_id": company })).await;
        assert_eq!(page["row"]["company_name"], name);
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_beside_its_field() {
    let (_db, desk, client) = desk().await;
    let too_long = "x".repeat(256);
    let cases = [
        ("name", json!({ "name": "" })),
        ("name", json!({ "name": " \t\u{200b} " })),
        ("name", json!({ "name": too_long })),
        ("name", json!({ "name": "a\u{0}b" })),
        ("event_type", json!({ "event_type": "" })),
        ("event_type", json!({ "event_type": "x".repeat(101) })),
        ("client_id", json!({ "client_id": "" })),
        ("ends_local", json!({ "ends_local": "2026-06-12T14:59" })),
        ("ends_local", json!({ "ends_local": "2026-06-12T15:00" })),
        ("ends_local", json!({ "ends_local": "2026-08-12T15:00" })),
        (
            "starts_local",
            json!({ "starts_local": "1900-06-12T15:00", "ends_local": "1900-06-12T16:00" }),
        ),
        (
            "starts_local",
            json!({ "starts_local": "2100-06-12T15:00", "ends_local": "2100-06-12T16:00" }),
        ),
        ("starts_local", json!({ "starts_local": "yesterday" })),
        ("starts_local", json!({ "starts_local": "2026-02-30T15:00" })),
        ("time_zone", json!({ "time_zone": "Mars/Olympus" })),
        ("location", json!({ "location": "x".repeat(501) })),
        ("notes", json!({ "notes": "x".repeat(10_001) })),
        ("estimated_attendees", json!({ "estimated_attendees": 0 })),
        ("estimated_attendees", json!({ "estimated_attendees": 100_001 })),
    ];
    for (field, wrong) in cases {
        let error = create(&desk, changed(client, wrong.clone())).await.unwrap_err();
        assert_eq!(error.code, Code::Invalid, "{wrong}: {error:?}");
        assert_eq!(error.field.as_deref(), Some(field), "{wrong}: {error:?}");
        assert!(error.message.ends_with('.') && error.message.len() > 10, "{error:?}");
    }
    for (name, field) in [("", "company_name"), (&too_long, "company_name")] {
        let form = json!({ "company_name": name });
        let input =
            json!({ "command_id": Uuid::now_v7(), "client_id": Uuid::now_v7(), "form": form });
        let error = desk.run("client_create", input).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some(field)));
    }
    let page = desk.done("client_page", json!({ "client_id": client })).await;
    assert_eq!(page["events"], json!([]), "nothing of it was stored");
}

#[tokio::test]
async fn a_time_that_the_clocks_skip_or_repeat_is_named_with_both_it_could_mean() {
    let (_db, desk, client) = desk().await;
    for (day, kind) in [("2026-03-29", "skipped_time"), ("2026-10-25", "repeated_time")] {
        let times = json!({
            "starts_local": format!("{day}T02:30"), "ends_local": format!("{day}T09:00"),
            "time_zone": "Europe/Vienna",
        });
        let form = changed(client, times);
        let error = create(&desk, form.clone()).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("starts_local")));
        let details = error.details.unwrap();
        assert_eq!(details["kind"], kind, "{details}");
        let choices = details["choices"].as_array().unwrap();
        assert_eq!(choices.len(), 2, "{details}");
        for choice in choices {
            // Answered with either, it is taken as that moment.
            let mut form = form.clone();
            form["starts_choice"] = choice["choice"].clone();
            let event = create(&desk, form).await.unwrap();
            let page = desk.done("event_page", json!({ "event_id": event })).await;
            let at = |text: &Value| {
                chrono::DateTime::parse_from_rfc3339(text.as_str().unwrap()).unwrap().to_utc()
            };
            assert_eq!(at(&page["row"]["starts_at"]), at(&choice["instant"]));
        }
    }
}

#[tokio::test]
async fn an_input_of_another_shape_and_an_unknown_action_are_invalid() {
    let (_db, desk, _client) = desk().await;
    for (name, input) in [
        ("event_create", json!({})),
        ("event_page", json!({ "event_id": 7 })),
        ("nonsense", json!({})),
    ] {
        assert_eq!(desk.run(name, input).await.unwrap_err().code, Code::Invalid, "{name}");
    }
    let gone = json!({ "event_id": Uuid::now_v7() });
    assert_eq!(desk.run("event_page", gone).await.unwrap_err().code, Code::NotFound);
}
