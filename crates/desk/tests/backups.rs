//! Backups of an office on this computer: by itself, by hand, back again, on another computer, and to a server.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::{App, FirstRunRestore};
use desk::backups::{self, Backup, BackupRef, BackupSource, Made};
use desk::error::Code;
use desk::moving::{self, OfficeMove};
use desk::open::Desk;
use desk::secrets::Keep;
use desk::view::AppState;
use replica::sync::SyncState;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::path::Path;
use support::{Computer, EMAIL, NEW_PASSWORD, first_run, ready, told, until_state, use_a_keychain};
use testkit::{Recorder, TestServer};
use uuid::Uuid;

async fn client(desk: &Desk, name: &str) -> Result<Uuid, desk::error::ActionError> {
    let id = Uuid::now_v7();
    let input = json!({ "command_id": id, "client_id": id, "form": { "company_name": name } });
    desk::actions::run(desk, "client_create", input).await.map(|_| id)
}

async fn is_shown(desk: &Desk, id: Uuid) -> bool {
    let page: Result<Value, _> =
        desk::actions::run(desk, "client_page", json!({ "client_id": id })).await;
    page.is_ok()
}

/// Waits until the desk shows the client, or no longer does.
async fn until_shown(desk: &Desk, shown: &Recorder, id: Uuid, there: bool) {
    let as_wanted =
        async |_: &[desk::view::Happening]| (is_shown(desk, id).await == there).then_some(());
    shown.until_all("the desk follows", as_wanted).await;
}

async fn opened(computer: &Computer) -> (App, Recorder, Desk) {
    let (app, shown) = computer.app();
    ready(app.first_run_local(first_run(Keep::Keychain)).await.unwrap());
    until_state(&app, &shown, SyncState::Live).await;
    let desk = app.desk().await.unwrap();
    (app, shown, desk)
}

fn kept(backup: &Backup) -> BackupRef {
    BackupRef { source: BackupSource::Kept { name: backup.name.clone() } }
}

fn picked() -> BackupRef {
    BackupRef { source: BackupSource::Picked }
}

#[tokio::test]
async fn an_office_is_backed_up_by_itself_and_by_hand_and_goes_back() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, shown, desk) = opened(&computer).await;
    // The first of the day comes by itself.
    let daily = loop {
        let list = backups::backups(&desk).await.unwrap();
        if let Some(daily) = list.items.first() {
            break daily.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(daily.made, Made::Daily);
    let first = client(&desk, "Müller").await.unwrap();
    let by_hand = backups::backup_now(&desk).await.unwrap();
    assert!(by_hand.bytes > 1_000, "{by_hand:?}");
    let later = client(&desk, "Novák").await.unwrap();

    let contents = app.backup_contents(kept(&by_hand)).await.unwrap();
    assert_eq!((contents.organization_name.as_str(), contents.clients), ("Linden Catering", 1));
    let lost = contents.lost.unwrap();
    assert_eq!((lost.changes, lost.people), (1, vec!["Ana Linden".to_owned()]));
    let error = told(
        app.backup_contents(BackupRef {
            source: BackupSource::Kept { name: "../../desk.json".into() },
        })
        .await,
    );
    assert_eq!(error.code, Code::NotFound, "{error:?}");

    let restored = app.backup_restore(kept(&by_hand)).await.unwrap();
    until_shown(&desk, &shown, later, false).await;
    assert!(is_shown(&desk, first).await);
    let safety = restored.safety.unwrap();
    assert_eq!(safety.made, Made::BeforeRestore);
    // And forward again: nothing was lost by it.
    app.backup_restore(kept(&safety)).await.unwrap();
    until_shown(&desk, &shown, later, true).await;
    client(&desk, "Peña").await.expect("work goes on");
    let list = backups::backups(&desk).await.unwrap();
    let made: Vec<_> = list.items.iter().map(|b| b.made).collect();
    assert_eq!(made.iter().filter(|m| **m == Made::Daily).count(), 1, "one a day: {made:?}");
    assert_eq!(made.iter().filter(|m| **m == Made::BeforeRestore).count(), 2);
    app.close().await;
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_is_said_and_work_goes_on() {
    use_a_keychain();
    let computer = Computer::new();
    std::fs::create_dir_all(computer.data()).unwrap();
    // Where the folder should be, there is a file.
    std::fs::write(computer.data().join("backups"), "in the way").unwrap();
    let (app, shown, desk) = opened(&computer).await;
    let notice = shown.notice("Today's backup was not written.").await;
    assert!(notice.ends_with('.'), "{notice}");
    let error = told(backups::backup_now(&desk).await);
    assert_eq!(error.code, Code::Refused, "{error:?}");
    assert!(!error.message.contains('/'), "{error:?}");
    client(&desk, "Müller").await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn an_office_comes_back_to_life_on_another_computer() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, _shown, desk) = opened(&computer).await;
    let id = client(&desk, "Müller").await.unwrap();
    let copy = computer.data().parent().unwrap().join("copy.cloche-backup");
    let saved = backups::backup_save(&desk, copy.clone()).await.unwrap();
    assert_eq!(saved.file_name, "copy.cloche-backup");
    app.close().await;

    let other = Computer::new();
    let (app, shown) = other.app();
    let restore = |email: &str| FirstRunRestore {
        email: email.to_owned(),
        password: SecretString::from(NEW_PASSWORD),
        keep: Keep::Keychain,
    };
    let error = told(app.first_run_restore(restore(EMAIL)).await);
    assert_eq!(error.code, Code::NotFound, "no file was picked: {error:?}");
    app.backup_picked(half_of(&copy)).await;
    let error = told(app.backup_contents(picked()).await);
    assert!(error.message.starts_with("This backup is not complete"), "{error:?}");
    app.backup_picked(copy.clone()).await;
    let contents = app.backup_contents(picked()).await.unwrap();
    assert_eq!(contents.people.iter().map(|p| p.email.as_str()).collect::<Vec<_>>(), [EMAIL]);
    assert!(contents.lost.is_none());
    let error = told(app.first_run_restore(restore("nobody@example.org")).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("email")));
    let session = ready(app.first_run_restore(restore(EMAIL)).await.unwrap());
    assert_eq!(session.organization.name, "Linden Catering");
    until_state(&app, &shown, SyncState::Live).await;
    let desk = app.desk().await.unwrap();
    until_shown(&desk, &shown, id, true).await;
    client(&desk, "Novák").await.unwrap();

    // Once somebody works in it, a first screen does not go over it.
    app.choose().await.unwrap();
    app.backup_picked(copy).await;
    let error = told(app.first_run_restore(restore(EMAIL)).await);
    assert_eq!(error.code, Code::Refused);
    assert!(error.message.starts_with("Linden Catering is on this computer already"), "{error:?}");
    assert!(matches!(app.start().await, AppState::FirstRun { .. }), "nothing was touched");
    app.close().await;
}

fn half_of(copy: &Path) -> std::path::PathBuf {
    let half = copy.with_extension("half");
    let whole = std::fs::read(copy).unwrap();
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    half
}

#[tokio::test]
async fn an_office_moves_to_a_server_and_says_here_where_it_went() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, shown, desk) = opened(&computer).await;
    let id = client(&desk, "Müller").await.unwrap();
    let server = TestServer::database().await;
    let to = |link: &str, owner: &str| OfficeMove {
        link: link.to_owned(),
        owner: owner.to_owned(),
        password: SecretString::from(""),
    };
    let error = told(moving::office_move(&desk, to("https://example.org", "postgres")).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("link")));
    let link = server.link().to_string();
    let error = told(moving::office_move(&desk, to(&link, "nobody")).await);
    assert!(error.field.is_some(), "{error:?}");
    client(&desk, "Novák").await.expect("it is still open here");

    let moved = moving::office_move(&desk, to(&link, server::embedded::SUPERUSER)).await.unwrap();
    assert_eq!(moved.links.len(), 1);
    assert!(moved.links[0].link.starts_with("cloche://join"));
    let error = told(client(&desk, "Late").await);
    assert_eq!(error.code, Code::Refused);
    assert!(error.message.contains("moved to"), "{error:?}");
    assert!(is_shown(&desk, id).await, "it can be read");
    let list = backups::backups(&desk).await.unwrap();
    assert_eq!(list.moved.unwrap().place, moved.place);
    assert!(list.items.iter().any(|b| b.made == Made::BeforeMove));

    // With the link, the office goes on there.
    let accept = desk::app::JoinAccept {
        link: SecretString::from(moved.links[0].link.clone()),
        display_name: "Ana Linden".to_owned(),
        password: SecretString::from(NEW_PASSWORD),
        keep: Keep::UntilClose,
    };
    let session = ready(app.join_accept(accept).await.unwrap());
    assert_eq!(session.server.kind, desk::profile::ServerKind::Remote);
    until_state(&app, &shown, SyncState::Live).await;
    let there = app.desk().await.unwrap();
    until_shown(&there, &shown, id, true).await;
    client(&there, "Peña").await.unwrap();
    let error = told(backups::backups(&there).await);
    assert_eq!(error.code, Code::Refused, "a server's backups are made there: {error:?}");
    app.close().await;
}
