//! Who is booked on a task without being the one whom it is assigned to: the task is theirs as well.

use crate::ReplicaError;
use sqlx::SqliteConnection;

const PLACE: [&str; 4] = [
    "insert into tasks_unindexed select number from tasks_unplaced where true on conflict do nothing",
    "delete from task_helpers where number in (select number from tasks_unplaced)",
    "insert into task_helpers (assigned_to, shelf, due_key, number, category_rank, unassigned, title_key, event_key,
         assignee_key, event_id)
     select distinct s.resource_id, t.shelf, t.due_key, t.number, t.category_rank, t.unassigned, t.title_key,
         t.event_key, t.assignee_key, t.event_id
     from tasks_unplaced u cross join tasks t on t.number = u.number
     cross join resource_schedule s on s.task_id = t.id
     where s.resource_id is not t.assigned_to",
    "delete from tasks_unplaced",
];

/// Brings the helpers of every task that the triggers noted up to date. The search index, which knows them, comes after.
pub(crate) async fn place_helpers(connection: &mut SqliteConnection) -> Result<(), ReplicaError> {
    for statement in PLACE {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}
