//! Full disks: the desk's own, and the server's.

use crate::world::office;
use desk::error::Code;
use desk::view::Happening;
use replica::sync::SyncState;
use serde_json::{Value, json};
use testkit::{SimulatedDesk, TestDatabase};
use uuid::Uuid;

fn big_client(name: &str) -> Value {
    let form = json!({ "company_name": name, "notes": "n".repeat(9_000) });
    json!({ "command_id": Uuid::now_v7(), "client_id": Uuid::now_v7(), "form": form })
}

async fn total(desk: &SimulatedDesk) -> u64 {
    let list = json!({ "text": null, "sort": { "by": "company_name", "descending": false },
        "offset": 0, "limit": 1 });
    desk.done("client_list", list).await["total"].as_u64().unwrap()
}

#[tokio::test]
async fn a_full_disk_of_the_desk_is_said_nothing_is_lost_and_it_goes_on_when_there_is_space() {
    let (db, office) = office().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let there = SimulatedDesk::open(&db, office.administrator_at(1)).await;
    let client = desk.client("Peña").await;
    desk.desk.replica().leave_space_for(0).await.unwrap();
    for i in 0..8 {
        there.done("client_create", big_client(&format!("Elsewhere {i}"))).await;
    }
    let sentence = desk
        .shown
        .until("that the disk is full", |happening| match happening {
            Happening::Sync(s) if s.state == SyncState::Offline => s.message.clone(),
            _ => None,
        })
        .await;
    assert!(sentence.contains("disk") && sentence.ends_with('.'), "{sentence}");
    // What is there can be read, and the server takes changes, whether this desk can show them or not.
    desk.done("client_page", json!({ "client_id": client })).await;
    for i in 0..4 {
        desk.done("client_create", big_client(&format!("Here {i}"))).await;
    }
    let sql = "select count(*) from app.clients";
    let stored: i64 = sqlx::query_scalar(sql).fetch_one(db.admin()).await.unwrap();
    assert_eq!(stored, 13, "everything that was said to be saved is");
    assert!(total(&desk).await < 13, "and this desk had no space for it");

    desk.desk.replica().leave_space_for(100_000).await.unwrap();
    let all = async |_: &[Happening]| (total(&desk).await == 13).then_some(());
    desk.shown.until_all("everything", all).await;
    desk.live().await;
}

/// What PostgreSQL says when it cannot make a file longer.
async fn fill_up(db: &TestDatabase) {
    let sql = "create function app.no_space() returns trigger language plpgsql as $$ begin
                   raise exception using errcode = '53100',
                       message = 'could not extend file \"base/5/1259\": No space left on device';
               end $$;
               create trigger no_space before insert on app.clients
                   for each row execute function app.no_space();";
    sqlx::raw_sql(sql).execute(db.admin()).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_of_the_server_is_said_and_the_same_change_succeeds_when_there_is_space() {
    let (db, office) = office().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let client = desk.client("Peña").await;
    fill_up(&db).await;
    let input = big_client("Too much");
    let error = desk.run("client_create", input.clone()).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "{error:?}");
    assert_eq!(error.details.unwrap()["kind"], "disk_full");
    assert!(
        error.message.contains("disk is full") && error.message.contains("nothing was changed")
    );
    for part in ["base/", "extend", "53100"] {
        assert!(!error.message.contains(part), "no inner words: {}", error.message);
    }
    assert_eq!(desk.desk.sync_status().state, SyncState::Live, "reading goes on");
    desk.done("client_page", json!({ "client_id": client })).await;
    assert_eq!(total(&desk).await, 1);
    sqlx::raw_sql("drop trigger no_space on app.clients").execute(db.admin()).await.unwrap();
    desk.done("client_create", input).await;
    assert_eq!(total(&desk).await, 2, "the same click, once");
}
