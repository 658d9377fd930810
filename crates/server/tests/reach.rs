//! A change costs what it touches, not what the office holds: the traps of plans that are kept for a session.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use chrono::{Duration as Days, TimeZone, Utc};
use door_support::{
    Desk, Office, insert_assignment, insert_client, insert_dependency, insert_event,
    insert_resource, insert_task, move_task, update, with,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS: usize = 6_000;

/// Hours that no other of the crowd's bookings of the same resource holds.
fn hours(i: usize) -> (String, String) {
    let day = Utc.with_ymd_and_hms(2060, 1, 1, 10, 0, 0).unwrap()
        + Days::days(i64::try_from(i / 200).unwrap());
    (day.to_rfc3339(), (day + Days::hours(5)).to_rfc3339())
}

/// Thousands of clients with an event, a task and a booking each: few enough to make quickly, too many to be read whole by a wise planner.
async fn crowded() -> (Office, Vec<Uuid>, Vec<Uuid>) {
    let office = Office::open().await;
    let desk = office.ana();
    let clients: Vec<Uuid> = (0..ROWS).map(|_| Uuid::now_v7()).collect();
    let events: Vec<Uuid> = (0..ROWS).map(|_| Uuid::now_v7()).collect();
    for (clients, events) in clients.chunks(1_000).zip(events.chunks(1_000)) {
        let rows = clients.iter().map(|id| insert_client(*id, "One of many"));
        let more = clients.iter().zip(events).map(|(client, id)| insert_event(*id, *client));
        desk.apply("import.events", rows.chain(more).collect()).await.unwrap();
    }
    let people: Vec<Uuid> = (0..200).map(|_| Uuid::now_v7()).collect();
    let rows = people
        .iter()
        .enumerate()
        .map(|(i, id)| insert_resource(*id, &format!("No {i}"), "staff", 1));
    desk.apply("import.resources", rows.collect()).await.unwrap();
    for (part, events) in events.chunks(500).enumerate() {
        let mut rows = Vec::new();
        for (i, event) in events.iter().enumerate() {
            let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
            let (from, until) = hours(part * 500 + i);
            let person = people[(part * 500 + i) % 200];
            rows.push(with(
                insert_task(first, *event, "One of many"),
                json!({"assigned_to": person}),
            ));
            rows.push(insert_task(second, *event, "Another"));
            rows.push(insert_assignment(Uuid::now_v7(), person, *event, &from, &until));
            rows.push(insert_dependency(Uuid::now_v7(), *event, second, first));
        }
        desk.apply("import.tasks", json!(rows)).await.unwrap();
    }
    office.run("vacuum analyze").await;
    (office, events, people)
}

fn edit(id: Uuid, from: Option<usize>, to: usize) -> Value {
    let guests = |n: Option<usize>| json!({ "estimated_attendees": n });
    update("events", id, guests(from), guests(Some(to)))
}

async fn edit_all(desk: &Desk, events: &[Uuid], from: Option<usize>, to: usize) -> Duration {
    let changes: Value = events.iter().map(|id| edit(*id, from, to)).collect();
    let begun = Instant::now();
    desk.apply("event.edit", changes).await.unwrap();
    begun.elapsed()
}

/// What everybody does all day: tasks that wait for each other, a booking, its release, a larger pool, an undo.
async fn a_day_at_the_office(desk: &Desk, event: Uuid, person: Uuid) {
    let (first, second) = (desk.task(event, "x").await, desk.task(event, "y").await);
    desk.wait_for(event, second, first).await.unwrap();
    let both = json!([
        move_task(first, "pending", "completed"),
        move_task(second, "pending", "in_progress")
    ]);
    desk.apply("task.move", both).await.unwrap();
    let assign =
        update("tasks", second, json!({"assigned_to": null}), json!({"assigned_to": person}));
    desk.apply("task.assign", json!([assign])).await.unwrap();
    let (from, until) = hours(200 * 100);
    let entry = desk.booked(person, event, &from, &until).await;
    desk.book(person, event, &from, &until).await.1.unwrap_err();
    let command = Uuid::now_v7();
    let gone = json!([door_support::delete("resource_schedule", entry)]);
    desk.apply_as(command, "schedule.release", gone.clone()).await.unwrap();
    desk.undo(command, false).await.1.unwrap();
    desk.apply("schedule.release", gone).await.unwrap();
}

#[tokio::test]
async fn a_change_never_reads_a_table_from_end_to_end() {
    let (office, events, people) = crowded().await;
    let desk = office.ana();
    office.link_sam(&desk).await;
    desk.pool.close().await;
    let read = "select coalesce(string_agg(relname || ': ' || seq_tup_read, ', '), '') from pg_stat_user_tables
                where seq_tup_read > 0 and relname in ('events', 'clients', 'event_status_log', 'journal_rows', 'import_keys',
                    'tasks', 'task_dependencies', 'resource_schedule')";
    office.run("select pg_stat_reset()").await;

    let desk = office.ana();
    // More often than it takes PostgreSQL to settle on a plan.
    for id in &events[..8] {
        desk.apply("event.edit", json!([edit(*id, None, 10)])).await.unwrap();
        desk.advance(*id, "inquiry", "planning").await.unwrap();
        let client = Uuid::now_v7();
        let both = json!([insert_client(client, "New"), insert_event(Uuid::now_v7(), client)]);
        desk.apply("event.create", both).await.unwrap();
        let alone = desk.client().await;
        let gone = json!([{ "table": "clients", "id": alone, "op": "delete" }]);
        desk.apply("client.delete", gone).await.unwrap();
        a_day_at_the_office(&desk, *id, people[0]).await;
    }
    // A connection hands in its counts when it ends.
    desk.pool.close().await;
    let still_there = "select count(*) from pg_stat_activity where usename like 'cloche\\_d\\_%' and datname = current_database()";
    while office.scalar::<i64>(still_there).await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(office.scalar::<String>(read).await, "", "rows were read that nobody asked about");
}

#[tokio::test]
async fn a_large_change_after_small_ones_is_as_quick_as_a_first_one() {
    let (office, events, _) = crowded().await;
    let (small, large) = events.split_at(8);
    let large = &large[..2_000];
    let fresh = office.ana();
    let first = edit_all(&fresh, large, None, 20).await;
    fresh.pool.close().await;

    let desk = office.ana();
    for id in small {
        edit_all(&desk, &[*id], None, 10).await;
    }
    let later = edit_all(&desk, large, Some(20), 30).await;
    // A plan for one row took twenty times as long; half a second is for a busy computer.
    assert!(
        later < first * 4 + Duration::from_millis(500),
        "{later:?} after small changes, {first:?} as a first one"
    );
}
