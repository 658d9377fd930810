//! The embedded server in ordinary life: first start, joining, leaving, restarting, and who may sign in.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod embedded_support;

use embedded_support::desk::{Desk, stranger_knocks};
use embedded_support::{Place, end, is_root, made, office, options, owner, run, scalar, until};
use server::embedded::{Embedded, EmbeddedOptions, Listen, Progress, SUPERUSER, owner_options};
use server::link::Place as Location;
use sqlx::{ConnectOptions, Connection};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn what_was_saved_is_there_after_a_restart() {
    let place = Place::new();
    let first = Embedded::start(&office(&place)).await.unwrap();
    run(&first, "create table kept as select 42 as answer").await;
    first.stop().await.unwrap();
    assert!(!place.is_served(), "the last one out stops the server");

    let second = Embedded::start(&office(&place)).await.unwrap();
    assert_eq!(scalar::<i32>(&second, "select answer from kept").await, 42);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn an_office_waits_for_the_disk_and_listens_to_no_network() {
    let place = Place::new();
    let server = Embedded::start(&office(&place)).await.unwrap();
    for (setting, expected) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("password_encryption", "scram-sha-256"),
        ("log_statement", "none"),
    ] {
        assert_eq!(scalar::<String>(&server, &format!("show {setting}")).await, expected);
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn everybody_but_the_owner_needs_a_secret() {
    let place = Place::new();
    let server = Embedded::start(&options(&place)).await.unwrap();
    run(&server, "create role eve login; create role max login password 'a long secret'").await;
    let sign_in = async |role: &str, password: &str| {
        let options =
            server.owner_options("postgres").driver().clone().username(role).password(password);
        options
            .connect()
            .await
            .map(drop)
            .map_err(|e| e.into_database_error().unwrap().code().unwrap().into_owned())
    };
    assert_eq!(sign_in("eve", "").await, Err("28P01".to_owned()), "no password set");
    assert_eq!(sign_in("max", "wrong").await, Err("28P01".to_owned()));
    assert_eq!(sign_in("max", "a long secret").await, Ok(()));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn another_user_of_this_computer_does_not_get_in_as_the_owner() {
    let place = Place::new();
    let server = Embedded::start(&options(&place)).await.unwrap();
    let Location::Socket { folder, .. } = server.location() else { panic!("a socket") };
    let mode = fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "nobody else may enter the socket's folder");
    let allowed: Vec<String> = fs::read_to_string(place.data().join("conf/pg_ident.conf"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let me = Command::new("id").arg("-un").output().unwrap().stdout;
    let me = String::from_utf8(me).unwrap();
    assert_eq!(allowed, [format!("cloche \"{}\" {SUPERUSER}", me.trim())]);
    if is_root() {
        // Whom the server runs as can enter the folder, and is still not its owner.
        let said = stranger_knocks(&place, &folder.join(".s.PGSQL.5432"));
        assert!(said.contains("28000"), "{said}");
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn two_desks_share_one_server_and_the_last_one_out_stops_it() {
    let place = Place::new();
    let (mut one, mut two) = (Desk::open(&place), Desk::open(&place));
    for desk in [&mut one, &mut two] {
        desk.expect("starting");
        desk.expect("ready");
    }
    let server = place.postmaster().unwrap();
    one.close();
    assert_eq!(place.postmaster(), Some(server), "the other desk still works with it");
    assert!(place.is_served());
    two.close();
    assert!(!place.is_served());
}

#[tokio::test]
async fn six_desks_opened_at_once_on_a_fresh_computer_make_one_server() {
    let place = Place::new();
    let mut desks: Vec<Desk> = (0..6).map(|_| Desk::open(&place)).collect();
    for desk in &mut desks {
        desk.expect("starting");
        desk.expect("ready");
    }
    assert!(place.is_served());
    desks.into_iter().for_each(Desk::close);
    assert!(!place.is_served());
}

#[tokio::test]
async fn a_server_that_was_left_running_is_joined_not_started_again() {
    let place = Place::new();
    Embedded::start(&options(&place)).await.unwrap().leave_running();
    let server = place.postmaster().unwrap();
    let again = Embedded::start(&options(&place)).await.unwrap();
    assert_eq!(place.postmaster(), Some(server));
    again.stop().await.unwrap();
    assert!(!place.is_served(), "who joins it and is the last one stops it");
}

#[tokio::test]
async fn the_first_start_says_that_it_makes_the_data_and_later_ones_do_not() {
    let place = Place::new();
    let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let mut options = office(&place);
    let listener = Arc::clone(&told);
    options.on_progress = Some(Arc::new(move |progress| listener.lock().unwrap().push(progress)));
    for expected in [vec![Progress::Creating, Progress::Starting], vec![Progress::Starting]] {
        Embedded::start(&options).await.unwrap().stop().await.unwrap();
        assert_eq!(std::mem::take(&mut *told.lock().unwrap()), expected);
    }
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_made_anew() {
    let place = Place::new();
    let mut desk = Desk::open(&place);
    desk.expect("starting");
    let unfinished = || {
        let entries = fs::read_dir(place.data()).into_iter().flatten();
        entries.flatten().any(|e| e.file_name().to_string_lossy().starts_with("cluster.new"))
    };
    until("the first start", async || unfinished()).await;
    desk.kill();
    assert!(!place.cluster().exists(), "what is not complete does not appear");

    let server = Embedded::start(&options(&place)).await.unwrap();
    assert_eq!(scalar::<i32>(&server, "select 1").await, 1);
    server.stop().await.unwrap();
    until("the end of the rest", async || {
        made(&place).await;
        !unfinished()
    })
    .await;
}

#[tokio::test]
async fn settings_of_the_environment_lead_nobody_astray() {
    let place = Place::new();
    // Every such desk has PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and PGDATA of another server.
    let mut desk = Desk::open(&place);
    desk.expect("starting");
    desk.expect("ready");
    desk.close();
}

#[tokio::test]
async fn a_data_folder_that_only_its_owner_can_enter_is_served() {
    let place = Place::new();
    fs::set_permissions(place.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let mut options = options(&place);
    let shared = Place::new();
    options.shared = shared.path().join("shared");
    for expected in [1, 2] {
        let server = Embedded::start(&options).await.unwrap();
        run(&server, "create table if not exists visits (); alter table visits add column if not exists n int")
            .await;
        run(&server, "insert into visits values (1)").await;
        assert_eq!(scalar::<i64>(&server, "select count(*) from visits").await, expected);
        server.stop().await.unwrap();
    }
    // Root lends the data to a user who cannot enter: it lies elsewhere, and the folder says where.
    assert_eq!(place.data().join("home").exists(), is_root());
}

/// A copy of the package as it comes without its post-install script, and without permission to run.
fn bare_package(folder: &Path) {
    let status =
        Command::new("cp").arg("-r").arg(embedded_support::binaries()).arg(folder).status();
    assert!(status.unwrap().success());
    let links = Command::new("find").arg(folder).args(["-type", "l", "-delete"]).status().unwrap();
    assert!(links.success());
}

#[tokio::test]
async fn links_that_npm_did_not_make_are_made() {
    let place = Place::new();
    let native = place.path().join("native");
    bare_package(&native);
    let options = EmbeddedOptions { binaries: native.clone(), ..options(&place) };
    Embedded::start(&options).await.unwrap().stop().await.unwrap();
    assert!(
        native.join("lib/libicui18n.so.60").is_symlink(),
        "in their place, where that is permitted"
    );
}

#[tokio::test]
async fn a_package_that_cannot_be_used_in_its_place_is_copied_once() {
    let place = Place::new();
    let native = place.path().join("native");
    bare_package(&native);
    fs::set_permissions(native.join("bin/postgres"), PermissionsExt::from_mode(0o644)).unwrap();
    let options = EmbeddedOptions { binaries: native, ..options(&place) };
    let cache = if is_root() { place.path().join("shared") } else { place.data() };
    for _ in 0..2 {
        Embedded::start(&options).await.unwrap().stop().await.unwrap();
        let copies = fs::read_dir(&cache)
            .unwrap()
            .filter(|e| {
                e.as_ref().unwrap().file_name().to_string_lossy().starts_with("postgresql-")
            })
            .count();
        assert_eq!(copies, 1);
    }
}

#[tokio::test]
async fn on_loopback_the_owner_signs_in_with_a_secret_that_only_the_user_can_read() {
    let place = Place::new();
    let options = EmbeddedOptions { listen: Listen::Loopback { port: None }, ..office(&place) };
    let server = Embedded::start(&options).await.unwrap();
    assert_eq!(scalar::<String>(&server, "show listen_addresses").await, "127.0.0.1");
    let secret = place.data().join("owner.secret");
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let guess = owner_options(&server.location(), "guessed", "postgres").connect().await;
    assert_eq!(guess.unwrap_err().into_database_error().unwrap().code().unwrap(), "28P01");
    let before = server.location();
    server.stop().await.unwrap();

    // Losing the secret never loses the data: whoever has the folder gets a new one.
    fs::remove_file(&secret).unwrap();
    let again = Embedded::start(&options).await.unwrap();
    assert_eq!(again.location(), before, "the port stays, so that links keep working");
    owner(&again).await.close().await.unwrap();
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_tool_can_stop_a_server_that_somebody_left() {
    let place = Place::new();
    made(&place).await;
    Embedded::start(&options(&place)).await.unwrap().leave_running();
    assert!(place.is_served());
    end(&place).await;
    assert!(!place.is_served());
}
