//! Rows as the server prints them, and replicas in folders that vanish.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{DateTime, Duration, SecondsFormat, TimeZone, Utc};
use replica::{Replica, ReplicaKey, RowImage};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub const KEY: [u8; 32] = [7; 32];

pub fn key() -> ReplicaKey {
    ReplicaKey::from_bytes(KEY)
}

pub struct Fresh {
    pub folder: TempDir,
    pub replica: Replica,
}

impl std::ops::Deref for Fresh {
    type Target = Replica;
    fn deref(&self) -> &Replica {
        &self.replica
    }
}

pub async fn fresh() -> Fresh {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let replica = Replica::open(&folder.path().join("copy.db"), &key()).await.expect("opens");
    Fresh { folder, replica }
}

/// A readable id: `id(3)`.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

pub fn day(number: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 18, 0, 0).single().expect("a date") + Duration::days(number)
}

/// As `to_jsonb` prints a `timestamptz`.
pub fn printed(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

pub fn image(table: &str, id: Uuid, mut columns: Value) -> RowImage {
    columns["id"] = json!(id);
    columns["org_id"] = json!(Uuid::from_u128(1));
    RowImage { table: table.to_owned(), id, row: Some(columns) }
}

pub fn gone(table: &str, id: Uuid) -> RowImage {
    RowImage { table: table.to_owned(), id, row: None }
}

pub fn client(number: u128, name: &str) -> RowImage {
    image(
        "clients",
        id(number),
        json!({
            "company_name": name, "contact_name": "Ana García", "email": format!("c{number}@example.org"),
            "phone": null, "address": "Calle Mayor 2\nMadrid", "notes": null, "client_org_id": null,
            "created_by": id(900), "created_at": printed(day(-400)), "updated_at": printed(day(-400)),
        }),
    )
}

/// An event of `client` that starts on `day(start)`; `with` overrides columns.
pub fn event(number: u128, client: u128, name: &str, start: i64, with: Value) -> RowImage {
    let mut columns = json!({
        "client_id": id(client), "name": name, "event_type": "wedding",
        "starts_at": printed(day(start)), "ends_at": printed(day(start) + Duration::hours(5)),
        "time_zone": "Europe/Madrid", "location": "Palacio de Cristal", "status": "inquiry",
        "estimated_attendees": 120, "notes": null, "cancel_reason": null, "is_archived": false,
        "archived_at": null, "archived_by": null, "cancelled_at": null, "cancelled_by": null,
        "created_by": id(900), "created_at": printed(day(-30)), "updated_at": printed(day(-30)),
    });
    if let (Value::Object(columns), Value::Object(with)) = (&mut columns, with) {
        columns.extend(with);
    }
    image("events", id(number), columns)
}

pub fn member(number: u128, user: u128, name: &str, role: &str) -> RowImage {
    image(
        "memberships",
        id(number),
        json!({"user_id": id(user), "display_name": name, "email": "x@example.org", "role": role, "ended_at": null}),
    )
}

pub fn names(rows: &[replica::EventRow]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

fn with(mut columns: Value, with: Value) -> Value {
    if let (Value::Object(columns), Value::Object(with)) = (&mut columns, with) {
        columns.extend(with);
    }
    columns
}

/// A person, free for all; `columns` override.
pub fn resource(number: u128, name: &str, columns: Value) -> RowImage {
    let plain = json!({
        "name": name, "type": "staff", "role": "waiter", "quantity": 1, "setup_minutes": 0, "teardown_minutes": 0,
        "is_available": true, "user_id": null, "notes": null, "created_by": id(900),
        "created_at": printed(day(-30)), "updated_at": printed(day(-30)),
    });
    image("resources", id(number), with(plain, columns))
}

/// A pending task of `event` that is due on `day(due)`; `columns` override.
pub fn task(number: u128, event: u128, title: &str, due: i64, columns: Value) -> RowImage {
    let plain = json!({
        "event_id": id(event), "title": title, "description": null, "due_at": printed(day(due)), "status": "pending",
        "category": "pre_event", "assigned_to": null, "completed_at": null, "completed_by": null,
        "created_by": id(900), "created_at": printed(day(-30)), "updated_at": printed(day(-30)),
    });
    image("tasks", id(number), with(plain, columns))
}

/// That `task` waits for `prerequisite`.
pub fn dependency(number: u128, event: u128, task: u128, prerequisite: u128) -> RowImage {
    let columns =
        json!({"event_id": id(event), "task_id": id(task), "prerequisite_id": id(prerequisite)});
    image("task_dependencies", id(number), columns)
}

/// That `resource` is booked for `event` for four hours from `hour(start)`; `columns` override.
pub fn booking(number: u128, resource: u128, event: u128, start: i64, columns: Value) -> RowImage {
    let plain = json!({
        "resource_id": id(resource), "event_id": id(event), "task_id": null, "kind": "assignment", "quantity": 1,
        "starts_at": printed(hour(start)), "ends_at": printed(hour(start + 4)), "pool_size": 1, "note": null,
        "override_reason": null, "override_by": null, "created_by": id(900),
        "created_at": printed(day(-30)), "updated_at": printed(day(-30)),
    });
    image("resource_schedule", id(number), with(plain, columns))
}

/// `day(0)` and some hours.
pub fn hour(number: i64) -> DateTime<Utc> {
    day(0) + Duration::hours(number)
}

/// At `day(0)`, the person of resource `me`.
pub fn viewer(me: Option<u128>) -> replica::Viewer {
    replica::Viewer::of(me.map(id), day(0) + Duration::seconds(30), "Europe/Madrid")
}
