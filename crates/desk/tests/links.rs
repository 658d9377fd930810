//! What comes of a link in a signed-in desk: a record of the open organization, or a sentence.

use desk::links::{Arrival, RecordKind, RecordLink, arrive};
use serde_json::json;
use testkit::{SimulatedDesk, TestServer};
use uuid::Uuid;

fn refusal(arrival: Arrival) -> String {
    match arrival {
        Arrival::Refused { message } => message,
        other => panic!("something comes of it: {other:?}"),
    }
}

#[tokio::test]
async fn a_link_opens_what_it_names_for_whoever_may_see_it_and_nothing_for_others() {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden")
        .administrator("ana@example.org")
        .staff("sue@example.org")
        .build()
        .await;
    let zest = db.organization("Zest").joined_by(office.administrator(), "manager").build().await;
    let ana = SimulatedDesk::open(&db, office.administrator()).await;
    let sue = SimulatedDesk::open(&db, office.staff()).await;
    let client = ana.client("Amaya").await;
    let event = ana.event(client, "Wedding Amaya").await;
    let task = Uuid::now_v7();
    let form = json!({
        "title": "Print cards", "description": null, "due_local": null, "due_choice": null,
        "category": "pre_event", "assigned_to": null, "prerequisites": [],
    });
    let input =
        json!({ "command_id": Uuid::now_v7(), "task_id": task, "event_id": event, "form": form });
    ana.done("task_create", input).await;
    sue.live().await;

    let link = |kind, id, office| RecordLink { kind, id, office }.to_string();
    let shown = |record, id, event_id| Arrival::Record { record, id, event_id };
    for (kind, id, event_id) in [
        (RecordKind::Event, event, None),
        (RecordKind::Client, client, None),
        (RecordKind::Task, task, Some(event)),
    ] {
        let link = link(kind, id, office.org_id);
        assert_eq!(arrive(Some(&ana.desk), &link).await, shown(kind, id, event_id));
        assert!(refusal(arrive(Some(&sue.desk), &link).await).contains("not for you to see"));
        assert!(matches!(arrive(None, &link).await, Arrival::Waiting { .. }));
    }

    let missing = link(RecordKind::Resource, event, office.org_id);
    assert!(refusal(arrive(Some(&ana.desk), &missing).await).contains("not there any more"));
    let link = |office| link(RecordKind::Event, event, office);
    let of_zest = refusal(arrive(Some(&ana.desk), &link(zest.org_id)).await);
    assert_eq!(of_zest, "This link belongs to Zest. Switch to it, then open the link again.");
    let of_nobody = refusal(arrive(Some(&ana.desk), &link(Uuid::now_v7())).await);
    assert!(of_nobody.contains("not signed in to here"), "{of_nobody}");
    assert!(refusal(arrive(None, "https://example.org").await).contains("not a Cloche link"));
}
