//! Tasks: lists by every filter and order, counters, one event's tasks, and what follows when other tables change.

mod common;

use common::{
    booking, day, dependency, event, fresh, gone, id, image, member, resource, task, viewer,
};
use replica::{
    Replica, TaskCounts, TaskFilter, TaskListInput, TaskListPage, TaskScope, TaskSort, TaskSortBy,
    TaskState, TasksArchived,
};
use serde_json::json;

async fn list(copy: &Replica, filter: TaskFilter, sort: TaskSort) -> TaskListPage {
    let input = TaskListInput { filter, sort, offset: 0, limit: 1_000 };
    let page = copy.task_list(&input, &viewer(Some(21))).await.expect("reads");
    assert_eq!(page.total as usize, page.rows.len(), "the total is that of the rows");
    page
}

async fn titles(copy: &Replica, filter: TaskFilter) -> Vec<String> {
    let page = list(copy, filter, TaskSort::default()).await;
    page.rows.into_iter().map(|row| row.title).collect()
}

fn state(state: TaskState) -> TaskFilter {
    TaskFilter { state, ..TaskFilter::default() }
}

fn scope(scope: TaskScope) -> TaskFilter {
    TaskFilter { scope, ..TaskFilter::default() }
}

fn text(text: &str) -> TaskFilter {
    TaskFilter { text: Some(text.to_owned()), ..TaskFilter::default() }
}

/// Two events, two people, seven tasks.
fn office() -> Vec<replica::RowImage> {
    vec![
        event(1, 9, "Wedding García", 5, json!({})),
        event(2, 9, "Zoo party", 3, json!({"time_zone": "Asia/Tokyo"})),
        event(3, 9, "Old gala", -90, json!({"is_archived": true, "status": "completed"})),
        resource(21, "Ana Ruiz", json!({})),
        resource(22, "Ben Ode", json!({})),
        task(31, 1, "Print cards", -2, json!({"assigned_to": id(21)})),
        task(32, 1, "Set tables", 0, json!({"assigned_to": id(22), "category": "during_event"})),
        task(33, 1, "Cut cake", 4, json!({"status": "in_progress"})),
        task(34, 2, "Éclairs", 1, json!({"assigned_to": id(22)})),
        task(35, 2, "Whenever", 0, json!({"due_at": null, "assigned_to": id(21)})),
        task(
            36,
            2,
            "Done",
            -9,
            json!({"status": "completed", "completed_at": common::printed(day(-8)), "completed_by": id(900)}),
        ),
        task(37, 3, "Long ago", -95, json!({"assigned_to": id(21)})),
        member(40, 900, "Olga Office", "manager"),
    ]
}

#[tokio::test]
async fn each_filter_shows_what_it_says() {
    let copy = fresh().await;
    copy.merge(office(), 1).await.expect("merges");
    let all = ["Print cards", "Set tables", "Éclairs", "Cut cake", "Whenever"];
    assert_eq!(titles(&copy, TaskFilter::default()).await, all, "never due comes last");
    assert_eq!(titles(&copy, state(TaskState::Overdue)).await, ["Print cards"]);
    assert_eq!(titles(&copy, state(TaskState::DueToday)).await, ["Set tables"]);
    assert_eq!(titles(&copy, state(TaskState::Completed)).await, ["Done"]);
    assert_eq!(titles(&copy, state(TaskState::Any)).await.len(), 6);
    let ever = TaskFilter { archived: TasksArchived::With, ..state(TaskState::Any) };
    assert_eq!(titles(&copy, ever).await[0], "Long ago");
    assert_eq!(titles(&copy, scope(TaskScope::Mine)).await, ["Print cards", "Whenever"]);
    assert_eq!(titles(&copy, scope(TaskScope::Unassigned)).await, ["Cut cake"]);
    let of_event = TaskFilter { event_id: Some(id(2)), ..TaskFilter::default() };
    assert_eq!(titles(&copy, of_event).await, ["Éclairs", "Whenever"]);
    let of_person = TaskFilter { assigned_to: Some(id(22)), ..TaskFilter::default() };
    assert_eq!(titles(&copy, of_person.clone()).await, ["Set tables", "Éclairs"]);
    let both = TaskFilter { scope: TaskScope::Mine, ..of_person };
    assert!(titles(&copy, both).await.is_empty(), "somebody else's is not mine");
    let category = TaskFilter {
        category: Some(domain::tasks::TaskCategory::DuringEvent),
        ..TaskFilter::default()
    };
    assert_eq!(titles(&copy, category).await, ["Set tables"]);
    copy.close().await;
}

#[tokio::test]
async fn text_is_looked_for_in_titles_events_and_people() {
    let copy = fresh().await;
    let mut rows = office();
    rows.push(task(38, 1, "Confetti 🎉", 2, json!({})));
    copy.merge(rows, 1).await.expect("merges");
    assert_eq!(titles(&copy, text("eclair")).await, ["Éclairs"]);
    assert_eq!(titles(&copy, text("garcia")).await.len(), 4);
    assert_eq!(titles(&copy, text("garcia set")).await, ["Set tables"]);
    assert_eq!(titles(&copy, text("ode")).await, ["Set tables", "Éclairs"]);
    assert_eq!(titles(&copy, text("🎉")).await, ["Confetti 🎉"]);
    assert_eq!(titles(&copy, text("confetti 🎉")).await, ["Confetti 🎉"]);
    let overdue = TaskFilter { state: TaskState::Overdue, ..text("garcia") };
    assert_eq!(titles(&copy, overdue).await, ["Print cards"]);
    let mine = TaskFilter { scope: TaskScope::Mine, ..text("garcia") };
    assert_eq!(titles(&copy, mine).await, ["Print cards"]);
    let nobodys = TaskFilter { scope: TaskScope::Unassigned, ..text("garcia") };
    assert_eq!(titles(&copy, nobodys).await, ["Confetti 🎉", "Cut cake"]);
    assert!(titles(&copy, text("\" OR name:*")).await.is_empty(), "operators are words");
    copy.close().await;
}

#[tokio::test]
async fn every_order_goes_both_ways_and_keeps_what_is_not_said_last() {
    let copy = fresh().await;
    copy.merge(office(), 1).await.expect("merges");
    let sorted = async |by, descending| {
        let page = list(&copy, TaskFilter::default(), TaskSort { by, descending }).await;
        page.rows.into_iter().map(|row| row.title).collect::<Vec<_>>()
    };
    assert_eq!(
        sorted(TaskSortBy::DueAt, true).await,
        ["Cut cake", "Éclairs", "Set tables", "Print cards", "Whenever"]
    );
    assert_eq!(
        sorted(TaskSortBy::Title, false).await,
        ["Cut cake", "Éclairs", "Print cards", "Set tables", "Whenever"]
    );
    assert_eq!(
        sorted(TaskSortBy::Event, false).await,
        ["Print cards", "Set tables", "Cut cake", "Éclairs", "Whenever"]
    );
    assert_eq!(
        sorted(TaskSortBy::AssignedTo, true).await,
        ["Éclairs", "Set tables", "Whenever", "Print cards", "Cut cake"]
    );
    assert_eq!(sorted(TaskSortBy::Status, true).await[0], "Cut cake");
    assert_eq!(sorted(TaskSortBy::Status, false).await[0], "Print cards");
    copy.close().await;
}

/// Every filter and order against the same, done by hand.
#[tokio::test]
async fn windows_of_many_tasks_are_those_of_the_whole_list_in_order() {
    let copy = fresh().await;
    let mut rows = office();
    // More than are few, so that the order's index is walked.
    rows.extend((0..4_000_u128).map(|n| {
        let status = ["pending", "in_progress", "completed"][(n * 7 % 3) as usize];
        let assigned = if n % 5 == 0 { json!(null) } else { json!(id(21 + n % 2)) };
        let due = if n % 11 == 0 {
            json!(null)
        } else {
            json!(common::printed(day(0) + chrono::Duration::hours((n * 37 % 1_000) as i64 - 500)))
        };
        let category = ["pre_event", "during_event", "post_event"][(n % 3) as usize];
        let columns =
            json!({"status": status, "assigned_to": assigned, "due_at": due, "category": category});
        task(1_000 + n, 1 + n % 3, &format!("Task {}", n % 40), 0, columns)
    }));
    copy.merge(rows, 1).await.expect("merges");
    for filter in [
        TaskFilter::default(),
        state(TaskState::Overdue),
        state(TaskState::Any),
        TaskFilter { archived: TasksArchived::With, ..state(TaskState::Any) },
        scope(TaskScope::Unassigned),
        scope(TaskScope::Mine),
        TaskFilter { event_id: Some(id(1)), ..TaskFilter::default() },
        text("task"),
        TaskFilter { archived: TasksArchived::With, state: TaskState::Any, ..text("task") },
        TaskFilter { state: TaskState::Overdue, ..text("task") },
        TaskFilter { scope: TaskScope::Unassigned, ..text("task") },
        TaskFilter { scope: TaskScope::Mine, ..text("task") },
        TaskFilter { event_id: Some(id(1)), ..text("task") },
    ] {
        check_words(&copy, &filter).await;
        for by in [
            TaskSortBy::DueAt,
            TaskSortBy::Title,
            TaskSortBy::Event,
            TaskSortBy::AssignedTo,
            TaskSortBy::Status,
        ] {
            for descending in [false, true] {
                let sort = TaskSort { by, descending };
                check_windows(&copy, &filter, sort).await;
            }
        }
    }
    copy.close().await;
}

/// Words leave exactly those of the same list that hold them.
async fn check_words(copy: &Replica, filter: &TaskFilter) {
    if filter.text.is_none() {
        return;
    }
    let without = TaskFilter { text: None, ..filter.clone() };
    let (mut by_hand, mut offset, mut total) = (0, 0, u32::MAX);
    while offset < total {
        let sort = TaskSort::default();
        let input = TaskListInput { filter: without.clone(), sort, offset, limit: 1_000 };
        let page = copy.task_list(&input, &viewer(Some(21))).await.expect("reads");
        (total, offset) = (page.total, offset + page.rows.len() as u32);
        by_hand += page.rows.iter().filter(|row| row.title.starts_with("Task")).count();
    }
    let input = TaskListInput { filter: filter.clone(), limit: 1_000, ..TaskListInput::default() };
    let with = copy.task_list(&input, &viewer(Some(21))).await.expect("reads");
    assert_eq!(with.total as usize, by_hand, "{filter:?}");
    assert!(with.rows.iter().all(|row| row.title.starts_with("Task")), "{filter:?}");
}

async fn check_windows(copy: &Replica, filter: &TaskFilter, sort: TaskSort) {
    let mut rows = vec![];
    let mut total = u32::MAX;
    while (rows.len() as u32) < total {
        let input =
            TaskListInput { filter: filter.clone(), sort, offset: rows.len() as u32, limit: 217 };
        let page = copy.task_list(&input, &viewer(Some(21))).await.expect("reads");
        assert!(
            !page.rows.is_empty(),
            "{filter:?} {sort:?} ends at {} of {}",
            rows.len(),
            page.total
        );
        total = page.total;
        rows.extend(page.rows);
    }
    let ids: std::collections::HashSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(
        (ids.len(), rows.len() as u32),
        (rows.len(), total),
        "each once: {filter:?} {sort:?}"
    );
    // By hand: the same keys in the same order.
    let rank =
        |status: &str| domain::tasks::TaskStatus::all().iter().position(|s| s.as_str() == status);
    let never = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let flip = |order: std::cmp::Ordering| if sort.descending { order.reverse() } else { order };
    assert!(
        rows.is_sorted_by(|a, b| {
            let due = |row: &replica::TaskRow| row.due_at.unwrap_or(never);
            let order = match sort.by {
                TaskSortBy::DueAt => {
                    (a.due_at.is_none().cmp(&b.due_at.is_none())).then(flip(due(a).cmp(&due(b))))
                }
                TaskSortBy::Title => flip(replica::fold(&a.title).cmp(&replica::fold(&b.title))),
                TaskSortBy::Event => {
                    flip(replica::fold(&a.event_name).cmp(&replica::fold(&b.event_name)))
                }
                TaskSortBy::AssignedTo => (a.assigned_to.is_none().cmp(&b.assigned_to.is_none()))
                    .then(flip(a.assigned_to_name.cmp(&b.assigned_to_name))),
                TaskSortBy::Status => {
                    flip(rank(&a.status).cmp(&rank(&b.status))).then(due(a).cmp(&due(b)))
                }
            };
            order != std::cmp::Ordering::Greater
        }),
        "{filter:?} {sort:?}"
    );
}

#[tokio::test]
async fn a_row_tells_everything_a_list_shows() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([dependency(50, 1, 32, 31), dependency(51, 1, 32, 33), dependency(52, 2, 34, 36)]);
    copy.merge(rows, 1).await.expect("merges");
    let row = copy.task_row(id(32), &viewer(Some(22))).await.expect("reads").expect("there");
    assert_eq!(
        (row.event_name.as_str(), row.time_zone.as_str()),
        ("Wedding García", "Europe/Madrid")
    );
    assert_eq!(row.assigned_to_name.as_deref(), Some("Ben Ode"));
    assert_eq!(row.open_prerequisites, 2);
    assert!(
        row.is_mine && row.is_due_soon && !row.is_overdue,
        "due this very minute is not overdue"
    );
    let waits = copy.task_row(id(34), &viewer(None)).await.expect("reads").expect("there");
    assert_eq!((waits.open_prerequisites, waits.is_mine), (0, false));
    let done = copy.task_row(id(36), &viewer(None)).await.expect("reads").expect("there");
    assert_eq!(done.completed_by_name.as_deref(), Some("Olga Office"));
    assert_eq!(done.completed_at, Some(day(-8)));
    assert!(!done.is_overdue);
    assert_eq!(copy.task_row(id(99), &viewer(None)).await.expect("reads"), None);
    copy.close().await;
}

#[tokio::test]
async fn counters_agree_with_the_lists_after_every_kind_of_change() {
    let copy = fresh().await;
    let agree = async |n: i64, rows: Vec<replica::RowImage>| -> TaskCounts {
        copy.merge(rows, n).await.expect("merges");
        let counts = copy.task_counts(&viewer(Some(21))).await.expect("reads");
        let total = async |filter: TaskFilter| {
            list(&copy, filter, TaskSort::default()).await.rows.len() as u32
        };
        assert_eq!(counts.all_open, total(TaskFilter::default()).await);
        assert_eq!(counts.all_overdue, total(state(TaskState::Overdue)).await);
        assert_eq!(counts.unassigned_open, total(scope(TaskScope::Unassigned)).await);
        assert_eq!(counts.mine_open, total(scope(TaskScope::Mine)).await);
        counts
    };
    let counts = agree(1, office()).await;
    assert_eq!(
        counts,
        TaskCounts {
            mine_open: 2,
            mine_overdue: 1,
            all_open: 5,
            all_overdue: 1,
            unassigned_open: 1
        }
    );
    let counts = agree(
        2,
        vec![task(31, 1, "Print cards", -2, json!({"status": "completed", "assigned_to": id(21)}))],
    )
    .await;
    assert_eq!((counts.all_open, counts.mine_overdue), (4, 0));
    let counts =
        agree(3, vec![event(1, 9, "Wedding García", 5, json!({"is_archived": true}))]).await;
    assert_eq!(counts.all_open, 2, "an archived event takes its tasks along");
    let counts = agree(4, vec![event(1, 9, "Wedding García", 5, json!({}))]).await;
    assert_eq!(counts.all_open, 4);
    let counts = agree(
        5,
        vec![gone("tasks", id(32)), task(33, 1, "Cut cake", -40, json!({"assigned_to": id(22)}))],
    )
    .await;
    assert_eq!((counts.all_open, counts.all_overdue, counts.unassigned_open), (3, 1, 0));
    copy.close().await;
}

#[tokio::test]
async fn a_task_that_i_am_booked_on_is_mine() {
    let copy = fresh().await;
    let mut rows = office();
    // The booking comes before its task and its event.
    rows.insert(0, booking(60, 21, 1, 100, json!({"task_id": id(33)})));
    copy.merge(rows, 1).await.expect("merges");
    assert_eq!(
        titles(&copy, scope(TaskScope::Mine)).await,
        ["Print cards", "Cut cake", "Whenever"]
    );
    let tasks = copy.tasks_of_event(id(1), Some(id(21))).await.expect("reads");
    assert_eq!(tasks.mine.into_iter().collect::<Vec<_>>(), [id(33)]);
    copy.merge(vec![task(33, 1, "Cut cake", -1, json!({"assigned_to": id(21)}))], 2)
        .await
        .expect("merges");
    let filter = TaskFilter { scope: TaskScope::Mine, ..state(TaskState::Overdue) };
    assert_eq!(
        titles(&copy, filter).await,
        ["Print cards", "Cut cake"],
        "once, though assigned and booked"
    );
    copy.merge(vec![task(33, 1, "Cut cake", 4, json!({"assigned_to": id(22)}))], 3)
        .await
        .expect("merges");
    let of_ben = TaskFilter { assigned_to: Some(id(22)), ..scope(TaskScope::Mine) };
    assert_eq!(titles(&copy, of_ben).await, ["Cut cake"]);
    copy.merge(vec![gone("resource_schedule", id(60))], 4).await.expect("merges");
    assert_eq!(titles(&copy, scope(TaskScope::Mine)).await, ["Print cards", "Whenever"]);
    copy.close().await;
}

#[tokio::test]
async fn tasks_carry_what_is_their_events_and_peoples_in_whatever_order_rows_arrive() {
    let copy = fresh().await;
    copy.merge(vec![task(31, 1, "Print cards", 1, json!({"assigned_to": id(21)}))], 1)
        .await
        .expect("merges");
    let row = copy.task_row(id(31), &viewer(None)).await.expect("reads").expect("there");
    assert_eq!((row.event_name.as_str(), row.assigned_to_name), ("", None));
    assert!(
        titles(&copy, scope(TaskScope::Unassigned)).await.is_empty(),
        "somebody's, whoever it is"
    );
    copy.merge(vec![event(1, 9, "Gala", 5, json!({})), resource(21, "Ana", json!({}))], 2)
        .await
        .expect("merges");
    assert_eq!(titles(&copy, text("gala")).await.len(), 1);
    assert_eq!(titles(&copy, text("ana")).await.len(), 1);
    copy.merge(vec![event(1, 9, "Picnic", 5, json!({})), resource(21, "Berta", json!({}))], 3)
        .await
        .expect("merges");
    assert!(
        titles(&copy, text("gala")).await.is_empty() && titles(&copy, text("ana")).await.is_empty()
    );
    assert_eq!(titles(&copy, text("picnic berta")).await.len(), 1);
    copy.merge(vec![gone("events", id(1))], 4).await.expect("merges");
    assert!(titles(&copy, text("picnic")).await.is_empty());
    copy.close().await;
}

#[tokio::test]
async fn an_events_tasks_come_in_a_sensible_order_with_what_waits_for_what() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        task(38, 1, "Begin first", 9, json!({"status": "completed"})),
        dependency(50, 1, 31, 38),
        dependency(51, 1, 33, 31),
        booking(60, 22, 1, 100, json!({"task_id": id(31)})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let tasks = copy.event_tasks(id(1), &viewer(Some(22))).await.expect("reads");
    let order: Vec<&str> = tasks.iter().map(|task| task.row.title.as_str()).collect();
    assert_eq!(order, ["Begin first", "Print cards", "Cut cake", "Set tables"]);
    let print = &tasks[1];
    assert_eq!(print.prerequisites[0].title, "Begin first");
    assert_eq!(print.dependants[0].id, id(33));
    assert!(print.row.is_mine, "booked on it");
    assert_eq!(print.bookings[0].resource_name, "Ben Ode");
    assert!(!tasks[2].finished_out_of_order);
    assert!(copy.event_tasks(id(77), &viewer(None)).await.expect("reads").is_empty());
    copy.close().await;
}

#[tokio::test]
async fn tasks_and_dependencies_come_back_as_the_entities_they_were() {
    let copy = fresh().await;
    let row = task(
        31,
        1,
        "Print cards",
        1,
        json!({"description": "Twice", "status": "completed", "completed_at": "2026-02-03T04:05:06.789012+00:00",
               "completed_by": id(900), "assigned_to": id(21)}),
    );
    let sent: domain::tasks::Task =
        serde_json::from_value(row.row.clone().expect("a row")).expect("a task");
    let edge = dependency(50, 1, 31, 32);
    let edge_sent: domain::tasks::TaskDependency =
        serde_json::from_value(edge.row.clone().expect("a row")).expect("a dependency");
    copy.merge(vec![row, edge, task(32, 1, "Other", 1, json!({"due_at": null}))], 1)
        .await
        .expect("merges");
    assert_eq!(copy.task(id(31)).await.expect("reads"), Some(sent), "to the microsecond");
    assert_eq!(copy.task(id(32)).await.expect("reads").expect("there").due_at, None);
    let several = copy.tasks(&[id(32), id(99), id(31)]).await.expect("reads");
    assert_eq!(several.iter().map(|task| task.id).collect::<Vec<_>>(), [id(32), id(31)]);
    let event = copy.tasks_of_event(id(1), None).await.expect("reads");
    assert_eq!((event.tasks.len(), event.dependencies), (2, vec![edge_sent]));
    copy.close().await;
}

#[tokio::test]
async fn images_of_new_tables_obey_the_rules_of_every_merge() {
    let copy = fresh().await;
    let newer = image(
        "tasks",
        id(31),
        json!({"event_id": id(1), "title": "Later", "status": "waiting", "category": "after_party", "rank": 7}),
    );
    copy.merge(vec![newer], 5).await.expect("merges");
    copy.merge(vec![task(31, 1, "Older", 1, json!({}))], 4).await.expect("merges");
    let row = copy.task_row(id(31), &viewer(None)).await.expect("reads").expect("there");
    assert_eq!(
        (row.title.as_str(), row.status.as_str(), row.category.as_str()),
        ("Later", "waiting", "after_party")
    );
    assert_eq!(
        titles(&copy, TaskFilter::default()).await,
        ["Later"],
        "an unknown status is not completed"
    );
    assert!(copy.task(id(31)).await.is_err(), "and not planned with");
    for (table, number, row) in [
        ("tasks", 31, task(31, 1, "Back", 1, json!({}))),
        ("resources", 21, resource(21, "Back", json!({}))),
        ("task_dependencies", 50, dependency(50, 1, 31, 32)),
        ("resource_schedule", 60, booking(60, 21, 1, 1, json!({}))),
    ] {
        let changed = copy.merge(vec![row.clone()], 6).await.expect("merges");
        assert_eq!(changed.into_iter().collect::<Vec<_>>(), [table]);
        copy.merge(vec![gone(table, id(number))], 8).await.expect("merges");
        let late = copy.merge(vec![row], 7).await.expect("merges");
        assert!(late.is_empty(), "{table}: a late image does not bring a deleted row back");
    }
    assert_eq!(copy.known_tasks().await.expect("reads"), []);
    assert_eq!(copy.known_resources().await.expect("reads"), []);
    assert_eq!(copy.known_entries().await.expect("reads"), []);
    copy.close().await;
}
