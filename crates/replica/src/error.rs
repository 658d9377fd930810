//! What can go wrong with a replica, typed. None of it is the user's fault; every message is a finished sentence.

/// Why a replica file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key is not this file's, or the file is damaged: without the key the two look the same.
    #[error("The local copy cannot be read.")]
    WrongKeyOrCorrupt,
    /// A newer Cloche wrote the file.
    #[error("The local copy was made by a newer version of Cloche.")]
    Newer {
        /// The schema version found in the file.
        found: i64,
    },
    /// An older Cloche wrote the file.
    #[error("The local copy was made by an older version of Cloche.")]
    Older {
        /// The schema version found in the file.
        found: i64,
    },
    /// The folder or the file cannot be used (permissions, disk full, not a folder …).
    #[error("The local copy cannot be opened.")]
    Io(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is said of a row that holds a value which only a newer Cloche knows.
pub const NEWER: &str =
    "This record was saved by a newer version of Cloche. Update Cloche to change it.";

/// Why reading from or writing to an open replica failed.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// The file is damaged: set it aside and load a new one ([`crate::ReplicaSlot::rebuild`]).
    #[error("The local copy is damaged.")]
    Damaged,
    /// The replica was wiped or replaced while it was in use; ask the slot for the current one.
    #[error("The local copy was closed.")]
    Closed,
    /// The disk is full or the file became read-only.
    #[error("The local copy cannot be written. Check that the disk has space left.")]
    NotWritable,
    /// A row holds a value that only a newer Cloche knows, so it can be shown but not planned with.
    #[error("{NEWER}")]
    NotUnderstood(#[source] serde_json::Error),
    /// An image from the server lacks what its table needs.
    #[error("The server sent a row that cannot be read.")]
    Malformed {
        /// The table of the row.
        table: String,
        /// The column that is missing or has the wrong type.
        column: &'static str,
    },
    /// Anything else SQLite reports.
    #[error("The local copy reported an error.")]
    Database(#[source] sqlx::Error),
}

/// SQLite's primary result codes that mean something to us.
mod code {
    pub const PERM: i32 = 3;
    pub const READONLY: i32 = 8;
    pub const IOERR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const NOTADB: i32 = 26;
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(error) = error else { return None };
    error.code()?.parse::<i32>().ok().map(|extended| extended & 0xff)
}

impl From<sqlx::Error> for ReplicaError {
    fn from(error: sqlx::Error) -> Self {
        match (&error, primary_code(&error)) {
            (sqlx::Error::PoolClosed, _) => Self::Closed,
            (_, Some(code::CORRUPT | code::NOTADB)) => Self::Damaged,
            (_, Some(code::PERM | code::READONLY | code::IOERR | code::FULL)) => Self::NotWritable,
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        match primary_code(&error) {
            // SQLCipher reports a page that fails its authentication as a plain error (1).
            Some(1 | code::CORRUPT | code::NOTADB) => Self::WrongKeyOrCorrupt,
            _ => Self::Io(Box::new(error)),
        }
    }
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Box::new(error))
    }
}
