//! The lines that a server's own files need; printed, never written: they are the administrator's.

use crate::certificates::{SERVER, SERVER_KEY};
use crate::folder::Folder;
use std::path::Path;

/// Lines for `postgresql.conf`.
#[must_use]
pub fn postgresql(folder: &Folder, has_certificate: bool) -> Vec<String> {
    let mut lines = vec![
        "listen_addresses = '*'".to_owned(),
        "password_encryption = 'scram-sha-256'".to_owned(),
    ];
    if has_certificate {
        lines.extend([
            "ssl = on".to_owned(),
            format!("ssl_cert_file = {}", quoted(&folder.path(SERVER))),
            format!("ssl_key_file = {}", quoted(&folder.path(SERVER_KEY))),
            "ssl_min_protocol_version = 'TLSv1.2'".to_owned(),
        ]);
    }
    lines
}

/// Lines for `pg_hba.conf`: people, devices, links and the service of Cloche; from anywhere, encrypted, with their secret.
#[must_use]
pub fn access(database: &str) -> Vec<String> {
    let who = "+cloche_account,+cloche_device,+cloche_invite,+cloche_hub";
    vec![format!("hostssl  {}  {who}  all  scram-sha-256", named(database))]
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', "''"))
}

/// A name in `pg_hba.conf`; only a plain one goes without quotes.
fn named(database: &str) -> String {
    let plain = database.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain { database.to_owned() } else { format!("\"{database}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_connections_with_a_secret_are_let_in() {
        assert_eq!(
            access("cloche"),
            [
                "hostssl  cloche  +cloche_account,+cloche_device,+cloche_invite,+cloche_hub  all  scram-sha-256"
            ]
        );
        assert_eq!(named("My Office"), "\"My Office\"");
    }

    #[test]
    fn the_key_s_path_survives_quotes() {
        let lines = postgresql(&Folder::at("/etc/o'hara"), true);
        assert!(
            lines.contains(&"ssl_key_file = '/etc/o''hara/server.key'".to_owned()),
            "{lines:?}"
        );
    }
}
