//! The board: one column per status.

use super::LONGEST_WINDOW;
use super::select::Selection;
use super::{EventFilter, EventRow, EventSort, EventSortBy, count_of, rows_of};
use crate::{Replica, ReplicaError};
use domain::events::Status;
use serde::{Deserialize, Serialize};

/// The columns of the board, in the order of the lifecycle.
const COLUMNS: [Status; 7] = [
    Status::Inquiry,
    Status::Planning,
    Status::Preparation,
    Status::InProgress,
    Status::Completed,
    Status::FollowUp,
    Status::Cancelled,
];

/// Input of [`Replica::event_board`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventBoardInput {
    /// Which events; its statuses choose the columns.
    pub filter: EventFilter,
    /// Rows per column, at most 1 000.
    pub per_column: u32,
}

/// Answer of [`Replica::event_board`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventBoard {
    /// In the order of the lifecycle.
    pub columns: Vec<EventBoardColumn>,
}

/// One column of the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventBoardColumn {
    /// Its status.
    pub status: Status,
    /// How many events match in all.
    pub total: u32,
    /// What comes first: the earliest, where work is ahead; the latest, where it is done or called off.
    pub rows: Vec<EventRow>,
}

impl Replica {
    /// The first events of each status that match.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_board(&self, input: &EventBoardInput) -> Result<EventBoard, ReplicaError> {
        let wanted = &input.filter.statuses;
        let limit = input.per_column.min(LONGEST_WINDOW);
        let mut columns = Vec::with_capacity(COLUMNS.len());
        for status in COLUMNS.into_iter().filter(|s| wanted.is_empty() || wanted.contains(s)) {
            let filter = EventFilter { statuses: vec![status], ..input.filter.clone() };
            let selection = Selection::of(&filter);
            let matches = selection.matches(self.readers()).await?;
            let over = matches!(status, Status::Completed | Status::FollowUp | Status::Cancelled);
            let sort = EventSort { by: EventSortBy::Status, descending: over };
            let rows = match matches.total {
                0 => vec![],
                _ => rows_of(&selection.rows(self.readers(), sort, matches, (0, limit)).await?)?,
            };
            columns.push(EventBoardColumn { status, total: count_of(matches.total), rows });
        }
        Ok(EventBoard { columns })
    }
}
