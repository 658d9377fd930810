//! What can keep the embedded server from running, as finished sentences; paths stay in the fields, for the log.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded server does not run. Nothing of a person's data is lost in any of these.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A file of the bundled PostgreSQL is not there.
    #[error("The database that comes with Cloche is incomplete. Install Cloche again.")]
    BinariesMissing {
        /// The missing file.
        file: PathBuf,
    },
    /// The bundled PostgreSQL is there and does not run, for another system or without its libraries.
    #[error("The database that comes with Cloche does not run on this computer.")]
    BinariesBroken {
        /// What it said.
        output: String,
    },
    /// The data folder cannot be written.
    #[error(
        "Cloche may not write to its data folder. Make the folder writable, then start Cloche again."
    )]
    ReadOnly {
        /// What could not be written.
        path: PathBuf,
    },
    /// The data folder is somebody else's.
    #[error(
        "This data folder belongs to another user of this computer ({user}). Sign in as that user, or choose a folder of your own."
    )]
    OtherUser {
        /// The folder.
        path: PathBuf,
        /// Its owner's name, or number.
        user: String,
    },
    /// The data was made by another major version of PostgreSQL.
    #[error(
        "The data on this computer was made by PostgreSQL {found}, and this Cloche brings PostgreSQL {ours}. Nothing was changed: open it with the version of Cloche that made it."
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The version that made the data.
        found: String,
        /// The version that this Cloche brings.
        ours: String,
    },
    /// No space left.
    #[error(
        "The disk is full. Free some space, then start Cloche again: everything saved so far is safe."
    )]
    DiskFull {
        /// Where the space ran out.
        path: PathBuf,
    },
    /// Another program listens on the port that was asked for.
    #[error(
        "Port {port} is used by another program. Close that program, or choose another port for Cloche."
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// Started as root, and no unprivileged user to run PostgreSQL as.
    #[error(
        "Cloche was started as root and found no unprivileged user to run its database as. Add a user named cloche, or start Cloche as an ordinary user."
    )]
    NoServerUser,
    /// Started as root, and the unprivileged user cannot enter the place that is meant for both.
    #[error(
        "Cloche was started as root, and the user that runs its database cannot enter the place made for it. Start Cloche as an ordinary user."
    )]
    NoSharedPlace {
        /// The place.
        path: PathBuf,
    },
    /// The user has no name: PostgreSQL insists on one.
    #[error("The user that started Cloche has no name on this computer (number {uid}).")]
    Nameless {
        /// The user's number.
        uid: u32,
    },
    /// A server that this process cannot see, in a container say, works on the data.
    #[error(
        "The data on this computer is in use by a database that this Cloche cannot reach. Close the other Cloche first."
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// No private folder for the server's socket.
    #[error(
        "Cloche found no private place for the connection to its database. Another user may have taken it."
    )]
    NoSocketFolder,
    /// PostgreSQL found its files damaged and did not start.
    #[error(
        "The data on this computer is damaged and was left as it is. Restore a backup, or ask for help before changing anything."
    )]
    Damaged {
        /// What PostgreSQL wrote.
        output: String,
    },
    /// It takes longer than patience allows; the server may still be busy recovering.
    #[error("The database is taking too long to get ready. Wait a moment, then try again.")]
    TooSlow {
        /// What PostgreSQL wrote.
        output: String,
    },
    /// Anything else of PostgreSQL.
    #[error("The database on this computer did not start.")]
    Failed {
        /// What PostgreSQL wrote.
        output: String,
    },
    /// Anything else of the operating system.
    #[error("The database on this computer could not be prepared.")]
    Io {
        /// What was tried, and where.
        what: String,
        /// The system's words.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    /// What PostgreSQL or the system said, for the log.
    #[must_use]
    pub fn technical(&self) -> String {
        match self {
            Self::BinariesMissing { file } => format!("missing {}", file.display()),
            Self::ReadOnly { path }
            | Self::OtherUser { path, .. }
            | Self::OtherVersion { path, .. }
            | Self::InUse { path }
            | Self::NoSharedPlace { path }
            | Self::DiskFull { path } => path.display().to_string(),
            Self::BinariesBroken { output }
            | Self::Damaged { output }
            | Self::TooSlow { output }
            | Self::Failed { output } => output.clone(),
            Self::Io { what, source } => format!("{what}: {source}"),
            Self::PortTaken { .. }
            | Self::NoServerUser
            | Self::Nameless { .. }
            | Self::NoSocketFolder => self.to_string(),
        }
    }

    /// Turns an error of the file system into the sentence that fits.
    pub(super) fn io(what: &str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let path = path.to_path_buf();
        match source.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull { path },
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io { what: format!("{what} {}", path.display()), source },
        }
    }

    /// Reads what `initdb` or `postgres` wrote (in English: it is started with `LC_ALL=C`).
    pub(super) fn from_output(output: &str, path: &Path) -> Self {
        let has = |needles: &[&str]| needles.iter().any(|needle| output.contains(needle));
        let path = path.to_path_buf();
        if has(&["No space left on device", "Disk quota exceeded", "not enough space on the disk"])
        {
            Self::DiskFull { path }
        } else if has(&["Read-only file system", "Permission denied"]) {
            Self::ReadOnly { path }
        } else if has(&["error while loading shared libraries", "Exec format error"]) {
            Self::BinariesBroken { output: tail(output) }
        } else if has(&[
            "could not locate a valid checkpoint record",
            "invalid primary checkpoint record",
            "invalid checkpoint record",
            "incorrect checksum in control file",
            "could not locate required checkpoint record",
            "database files are incompatible with server",
            "is not a valid data directory",
        ]) {
            Self::Damaged { output: tail(output) }
        } else {
            Self::Failed { output: tail(output) }
        }
    }
}

/// The last lines, enough to see why.
fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> EmbeddedError {
        EmbeddedError::from_output(output, Path::new("/data"))
    }

    #[test]
    fn a_full_disk_is_recognised_in_what_initdb_and_postgres_write() {
        // Captured from PostgreSQL 17.10 on a file system of 20 MB.
        for output in [
            "creating subdirectories ... ok\nrunning bootstrap script ... 2026-11-20 10:00:00.000 UTC [77] FATAL:  could not write to file \"pg_wal/xlogtemp.77\": No space left on device\nchild process exited with exit code 1",
            "LOG:  could not write file \"postmaster.opts\": No space left on device",
            "FATAL:  could not extend file \"base/1/1247\": No space left on device\nHINT:  Check free disk space.",
        ] {
            assert!(matches!(read(output), EmbeddedError::DiskFull { .. }), "{output}");
        }
    }

    #[test]
    fn damage_is_told_apart_from_any_other_failure() {
        assert!(matches!(
            read(
                "LOG:  invalid checkpoint record\nPANIC:  could not locate a valid checkpoint record"
            ),
            EmbeddedError::Damaged { .. }
        ));
        assert!(matches!(read("FATAL:  something new"), EmbeddedError::Failed { .. }));
    }

    #[test]
    fn the_sentences_are_finished_and_carry_no_path() {
        for error in [
            read("No space left on device"),
            read("Read-only file system"),
            EmbeddedError::OtherVersion {
                path: "/data".into(),
                found: "16".into(),
                ours: "17".into(),
            },
            EmbeddedError::OtherUser { path: "/data".into(), user: "ana".into() },
            EmbeddedError::BinariesMissing { file: "/data/bin/postgres".into() },
        ] {
            let sentence = error.to_string();
            assert!(sentence.ends_with('.') && !sentence.contains("/data"), "{sentence}");
        }
    }
}
