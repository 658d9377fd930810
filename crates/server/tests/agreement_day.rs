//! An office day: planners and database say the same about what waits for what, about windows that touch or overlap and
//! about pools; also where the planner knows only what a member of the staff may know.
//!
//! `CLOCHE_AGREEMENT_SEED` asks other questions than the usual ones; a counterexample names its seed and number.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod agreement_day_support;
mod door_support;

use agreement_day_support::{Area, Asker, Tally};
use door_support::Office;
use testkit::TestServer;

/// Desks that ask at the same time, each about rows of its own.
const ASKERS: u64 = 4;
/// Questions of one area.
const QUESTIONS: u64 = 10_200;

/// What a member of the staff is given for these questions; tasks only as far as they are their own.
const GRANTED: [&str; 7] = [
    "events.edit",
    "resources.edit",
    "resources.assign",
    "resources.override",
    "tasks.create",
    "tasks.edit",
    "tasks.delete",
];

fn seed() -> u64 {
    let given = std::env::var("CLOCHE_AGREEMENT_SEED").ok();
    given.map_or(20_260_614, |seed| seed.parse().expect("a seed is a number"))
}

/// An office with as many administrators, and as many people on the staff, as there are desks that ask.
async fn office() -> Office {
    let db = TestServer::database().await;
    let mut building = db.organization("Linden Catering").administrator("ana@example.org");
    for name in ["bea", "cleo", "dora"] {
        building = building.administrator(&format!("{name}@example.org"));
    }
    for name in ["sam", "sue", "sid", "sol"] {
        building = building.staff(&format!("{name}@example.org"));
    }
    let org = building.build().await;
    let office = Office { db, org };
    office.grant("staff", &GRANTED).await;
    office
}

async fn asked(office: &Office, area: Area, as_staff: bool, count: u64) -> Tally {
    let people = |role| office.org.people.iter().filter(move |person| person.role == role);
    let mut asking = tokio::task::JoinSet::new();
    for (number, (ana, sam)) in (0..ASKERS).zip(people("administrator").zip(people("staff"))) {
        let mut asker = Asker::new(office, ana, as_staff.then_some(sam)).await;
        let seed = seed().wrapping_mul(1_000_003).wrapping_add(number);
        asking.spawn(async move { asker.compare(area, seed, count / ASKERS).await });
    }
    asking.join_all().await.into_iter().fold(Tally::default(), Tally::join)
}

/// Both say the same about ten thousand questions, and each of `pairs` was met: a refusal and the guard that matches it.
#[track_caller]
fn agrees(tally: &Tally, pairs: &[(&str, &str)]) {
    assert!(
        tally.disagreements.is_empty(),
        "the domain and the database disagree:\n{}",
        tally.disagreements.join("\n")
    );
    // Had nearly everything the same answer, agreeing would prove little.
    assert!(tally.all() >= 10_000, "too few questions: {tally:?}");
    assert!(
        tally.taken * 5 > tally.all() && tally.refused * 5 > tally.all(),
        "one-sided questions: {tally:?}"
    );
    for (refusal, constraint) in pairs {
        assert!(tally.met(refusal, constraint) > 9, "{refusal} and {constraint}: {tally:?}");
    }
}

const PREREQUISITES: [(&str, &str); 6] = [
    ("prerequisites_open", "tasks_prerequisites_open"),
    ("dependants_started", "tasks_dependants_started"),
    ("dependency_open", "task_dependencies_open"),
    ("prerequisite_circle", "task_dependencies_cycle"),
    ("prerequisite_self", "task_dependencies_self"),
    ("prerequisite_elsewhere", "task_dependencies_same_event"),
];
const OVERLAPS: [(&str, &str); 6] = [
    ("clash", "resource_schedule_conflict"),
    ("moving_clashes", "resource_schedule_conflict"),
    ("unavailable", "resource_schedule_unavailable"),
    ("event_cancelled", "resource_schedule_event_cancelled"),
    ("archived", "events_archived"),
    ("invalid", "resource_schedule_duration"),
];
const POOLS: [(&str, &str); 3] = [
    ("clash", "resource_schedule_conflict"),
    ("invalid", "resource_schedule_quantity"),
    ("quantity_needed", "resources_quantity_needed"),
];

/// Time of others that is not theirs to dispose of: to be held, and to be given back.
const OTHERS: [(&str, &str); 2] =
    [("only_own_time", "out_of_sight"), ("only_own_time", "changed_by_someone_else")];

#[tokio::test]
async fn ten_thousand_questions_about_prerequisites_get_the_same_answer() {
    let office = office().await;
    agrees(&asked(&office, Area::Prerequisites, false, QUESTIONS).await, &PREREQUISITES);
}

#[tokio::test]
async fn ten_thousand_questions_about_overlaps_get_the_same_answer() {
    let office = office().await;
    agrees(&asked(&office, Area::Overlaps, false, QUESTIONS).await, &OVERLAPS);
}

#[tokio::test]
async fn ten_thousand_questions_about_pools_get_the_same_answer() {
    let office = office().await;
    agrees(&asked(&office, Area::Pools, false, QUESTIONS).await, &POOLS);
}

#[tokio::test]
async fn ten_thousand_questions_about_prerequisites_get_the_same_answer_for_what_staff_knows() {
    let office = office().await;
    let own = [("only_own_tasks", "not_permitted")];
    let tally = asked(&office, Area::Prerequisites, true, QUESTIONS).await;
    agrees(&tally, &[&PREREQUISITES[..], &own].concat());
}

#[tokio::test]
async fn ten_thousand_questions_about_overlaps_get_the_same_answer_for_what_staff_knows() {
    let office = office().await;
    let tally = asked(&office, Area::Overlaps, true, QUESTIONS).await;
    agrees(&tally, &[&OVERLAPS[..], &OTHERS].concat());
    assert!(tally.masked > 100, "{tally:?}");
}

#[tokio::test]
async fn ten_thousand_questions_about_pools_get_the_same_answer_for_what_staff_knows() {
    let office = office().await;
    let tally = asked(&office, Area::Pools, true, QUESTIONS).await;
    agrees(&tally, &[&POOLS[..], &OTHERS[..1]].concat());
    assert!(tally.masked > 100, "{tally:?}");
}

/// With its guard off, the database is caught disagreeing.
async fn is_caught(area: Area, as_staff: bool, guards: &[(&str, &str)]) {
    let office = office().await;
    let sound = asked(&office, area, as_staff, 200).await;
    assert_eq!(sound.disagreements, Vec::<String>::new());
    for (table, guard) in guards {
        office.run(&format!("alter table app.{table} disable trigger {guard}")).await;
        let tally = asked(&office, area, as_staff, 800).await;
        assert!(!tally.disagreements.is_empty(), "{guard} was not missed: {tally:?}");
        office.run(&format!("alter table app.{table} enable trigger {guard}")).await;
    }
}

#[tokio::test]
async fn without_a_guard_of_prerequisites_the_database_is_caught_disagreeing() {
    for as_staff in [false, true] {
        let guards = [("tasks", "tasks_order"), ("task_dependencies", "task_dependencies_order")];
        is_caught(Area::Prerequisites, as_staff, &guards).await;
    }
}

#[tokio::test]
async fn without_a_guard_of_overlaps_the_database_is_caught_disagreeing() {
    for as_staff in [false, true] {
        let guards = [
            ("resource_schedule", "resource_schedule_room"),
            ("resource_schedule", "guard_insert"),
        ];
        is_caught(Area::Overlaps, as_staff, &guards).await;
    }
}

#[tokio::test]
async fn without_a_guard_of_pools_the_database_is_caught_disagreeing() {
    let guards = [("resource_schedule", "resource_schedule_room"), ("resources", "resources_room")];
    for as_staff in [false, true] {
        is_caught(Area::Pools, as_staff, &guards).await;
    }
}

#[tokio::test]
async fn whoever_could_dispose_of_everybodys_time_is_caught_disagreeing() {
    let office = office().await;
    let open = "drop policy callers_see_what_they_may on app.resource_schedule;
        create policy callers_see_what_they_may on app.resource_schedule to cloche_api
        using (org_id = any (account.orgs())) with check (org_id = any (account.orgs()))";
    office.run(open).await;
    let tally = asked(&office, Area::Overlaps, true, 800).await;
    let told = |said: &String| said.contains("block your own time");
    assert!(tally.disagreements.iter().any(told), "{tally:?}");
}

#[tokio::test]
async fn a_mask_that_hides_that_bookings_were_let_stand_is_caught_disagreeing() {
    let office = office().await;
    let hide = "do $$ begin
        execute replace(pg_get_functiondef('app.seen_schedule'::regproc), '''Not shown''', 'null');
    end $$";
    office.run(hide).await;
    let tally = asked(&office, Area::Pools, true, 4_000).await;
    let told = |said: &String| said.contains("resource.edit");
    assert!(tally.disagreements.iter().any(told), "{tally:?}");
}
