//! Everything that can go wrong with the embedded server: killed, full, read-only, foreign, damaged.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod embedded_support;

use embedded_support::desk::Desk;
use embedded_support::{
    Place, inventory, is_alive, is_root, kill, made, office, options, owner, run, scalar, until,
};
use server::embedded::{Embedded, EmbeddedError, EmbeddedOptions, Listen};
use server::link::Place as Location;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::time::Duration;

async fn refused(options: &EmbeddedOptions) -> EmbeddedError {
    Embedded::start(options).await.expect_err("the server does not start")
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_everything_that_was_saved() {
    let place = Place::new();
    let server = Embedded::start(&office(&place)).await.unwrap();
    run(&server, "create table kept as select generate_series(1, 20000) as n").await;
    let killed = place.postmaster().unwrap();
    kill(killed, "KILL");
    until("the server's end", async || !is_alive(killed)).await;

    server.ensure_running().await.unwrap();
    assert_ne!(place.postmaster(), Some(killed));
    assert_eq!(scalar::<i64>(&server, "select count(*) from kept").await, 20_000);
    let revived = place.postmaster();
    server.ensure_running().await.unwrap();
    assert_eq!(place.postmaster(), revived, "a running server is left alone");
    server.stop().await.unwrap();
    assert!(!place.is_served());
}

#[tokio::test]
async fn a_session_in_a_long_computation_does_not_keep_a_killed_server_from_starting() {
    let place = Place::new();
    let server = Embedded::start(&options(&place)).await.unwrap();
    let mut busy = owner(&server).await;
    let pid: i32 =
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
    let computing = tokio::spawn(async move {
        sqlx::raw_sql("set jit = off; select count(*) from generate_series(1, 1000000000) a(n) where n % 7 = 3")
            .execute(&mut busy)
            .await
    });
    let running = format!("select state = 'active' from pg_stat_activity where pid = {pid}");
    until("the computation", async || scalar::<bool>(&server, &running).await).await;
    let killed = place.postmaster().unwrap();
    kill(killed, "KILL");
    until("the server's end", async || !is_alive(killed)).await;
    assert!(is_alive(pid), "the session goes on without its server");

    server.ensure_running().await.unwrap();
    assert!(!is_alive(pid));
    assert_eq!(scalar::<i32>(&server, "select 1").await, 1);
    computing.abort();
    server.stop().await.unwrap();
}

#[tokio::test]
async fn when_the_only_desk_is_killed_its_server_stops_cleanly_and_starts_again() {
    let place = Place::new();
    let mut desk = Desk::open(&place);
    desk.expect("starting");
    desk.expect("ready");
    assert!(place.is_served());
    desk.kill();
    until("the server's end", async || !place.is_served()).await;
    assert!(!place.cluster().join("postmaster.pid").exists(), "stopped, not killed");

    let mut next = Desk::open(&place);
    next.expect("starting");
    next.expect("ready");
    next.close();
}

#[tokio::test]
async fn when_one_of_two_desks_is_killed_the_other_works_on() {
    let place = Place::new();
    let mut killed = Desk::open(&place);
    killed.expect("starting");
    killed.expect("ready");
    let server = Embedded::start(&options(&place)).await.unwrap();
    let before = place.postmaster();
    killed.kill();
    assert_eq!(scalar::<i32>(&server, "select 1").await, 1);
    assert_eq!(place.postmaster(), before);
    server.stop().await.unwrap();
    assert!(!place.is_served(), "the killed one does not count as a user any more");
}

#[tokio::test]
async fn a_file_left_by_a_dead_server_is_not_taken_for_a_live_one() {
    let place = Place::new();
    made(&place).await;
    // After a power cut the number may belong to any other program: here, to this test.
    let left = format!(
        "{}\n{}\n1700000000\n5432\n/tmp\n\n  5432001  7\nready   \n",
        std::process::id(),
        place.cluster().display()
    );
    fs::write(place.cluster().join("postmaster.pid"), left).unwrap();
    let server = Embedded::start(&options(&place)).await.unwrap();
    assert_eq!(scalar::<i32>(&server, "select 1").await, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_socket_was_swept_away_is_started_anew() {
    let place = Place::new();
    let server = Embedded::start(&options(&place)).await.unwrap();
    let before = place.postmaster();
    let Location::Socket { folder, .. } = server.location() else { panic!("a socket") };
    fs::remove_dir_all(folder).unwrap();
    server.ensure_running().await.unwrap();
    assert_ne!(place.postmaster(), before);
    assert_eq!(scalar::<i32>(&server, "select 1").await, 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_named_and_nothing_is_lost() {
    let place = Place::new();
    let server = Embedded::start(&office(&place)).await.unwrap();
    run(&server, "create table kept as select 42 as answer").await;
    server.stop().await.unwrap();
    // A file that PostgreSQL writes at each start; /dev/full answers as a full disk does.
    let opts = place.cluster().join("postmaster.opts");
    fs::remove_file(&opts).unwrap();
    symlink("/dev/full", &opts).unwrap();
    let error = refused(&office(&place)).await;
    assert!(matches!(error, EmbeddedError::DiskFull { .. }), "{error:?}");

    fs::remove_file(&opts).unwrap();
    let server = Embedded::start(&office(&place)).await.unwrap();
    assert_eq!(scalar::<i32>(&server, "select answer from kept").await, 42);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_disk_too_small_for_the_first_start_is_named_and_left_empty() {
    if !is_root() {
        // Only root may mount a small disk; the test above meets a full one as any user.
        return;
    }
    let place = Place::new();
    let small = place.path().join("data");
    fs::create_dir(&small).unwrap();
    let mount = format!("mount -t tmpfs -o size=12m,mode=755 none '{}'", small.display());
    let after = format!("{mount} && touch '{0}/mounted'", small.display());
    let mut desk = Desk::open_after(place.path(), &after);
    desk.expect("starting");
    let said = desk.hears();
    assert!(said.starts_with("DiskFull"), "{said}");
    assert!(!place.cluster().exists());
    made(&place).await;
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named_and_left_as_it_is() {
    let place = Place::new();
    made(&place).await;
    let before = inventory(&place.cluster());
    if is_root() {
        let path = place.data().display().to_string();
        let mount = format!("mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}'");
        let mut desk = Desk::open_after(place.path(), &mount);
        desk.expect("starting");
        let said = desk.hears();
        assert!(said.starts_with("ReadOnly"), "{said}");
    } else {
        fs::set_permissions(place.data(), PermissionsExt::from_mode(0o555)).unwrap();
        let locks = ["start.lock", "users.lock"].map(|name| place.data().join(name));
        for lock in &locks {
            fs::set_permissions(lock, PermissionsExt::from_mode(0o444)).unwrap();
        }
        let error = refused(&options(&place)).await;
        assert!(matches!(error, EmbeddedError::ReadOnly { .. }), "{error:?}");
        fs::set_permissions(place.data(), PermissionsExt::from_mode(0o755)).unwrap();
        for lock in &locks {
            fs::set_permissions(lock, PermissionsExt::from_mode(0o644)).unwrap();
        }
    }
    assert_eq!(inventory(&place.cluster()), before);
    made(&place).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let place = Place::new();
    let options = EmbeddedOptions { data: "/sys/cloche".into(), ..options(&place) };
    let error = refused(&options).await;
    assert!(matches!(error, EmbeddedError::ReadOnly { .. }), "{error:?}");
}

#[tokio::test]
async fn data_of_another_major_version_is_named_and_left_as_it_is() {
    let place = Place::new();
    made(&place).await;
    let version = place.cluster().join("PG_VERSION");
    fs::write(&version, "16\n").unwrap();
    let before = inventory(&place.cluster());
    let error = refused(&options(&place)).await;
    let EmbeddedError::OtherVersion { found, ours, .. } = &error else { panic!("{error:?}") };
    assert_eq!((found.as_str(), ours.as_str()), ("16", "17"));
    assert!(error.to_string().contains("PostgreSQL 16"), "{error}");
    assert_eq!(inventory(&place.cluster()), before);
    fs::write(&version, "17\n").unwrap();
    made(&place).await;
}

#[tokio::test]
async fn another_users_folder_is_refused_by_name() {
    let place = Place::new();
    let (data, owner) = if is_root() {
        fs::create_dir(place.data()).unwrap();
        chown(place.data(), Some(65534), None).unwrap();
        (place.data(), "nobody")
    } else {
        ("/usr".into(), "root")
    };
    let error = refused(&EmbeddedOptions { data, ..options(&place) }).await;
    let EmbeddedError::OtherUser { user, .. } = &error else { panic!("{error:?}") };
    assert_eq!(user, owner);
}

#[tokio::test]
async fn a_taken_port_is_named_and_free_again_afterwards() {
    let place = Place::new();
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let options =
        EmbeddedOptions { listen: Listen::Loopback { port: Some(port) }, ..options(&place) };
    let error = refused(&options).await;
    assert!(
        matches!(error, EmbeddedError::PortTaken { port: named } if named == port),
        "{error:?}"
    );
    drop(other);
    let server = Embedded::start(&options).await.unwrap();
    assert_eq!(server.location(), Location::Host { host: "127.0.0.1".into(), port });
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_taken_since_last_time_is_replaced_where_any_will_do() {
    let place = Place::new();
    let options = EmbeddedOptions { listen: Listen::Loopback { port: None }, ..options(&place) };
    let server = Embedded::start(&options).await.unwrap();
    let Location::Host { port, .. } = server.location() else { panic!("a port") };
    server.stop().await.unwrap();
    let other = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = Embedded::start(&options).await.unwrap();
    assert_ne!(server.location(), Location::Host { host: "127.0.0.1".into(), port });
    server.stop().await.unwrap();
    drop(other);
}

#[tokio::test]
async fn root_without_a_place_to_share_is_told_so() {
    if !is_root() {
        // Nobody else shares anything with another user.
        return;
    }
    let place = Place::new();
    fs::set_permissions(place.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let error = refused(&options(&place)).await;
    assert!(matches!(error, EmbeddedError::NoSharedPlace { .. }), "{error:?}");
}

#[tokio::test]
async fn missing_programs_are_named() {
    let place = Place::new();
    let empty = place.path().join("native");
    fs::create_dir(&empty).unwrap();
    let error = refused(&EmbeddedOptions { binaries: empty.clone(), ..options(&place) }).await;
    let EmbeddedError::BinariesMissing { file } = &error else { panic!("{error:?}") };
    assert_eq!(*file, empty.join("bin/postgres"));
}

#[tokio::test]
async fn programs_for_another_system_are_named() {
    let place = Place::new();
    let bin = place.path().join("native/bin");
    fs::create_dir_all(&bin).unwrap();
    for name in ["postgres", "initdb", "pg_ctl"] {
        fs::write(bin.join(name), b"\x7fELF not for this computer").unwrap();
        fs::set_permissions(bin.join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let options = EmbeddedOptions { binaries: place.path().join("native"), ..options(&place) };
    let error = refused(&options).await;
    assert!(matches!(error, EmbeddedError::BinariesBroken { .. }), "{error:?}");
}

#[tokio::test]
async fn damaged_data_is_named_and_left_as_it_is() {
    let place = Place::new();
    made(&place).await;
    let control = place.cluster().join("global/pg_control");
    let good = fs::read(&control).unwrap();
    let mut bad = good.clone();
    bad[100..120].fill(0xff);
    fs::write(&control, &bad).unwrap();
    let error = refused(&office(&place)).await;
    assert!(matches!(error, EmbeddedError::Damaged { .. }), "{error:?}");
    assert_eq!(fs::read(&control).unwrap(), bad);
    fs::write(&control, good).unwrap();
    made(&place).await;
}

#[tokio::test]
async fn data_that_has_moved_away_is_not_replaced_by_empty_data() {
    let place = Place::new();
    fs::create_dir(place.data()).unwrap();
    symlink("/nowhere/at/all", place.data().join("home")).unwrap();
    let error = refused(&options(&place)).await;
    assert!(matches!(error, EmbeddedError::Io { .. }), "{error:?}");
    assert!(!place.cluster().exists());
}

#[tokio::test]
async fn data_that_an_unseen_server_works_on_is_left_alone() {
    let place = Place::new();
    made(&place).await;
    // A server in a container sees other process numbers; what it shares with us is the lock.
    let lock = fs::File::open(place.data().join("server.lock")).unwrap();
    lock.lock().unwrap();
    let hasty = EmbeddedOptions { patience: Duration::from_millis(300), ..options(&place) };
    let error = refused(&hasty).await;
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error:?}");
    drop(lock);
    made(&place).await;
}

#[tokio::test]
async fn the_servers_lock_lasts_as_long_as_the_server_whoever_started_it() {
    let place = Place::new();
    let mut desk = Desk::open(&place);
    desk.expect("starting");
    desk.expect("ready");
    let server = Embedded::start(&options(&place)).await.unwrap();
    desk.kill();
    let lock = fs::File::open(place.data().join("server.lock")).unwrap();
    assert!(lock.try_lock().is_err(), "the server holds it, not the desk that started it");
    server.stop().await.unwrap();
    until("the lock's end", async || lock.try_lock().is_ok()).await;
}
