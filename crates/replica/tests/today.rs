//! Today: what needs attention, an event's figures, and the team.

mod common;

use common::{booking, day, event, fresh, id, image, member, resource, task, viewer};
use replica::{EventCounts, RowImage};
use serde_json::json;

fn office() -> Vec<RowImage> {
    vec![
        event(1, 9, "Tonight", 0, json!({"status": "planning"})),
        event(2, 9, "Sunday", 2, json!({})),
        event(3, 9, "Next week", 5, json!({})),
        event(4, 9, "Called off", 0, json!({"status": "cancelled", "cancel_reason": "Rain"})),
        event(5, 9, "Filed away", 0, json!({"is_archived": true})),
        event(6, 9, "Since last week", -7, json!({"ends_at": common::printed(day(1))})),
        event(7, 9, "Last week", -7, json!({})),
        resource(21, "Ana", json!({})),
        resource(22, "Ben", json!({})),
        resource(23, "Cleo", json!({"is_available": false})),
        resource(24, "Oven", json!({"type": "equipment"})),
        booking(60, 21, 1, -1, json!({})),
        booking(61, 22, 2, 40, json!({})),
        booking(62, 22, 3, 42, json!({})),
        booking(63, 22, 7, -170, json!({})),
        booking(64, 22, 7, -169, json!({})),
        booking(65, 23, 2, 50, json!({})),
        task(31, 1, "Late", -1, json!({"assigned_to": id(21)})),
        task(32, 1, "Tonight", 0, json!({})),
        task(33, 2, "Within a day", 1, json!({"assigned_to": id(22)})),
        task(34, 2, "Later", 2, json!({})),
        task(35, 1, "Done", -1, json!({"status": "completed"})),
    ]
}

fn titles(rows: &[replica::TaskRow]) -> Vec<&str> {
    rows.iter().map(|row| row.title.as_str()).collect()
}

#[tokio::test]
async fn today_shows_what_needs_somebody() {
    let copy = fresh().await;
    copy.merge(office(), 1).await.expect("merges");
    // The first of January 2026 is a Thursday.
    let today = copy.today(&viewer(Some(21)), false).await.expect("reads");
    assert_eq!((titles(&today.tasks_overdue), today.tasks_overdue_total), (vec!["Late"], 1));
    assert_eq!(
        titles(&today.tasks_due),
        ["Tonight", "Within a day"],
        "what is due later is left for tomorrow"
    );
    let events: Vec<_> = today.events.iter().map(|event| event.row.name.as_str()).collect();
    assert_eq!(events, ["Since last week", "Tonight", "Sunday"]);
    let tonight = &today.events[1];
    assert_eq!(
        (tonight.tasks_open, tonight.tasks_overdue, tonight.bookings, tonight.clashes),
        (2, 1, 1, 0)
    );
    assert_eq!((today.events[2].bookings, today.events[2].clashes), (2, 2));
    let clashes: Vec<_> = today.clashes.iter().map(|clash| clash.resource_name.as_str()).collect();
    assert_eq!(
        (clashes, today.clashes_total),
        (vec!["Ben", "Cleo"], 2),
        "what is over is left out"
    );
    let free: Vec<_> = today.free_now.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((free, today.free_total, today.busy_total), (vec!["Ben"], 1, 1));
    assert_eq!(today.my_day.iter().map(|booking| booking.id).collect::<Vec<_>>(), [id(60)]);
    copy.close().await;
}

#[tokio::test]
async fn what_is_mine_is_what_i_am_assigned_to_or_booked_for() {
    let copy = fresh().await;
    copy.merge(office(), 1).await.expect("merges");
    let ben = copy.today(&viewer(Some(22)), true).await.expect("reads");
    assert!(ben.tasks_overdue.is_empty());
    assert_eq!(titles(&ben.tasks_due), ["Within a day"]);
    assert_eq!(ben.events.iter().map(|e| e.row.name.as_str()).collect::<Vec<_>>(), ["Sunday"]);
    assert_eq!(ben.clashes_total, 1);
    let nobody = copy.today(&viewer(None), true).await.expect("reads");
    assert!(nobody.events.is_empty() && nobody.clashes.is_empty() && nobody.my_day.is_empty());
    assert_eq!(nobody.tasks_overdue_total, 0);
    copy.close().await;
}

#[tokio::test]
async fn an_events_page_counts_tasks_bookings_and_clashes() {
    let copy = fresh().await;
    copy.merge(office(), 1).await.expect("merges");
    let counts = copy.event_counts(id(1), &viewer(None)).await.expect("reads");
    let expected =
        EventCounts { tasks_open: 2, tasks_overdue: 1, tasks_total: 3, bookings: 1, clashes: 0 };
    assert_eq!(counts, expected);
    let none = copy.event_counts(id(99), &viewer(None)).await.expect("reads");
    assert_eq!(none, EventCounts::default());
    let bookings = copy.event_bookings(id(2)).await.expect("reads");
    assert_eq!(
        bookings.iter().map(|b| b.resource_name.as_str()).collect::<Vec<_>>(),
        ["Ben", "Cleo"]
    );
    copy.close().await;
}

#[tokio::test]
async fn the_team_is_everybody_with_those_who_left_last() {
    let copy = fresh().await;
    let rows = vec![
        member(40, 900, "Olga", "manager"),
        member(41, 901, "ada", "administrator"),
        image(
            "memberships",
            id(42),
            json!({"user_id": id(902), "display_name": "Abel", "email": "abel@example.org",
            "role": "staff", "ended_at": "2026-01-01T00:00:00+00:00"}),
        ),
        image(
            "memberships",
            id(43),
            json!({"user_id": id(903), "display_name": "Zed", "email": "z@example.org", "role": "auditor"}),
        ),
        image("role_permissions", id(50), json!({"role": "manager", "permission": "tasks.assign"})),
        image(
            "role_permissions",
            id(51),
            json!({"role": "manager", "permission": "resources.assign"}),
        ),
        resource(21, "Olga Office", json!({"user_id": id(900)})),
    ];
    copy.merge(rows, 1).await.expect("merges");
    let members = copy.members().await.expect("reads");
    let names: Vec<_> =
        members.iter().map(|m| (m.display_name.as_str(), m.resource_name.as_deref())).collect();
    assert_eq!(
        names,
        [("ada", None), ("Olga", Some("Olga Office")), ("Zed", None), ("Abel", None)]
    );
    assert!(members[3].ended_at.is_some());
    assert_eq!(members[3].email, "abel@example.org");
    assert_eq!(
        copy.member_rows().await.expect("reads").len(),
        3,
        "a role of a newer server is not planned with"
    );
    assert_eq!(copy.grants().await.expect("reads").len(), 2);
    let granted = copy.role_permissions().await.expect("reads");
    assert_eq!(granted["manager"], ["resources.assign", "tasks.assign"]);
    copy.close().await;
}
