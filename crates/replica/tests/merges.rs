//! Merging images: older ones lose, tombstones hold, unknown things are kept or ignored, derived columns follow.

mod common;

use common::{client, day, event, fresh, gone, id, image, member, names, printed};
use replica::{EventFilter, EventListInput, ReplicaError, SearchInput};
use serde_json::json;

fn all() -> EventListInput {
    EventListInput { limit: 100, ..Default::default() }
}

#[tokio::test]
async fn an_older_image_never_replaces_a_newer_one() {
    let copy = fresh().await;
    copy.merge(vec![event(1, 9, "New", 1, json!({}))], 7).await.expect("merges");
    let changed = copy.merge(vec![event(1, 9, "Old", 1, json!({}))], 6).await.expect("merges");
    assert!(changed.is_empty(), "nothing changed, so nothing is to be shown again");
    assert_eq!(names(&copy.event_list(&all()).await.expect("reads").rows), ["New"]);
    copy.merge(vec![event(1, 9, "Same n", 1, json!({}))], 7).await.expect("merges");
    assert_eq!(names(&copy.event_list(&all()).await.expect("reads").rows), ["Same n"]);
}

#[tokio::test]
async fn a_late_image_does_not_bring_a_deleted_row_back() {
    let copy = fresh().await;
    copy.merge(vec![event(1, 9, "Gala", 1, json!({}))], 3).await.expect("merges");
    copy.merge(vec![gone("events", id(1))], 5).await.expect("merges");
    copy.merge(vec![event(1, 9, "Gala", 1, json!({}))], 4).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").total, 0);
    copy.merge(vec![event(1, 9, "Back by undo", 1, json!({}))], 6).await.expect("merges");
    assert_eq!(names(&copy.event_list(&all()).await.expect("reads").rows), ["Back by undo"]);
    copy.merge(vec![gone("events", id(1))], 5).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").total, 1, "the delete was older");
}

#[tokio::test]
async fn a_tombstone_for_a_row_never_seen_counts_too() {
    let copy = fresh().await;
    copy.merge(vec![gone("clients", id(1))], 5).await.expect("merges");
    copy.merge(vec![client(1, "Late")], 4).await.expect("merges");
    assert_eq!(copy.known_clients().await.expect("reads"), []);
}

#[tokio::test]
async fn what_a_newer_server_adds_is_kept_or_ignored() {
    let copy = fresh().await;
    let rows = vec![
        event(1, 9, "Gala", 1, json!({"status": "waitlisted", "seating": {"rounds": 12}})),
        image("drones", id(3), json!({"name": "from a newer Cloche"})),
    ];
    let changed = copy.merge(rows, 1).await.expect("merges");
    assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["events"]);
    let list = copy.event_list(&all()).await.expect("reads");
    assert_eq!(list.rows[0].status, "waitlisted", "an unknown status is shown as text");
    let refused = copy.event(id(1)).await;
    assert!(matches!(refused, Err(ReplicaError::NotUnderstood(_))), "and not planned with");
}

#[tokio::test]
async fn an_image_without_what_it_needs_is_refused_whole() {
    let copy = fresh().await;
    let mut broken = event(2, 9, "Broken", 1, json!({}));
    broken.row.as_mut().expect("a row")["starts_at"] = json!("yesterday");
    let refused = copy.merge(vec![client(9, "Fine"), broken], 1).await;
    assert!(
        matches!(&refused, Err(ReplicaError::Malformed { table, column: "starts_at" }) if table == "events"),
        "{refused:?}"
    );
    assert_eq!(copy.known_clients().await.expect("reads"), [], "nothing of it is merged");
}

#[tokio::test]
async fn events_carry_their_clients_name_in_whatever_order_rows_arrive() {
    let copy = fresh().await;
    copy.merge(vec![event(1, 9, "Gala", 1, json!({}))], 1).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").rows[0].client_name, "");
    copy.merge(vec![client(9, "Novák & Söhne")], 2).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").rows[0].client_name, "Novák & Söhne");
    copy.merge(vec![client(9, "Renamed")], 3).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").rows[0].client_name, "Renamed");
    let found = |text: &str| {
        let (copy, text) = (copy.replica.clone(), text.to_owned());
        async move {
            let filter = EventFilter { text: Some(text), ..Default::default() };
            copy.event_list(&EventListInput { filter, ..all() }).await.expect("reads").total
        }
    };
    assert_eq!((found("renamed").await, found("novak").await), (1, 0), "search follows");
    copy.merge(vec![gone("clients", id(9))], 4).await.expect("merges");
    assert_eq!(copy.event_list(&all()).await.expect("reads").rows[0].client_name, "");
}

#[tokio::test]
async fn clients_know_how_many_events_they_have() {
    let copy = fresh().await;
    let count = |number| {
        let copy = copy.replica.clone();
        async move {
            let detail = copy.client_detail(id(number), day(0)).await.expect("reads");
            detail.expect("there").row.events
        }
    };
    copy.merge(vec![event(1, 9, "Before its client", 1, json!({}))], 1).await.expect("merges");
    copy.merge(vec![client(8, "A"), client(9, "B")], 1).await.expect("merges");
    copy.merge(vec![event(2, 9, "Second", 2, json!({}))], 2).await.expect("merges");
    assert_eq!((count(8).await, count(9).await), (0, 2));
    copy.merge(vec![event(2, 8, "Second", 2, json!({}))], 3).await.expect("merges");
    assert_eq!((count(8).await, count(9).await), (1, 1));
    copy.merge(vec![gone("events", id(1))], 4).await.expect("merges");
    assert_eq!((count(8).await, count(9).await), (1, 0));
}

#[tokio::test]
async fn an_event_comes_back_as_the_entity_it_was() {
    let copy = fresh().await;
    let row = event(
        1,
        9,
        "Gala",
        1,
        json!({
            "status": "cancelled", "cancel_reason": "Rain", "cancelled_at": "2026-02-03T04:05:06.789012+00:00",
            "cancelled_by": id(900), "location": null, "notes": "Two cakes",
        }),
    );
    let sent: domain::events::Event =
        serde_json::from_value(row.row.clone().expect("a row")).expect("an event");
    copy.merge(vec![row], 1).await.expect("merges");
    assert_eq!(copy.event(id(1)).await.expect("reads"), Some(sent), "to the microsecond");
    assert_eq!(copy.event(id(2)).await.expect("reads"), None);
    let row = client(9, "Müller");
    let sent: domain::clients::Client =
        serde_json::from_value(row.row.clone().expect("a row")).expect("a client");
    copy.merge(vec![row], 1).await.expect("merges");
    assert_eq!(copy.client(id(9)).await.expect("reads"), Some(sent));
}

#[tokio::test]
async fn an_events_page_tells_who_did_what() {
    let copy = fresh().await;
    let step = |number, old: Option<&str>, new: &str, at: i64, by: Option<u128>| {
        image(
            "event_status_log",
            id(number),
            json!({"event_id": id(1), "old_status": old, "new_status": new, "changed_by": by.map(id),
                   "changed_at": printed(day(at)), "imported": by.is_none()}),
        )
    };
    let rows = vec![
        client(9, "Müller"),
        member(30, 900, "Olga Office", "manager"),
        event(1, 9, "Gala", 10, json!({"status": "planning"})),
        event(2, 9, "Earlier", -10, json!({"status": "completed"})),
        event(3, 9, "Off", 5, json!({"status": "cancelled", "cancel_reason": "x"})),
        step(41, Some("inquiry"), "planning", 2, Some(900)),
        step(40, None, "inquiry", 1, None),
    ];
    copy.merge(rows, 1).await.expect("merges");
    let page = copy.event_detail(id(1), day(0)).await.expect("reads").expect("there");
    assert_eq!(page.created_by_name.as_deref(), Some("Olga Office"));
    let steps: Vec<_> = page
        .status_history
        .iter()
        .map(|s| (s.old_status.as_deref(), s.new_status.as_str(), s.changed_by_name.as_deref()))
        .collect();
    assert_eq!(
        steps,
        [(None, "inquiry", None), (Some("inquiry"), "planning", Some("Olga Office"))],
        "the oldest first"
    );
    assert!(page.status_history[0].imported);
    let client = page.client.expect("visible");
    assert_eq!(client.events, 3);
    assert_eq!(client.next_event_at, Some(day(10)), "a cancelled one is not ahead");
    assert_eq!(client.last_event_at, Some(day(-10)));
    assert_eq!(copy.event_detail(id(77), day(0)).await.expect("reads"), None);
}

#[tokio::test]
async fn a_role_permits_what_the_matrix_says_and_administrators_everything() {
    let copy = fresh().await;
    let rows = vec![
        member(30, 900, "Ada", "administrator"),
        member(31, 901, "Max", "manager"),
        image("role_permissions", id(50), json!({"role": "manager", "permission": "events.edit"})),
        image("role_permissions", id(51), json!({"role": "staff", "permission": "events.cancel"})),
        image(
            "organizations",
            id(1),
            json!({"name": "Sample", "kind": "caterer", "time_zone": "Europe/Madrid",
            "currency": "EUR", "locale": "es-ES", "status": "active"}),
        ),
    ];
    copy.merge(rows, 1).await.expect("merges");
    let ada = copy.membership(id(900)).await.expect("reads").expect("a member");
    assert_eq!(ada.permissions.len(), domain::permission::PERMISSIONS.len());
    let max = copy.membership(id(901)).await.expect("reads").expect("a member");
    assert_eq!((max.role.as_str(), max.permissions), ("manager", vec!["events.edit".to_owned()]));
    assert_eq!(copy.membership(id(902)).await.expect("reads"), None);
    assert_eq!(
        copy.organization().await.expect("reads").expect("there").time_zone,
        "Europe/Madrid"
    );
}

#[tokio::test]
async fn answers_are_kept_with_their_time_and_never_replaced_by_older_ones() {
    let copy = fresh().await;
    copy.put_answer("history/events/1", &json!({"entries": [1]}), day(2)).await.expect("writes");
    copy.put_answer("history/events/1", &json!({"entries": []}), day(1)).await.expect("writes");
    let kept = copy.answer("history/events/1").await.expect("reads").expect("there");
    assert_eq!((kept.at, kept.body), (day(2), json!({"entries": [1]})));
    assert_eq!(copy.answer("history/events/2").await.expect("reads"), None);
}

#[tokio::test]
async fn a_dropped_caller_leaves_the_writer_usable() {
    let copy = fresh().await;
    for number in 0..40 {
        let merging = copy.merge((0..50).map(|n| client(n, "Dropped")).collect(), number);
        // Polled once and dropped: the window that asked is closed.
        let _ = futures_once(merging).await;
    }
    copy.merge(vec![client(99, "After")], 50).await.expect("the writer is free");
    assert!(
        copy.search(&SearchInput { text: "after".into(), limit: 5 })
            .await
            .expect("reads")
            .hits
            .len()
            == 1
    );
}

async fn futures_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
