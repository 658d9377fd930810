//! The list of tasks, and how many there are of each kind.

use super::select::{Selection, shelves_of};
use super::{TaskFilter, TaskRow, TaskScope, TaskSort, TaskState};
use crate::events::{LONGEST_WINDOW, count_of};
use crate::{Replica, ReplicaError, Viewer};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

/// Input of [`Replica::task_list`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TaskListInput {
    /// Which tasks.
    pub filter: TaskFilter,
    /// In which order.
    pub sort: TaskSort,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to answer, at most 1 000.
    pub limit: u32,
}

/// Answer of [`Replica::task_list`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TaskListPage {
    /// The window.
    pub rows: Vec<TaskRow>,
    /// How many tasks match in all.
    pub total: u32,
}

/// Answer of [`Replica::task_counts`]: tasks of events that are not archived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskCounts {
    /// The viewer's that are not completed.
    pub mine_open: u32,
    /// The viewer's that are overdue.
    pub mine_overdue: u32,
    /// Everybody's that are not completed.
    pub all_open: u32,
    /// Everybody's that are overdue.
    pub all_overdue: u32,
    /// Nobody's yet, and not completed.
    pub unassigned_open: u32,
}

impl Replica {
    /// One window of the tasks that match, in order, with the number of all matches.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn task_list(
        &self,
        input: &TaskListInput,
        viewer: &Viewer,
    ) -> Result<TaskListPage, ReplicaError> {
        let selection = Selection::of(&input.filter, viewer);
        self.selected(&selection, input.sort, (input.offset, input.limit), viewer).await
    }

    /// The first tasks, the earliest due first, that are due from one instant (in microseconds) until another, and how
    /// many are.
    pub(crate) async fn tasks_due(
        &self,
        filter: &TaskFilter,
        range: (i64, i64),
        limit: u32,
        viewer: &Viewer,
    ) -> Result<TaskListPage, ReplicaError> {
        let selection = Selection::due_within(filter, viewer, range);
        self.selected(&selection, TaskSort::default(), (0, limit), viewer).await
    }

    async fn selected(
        &self,
        selection: &Selection,
        sort: TaskSort,
        (offset, limit): (u32, u32),
        viewer: &Viewer,
    ) -> Result<TaskListPage, ReplicaError> {
        let matches = selection.matches(self.readers()).await?;
        let total = count_of(matches.total);
        if offset >= total || limit == 0 {
            return Ok(TaskListPage { rows: vec![], total });
        }
        let window = (offset, limit.min(LONGEST_WINDOW));
        let rows = selection.rows(self.readers(), sort, &matches, window).await?;
        let reader = self.task_reader(viewer).await?;
        Ok(TaskListPage { rows: reader.rows(&rows)?, total })
    }

    /// The numbers beside the navigation and the tabs.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn task_counts(&self, viewer: &Viewer) -> Result<TaskCounts, ReplicaError> {
        let count = async |scope, state| {
            let filter = TaskFilter { scope, state, ..TaskFilter::default() };
            let matches = Selection::of(&filter, viewer).matches(self.readers()).await?;
            Ok::<u32, ReplicaError>(count_of(matches.total))
        };
        Ok(TaskCounts {
            mine_open: count(TaskScope::Mine, TaskState::Open).await?,
            mine_overdue: count(TaskScope::Mine, TaskState::Overdue).await?,
            all_open: count(TaskScope::All, TaskState::Open).await?,
            all_overdue: count(TaskScope::All, TaskState::Overdue).await?,
            unassigned_open: count(TaskScope::Unassigned, TaskState::Open).await?,
        })
    }

    /// How many tasks of an event there are: open, overdue, in all.
    pub(crate) async fn task_counts_of_event(
        &self,
        event_id: uuid::Uuid,
        viewer: &Viewer,
    ) -> Result<(u32, u32, u32), ReplicaError> {
        let sql = format!(
            "select coalesce(sum(t.shelf in ({open})), 0),
                 coalesce(sum(t.shelf in ({open}) and t.due_key < ?2), 0), count(*)
             from tasks t indexed by tasks_of_event where t.event_id = ?1",
            open = shelves_of(TaskState::Open)
        );
        let (open, overdue, total) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(event_id)
            .bind(viewer.minute().timestamp_micros())
            .fetch_one(self.readers())
            .await?;
        Ok((count_of(open), count_of(overdue), count_of(total)))
    }
}
