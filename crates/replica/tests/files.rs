//! The file: encrypted, refused with another key, set aside when it cannot be used, gone when wiped.

mod common;

use common::{client, event, fresh, key};
use replica::{
    EventListInput, OpenError, Opened, Replica, ReplicaError, ReplicaKey, ReplicaSlot,
    sync::{Remembered, Store},
};
use serde_json::json;
use std::path::Path;

fn files_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn nothing_readable_is_in_the_files() {
    let fresh = fresh().await;
    let rows = vec![client(1, "Plaintext Banquets"), event(2, 1, "Plaintext Gala", 5, json!({}))];
    fresh.replica.merge(rows, 1).await.expect("merges");
    // While open: the write-ahead log holds the rows; after closing: the file does.
    for open in [true, false] {
        if !open {
            fresh.replica.close().await;
        }
        for name in files_in(fresh.folder.path()) {
            let bytes = std::fs::read(fresh.folder.path().join(&name)).expect("readable");
            let found = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
            assert!(!found(b"Plaintext"), "a name stands in the clear in {name}");
            assert!(!found(b"create table"), "the schema stands in the clear in {name}");
            assert!(!found(b"SQLite format 3"), "{name} is an ordinary database");
        }
    }
}

#[tokio::test]
async fn another_key_is_refused_and_the_file_kept() {
    let fresh = fresh().await;
    fresh.replica.merge(vec![client(1, "Kept")], 1).await.expect("merges");
    fresh.replica.close().await;
    let path = fresh.folder.path().join("copy.db");
    let other = ReplicaKey::from_bytes([8; 32]);
    let refused = Replica::open(&path, &other).await.expect_err("another key must not open it");
    assert!(matches!(refused, OpenError::WrongKeyOrCorrupt), "{refused:?}");
    let again = Replica::open(&path, &key()).await.expect("its own key still opens it");
    assert_eq!(again.known_clients().await.expect("reads")[0].company_name, "Kept");
}

#[tokio::test]
async fn a_corrupted_file_is_set_aside_and_replaced() {
    let fresh = fresh().await;
    fresh.replica.merge(vec![client(1, "Lost")], 1).await.expect("merges");
    fresh.replica.close().await;
    let path = fresh.folder.path().join("copy.db");
    let mut bytes = std::fs::read(&path).expect("readable");
    bytes[100..200].fill(0);
    std::fs::write(&path, bytes).expect("writable");
    let (replica, opened) = Replica::open_or_rebuild(&path, &key()).await.expect("rebuilt");
    assert_eq!(opened, Opened::RebuiltUnreadable);
    assert_eq!(replica.known_clients().await.expect("reads"), []);
    assert!(files_in(fresh.folder.path()).contains(&"copy.db.aside-1".to_owned()));
}

#[tokio::test]
async fn damage_behind_the_first_page_is_reported_as_damage() {
    let fresh = fresh().await;
    let rows = (0..2_000).map(|n| client(n, &format!("Client {n}"))).collect();
    fresh.replica.merge(rows, 1).await.expect("merges");
    fresh.replica.close().await;
    let path = fresh.folder.path().join("copy.db");
    let mut bytes = std::fs::read(&path).expect("readable");
    let length = bytes.len();
    for at in (40 * 4096..length).step_by(4096) {
        bytes[at + 50] ^= 0xff;
    }
    std::fs::write(&path, bytes).expect("writable");
    // Opening looks at the schema only; a whole check would cost every start.
    let (replica, opened) = Replica::open_or_rebuild(&path, &key()).await.expect("opens");
    if opened == Opened::Existing {
        let answer = replica.known_clients().await;
        assert!(matches!(answer, Err(ReplicaError::Damaged)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_set_aside() {
    let fresh = fresh().await;
    fresh.replica.close().await;
    let path = fresh.folder.path().join("copy.db");
    set_version(&path, 99).await;
    let refused = Replica::open(&path, &key()).await.expect_err("must not be touched");
    assert!(matches!(refused, OpenError::Newer { found: 99 }), "{refused:?}");
    let (_, opened) = Replica::open_or_rebuild(&path, &key()).await.expect("rebuilt");
    assert_eq!(opened, Opened::RebuiltNewer);
}

#[tokio::test]
async fn a_file_of_an_older_version_is_set_aside_too_since_its_new_tables_would_stay_empty() {
    let fresh = fresh().await;
    fresh.replica.close().await;
    let path = fresh.folder.path().join("copy.db");
    set_version(&path, 1).await;
    let refused = Replica::open(&path, &key()).await.expect_err("must not be touched");
    assert!(matches!(refused, OpenError::Older { found: 1 }), "{refused:?}");
    let (replica, opened) = Replica::open_or_rebuild(&path, &key()).await.expect("rebuilt");
    assert_eq!(opened, Opened::RebuiltOlder);
    let remembered = replica.remembered().await.expect("reads");
    assert_eq!(remembered, Default::default(), "so everything is loaded again");
    replica.close().await;
}

async fn set_version(path: &Path, version: u32) {
    use sqlx::Connection;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .pragma("key", format!("\"x'{}'\"", "07".repeat(32)));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.expect("opens");
    let sql = format!("pragma user_version = {version}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("sets");
    connection.close().await.expect("closes");
}

#[tokio::test]
async fn at_most_two_files_stay_aside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("copy.db");
    for _ in 0..4 {
        std::fs::write(&path, vec![1_u8; 8192]).expect("writable");
        let (replica, _) = Replica::open_or_rebuild(&path, &key()).await.expect("rebuilt");
        replica.close().await;
    }
    assert_eq!(files_in(folder.path()), ["copy.db", "copy.db.aside-3", "copy.db.aside-4"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_an_io_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "not a folder").expect("writable");
    let refused = Replica::open_or_rebuild(&blocked.join("copy.db"), &key()).await;
    assert!(matches!(refused, Err(OpenError::Io(_))), "{refused:?}");
}

#[tokio::test]
async fn wiping_leaves_no_file_and_answers_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path().join("replica");
    let (slot, opened) = ReplicaSlot::open(&home, key()).await.expect("opens");
    assert_eq!(opened, Opened::Created);
    slot.current().merge(vec![client(1, "Secret")], 1).await.expect("merges");
    slot.rebuild().await.expect("sets a file aside");
    slot.perform(Store::Wipe).await.expect("wipes");
    assert!(!home.exists(), "something was left behind: {:?}", files_in(&home));
    let answer = slot.read(|r| async move { r.known_clients().await }).await;
    assert!(matches!(answer, Err(ReplicaError::Closed)), "{answer:?}");
}

#[tokio::test]
async fn a_fresh_copy_is_filled_beside_and_swapped_in() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (slot, _) = ReplicaSlot::open(folder.path(), key()).await.expect("opens");
    slot.current().merge(vec![client(1, "Old")], 9).await.expect("merges");
    let before = slot.ticket();
    slot.perform(Store::Begin { beside: true }).await.expect("begins");
    let during = slot.ticket();
    assert_eq!(slot.current().known_clients().await.expect("reads").len(), 1, "the old stays");
    // An answer to an action from before may be of the server before its restore: it stays out of the fresh copy.
    let merged = slot.merge_answer(&before, vec![client(2, "Before")], 10).await.expect("merges");
    assert_eq!(merged.n, None);
    let merged = slot.merge_answer(&during, vec![client(3, "During")], 5).await.expect("merges");
    assert_eq!(merged.n, Some(5));
    let changed = slot.perform(Store::SwapIn).await.expect("swaps");
    assert!(changed.contains("events"), "everything changed");
    let names = slot.current().known_clients().await.expect("reads");
    assert_eq!(names.iter().map(|c| c.company_name.as_str()).collect::<Vec<_>>(), ["During"]);
    assert_eq!(files_in(folder.path()).iter().filter(|n| n.ends_with(".db")).count(), 1);
    slot.close().await;
    let (again, opened) = ReplicaSlot::open(folder.path(), key()).await.expect("opens");
    assert_eq!(opened, Opened::Existing);
    assert_eq!(again.current().known_clients().await.expect("reads").len(), 1);
}

#[tokio::test]
async fn a_copy_that_was_never_completed_is_dropped_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (slot, _) = ReplicaSlot::open(folder.path(), key()).await.expect("opens");
    slot.current().merge(vec![client(1, "Old")], 1).await.expect("merges");
    slot.perform(Store::Begin { beside: true }).await.expect("begins");
    slot.close().await;
    let (again, _) = ReplicaSlot::open(folder.path(), key()).await.expect("opens");
    assert_eq!(again.current().known_clients().await.expect("reads").len(), 1);
    assert_eq!(files_in(folder.path()).iter().filter(|n| n.ends_with(".db")).count(), 1);
}

#[tokio::test]
async fn a_read_that_meets_a_swap_is_repeated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (slot, _) = ReplicaSlot::open(folder.path(), key()).await.expect("opens");
    slot.current().merge(vec![client(1, "Old")], 1).await.expect("merges");
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let answer = slot
        .read(|replica| {
            let (slot, first) =
                (slot.clone(), asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0);
            async move {
                if first {
                    slot.perform(Store::Begin { beside: true }).await?;
                    slot.perform(Store::SwapIn).await?;
                }
                replica.event_list(&EventListInput { limit: 10, ..Default::default() }).await
            }
        })
        .await;
    assert_eq!(answer.expect("the second file answers").total, 0);
}

#[tokio::test]
async fn what_is_remembered_survives_and_begins_empty() {
    let fresh = fresh().await;
    assert_eq!(fresh.replica.remembered().await.expect("reads"), Remembered::default());
    fresh.replica.contact(common::day(1)).await.expect("writes");
    fresh.replica.merge(vec![], 41).await.expect("merges");
    let remembered = fresh.replica.remembered().await.expect("reads");
    assert_eq!(remembered.as_of, Some(common::day(1)));
    assert_eq!(remembered.known_n, 41);
}

/// Otherwise SQLite's threads meet the cipher's clean-up at exit, and the process dies of it now and then.
#[cfg(target_os = "linux")]
#[test]
fn files_left_open_are_closed_before_their_runtime_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let path = folder.path().join("copy.db");
        let replica = Replica::open(&path, &key()).await.expect("opens");
        replica.merge(vec![client(1, "Left")], 1).await.expect("merges");
        // Connections are still on their way back when everything ends.
        replica.known_clients().await.expect("reads");
        assert_ne!(open_in(folder.path()), 0, "the test sees what is open");
    });
    drop(runtime);
    assert_eq!(open_in(folder.path()), 0);
}

/// How many of this process's open files are in `folder`.
#[cfg(target_os = "linux")]
fn open_in(folder: &Path) -> usize {
    let open = std::fs::read_dir("/proc/self/fd").expect("Linux lists them").flatten();
    open.filter(|file| std::fs::read_link(file.path()).is_ok_and(|at| at.starts_with(folder)))
        .count()
}
