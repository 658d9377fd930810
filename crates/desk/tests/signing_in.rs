//! Signing in on a server elsewhere, on a computer without a keychain.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::{App, OrganizationSwitch, PasswordChange, ServerConnect};
use desk::error::Code;
use desk::profile::Places;
use desk::secrets::Keep;
use desk::view::AppState;
use replica::sync::SyncState;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::time::Duration;
use support::{Computer, NEW_PASSWORD, ready, sign_in, told, until_state};
use testkit::{Organization, Recorder, TestDatabase, TestServer};
use tokio::time::timeout;

async fn office() -> (TestDatabase, Organization, String) {
    let db = TestServer::database().await;
    let office =
        db.organization("Linden Catering").administrator("ana@example.org").with_passwords();
    let office = office.build().await;
    let password = office.administrator().password.as_ref().unwrap().expose_secret().to_owned();
    (db, office, password)
}

async fn connected(computer: &Computer, db: &TestDatabase) -> (App, Recorder) {
    let (app, shown) = computer.app();
    assert!(matches!(app.start().await, AppState::FirstRun { .. }), "nothing is known at first");
    let link = db.link().to_string();
    let state = app.server_connect(ServerConnect { link }).await.unwrap();
    assert!(matches!(state, AppState::SignIn { .. }), "{state:?}");
    (app, shown)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_sentence_and_open_nothing() {
    let (db, office, password) = office().await;
    let computer = Computer::new();
    let (app, shown) = connected(&computer, &db).await;
    let wrong = told(app.sign_in(sign_in("ana@example.org", NEW_PASSWORD, Keep::UntilClose)).await);
    let unknown =
        told(app.sign_in(sign_in("nobody@example.org", NEW_PASSWORD, Keep::UntilClose)).await);
    assert_eq!(wrong.code, Code::SignedOut, "{wrong:?}");
    assert!(wrong.message.ends_with('.'), "{wrong:?}");
    assert_eq!(wrong, unknown, "nobody learns who has an account");
    assert_eq!(told(app.desk().await.map(|_| ())).code, Code::SignedOut);
    assert!(computer.copies().is_empty(), "no copy was begun");

    // However the address is written.
    let state =
        app.sign_in(sign_in(" Ana@Example.ORG ", &password, Keep::UntilClose)).await.unwrap();
    let session = ready(state);
    assert_eq!(
        (session.email.as_str(), session.organization.id),
        ("ana@example.org", office.org_id)
    );
    until_state(&app, &shown, SyncState::Live).await;
    app.close().await;
}

#[tokio::test]
async fn an_open_copy_stays_locked_for_a_wrong_password() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, shown) = connected(&computer, &db).await;
    app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    until_state(&app, &shown, SyncState::Live).await;
    app.close().await;
    // "Until I close" means that nothing readable is left.
    assert!(computer.copies().is_empty(), "{:?}", computer.copies());
    let (app, _shown) = computer.app();
    match app.start().await {
        AppState::SignIn { email, .. } => assert_eq!(email.as_deref(), Some("ana@example.org")),
        other => panic!("asks for a sign-in: {other:?}"),
    }
    let error = told(app.sign_in(sign_in("ana@example.org", NEW_PASSWORD, Keep::UntilClose)).await);
    assert_eq!(error.code, Code::SignedOut);
    assert!(app.desk().await.is_err(), "still nobody is in");
}

#[tokio::test]
async fn without_a_keychain_the_person_is_told_and_can_stay_until_closing() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, _shown) = connected(&computer, &db).await;
    assert!(!app.keychain_available().await);
    let error = told(app.sign_in(sign_in("ana@example.org", &password, Keep::Keychain)).await);
    assert_eq!(error.code, Code::Refused);
    assert_eq!(error.details.unwrap()["kind"], "no_keychain");
    let devices: i64 =
        sqlx::query_scalar("select count(*) from app.devices").fetch_one(db.admin()).await.unwrap();
    assert_eq!(devices, 1, "only the one that the office began with");
    let state = app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    assert_eq!(ready(state).kept, Keep::UntilClose);
    // The window is loaded again: the desk is still open.
    assert_eq!(ready(app.start().await).kept, Keep::UntilClose);
    app.close().await;
}

#[tokio::test]
async fn whoever_signs_in_every_morning_never_runs_out_of_devices() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    connected(&computer, &db).await.0.close().await;
    for _ in 0..11 {
        let (app, _shown) = computer.app();
        app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
        app.close().await;
    }
    let open: i64 = sqlx::query_scalar("select count(*) from app.devices where revoked_at is null")
        .fetch_one(db.admin())
        .await
        .unwrap();
    assert_eq!(open, 2, "this computer's last one, and the one that the office began with");
}

/// Nobody would close what a late request of the window opens: neither its copy nor this computer's server.
#[tokio::test]
async fn once_the_app_closes_nothing_is_opened_again() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, _shown) = connected(&computer, &db).await;
    app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    app.close().await;
    app.close().await;
    let late = app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose));
    assert!(timeout(Duration::from_secs(1), late).await.is_err(), "the window is gone");
    assert!(app.desk().await.is_err());
    assert!(computer.copies().is_empty());
}

#[tokio::test]
async fn signing_out_deletes_the_copy_and_ends_the_device() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, shown) = connected(&computer, &db).await;
    app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    until_state(&app, &shown, SyncState::Live).await;
    let device = app.desk().await.unwrap().whoami().device_id;
    assert!(!computer.copies().is_empty());
    assert!(matches!(app.sign_out().await.unwrap(), AppState::SignIn { .. }));
    assert!(computer.copies().is_empty());
    let revoked: bool =
        sqlx::query_scalar("select revoked_at is not null from app.devices where id = $1")
            .bind(device)
            .fetch_one(db.admin())
            .await
            .unwrap();
    assert!(revoked);
    assert!(matches!(app.start().await, AppState::SignIn { .. }));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_only_to_a_good_one() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, shown) = connected(&computer, &db).await;
    app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    until_state(&app, &shown, SyncState::Live).await;
    let change = |current: &str, new: &str| PasswordChange {
        current: SecretString::from(current),
        new: SecretString::from(new),
    };
    let error = told(app.password_change(change(NEW_PASSWORD, NEW_PASSWORD)).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("current")));
    let error = told(app.password_change(change(&password, "short")).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("new")));
    app.password_change(change(&password, NEW_PASSWORD)).await.unwrap();
    let desk = app.desk().await.unwrap();
    desk::actions::run(&desk, "device_list", json!({})).await.expect("this desk stays signed in");
    app.sign_out().await.unwrap();
    let error = told(app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await);
    assert_eq!(error.code, Code::SignedOut);
    app.sign_in(sign_in("ana@example.org", NEW_PASSWORD, Keep::UntilClose)).await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn a_password_is_the_same_however_the_keyboard_composes_its_letters() {
    let (db, _office, password) = office().await;
    let computer = Computer::new();
    let (app, _shown) = connected(&computer, &db).await;
    app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    let new = SecretString::from("zwölf Käsesorten im Küchenschrank");
    let current = SecretString::from(password);
    app.password_change(PasswordChange { current, new }).await.unwrap();
    let decomposed = "zwo\u{308}lf Ka\u{308}sesorten im Ku\u{308}chenschrank";
    app.sign_in(sign_in("ana@example.org", decomposed, Keep::UntilClose)).await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn a_person_in_two_organizations_switches_between_them() {
    let (db, linden, password) = office().await;
    let ana = linden.administrator();
    let ahorn = db.organization("Ahorn Events").joined_by(ana, "administrator").build().await;
    let computer = Computer::new();
    let (app, shown) = connected(&computer, &db).await;
    let state = app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await.unwrap();
    let session = ready(state);
    assert_eq!(session.organizations.len(), 2);
    until_state(&app, &shown, SyncState::Live).await;
    for organization in [linden.org_id, ahorn.org_id, linden.org_id] {
        let switch = OrganizationSwitch { organization_id: organization };
        let session = ready(app.organization_switch(switch).await.unwrap());
        assert_eq!(session.organization.id, organization);
        until_state(&app, &shown, SyncState::Live).await;
        let desk = app.desk().await.unwrap();
        let id = uuid::Uuid::now_v7();
        let form = json!({ "company_name": format!("Client of {organization}") });
        let input = json!({ "command_id": id, "client_id": id, "form": form });
        desk::actions::run(&desk, "client_create", input).await.unwrap();
    }
    let desk = app.desk().await.unwrap();
    let found = json!({ "text": "Client", "sort": { "by": "company_name", "descending": false }, "offset": 0, "limit": 9 });
    let found = desk::actions::run(&desk, "client_list", found).await.unwrap();
    assert_eq!(found["total"], 2, "only this organization's: {found}");
    let foreign = OrganizationSwitch { organization_id: uuid::Uuid::now_v7() };
    assert_eq!(told(app.organization_switch(foreign).await).code, Code::Refused);
    assert!(app.desk().await.is_ok(), "the open one stays open");
    // Signing out leaves nothing of either.
    app.sign_out().await.unwrap();
    assert!(computer.copies().is_empty(), "{:?}", computer.copies());
}

#[tokio::test]
async fn a_server_that_needs_a_newer_desk_says_so_and_keeps_no_device() {
    let (db, _office, password) = office().await;
    sqlx::query("update app.schema_info set min_desk_version = '99.0.0'")
        .execute(db.admin())
        .await
        .unwrap();
    let computer = Computer::new();
    let (app, _shown) = connected(&computer, &db).await;
    let error = told(app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await);
    assert_eq!(error.code, Code::UpdateRequired, "{error:?}");
    let open: i64 = sqlx::query_scalar("select count(*) from app.devices where revoked_at is null")
        .fetch_one(db.admin())
        .await
        .unwrap();
    assert_eq!(open, 1, "only the one that the office began with");
}

#[tokio::test]
async fn a_person_without_an_organization_is_told_and_leaves_no_device() {
    let (db, office, password) = office().await;
    sqlx::query("alter table app.memberships disable trigger user")
        .execute(db.admin())
        .await
        .unwrap();
    sqlx::query("update app.memberships set ended_at = now() where user_id = $1")
        .bind(office.administrator().user_id)
        .execute(db.admin())
        .await
        .unwrap();
    let computer = Computer::new();
    let (app, _shown) = connected(&computer, &db).await;
    let error = told(app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await);
    assert_eq!(error.code, Code::Refused, "{error:?}");
    assert_eq!(error.details.unwrap()["kind"], "no_organization");
    let open: i64 = sqlx::query_scalar("select count(*) from app.devices where revoked_at is null")
        .fetch_one(db.admin())
        .await
        .unwrap();
    assert_eq!(open, 1, "only the one that the office began with");
}

#[tokio::test]
async fn a_link_that_cannot_be_used_is_refused_beside_its_field() {
    let computer = Computer::new();
    let (app, _shown) = computer.app();
    for link in ["", "hello", "cloche://server?host=db.example.org&db=cloche&id=7"] {
        let error = told(app.server_connect(ServerConnect { link: link.to_owned() }).await);
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("link")), "{link}");
    }
    assert!(matches!(app.start().await, AppState::FirstRun { .. }));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_a_sentence_on_the_sign_in_screen() {
    let (db, _office, password) = office().await;
    let relay = testkit::Relay::to(db.link()).await;
    relay.down();
    let computer = Computer::new();
    let places = Places { postgres: "/nonexistent".into(), ..computer.places() };
    let (app, _shown) = computer.app_with(places);
    app.server_connect(ServerConnect { link: relay.link().to_string() }).await.unwrap();
    let error = told(app.sign_in(sign_in("ana@example.org", &password, Keep::UntilClose)).await);
    assert_eq!(error.code, Code::Offline, "{error:?}");
}

#[tokio::test]
async fn what_was_found_while_the_window_loaded_is_answered_unless_something_changed_since() {
    let (db, _office, _password) = office().await;
    let computer = Computer::new();
    let (app, _shown) = computer.app();
    app.open_ahead().await;
    assert!(matches!(app.start().await, AppState::FirstRun { .. }));
    app.open_ahead().await;
    app.server_connect(ServerConnect { link: db.link().to_string() }).await.unwrap();
    assert!(matches!(app.start().await, AppState::SignIn { .. }));
}
