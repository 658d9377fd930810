//! The list of events.

use super::select::Selection;
use super::{EventFilter, EventRow, EventSort, EventSortBy, count_of, rows_of};
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
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
    /// One window of the events that match, in order, with the number of all matches. What is coming starts at `today` or
    /// after it.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_list_on(
        &self,
        input: &EventListInput,
        today: DateTime<Utc>,
    ) -> Result<EventListPage, ReplicaError> {
        if input.sort.by != EventSortBy::Coming {
            return self.event_list(input).await;
        }
        let part = |filter, descending, offset, limit| {
            let sort = EventSort { by: EventSortBy::StartsAt, descending };
            EventListInput { filter, sort, offset, limit }
        };
        let EventListInput { filter, offset, limit, .. } = input;
        let from = Some(filter.from.map_or(today, |from| from.max(today)));
        let coming = EventFilter { from, ..filter.clone() };
        let coming = self.event_list(&part(coming, false, *offset, *limit)).await?;
        let left = limit.min(&LONGEST_WINDOW) - count_of(coming.rows.len() as i64);
        let until = Some(filter.until.map_or(today, |until| until.min(today)));
        let been = EventFilter { until, ..filter.clone() };
        let skipped = offset.saturating_sub(coming.total);
        let been = self.event_list(&part(been, true, skipped, left)).await?;
        let total = coming.total + been.total;
        Ok(EventListPage { rows: [coming.rows, been.rows].concat(), total })
    }

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
