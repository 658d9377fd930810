//! Why a backup could not be made, read or restored, as finished sentences.

use crate::setup::SetupError;
use std::io;

/// What can go wrong with an archive. Nothing is changed by any of them.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Something else than an archive of ours.
    #[error("This file is not a backup of Cloche.")]
    NotAnArchive,
    /// Its end is missing.
    #[error(
        "This backup is not complete: its end is missing. Nothing was changed; use another one."
    )]
    Truncated,
    /// What is in it is not what was written.
    #[error(
        "This backup is damaged: {what} is not as it was written. Nothing was changed; use another one."
    )]
    Damaged {
        /// Which part of it.
        what: String,
    },
    /// A format of the future.
    #[error("This backup was made by a newer version of Cloche. Update Cloche to restore it.")]
    Newer,
    /// A schema that this Cloche does not know.
    #[error(
        "This backup was made by a different build of Cloche (step {step} is unknown here). Nothing was changed."
    )]
    UnknownSchema {
        /// The step.
        step: i64,
    },
    /// The database is not as this Cloche expects it.
    #[error("The server has to be brought up to date before anything can be restored on it.")]
    OldServer,
    /// The organization is there and may not be replaced.
    #[error("{name} is there already. Nothing was changed.")]
    AlreadyThere {
        /// Its name.
        name: String,
    },
    /// The organization is not on this server.
    #[error("This organization is not on this server.")]
    Unknown,
    /// The person of the archive is somebody else here.
    #[error(
        "A sign-in of this backup belongs to somebody with another e-mail address on this server. Nothing was changed."
    )]
    OtherPerson,
    /// Somebody kept writing.
    #[error(
        "People are working in this organization right now. Nothing was changed; try again in a moment."
    )]
    Busy,
    /// Somebody works in the organization where it was to be moved to.
    #[error("{name} is already in use on that server. Nothing was changed there.")]
    InUseThere {
        /// Its name.
        name: String,
    },
    /// Nobody could tell the other server that it is open there now.
    #[error(
        "Everything arrived on the other server, but it could not be opened there. Open your office here again, and move it once more."
    )]
    NotOpened,
    /// A receipt for something else.
    #[error("This receipt is for another office.")]
    OtherReceipt,
    /// People went on working after the copy.
    #[error(
        "Your office was changed after the copy was saved. Save another copy, and have it restored in place of the first."
    )]
    ChangedSince,
    /// What arrived is not what was sent.
    #[error(
        "What arrived on the other server is not what was sent ({what}). Your office stays where it is."
    )]
    NotTheSame {
        /// Which table.
        what: String,
    },
    /// A constraint does not hold for what was loaded.
    #[error("This backup does not fit together ({constraint}). Nothing was changed.")]
    Broken {
        /// The constraint.
        constraint: String,
    },
    /// No space left.
    #[error("The disk is full. Make some space and try again; nothing was lost.")]
    DiskFull,
    /// A folder that cannot be written.
    #[error("Cloche may not write in this folder. Choose another one, or change its permissions.")]
    ReadOnly,
    /// Files otherwise.
    #[error("The backup file could not be read or written.")]
    Files(#[source] io::Error),
    /// Setting up the database in which an older archive is brought up to date.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Anything else of the database.
    #[error("The server could not be asked for its data.")]
    Database(#[source] sqlx::Error),
}

impl ArchiveError {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// Whether another attempt may go better: somebody else was faster.
    pub(super) fn is_lost_race(&self) -> bool {
        matches!(self, Self::Database(error) if crate::error::is_lost_race(error))
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Files(error),
        }
    }
}

impl From<sqlx::Error> for ArchiveError {
    fn from(error: sqlx::Error) -> Self {
        // PostgreSQL's own disk may be the full one.
        let code = error.as_database_error().and_then(|e| e.code().map(|c| c.into_owned()));
        let constraint = error.as_database_error().and_then(|e| e.constraint()).map(str::to_owned);
        match (code.as_deref(), constraint) {
            (Some("53100"), _) => Self::DiskFull,
            (Some(code), Some(constraint)) if code.starts_with("23") => Self::Broken { constraint },
            (Some(code), _) if code.starts_with("22") => Self::damaged("one of its values"),
            _ => Self::Database(error),
        }
    }
}
