//! Signing in on a server elsewhere, on a computer with a keychain.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::{PasswordChange, ServerConnect};
use desk::secrets::Keep;
use desk::view::{AppState, Happening};
use replica::sync::SyncState;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use support::{Computer, NEW_PASSWORD, ready, sign_in, until_state, use_a_keychain};
use testkit::{Relay, TestServer};

#[tokio::test]
async fn a_kept_sign_in_opens_at_once_after_a_restart_also_without_the_server() {
    use_a_keychain();
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").with_passwords();
    let office = office.build().await;
    let password = office.administrator().password.as_ref().unwrap().expose_secret().to_owned();
    let relay = Relay::to(db.link()).await;
    let computer = Computer::new();
    let (app, shown) = computer.app();
    app.server_connect(ServerConnect { link: relay.link().to_string() }).await.unwrap();
    let state = app.sign_in(sign_in("ana@example.org", &password, Keep::Keychain)).await.unwrap();
    assert_eq!(ready(state).kept, Keep::Keychain);
    let desk = app.desk().await.unwrap();
    let id = uuid::Uuid::now_v7();
    let form = json!({ "company_name": "Müller Consulting" });
    let input = json!({ "command_id": id, "client_id": id, "form": form });
    until_state(&app, &shown, SyncState::Live).await;
    desk::actions::run(&desk, "client_create", input).await.unwrap();
    app.close().await;

    relay.down();
    let (app, shown) = computer.app();
    let session = ready(app.start().await);
    assert_eq!((session.kept, session.organization.id), (Keep::Keychain, office.org_id));
    let desk = app.desk().await.unwrap();
    let page = desk::actions::run(&desk, "client_page", json!({ "client_id": id })).await.unwrap();
    assert_eq!(page["row"]["company_name"], "Müller Consulting");
    until_state(&app, &shown, SyncState::Offline).await;
    app.close().await;

    // The password is changed elsewhere: this computer is signed out and keeps nothing.
    relay.up();
    let elsewhere = Computer::new();
    let (other, _) = elsewhere.app();
    other.server_connect(ServerConnect { link: db.link().to_string() }).await.unwrap();
    // The two computers of this test share one keychain, so this one does without.
    let key = support::sign_in("ana@example.org", &password, Keep::UntilClose);
    let kept_here = desk::secrets::Secrets::default().find(db.server_id()).unwrap().0;
    other.sign_in(key).await.unwrap();
    let change = PasswordChange {
        current: SecretString::from(password),
        new: SecretString::from(NEW_PASSWORD),
    };
    other.password_change(change).await.unwrap();
    other.close().await;
    desk::secrets::Secrets::default().keep(db.server_id(), &kept_here, Keep::Keychain).unwrap();
    let (app, shown) = computer.app();
    ready(app.start().await);
    shown
        .until("the sign-in screen", |happening| match happening {
            Happening::AppState(AppState::SignIn { message, .. }) => message.clone(),
            _ => None,
        })
        .await;
    assert!(computer.copies().is_empty(), "{:?}", computer.copies());
    assert!(desk::secrets::Secrets::default().find(db.server_id()).is_none());
    assert!(matches!(app.start().await, AppState::SignIn { .. }));
}
