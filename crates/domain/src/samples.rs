//! An office to try rules on: one event, its tasks, people and chairs.

use crate::change::{Change, Entity, Op, Plan};
use crate::events::{Event, Status};
use crate::permission::{Permissions, Role};
use crate::resources::{Resource, ResourceType};
use crate::schedule::{EntryKind, Load, ScheduleEntry, Window};
use crate::tasks::{EventTasks, Task, TaskCategory, TaskDependency, TaskStatus};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

pub(crate) fn everything() -> Permissions {
    Permissions::default_of(Role::Administrator)
}

pub(crate) fn manager() -> Permissions {
    Permissions::default_of(Role::Manager)
}

pub(crate) fn staff() -> Permissions {
    Permissions::default_of(Role::Staff)
}

pub(crate) fn nobody() -> Permissions {
    Permissions::default()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A moment of 14 June 2026, or of a day after it: `"16:00"`, `"1 02:00"`.
pub(crate) fn june(text: &str) -> DateTime<Utc> {
    let (days, time) = text.split_once(' ').unwrap_or(("0", text));
    let days: i64 = days.parse().unwrap();
    at(&format!("2026-06-14T{time}:00Z")) + chrono::Duration::days(days)
}

/// From when until when, on a clock that shows UTC.
pub(crate) fn window(from: &str, until: &str) -> Window {
    Window { starts_at: june(from), ends_at: june(until), zone: Tz::UTC }
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn gala() -> Event {
    Event {
        id: id(1),
        client_id: id(2),
        name: "Gala dinner".into(),
        event_type: "gala".into(),
        starts_at: at("2026-03-14T18:00:00Z"),
        ends_at: at("2026-03-14T22:00:00Z"),
        time_zone: "Europe/Madrid".into(),
        location: Some("Palacio de Cristal".into()),
        status: Status::Inquiry,
        estimated_attendees: Some(140),
        notes: None,
        cancel_reason: None,
        is_archived: false,
        archived_at: None,
        archived_by: None,
        cancelled_at: None,
        cancelled_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// An event on the evening of 14 June, on a clock that shows UTC.
pub(crate) fn wedding() -> Event {
    let Window { starts_at, ends_at, .. } = window("16:00", "23:00");
    let (name, time_zone) = ("Wedding García".into(), "UTC".into());
    Event { name, starts_at, ends_at, time_zone, status: Status::Planning, ..gala() }
}

pub(crate) fn archived() -> Event {
    Event { is_archived: true, status: Status::Completed, ..wedding() }
}

pub(crate) fn ana() -> Resource {
    Resource {
        id: id(50),
        name: "Ana Ruiz".into(),
        kind: ResourceType::Staff,
        role: None,
        quantity: 1,
        setup_minutes: 0,
        teardown_minutes: 0,
        is_available: true,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

pub(crate) fn chairs(quantity: i32) -> Resource {
    let (id, name) = (id(51), "Folding chairs".into());
    Resource { id, name, kind: ResourceType::Equipment, quantity, ..ana() }
}

/// A booking of one for another event than the wedding.
pub(crate) fn entry(n: u128, from: &str, until: &str) -> ScheduleEntry {
    ScheduleEntry {
        id: id(n),
        resource_id: id(50),
        event_id: Some(id(9)),
        task_id: None,
        kind: EntryKind::Assignment,
        quantity: 1,
        starts_at: june(from),
        ends_at: june(until),
        pool_size: None,
        note: None,
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// A booking of one for the wedding.
pub(crate) fn own(n: u128, from: &str, until: &str) -> ScheduleEntry {
    ScheduleEntry { event_id: Some(wedding().id), ..entry(n, from, until) }
}

pub(crate) fn load(resource: Resource, entries: Vec<ScheduleEntry>) -> Load {
    let entries = entries.into_iter().map(|e| ScheduleEntry { resource_id: resource.id, ..e });
    let titles = [(id(9), "Tanaka gala".to_owned()), (wedding().id, wedding().name)];
    Load { entries: entries.collect(), titles: titles.into(), resource }
}

pub(crate) fn task(n: u128, title: &str, status: TaskStatus) -> Task {
    Task {
        id: id(n),
        event_id: wedding().id,
        title: title.into(),
        description: None,
        due_at: None,
        status,
        category: TaskCategory::PreEvent,
        assigned_to: None,
        completed_at: None,
        completed_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// The wedding's tasks, and for each pair that the first waits for the second.
pub(crate) fn tasks(tasks: Vec<Task>, edges: &[(u128, u128)]) -> EventTasks {
    let edge = |(task, prerequisite): &(u128, u128)| {
        TaskDependency::new(wedding().id, id(*task), id(*prerequisite))
    };
    let dependencies = edges.iter().map(edge).collect();
    EventTasks { tasks, dependencies, ..EventTasks::default() }
}

/// What the server makes of a plan's changes to one table, where nothing stands in the way; it finds every conflict.
pub(crate) fn applied<E: Entity>(plan: &Plan, rows: &[E], blank: &E) -> Vec<E> {
    let mut rows: Vec<(Uuid, serde_json::Value)> =
        rows.iter().map(|row| (row.id(), serde_json::to_value(row).unwrap())).collect();
    for Change { id, op, set, was, .. } in plan.changes.iter().filter(|c| c.table == E::TABLE) {
        assert!(set.keys().all(|column| E::DESK_COLUMNS.contains(&column.as_str())));
        match op {
            Op::Insert => {
                assert!(rows.iter().all(|(known, _)| known != id), "it is there already");
                let mut row = serde_json::to_value(blank).unwrap();
                row["id"] = serde_json::to_value(id).unwrap();
                set.iter().for_each(|(column, value)| row[column] = value.clone());
                rows.push((*id, row));
            }
            Op::Update => {
                let (_, row) = rows.iter_mut().find(|(known, _)| known == id).unwrap();
                for (column, value) in set {
                    assert_eq!(row[column], was[column], "the server would find a conflict");
                    row[column] = value.clone();
                }
            }
            Op::Delete => rows.retain(|(known, _)| known != id),
        }
    }
    rows.into_iter().map(|(_, row)| serde_json::from_value(row).unwrap()).collect()
}
