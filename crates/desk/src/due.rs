//! How much waits for this person: what the tray says.

use crate::error::ActionError;
use crate::open::Desk;
use crate::tasks::task_list;
use replica::{TaskFilter, TaskListInput, TaskScope, TaskSort, TaskState};

/// So many of today's are looked at one by one; whoever has more does not count them.
const MOST: u32 = 200;

/// How many of the person's own tasks are overdue, or due today.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn due_for_me(desk: &Desk) -> Result<u32, ActionError> {
    let mine = |state, limit| TaskListInput {
        filter: TaskFilter { scope: TaskScope::Mine, state, ..TaskFilter::default() },
        sort: TaskSort::default(),
        offset: 0,
        limit,
    };
    let overdue = task_list(desk, mine(TaskState::Overdue, 0)).await?.total;
    let today = task_list(desk, mine(TaskState::DueToday, MOST)).await?;
    // What was due this morning is overdue already.
    let counted = today.rows.iter().filter(|task| task.is_overdue).count();
    Ok(overdue + today.total.saturating_sub(u32::try_from(counted).unwrap_or(u32::MAX)))
}
