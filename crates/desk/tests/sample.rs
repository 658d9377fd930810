//! *Explore with sample data*, on a computer without a keychain.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use desk::app::App;
use desk::secrets::Keep;
use desk::view::AppState;
use replica::sync::SyncState;
use serde_json::json;
use server::embedded::Embedded;
use support::{Computer, ready, until_state};
use testkit::Recorder;

async fn clients(app: &App, shown: &Recorder) -> u64 {
    until_state(app, shown, SyncState::Live).await;
    let desk = app.desk().await.unwrap();
    let input = json!({ "text": null, "sort": { "by": "company_name", "descending": false }, "offset": 0, "limit": 1 });
    let listed = desk::actions::run(&desk, "client_list", input).await.unwrap();
    listed["total"].as_u64().unwrap()
}

#[tokio::test]
async fn the_sample_is_filled_once_and_opens_without_a_password_every_time() {
    let computer = Computer::new();
    let (app, shown) = computer.app();
    let session = ready(app.first_run_sample().await.unwrap());
    assert_eq!(session.kept, Keep::UntilClose, "there is no keychain");
    let filled = clients(&app, &shown).await;
    assert!(filled > 10);
    ready(app.first_run_sample().await.unwrap());
    assert_eq!(clients(&app, &shown).await, filled, "asked for twice, filled once");
    // Somebody else who uses the server, so that the restarts below need not start it each time.
    let other = Embedded::start(&computer.options()).await.unwrap();
    app.close().await;
    for restart in 0..11 {
        let (app, shown) = computer.app();
        let state = app.start().await;
        assert!(matches!(state, AppState::Ready { .. }), "restart {restart}: {state:?}");
        if restart == 10 {
            assert_eq!(clients(&app, &shown).await, filled);
        }
        app.close().await;
    }
    // From the sample's desk back to the first screen, and in again.
    let (app, shown) = computer.app();
    ready(app.start().await);
    assert!(matches!(app.sign_out().await.unwrap(), AppState::FirstRun { .. }));
    assert!(computer.copies().is_empty());
    ready(app.first_run_sample().await.unwrap());
    assert_eq!(clients(&app, &shown).await, filled);
    app.close().await;
    other.stop().await.unwrap();
}
