//! The pure domain and the database say the same: what a planner refuses no desk can write, and what it plans is taken.
//!
//! `CLOCHE_AGREEMENT_SEED` asks other edits than the usual ones; a counterexample names its seed and number.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod agreement_support;
mod door_support;

use agreement_support::generate::{Imagined, Stock, edit};
use agreement_support::judge::Judged;
use agreement_support::{Asker, Edit, Tally, columns};
use domain::clients::Client;
use domain::events::{Event, Status, TRANSITIONS};
use domain::permission::{PERMISSIONS, Role};
use domain::time;
use door_support::{Office, insert_client};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Desks that ask at the same time, each with rows of its own.
const ASKERS: u64 = 4;

fn seed() -> u64 {
    let given = std::env::var("CLOCHE_AGREEMENT_SEED").ok();
    given.map_or(20_260_314, |seed| seed.parse().expect("a seed is a number"))
}

async fn asker(office: &Office) -> Asker {
    let connection = office.db.connect_as(office.org.administrator()).await;
    Asker { connection, org: office.org.org_id }
}

/// Events in every state: as the office's books bring them in, with everything filled in and with nothing.
async fn events(office: &Office) -> Stock<Event> {
    let desk = office.ana();
    let clients = [desk.client().await, desk.client().await];
    let mut changes = Vec::new();
    for &status in Status::all() {
        for is_archived in [false, true] {
            if is_archived && !status.may_be_archived() {
                continue;
            }
            for is_full in [false, true] {
                let mut set = Event::plain();
                let reason = (status == Status::Cancelled).then_some("rain");
                for (column, value) in [
                    ("client_id", json!(clients[0])),
                    ("status", json!(status)),
                    ("is_archived", json!(is_archived)),
                    ("cancel_reason", json!(reason)),
                    ("location", json!(is_full.then_some("Palacio de Cristal"))),
                    ("notes", json!(is_full.then_some("Two doors.\nRing at the left one."))),
                    ("estimated_attendees", json!(is_full.then_some(140))),
                ] {
                    set.insert(column.into(), value);
                }
                let id = Uuid::now_v7();
                changes.push(json!({"table": "events", "id": id, "op": "insert", "set": set}));
            }
        }
    }
    let answer = desk.apply("import.events", json!(changes)).await.unwrap();
    Stock { rows: images(&answer, "events"), clients }
}

async fn clients(office: &Office) -> Stock<Client> {
    let bare = insert_client(Uuid::now_v7(), "Hotel Peña");
    let mut full = insert_client(Uuid::now_v7(), "Tanaka Weddings");
    for (column, value) in [
        ("contact_name", "Ana Tanaka"),
        ("email", "ana@example.org"),
        ("phone", "+34 600 000 000"),
        ("address", "C/ Sol 4\n2º izq."),
        ("notes", "Pays at once."),
    ] {
        full["set"][column] = json!(value);
    }
    let answer = office.ana().apply("client.create", json!([bare, full])).await.unwrap();
    Stock { rows: images(&answer, "clients"), clients: [Uuid::nil(); 2] }
}

fn images<E: Judged>(answer: &Value, table: &str) -> Vec<E> {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.filter(|image| image["table"] == json!(table))
        .map(|image| serde_json::from_value(image["row"].clone()).unwrap())
        .collect()
}

/// Asks about `count` edits, some of them at the same time; each desk has rows of its own.
async fn compare<E: Imagined + 'static>(
    office: &Office,
    stocks: Vec<Stock<E>>,
    count: u64,
) -> Tally {
    let seed = seed();
    let mut asking = tokio::task::JoinSet::new();
    for (first, stock) in (0..).zip(stocks) {
        let mut asker = asker(office).await;
        asking.spawn(async move {
            let numbers = (first..count).step_by(usize::try_from(ASKERS).unwrap());
            asker.compare(numbers.map(|number| edit(seed, number, &stock))).await
        });
    }
    asking.join_all().await.into_iter().fold(Tally::default(), Tally::join)
}

async fn stocks_of_events(office: &Office) -> Vec<Stock<Event>> {
    let mut stocks = Vec::new();
    for _ in 0..ASKERS {
        stocks.push(events(office).await);
    }
    stocks
}

#[track_caller]
fn agrees(tally: &Tally) {
    assert!(
        tally.disagreements.is_empty(),
        "seed {}: the domain and the database disagree:\n{}",
        seed(),
        tally.disagreements.join("\n")
    );
    // Had nearly everything the same answer, agreeing would prove little.
    let all = tally.taken + tally.refused;
    assert!(tally.taken * 6 > all && tally.refused * 6 > all, "one-sided edits: {tally:?}");
}

/// Every rule of the table has said no at least once.
async fn every_check_was_met(office: &Office, table: &str, tally: &Tally) {
    let checks: Vec<String> = sqlx::query_scalar(
        "select conname::text from pg_constraint where conrelid = ('app.' || $1)::regclass and contype = 'c'",
    )
    .bind(table.to_owned())
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    assert!(checks.len() > 5, "{table} has checks");
    let missed: Vec<&String> =
        checks.iter().filter(|c| !tally.reasons.contains_key(c.as_str())).collect();
    assert!(missed.is_empty(), "no edit met {missed:?}, only {:?}", tally.reasons);
}

#[tokio::test]
async fn steps_permissions_and_the_first_matrix_are_spelt_alike() {
    let office = Office::open().await;
    let steps: Vec<(String, String)> =
        sqlx::query_as("select old_status, new_status from app.event_transitions")
            .fetch_all(office.db.admin())
            .await
            .unwrap();
    let domain: BTreeSet<(String, String)> =
        TRANSITIONS.iter().map(|(a, b)| (a.as_str().to_owned(), b.as_str().to_owned())).collect();
    assert_eq!(domain.len(), TRANSITIONS.len(), "no step is listed twice");
    assert_eq!(steps.into_iter().collect::<BTreeSet<_>>(), domain);
    let names: Vec<String> = sqlx::query_scalar("select name from app.permissions")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    let domain: BTreeSet<&str> = PERMISSIONS.iter().copied().collect();
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), domain);
    let needed: Vec<String> = sqlx::query_scalar("select distinct permission from app.rules")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    assert!(needed.iter().all(|name| domain.contains(name.as_str())), "{needed:?}");
    for (person, role) in [
        (office.org.administrator(), Role::Administrator),
        (office.org.manager(), Role::Manager),
        (office.org.staff(), Role::Staff),
    ] {
        let mut desk = office.db.connect_as(person).await;
        let me: Value =
            sqlx::query_scalar("select api.whoami()").fetch_one(&mut desk).await.unwrap();
        let held = &me["organizations"][0]["permissions"];
        let held: BTreeSet<&str> =
            held.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(held, role.default_permissions().iter().copied().collect(), "{role:?}");
    }
}

#[tokio::test]
async fn the_server_takes_every_time_zone_that_can_be_chosen() {
    let office = Office::open().await;
    let zones: Vec<String> = sqlx::query_scalar("select name from app.time_zones")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    let unknown: Vec<&String> = zones.iter().filter(|name| time::zone(name).is_err()).collect();
    assert!(unknown.is_empty(), "only the server knows {unknown:?}");
    let zones: BTreeSet<&str> = zones.iter().map(String::as_str).collect();
    let missing: Vec<&str> = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|tz| tz.name())
        .filter(|name| !zones.contains(name))
        .collect();
    assert!(missing.is_empty(), "only the domain knows {missing:?}");
}

#[tokio::test]
async fn planner_and_guard_agree_on_every_pair_of_statuses() {
    let office = Office::open().await;
    let stock = events(&office).await;
    let mut asker = asker(&office).await;
    for command in ["event.advance", "import.events"] {
        for is_archived in [false, true] {
            let rows = stock.rows.iter().filter(|row| row.is_archived == is_archived);
            let steps = rows.flat_map(|row| {
                Status::all().iter().filter(|to| **to != row.status).map(|&to| {
                    let mut wanted = columns(row);
                    wanted.insert("status".into(), json!(to));
                    let reason = (to == Status::Cancelled).then_some("Storm warning");
                    wanted.insert("cancel_reason".into(), json!(reason));
                    Edit { number: 0, command, before: Some(row.clone()), wanted }
                })
            });
            let tally = asker.compare(steps.collect::<Vec<_>>()).await;
            assert_eq!(tally.disagreements, Vec::<String>::new());
            // Two events stand in each state.
            let taken = if is_archived { 0 } else { TRANSITIONS.len() * 2 };
            assert_eq!(tally.taken, taken, "{command}, archived: {is_archived}");
        }
    }
}

#[tokio::test]
async fn ten_thousand_random_edits_of_events_get_the_same_answer_from_domain_and_database() {
    let office = Office::open().await;
    let tally = compare(&office, stocks_of_events(&office).await, 10_500).await;
    agrees(&tally);
    assert!(tally.taken + tally.refused >= 10_000, "{tally:?}");
    every_check_was_met(&office, "events", &tally).await;
    for guard in [
        "events_transition",
        "events_archived",
        "events_start_as_inquiry",
        "events_already_cancelled",
        "events_time_zone_known",
    ] {
        assert!(tally.reasons.contains_key(guard), "no edit met {guard}: {:?}", tally.reasons);
    }
}

#[tokio::test]
async fn random_edits_of_clients_get_the_same_answer_from_domain_and_database() {
    let office = Office::open().await;
    let mut stocks = Vec::new();
    for _ in 0..ASKERS {
        stocks.push(clients(&office).await);
    }
    let tally = compare(&office, stocks, 3_000).await;
    agrees(&tally);
    every_check_was_met(&office, "clients", &tally).await;
}

#[tokio::test]
async fn without_its_guard_or_a_check_the_database_is_caught_disagreeing() {
    let office = Office::open().await;
    let stocks = stocks_of_events(&office).await;
    agrees(&compare(&office, stocks.clone(), 400).await);
    office.run("alter table app.events disable trigger guard").await;
    let tally = compare(&office, stocks.clone(), 400).await;
    assert!(!tally.disagreements.is_empty(), "the guard was not missed: {tally:?}");
    office.run("alter table app.events enable trigger guard").await;
    office.run("alter table app.events drop constraint events_archived_status").await;
    let tally = compare(&office, stocks, 400).await;
    assert!(!tally.disagreements.is_empty(), "the check was not missed: {tally:?}");
}
