//! Secrets and where they must never turn up: the server's log at its most talkative, its statistics, its files, our own
//! log, what errors say, and the folder of a desk.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use desk::open::Desk;
use desk::profile::Places;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use server::embedded::Listen;
use server::error::ServerError;
use server::identity::{account_role, new_secret};
use server::link::JoinLink;
use server::session::sign_in_account;
use server::team::{Guest, NewInvitation};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::sign_in::{Onlooker, derive, enroll, known, opening, until_live};
use testkit::{Office, SimulatedDesk, TestServer};
use uuid::Uuid;

/// Everything that our own code says, at its most talkative.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// From now on all of this process, from every thread.
    fn listen() -> Self {
        let said = Self::default();
        let writer = said.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        said
    }
}

/// A secret, by what it is, in every spelling that bytes could have.
struct Canary(&'static str, Vec<Vec<u8>>);

fn canary(what: &'static str, secret: &SecretString) -> Canary {
    spelled(what, secret.expose_secret().as_bytes())
}

fn spelled(what: &'static str, secret: &[u8]) -> Canary {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let raw = secret.to_vec();
    let mut all = vec![raw.clone(), hex.clone().into_bytes(), hex.to_uppercase().into_bytes()];
    // A secret that is written in hexadecimal is bytes, too.
    let pairs = raw.chunks(2).map(|pair| {
        std::str::from_utf8(pair).ok().and_then(|text| u8::from_str_radix(text, 16).ok())
    });
    all.extend(pairs.collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() >= 16));
    for bytes in all.clone() {
        all.push(STANDARD_NO_PAD.encode(&bytes).into_bytes());
        all.push(URL_SAFE_NO_PAD.encode(&bytes).into_bytes());
    }
    Canary(what, all)
}

fn assert_silent(place: &str, text: &[u8], canaries: &[Canary]) {
    // By their first two bytes: a server's files are large.
    let mut begins = vec![Vec::new(); 1 << 16];
    for Canary(what, spellings) in canaries {
        for spelling in spellings {
            begins[two(spelling)].push((what, spelling));
        }
    }
    for at in 0..text.len().saturating_sub(1) {
        for (what, spelling) in &begins[two(&text[at..])] {
            assert!(!text[at..].starts_with(spelling), "{place} holds {what}");
        }
    }
}

fn two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found
}

#[test]
fn a_secret_is_found_where_it_is() {
    let secret = new_secret();
    let canaries = [canary("the secret", &secret)];
    let bytes: Vec<u8> = (0..32)
        .map(|i| u8::from_str_radix(&secret.expose_secret()[i * 2..i * 2 + 2], 16).unwrap())
        .collect();
    for text in [secret.expose_secret().as_bytes().to_vec(), bytes] {
        let hidden = [b"x".to_vec(), text, b"y".to_vec()].concat();
        let looked = std::panic::catch_unwind(|| assert_silent("here", &hidden, &canaries));
        looked.expect_err("it is there");
    }
    assert_silent("nowhere", b"nothing", &canaries);
}

/// A log that keeps every statement with its values, every error, lock and sign-in.
async fn talkative(owner: &mut PgConnection) {
    for setting in [
        "log_statement = 'all'",
        "log_min_messages = 'debug1'",
        "log_min_error_statement = 'debug5'",
        "log_min_duration_statement = 0",
        "log_error_verbosity = 'verbose'",
        "log_parameter_max_length = -1",
        "log_parameter_max_length_on_error = -1",
        "log_lock_waits = on",
        "log_connections = on",
        "log_disconnections = on",
        "deadlock_timeout = '10ms'",
    ] {
        let sql = format!("alter system set {setting}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *owner).await.unwrap();
    }
    sqlx::raw_sql("select pg_reload_conf()").execute(&mut *owner).await.unwrap();
}

/// Calls that fail half-way while a secret's verifier is at hand: a time-out, a violated rule, a deadlock.
async fn fail(office: &Office, key: &SecretString, owner: &mut PgConnection) {
    let ana = &office.people[0];
    let role = account_role(office.link.server_id, &ana.email);
    let mut account = office.link.options(&role, key.expose_secret()).connect().await.unwrap();
    let verifier = server::identity::scram::scram_verifier(key.expose_secret());
    let enroll = "select account.enroll_device($1, $2, $3)";
    for (name, device) in [("", Some(Uuid::now_v7())), ("x", None)] {
        let said = sqlx::query(enroll).bind(device).bind(name).bind(&verifier);
        said.execute(&mut account).await.unwrap_err();
    }
    sqlx::raw_sql("begin; select from app.users for update").execute(&mut *owner).await.unwrap();
    sqlx::raw_sql("set statement_timeout = '50ms'").execute(&mut account).await.unwrap();
    let said = sqlx::query(enroll).bind(Uuid::now_v7()).bind("x").bind(&verifier);
    said.execute(&mut account).await.unwrap_err();
    // A deadlock: the account holds the group and then wants the row that the owner has, who wants the group.
    sqlx::raw_sql("rollback; begin; select from app.devices for update")
        .execute(&mut *owner)
        .await
        .unwrap();
    sqlx::raw_sql("set statement_timeout = 0; begin").execute(&mut account).await.unwrap();
    let joined = sqlx::query(enroll).bind(Uuid::now_v7()).bind("x").bind(&verifier);
    joined.execute(&mut account).await.unwrap();
    let wants = sqlx::raw_sql("create role cloche_d_x in role cloche_device").execute(&mut *owner);
    let back = sqlx::query("select account.change_password($1, null)").bind(&verifier);
    let (one, other) = tokio::join!(wants, back.execute(&mut account));
    assert!(one.is_err() || other.is_err(), "they stood in each other's way");
    sqlx::raw_sql("rollback").execute(&mut *owner).await.unwrap();
    account.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_turns_up_in_any_log_statistic_or_file() {
    let said = Said::listen();
    let office = Office::open(Listen::Socket).await.unwrap();
    let mut owner = office.owner().connect().await.unwrap();
    talkative(&mut owner).await;
    let ana = &office.people[0];
    let key = derive(&ana.password, office.link.server_id, &ana.email).await.unwrap();
    let (sign_in, who) = enroll(&office.link, &ana.email, &ana.password, "desk").await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let places = Places { data: folder.path().to_owned(), postgres: testkit::binaries() };
    let server = known(&office.link, &who, office.organization);
    let (surface, mut seen) = Onlooker::new();
    let desk = Desk::open(opening(places, server, sign_in.clone(), surface), who).await.unwrap();
    until_live(&desk, &mut seen, Duration::from_secs(30)).await.unwrap();

    let session = server::session::Session::open(&office.link, &sign_in.device());
    let (token, guests_key) = (new_secret(), new_secret());
    let invitation = NewInvitation {
        id: Uuid::now_v7(),
        email: "guest@olivar.example".to_owned(),
        display_name: "Guest".to_owned(),
        role: domain::permission::Role::Staff,
        resource_id: None,
    };
    session.invite(office.organization, invitation, &token).await.unwrap();
    let link = JoinLink {
        server: office.link.clone(),
        email: "guest@olivar.example".to_owned(),
        token: token.clone(),
    };
    let mut guest = Guest::enter(&link).await.unwrap();
    guest.accept(&guests_key, "Guest").await.unwrap();
    guest.close().await;
    let used = Guest::enter(&link).await.unwrap_err();
    fail(&office, &key, &mut owner).await;
    let new_key = new_secret();
    let mut account = sign_in_account(&office.link, &ana.email, &key).await.unwrap();
    account.change_password(&new_key, sign_in.device_id).await.unwrap();
    account.close().await;
    let old: ServerError = sign_in_account(&office.link, &ana.email, &key).await.unwrap_err();
    session.sign_out().await.unwrap();
    let out = session.whoami().await.unwrap_err();
    session.close().await;

    let kept: Value = serde_json::to_value(&sign_in).unwrap();
    let copies = SecretString::from(kept["copies"].as_str().unwrap().to_owned());
    let canaries = [
        canary("a password", &ana.password),
        canary("the key of a password", &key),
        canary("the key of a new password", &new_key),
        canary("the key of a guest's password", &guests_key),
        canary("a device's secret", &sign_in.device().secret),
        canary("an invitation's token", &token),
        canary("the secret of local copies", &copies),
        spelled("the key of a local copy", &sign_in.copy_key(office.organization)),
    ];
    let log = fs::read_to_string(find(office.folder(), "server.log")).unwrap();
    for needed in [
        "account.enroll_device",
        "SCRAM-SHA-256$4096:",
        "statement timeout",
        "deadlock detected",
        "duration:",
    ] {
        assert!(log.contains(needed), "the log is talkative: it holds {needed}");
    }
    assert_silent("the statistics", activity(&mut owner).await.as_bytes(), &canaries);
    desk.close().await;
    owner.close().await.unwrap();
    for file in files(office.folder()).into_iter().chain(files(folder.path())) {
        assert_silent(&file.display().to_string(), &fs::read(&file).unwrap_or_default(), &canaries);
    }
    let own = said.0.lock().unwrap().clone();
    let words = String::from_utf8_lossy(&own);
    assert!(words.contains("account.enroll_device"), "our own log was talkative");
    assert_silent("our own log", &own, &canaries);
    for error in [used, old, out] {
        assert_silent("an error", format!("{error} {error:?}").as_bytes(), &canaries);
    }
    let debugged = format!("{sign_in:?} {link:?} {:?} {:?}", sign_in.device(), office.people);
    assert_silent("what is printed for debugging", debugged.as_bytes(), &canaries);
    office.close().await.unwrap();
}

fn find(folder: &Path, name: &str) -> PathBuf {
    let found = files(folder).into_iter().find(|path| path.ends_with(name));
    found.unwrap_or_else(|| panic!("{name} is below {}", folder.display()))
}

async fn activity(owner: &mut PgConnection) -> String {
    sqlx::query_scalar("select coalesce(string_agg(a::text, ' '), '') from pg_stat_activity a")
        .fetch_one(owner)
        .await
        .unwrap()
}

/// A stolen computer, or a copy of its folder: without the keychain nothing of the office can be read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_data_folder_tells_nothing() {
    let db = TestServer::database().await;
    let word = "Canary-e1b7-Weddings";
    let org = db.organization(word).administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, org.administrator()).await;
    let form = json!({"company_name": word, "contact_name": word, "email": "canary-e1b7@example.org",
        "phone": "+43 1 2345678", "address": word, "notes": word});
    let id = Uuid::now_v7();
    desk.done("client_create", json!({"command_id": id, "client_id": id, "form": form})).await;
    let folder = desk.folder().to_owned();
    desk.desk.close().await;
    let canaries = [
        spelled("a client's name", word.as_bytes()),
        spelled("a client's e-mail", b"canary-e1b7@example.org"),
        canary("the device's secret", &org.administrator().device.secret),
    ];
    let kept = files(&folder);
    let copies: Vec<&PathBuf> =
        kept.iter().filter(|path| fs::metadata(path).unwrap().len() > 16 * 1024).collect();
    assert!(!copies.is_empty(), "there is a local copy: {kept:?}");
    for file in &kept {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"), "{} is in clear", file.display());
        // The profile names the server and the person on purpose: that is how the desk finds its way back.
        assert_silent(&file.display().to_string(), &bytes, &canaries);
    }
}
