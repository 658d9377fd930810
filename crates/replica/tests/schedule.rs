//! The schedule: bookings, load and clashes of a resource, what planners ask for, who is free.

mod common;

use chrono::Duration;
use common::{
    booking, day, event, fresh, gone, hour, id, image, member, printed, resource, task, viewer,
};
use domain::resources::ResourceType;
use domain::schedule::ClashReason;
use replica::{
    ClashRow, Replica, ResourceAvailable, ResourceFilter, ResourceListInput, ResourceListPage,
    ResourceNow, ResourceSchedule, ResourceSort, ResourceSortBy, RowImage,
};
use serde_json::json;

async fn around(copy: &Replica, resource: u128) -> ResourceSchedule {
    copy.resource_schedule(id(resource), day(-40), day(40)).await.expect("reads")
}

fn office() -> Vec<RowImage> {
    vec![
        event(1, 9, "Wedding García", 0, json!({})),
        event(2, 9, "Zoo party", 0, json!({"time_zone": "Asia/Tokyo", "location": null})),
        resource(21, "Ana Ruiz", json!({"setup_minutes": 60, "role": "Chef", "user_id": id(900)})),
        resource(22, "Chairs", json!({"type": "materials", "quantity": 100, "role": null})),
        resource(23, "Oven", json!({"type": "equipment", "role": null})),
        member(40, 900, "Olga Office", "manager"),
        image("organizations", id(1), json!({"name": "Office", "time_zone": "Europe/Madrid"})),
    ]
}

#[tokio::test]
async fn a_window_shows_what_touches_it_with_how_much_is_held() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        booking(60, 22, 1, 10, json!({"quantity": 40})),
        booking(61, 22, 2, 12, json!({"quantity": 30})),
        booking(62, 22, 1, 900, json!({})),
        // A block of a year, and one that ends where the window begins.
        booking(63, 22, 1, 0, json!({"kind": "block", "event_id": null, "note": "Repair", "starts_at": printed(day(-200)), "ends_at": printed(day(200)), "quantity": 5})),
        booking(64, 22, 1, 6, json!({})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let shown = copy.resource_schedule(id(22), hour(10), hour(20)).await.expect("reads");
    let ids: Vec<_> = shown.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [id(63), id(60), id(61)], "what ends as the window begins is not in it");
    assert_eq!(shown.entries[0].note.as_deref(), Some("Repair"));
    assert_eq!(shown.entries[0].time_zone, "Europe/Madrid", "of the office, without an event");
    assert_eq!(shown.entries[2].time_zone, "Asia/Tokyo");
    assert!(!shown.entries[0].is_masked);
    let load: Vec<_> =
        shown.load.iter().map(|step| (step.starts_at, step.ends_at, step.booked)).collect();
    assert_eq!(
        load,
        [
            (hour(10), hour(12), 45),
            (hour(12), hour(14), 75),
            (hour(14), hour(16), 35),
            (hour(16), hour(20), 5)
        ]
    );
    assert!(shown.clashes.is_empty());
    copy.close().await;
}

#[tokio::test]
async fn setup_makes_neighbours_clash_until_somebody_lets_it_stand() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([booking(60, 21, 1, 10, json!({})), booking(61, 21, 2, 14, json!({}))]);
    copy.merge(rows, 1).await.expect("merges");
    let shown = around(&copy, 21).await;
    let [clash] = &shown.clashes[..] else { panic!("one clash, not {:?}", shown.clashes) };
    assert_eq!((clash.starts_at, clash.ends_at, clash.peak), (hour(13), hour(14), 2));
    assert_eq!((clash.reason, clash.accepted), (ClashReason::Overbooked, false));
    let events: Vec<_> = clash.bookings.iter().map(|b| b.event_name.as_deref()).collect();
    assert_eq!(events, [Some("Wedding García"), Some("Zoo party")]);
    assert!(shown.entries.iter().all(|entry| entry.clashes));
    let stands = json!({"override_reason": "She knows", "override_by": id(900)});
    copy.merge(vec![booking(61, 21, 2, 14, stands)], 2).await.expect("merges");
    let shown = around(&copy, 21).await;
    assert!(shown.clashes[0].accepted);
    assert!(shown.entries.iter().all(|entry| !entry.clashes));
    assert_eq!(shown.entries[1].override_by_name.as_deref(), Some("Olga Office"));
    let today = copy.today(&viewer(None), false).await.expect("reads");
    assert_eq!(today.clashes_total, 0, "what stands on purpose needs nobody");
    copy.close().await;
}

#[tokio::test]
async fn clashes_follow_every_change_of_entries_and_resources() {
    let copy = fresh().await;
    let count = async |n: i64, rows: Vec<RowImage>| -> usize {
        copy.merge(rows, n).await.expect("merges");
        around(&copy, 22).await.clashes.len()
    };
    let mut rows = office();
    // Entries come before what they hold.
    rows.insert(0, booking(60, 22, 1, 10, json!({"quantity": 60})));
    rows.insert(0, booking(61, 22, 2, 12, json!({"quantity": 60})));
    assert_eq!(count(1, rows).await, 1);
    assert_eq!(count(2, vec![resource(22, "Chairs", json!({"quantity": 120}))]).await, 0);
    assert_eq!(count(3, vec![resource(22, "Chairs", json!({"quantity": 100}))]).await, 1);
    assert_eq!(
        count(4, vec![booking(61, 22, 2, 14, json!({"quantity": 60}))]).await,
        0,
        "touching ends"
    );
    assert_eq!(
        count(5, vec![resource(22, "Chairs", json!({"quantity": 100, "teardown_minutes": 1}))])
            .await,
        1
    );
    assert_eq!(
        count(6, vec![booking(61, 21, 2, 12, json!({"quantity": 60}))]).await,
        0,
        "moved to another"
    );
    assert_eq!(count(7, vec![booking(61, 22, 2, 12, json!({"quantity": 60}))]).await, 1);
    assert!(around(&copy, 21).await.clashes.is_empty());
    assert_eq!(count(8, vec![gone("resource_schedule", id(60))]).await, 0);
    assert_eq!(
        count(9, vec![resource(22, "Chairs", json!({"quantity": 100, "is_available": false}))])
            .await,
        1
    );
    assert_eq!(around(&copy, 22).await.clashes[0].reason, ClashReason::Unavailable);
    assert_eq!(count(10, vec![gone("resources", id(22))]).await, 0);
    copy.close().await;
}

#[tokio::test]
async fn a_pool_clashes_at_its_peak_only_and_blocks_count() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        booking(60, 22, 1, 10, json!({"quantity": 50})),
        booking(61, 22, 2, 12, json!({"quantity": 50})),
        booking(62, 22, 1, 13, json!({"kind": "block", "event_id": null})),
        booking(63, 22, 1, 30, json!({"quantity": 100})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let clashes: Vec<ClashRow> = around(&copy, 22).await.clashes;
    let [clash] = &clashes[..] else { panic!("one clash, not {clashes:?}") };
    assert_eq!(
        (clash.starts_at, clash.ends_at, clash.peak, clash.quantity),
        (hour(13), hour(14), 101, 100)
    );
    assert_eq!(clash.bookings.len(), 3);
    copy.close().await;
}

#[tokio::test]
async fn masked_entries_hold_as_well_but_tell_nothing() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        booking(60, 23, 1, 10, json!({"event_id": null})),
        booking(61, 23, 2, 11, json!({})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let shown = around(&copy, 23).await;
    assert!(shown.entries[0].is_masked && !shown.entries[1].is_masked);
    assert_eq!((shown.entries[0].event_id, shown.entries[0].event_name.as_deref()), (None, None));
    assert_eq!(shown.clashes.len(), 1);
    let load = copy.load(id(23), hour(11), hour(12)).await.expect("reads").expect("there");
    assert_eq!(load.entries[0].kind, domain::schedule::EntryKind::Assignment);
    assert_eq!(load.titles.len(), 1);
    assert_eq!(copy.known_entries().await.expect("reads").len(), 2);
    copy.close().await;
}

#[tokio::test]
async fn planners_get_everything_that_could_meet_a_time() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        booking(60, 22, 1, 0, json!({"starts_at": printed(day(-30)), "ends_at": printed(day(0))})),
        booking(61, 22, 2, 0, json!({"kind": "block", "event_id": null, "starts_at": printed(day(-900)), "ends_at": printed(day(100))})),
        booking(62, 22, 1, 0, json!({"starts_at": printed(day(3)), "ends_at": printed(day(4))})),
        booking(63, 22, 2, 0, json!({"starts_at": printed(day(-90)), "ends_at": printed(day(-89))})),
        booking(64, 21, 1, 2_000, json!({"task_id": id(31)})),
        task(31, 1, "Cook", 1, json!({})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let ids = |load: domain::schedule::Load| {
        let mut ids: Vec<_> = load.entries.iter().map(|entry| entry.id).collect();
        ids.sort();
        ids
    };
    let load = copy.load(id(22), day(0), day(2)).await.expect("reads").expect("there");
    assert_eq!(load.titles[&id(1)], "Wedding García");
    assert_eq!(ids(load), [id(60), id(61), id(62)], "two days of setup and teardown around it");
    let all = copy.load_of(id(22)).await.expect("reads").expect("there");
    assert_eq!(ids(all), [id(60), id(61), id(62), id(63)]);
    assert_eq!(copy.load(id(99), day(0), day(2)).await.expect("reads"), None);
    let event = copy.loads_of_event(id(1), day(0), day(2)).await.expect("reads");
    let mut held: Vec<_> = event.iter().map(|load| load.resource.id).collect();
    held.sort();
    assert_eq!(held, [id(21), id(22)]);
    assert!(
        event.iter().any(|load| load.entries.iter().any(|entry| entry.id == id(64))),
        "its own wherever they are"
    );
    let uses = copy.resource_use(id(22)).await.expect("reads");
    assert_eq!((uses.entries, uses.tasks), (4, 0));
    let own: Vec<_> =
        copy.entries_of_event(id(1)).await.expect("reads").iter().map(|e| e.id).collect();
    assert_eq!(own, [id(60), id(62), id(64)]);
    let of_task = copy.entries_of_tasks(&[id(31)]).await.expect("reads");
    assert_eq!(of_task.iter().map(|entry| entry.id).collect::<Vec<_>>(), [id(64)]);
    copy.close().await;
}

#[tokio::test]
async fn resources_and_entries_come_back_as_the_entities_they_were() {
    let copy = fresh().await;
    let person =
        resource(21, "Ana", json!({"notes": "Nuts", "user_id": id(900), "setup_minutes": 5}));
    let held = booking(
        60,
        21,
        1,
        1,
        json!({"override_reason": "She knows", "override_by": id(900), "task_id": id(31)}),
    );
    let sent: domain::resources::Resource =
        serde_json::from_value(person.row.clone().expect("a row")).expect("a resource");
    let entry: domain::schedule::ScheduleEntry =
        serde_json::from_value(held.row.clone().expect("a row")).expect("an entry");
    copy.merge(vec![person, held], 1).await.expect("merges");
    assert_eq!(copy.resource(id(21)).await.expect("reads"), Some(sent));
    assert_eq!(copy.entry(id(60)).await.expect("reads"), Some(entry));
    assert_eq!(copy.resources(&[id(9), id(21)]).await.expect("reads").len(), 1);
    assert_eq!(copy.linked_resource(id(900)).await.expect("reads"), Some(id(21)));
    assert_eq!(copy.linked_resource(id(901)).await.expect("reads"), None);
    copy.close().await;
}

async fn list(copy: &Replica, filter: ResourceFilter, sort: ResourceSort) -> ResourceListPage {
    let input = ResourceListInput { filter, sort, offset: 0, limit: 100 };
    copy.resource_list(&input, day(0)).await.expect("reads")
}

fn names(page: &ResourceListPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.name.as_str()).collect()
}

#[tokio::test]
async fn the_list_of_resources_filters_sorts_and_tells_who_is_free() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        resource(24, "Ben Ode", json!({"is_available": false, "role": "waiter"})),
        resource(25, "Éva", json!({"role": null})),
        booking(60, 21, 1, -1, json!({})),
        booking(61, 21, 2, 30, json!({})),
        booking(62, 23, 1, 0, json!({"kind": "block", "event_id": null, "starts_at": printed(day(-100)), "ends_at": printed(day(9))})),
        booking(63, 22, 1, 0, json!({"quantity": 99})),
        task(31, 1, "Cook", 1, json!({"assigned_to": id(21)})),
        task(32, 1, "Cooked", 1, json!({"assigned_to": id(21), "status": "completed"})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let none = ResourceFilter::default();
    let by = |by, descending| ResourceSort { by, descending };
    let page = list(&copy, none.clone(), ResourceSort::default()).await;
    assert_eq!(names(&page), ["Ana Ruiz", "Ben Ode", "Chairs", "Éva", "Oven"]);
    let states: Vec<_> = page.rows.iter().map(|row| (row.now, row.now_until)).collect();
    assert_eq!(
        states,
        [
            (ResourceNow::Busy, Some(hour(3))),
            (ResourceNow::Unavailable, None),
            (ResourceNow::Free, None),
            (ResourceNow::Free, None),
            (ResourceNow::Blocked, Some(day(9))),
        ]
    );
    let ana = &page.rows[0];
    assert_eq!(ana.next.as_ref().map(|next| next.id), Some(id(61)));
    assert_eq!((ana.open_tasks, ana.user_name.as_deref()), (1, Some("Olga Office")));
    assert_eq!(
        names(&list(&copy, none.clone(), by(ResourceSortBy::Role, true)).await)[..2],
        ["Ben Ode", "Ana Ruiz"]
    );
    assert_eq!(
        names(&list(&copy, none.clone(), by(ResourceSortBy::Quantity, true)).await)[0],
        "Chairs"
    );
    assert_eq!(
        names(&list(&copy, none.clone(), by(ResourceSortBy::Type, true)).await)[0],
        "Chairs"
    );
    let staff = ResourceFilter { types: vec![ResourceType::Staff], ..none.clone() };
    assert_eq!(list(&copy, staff.clone(), ResourceSort::default()).await.total, 3);
    let away = ResourceFilter { available: ResourceAvailable::No, ..none.clone() };
    assert_eq!(names(&list(&copy, away, ResourceSort::default()).await), ["Ben Ode"]);
    let text = |text: &str| ResourceFilter { text: Some(text.to_owned()), ..none.clone() };
    assert_eq!(names(&list(&copy, text("eva"), ResourceSort::default()).await), ["Éva"]);
    assert_eq!(names(&list(&copy, text("chef"), ResourceSort::default()).await), ["Ana Ruiz"]);
    // Ana is held until hour 3, and setup for hour 30 begins an hour before.
    let free = |from, until| ResourceFilter {
        free_from: Some(from),
        free_until: Some(until),
        ..none.clone()
    };
    assert_eq!(
        names(&list(&copy, free(hour(4), hour(29)), ResourceSort::default()).await),
        ["Ana Ruiz", "Chairs", "Éva"]
    );
    assert_eq!(
        names(&list(&copy, free(hour(3), hour(4)), ResourceSort::default()).await),
        ["Chairs", "Éva"],
        "setup"
    );
    let long = free(day(8), day(10));
    assert_eq!(
        names(&list(&copy, long, ResourceSort::default()).await),
        ["Ana Ruiz", "Chairs", "Éva"]
    );
    copy.close().await;
}

#[tokio::test]
async fn a_resources_page_shows_its_open_tasks_and_notes() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        resource(21, "Ana Ruiz", json!({"notes": "Left-handed"})),
        task(31, 1, "Later", 2, json!({"assigned_to": id(21)})),
        task(32, 1, "Sooner", 1, json!({"assigned_to": id(21)})),
        task(33, 1, "Done", 0, json!({"assigned_to": id(21), "status": "completed"})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let page = copy.resource_detail(id(21), &viewer(None)).await.expect("reads").expect("there");
    assert_eq!(page.notes.as_deref(), Some("Left-handed"));
    assert_eq!(page.created_at, Some(day(-30)));
    assert_eq!(
        page.open_tasks.iter().map(|t| t.title.as_str()).collect::<Vec<_>>(),
        ["Sooner", "Later"]
    );
    assert_eq!(copy.resource_detail(id(99), &viewer(None)).await.expect("reads"), None);
    copy.close().await;
}

#[tokio::test]
async fn a_persons_day_has_bookings_with_venues_and_what_is_due() {
    let copy = fresh().await;
    let mut rows = office();
    rows.extend([
        booking(60, 21, 1, 2, json!({})),
        booking(61, 21, 2, 100, json!({})),
        task(31, 1, "Today", 0, json!({"assigned_to": id(21)})),
        task(32, 1, "Overdue", -3, json!({"assigned_to": id(21)})),
        task(33, 1, "Next week", 7, json!({"assigned_to": id(21)})),
        task(34, 1, "Somebody else's", 0, json!({})),
    ]);
    copy.merge(rows, 1).await.expect("merges");
    let viewer = viewer(Some(21));
    let shown = copy.person_day(id(21), viewer.day_starts_at, viewer.day_ends_at, &viewer).await;
    let shown = shown.expect("reads").expect("there");
    assert_eq!(shown.resource.name, "Ana Ruiz");
    let venues: Vec<_> =
        shown.bookings.iter().map(|b| (b.booking.id, b.event_location.as_deref())).collect();
    assert_eq!(venues, [(id(60), Some("Palacio de Cristal"))]);
    assert_eq!(
        shown.tasks.iter().map(|t| t.title.as_str()).collect::<Vec<_>>(),
        ["Overdue", "Today"]
    );
    let before = viewer.day_starts_at - Duration::days(2);
    let past = copy.person_day(id(21), before, before + Duration::days(1), &viewer).await;
    assert!(
        past.expect("reads").expect("there").tasks.is_empty(),
        "a day that is over has what was due then"
    );
    copy.close().await;
}
