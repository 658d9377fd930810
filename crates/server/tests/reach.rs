//! A change costs what it touches, not what the office holds: the traps of plans that are kept for a session.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{Desk, Office, insert_client, insert_event, update};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS: usize = 6_000;

/// Thousands of clients with an event each: few enough to make quickly, too many to be read whole by a wise planner.
async fn crowded() -> (Office, Vec<Uuid>) {
    let office = Office::open().await;
    let desk = office.ana();
    let clients: Vec<Uuid> = (0..ROWS).map(|_| Uuid::now_v7()).collect();
    let events: Vec<Uuid> = (0..ROWS).map(|_| Uuid::now_v7()).collect();
    for (clients, events) in clients.chunks(1_000).zip(events.chunks(1_000)) {
        let rows = clients.iter().map(|id| insert_client(*id, "One of many"));
        let more = clients.iter().zip(events).map(|(client, id)| insert_event(*id, *client));
        desk.apply("import.events", rows.chain(more).collect()).await.unwrap();
    }
    office.run("vacuum analyze").await;
    (office, events)
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

#[tokio::test]
async fn a_change_never_reads_a_table_from_end_to_end() {
    let (office, events) = crowded().await;
    let desk = office.ana();
    desk.pool.close().await;
    let read = "select coalesce(string_agg(relname || ': ' || seq_tup_read, ', '), '') from pg_stat_user_tables
                where seq_tup_read > 0 and relname in ('events', 'clients', 'event_status_log', 'journal_rows', 'import_keys')";
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
    let (office, events) = crowded().await;
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
