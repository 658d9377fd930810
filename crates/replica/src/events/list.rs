//! The list of events.

use super::select::Selection;
use super::{EventFilter, EventRow, EventSort, count_of, rows_of};
use crate::{Replica, ReplicaError};
use serde::{Deserialize, Serialize};

/// The longest window of a list that is answered at once.
pub(crate) const LONGEST_WINDOW: u32 = 1_000;

/// Input of [`Replica::event_list`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventListInput {
    /// Which events.
    pub filter: EventFilter,
    /// In which order.
    pub sort: EventSort,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to answer, at most 1 000.
    pub limit: u32,
}

/// Answer of [`Replica::event_list`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventListPage {
    /// The window.
    pub rows: Vec<EventRow>,
    /// How many events match in all.
    pub total: u32,
}

impl Replica {
    /// One window of the events that match, in order, with the number of all matches.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_list(&self, input: &EventListInput) -> Result<EventListPage, ReplicaError> {
        let selection = Selection::of(&input.filter);
        let matches = selection.matches(self.readers()).await?;
        let total = matches.total;
        if total == 0 || i64::from(input.offset) >= total {
            return Ok(EventListPage { rows: vec![], total: count_of(total) });
        }
        let window = (input.offset, input.limit.min(LONGEST_WINDOW));
        let rows = selection.rows(self.readers(), input.sort, matches, window).await?;
        Ok(EventListPage { rows: rows_of(&rows)?, total: count_of(total) })
    }
}
