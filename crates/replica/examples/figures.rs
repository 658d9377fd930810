//! Prints how fast a replica of 50 000 events loads and answers. Run with `--release`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use chrono::{DateTime, Duration, TimeZone, Utc};
use domain::events::Status;
use replica::{
    Archived, Batch, ClientListInput, ClientSort, ClientSortBy, EventBoardInput, EventFilter,
    EventListInput, EventSort, EventSortBy, Portion, PrintedRow, Replica, ReplicaKey, RowImage,
    SearchInput,
};
use serde_json::json;
use std::time::Instant;
use uuid::Uuid;

const EVENTS: u128 = 50_000;
const CLIENTS: u128 = 2_000;
const KINDS: [&str; 8] = [
    "wedding",
    "birthday",
    "cocktail",
    "gala dinner",
    "conference",
    "brunch",
    "funeral",
    "barbecue",
];
const STATUSES: [&str; 7] =
    ["inquiry", "planning", "preparation", "in_progress", "completed", "follow_up", "cancelled"];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 1, 1, 12, 0, 0).single().expect("a date")
}

fn client(n: u128) -> RowImage {
    let row = json!({
        "org_id": id(0), "id": id(n), "company_name": format!("{} Müller & Partner {n}", KINDS[n as usize % 8]),
        "contact_name": format!("Ana García {n}"), "email": format!("c{n}@example.org"), "phone": "0034-91-7541208",
        "address": "Calle Mayor 2, 28013 Madrid", "notes": null, "created_by": id(1), "created_at": start(),
        "updated_at": start(),
    });
    RowImage { table: "clients".into(), id: id(n), row: Some(row) }
}

fn event(n: u128) -> RowImage {
    let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let at = start() + Duration::minutes((mixed % (60 * 24 * 1_500)) as i64);
    let kind = KINDS[(mixed % 8) as usize];
    let status = STATUSES[(mixed / 8 % 7) as usize];
    let row = json!({
        "org_id": id(0), "id": id(100_000 + n), "client_id": id(u128::from(mixed) % CLIENTS), "event_type": kind,
        "name": format!("{kind} {} #{n}", ["Tanaka", "García", "Smith-Jones", "Novák"][(mixed % 4) as usize]),
        "starts_at": at, "ends_at": at + Duration::hours(5), "time_zone": "Europe/Madrid",
        "location": "Hotel Miramar, Salón Azul", "status": status, "estimated_attendees": mixed % 400 + 1,
        "notes": "Vegetarian menu for twelve; piano from eight; the cake comes from outside.",
        "cancel_reason": null, "is_archived": status == "completed" && mixed.is_multiple_of(2), "archived_at": null,
        "archived_by": null, "cancelled_at": null, "cancelled_by": null, "created_by": id(1),
        "created_at": start(), "updated_at": start(),
    });
    RowImage { table: "events".into(), id: id(100_000 + n), row: Some(row) }
}

async fn timed<F: AsyncFn() -> u32>(what: &str, work: F) {
    let mut times = Vec::new();
    let mut answer = 0;
    for _ in 0..60 {
        let begun = Instant::now();
        answer = work().await;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    println!(
        "{what:<52} first {first:>7.2} ms  median {:>6.2} ms  p95 {:>6.2} ms  ({answer})",
        times[30], times[56]
    );
}

async fn load(copy: &Replica) {
    let print = |image: RowImage| -> PrintedRow {
        serde_json::from_value(image.row.expect("a row")).expect("prints")
    };
    let clients: Vec<PrintedRow> = (0..CLIENTS).map(|n| print(client(n))).collect();
    let events: Vec<PrintedRow> = (0..EVENTS).map(|n| print(event(n))).collect();
    let pages: Vec<(&'static str, Vec<PrintedRow>)> = std::iter::once(("clients", clients))
        .chain(events.chunks(5_000).map(|rows| ("events", rows.to_vec())))
        .collect();
    let count = pages.len();
    let begun = Instant::now();
    for (index, (table, rows)) in pages.into_iter().enumerate() {
        let last = index == 0 || index + 1 == count;
        let portion = Portion { table, n: 1, since: 1, rows, last };
        copy.store(Batch { portion: Some(Box::new(portion)), ..Batch::default() })
            .await
            .expect("stores");
    }
    println!("{EVENTS} events, {CLIENTS} clients loaded in {:.2} s", begun.elapsed().as_secs_f64());
}

async fn lists(copy: &Replica) {
    let none = EventFilter::default();
    let from = Some(start() + Duration::days(700));
    let filters = [
        ("no filter", none.clone()),
        ("archived too", EventFilter { archived: Archived::With, ..none.clone() }),
        ("planning", EventFilter { statuses: vec![Status::Planning], ..none.clone() }),
        (
            "wedding in planning from a day",
            EventFilter {
                statuses: vec![Status::Planning],
                event_type: Some("wedding".into()),
                from,
                ..none.clone()
            },
        ),
        ("from a day", EventFilter { from, ..none.clone() }),
        (
            "all time by dates",
            EventFilter {
                from: Some(start()),
                until: Some(start() + Duration::days(3_000)),
                archived: Archived::With,
                ..none.clone()
            },
        ),
        ("one client", EventFilter { client_id: Some(id(77)), ..none.clone() }),
        ("text: garcia (many)", EventFilter { text: Some("garcia".into()), ..none.clone() }),
        (
            "text: garcia planning",
            EventFilter {
                text: Some("garcia".into()),
                statuses: vec![Status::Planning],
                ..none.clone()
            },
        ),
        (
            "text: tanaka from a day",
            EventFilter { text: Some("tanaka".into()), from, ..none.clone() },
        ),
        ("text: 4711 (few)", EventFilter { text: Some("4711".into()), ..none.clone() }),
    ];
    for (name, filter) in filters {
        for by in [EventSortBy::StartsAt, EventSortBy::Name, EventSortBy::Client] {
            let input = EventListInput {
                filter: filter.clone(),
                sort: EventSort { by, descending: by == EventSortBy::StartsAt },
                offset: 0,
                limit: 100,
            };
            let what = format!("list, {name}, by {by:?}");
            timed(&what, async || copy.event_list(&input).await.expect("reads").total).await;
        }
    }
    let input = EventListInput { offset: 40_000, limit: 100, ..Default::default() };
    timed("list, rows 40 000 on", async || copy.event_list(&input).await.expect("reads").total)
        .await;
}

async fn others(copy: &Replica) {
    let board = EventBoardInput { filter: EventFilter::default(), per_column: 50 };
    timed("board, 50 per column", async || {
        copy.event_board(&board).await.expect("reads").columns.len() as u32
    })
    .await;
    timed("types", async || copy.event_types().await.expect("reads").types.len() as u32).await;
    for text in ["garcia", "wedd", "4711", "ga", "tanaka wedding", "muller"] {
        let input = SearchInput { text: text.into(), limit: 50 };
        timed(&format!("search {text}"), async || {
            copy.search(&input).await.expect("reads").hits.len() as u32
        })
        .await;
    }
    let now = start() + Duration::days(700);
    for by in [ClientSortBy::CompanyName, ClientSortBy::Events, ClientSortBy::NextEventAt] {
        let input = ClientListInput {
            text: None,
            sort: ClientSort { by, descending: true },
            offset: 0,
            limit: 100,
        };
        timed(&format!("clients by {by:?}"), async || {
            copy.client_list(&input, now).await.expect("reads").total
        })
        .await;
    }
    timed("one event's page", async || {
        u32::from(copy.event_detail(id(100_077), now).await.expect("reads").is_some())
    })
    .await;
    timed("merge of one event", async || {
        copy.merge(vec![event(7)], 2).await.expect("merges").len() as u32
    })
    .await;
    timed("rename of a client with its events", async || {
        copy.merge(vec![client(7)], 2).await.expect("merges").len() as u32
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
    let begun = Instant::now();
    let copy = Replica::open(&path, &key).await.expect("opens");
    println!("open {:.1} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    let input = EventListInput { limit: 100, ..Default::default() };
    copy.event_list(&input).await.expect("reads");
    println!("open and first list {:.1} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    lists(&copy).await;
    others(&copy).await;
}
