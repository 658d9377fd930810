//! The settings, written anew before each start, so that an update of Cloche brings its own.

use super::error::EmbeddedError;
use std::fs;
use std::path::{Path, PathBuf};

/// The owner of the cluster: signs in by being the same user of this computer, or with the secret file.
pub const SUPERUSER: &str = "cloche_superuser";

/// What the server is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// An office's data: everything acknowledged is on the disk.
    #[default]
    Office,
    /// Throw-away data, for tests: nothing survives a crash, so nothing waits for the disk.
    Throwaway,
}

/// Where a started server listens.
#[derive(Debug, Clone)]
pub(super) enum Door {
    /// A Unix socket in this folder.
    Socket(PathBuf),
    /// 127.0.0.1 with this port.
    Loopback(u16),
}

/// Both: the same number names the socket.
pub(super) const SOCKET_PORT: u16 = 5432;

/// Writes `postgresql.conf`, `pg_hba.conf` and `pg_ident.conf` into `conf`, and answers the first one's path.
pub(super) fn write(
    conf: &Path,
    door: &Door,
    profile: Profile,
    user: &str,
) -> Result<PathBuf, EmbeddedError> {
    let (hba, ident, main) =
        (conf.join("pg_hba.conf"), conf.join("pg_ident.conf"), conf.join("postgresql.conf"));
    let settings = format!(
        "{}{}hba_file = {}\nident_file = {}\n",
        COMMON,
        listening(door) + tuned(profile),
        quoted(&hba.to_string_lossy()),
        quoted(&ident.to_string_lossy())
    );
    for (path, text) in [(&hba, access(door).to_owned()), (&ident, owners(user)), (&main, settings)]
    {
        let staged = path.with_extension("new");
        fs::write(&staged, text)
            .and_then(|()| super::platform::open_for_all(&staged, false))
            .and_then(|()| fs::rename(&staged, path))
            .map_err(|e| EmbeddedError::io("writing", path, e))?;
    }
    Ok(main)
}

const COMMON: &str = "\
# Written by Cloche before each start; changes are lost.
cluster_name = 'cloche'
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'ISO, YMD'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
password_encryption = 'scram-sha-256'
authentication_timeout = '20s'
# One office, no replication: little is written ahead.
wal_level = minimal
max_wal_senders = 0
shared_buffers = '128MB'
huge_pages = off
jit = off
# A desk that went to sleep in the middle must not keep rows locked.
idle_in_transaction_session_timeout = '5min'
client_connection_check_interval = '10s'
# Values of people's data never reach the log; desks are told of errors themselves.
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_connections = off
log_disconnections = off
";

fn tuned(profile: Profile) -> &'static str {
    match profile {
        Profile::Office => {
            "\
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 50
min_wal_size = '80MB'
max_wal_size = '256MB'
"
        }
        Profile::Throwaway => {
            "\
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
autovacuum = off
max_wal_size = '4GB'
checkpoint_timeout = '1h'
"
        }
    }
}

fn listening(door: &Door) -> String {
    match door {
        Door::Socket(folder) => format!(
            "listen_addresses = ''\nport = {SOCKET_PORT}\nunix_socket_directories = {}\nunix_socket_permissions = 0700\n",
            quoted(&format!("\"{}\"", folder.to_string_lossy().replace('"', "\"\"")))
        ),
        Door::Loopback(port) => {
            format!("listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n")
        }
    }
}

/// Who may sign in how. The first fitting line decides, so the owner never falls through to a password.
fn access(door: &Door) -> &'static str {
    match door {
        Door::Socket(_) => {
            "local all cloche_superuser peer map=cloche\nlocal all all scram-sha-256\n"
        }
        Door::Loopback(_) => "host all all 127.0.0.1/32 scram-sha-256\n",
    }
}

fn owners(user: &str) -> String {
    format!("cloche \"{}\" {SUPERUSER}\n", user.replace('"', "\"\""))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_the_socket_the_owner_signs_in_by_being_the_user_and_nobody_without_a_secret() {
        let door = Door::Socket("/run/x".into());
        let lines: Vec<&str> = access(&door).lines().collect();
        assert_eq!(
            lines,
            ["local all cloche_superuser peer map=cloche", "local all all scram-sha-256"]
        );
        assert!(listening(&door).contains("listen_addresses = ''\n"), "no network at all");
    }

    #[test]
    fn an_office_waits_for_the_disk() {
        let settings = tuned(Profile::Office);
        for needed in ["fsync = on", "synchronous_commit = on", "full_page_writes = on"] {
            assert!(settings.contains(needed));
        }
    }

    #[test]
    fn names_and_paths_cannot_break_out_of_their_quotes() {
        assert_eq!(quoted(r"C:\o'hara"), r"'C:\\o''hara'");
        assert_eq!(owners("a\"b"), "cloche \"a\"\"b\" cloche_superuser\n");
    }
}
