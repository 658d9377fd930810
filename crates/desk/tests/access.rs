//! Losing access, gaining it and changing it: what a desk shows, and what it leaves behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::Code;
use desk::view::{AppState, Happening};
use domain::permission::Role;
use serde_json::json;
use server::identity::new_secret;
use server::session::sign_in_account;
use std::path::Path;
use testkit::{Organization, Person, SimulatedDesk, TestDatabase, TestServer};
use uuid::Uuid;

async fn office() -> (TestDatabase, Organization) {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden Catering")
        .administrator("ana@example.org")
        .manager("max@example.org")
        .build()
        .await;
    (db, office)
}

/// A second device of the same person.
async fn second_device(db: &TestDatabase, person: &Person) -> Person {
    let device = server::session::DeviceSecret { device_id: Uuid::now_v7(), secret: new_secret() };
    let mut account = sign_in_account(db.link(), &person.email, &person.key).await.unwrap();
    account.enroll_device(&device, "second desk").await.unwrap();
    account.close().await;
    Person { device, ..person.clone() }
}

async fn signed_out_with(desk: &SimulatedDesk) -> String {
    desk.shown
        .until("the sign-in screen", |happening| match happening {
            Happening::AppState(AppState::SignIn { message, .. }) => message.clone(),
            _ => None,
        })
        .await
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => files(&path),
            path => vec![path.display().to_string()],
        })
        .collect()
}

async fn left_nothing_behind(desk: &SimulatedDesk) {
    let server = desk.desk.server().server_id;
    assert!(desk.secrets.find(server).is_none(), "the secrets are forgotten");
    assert_eq!(files(&desk.folder().join("copies")), Vec::<String>::new(), "no data is left");
    assert!(desk.desk.is_over());
    let error = desk.run("event_types", json!({})).await.unwrap_err();
    assert_ne!(error.code, Code::Conflict, "reads have ended: {error:?}");
}

#[tokio::test]
async fn a_revoked_device_says_so_and_leaves_nothing_behind() {
    let (db, office) = office().await;
    let (here, there) = (office.administrator(), second_device(&db, office.administrator()).await);
    let (here, there) =
        tokio::join!(SimulatedDesk::open(&db, here), SimulatedDesk::open(&db, &there));
    there.client("Müller Consulting").await;
    assert!(!files(&there.folder().join("copies")).is_empty());
    let device = there.desk.whoami().device_id;
    let listed = here.done("device_revoke", json!({ "device_id": device })).await;
    let revoked = |d: &&serde_json::Value| d["id"] == json!(device) && !d["revoked_at"].is_null();
    assert!(listed["devices"].as_array().unwrap().iter().any(|d| revoked(&d)), "{listed}");
    let sentence = signed_out_with(&there).await;
    assert!(sentence.contains("signed out") && sentence.ends_with('.'), "{sentence}");
    left_nothing_behind(&there).await;
    here.client("Still working").await;
}

#[tokio::test]
async fn a_device_that_was_revoked_while_it_was_closed_loses_its_copy_when_it_opens() {
    let (db, office) = office().await;
    let ana = office.administrator();
    let other = second_device(&db, ana).await;
    let mut desk = SimulatedDesk::open(&db, &other).await;
    desk.desk.close().await;
    let session = db.session_as(ana);
    session.revoke_device(other.device.device_id).await.unwrap();
    desk.reopen().await.unwrap();
    signed_out_with(&desk).await;
    left_nothing_behind(&desk).await;
}

#[tokio::test]
async fn an_action_of_a_revoked_device_is_refused_as_signed_out() {
    let (db, office) = office().await;
    let ana = office.administrator();
    let other = second_device(&db, ana).await;
    let desk = SimulatedDesk::open(&db, &other).await;
    // Not in front of anybody: the next question to the server would be far away.
    desk.desk.window_activity(replica::sync::Activity::Idle);
    db.session_as(ana).revoke_device(other.device.device_id).await.unwrap();
    let form = json!({ "company_name": "Too late" });
    let id = Uuid::now_v7();
    let input = json!({ "command_id": id, "client_id": id, "form": form });
    let error = desk.run("client_create", input).await.unwrap_err();
    assert_eq!(error.code, Code::SignedOut, "{error:?}");
    signed_out_with(&desk).await;
    left_nothing_behind(&desk).await;
}

#[tokio::test]
async fn a_new_password_signs_the_other_devices_out() {
    let (db, office) = office().await;
    let ana = office.administrator();
    let other = second_device(&db, ana).await;
    let (here, there) =
        tokio::join!(SimulatedDesk::open(&db, ana), SimulatedDesk::open(&db, &other));
    let mut account = sign_in_account(db.link(), &ana.email, &ana.key).await.unwrap();
    account.change_password(&new_secret(), ana.device.device_id).await.unwrap();
    signed_out_with(&there).await;
    left_nothing_behind(&there).await;
    here.client("Still working").await;
    let old = sign_in_account(db.link(), &ana.email, &ana.key).await;
    assert!(old.is_err(), "the old password is over");
}

#[tokio::test]
async fn a_sign_in_that_ran_out_keeps_the_copy_and_says_what_to_do() {
    let (db, office) = office().await;
    let ana = office.administrator();
    let mut desk = SimulatedDesk::open(&db, ana).await;
    let client = desk.client("Müller Consulting").await;
    desk.desk.close().await;
    let role = server::identity::device_role(db.server_id(), ana.device.device_id);
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("alter role {role} valid until 'yesterday'")))
        .execute(db.admin())
        .await
        .unwrap();
    desk.reopen().await.expect("it opens from what is here");
    let sentence = desk
        .shown
        .until("the reason", |happening| match happening {
            Happening::Sync(status) => status.message.clone(),
            _ => None,
        })
        .await;
    assert!(sentence.contains("expired"), "{sentence}");
    let click = json!({ "command_id": Uuid::now_v7(), "client_id": client });
    let error = desk.run("client_delete", click).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (Code::SignedOut, sentence.as_str()));
    // Anybody can say that a password is wrong: nothing is deleted for it.
    desk.done("client_page", json!({ "client_id": client })).await;
    assert!(!desk.desk.is_over());
}

#[tokio::test]
async fn whoever_leaves_an_organization_keeps_nothing_of_it() {
    let (db, office) = office().await;
    let max = office.manager();
    let desk = SimulatedDesk::open(&db, max).await;
    as_setup(
        &db,
        office.org_id,
        &format!("update app.memberships set ended_at = now() where user_id = '{}'", max.user_id),
    )
    .await;
    let sentence = signed_out_with(&desk).await;
    assert!(sentence.contains("no longer a member"), "{sentence}");
    left_nothing_behind(&desk).await;
}

#[tokio::test]
async fn another_role_counts_at_once() {
    let (db, office) = office().await;
    let (ana, max) = (office.administrator(), office.manager());
    let (ana, max_desk) =
        tokio::join!(SimulatedDesk::open(&db, ana), SimulatedDesk::open(&db, max));
    let client = ana.client("Müller Consulting").await;
    ana.event(client, "Summer party").await;
    let mut manager: Vec<&str> = Role::Manager.default_permissions().to_vec();
    manager.sort_unstable();
    assert_eq!(max_desk.desk.view().permissions, manager);
    as_setup(
        &db,
        office.org_id,
        &format!(
            "update app.memberships set role = 'administrator' where user_id = '{}'",
            max.user_id
        ),
    )
    .await;
    max_desk
        .shown
        .until("a session with the new role", |happening| match happening {
            Happening::AppState(AppState::Ready { session }) => {
                (session.role == Role::Administrator && !session.permissions.is_empty())
                    .then_some(())
            }
            _ => None,
        })
        .await;
    max_desk
        .shown
        .until_all("the permissions of the new role", async |_| {
            let may = max_desk.desk.permissions();
            may.may("events.unarchive").then_some(())
        })
        .await;
    as_setup(
        &db,
        office.org_id,
        &format!("update app.memberships set role = 'staff' where user_id = '{}'", max.user_id),
    )
    .await;
    // Staff sees no events yet: a fresh copy comes without them.
    max_desk
        .shown
        .until_all("a copy without events", async |_| {
            let board = max_desk.run("event_types", json!({})).await.ok()?;
            (board["types"] == json!([])).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_person_is_still_known_after_a_fresh_copy_and_a_restart_without_the_server() {
    let (db, office) = office().await;
    let relay = testkit::Relay::to(db.link()).await;
    let mut desk = SimulatedDesk::open_at(relay.link(), office.manager()).await;
    desk.shown.forget();
    as_setup(
        &db,
        office.org_id,
        &format!(
            "update app.memberships set role = 'administrator' where user_id = '{}'",
            office.manager().user_id
        ),
    )
    .await;
    desk.shown
        .until("the fresh copy", |happening| match happening {
            Happening::AppState(AppState::Ready { session }) => {
                (session.role == Role::Administrator).then_some(())
            }
            _ => None,
        })
        .await;
    desk.live().await;
    relay.down();
    desk.reopen().await.expect("it opens from what is here");
    assert_eq!(desk.desk.view().email, "max@example.org");
    assert_eq!(desk.desk.role(), Role::Administrator);
}

/// What an administrator's tool will do: a change of the organization outside the desks.
async fn as_setup(db: &TestDatabase, org: Uuid, statement: &str) {
    let command = Uuid::now_v7();
    let mut transaction = db.admin().begin().await.unwrap();
    sqlx::query("select app.begin_own_command($1, $2)")
        .bind(org)
        .bind(command)
        .execute(&mut *transaction)
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut *transaction)
        .await
        .unwrap();
    sqlx::query("select app.end_command($1, $2, 'member.change', null, null, null)")
        .bind(org)
        .bind(command)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}
