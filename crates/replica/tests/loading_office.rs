//! Loading tasks and the schedule whole: counters, copied names, helpers and clashes are as if every row had been merged.

mod common;

use common::{Fresh, booking, dependency, event, fresh, gone, id, resource, task, viewer};
use replica::{
    Batch, Portion, Replica, ResourceListInput, RowImage, SearchInput, TaskFilter, TaskListInput,
    TaskScope, TaskState, TasksArchived,
};
use serde_json::json;

fn rows_of(table: &str) -> Vec<RowImage> {
    match table {
        "events" => (1..6)
            .map(|n| event(n, 9, &format!("Event {n}"), n as i64, json!({"is_archived": n == 5})))
            .collect(),
        "resources" => (21..26)
            .map(|n| resource(n, &format!("Person {n}"), json!({"setup_minutes": 30})))
            .collect(),
        "tasks" => (100..400)
            .map(|n| {
                let status = ["pending", "in_progress", "completed"][(n % 3) as usize];
                let assigned = if n % 4 == 0 { json!(null) } else { json!(id(21 + n % 5)) };
                let columns = json!({"status": status, "assigned_to": assigned});
                task(n, 1 + n % 5, &format!("Task {n}"), (n % 60) as i64 - 30, columns)
            })
            .collect(),
        "task_dependencies" => {
            (500..560).map(|n| dependency(n, 1 + n % 5, n - 400, n - 395)).collect()
        }
        _ => (600..700)
            .map(|n| {
                let columns = json!({"task_id": id(100 + n % 90)});
                booking(n, 21 + n % 5, 1 + n % 5, (n * n % 97) as i64, columns)
            })
            .collect(),
    }
}

const LOADED: [&str; 5] =
    ["events", "resources", "tasks", "task_dependencies", "resource_schedule"];

/// What others do while the load runs; the load began at n = 1.
fn meanwhile(step: usize) -> Vec<RowImage> {
    match step {
        1 => vec![event(1, 9, "Renamed", 1, json!({})), resource(22, "Somebody", json!({}))],
        2 => vec![
            event(2, 9, "Event 2", 2, json!({"is_archived": true})),
            task(150, 1, "Changed meanwhile", 3, json!({"assigned_to": id(22)})),
            gone("tasks", id(151)),
        ],
        3 => vec![booking(601, 23, 1, 3, json!({"task_id": id(150)})), gone("resources", id(25))],
        _ => vec![],
    }
}

async fn load_half(copy: &Replica, table: &'static str, rows: &[RowImage], last: bool) {
    let print = |image: &RowImage| {
        let row = image.row.clone().expect("a row");
        serde_json::from_value(row).expect("prints")
    };
    let portion = Portion { table, n: 1, since: 1, rows: rows.iter().map(print).collect(), last };
    let batch = Batch { portion: Some(Box::new(portion)), ..Batch::default() };
    copy.store(batch).await.expect("stores");
}

async fn loaded() -> Fresh {
    let copy = fresh().await;
    for (step, table) in LOADED.into_iter().enumerate() {
        let rows = rows_of(table);
        let (first, second) = rows.split_at(rows.len() / 2);
        load_half(&copy, table, first, false).await;
        copy.merge(meanwhile(step), 2 + step as i64).await.expect("merges");
        load_half(&copy, table, second, true).await;
    }
    copy
}

async fn merged() -> Fresh {
    let copy = fresh().await;
    let rows = LOADED.iter().flat_map(|table| rows_of(table)).collect();
    copy.merge(rows, 1).await.expect("merges");
    for step in 0..LOADED.len() {
        copy.merge(meanwhile(step), 2 + step as i64).await.expect("merges");
    }
    copy
}

/// Everything that screens show of a copy; ties in order are settled by arrival, so rows are sorted by id.
async fn shown(copy: &Replica) -> String {
    let viewer = viewer(Some(22));
    let mut shown = String::new();
    for scope in [TaskScope::All, TaskScope::Mine, TaskScope::Unassigned] {
        for state in [TaskState::Open, TaskState::Overdue, TaskState::Completed, TaskState::Any] {
            for text in [None, Some("renamed"), Some("somebody"), Some("event 3")] {
                let archived = TasksArchived::With;
                let text = text.map(str::to_owned);
                let filter = TaskFilter { scope, state, text, archived, ..TaskFilter::default() };
                let input = TaskListInput { filter, limit: 1_000, ..TaskListInput::default() };
                let mut page = copy.task_list(&input, &viewer).await.expect("reads");
                page.rows.sort_by_key(|row| row.id);
                shown += &format!("{page:?}\n");
            }
        }
    }
    shown += &format!("{:?}\n", copy.task_counts(&viewer).await.expect("reads"));
    let input = ResourceListInput { limit: 100, ..ResourceListInput::default() };
    shown += &format!("{:?}\n", copy.resource_list(&input, viewer.now).await.expect("reads"));
    for number in 21..26 {
        let (from, until) = (common::day(-90), common::day(90));
        let schedule = copy.resource_schedule(id(number), from, until).await.expect("reads");
        shown += &format!("{:?}\n{:?}\n", schedule.load, schedule.clashes);
        shown += &format!("{:?}\n", copy.resource_use(id(number)).await.expect("reads"));
    }
    for number in 1..6 {
        shown += &format!("{:?}\n", copy.event_counts(id(number), &viewer).await.expect("reads"));
        shown +=
            &format!("{:?}\n", copy.event_tasks(id(number), &viewer).await.expect("reads").len());
    }
    let mut hits =
        copy.search(&SearchInput { text: "task 15".into(), limit: 200 }).await.expect("reads").hits;
    hits.sort_by_key(|hit| hit.id);
    shown + &format!("{hits:?}")
}

#[tokio::test]
async fn a_loaded_office_is_as_if_every_row_had_been_merged() {
    let (loaded, merged) = (loaded().await, merged().await);
    let (one, other) = (shown(&loaded).await, shown(&merged).await);
    for (one, other) in one.lines().zip(other.lines()) {
        assert_eq!(one, other);
    }
    assert!(one.contains("Renamed") && one.contains("Overbooked"), "there is something to compare");
    loaded.close().await;
    merged.close().await;
}
