//! The answers of `api.cursor`, `api.snapshot` and `api.pull`, as they come from the server. Unknown keys are ignored.

use super::Position;
use crate::{PrintedRow, RowImage};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

/// Answer of `api.cursor`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct CursorReply {
    /// Number of the newest command.
    pub n: i64,
    /// Differs after a restore.
    #[serde(deserialize_with = "scalar")]
    pub epoch: String,
    /// Differs when this user sees other rows.
    pub view: i64,
    /// The command of `n`, where the server says it.
    #[serde(default)]
    pub command: Option<Uuid>,
    /// The server's time.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// About how many rows a whole copy holds, where that was asked.
    #[serde(default)]
    pub rows: Option<u32>,
}

/// Answer of `api.snapshot`: rows of one table, by id.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct SnapshotReply {
    /// Number of the newest command in that snapshot.
    pub n: i64,
    /// Whole rows; each holds its `id`.
    pub rows: Vec<PrintedRow>,
    /// Whether the table ends here.
    pub done: bool,
}

/// Answer of `api.pull`: current images of rows touched since a position.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct PullReply {
    /// The position is not in the server's journal.
    #[serde(default)]
    pub resync: bool,
    /// Number of the newest command in that snapshot.
    pub n: i64,
    /// Differs after a restore.
    #[serde(deserialize_with = "scalar")]
    pub epoch: String,
    /// Differs when this user sees other rows.
    pub view: i64,
    /// Images; null rows are gone or no longer visible.
    #[serde(default)]
    pub rows: Vec<RowImage>,
    /// Where to go on.
    #[serde(default)]
    pub next: Option<Position>,
    /// Whether nothing is left to read at this n.
    #[serde(default)]
    pub done: bool,
}

/// An epoch is compared, never computed with; number or text is the server's choice.
fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}
