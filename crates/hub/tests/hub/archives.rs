//! Backups from the command line: written for cron, tried, restored on another server, replaced only when asked to.

use crate::place::Server;
use crate::setup::office;
use server::archive::Receipt;
use server::link::JoinLink;
use server::team::Guest;
use std::fs;
use uuid::Uuid;

const ORGANIZATION: &str = "select id from app.organizations";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_is_backed_up_by_cron_and_restored_on_another_server() {
    let (server, _, _) = office().await;
    let disk = tempfile::tempdir().unwrap();
    let into = disk.path().to_str().unwrap();
    for _ in 0..3 {
        let said = server.hub(&["backup", "--into", into, "--keep", "2"]).await.well();
        assert!(said.starts_with("ok  "), "{said}");
        // Names tell backups apart by the second.
        while names(disk.path()).iter().any(|name| name.contains(&now())) {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(names(disk.path()).len(), 2, "the oldest went once the third was whole");
    let stranger = Uuid::now_v7().to_string();
    let answer = server.hub(&["backup", "--into", into, "--organization", &stranger]).await;
    assert_eq!(answer.code(), 2, "{}", answer.said());

    let file = disk.path().join(&names(disk.path())[1]);
    let backup = file.to_str().unwrap();
    let said = server.hub(&["restore", "--check", backup]).await.well();
    assert!(said.contains("memberships"), "{said}");
    let answer = server.hub(&["restore", backup]).await;
    assert!(answer.said().contains("is there already"), "{}", answer.said());
    let half = disk.path().join("half");
    let whole = fs::read(&file).unwrap();
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let answer = server.hub(&["restore", "--check", half.to_str().unwrap()]).await;
    assert_eq!(answer.code(), 2);
    assert!(answer.said().contains("This backup is not complete"), "{}", answer.said());

    let safety = disk.path().join("before");
    let answer = server.hub(&["restore", "--replace", safety.to_str().unwrap(), backup]).await;
    let said = answer.well();
    assert!(said.contains("nothing differs"), "{said}");
    assert!(safety.exists());
    assert!(said.contains("Everybody has a sign-in here already."), "{said}");

    let other = Server::start().await;
    other.hub(&["setup", "--create-database", "--host", "127.0.0.1", "--certificate"]).await.well();
    other.encrypt(&other.folder()).await;
    other.admit(crate::place::ACCESS).await;
    let answer = other.hub(&["restore", backup]).await;
    let receipt: Receipt = answer.line("cloche://moved?").parse().unwrap();
    let there: Uuid = other.ask("cloche", ORGANIZATION).await;
    assert_eq!((receipt.org, there), (server.ask("cloche", ORGANIZATION).await, receipt.org));
    let link: JoinLink = answer.line("  cloche://join?").trim().parse().unwrap();
    let mut guest = Guest::enter(&link).await.unwrap();
    assert_eq!(guest.offer().await.unwrap().email, link.email);
    guest.close().await;
    other.stop().await;
    server.stop().await;
}

fn now() -> String {
    chrono::Utc::now().format("%Y-%m-%dT%H%M%SZ").to_string()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".cloche-backup"));
    names.sort();
    names
}
