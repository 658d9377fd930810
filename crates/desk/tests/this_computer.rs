//! *Use this computer*: a server, an organization and its administrator on one's own machine, with a keychain.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::PasswordResetLocal;
use desk::error::Code;
use desk::profile::{Places, Profile};
use desk::secrets::{Keep, Secrets};
use desk::view::{AppState, Happening};
use replica::sync::{Remembered, Store, SyncState};
use replica::{Batch, ReplicaKey, ReplicaSlot};
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::Connection;
use support::{
    Computer, EMAIL, NEW_PASSWORD, PASSWORD, first_run, ready, sign_in, told, until_state,
    use_a_keychain,
};
use uuid::Uuid;

/// The local copy as if its last contact was long ago.
async fn leave_alone_for_weeks(computer: &Computer) {
    let profile = Profile::load(&computer.data()).unwrap();
    let known = profile.current().unwrap();
    let (organization, user) = (known.organization_id.unwrap(), known.user_id.unwrap());
    let (sign_in, _) = Secrets::default().find(known.server_id).unwrap();
    let folder = computer.places().replica(known.server_id, organization, user);
    let key = ReplicaKey::from_bytes(sign_in.copy_key(organization));
    let (slot, _) = ReplicaSlot::open(&folder, key).await.unwrap();
    let at = chrono::Utc::now() - chrono::TimeDelta::days(20);
    let remember = Remembered { as_of: Some(at), ..slot.remembered().await.unwrap() };
    let batch = Batch { remember: Some(remember), ..Batch::default() };
    slot.perform(Store::Batch { beside: false, batch }).await.unwrap();
    slot.perform(Store::Contact { at }).await.unwrap();
    assert_eq!(slot.remembered().await.unwrap().as_of, Some(at));
    slot.close().await;
}

fn client(id: Uuid, name: &str) -> Value {
    json!({ "command_id": id, "client_id": id, "form": { "company_name": name } })
}

#[tokio::test]
async fn an_office_begins_on_this_computer_and_is_there_at_once_every_time_after() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, shown) = computer.app();
    assert!(matches!(app.start().await, AppState::FirstRun { .. }));
    let session = ready(app.first_run_local(first_run(Keep::Keychain)).await.unwrap());
    assert_eq!(session.organization.name, "Linden Catering");
    assert_eq!((session.email.as_str(), session.display_name.as_str()), (EMAIL, "Ana Linden"));
    let steps: Vec<String> = shown
        .happenings()
        .into_iter()
        .filter_map(|h| match h {
            Happening::SetUp(progress) => Some(progress.step),
            _ => None,
        })
        .collect();
    assert!(steps.len() >= 4, "progress in plain words: {steps:?}");
    until_state(&app, &shown, SyncState::Live).await;
    let id = Uuid::now_v7();
    let desk = app.desk().await.unwrap();
    desk::actions::run(&desk, "client_create", client(id, "Müller Consulting")).await.unwrap();
    app.close().await;
    let gone = !computer.places().server().join("cluster/postmaster.pid").exists();
    assert!(gone, "the server stops with the app");

    // Again, after a long holiday: everything is there before the server is.
    leave_alone_for_weeks(&computer).await;
    let (app, shown) = computer.app();
    assert_eq!(ready(app.start().await).organization.id, session.organization.id);
    let desk = app.desk().await.unwrap();
    let page = desk::actions::run(&desk, "client_page", json!({ "client_id": id })).await.unwrap();
    assert_eq!(page["row"]["company_name"], "Müller Consulting");
    until_state(&app, &shown, SyncState::Live).await;
    desk::actions::run(&desk, "client_create", client(Uuid::now_v7(), "Novák")).await.unwrap();
    // The window is loaded again, twice at once: the same desk.
    let (one, two) = tokio::join!(app.start(), app.start());
    assert_eq!(ready(one).user_id, ready(two).user_id);
    app.close().await;

    // And where the server cannot be started.
    let places = Places { postgres: "/nonexistent".into(), ..computer.places() };
    let (app, shown) = computer.app_with(places);
    ready(app.start().await);
    until_state(&app, &shown, SyncState::Offline).await;
    let desk = app.desk().await.unwrap();
    assert!(desk.offline_since().is_some(), "it says as of when");
    desk::actions::run(&desk, "client_page", json!({ "client_id": id })).await.unwrap();
    let error =
        told(desk::actions::run(&desk, "client_create", client(Uuid::now_v7(), "Offline")).await);
    assert_eq!(error.code, Code::Offline, "{error:?}");
    assert!(error.message.ends_with('.'), "{error:?}");
    app.close().await;

    // The password is forgotten; whoever owns the computer sets another.
    let (app, shown) = computer.app();
    ready(app.start().await);
    until_state(&app, &shown, SyncState::Live).await;
    match app.sign_out().await.unwrap() {
        AppState::SignIn { server, .. } => assert!(server.can_reset_password),
        other => panic!("asks for a sign-in: {other:?}"),
    }
    assert!(computer.copies().is_empty());
    let reset = |email: &str, new: &str| PasswordResetLocal {
        email: email.to_owned(),
        new: SecretString::from(new),
    };
    let error = told(app.password_reset_local(reset("nobody@example.org", NEW_PASSWORD)).await);
    assert_eq!(error.code, Code::Refused, "{error:?}");
    let error = told(app.password_reset_local(reset(EMAIL, "short")).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("new")));
    let session = ready(app.password_reset_local(reset(EMAIL, NEW_PASSWORD)).await.unwrap());
    assert_eq!(session.kept, Keep::Keychain);
    until_state(&app, &shown, SyncState::Live).await;
    let desk = app.desk().await.unwrap();
    desk::actions::run(&desk, "client_page", json!({ "client_id": id }))
        .await
        .expect("all is there");
    app.sign_out().await.unwrap();
    let error = told(app.sign_in(sign_in(EMAIL, PASSWORD, Keep::Keychain)).await);
    assert_eq!(error.code, Code::SignedOut);
    ready(app.sign_in(sign_in(EMAIL, NEW_PASSWORD, Keep::Keychain)).await.unwrap());
    // A first run again finds the office that is there.
    app.choose().await.unwrap();
    assert!(matches!(app.start().await, AppState::FirstRun { .. }));
    let error = told(app.first_run_local(first_run(Keep::Keychain)).await);
    assert_eq!(error.code, Code::SignedOut, "it has another password: {error:?}");
    app.close().await;
}

#[tokio::test]
async fn what_cannot_be_an_office_is_refused_before_anything_is_made() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, _shown) = computer.app();
    type Change = fn(&mut desk::app::FirstRunLocal);
    let cases: [(&str, Change); 6] = [
        ("organization_name", |input| input.organization_name = " ".to_owned()),
        ("organization_name", |input| input.organization_name = "x".repeat(256)),
        ("your_name", |input| input.your_name = String::new()),
        ("email", |input| input.email = "ana".to_owned()),
        ("password", |input| input.password = SecretString::from("short")),
        ("password", |input| input.password = SecretString::from("password1234")),
    ];
    for (field, change) in cases {
        let mut input = first_run(Keep::Keychain);
        change(&mut input);
        let error = told(app.first_run_local(input).await);
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some(field)), "{error:?}");
    }
    assert!(!computer.places().server().exists(), "no server was made");
    assert!(matches!(app.start().await, AppState::FirstRun { .. }));
}

#[tokio::test]
async fn a_server_killed_during_changes_comes_back_with_each_once_or_not_at_all() {
    use_a_keychain();
    let computer = Computer::new();
    let (app, shown) = computer.app();
    ready(app.first_run_local(first_run(Keep::Keychain)).await.unwrap());
    until_state(&app, &shown, SyncState::Live).await;
    let desk = app.desk().await.unwrap();
    for round in 0..3 {
        let mut changes = Vec::new();
        for i in 0..4 {
            let (id, acting) = (Uuid::now_v7(), desk.clone());
            let name = format!("Client {round}.{i}");
            let input = client(id, &name);
            let task =
                tokio::spawn(
                    async move { desk::actions::run(&acting, "client_create", input).await },
                );
            changes.push((id, name, task));
        }
        let pid = computer.postmaster().to_string();
        let killed =
            std::process::Command::new("/bin/kill").args(["-KILL", &pid]).status().unwrap();
        assert!(killed.success());
        for (id, name, task) in changes {
            let answer = task.await.unwrap().map_err(|error| error.to_app_error());
            let saved = match answer {
                Ok(_) => true,
                Err(error) if error.code == Code::Offline => match error.details {
                    Some(_) => shown.notice(&name).await.starts_with("Saved after all"),
                    None => false,
                },
                Err(other) => panic!("{name}: {other:?}"),
            };
            shown
                .until_all("the server is back", async |_| desk.session().whoami().await.ok())
                .await;
            assert_eq!(stored(&app, id).await, i64::from(saved), "{name}");
        }
    }
    app.close().await;
}

/// How often the journal of this computer's server has a command.
async fn stored(app: &desk::app::App, command: Uuid) -> i64 {
    let link = app.desk().await.unwrap().session().link();
    let owner = server::embedded::owner_options(&link.place, "", &link.database);
    let mut connection = owner.connect().await.unwrap();
    let found = sqlx::query_scalar("select count(*) from app.journal where command_id = $1")
        .bind(command)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    found
}
