//! Setting up: once, twice, by two at once, after an interruption, over newer data; founding and forgetting.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use secrecy::SecretString;
use server::identity::new_secret;
use server::session::sign_in_account;
use server::setup::{self, NewMember, NewOrganization, SetupError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testkit::TestServer;
use uuid::Uuid;

/// A name that the test server recognises as a test's, to be dropped with the rest.
fn fresh_name() -> String {
    format!("cloche_t_{}", Uuid::new_v4().simple())
}

async fn owner_of(database: &str) -> server::setup::OwnerOptions {
    TestServer::shared().await.owner_options(database)
}

async fn list(owner: &server::setup::OwnerOptions, sql: &str) -> Vec<String> {
    let mut connection = owner.connect().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap()
}

async fn run(owner: &server::setup::OwnerOptions, sql: &str) {
    let mut connection = owner.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
}

fn linden() -> NewOrganization {
    NewOrganization {
        id: Uuid::now_v7(),
        name: "Linden Catering".into(),
        kind: "caterer".into(),
        time_zone: "Europe/Vienna".into(),
        currency: "EUR".into(),
        locale: "en-GB".into(),
    }
}

const APPLIED: &str =
    "select version || ' ' || installed_on from public._sqlx_migrations order by 1";

#[tokio::test]
async fn setting_up_twice_changes_nothing() {
    let name = fresh_name();
    let owner = owner_of(&name).await;
    let first = setup::provision(&owner, &name).await.unwrap();
    let before = list(&owner, APPLIED).await;
    assert_eq!(setup::provision(&owner, &name).await.unwrap(), first);
    assert_eq!(list(&owner, APPLIED).await, before);
}

#[tokio::test]
async fn two_desks_that_set_one_server_up_at_once_get_the_same_server() {
    let name = fresh_name();
    let owner = owner_of(&name).await;
    let (one, two) = tokio::join!(setup::provision(&owner, &name), setup::provision(&owner, &name));
    assert_eq!(one.unwrap(), two.unwrap());
}

#[tokio::test]
async fn a_set_up_that_was_cut_short_is_completed() {
    let name = fresh_name();
    let cluster = owner_of("postgres").await;
    // As far as it came when the computer was switched off: a database with nothing in it.
    run(&cluster, &format!("create database {name}")).await;
    let owner = owner_of(&name).await;
    setup::provision(&owner, &name).await.unwrap();
    let owners = "select distinct pg_get_userbyid(datdba)::text from pg_database where datname = current_database()";
    assert_eq!(list(&owner, owners).await, ["cloche_owner"]);
}

#[tokio::test]
async fn tables_belong_to_a_role_that_nobody_signs_in_as() {
    let db = TestServer::database().await;
    let owners = "select distinct pg_get_userbyid(relowner)::text || rolcanlogin || rolsuper
        from pg_class join pg_roles r on r.oid = relowner where relnamespace = 'app'::regnamespace and relkind = 'r'";
    assert_eq!(list(&db.owner_options(), owners).await, ["cloche_ownerfalsefalse"]);
}

#[tokio::test]
async fn data_of_a_newer_cloche_is_refused_and_left_as_it_is() {
    let name = fresh_name();
    let owner = owner_of(&name).await;
    setup::provision(&owner, &name).await.unwrap();
    run(&owner, "insert into public._sqlx_migrations (version, description, success, checksum, execution_time)
                 values (999999, 'of a newer version', true, '\\x00', 1)").await;
    let before = list(&owner, APPLIED).await;
    let error = setup::provision(&owner, &name).await.unwrap_err();
    assert!(matches!(error, SetupError::NewerData), "{error:?}");
    assert_eq!(list(&owner, APPLIED).await, before);
}

#[tokio::test]
async fn data_of_a_different_build_is_refused() {
    let name = fresh_name();
    let owner = owner_of(&name).await;
    setup::provision(&owner, &name).await.unwrap();
    run(&owner, "update public._sqlx_migrations set checksum = '\\x00' where version = 1").await;
    let error = setup::provision(&owner, &name).await.unwrap_err();
    assert!(matches!(error, SetupError::DifferentBuild { version: 1 }), "{error:?}");
}

#[tokio::test]
async fn a_copy_has_the_privileges_of_the_original_and_an_identity_of_its_own() {
    let name = fresh_name();
    let original = owner_of(&name).await;
    let identity = setup::provision(&original, &name).await.unwrap();
    let copy = TestServer::database().await;
    let granted = "select unnest(datacl)::text from pg_database where datname = current_database() order by 1";
    let settings = "select unnest(setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
        where d.datname = current_database() order by 1";
    for sql in [granted, settings] {
        let expected = list(&original, sql).await;
        assert!(!expected.is_empty());
        assert_eq!(list(&copy.owner_options(), sql).await, expected);
    }
    assert_ne!(copy.server_id(), identity.server_id);
}

#[tokio::test]
async fn two_windows_that_found_at_once_make_one_organization() {
    let db = TestServer::database().await;
    let (owner, key) = (db.owner_options(), new_secret());
    let (first, second) = (linden(), linden());
    let found = |organization| setup::found(&owner, organization, "ana@example.org", "Ana", &key);
    let (one, two) = tokio::join!(found(&first), found(&second));
    assert!(one.unwrap() ^ two.unwrap(), "one of them did it");
    assert_eq!(
        list(&owner, "select email || ' ' || role from app.memberships").await,
        ["ana@example.org administrator"]
    );
    sign_in_account(db.link(), "ana@example.org", &key).await.unwrap().close().await;
}

#[tokio::test]
async fn founding_that_is_refused_leaves_nothing() {
    let db = TestServer::database().await;
    let (owner, key) = (db.owner_options(), new_secret());
    let nowhere = NewOrganization { time_zone: "Europe/Nowhere".into(), ..linden() };
    let error = setup::found(&owner, &nowhere, "ana@example.org", "Ana", &key).await.unwrap_err();
    let SetupError::Refused { constraint, message } = error else { panic!("{error:?}") };
    assert_eq!(constraint, "organizations_time_zone_known");
    assert_eq!(message, "The server does not know this time zone.");
    assert_eq!(list(&owner, "select email from app.users").await, Vec::<String>::new());
    assert!(setup::found(&owner, &linden(), "ana@example.org", "Ana", &key).await.unwrap());
}

#[tokio::test]
async fn who_forgot_the_password_gets_a_new_one_and_old_devices_are_signed_out() {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let ana = office.administrator();
    let fresh = new_secret();
    setup::reset_password(&db.owner_options(), &ana.email, &fresh).await.unwrap();
    assert!(sign_in_account(db.link(), &ana.email, &ana.key).await.is_err(), "the old password");
    sign_in_account(db.link(), &ana.email, &fresh).await.unwrap().close().await;
    assert!(db.session_as(ana).whoami().await.is_err(), "a device that may be in strange hands");

    let error = setup::reset_password(&db.owner_options(), "eve@example.org", &fresh).await;
    assert!(matches!(error, Err(SetupError::Refused { .. })), "{error:?}");
}

#[tokio::test]
async fn what_a_set_up_form_can_get_wrong_is_said_in_sentences() {
    let db = TestServer::database().await;
    let mut owner = db.owner_options().connect().await.unwrap();
    let key = new_secret();
    let office = linden();
    setup::create_organization(&mut owner, &office).await.unwrap();
    let ana = setup::create_user(&mut owner, "ana@example.org", &key).await.unwrap();
    let mut said = Vec::new();
    for email in ["ana@example.org", "Ana@example.org", "ana", ""] {
        said.push(user(&mut owner, email, &key).await);
    }
    for changed in [
        NewOrganization { name: String::new(), ..linden() },
        NewOrganization { name: "x".repeat(256), ..linden() },
        NewOrganization { currency: "euro".into(), ..linden() },
        NewOrganization { locale: "??".into(), ..linden() },
        office.clone(),
    ] {
        said.push(setup::create_organization(&mut owner, &changed).await.unwrap_err());
    }
    let member = NewMember {
        org_id: office.id,
        user_id: ana,
        display_name: "Ana".into(),
        role: "administrator".into(),
    };
    let lead = NewMember { role: "captain".into(), ..member.clone() };
    let nameless = NewMember { display_name: " ".into(), ..member };
    for changed in [lead, nameless] {
        said.push(setup::add_member(&mut owner, &changed).await.unwrap_err());
    }
    for error in said {
        assert!(matches!(error, SetupError::Refused { .. }), "{error:?}");
        assert!(error.to_string().ends_with('.'), "{error}");
    }
    owner.close().await.unwrap();
}

async fn user(owner: &mut PgConnection, email: &str, key: &SecretString) -> SetupError {
    setup::create_user(owner, email, key).await.unwrap_err()
}

/// A writer that stays makes the build of an index wait, give up and leave a useless one behind.
#[tokio::test]
async fn an_index_whose_build_was_cut_short_is_built_again_and_holds_no_writer_up() {
    let db = TestServer::database().await;
    let (owner, name) = (db.owner_options(), db.link().database.clone());
    run(&owner, "drop index app.journal_rows_by_event").await;
    run(&owner, "delete from public._sqlx_migrations where version = 36").await;
    let mut writer = owner.connect().await.unwrap();
    sqlx::raw_sql("begin; lock table app.journal_rows in row exclusive mode")
        .execute(&mut writer)
        .await
        .unwrap();
    let (migrating, beside) = (owner.clone(), owner.clone());
    let migrating = tokio::spawn(async move { setup::provision(&migrating, &name).await });
    let useless = "select indexrelid::text from pg_index where not indisvalid";
    let mut seen = std::collections::BTreeSet::new();
    while seen.is_empty() {
        seen.extend(list(&beside, useless).await);
    }
    run(&beside, "begin; lock table app.journal_rows in row exclusive mode nowait; commit").await;
    // Given up, and left as it is: the build does not wait any more.
    let waiting = "select pid::text from pg_stat_activity where datname = current_database() and query ~ '^-- no-transaction' and state = 'active'";
    while !list(&beside, waiting).await.is_empty() {}
    assert_eq!(list(&beside, useless).await, Vec::from_iter(seen));
    sqlx::raw_sql("commit").execute(&mut writer).await.unwrap();
    migrating.await.unwrap().unwrap();
    assert_eq!(list(&beside, useless).await, Vec::<String>::new());
    let built = "select indisvalid::text from pg_index where indexrelid = 'app.journal_rows_by_event'::regclass";
    assert_eq!(list(&beside, built).await, ["true"]);
    writer.close().await.unwrap();
}
