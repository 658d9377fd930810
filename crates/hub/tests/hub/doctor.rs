//! The doctor finds what was broken on purpose, names it, and finds nothing once it is mended.

use crate::place::{ACCESS, Server};
use crate::setup::{join, office};
use hub::certificates;
use server::doctor::{Finding, Patient, Verdict, examine};
use server::link::ServerLink;
use std::io::{Read, Write};
use std::net::TcpListener;

async fn findings(server: &Server, link: &ServerLink) -> Vec<Finding> {
    let patient =
        Patient { owner: server.owner(), database: "cloche".to_owned(), link: Some(link.clone()) };
    examine(&patient).await
}

fn of<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("{check} is not looked at: {findings:?}"))
}

/// One way to break a server, and how the doctor names it.
struct Broken {
    /// SQL run inside the database, and what takes it back.
    sql: (&'static str, &'static str),
    check: &'static str,
    verdict: Verdict,
    names: &'static str,
}

const fn broken(
    sql: (&'static str, &'static str),
    check: &'static str,
    verdict: Verdict,
    names: &'static str,
) -> Broken {
    Broken { sql, check, verdict, names }
}

const INSIDE: [Broken; 18] = [
    broken(
        ("grant connect on database postgres to public", "revoke connect on database postgres from public"),
        "databases",
        Verdict::Warning,
        "Desks' roles could also enter: postgres.",
    ),
    broken(
        ("grant select on app.events to cloche_device", "revoke select on app.events from cloche_device"),
        "tables",
        Verdict::Problem,
        "cloche_device reaches app.events",
    ),
    broken(
        ("alter table app.clients disable row level security", "alter table app.clients enable row level security"),
        "tables",
        Verdict::Problem,
        "app.clients has no row security",
    ),
    broken(
        ("alter function api.cursor(uuid) owner to boss", "alter function api.cursor(uuid) owner to cloche_api"),
        "functions",
        Verdict::Problem,
        "api.cursor(uuid) belongs to boss",
    ),
    broken(
        ("alter function api.cursor(uuid) reset search_path", "alter function api.cursor(uuid) set search_path = ''"),
        "functions",
        Verdict::Problem,
        "api.cursor(uuid) can be led astray",
    ),
    broken(
        (
            "grant execute on function setup.set_password(text, text) to cloche_device",
            "revoke execute on function setup.set_password(text, text) from cloche_device",
        ),
        "functions",
        Verdict::Problem,
        "cloche_device may call setup.set_password",
    ),
    broken(
        ("alter role cloche_api bypassrls", "alter role cloche_api nobypassrls"),
        "roles",
        Verdict::Problem,
        "cloche_api goes past row security",
    ),
    broken(
        ("grant pg_read_all_data to cloche_device", "revoke pg_read_all_data from cloche_device"),
        "roles",
        Verdict::Problem,
        "cloche_device is a member of pg_read_all_data",
    ),
    broken(
        ("alter role cloche_identity login", "alter role cloche_identity nologin"),
        "roles",
        Verdict::Problem,
        "cloche_identity may sign in",
    ),
    broken(
        ("grant connect on database cloche to public", "revoke connect on database cloche from public"),
        "public",
        Verdict::Problem,
        "everybody may connect in this database",
    ),
    broken(
        (
            "grant execute on function pg_terminate_backend(int, bigint) to public",
            "revoke execute on function pg_terminate_backend(int, bigint) from public",
        ),
        "public",
        Verdict::Problem,
        "pg_terminate_backend",
    ),
    broken(
        (
            "update public._sqlx_migrations set success = false where version = 33",
            "update public._sqlx_migrations set success = true where version = 33",
        ),
        "migrations",
        Verdict::Problem,
        "1 steps of the schema are missing",
    ),
    broken(
        ("alter database cloche set synchronous_commit = off", "alter database cloche reset synchronous_commit"),
        "durability",
        Verdict::Problem,
        "synchronous_commit off for cloche",
    ),
    broken(
        (
            "update app.devices set desk_version = '0.0.9'",
            "update app.devices set desk_version = '0.1.0'",
        ),
        "desks",
        Verdict::Warning,
        "1 of 1 desks seen lately are older than Cloche 0.1.0",
    ),
    broken(
        ("update app.users set is_active = false", "update app.users set is_active = true"),
        "administrators",
        Verdict::Problem,
        "Linden Catering",
    ),
    broken(
        (
            "insert into app.commands (org_id, command_id, request_hash, at) values (gen_random_uuid(), gen_random_uuid(), '', now() - interval '40 days')",
            "delete from app.commands where at < now() - interval '39 days'",
        ),
        "service",
        Verdict::Problem,
        "has not been done for days",
    ),
    broken(
        (
            "insert into app.devices (id, user_id, role_name, name, expires_at)
             select gen_random_uuid(), u.id, 'cloche_x_' || n, 'x', now() + interval '1 day' from app.users u, generate_series(1, 30) n",
            "delete from app.devices where role_name like 'cloche_x_%'",
        ),
        "connections",
        Verdict::Warning,
        "devices may want 93 connections",
    ),
    broken(
        ("set password_encryption = md5; create role old password 'x'", "drop role old"),
        "passwords_stored",
        Verdict::Problem,
        "old",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_broken_inside_the_server_is_named_until_it_is_mended() {
    let (server, link, invitation) = office().await;
    join(&invitation).await;
    server.run("cloche", "update app.devices set desk_version = '0.1.0'").await;
    let healthy = findings(&server, &link).await;
    for finding in &healthy {
        // The PostgreSQL of the tests may be older than what offices should run; and no service runs here.
        let expected = ["postgresql", "service"].contains(&finding.check);
        assert!(expected || finding.verdict == Verdict::Ok, "{finding:?}");
    }
    for Broken { sql: (break_it, mend_it), check, verdict, names } in INSIDE {
        server.run("cloche", break_it).await;
        let findings_now = findings(&server, &link).await;
        let found = of(&findings_now, check);
        assert_eq!(found.verdict, verdict, "{break_it}: {found:?}");
        assert!(found.says.contains(names), "{break_it}: {found:?}");
        assert!(found.advice.is_some(), "{found:?}");
        server.run("cloche", mend_it).await;
    }
    let verdicts = |all: &[Finding]| -> Vec<_> {
        all.iter().map(|finding| (finding.check, finding.verdict)).collect()
    };
    let mended = findings(&server, &link).await;
    assert_eq!(verdicts(&mended), verdicts(&healthy), "mended, it is as it was: {mended:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doors_and_settings_that_stand_open_are_named() {
    let (server, link, _) = office().await;
    let check = async |check: &str| of(&findings(&server, &link).await, check).clone();
    for (rules, checks, says) in [
        (
            format!("{ACCESS}hostssl all all all trust\n"),
            ["access", "access"],
            "without a password",
        ),
        (
            ACCESS.replace("hostssl", "host   "),
            ["plain_connection", "access"],
            "without encryption",
        ),
        (
            format!("hostssl cloche all all trust\n{ACCESS}"),
            ["wrong_password", "access"],
            "without",
        ),
        (format!("{ACCESS}hostssl all all all md5\n"), ["access", "access"], "weak passwords"),
        (format!("{ACCESS}host nonsense\n"), ["access", "access"], "cannot be read"),
    ] {
        if rules.contains("nonsense") {
            // PostgreSQL keeps the rules it had; the doctor reads the file.
            let path: String = server.ask("postgres", "show hba_file").await;
            std::fs::write(path, &rules).unwrap();
        } else {
            server.admit(&rules).await;
        }
        for name in checks {
            let found = check(name).await;
            assert_eq!(found.verdict, Verdict::Problem, "{rules}: {found:?}");
            assert!(found.says.contains(says), "{rules}: {found:?}");
        }
    }
    server.admit(ACCESS).await;
    for (setting, value, name) in [
        ("fsync", "off", "durability"),
        ("full_page_writes", "off", "durability"),
        ("synchronous_commit", "off", "durability"),
        ("password_encryption", "md5", "passwords_stored"),
        ("ssl_min_protocol_version", "'TLSv1'", "encryption"),
        ("log_statement", "'all'", "logging"),
    ] {
        assert_eq!(check(name).await.verdict, Verdict::Ok, "{name} before");
        server.set(setting, value).await;
        let found = check(name).await;
        assert_ne!(found.verdict, Verdict::Ok, "{setting}: {found:?}");
        server.unset(setting).await;
    }
    server.set("ssl", "off").await;
    for name in ["certificate", "wrong_password", "encryption"] {
        assert_eq!(check(name).await.verdict, Verdict::Problem, "{name}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_ends_soon_or_is_another_s_is_told() {
    let (server, link, _) = office().await;
    let answer = server.hub(&["doctor", "--json"]).await;
    let told: serde_json::Value = serde_json::from_str(&answer.stdout()).unwrap();
    let certificate =
        told.as_array().unwrap().iter().find(|f| f["check"] == "certificate").unwrap();
    assert_eq!(certificate["verdict"], "ok", "{told}");
    let foreign = tempfile::tempdir().unwrap();
    let foreign = hub::folder::Folder::at(foreign.path());
    certificates::make(&foreign, &["127.0.0.1".to_owned()]).unwrap();
    server.encrypt(&foreign).await;
    let findings = findings(&server, &link).await;
    assert_eq!(of(&findings, "certificate").verdict, Verdict::Problem, "{findings:?}");
    server.stop().await;
}

/// What PgBouncer says to a start it does not like: an error of its own class, whatever was asked.
fn a_pooler() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut length = [0_u8; 4];
            if socket.read_exact(&mut length).is_err() {
                continue;
            }
            let mut rest = vec![0_u8; u32::from_be_bytes(length) as usize - 4];
            let _ = socket.read_exact(&mut rest);
            let fields = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
            let mut answer = vec![b'E'];
            answer.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
            answer.extend(fields);
            let _ = socket.write_all(&answer);
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_between_is_named_as_not_supported() {
    let (server, link, _) = office().await;
    let place = server::link::Place::Host { host: "127.0.0.1".to_owned(), port: a_pooler() };
    let through = ServerLink { place, ca_pem: None, ..link };
    let findings = findings(&server, &through).await;
    let found = of(&findings, "wrong_password");
    assert_eq!(found.verdict, Verdict::Problem, "{found:?}");
    assert!(found.says.contains("pooler"), "{found:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_answers_in_lines_and_by_its_exit_code() {
    let (server, _, _) = office().await;
    server.set("fsync", "off").await;
    let answer = server.hub(&["doctor"]).await;
    assert_eq!(answer.code(), 1, "{}", answer.said());
    assert!(answer.said().contains("PROBLEM  A power cut could lose"), "{}", answer.said());
    assert!(answer.said().contains("→ Set fsync"), "{}", answer.said());
    let port = server.port();
    server.stop().await;
    let gone = format!("postgres://boss:x@127.0.0.1:{port}");
    let place = tempfile::tempdir().unwrap();
    let mut command = crate::place::command(&hub::folder::Folder::at(place.path()));
    let answer = command.args(["doctor", "--owner", &gone]).output().unwrap();
    assert_eq!(answer.status.code(), Some(1));
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(said.contains("The server does not answer."), "{said}");
}
