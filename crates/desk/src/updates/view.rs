//! What the window shows of updates.

use super::Statement;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A version that may be installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Offer {
    /// The version.
    pub version: String,
    /// What is new, in plain text.
    pub notes: String,
    /// When it was published.
    pub published: DateTime<Utc>,
}

impl From<&Statement> for Offer {
    fn from(statement: &Statement) -> Self {
        Self {
            version: statement.version.to_string(),
            notes: statement.notes.clone(),
            published: statement.published,
        }
    }
}

/// How far an update is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum UpdateState {
    /// This Cloche is kept up to date by other means.
    Unavailable {
        /// Why, as a finished sentence.
        reason: String,
    },
    /// Nobody has looked yet.
    Unknown,
    /// It is being looked for.
    Checking,
    /// There is none.
    UpToDate,
    /// There is one.
    Available {
        /// Which.
        offer: Offer,
    },
    /// It is being fetched.
    Downloading {
        /// Which.
        offer: Offer,
        /// Kilobytes fetched.
        done: u32,
        /// Kilobytes in all, where the server says so.
        of: Option<u32>,
    },
    /// It is installed when Cloche is closed.
    AtQuit {
        /// Which.
        offer: Offer,
    },
    /// Cloche closes, is replaced, and opens again.
    Installing {
        /// Which.
        offer: Offer,
    },
    /// It was not possible to look, to fetch or to install.
    Failed {
        /// Why, as finished sentences.
        message: String,
        /// What can be tried again.
        offer: Option<Offer>,
    },
}

/// What the window shows of updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct UpdateStatus {
    /// The version that runs.
    pub current: String,
    /// Whether it replaced an older one at this start.
    pub updated: bool,
    /// Whether Cloche looks for new versions by itself.
    pub automatic: bool,
    /// When it last got an answer that it believed.
    pub checked_at: Option<DateTime<Utc>>,
    /// How far an update is.
    pub state: UpdateState,
}

/// When to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UpdateWhen {
    /// At once: Cloche closes and opens again.
    Now,
    /// When the person closes Cloche.
    AtQuit,
    /// Not yet after all.
    Later,
}
