//! One event's tasks, with what waits for what and who is booked on them.

use super::{JOINS, ROW, TaskRow};
use crate::schedule::BookingRow;
use crate::{Replica, ReplicaError, Viewer};
use domain::tasks::{EventTasks, TaskStatus, finished_out_of_order, ordered};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use uuid::Uuid;

/// A task on its event's page, except what the viewer may do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventTaskParts {
    /// As lists show it.
    pub row: TaskRow,
    /// Free text.
    pub description: Option<String>,
    /// The tasks it waits for.
    pub prerequisites: Vec<TaskLink>,
    /// The tasks that wait for it.
    pub dependants: Vec<TaskLink>,
    /// Completed although one it waits for is not: history that was imported so.
    pub finished_out_of_order: bool,
    /// What is booked for it.
    pub bookings: Vec<BookingRow>,
}

/// Another task of the same event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskLink {
    /// Row id.
    pub id: Uuid,
    /// What is to be done.
    pub title: String,
    /// Where it stands.
    pub status: TaskStatus,
}

fn link(task: &domain::tasks::Task) -> TaskLink {
    TaskLink { id: task.id, title: task.title.clone(), status: task.status }
}

impl Replica {
    /// The tasks of an event: by category, prerequisites first, then by when they are due; last those that only a newer
    /// Cloche understands.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_tasks(
        &self,
        event_id: Uuid,
        viewer: &Viewer,
    ) -> Result<Vec<EventTaskParts>, ReplicaError> {
        let sql = format!(
            "select {ROW} from tasks t indexed by tasks_of_event {JOINS} where t.event_id = ?2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(viewer.resource_id)
            .bind(event_id)
            .fetch_all(self.readers())
            .await?;
        let reader = self.task_reader(viewer).await?;
        let shown = reader.rows(&rows)?;
        let tasks = self.tasks_of_event(event_id, viewer.resource_id).await?;
        let mut bookings: HashMap<Uuid, Vec<BookingRow>> = HashMap::new();
        for booking in self.event_bookings(event_id).await? {
            if let Some(task_id) = booking.task_id {
                bookings.entry(task_id).or_default().push(booking);
            }
        }
        Ok(parts(&tasks, shown, bookings))
    }
}

/// A task that was deleted between the two reads is in only one of them, and shown as it was.
fn parts(
    tasks: &EventTasks,
    mut shown: Vec<TaskRow>,
    mut bookings: HashMap<Uuid, Vec<BookingRow>>,
) -> Vec<EventTaskParts> {
    let places = ordered(tasks).into_iter().enumerate();
    let places: HashMap<Uuid, usize> = places.map(|(place, task)| (task.id, place)).collect();
    shown.sort_by_key(|row| places.get(&row.id).copied().unwrap_or(usize::MAX));
    let part = |row: TaskRow| EventTaskParts {
        description: tasks.find(row.id).and_then(|task| task.description.clone()),
        prerequisites: tasks.prerequisites(row.id).map(link).collect(),
        dependants: tasks.dependants(row.id).map(link).collect(),
        finished_out_of_order: finished_out_of_order(tasks, row.id),
        bookings: bookings.remove(&row.id).unwrap_or_default(),
        row,
    };
    shown.into_iter().map(part).collect()
}
