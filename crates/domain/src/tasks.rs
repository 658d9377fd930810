//! Tasks: what has to be done for an event, by whom, until when, and after what.

mod batch;
mod form;
mod graph;
mod moving;
mod status;
#[cfg(test)]
mod tests;

pub use batch::{plan_assign, plan_delete};
pub use form::{TaskForm, check_due, plan_create, plan_edit};
pub use graph::{finished_out_of_order, ordered};
pub use moving::{DueTimes, Start, moved_due_times};
pub use status::{
    MoveMay, TaskCategory, TaskMay, TaskStatus, TasksMay, event_verdicts, plan_status, verdicts,
};

pub(crate) use form::{DESCRIPTION, TITLE};
pub(crate) use moving::plan_due_times;

use crate::change::Entity;
use chrono::{DateTime, Duration, SubsecRound, Timelike, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// A task of an event. Fields are the columns of `tasks`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Row id.
    pub id: Uuid,
    /// The event it belongs to, for good.
    pub event_id: Uuid,
    /// 1–255 characters, trimmed.
    pub title: String,
    /// At most 10 000 characters.
    pub description: Option<String>,
    /// Until when; between the years 2000 and 2099.
    pub due_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: TaskStatus,
    /// Before, during or after the event.
    pub category: TaskCategory,
    /// The staff resource that does it.
    pub assigned_to: Option<Uuid>,
    /// Set by the server, as all that follow; empty unless completed, and for what was imported.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who completed it.
    pub completed_by: Option<Uuid>,
    /// Who created it.
    pub created_by: Option<Uuid>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Entity for Task {
    const TABLE: &'static str = "tasks";
    const DESK_COLUMNS: &'static [&'static str] =
        &["event_id", "title", "description", "due_at", "status", "category", "assigned_to"];
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Task {
    /// Whether it should have been completed by now; told by the minute.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.status != TaskStatus::Completed && self.due_at.is_some_and(|due| due < minute(now))
    }

    /// Whether it has to be completed within 24 hours from now and is not overdue yet.
    #[must_use]
    pub fn is_due_soon(&self, now: DateTime<Utc>) -> bool {
        let until = minute(now) + Duration::hours(24);
        self.status != TaskStatus::Completed
            && self.due_at.is_some_and(|due| minute(now) <= due && due <= until)
    }
}

/// The minute that `now` lies in.
fn minute(now: DateTime<Utc>) -> DateTime<Utc> {
    now.trunc_subsecs(0).with_second(0).unwrap_or(now)
}

/// That one task waits for another of the same event. Fields are the columns of `task_dependencies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDependency {
    /// Row id.
    pub id: Uuid,
    /// The event of both.
    pub event_id: Uuid,
    /// The task that waits.
    pub task_id: Uuid,
    /// The task it waits for.
    pub prerequisite_id: Uuid,
}

impl Entity for TaskDependency {
    const TABLE: &'static str = "task_dependencies";
    const DESK_COLUMNS: &'static [&'static str] = &["event_id", "task_id", "prerequisite_id"];
    fn id(&self) -> Uuid {
        self.id
    }
}

impl TaskDependency {
    /// That `task_id` waits for `prerequisite_id`. The id follows from the two, so that a retry asks for the same row.
    #[must_use]
    pub fn new(event_id: Uuid, task_id: Uuid, prerequisite_id: Uuid) -> Self {
        let id = Uuid::new_v5(&task_id, prerequisite_id.as_bytes());
        Self { id, event_id, task_id, prerequisite_id }
    }
}

/// All tasks of one event, and what waits for what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventTasks {
    /// Every task of the event.
    pub tasks: Vec<Task>,
    /// Every dependency among them.
    pub dependencies: Vec<TaskDependency>,
    /// The tasks for which the caller's own resource is booked.
    pub mine: HashSet<Uuid>,
}

impl EventTasks {
    /// The task of that id.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The tasks that `id` waits for, in the order of the event's tasks.
    pub fn prerequisites(&self, id: Uuid) -> impl Iterator<Item = &Task> {
        let edges = self.dependencies.iter().filter(|edge| edge.task_id == id);
        let ids: HashSet<Uuid> = edges.map(|edge| edge.prerequisite_id).collect();
        self.tasks.iter().filter(move |task| ids.contains(&task.id))
    }

    /// The tasks that wait for `id`, in the order of the event's tasks.
    pub fn dependants(&self, id: Uuid) -> impl Iterator<Item = &Task> {
        let edges = self.dependencies.iter().filter(|edge| edge.prerequisite_id == id);
        let ids: HashSet<Uuid> = edges.map(|edge| edge.task_id).collect();
        self.tasks.iter().filter(move |task| ids.contains(&task.id))
    }
}
