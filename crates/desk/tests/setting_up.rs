//! *Set up a server* from the first screen; and a Cloche that becomes too old for its server.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::{App, ServerConnect, ServerSetUp};
use desk::error::Code;
use desk::profile::ServerKind;
use desk::secrets::Keep;
use desk::view::{AppState, Happening, Surface};
use replica::sync::SyncState;
use secrecy::{ExposeSecret, SecretString};
use server::embedded::{Embedded, EmbeddedOptions, Listen, Profile, stop_server};
use server::link::Place;
use sqlx::Connection;
use std::sync::Arc;
use support::{Computer, EMAIL, PASSWORD, ready, sign_in, told, until_state, use_a_keychain};
use testkit::TestServer;

fn elsewhere(computer: &Computer) -> EmbeddedOptions {
    let mut options = EmbeddedOptions::new(testkit::binaries(), computer.data().join("elsewhere"));
    options.listen = Listen::Loopback { port: None };
    options.profile = Profile::Throwaway;
    options.shared = computer.data().join("shared");
    options
}

/// Somebody's own PostgreSQL that was just installed, and its port.
async fn somebodys_server(computer: &Computer) -> (Embedded, u16) {
    let options = elsewhere(computer);
    std::fs::create_dir_all(computer.data()).unwrap();
    let server = Embedded::start(&options).await.unwrap();
    let mut owner = server.owner_options("postgres").connect().await.unwrap();
    sqlx::raw_sql("create role boss superuser login password 'the owner''s'; create role helper login password 'x'")
        .execute(&mut owner)
        .await
        .unwrap();
    owner.close().await.unwrap();
    let Place::Host { port, .. } = server.location() else {
        unreachable!("it listens on loopback")
    };
    (server, port)
}

fn wanted(port: u16) -> ServerSetUp {
    ServerSetUp {
        host: "127.0.0.1".to_owned(),
        port,
        owner_name: "boss".to_owned(),
        owner_password: SecretString::from("the owner's"),
        certificate: None,
        organization_name: "Linden Catering".to_owned(),
        your_name: "Ana Linden".to_owned(),
        email: EMAIL.to_owned(),
        password: SecretString::from(PASSWORD),
        time_zone: "Europe/Vienna".to_owned(),
        currency: "EUR".to_owned(),
        locale: "en-GB".to_owned(),
        keep: Keep::UntilClose,
    }
}

#[tokio::test]
async fn a_server_of_ones_own_becomes_the_office_s_from_the_first_screen() {
    let computer = Computer::new();
    let (server, port) = somebodys_server(&computer).await;
    let (app, shown) = computer.app();
    let session = ready(app.server_set_up(wanted(port)).await.unwrap());
    assert_eq!(
        (session.organization.name.as_str(), session.email.as_str()),
        ("Linden Catering", EMAIL)
    );
    assert_eq!(session.server.kind, ServerKind::Remote);
    until_state(&app, &shown, SyncState::Live).await;
    let steps = shown.happenings().into_iter().filter(|h| matches!(h, Happening::SetUp(_))).count();
    assert_eq!(steps, 5, "each step is told");
    app.close().await;

    // Nobody takes over an office by setting it up once more.
    let other = Computer::new();
    let (app, _shown) = other.app();
    let error = told(app.server_set_up(wanted(port)).await);
    assert_eq!(error.code, Code::Refused, "{error:?}");
    assert_eq!(error.details.unwrap()["kind"], "already_set_up");
    app.close().await;
    server.stop().await.unwrap();
}

/// Pulls the server's plug as soon as a set-up begins to sign in.
struct PlugPuller(EmbeddedOptions);

impl Surface for PlugPuller {
    fn show(&self, happening: Happening) {
        if !matches!(happening, Happening::SetUp(step) if step.step == "Signing you in") {
            return;
        }
        let options = self.0.clone();
        let pull = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(stop_server(&options)).unwrap();
        });
        pull.join().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_goes_away_once_it_is_set_up_is_found_again() {
    let computer = Computer::new();
    let (server, port) = somebodys_server(&computer).await;
    let app = App::new(computer.places(), Arc::new(PlugPuller(elsewhere(&computer))));
    assert_eq!(told(app.server_set_up(wanted(port)).await).code, Code::Offline);
    match app.start().await {
        AppState::SignIn { server, email, .. } => {
            assert_eq!(server.kind, ServerKind::Remote);
            assert_eq!(email.as_deref(), Some(EMAIL));
        }
        other => panic!("its sign-in screen is next, not {other:?}"),
    }
    app.close().await;
    drop(server);
}

#[tokio::test]
async fn what_stands_in_the_way_of_setting_up_is_said_beside_its_field() {
    let computer = Computer::new();
    let (server, port) = somebodys_server(&computer).await;
    let (app, _shown) = computer.app();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let secret = |text: &str| SecretString::from(text);
    for (input, field) in [
        (ServerSetUp { owner_password: secret("wrong"), ..wanted(port) }, "owner_password"),
        (
            ServerSetUp {
                owner_name: "helper".to_owned(),
                owner_password: secret("x"),
                ..wanted(port)
            },
            "owner_name",
        ),
        (ServerSetUp { port: closed, ..wanted(port) }, "host"),
        (ServerSetUp { host: "db.example.org".to_owned(), ..wanted(port) }, "certificate"),
        // It offers no encryption at all.
        (
            ServerSetUp {
                certificate: Some("-----BEGIN CERTIFICATE-----".to_owned()),
                ..wanted(port)
            },
            "certificate",
        ),
        (ServerSetUp { email: "ana".to_owned(), ..wanted(port) }, "email"),
        (ServerSetUp { password: secret("short"), ..wanted(port) }, "password"),
    ] {
        let error = told(app.server_set_up(input).await);
        assert_eq!(error.field.as_deref(), Some(field), "{error:?}");
        assert!(error.message.ends_with('.') && !error.message.contains("boss"), "{error:?}");
    }
    let mut owner = server.owner_options("postgres").connect().await.unwrap();
    let made: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = 'cloche'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(made, 0, "nothing was made");
    owner.close().await.unwrap();
    app.close().await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_open_desk_that_becomes_too_old_turns_to_the_update_screen_and_loses_nothing() {
    use_a_keychain();
    let db = TestServer::database().await;
    let office =
        db.organization("Linden Catering").administrator(EMAIL).with_passwords().build().await;
    let password = office.administrator().password.as_ref().unwrap().expose_secret().to_owned();
    let computer = Computer::new();
    let (app, shown) = computer.app();
    app.server_connect(ServerConnect { link: db.link().to_string() }).await.unwrap();
    ready(app.sign_in(sign_in(EMAIL, &password, Keep::Keychain)).await.unwrap());
    until_state(&app, &shown, SyncState::Live).await;

    sqlx::query("select setup.require_desk('99.0.0')").execute(db.admin()).await.unwrap();
    let needed = shown
        .until("the update screen", |happening| match happening {
            Happening::AppState(AppState::UpdateRequired { needed, .. }) => Some(needed.clone()),
            _ => None,
        })
        .await;
    assert_eq!(needed, "99.0.0");
    assert!(app.desk().await.is_err(), "nothing can be changed any more");
    assert!(
        matches!(app.start().await, AppState::UpdateRequired { .. }),
        "asked again, it says the same"
    );
    app.close().await;
    assert!(!computer.copies().is_empty(), "the local copy stays");

    let (app, _shown) = computer.app();
    assert!(matches!(app.start().await, AppState::UpdateRequired { .. }), "also after a restart");
    app.close().await;
    let version: Option<String> = sqlx::query_scalar("select desk_version from app.devices where revoked_at is null and desk_version is not null")
        .fetch_optional(db.admin())
        .await
        .unwrap();
    assert_eq!(
        version.as_deref(),
        Some(env!("CARGO_PKG_VERSION")),
        "the server knew which version it turned away"
    );

    // It was taken back by hand: what was kept counts only while the server cannot be asked.
    sqlx::query("update app.schema_info set min_desk_version = '0.0.1'")
        .execute(db.admin())
        .await
        .unwrap();
    let (app, shown) = computer.app();
    assert_eq!(ready(app.start().await).email, EMAIL);
    until_state(&app, &shown, SyncState::Live).await;
    app.close().await;
}
