//! What the window shows about sync.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where sync stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// The first load is running; what came so far can be used.
    FirstSync,
    /// Up to date.
    Live,
    /// Catching up, or not yet in contact.
    #[default]
    Syncing,
    /// Out of contact; everything can be read as of the last contact.
    Offline,
    /// A fresh copy is being loaded; the old one is shown meanwhile.
    OldCopy,
}

/// Sync as the window shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncStatus {
    /// Where sync stands.
    pub state: SyncState,
    /// The server's last sign of life.
    pub as_of: Option<DateTime<Utc>>,
    /// Rows loaded so far in a first or fresh load.
    pub rows_done: u32,
    /// Rows to load, where known.
    pub rows_total: Option<u32>,
    /// A finished sentence, where there is more to say.
    pub message: Option<String>,
}
