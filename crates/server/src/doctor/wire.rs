//! What a desk, or a stranger, meets on the way in: certificate, encryption, and that no door opens without a secret.

use super::Finding;
use super::certificate::{Seen, look};
use crate::identity::new_secret;
use crate::link::{Place, ServerLink};
use crate::pinned::Way;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::Connection;
use sqlx::postgres::PgDatabaseError;
use std::net::IpAddr;
use std::time::Duration;

/// A role that no server has, where nobody's is known: whoever misses it has not asked for a password before.
const NOBODY: &str = "cloche_d_0000000000000000000000000000000000000000";
/// From here on a certificate's end is worth saying.
const SOON: i64 = 30;

/// What became of knocking with a wrong secret.
enum Knock {
    /// A password was asked for and not taken.
    Refused,
    /// No rule lets anybody in this way.
    NotAdmitted,
    /// Nobody asked for a password.
    Open,
    /// Something that is not PostgreSQL answered.
    Between,
    /// No encryption, or not the pinned certificate.
    Certificate,
    /// No answer at all.
    Silent,
}

async fn knock(link: &ServerLink, role: &str) -> Knock {
    let way = Way::new(link, role, new_secret().expose_secret());
    let error = match tokio::time::timeout(Duration::from_secs(10), way.connect()).await {
        Ok(Ok(connection)) => {
            let _ = connection.close().await;
            return Knock::Open;
        }
        Ok(Err(error)) => error,
        Err(_) => return Knock::Silent,
    };
    if crate::error::is_untrusted(&error) {
        return Knock::Certificate;
    }
    let db = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>());
    match db.map(|db| (db.code(), db.routine())) {
        Some(("28P01", _)) => Knock::Refused,
        // It was not asked for a password, and only then missed.
        Some(("28000", Some("InitializeSessionUserId"))) => Knock::Open,
        Some(("28000", _)) => Knock::NotAdmitted,
        Some(("08P01", _)) => Knock::Between,
        _ => Knock::Silent,
    }
}

/// Everything that can be tried from outside with nothing but the link and somebody's name.
pub(super) async fn examine(link: &ServerLink, somebody: Option<&str>) -> Vec<Finding> {
    let role = somebody.unwrap_or(NOBODY);
    let mut findings = Vec::new();
    if let (Place::Host { host, port }, Some(ca)) = (&link.place, &link.ca_pem) {
        findings.push(certificate(host.clone(), *port, ca.clone()).await);
    }
    findings.push(wrong_password(link, role).await);
    if link.ca_pem.is_some() {
        findings.push(plain(link, role).await);
    }
    findings
}

async fn certificate(host: String, port: u16, ca: String) -> Finding {
    let check = "certificate";
    let seen = tokio::task::spawn_blocking(move || look(&host, port, &ca)).await;
    let renew = "Run `cloche-hub setup --certificate …` again: it makes a new one from the same authority, and links stay good.";
    match seen {
        Ok(Seen::Valid { server, authority }) => {
            let ends = [server, authority].into_iter().flatten().min();
            match ends {
                Some(end) if days_to(end) < SOON => Finding::warning(
                    check,
                    format!("The certificate runs out on {}.", end.format("%-d %B %Y")),
                    renew,
                ),
                Some(end) => Finding::ok(
                    check,
                    format!(
                        "The server proves who it is; its certificate is good until {}.",
                        end.format("%-d %B %Y")
                    ),
                ),
                None => Finding::ok(check, "The server proves who it is."),
            }
        }
        Ok(Seen::NotOffered) => Finding::problem(
            check,
            "The server offers no encryption.",
            "Put the lines that `cloche-hub setup` prints into postgresql.conf (ssl = on …) and reload it.",
        ),
        Ok(Seen::Refused(why)) => Finding::problem(
            check,
            format!(
                "The server's certificate is not the pinned one, not for this name, or has run out ({why})."
            ),
            renew,
        ),
        Ok(Seen::Unreachable) | Err(_) => Finding::problem(
            check,
            "Nobody answers at the link's address.",
            "Check listen_addresses in postgresql.conf, the name in the link and the firewall.",
        ),
    }
}

fn days_to(end: DateTime<Utc>) -> i64 {
    (end - Utc::now()).num_days()
}

async fn wrong_password(link: &ServerLink, role: &str) -> Finding {
    let check = "wrong_password";
    match knock(link, role).await {
        Knock::Refused => Finding::ok(check, "A wrong password is refused."),
        Knock::Open => Finding::problem(
            check,
            "The server lets people in without asking for a password.",
            "Remove the `trust` lines from pg_hba.conf and reload it; change every password that was in use meanwhile.",
        ),
        Knock::NotAdmitted => Finding::warning(
            check,
            "No line of pg_hba.conf lets desks in from this computer, so this could not be tried.",
            "Add the hostssl line that `cloche-hub setup` prints, or examine the server from where desks are.",
        ),
        Knock::Between => Finding::problem(
            check,
            "What answers is not PostgreSQL itself, most likely a connection pooler.",
            "Let desks connect to PostgreSQL directly: poolers such as PgBouncer are not supported.",
        ),
        Knock::Certificate => Finding::problem(
            check,
            "Desks cannot connect: encryption or certificate are not what the link says.",
            "See what is said of the certificate.",
        ),
        Knock::Silent => Finding::problem(
            check,
            "Nobody answers at the link's address.",
            "Check listen_addresses in postgresql.conf, the name in the link and the firewall.",
        ),
    }
}

/// Whether a name, and not an address that says so itself, means this computer.
async fn leads_back_here(link: &ServerLink) -> bool {
    let Place::Host { host, port } = &link.place else { return false };
    if host.parse::<IpAddr>().is_ok() {
        return false;
    }
    let addresses = tokio::net::lookup_host((host.as_str(), *port)).await;
    addresses.is_ok_and(|mut all| all.all(|address| address.ip().is_loopback()))
}

async fn plain(link: &ServerLink, role: &str) -> Finding {
    let check = "plain_connection";
    let in_the_open = ServerLink { ca_pem: None, ..link.clone() };
    match knock(&in_the_open, role).await {
        // Debian lets this very computer in over loopback, encrypted or not; others do not come that way.
        Knock::Refused | Knock::Open if leads_back_here(link).await => Finding::warning(
            check,
            "Here the server's name leads over this computer's own loopback, so a connection without encryption could not be tried as others would.",
            "Go by what is said of pg_hba.conf, or examine the server from another computer.",
        ),
        Knock::Refused | Knock::Open => Finding::problem(
            check,
            "The server also talks to desks without encryption.",
            "Use `hostssl` and not `host` in pg_hba.conf, and reload it.",
        ),
        Knock::NotAdmitted | Knock::Silent | Knock::Between | Knock::Certificate => {
            Finding::ok(check, "Connections without encryption are refused.")
        }
    }
}
