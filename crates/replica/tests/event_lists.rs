//! Lists, boards and totals against a plain model: every filter with every order gives what filtering and sorting a
//! vector gives.

mod common;

use chrono::{DateTime, Utc};
use common::{client, day, event, fresh, gone, id};
use domain::events::Status;
use replica::{
    Archived, ClientListInput, ClientSort, ClientSortBy, EventBoardInput, EventFilter,
    EventListInput, EventRow, EventSort, EventSortBy, Replica, RowImage, fold,
};
use serde_json::{Value, json};

const STATUSES: [(&str, Status); 7] = [
    ("inquiry", Status::Inquiry),
    ("planning", Status::Planning),
    ("preparation", Status::Preparation),
    ("in_progress", Status::InProgress),
    ("completed", Status::Completed),
    ("follow_up", Status::FollowUp),
    ("cancelled", Status::Cancelled),
];
const TYPES: [&str; 4] = ["wedding", "Cóctel", "birthday", "gala dinner"];
const WORDS: [&str; 6] = ["Summer", "Éclair", "Jubiläum", "O'Brien", "عرس", "🎉"];

/// A small sequence of numbers that look random and are the same every time.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn random_event(dice: &mut Dice, number: u128) -> RowImage {
    let word = |dice: &mut Dice| WORDS[dice.roll(6) as usize];
    let name = format!("{} {} {}", word(dice), word(dice), dice.roll(40));
    let attendees = match dice.roll(5) {
        0 => Value::Null,
        n => json!(n * 10),
    };
    let with = json!({
        "event_type": TYPES[dice.roll(4) as usize], "status": STATUSES[dice.roll(7) as usize].0,
        "is_archived": dice.roll(3) == 0, "estimated_attendees": attendees,
    });
    event(number, 1_000 + u128::from(dice.roll(7)), &name, dice.roll(60) as i64, with)
}

async fn filled(events: u128) -> common::Fresh {
    let mut dice = Dice(42);
    let fresh = fresh().await;
    let mut rows: Vec<RowImage> = (0..7)
        .map(|n| {
            client(1_000 + n, &format!("Client {}", ["Ångström", "beta", "Zeta"][n as usize % 3]))
        })
        .collect();
    rows.extend((0..events).map(|n| random_event(&mut dice, n)));
    fresh.replica.merge(rows, 1).await.expect("merges");
    // Changed and deleted rows must leave no trace in totals and search.
    let changed: Vec<RowImage> =
        (0..events).step_by(5).map(|n| random_event(&mut dice, n)).collect();
    fresh.replica.merge(changed, 2).await.expect("merges");
    let deleted = (0..events).step_by(17).map(|n| gone("events", id(n))).collect();
    fresh.replica.merge(deleted, 3).await.expect("merges");
    fresh
}

fn rank(row: &EventRow) -> usize {
    STATUSES.iter().position(|(name, _)| *name == row.status).expect("known")
}

fn matches(filter: &EventFilter, row: &EventRow) -> bool {
    let haystack = format!(
        "{} {} {} {}",
        row.name,
        row.client_name,
        row.location.as_deref().unwrap_or_default(),
        row.event_type
    );
    let tokens: Vec<String> =
        fold(&haystack).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let text = filter.text.as_deref().unwrap_or_default();
    text.split_whitespace().all(|word| {
        if word.chars().any(char::is_alphanumeric) {
            fold(word)
                .split(|c: char| !c.is_alphanumeric())
                .filter(|p| !p.is_empty())
                .all(|part| tokens.iter().any(|token| token.starts_with(part)))
        } else {
            haystack.contains(word)
        }
    }) && (filter.statuses.is_empty() || filter.statuses.contains(&STATUSES[rank(row)].1))
        && filter.client_id.is_none_or(|c| c == row.client_id)
        && filter.event_type.as_ref().is_none_or(|t| fold(t) == fold(&row.event_type))
        && filter.from.is_none_or(|from| row.starts_at >= from)
        && filter.until.is_none_or(|until| row.starts_at < until)
        && match filter.archived {
            Archived::Without => !row.is_archived,
            Archived::Only => row.is_archived,
            Archived::With => true,
        }
}

/// The sort key as text and numbers that compare like the list does.
fn sort_key(by: EventSortBy, row: &EventRow) -> (String, i64, i64) {
    let at = row.starts_at.timestamp();
    match by {
        EventSortBy::StartsAt | EventSortBy::Coming => (String::new(), at, 0),
        EventSortBy::Name => (fold(&row.name), 0, 0),
        EventSortBy::Client => (fold(&row.client_name), 0, 0),
        EventSortBy::Status => (String::new(), rank(row) as i64, at),
        EventSortBy::EventType => (fold(&row.event_type), at, 0),
        EventSortBy::Attendees => (String::new(), row.estimated_attendees.map_or(-1, i64::from), 0),
    }
}

fn filters() -> Vec<EventFilter> {
    let none = EventFilter::default();
    let mut filters = Vec::new();
    for archived in [Archived::Without, Archived::Only, Archived::With] {
        let base = EventFilter { archived, ..none.clone() };
        let window: (Option<DateTime<Utc>>, _) = (Some(day(10)), Some(day(30)));
        let texts =
            ["ecl", "summer o'br", "🎉", "beta", "\" OR *", "عرس", "coc", "% _", "summer 🎉"];
        filters.push(base.clone());
        filters.push(EventFilter {
            statuses: vec![Status::Planning, Status::Cancelled],
            ..base.clone()
        });
        filters.push(EventFilter { client_id: Some(id(1_003)), ..base.clone() });
        filters.push(EventFilter { event_type: Some("COCTEL".into()), ..base.clone() });
        filters.push(EventFilter { from: window.0, until: window.1, ..base.clone() });
        filters.push(EventFilter {
            statuses: vec![Status::Inquiry],
            event_type: Some("wedding".into()),
            from: window.0,
            ..base.clone()
        });
        for text in texts {
            let searched = EventFilter { text: Some(text.into()), ..base.clone() };
            filters.push(searched.clone());
            filters.push(EventFilter { statuses: vec![Status::Completed], ..searched.clone() });
            filters.push(EventFilter { until: window.1, client_id: Some(id(1_001)), ..searched });
        }
    }
    filters
}

/// Compares every filter and order with the model built from the unfiltered list.
async fn compare(copy: &Replica, everything: usize) {
    let whole = EventFilter { archived: Archived::With, ..Default::default() };
    let mut all = Vec::new();
    while all.len() < everything {
        let offset = all.len() as u32;
        let input =
            EventListInput { filter: whole.clone(), offset, limit: 1_000, ..Default::default() };
        let page = copy.event_list(&input).await.expect("reads");
        assert_eq!(page.total as usize, everything, "the total counts every event once");
        all.extend(page.rows);
    }
    let orders = [
        EventSortBy::StartsAt,
        EventSortBy::Name,
        EventSortBy::Client,
        EventSortBy::Status,
        EventSortBy::EventType,
        EventSortBy::Attendees,
    ];
    for (index, filter) in filters().into_iter().enumerate() {
        let expected: Vec<&EventRow> = all.iter().filter(|row| matches(&filter, row)).collect();
        // Every filter meets every order in the small replica, and two of them in the large one.
        let orders =
            if everything < 1_000 { &orders[..] } else { &orders[index % 5..index % 5 + 2] };
        for by in orders {
            for descending in [false, true] {
                let mut keys: Vec<_> = expected.iter().map(|row| sort_key(*by, row)).collect();
                keys.sort();
                if descending {
                    keys.reverse();
                }
                let sort = EventSort { by: *by, descending };
                let input = EventListInput { filter: filter.clone(), sort, offset: 3, limit: 50 };
                let page = copy.event_list(&input).await.expect("reads");
                assert_eq!(page.total as usize, expected.len(), "total of {filter:?}");
                assert!(page.rows.iter().all(|row| matches(&filter, row)), "{filter:?}");
                let got: Vec<_> = page.rows.iter().map(|row| sort_key(*by, row)).collect();
                let end = keys.len().min(53);
                assert_eq!(got, keys[3.min(end)..end], "{filter:?} by {sort:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_filter_and_order_agrees_with_a_plain_model() {
    let copy = filled(400).await;
    compare(&copy, 400 - 24).await;
}

/// What starts from a day on, the nearest first, then what started before it, the latest first.
#[tokio::test]
async fn what_is_coming_stands_above_what_has_been_in_every_window() {
    let copy = filled(400).await;
    let sort = |by, descending| EventSort { by, descending };
    let coming = sort(EventSortBy::Coming, false);
    let all = |filter: &EventFilter, sort| EventListInput {
        filter: filter.clone(),
        sort,
        offset: 0,
        limit: 1_000,
    };
    let by_date = all(&EventFilter::default(), sort(EventSortBy::StartsAt, false));
    let by_date = copy.event_list(&by_date).await.expect("reads").rows;
    let today = by_date[by_date.len() / 3].starts_at;
    for filter in filters() {
        let ahead = all(&filter, sort(EventSortBy::StartsAt, false));
        let mut expected = copy.event_list(&ahead).await.expect("reads").rows;
        let been: Vec<EventRow> = expected.extract_if(.., |row| row.starts_at < today).collect();
        let been = been.into_iter().map(|row| row.starts_at).rev();
        let expected: Vec<_> = expected.iter().map(|row| row.starts_at).chain(been).collect();
        let mut got = Vec::new();
        loop {
            let offset = got.len() as u32;
            let input = EventListInput { offset, limit: 37, ..all(&filter, coming) };
            let page = copy.event_list_on(&input, today).await.expect("reads");
            assert_eq!(page.total as usize, expected.len(), "{filter:?}");
            if page.rows.is_empty() {
                break;
            }
            got.extend(page.rows.into_iter().map(|row| row.starts_at));
        }
        assert_eq!(got, expected, "{filter:?}");
    }
    copy.close().await;
}

#[tokio::test]
async fn large_lists_take_the_other_route_and_agree_too() {
    let copy = filled(2_000).await;
    compare(&copy, 2_000 - 118).await;
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list_without_doubles() {
    let copy = filled(900).await;
    for by in [EventSortBy::Name, EventSortBy::Client, EventSortBy::Attendees] {
        let mut seen = std::collections::HashSet::new();
        let mut total = u32::MAX;
        while (seen.len() as u32) < total {
            let filter = EventFilter { archived: Archived::With, ..Default::default() };
            let sort = EventSort { by, descending: true };
            let input = EventListInput { filter, sort, offset: seen.len() as u32, limit: 70 };
            let page = copy.event_list(&input).await.expect("reads");
            total = page.total;
            assert!(page.rows.into_iter().all(|row| seen.insert(row.id)), "ties keep their order");
        }
    }
}

#[tokio::test]
async fn the_board_has_a_column_per_status_with_its_total() {
    let copy = filled(400).await;
    let input = EventBoardInput { filter: EventFilter::default(), per_column: 5 };
    let board = copy.event_board(&input).await.expect("reads");
    assert_eq!(board.columns.iter().map(|c| c.status).collect::<Vec<_>>(), STATUSES.map(|s| s.1));
    for column in &board.columns {
        let filter = EventFilter { statuses: vec![column.status], ..Default::default() };
        let list =
            copy.event_list(&EventListInput { filter, limit: 5, ..Default::default() }).await;
        assert_eq!(column.total, list.expect("reads").total);
        assert_eq!(column.rows.len(), 5.min(column.total as usize));
        let starts: Vec<_> = column.rows.iter().map(|row| row.starts_at).collect();
        let over =
            matches!(column.status, Status::Completed | Status::FollowUp | Status::Cancelled);
        let ordered = starts.is_sorted_by(|a, b| if over { a >= b } else { a <= b });
        assert!(ordered, "what comes next first, what is over latest first");
    }
}

#[tokio::test]
async fn types_are_counted_whatever_their_spelling() {
    let copy = fresh().await;
    let rows = [(1, "Wedding"), (2, "wedding"), (3, "gala")]
        .map(|(n, t)| event(n, 9, "x", 1, json!({"event_type": t})))
        .to_vec();
    copy.merge(rows, 1).await.expect("merges");
    let types = copy.event_types().await.expect("reads").types;
    assert_eq!(types.iter().map(|t| t.events).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(types[1].event_type, "gala");
    copy.merge(vec![gone("events", id(3))], 2).await.expect("merges");
    assert_eq!(copy.event_types().await.expect("reads").types.len(), 1, "an unused type is gone");
}

#[tokio::test]
async fn clients_are_listed_by_name_events_and_next_event() {
    let copy = fresh().await;
    let mut rows: Vec<RowImage> =
        vec![client(1, "Ångström"), client(2, "beta"), client(3, "Zeta"), client(4, "alpha")];
    rows.push(event(11, 3, "Soon", 2, json!({})));
    rows.push(event(12, 2, "Later", 9, json!({})));
    rows.push(event(13, 2, "Past", -9, json!({})));
    copy.merge(rows, 1).await.expect("merges");
    let list = |by, descending, text: Option<&str>| {
        let (copy, text) = (copy.replica.clone(), text.map(str::to_owned));
        async move {
            let sort = ClientSort { by, descending };
            let input = ClientListInput { text, sort, offset: 0, limit: 10 };
            let page = copy.client_list(&input, day(0)).await.expect("reads");
            let names: Vec<String> = page.rows.into_iter().map(|row| row.company_name).collect();
            (names.join(" "), page.total)
        }
    };
    assert_eq!(list(ClientSortBy::CompanyName, false, None).await.0, "alpha Ångström beta Zeta");
    assert_eq!(list(ClientSortBy::CompanyName, true, None).await.0, "Zeta beta Ångström alpha");
    assert_eq!(list(ClientSortBy::Events, true, None).await.0, "beta Zeta alpha Ångström");
    assert_eq!(list(ClientSortBy::NextEventAt, false, None).await.0, "Zeta beta alpha Ångström");
    assert_eq!(list(ClientSortBy::NextEventAt, true, None).await.0, "beta Zeta alpha Ångström");
    assert_eq!(list(ClientSortBy::CompanyName, false, Some("angs")).await, ("Ångström".into(), 1));
    assert_eq!(
        list(ClientSortBy::NextEventAt, false, Some("c2@example")).await,
        ("beta".into(), 1)
    );
    assert_eq!(list(ClientSortBy::Events, false, Some("%")).await, (String::new(), 0));
}
