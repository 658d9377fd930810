//! Bringing a server up to date while desks work, lost administrators, and people who are to be forgotten.

use crate::setup::{join, office};
use secrecy::SecretString;
use server::error::ServerError;
use server::identity::kdf::sign_in_key;
use server::link::JoinLink;
use server::session::{Session, sign_in_account};
use server::setup::{SetupError, provision};
use server::team::Guest;
use sqlx::{AssertSqlSafe, Connection};
use testkit::TestServer;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_administrator_chooses_a_new_password_by_a_link_from_the_server() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let unknown = server.hub(&["reset-administrator", "--email", "nobody@example.org"]).await;
    assert!(unknown.said().contains("Nobody here has this e-mail address."), "{}", unknown.said());
    let answer = server.hub(&["reset-administrator", "--email", "ana@example.org"]).await;
    let again: JoinLink = answer.line("cloche://join?").parse().unwrap();
    let mut guest = Guest::enter(&again).await.unwrap();
    assert_eq!(guest.offer().await.unwrap().email, "ana@example.org");
    let key = sign_in_key(
        &SecretString::from("quite another password"),
        link.server_id,
        "ana@example.org",
    );
    guest.accept(&key, "Ana Ruiz").await.unwrap();
    guest.close().await;
    sign_in_account(&link, "ana@example.org", &key).await.unwrap().close().await;
    let session = Session::open(&link, &device);
    let error = session.whoami().await.unwrap_err();
    assert!(
        matches!(error, ServerError::SignedOut { .. }),
        "all devices are signed out: {error:?}"
    );
    session.close().await;
    assert!(Guest::enter(&again).await.is_err(), "once");

    // Nobody is left: somebody new is appointed.
    let org: Uuid = server.ask("cloche", "select id from app.organizations").await;
    let org = org.to_string();
    let appoint = [
        "reset-administrator",
        "--email",
        "bo@example.org",
        "--appoint",
        &org,
        "--name",
        "Bo Lind",
    ];
    let answer = server.hub(&appoint).await;
    let link: JoinLink = answer.line("cloche://join?").parse().unwrap();
    join(&link).await;
    server.stop().await;
}

#[tokio::test]
async fn a_link_of_the_server_is_for_administrators_and_ends_with_their_role() {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden")
        .administrator("ana@example.org")
        .administrator("eve@example.org")
        .manager("max@example.org")
        .build()
        .await;
    let wanted = |email: &str| server::setup::AdministratorLink {
        email: email.to_owned(),
        appoint: None,
        valid: std::time::Duration::from_secs(600),
    };
    let make = async |email: &str| {
        server::setup::administrator_link(&db.owner_options(), db.link(), &wanted(email)).await
    };
    let error = make("max@example.org").await.unwrap_err();
    assert!(
        matches!(&error, SetupError::Refused { constraint, .. } if constraint == "links_administrator_only"),
        "{error:?}"
    );
    let (link, _) = make("eve@example.org").await.unwrap();
    let mut psql = db.connect_as(office.administrator()).await;
    let eve: Uuid =
        sqlx::query_scalar("select id from app.memberships where email = 'eve@example.org'")
            .fetch_one(db.admin())
            .await
            .unwrap();
    let demote = format!(
        "select api.apply('{}', gen_random_uuid(), 'member.edit', '[{{\"table\": \"memberships\", \"id\": \"{eve}\", \"op\": \"update\",
           \"set\": {{\"role\": \"manager\"}}, \"was\": {{\"role\": \"administrator\"}}}}]')", office.org_id);
    sqlx::raw_sql(AssertSqlSafe(demote)).execute(&mut psql).await.unwrap();
    let mut guest = Guest::enter(&link).await.unwrap();
    assert!(guest.offer().await.is_err(), "who is no administrator any more is not let in by it");
    guest.close().await;
    psql.close().await.unwrap();
}

#[tokio::test]
async fn a_busy_table_is_waited_for_and_not_at_everybody_s_cost() {
    let db = TestServer::database().await;
    let name = db.link().database.clone();
    // As before this version's last step; and somebody reads what that step is about to change.
    let mut reader = db.owner_options().connect().await.unwrap();
    sqlx::raw_sql("delete from public._sqlx_migrations where version = 33;
                   drop table app.redactions; drop function app.redacted, setup.redact_history, setup.redact_client, setup.redact_person, setup.close_account;
                   begin; lock table public._sqlx_migrations in access exclusive mode")
        .execute(&mut reader).await.unwrap();
    let owner = db.owner_options();
    let migrating = tokio::spawn(async move { provision(&owner, &name).await });
    // It has given up waiting at least once when its wait is seen to begin a second time.
    let mut waits = std::collections::HashSet::new();
    while waits.len() < 2 {
        let begun: Vec<String> = sqlx::query_scalar(
            "select query_start::text from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            .fetch_all(db.admin()).await.unwrap();
        waits.extend(begun);
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("commit").execute(&mut reader).await.unwrap();
    migrating.await.unwrap().unwrap();
    let there: bool = sqlx::query_scalar("select to_regclass('app.redactions') is not null")
        .fetch_one(db.admin())
        .await
        .unwrap();
    assert!(there);
    reader.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_too_old_is_told_and_one_in_time_goes_on() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    let session = Session::open(&link, &device);
    let who = session.whoami().await.unwrap();
    server.run("cloche", "update app.devices set desk_version = '0.1.0'").await;
    let looked = server.hub(&["migrate", "--oldest-desk", "0.2.0", "--dry-run"]).await;
    assert!(looked.well().contains("1 desks in use are older than 0.2.0"), "{}", looked.said());
    session.whoami().await.unwrap();
    assert!(server.hub(&["migrate"]).await.well().contains("up to date"));
    session.whoami().await.unwrap();
    server.hub(&["migrate", "--oldest-desk", "0.2.0"]).await.well();
    let error = session.whoami().await.unwrap_err();
    assert!(matches!(error, ServerError::UpdateRequired { .. }), "{error:?}");
    let cursor: serde_json::Value = session.cursor(who.organizations[0].id).await.unwrap();
    assert_eq!(cursor["min_desk_version"], "0.2.0", "an open desk hears of it with its next look");
    let back = server.hub(&["migrate", "--oldest-desk", "0.1.0"]).await;
    assert!(back.said().contains("can only be raised"), "{}", back.said());
    let nonsense = server.hub(&["migrate", "--oldest-desk", "new"]).await;
    assert!(nonsense.said().contains("three numbers"), "{}", nonsense.said());
    session.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_person_who_left_is_taken_out_of_the_books_and_the_entries_stay_provable() {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden")
        .administrator("ana@example.org")
        .staff("sam@example.org")
        .build()
        .await;
    let sam = office.staff().user_id;
    let run = async |sql: &str| {
        let sql = sql.replace("ORG", &office.org_id.to_string()).replace("SAM", &sam.to_string());
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(db.admin()).await.unwrap();
    };
    run("do $$ begin perform app.begin_own_command('ORG', '00000000-0000-4000-8000-000000000001');
         insert into app.resources (org_id, id, name, type, user_id, notes) values ('ORG', gen_random_uuid(), 'Sam Secretname', 'staff', 'SAM', 'allergic');
         perform app.end_command('ORG', '00000000-0000-4000-8000-000000000001', 'resource.create', null, null, '{clients.edit}'); end $$").await;
    let image: String = sqlx::query_scalar("select encode(sha256(convert_to(after::text, 'UTF8')), 'hex') from app.journal_rows where table_name = 'resources'")
        .fetch_one(db.admin()).await.unwrap();
    let redacted =
        server::setup::redact_person(&db.owner_options(), "sam@example.org").await.unwrap();
    assert_eq!(redacted.organizations, 1);
    assert!(redacted.entries >= 3, "{redacted:?}");
    for table in
        ["journal_rows", "memberships", "users", "resources", "invites", "devices", "import_keys"]
    {
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
            "select count(*) from app.{table} t where t::text ~* 'sam@example|secretname|allergic'"
        )))
        .fetch_one(db.admin())
        .await
        .unwrap();
        assert_eq!(left, 0, "{table} still knows");
    }
    let kept: String = sqlx::query_scalar("select encode(d.after_hash, 'hex') from app.redactions d join app.journal_rows r using (org_id, command_id, seq)
        where r.table_name = 'resources' and r.op = 'i'").fetch_one(db.admin()).await.unwrap();
    assert_eq!(kept, image, "whoever holds the original can prove it");
    let undo: i64 = sqlx::query_scalar("select count(*) from app.journal j where j.command_id = '00000000-0000-4000-8000-000000000001' and j.permissions is not null")
        .fetch_one(db.admin()).await.unwrap();
    assert_eq!(undo, 0, "an undo would write the gap back");
    let roles: i64 = sqlx::query_scalar("select count(*) from pg_roles r join app.users u on u.role_name = r.rolname where u.id = $1")
        .bind(sam).fetch_one(db.admin()).await.unwrap();
    assert_eq!(roles, 0, "the sign-in is gone");
    let again =
        server::setup::redact_person(&db.owner_options(), "sam@example.org").await.unwrap_err();
    assert!(matches!(again, SetupError::Refused { .. }), "{again:?}");
    let last =
        server::setup::redact_person(&db.owner_options(), "ana@example.org").await.unwrap_err();
    assert!(last.to_string().contains("at least one administrator"), "{last}");
}

#[tokio::test]
async fn a_client_s_contact_is_taken_out_of_the_books_and_the_company_stays() {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let (org, client) = (office.org_id, Uuid::now_v7());
    let mut psql = db.connect_as(office.administrator()).await;
    let create = format!("select api.apply('{org}', gen_random_uuid(), 'client.create', '[{{\"table\": \"clients\", \"id\": \"{client}\", \"op\": \"insert\",
        \"set\": {{\"company_name\": \"Moss\", \"contact_name\": \"Ida Privatova\", \"email\": \"ida@privat.example\", \"phone\": \"0600\"}}}}]')");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut psql).await.unwrap();
    let none = server::setup::redact_client(&db.owner_options(), org, Uuid::now_v7(), false)
        .await
        .unwrap_err();
    assert!(matches!(none, SetupError::Refused { .. }), "{none:?}");
    let redacted =
        server::setup::redact_client(&db.owner_options(), org, client, false).await.unwrap();
    assert_eq!(
        (redacted.organizations, redacted.entries),
        (1, 2),
        "the creation, and the redaction itself"
    );
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from app.journal_rows t where t::text ~ 'rivat')
        + (select count(*) from app.clients t where t::text ~ 'rivat')",
    )
    .fetch_one(db.admin())
    .await
    .unwrap();
    assert_eq!(left, 0);
    let name: String = sqlx::query_scalar("select company_name from app.clients")
        .fetch_one(db.admin())
        .await
        .unwrap();
    assert_eq!(name, "Moss");
    // Desks hear of it like of any change.
    let history = format!("select api.history('{org}', 'clients', '{client}', null, 10)::text");
    let history: String =
        sqlx::query_scalar(AssertSqlSafe(history)).fetch_one(&mut psql).await.unwrap();
    assert!(history.contains("client.redact") && history.contains("[removed]"), "{history}");
    psql.close().await.unwrap();
}
