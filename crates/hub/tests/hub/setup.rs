//! `cloche-hub setup`, and desks that come in over TLS.

use crate::place::{ACCESS, BOSS_PASSWORD, Server};
use hub::certificates;
use hub::folder::Folder;
use secrecy::SecretString;
use server::error::ServerError;
use server::identity::kdf::sign_in_key;
use server::identity::new_secret;
use server::link::{JoinLink, ServerLink};
use server::session::{DeviceSecret, Session, sign_in_account};
use server::team::Guest;
use uuid::Uuid;

const FIRST: [&str; 9] = [
    "setup",
    "--create-database",
    "--host",
    "127.0.0.1",
    "--certificate",
    "--name",
    "localhost",
    "--service",
    "--link",
];
const OFFICE: [&str; 10] = [
    "--organization",
    "Linden Catering",
    "--email",
    "Ana@example.org",
    "--person",
    "Ana Ruiz",
    "--time-zone",
    "Europe/Vienna",
    "--locale",
    "de-AT",
];

fn first() -> Vec<&'static str> {
    FIRST.into_iter().chain(OFFICE).collect()
}

/// A server as the administrator's guide leaves it, its link, and the first administrator's.
pub async fn office() -> (Server, ServerLink, JoinLink) {
    let server = Server::start().await;
    let answer = server.hub(&first()).await;
    let link = answer.line("cloche://server?").parse().unwrap();
    let join = answer.line("cloche://join?").parse().unwrap();
    server.encrypt(&server.folder()).await;
    server.admit(ACCESS).await;
    (server, link, join)
}

/// Uses the administrator's link and answers with a device.
pub async fn join(link: &JoinLink) -> DeviceSecret {
    let mut guest = Guest::enter(link).await.unwrap();
    let email = guest.offer().await.unwrap().email;
    let password = SecretString::from("four words are easiest");
    let key = sign_in_key(&password, link.server.server_id, &email);
    guest.accept(&key, "Ana Ruiz").await.unwrap();
    guest.close().await;
    let mut account = sign_in_account(&link.server, &email, &key).await.unwrap();
    let device = DeviceSecret { device_id: Uuid::now_v7(), secret: new_secret() };
    account.enroll_device(&device, "a desk").await.unwrap();
    account.close().await;
    device
}

async fn refused(link: &ServerLink, device: &DeviceSecret) -> ServerError {
    let session = Session::open(link, device);
    let error = session.whoami().await.unwrap_err();
    session.close().await;
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_set_up_and_desks_come_in_encrypted_or_not_at_all() {
    let (server, link, invitation) = office().await;
    assert!(link.ca_pem.is_some(), "links pin the authority");
    assert!(!link.to_string().contains("token"), "the link for desks holds no secret");
    let device = join(&invitation).await;
    let session = Session::open(&link, &device);
    let who = session.whoami().await.unwrap();
    session.close().await;
    assert_eq!(who.organizations[0].name, "Linden Catering");
    assert_eq!(who.organizations[0].time_zone, "Europe/Vienna");

    let encrypted: String = server
        .ask("postgres", "select string_agg(distinct type, ' ') from pg_hba_file_rules where user_name[1] like '+%'")
        .await;
    assert_eq!(encrypted, "hostssl");
    // Somebody else's authority, though it vouches for the same name.
    let foreign = tempfile::tempdir().unwrap();
    let foreign = Folder::at(foreign.path());
    certificates::make(&foreign, &["127.0.0.1".to_owned()]).unwrap();
    let pinned_elsewhere =
        ServerLink { ca_pem: foreign.read(certificates::AUTHORITY).unwrap(), ..link.clone() };
    let error = refused(&pinned_elsewhere, &device).await;
    assert!(matches!(error, ServerError::WrongCertificate(_)), "{error:?}");
    // In the open: no line lets it in.
    let plain = ServerLink { ca_pem: None, ..link.clone() };
    let error = refused(&plain, &device).await;
    assert!(matches!(error, ServerError::Internal(_)), "{error:?}");
    // Encryption switched off behind everybody's back: a pinned desk does not fall back to the open.
    server.set("ssl", "off").await;
    let error = refused(&link, &device).await;
    assert!(matches!(error, ServerError::NotEncrypted(_)), "{error:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_for_another_name_is_refused() {
    let (server, link, invitation) = office().await;
    let device = join(&invitation).await;
    // The same authority, a certificate for another host: what a colleague with an old key could set up.
    certificates::make(&server.folder(), &["elsewhere.example".to_owned()]).unwrap();
    server.encrypt(&server.folder()).await;
    let error = refused(&link, &device).await;
    assert!(matches!(error, ServerError::WrongCertificate(_)), "{error:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_up_again_says_what_is_there_and_changes_no_link() {
    let (server, link, _) = office().await;
    let again = server.hub(&first()).await;
    let said = again.well();
    assert_eq!(again.line("cloche://server?"), link.to_string());
    for there in [
        "Cloche is in the database “cloche” already.",
        "A new certificate of the same authority is made; links stay good.",
        "There is an organization already; nothing was added.",
    ] {
        assert!(said.contains(there), "{there}: {said}");
    }
    assert!(!said.contains("cloche://join"), "no second way in: {said}");
    // Whoever repeats it need not say again how desks reach the server: its owner comes by another way.
    let port = server.port();
    let elsewhere = format!("postgres://boss:{BOSS_PASSWORD}@localhost:{port}");
    let short = server.hub_with(&elsewhere, &["setup", "--certificate"]).await;
    short.well();
    assert_eq!(short.line("cloche://server?"), link.to_string());
    assert_eq!(server.folder().link().unwrap(), Some(link));
    let names = certificates::names(&server.folder()).unwrap();
    assert_eq!(names, ["127.0.0.1", "localhost"], "the names of the last one");
    let organizations: i64 = server.ask("cloche", "select count(*) from app.organizations").await;
    assert_eq!(organizations, 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_said_in_plain_words_and_nothing_is_made() {
    let server = Server::start().await;
    server.run("postgres", "create role helper login createdb createrole password 'x'").await;
    let port = server.port();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (owner, says) in [
        (
            format!("postgres://boss:wrong@127.0.0.1:{port}"),
            "does not take this owner name and password",
        ),
        (format!("postgres://helper:x@127.0.0.1:{port}"), "helper is not a superuser"),
        (format!("postgres://boss:x@127.0.0.1:{closed}"), "The server does not answer."),
        ("postgres://boss:x@db.example.org".to_owned(), "needs a certificate"),
        ("nonsense".to_owned(), "This is not the address of a server."),
    ] {
        let answer = server.hub_with(&owner, &["setup", "--create-database"]).await;
        assert_eq!(answer.code(), 2);
        assert!(answer.said().contains(says), "{says}: {}", answer.said());
    }
    let answer = server.hub(&["setup"]).await;
    assert!(answer.said().contains("--create-database"), "{}", answer.said());
    let answer = server.hub(&["setup", "--create-database", "--host", "db.example.org"]).await;
    assert!(answer.said().contains("--certificate"), "{}", answer.said());
    let made: i64 = server
        .ask("postgres", "select count(*) from pg_roles where rolname ~ '^cloche_[udh]_'")
        .await;
    assert_eq!(made, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_may_come_by_the_standard_input_and_must_be_fit() {
    let server = Server::start().await;
    let mut arguments: Vec<&str> = vec!["setup", "--create-database", "--host", "127.0.0.1"];
    arguments.extend(OFFICE);
    let url = format!("postgres://boss:the-owner-s-own-secret@127.0.0.1:{}", server.port());
    let short = server.hub_with(&format!("{url}\nshort"), &arguments).await;
    assert_eq!(short.code(), 2, "{}", short.said());
    let answer = server.hub_with(&format!("{url}\nfour words are easiest"), &arguments).await;
    assert!(!answer.well().contains("four words"), "no password is shown");
    let link: ServerLink = answer.line("cloche://server?").parse().unwrap();
    let password = SecretString::from("four words are easiest");
    let key = sign_in_key(&password, link.server_id, "ana@example.org");
    sign_in_account(&link, "ana@example.org", &key).await.unwrap().close().await;
    server.stop().await;
}

/// What the guide says to type in the end, typed: nothing of Cloche stays in the cluster, which is as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removing_cloche_leaves_a_cluster_as_it_was() {
    let access = "select coalesce(string_agg(datname || ' ' || has_database_privilege('other', datname, 'connect'), ', ' order by datname), '')
                  from pg_database where datname in ('postgres', 'template1')";
    let (server, _, invitation) = office().await;
    server.run("postgres", "create role other").await;
    let shut = server.ask::<String>("postgres", access).await;
    assert_eq!(shut, "postgres false, template1 false");
    join(&invitation).await;
    let guide = include_str!("../../../../docs/ADMIN.md");
    let (_, typed) = guide.split_once("## Removing Cloche").unwrap();
    let (_, typed) = typed.split_once("<<'END'\n").unwrap();
    let (typed, _) = typed.split_once("END\n").unwrap();
    let (before, after) = typed.split_once(" \\gexec").unwrap();
    let (drops, roles) = before.split_once(';').unwrap();
    server.run("postgres", drops).await;
    let mut owner = server.superuser("postgres").connect().await.unwrap();
    let statements: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(roles.to_owned()))
        .fetch_all(&mut owner)
        .await
        .unwrap();
    sqlx::Connection::close(owner).await.unwrap();
    for statement in statements {
        server.run("postgres", &statement).await;
    }
    server.run("postgres", after).await;
    let left: String = server
        .ask("postgres", "select coalesce(string_agg(rolname, ' '), '') from pg_roles where rolname ~ '^cloche_' and rolname <> 'cloche_superuser'")
        .await;
    assert_eq!(left, "");
    let open = server.ask::<String>("postgres", access).await;
    assert_eq!(open, "postgres true, template1 true");
    server.stop().await;
}
