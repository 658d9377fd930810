//! Search over the local copy.

use crate::error::ActionError;
use crate::open::Desk;
use chrono::{DateTime, Utc};
use replica::Hit;
pub use replica::SearchInput;
use serde::Serialize;

/// What was found.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct SearchResult {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How old the copy is, while offline.
    pub as_of: Option<DateTime<Utc>>,
}

/// Finds events and clients by any of their words.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn search(desk: &Desk, input: SearchInput) -> Result<SearchResult, ActionError> {
    let input = &input;
    let found = desk.read(|replica| async move { replica.search(input).await }).await?;
    Ok(SearchResult { hits: found.hits, as_of: desk.offline_since() })
}
