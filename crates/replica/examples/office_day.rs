//! Prints how fast a replica of 50 000 events with 500 000 tasks and 300 000 bookings loads and answers. Run with
//! `--release`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use chrono::{DateTime, Duration, TimeZone, Utc};
use domain::resources::ResourceType;
use domain::tasks::TaskCategory;
use replica::{
    Batch, Portion, Replica, ReplicaKey, ResourceFilter, ResourceListInput, ResourceSort,
    ResourceSortBy, RowImage, SearchInput, TABLES, TaskFilter, TaskListInput, TaskScope, TaskSort,
    TaskSortBy, TaskState, TasksArchived, Viewer,
};
use serde_json::{Value, json};
use std::time::Instant;
use uuid::Uuid;

const EVENTS: u64 = 50_000;
const TASKS_EACH: u64 = 10;
const STAFF: u64 = 100;
const RESOURCES: u64 = 500;
const ENTRIES_EACH: u64 = 6;
const DAYS: i64 = 1_500;
const TODAY: i64 = 700;
const TITLES: [&str; 12] = [
    "Print place cards",
    "Cut cake",
    "Serve mains",
    "Order flowers",
    "Confirm headcount",
    "Book the band",
    "Set tables",
    "Chill the wine",
    "Send the menu",
    "Collect linen",
    "Éclairs to the buffet",
    "Pack the van",
];
const NAMES: [&str; 6] = [
    "Zoë Fernández",
    "Siân Müller",
    "Renée Novák",
    "Tomás García",
    "Amara Tanaka",
    "Hanna O'Brien",
];

fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + (kind << 40) + u128::from(number))
}

fn mixed(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 1, 1, 8, 0, 0).single().expect("a date")
}

/// Day by day, so that people can be given to events without booking them twice.
fn event_start(number: u64) -> DateTime<Utc> {
    let day = (number * DAYS as u64 / EVENTS) as i64;
    start() + Duration::days(day) + Duration::hours((mixed(number) % 8) as i64)
}

fn event(number: u64) -> Value {
    let at = event_start(number);
    let past = at < viewer().now;
    json!({
        "org_id": id(0, 0), "id": id(2, number), "client_id": id(1, number % 2_000), "event_type": "wedding",
        "name": format!("Wedding {} #{number}", NAMES[(mixed(number) % 6) as usize]),
        "starts_at": at, "ends_at": at + Duration::hours(5), "time_zone": "Europe/Madrid",
        "location": "Hotel Miramar, Salón Azul", "status": if past { "completed" } else { "planning" },
        "estimated_attendees": 120, "notes": "Vegetarian menu for twelve.",
        "is_archived": past && !number.is_multiple_of(3), "created_by": id(0, 1), "created_at": start(), "updated_at": start(),
    })
}

fn resource(number: u64) -> Value {
    let role = ["chef", "bartender", "waiter"][(number % 3) as usize];
    let kind = if number < STAFF {
        "staff"
    } else if number < 400 {
        "equipment"
    } else {
        "materials"
    };
    json!({
        "org_id": id(0, 0), "id": id(3, number), "name": format!("{} {number}", NAMES[(number % 6) as usize]), "type": kind,
        "role": role, "quantity": if number < 400 { 1 } else { 300 },
        "setup_minutes": 30, "teardown_minutes": 0, "is_available": true,
        "user_id": if number == 7 { json!(id(0, 7)) } else { Value::Null }, "created_at": start(), "updated_at": start(),
    })
}

fn task(number: u64) -> Value {
    let (event, dice) = (number / TASKS_EACH, mixed(number));
    let due = event_start(event) - Duration::minutes((dice % 20_000) as i64);
    let past = due < viewer().now;
    let status = match dice / 7 % 10 {
        _ if past && !dice.is_multiple_of(10) => "completed",
        0..3 => "in_progress",
        _ => "pending",
    };
    let category = ["pre_event", "during_event", "post_event"][(dice / 19 % 3) as usize];
    let unassigned = (dice / 11).is_multiple_of(10);
    json!({
        "org_id": id(0, 0), "id": id(4, number), "event_id": id(2, event), "title": TITLES[(dice / 13 % 12) as usize],
        "description": "Ask the client twice, then ask the kitchen.",
        "due_at": if (dice / 17).is_multiple_of(20) { Value::Null } else { json!(due) }, "status": status,
        "category": category,
        "assigned_to": if unassigned { Value::Null } else { json!(id(3, dice / 23 % STAFF)) },
        "completed_at": if status == "completed" { json!(due) } else { Value::Null },
        "completed_by": if status == "completed" { json!(id(0, 1)) } else { Value::Null },
        "created_by": id(0, 1), "created_at": start(), "updated_at": start(),
    })
}

fn dependency(number: u64) -> Value {
    let task = number / 9 * TASKS_EACH + number % 9;
    json!({
        "org_id": id(0, 0), "id": id(5, number), "event_id": id(2, task / TASKS_EACH), "task_id": id(4, task + 1),
        "prerequisite_id": id(4, task), "created_at": start(),
    })
}

fn entry(number: u64) -> Value {
    let (event, place) = (number / ENTRIES_EACH, number % ENTRIES_EACH);
    // Two people for each event, seldom one who is busy; the rest of pools.
    let resource = match place {
        0 | 1 if mixed(number).is_multiple_of(200) => mixed(number) % STAFF,
        0 | 1 => (event * 2 + place) % STAFF,
        2 => STAFF + event % 300,
        _ => 400 + (event + place) % 100,
    };
    let at = event_start(event);
    json!({
        "org_id": id(0, 0), "id": id(6, number), "resource_id": id(3, resource), "event_id": id(2, event),
        "task_id": if place == 0 { json!(id(4, event * TASKS_EACH + 3)) } else { Value::Null }, "kind": "assignment",
        "quantity": if resource >= 400 { 20 } else { 1 }, "starts_at": at, "ends_at": at + Duration::hours(4),
        "pool_size": 1, "created_by": id(0, 1), "created_at": start(), "updated_at": start(),
    })
}

fn client(number: u64) -> Value {
    json!({
        "org_id": id(0, 0), "id": id(1, number), "company_name": format!("Müller & Partner {number}"),
        "created_by": id(0, 1), "created_at": start(), "updated_at": start(),
    })
}

fn viewer() -> Viewer {
    Viewer::of(
        Some(id(3, 7)),
        start() + Duration::days(TODAY) + Duration::hours(2),
        "Europe/Madrid",
    )
}

type Rows = (&'static str, u64, fn(u64) -> Value);

const TABLES_FILLED: [Rows; 6] = [
    ("clients", 2_000, client),
    ("events", EVENTS, event),
    ("resources", RESOURCES, resource),
    ("tasks", EVENTS * TASKS_EACH, task),
    ("task_dependencies", EVENTS * 9, dependency),
    ("resource_schedule", EVENTS * ENTRIES_EACH, entry),
];

async fn load(copy: &Replica) {
    let mut whole = 0.0;
    for table in TABLES {
        let Some((_, count, row)) = TABLES_FILLED.iter().find(|(name, ..)| name == table) else {
            continue;
        };
        let mut spent = 0.0;
        let mut at = 0;
        while at < *count {
            let until = (at + 10_000).min(*count);
            let rows = (at..until)
                .map(|n| serde_json::from_str(&row(n).to_string()).expect("a row"))
                .collect();
            let portion = Portion { table, n: 1, since: 1, rows, last: until == *count };
            let begun = Instant::now();
            copy.store(Batch { portion: Some(Box::new(portion)), ..Batch::default() })
                .await
                .expect("stores");
            spent += begun.elapsed().as_secs_f64();
            at = until;
        }
        println!("{table:<20} {count:>8} rows in {spent:>6.2} s");
        whole += spent;
    }
    println!("loaded in {whole:.2} s");
}

async fn timed<F: AsyncFn() -> u32>(what: &str, limit: f64, work: F) {
    let mut times = Vec::new();
    let mut answer = 0;
    for _ in 0..40 {
        let begun = Instant::now();
        answer = work().await;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    let mark = if times[37] > limit { " <<<" } else { "" };
    println!(
        "{what:<60} first {first:>7.2} ms  median {:>7.2} ms  p95 {:>7.2} ms  ({answer}){mark}",
        times[20], times[37]
    );
}

async fn task_lists(copy: &Replica) {
    let viewer = viewer();
    let mut filters = Vec::new();
    for scope in [TaskScope::Mine, TaskScope::All, TaskScope::Unassigned] {
        for state in [
            TaskState::Open,
            TaskState::Overdue,
            TaskState::DueToday,
            TaskState::Completed,
            TaskState::Any,
        ] {
            filters.push((
                format!("{scope:?} {state:?}"),
                TaskFilter { scope, state, ..TaskFilter::default() },
            ));
        }
    }
    let open = TaskFilter::default();
    filters.extend([
        (
            "any, archived too".to_owned(),
            TaskFilter { state: TaskState::Any, archived: TasksArchived::With, ..open.clone() },
        ),
        ("of an event".to_owned(), TaskFilter { event_id: Some(id(2, 30_000)), ..open.clone() }),
        ("of a person".to_owned(), TaskFilter { assigned_to: Some(id(3, 9)), ..open.clone() }),
        (
            "of a person, ever".to_owned(),
            TaskFilter {
                assigned_to: Some(id(3, 9)),
                state: TaskState::Any,
                archived: TasksArchived::With,
                ..open.clone()
            },
        ),
        (
            "during events".to_owned(),
            TaskFilter { category: Some(TaskCategory::DuringEvent), ..open.clone() },
        ),
        (
            "overdue, during events".to_owned(),
            TaskFilter {
                category: Some(TaskCategory::DuringEvent),
                state: TaskState::Overdue,
                ..open.clone()
            },
        ),
        ("text 4711 (few)".to_owned(), TaskFilter { text: Some("4711".into()), ..open.clone() }),
        (
            "text eclairs (many)".to_owned(),
            TaskFilter { text: Some("eclairs".into()), ..open.clone() },
        ),
        (
            "text garcia (very many)".to_owned(),
            TaskFilter { text: Some("garcia".into()), ..open.clone() },
        ),
        (
            "text garcia, mine".to_owned(),
            TaskFilter { text: Some("garcia".into()), scope: TaskScope::Mine, ..open.clone() },
        ),
        (
            "text garcia, overdue".to_owned(),
            TaskFilter { text: Some("garcia".into()), state: TaskState::Overdue, ..open.clone() },
        ),
    ]);
    for (name, filter) in filters {
        for by in [
            TaskSortBy::DueAt,
            TaskSortBy::Title,
            TaskSortBy::Event,
            TaskSortBy::AssignedTo,
            TaskSortBy::Status,
        ] {
            let sort = TaskSort { by, descending: by == TaskSortBy::Title };
            let input = TaskListInput { filter: filter.clone(), sort, offset: 0, limit: 100 };
            timed(&format!("tasks, {name}, by {by:?}"), 5.0, async || {
                copy.task_list(&input, &viewer).await.expect("reads").total
            })
            .await;
        }
    }
    for offset in [1_000, 100_000, 250_000] {
        let input = TaskListInput { offset, limit: 100, ..TaskListInput::default() };
        timed(&format!("tasks, rows {offset} on"), 50.0, async || {
            copy.task_list(&input, &viewer).await.expect("reads").rows.len() as u32
        })
        .await;
    }
    timed("task counts", 5.0, async || copy.task_counts(&viewer).await.expect("reads").all_open)
        .await;
}

async fn resources(copy: &Replica) {
    let viewer = viewer();
    for by in
        [ResourceSortBy::Name, ResourceSortBy::Type, ResourceSortBy::Role, ResourceSortBy::Quantity]
    {
        let sort = ResourceSort { by, descending: false };
        let input = ResourceListInput { sort, limit: 100, ..ResourceListInput::default() };
        timed(&format!("resources by {by:?}"), 20.0, async || {
            copy.resource_list(&input, viewer.now).await.expect("reads").total
        })
        .await;
    }
    let filter = ResourceFilter {
        types: vec![ResourceType::Staff],
        free_from: Some(viewer.now + Duration::days(3)),
        free_until: Some(viewer.now + Duration::days(3) + Duration::hours(5)),
        ..ResourceFilter::default()
    };
    let input = ResourceListInput { filter, limit: 100, ..ResourceListInput::default() };
    timed("people free in a window", 20.0, async || {
        copy.resource_list(&input, viewer.now).await.expect("reads").total
    })
    .await;
    timed("a person's month", 5.0, async || {
        let month = copy.resource_schedule(id(3, 7), viewer.now, viewer.now + Duration::days(31));
        month.await.expect("reads").entries.len() as u32
    })
    .await;
    timed("a pool's month", 5.0, async || {
        let month = copy.resource_schedule(id(3, 405), viewer.now, viewer.now + Duration::days(31));
        month.await.expect("reads").entries.len() as u32
    })
    .await;
    timed("a resource's page", 5.0, async || {
        copy.resource_detail(id(3, 7), &viewer)
            .await
            .expect("reads")
            .expect("there")
            .open_tasks
            .len() as u32
    })
    .await;
    timed("load for an assignment", 5.0, async || {
        let load = copy.load(id(3, 405), viewer.now, viewer.now + Duration::hours(5));
        load.await.expect("reads").expect("there").entries.len() as u32
    })
    .await;
    timed("load of everything ever", 50.0, async || {
        copy.load_of(id(3, 405)).await.expect("reads").expect("there").entries.len() as u32
    })
    .await;
}

async fn events(copy: &Replica) {
    let viewer = viewer();
    let next = id(2, EVENTS * TODAY as u64 / DAYS as u64 + 40);
    timed("an event's tasks", 5.0, async || {
        copy.event_tasks(next, &viewer).await.expect("reads").len() as u32
    })
    .await;
    timed("an event's bookings", 5.0, async || {
        copy.event_bookings(next).await.expect("reads").len() as u32
    })
    .await;
    timed("an event's figures", 5.0, async || {
        copy.event_counts(next, &viewer).await.expect("reads").tasks_total
    })
    .await;
    timed("loads of an event", 5.0, async || {
        let loads = copy.loads_of_event(next, viewer.now, viewer.now + Duration::days(2));
        loads.await.expect("reads").len() as u32
    })
    .await;
    for mine in [false, true] {
        timed(&format!("today, mine: {mine}"), 50.0, async || {
            let today = copy.today(&viewer, mine).await.expect("reads");
            today.clashes_total
        })
        .await;
    }
    timed("a person's day", 5.0, async || {
        let day = copy.person_day(id(3, 7), viewer.day_starts_at, viewer.day_ends_at, &viewer);
        day.await.expect("reads").expect("there").bookings.len() as u32
    })
    .await;
    for text in [
        "garcia",
        "wedd",
        "4711",
        "ga",
        "se",
        "serve mains garcia",
        "muller",
        "eclairs",
        "chef",
        "🎉",
    ] {
        let input = SearchInput { text: text.into(), limit: 50 };
        timed(&format!("search {text}"), 30.0, async || {
            copy.search(&input).await.expect("reads").hits.len() as u32
        })
        .await;
    }
}

async fn merges(copy: &Replica) {
    let image = |table: &str, row: Value| RowImage {
        table: table.into(),
        id: row["id"].as_str().expect("an id").parse().expect("an id"),
        row: Some(row),
    };
    let turn = std::cell::Cell::new(2_i64);
    let merge = async |rows: Vec<RowImage>| {
        turn.set(turn.get() + 1);
        copy.merge(rows, turn.get()).await.expect("merges").len() as u32
    };
    timed("merge of one task", 5.0, async || {
        let mut row = task(377_777);
        row["status"] = json!(if turn.get() % 2 == 0 { "pending" } else { "completed" });
        merge(vec![image("tasks", row)]).await
    })
    .await;
    timed("merge of one booking of a person", 20.0, async || {
        let mut row = entry(200_000);
        row["quantity"] = json!(1);
        row["starts_at"] =
            json!(event_start(200_000 / ENTRIES_EACH) + Duration::minutes(turn.get() % 50));
        merge(vec![image("resource_schedule", row)]).await
    })
    .await;
    timed("merge of one booking of a pool", 20.0, async || {
        let mut row = entry(200_005);
        row["quantity"] = json!(turn.get() % 50 + 1);
        merge(vec![image("resource_schedule", row)]).await
    })
    .await;
    timed("merge of an archived event", 20.0, async || {
        let mut row = event(33_000);
        row["is_archived"] = json!(turn.get() % 2 == 0);
        merge(vec![image("events", row)]).await
    })
    .await;
    timed("merge of a renamed person", 500.0, async || {
        let mut row = resource(8);
        row["name"] = json!(format!("Somebody {}", turn.get()));
        merge(vec![image("resources", row)]).await
    })
    .await;
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("copy.db");
    let key = ReplicaKey::generate();
    let copy = Replica::open(&path, &key).await.expect("opens");
    load(&copy).await;
    copy.close().await;
    println!("file {} MiB", std::fs::metadata(&path).expect("there").len() >> 20);
    let copy = Replica::open(&path, &key).await.expect("opens");
    task_lists(&copy).await;
    resources(&copy).await;
    events(&copy).await;
    merges(&copy).await;
    copy.close().await;
}
