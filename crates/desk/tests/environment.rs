//! What the environment says about PostgreSQL is for other programs.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use secrecy::{ExposeSecret, SecretString};
use server::link::ServerLink;
use server::session::{DeviceSecret, Session};
use std::process::Command;
use testkit::TestServer;

const CHILD: &str = "CLOCHE_TEST_CHILD";

#[tokio::test]
async fn pg_variables_do_not_change_where_a_desk_connects_or_as_whom() {
    if let Ok(told) = std::env::var(CHILD) {
        return connect_as_told(&told).await;
    }
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let device = &office.administrator().device;
    let told = format!("{}\n{}\n{}", db.link(), device.device_id, device.secret.expose_secret());
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "pg_variables_do_not_change_where_a_desk_connects_or_as_whom"])
        .env(CHILD, told)
        .envs([
            ("PGHOST", "nowhere.invalid"),
            ("PGHOSTADDR", "192.0.2.1"),
            ("PGPORT", "1"),
            ("PGUSER", "postgres"),
            ("PGPASSWORD", "wrong"),
            ("PGPASSFILE", "/nonexistent"),
            ("PGDATABASE", "postgres"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/nonexistent"),
            ("PGSSLCERT", "/nonexistent"),
            ("PGSSLKEY", "/nonexistent"),
            ("PGAPPNAME", "somebody else"),
            ("PGSERVICE", "nowhere"),
            (
                "PGOPTIONS",
                "-c search_path=evil -c default_transaction_read_only=on -c statement_timeout=1",
            ),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    let complained = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "the child did connect: {said}");
}

/// In the child: the desk's session reaches the server of its link, as its device, and may write there.
async fn connect_as_told(told: &str) {
    let mut lines = told.lines();
    let link: ServerLink = lines.next().unwrap().parse().unwrap();
    let device_id = lines.next().unwrap().parse().unwrap();
    let secret = SecretString::from(lines.next().unwrap());
    let session = Session::open(&link, &DeviceSecret { device_id, secret });
    let who = session.whoami().await.unwrap();
    assert_eq!((who.server_id, who.device_id), (link.server_id, device_id));
    session.renew_device().await.unwrap();
}
