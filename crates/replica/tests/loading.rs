//! Loading whole tables: nothing of a table shows before its last row, and then it is as if every row had been merged.

mod common;

use common::{Fresh, client, day, event, fresh, gone, id, image, key, names, printed};
use replica::{
    Archived, Batch, ClientListInput, EventBoardInput, EventFilter, EventListInput, EventSort,
    EventSortBy, Portion, PrintedRow, Replica, ReplicaError, RowImage, SearchInput,
};
use serde_json::json;

const ORDERS: [EventSortBy; 6] = [
    EventSortBy::StartsAt,
    EventSortBy::Name,
    EventSortBy::Client,
    EventSortBy::Status,
    EventSortBy::EventType,
    EventSortBy::Attendees,
];

fn print(image: RowImage) -> PrintedRow {
    serde_json::from_value(image.row.expect("a row")).expect("prints")
}

fn portion(table: &'static str, n: i64, rows: Vec<RowImage>, last: bool) -> Portion {
    Portion { table, n, since: 1, rows: rows.into_iter().map(print).collect(), last }
}

async fn load(copy: &Replica, portion: Portion) -> Vec<String> {
    let batch = Batch { portion: Some(Box::new(portion)), ..Batch::default() };
    copy.store(batch).await.expect("stores").into_iter().collect()
}

fn all() -> EventListInput {
    let filter = EventFilter { archived: Archived::With, ..Default::default() };
    EventListInput { filter, limit: 1_000, ..Default::default() }
}

async fn listed(copy: &Replica) -> Vec<String> {
    let page = copy.event_list(&all()).await.expect("reads");
    assert_eq!(page.total as usize, page.rows.len(), "the counters agree with the rows");
    let mut names: Vec<String> = names(&page.rows).into_iter().map(str::to_owned).collect();
    names.sort();
    names
}

/// Everything that screens show of a copy.
async fn shown(copy: &Replica) -> String {
    let mut shown = String::new();
    for by in ORDERS {
        let input = EventListInput { sort: EventSort { by, descending: false }, ..all() };
        shown += &format!("{:?}\n", copy.event_list(&input).await.expect("reads"));
    }
    let board = EventBoardInput { filter: EventFilter::default(), per_column: 1_000 };
    shown += &format!("{:?}\n", copy.event_board(&board).await.expect("reads"));
    shown += &format!("{:?}\n", copy.event_types().await.expect("reads"));
    let clients = ClientListInput { limit: 1_000, ..Default::default() };
    shown += &format!("{:?}\n", copy.client_list(&clients, day(0)).await.expect("reads"));
    for text in ["gala", "garcia", "client 3", "palacio"] {
        let found = copy.search(&SearchInput { text: text.into(), limit: 200 }).await;
        shown += &format!("{:?}\n", found.expect("searches"));
    }
    for number in [1_001, 1_017] {
        shown += &format!("{:?}\n", copy.event_detail(id(number), day(0)).await.expect("reads"));
        shown += &format!("{:?}\n", copy.event(id(number)).await.expect("reads"));
    }
    shown
}

fn clients() -> Vec<RowImage> {
    (1..=7).map(|n| client(n, &format!("Client {n}"))).collect()
}

/// More than go into one statement, in the order of their ids.
fn events() -> Vec<RowImage> {
    let statuses = ["inquiry", "planning", "completed", "cancelled"];
    let one = |n: u128| {
        let with = json!({
            "status": statuses[n as usize % 4], "event_type": (if n.is_multiple_of(2) { "gala" } else { "Déjeuner" }),
            "is_archived": n.is_multiple_of(5), "estimated_attendees": n % 40,
        });
        event(1_000 + n, 1 + n % 8, &format!("Gala {}", n * 7 % 231), (n * 13 % 90) as i64, with)
    };
    (1..=230).map(one).collect()
}

fn log() -> Vec<RowImage> {
    let one = |n: u128| {
        let columns = json!({
            "event_id": id(1_000 + n % 20), "old_status": null, "new_status": "inquiry",
            "changed_by": id(900), "changed_at": printed(day(n as i64)), "imported": false,
        });
        image("event_status_log", id(5_000 + n), columns)
    };
    (1..=130).map(one).collect()
}

/// Loads all of it in several portions.
async fn loaded() -> Fresh {
    let copy = fresh().await;
    for (table, rows) in [("clients", clients()), ("events", events()), ("event_status_log", log())]
    {
        let parts: Vec<_> = rows.chunks(103).map(<[RowImage]>::to_vec).collect();
        let count = parts.len();
        for (index, rows) in parts.into_iter().enumerate() {
            load(&copy, portion(table, 2, rows, index + 1 == count)).await;
        }
    }
    copy
}

async fn merged() -> Fresh {
    let copy = fresh().await;
    copy.merge([clients(), events(), log()].concat(), 2).await.expect("merges");
    copy
}

#[tokio::test]
async fn a_loaded_copy_shows_what_a_merged_one_shows_and_goes_on_alike() {
    let (loaded, merged) = (loaded().await, merged().await);
    let expected = shown(&merged).await;
    assert_eq!(shown(&loaded).await, expected);
    let changes = || {
        vec![
            client(3, "Renamed García"),
            event(1_004, 5, "Gala moved", 3, json!({"status": "planning", "is_archived": true})),
            event(1_500, 3, "Gala added", 4, json!({})),
            gone("events", id(1_009)),
            gone("clients", id(7)),
        ]
    };
    for copy in [&loaded, &merged] {
        copy.merge(changes(), 5).await.expect("merges");
    }
    let after = shown(&merged).await;
    assert_ne!(after, expected);
    assert_eq!(shown(&loaded).await, after, "indexes, counters and search follow as before");
}

#[tokio::test]
async fn a_table_shows_when_its_last_row_is_there() {
    let copy = fresh().await;
    let changed = load(&copy, portion("clients", 2, clients(), true)).await;
    assert!(changed.contains(&"clients".to_owned()), "{changed:?}");
    let rows = events();
    let none: Vec<String> = vec![];
    assert_eq!(load(&copy, portion("events", 2, rows[..9].to_vec(), false)).await, none);
    assert_eq!(listed(&copy).await, none);
    for by in ORDERS {
        let filter = EventFilter { from: Some(day(1)), text: Some("gala".into()), ..all().filter };
        let input = EventListInput { filter, sort: EventSort { by, descending: true }, ..all() };
        assert_eq!(copy.event_list(&input).await.expect("reads while it loads").total, 0);
    }
    load(&copy, portion("events", 2, rows[9..].to_vec(), true)).await;
    assert_eq!(listed(&copy).await.len(), 230);
}

#[tokio::test]
async fn an_interrupted_load_goes_on_in_the_same_file() {
    let copy = fresh().await;
    load(&copy, portion("clients", 2, clients(), true)).await;
    load(&copy, portion("events", 2, events()[..150].to_vec(), false)).await;
    copy.close().await;
    let again = Replica::open(copy.path(), &key()).await.expect("opens");
    load(&again, portion("events", 2, events()[150..].to_vec(), true)).await;
    load(&again, portion("event_status_log", 2, log(), true)).await;
    let expected = merged().await;
    assert_eq!(shown(&again).await, shown(&expected).await);
}

#[tokio::test]
async fn own_changes_during_a_load_are_kept() {
    let copy = fresh().await;
    let named = |number, name| event(number, 1, name, 1, json!({}));
    copy.merge(vec![named(1, "Older than its page"), gone("events", id(7))], 2)
        .await
        .expect("merges");
    load(&copy, portion("clients", 3, clients(), true)).await;
    let rows = vec![
        named(1, "Page"),
        named(2, "Page: changed since"),
        named(3, "Page: deleted since"),
        named(5, "Page: as it is"),
        named(7, "Page: back since"),
    ];
    load(&copy, portion("events", 4, rows, false)).await;
    copy.merge(vec![named(2, "Changed"), named(4, "Created"), gone("events", id(3))], 5)
        .await
        .expect("merges");
    copy.merge(vec![client(1, "Renamed")], 5).await.expect("merges");
    // An answer that took its time: the page knew better.
    copy.merge(vec![named(5, "Late"), gone("events", id(1))], 3).await.expect("merges");
    load(&copy, portion("events", 5, vec![named(6, "Last")], true)).await;
    let expected = ["Changed", "Created", "Last", "Page", "Page: as it is", "Page: back since"];
    assert_eq!(listed(&copy).await, expected);
    let rows = copy.event_list(&all()).await.expect("reads").rows;
    assert!(rows.iter().all(|row| row.client_name == "Renamed"), "{rows:?}");
    let found = copy.search(&SearchInput { text: "renamed".into(), limit: 50 }).await;
    assert_eq!(found.expect("searches").hits.len(), 7, "the client and its six events");
    // What was deleted stays so for late images, and what was not may be changed again.
    copy.merge(vec![named(3, "Late image")], 4).await.expect("merges");
    copy.merge(vec![named(1, "Changed again")], 6).await.expect("merges");
    let now = listed(&copy).await;
    assert!(!now.contains(&"Late image".to_owned()) && now.contains(&"Changed again".to_owned()));
    let input = ClientListInput { limit: 10, ..Default::default() };
    let page = copy.client_list(&input, day(0)).await.expect("reads");
    let counted: Vec<_> = page.rows.iter().map(|c| (c.company_name.as_str(), c.events)).collect();
    assert!(counted.contains(&("Renamed", 6)), "{counted:?}");
}

#[tokio::test]
async fn a_row_that_comes_twice_counts_once() {
    let copy = fresh().await;
    load(&copy, portion("events", 2, events()[..120].to_vec(), false)).await;
    load(&copy, portion("events", 3, events()[100..].to_vec(), true)).await;
    assert_eq!(listed(&copy).await.len(), 230);
}

#[tokio::test]
async fn a_portion_with_a_row_that_cannot_be_read_is_refused_whole() {
    let copy = fresh().await;
    let mut broken = event(2, 9, "Broken", 1, json!({}));
    broken.row.as_mut().expect("a row")["starts_at"] = json!("yesterday");
    let rows = vec![event(1, 9, "Fine", 1, json!({})), broken];
    let batch =
        Batch { portion: Some(Box::new(portion("events", 2, rows, true))), ..Batch::default() };
    let refused = copy.store(batch).await;
    assert!(
        matches!(&refused, Err(ReplicaError::Malformed { table, column: "starts_at" }) if table == "events"),
        "{refused:?}"
    );
    load(&copy, portion("events", 2, vec![event(3, 9, "Good", 1, json!({}))], true)).await;
    assert_eq!(listed(&copy).await, ["Good"]);
}
