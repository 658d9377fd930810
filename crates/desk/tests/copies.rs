//! The local copy cannot be used: it is set aside, and the server's is fetched again.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use replica::sync::{Remembered, Store};
use serde_json::json;
use std::path::PathBuf;
use testkit::{Relay, SimulatedDesk, TestDatabase, TestServer};
use uuid::Uuid;

async fn desk() -> (TestDatabase, SimulatedDesk, Uuid) {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    let client = desk.client("Müller Consulting").await;
    desk.event(client, "Summer party").await;
    (db, desk, client)
}

/// The file of the copy in use.
fn file(desk: &SimulatedDesk) -> PathBuf {
    let folder = desk.copy();
    let current = std::fs::read_to_string(folder.join("current")).unwrap();
    folder.join(format!("replica-{}.db", current.trim()))
}

fn set_aside(desk: &SimulatedDesk) -> usize {
    let entries = std::fs::read_dir(desk.copy()).unwrap().flatten();
    entries.filter(|e| e.file_name().to_string_lossy().contains(".aside-")).count()
}

async fn opens_with_everything(desk: &mut SimulatedDesk, client: Uuid) {
    desk.reopen().await.expect("the desk opens");
    desk.live().await;
    let page = desk.done("client_page", json!({ "client_id": client })).await;
    assert_eq!(page["events"][0]["name"], "Summer party", "all is back");
    assert_eq!(set_aside(desk), 1, "the old file is kept for a look");
    desk.client("Still working").await;
}

#[tokio::test]
async fn a_corrupted_copy_is_set_aside_and_fetched_again() {
    let (_db, mut desk, client) = desk().await;
    desk.desk.close().await;
    std::fs::write(file(&desk), vec![0x5a; 200_000]).unwrap();
    opens_with_everything(&mut desk, client).await;
}

#[tokio::test]
async fn a_copy_cut_short_is_set_aside_and_fetched_again() {
    let (_db, mut desk, client) = desk().await;
    desk.desk.close().await;
    let whole = std::fs::read(file(&desk)).unwrap();
    std::fs::write(file(&desk), &whole[..100]).unwrap();
    opens_with_everything(&mut desk, client).await;
}

#[tokio::test]
async fn a_copy_of_another_key_is_set_aside_and_fetched_again() {
    let (_db, mut desk, client) = desk().await;
    desk.desk.close().await;
    let path = file(&desk);
    std::fs::remove_file(&path).unwrap();
    let other = replica::Replica::open(&path, &replica::ReplicaKey::generate()).await.unwrap();
    other.close().await;
    opens_with_everything(&mut desk, client).await;
}

#[tokio::test]
async fn a_copy_of_a_newer_version_is_set_aside_and_fetched_again() {
    let (_db, mut desk, client) = desk().await;
    desk.desk.close().await;
    let key: String = desk
        .desk
        .sign_in()
        .0
        .copy_key(desk.desk.organization())
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file(&desk))
        .pragma("key", format!("\"x'{key}'\""));
    let mut newer = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("pragma user_version = 99").execute(&mut newer).await.unwrap();
    sqlx::Connection::close(newer).await.unwrap();
    opens_with_everything(&mut desk, client).await;
}

#[tokio::test]
async fn a_copy_that_is_damaged_while_it_is_open_is_fetched_again() {
    let (_db, mut desk, client) = desk().await;
    desk.reopen().await.unwrap();
    desk.live().await;
    desk.shown.forget();
    // In place, as a failing disk would: the file stays the one that is open.
    let mut open = std::fs::OpenOptions::new().write(true).open(file(&desk)).unwrap();
    let length = open.metadata().unwrap().len();
    std::io::Seek::seek(&mut open, std::io::SeekFrom::Start(4096)).unwrap();
    std::io::Write::write_all(&mut open, &vec![0x5a; usize::try_from(length).unwrap() - 4096])
        .unwrap();
    let page = desk
        .shown
        .until_all("all is back in a new copy", async |_| {
            let found = desk.run("search", json!({ "text": "Summer", "limit": 5 })).await.ok()?;
            // The damaged file may still answer from memory.
            if set_aside(&desk) == 0 || found["hits"].as_array()?.is_empty() {
                return None;
            }
            desk.run("client_page", json!({ "client_id": client })).await.ok()
        })
        .await;
    assert_eq!(page["events"][0]["name"], "Summer party", "all is back");
}

#[tokio::test]
async fn a_desk_that_had_no_contact_for_two_weeks_deletes_its_copy_and_asks_for_a_sign_in() {
    let (db, mut desk, _client) = desk().await;
    let relay = Relay::to(db.link()).await;
    desk.move_to(relay.link());
    relay.down();
    desk.desk.close().await;
    let long_ago = chrono::Utc::now() - chrono::Duration::days(15);
    let key = desk.desk.sign_in().0.copy_key(desk.desk.organization());
    let (slot, _) = replica::ReplicaSlot::open(&desk.copy(), replica::ReplicaKey::from_bytes(key))
        .await
        .unwrap();
    let remember = Remembered { as_of: Some(long_ago), ..slot.remembered().await.unwrap() };
    let batch = replica::Batch { remember: Some(remember), ..replica::Batch::default() };
    slot.perform(Store::Batch { beside: false, batch }).await.unwrap();
    slot.perform(Store::Contact { at: long_ago }).await.unwrap();
    slot.close().await;
    let server = desk.desk.server().server_id;
    let error = desk.reopen().await.unwrap_err().to_app_error();
    assert_eq!(error.code, desk::error::Code::SignedOut, "{error:?}");
    assert!(error.message.contains("two weeks"), "{error:?}");
    assert!(desk.secrets.find(server).is_none(), "the key is forgotten");
    assert!(!desk.copy().exists(), "the copy is deleted");
}
