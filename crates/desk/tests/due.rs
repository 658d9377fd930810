//! What the tray says: how many of one's own tasks are overdue or due today.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;
use desk::due::due_for_me;
use serde_json::{Value, json};
use testkit::{SimulatedDesk, TestServer};
use uuid::Uuid;

const ZONE: Tz = chrono_tz::Europe::Vienna;

async fn task(
    desk: &SimulatedDesk,
    event: Uuid,
    to: Option<Uuid>,
    due: Option<DateTime<Utc>>,
) -> Uuid {
    let id = Uuid::now_v7();
    let due = due.map(|at| at.with_timezone(&ZONE).format("%Y-%m-%dT%H:%M").to_string());
    let form = json!({
        "title": "Something", "description": null, "due_local": due, "due_choice": null,
        "category": "pre_event", "assigned_to": to, "prerequisites": [],
    });
    let input =
        json!({ "command_id": Uuid::now_v7(), "task_id": id, "event_id": event, "form": form });
    desk.done("task_create", input).await;
    id
}

async fn person(desk: &SimulatedDesk, name: &str, user: Option<Uuid>) -> Uuid {
    let id = Uuid::now_v7();
    let form = json!({
        "name": name, "type": "staff", "role": null, "quantity": 1, "setup_minutes": 0,
        "teardown_minutes": 0, "is_available": true, "user_id": user, "notes": null,
    });
    desk.done(
        "resource_create",
        json!({ "command_id": Uuid::now_v7(), "resource_id": id, "form": form }),
    )
    .await;
    id
}

#[tokio::test]
async fn one_s_own_open_tasks_count_once_when_overdue_or_due_today() {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden")
        .time_zone("Europe/Vienna")
        .administrator("ana@example.org")
        .build()
        .await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let client = desk.client("Amaya").await;
    let event = desk.event(client, "Wedding Amaya").await;
    assert_eq!(due_for_me(&desk.desk).await.unwrap(), 0, "nobody here is Ana yet");
    let ana = person(&desk, "Ana", Some(office.administrator().user_id)).await;
    let max = person(&desk, "Max", None).await;

    let now = Utc::now();
    let done = task(&desk, event, Some(ana), Some(now - Duration::days(2))).await;
    let moves = |to: &str| -> Value {
        json!({ "command_id": Uuid::now_v7(), "moves": [{ "task_id": done, "to": to }] })
    };
    desk.done("task_move", moves("in_progress")).await;
    desk.done("task_move", moves("completed")).await;
    task(&desk, event, Some(max), Some(now - Duration::days(2))).await;
    task(&desk, event, None, Some(now - Duration::days(2))).await;
    task(&desk, event, Some(ana), None).await;
    task(&desk, event, Some(ana), Some(now + Duration::days(3))).await;
    assert_eq!(
        due_for_me(&desk.desk).await.unwrap(),
        0,
        "done, another's, nobody's, undated, later"
    );

    task(&desk, event, Some(ana), Some(now - Duration::days(3))).await;
    // A minute ago is overdue and, but for a minute after midnight, also due today: it counts once.
    task(&desk, event, Some(ana), Some(now - Duration::minutes(1))).await;
    assert_eq!(due_for_me(&desk.desk).await.unwrap(), 2);
    let tonight = now.with_timezone(&ZONE).with_time(NaiveTime::from_hms_opt(23, 59, 0).unwrap());
    task(&desk, event, Some(ana), Some(tonight.unwrap().to_utc())).await;
    assert_eq!(due_for_me(&desk.desk).await.unwrap(), 3, "and what is due later today");
}
