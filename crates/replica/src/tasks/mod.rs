//! Reading tasks: the list, one event's tasks, the entities that planners work on.

mod event;
mod found;
mod helpers;
mod list;
mod order;
mod select;

pub use event::{EventTaskParts, TaskLink};
pub(crate) use helpers::place_helpers;
pub use list::{TaskCounts, TaskListInput, TaskListPage};
pub(crate) use select::{NEVER_DUE, SEARCHED};

use crate::entity::{entity, json_of_ids, understood};
use crate::events::count_of;
use crate::image::instant_of;
use crate::{Replica, ReplicaError, Viewer};
use chrono::{DateTime, Duration, Utc};
use domain::events::Status;
use domain::tasks::{EventTasks, Task, TaskCategory, TaskDependency, TaskStatus};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// Whose tasks to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TaskScope {
    /// Everybody's.
    #[default]
    All,
    /// Assigned to the viewer's resource, or the viewer's resource is booked on it.
    Mine,
    /// Nobody's yet.
    Unassigned,
}

/// In which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Not completed.
    #[default]
    Open,
    /// Not completed, and due before this minute.
    Overdue,
    /// Not completed, and due today.
    DueToday,
    /// Completed.
    Completed,
    /// Any.
    Any,
}

/// Whether tasks of archived events are among those shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TasksArchived {
    /// Only those of events that are not archived.
    #[default]
    Without,
    /// Both.
    With,
}

/// Which tasks to show; every condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TaskFilter {
    /// Whose.
    pub scope: TaskScope,
    /// In which state.
    pub state: TaskState,
    /// Of this event.
    pub event_id: Option<Uuid>,
    /// Assigned to this resource.
    pub assigned_to: Option<Uuid>,
    /// Of this category.
    pub category: Option<TaskCategory>,
    /// Every word begins a word of the title, the event's name or the assigned person's name.
    pub text: Option<String>,
    /// Archived events.
    pub archived: TasksArchived,
}

/// What a list of tasks is sorted by. Tasks that are not due, and tasks that are nobody's, come last in either direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TaskSortBy {
    /// When it is due.
    #[default]
    DueAt,
    /// Title without case and accents, then when it is due.
    Title,
    /// The event's name without case and accents, then when it is due.
    Event,
    /// The assigned person's name without case and accents, then when it is due.
    AssignedTo,
    /// From pending to completed; what is due first always comes first within one.
    Status,
}

/// Order of a list of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskSort {
    /// By what.
    pub by: TaskSortBy,
    /// Largest or latest first.
    pub descending: bool,
}

/// A task as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TaskRow {
    /// Row id.
    pub id: Uuid,
    /// The event it belongs to.
    pub event_id: Uuid,
    /// Empty while the event is not visible.
    pub event_name: String,
    /// One of [`Status`], or text of a newer Cloche.
    #[specta(type = Status)]
    pub event_status: String,
    /// The event's first instant.
    pub event_starts_at: DateTime<Utc>,
    /// IANA zone of the event's venue.
    pub time_zone: String,
    /// Whether the event is filed away, which makes the task read-only.
    pub is_archived: bool,
    /// What is to be done.
    pub title: String,
    /// Until when.
    pub due_at: Option<DateTime<Utc>>,
    /// One of [`TaskStatus`], or text of a newer Cloche.
    #[specta(type = TaskStatus)]
    pub status: String,
    /// One of [`TaskCategory`], or text of a newer Cloche.
    #[specta(type = TaskCategory)]
    pub category: String,
    /// The staff resource that does it.
    pub assigned_to: Option<Uuid>,
    /// Its name.
    pub assigned_to_name: Option<String>,
    /// Whether the viewer is that person, or is booked on it.
    pub is_mine: bool,
    /// Not completed, and due before this minute.
    pub is_overdue: bool,
    /// Not completed, and due within 24 hours.
    pub is_due_soon: bool,
    /// Tasks it waits for that are not completed.
    pub open_prerequisites: u32,
    /// When it was completed; unknown for what was imported.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who completed it.
    pub completed_by_name: Option<String>,
}

/// The place of a task's status in the life of a task; statuses of a newer Cloche come last.
pub(crate) fn status_rank(status: &str) -> i64 {
    rank_in(TaskStatus::all().iter().map(|status| status.as_str()), status)
}

/// The place of a category in the course of an event; categories of a newer Cloche come last.
pub(crate) fn category_rank(category: &str) -> i64 {
    rank_in(TaskCategory::all().iter().map(|category| category.as_str()), category)
}

/// The place of `wanted`, or the one after the last.
pub(crate) fn rank_in<'a>(mut known: impl ExactSizeIterator<Item = &'a str>, wanted: &str) -> i64 {
    let after = known.len();
    known.position(|text| text == wanted).unwrap_or(after) as i64
}

/// The rank of [`TaskStatus::Completed`].
pub(crate) const COMPLETED: i64 = 2;

/// The columns that [`row_of`] reads, of a `tasks t`; `?1` is the viewer's resource. [`JOINS`] follow the table.
pub(crate) const ROW: &str = "t.id, t.event_id, coalesce(e.name, ''), coalesce(e.status, 'inquiry'),
     coalesce(e.starts_at, 0), coalesce(e.time_zone, 'UTC'), coalesce(e.is_archived, 0), t.title, t.due_key,
     t.status, t.category, t.assigned_to, r.name,
     t.assigned_to is ?1 and ?1 is not null
        or exists (select 1 from task_helpers h where h.number = t.number and h.assigned_to = ?1),
     (select count(*) from task_dependencies d cross join tasks p on p.id = d.prerequisite_id
        where d.task_id = t.id and p.status_rank <> 2),
     t.body ->> 'completed_at', t.body ->> 'completed_by', t.body";

/// The tables beside `tasks t` that [`ROW`] reads.
pub(crate) const JOINS: &str =
    "left join events e on e.id = t.event_id left join resources r on r.id = t.assigned_to";

/// Turns rows of [`ROW`] into [`TaskRow`]s.
pub(crate) struct TaskReader<'a> {
    pub viewer: &'a Viewer,
    pub names: HashMap<Uuid, String>,
}

impl TaskReader<'_> {
    pub fn row(&self, row: &SqliteRow) -> Result<TaskRow, sqlx::Error> {
        let status: String = row.try_get(9)?;
        let due_at = Some(row.try_get::<i64, _>(8)?).filter(|due| *due != NEVER_DUE);
        let due_at = due_at.map(instant_of);
        let is_open = status != TaskStatus::Completed.as_str();
        let minute = self.viewer.minute();
        let soon = minute + Duration::hours(24);
        let completed_at: Option<String> = row.try_get(15)?;
        let completed_by: Option<String> = row.try_get(16)?;
        let completed_by: Option<Uuid> = completed_by.and_then(|id| id.parse().ok());
        Ok(TaskRow {
            id: row.try_get(0)?,
            event_id: row.try_get(1)?,
            event_name: row.try_get(2)?,
            event_status: row.try_get(3)?,
            event_starts_at: instant_of(row.try_get(4)?),
            time_zone: row.try_get(5)?,
            is_archived: row.try_get(6)?,
            title: row.try_get(7)?,
            due_at,
            status,
            category: row.try_get(10)?,
            assigned_to: row.try_get(11)?,
            assigned_to_name: row.try_get(12)?,
            is_mine: row.try_get(13)?,
            is_overdue: is_open && due_at.is_some_and(|due| due < minute),
            is_due_soon: is_open && due_at.is_some_and(|due| minute <= due && due <= soon),
            open_prerequisites: count_of(row.try_get(14)?),
            completed_at: completed_at.and_then(|at| at.parse().ok()),
            completed_by_name: completed_by.and_then(|user| self.names.get(&user).cloned()),
        })
    }

    pub fn rows(&self, rows: &[SqliteRow]) -> Result<Vec<TaskRow>, ReplicaError> {
        Ok(rows.iter().map(|row| self.row(row)).collect::<Result<_, _>>()?)
    }
}

/// The columns of `tasks t` that [`task_of`] reads.
const ENTITY: &str =
    "t.id, t.event_id, t.title, t.due_key, t.status, t.category, t.assigned_to, t.body";

fn task_of(row: &SqliteRow) -> Result<Task, ReplicaError> {
    let due = Some(row.try_get::<i64, _>(3)?).filter(|due| *due != NEVER_DUE);
    let own = json!({
        "id": row.try_get::<Uuid, _>(0)?,
        "event_id": row.try_get::<Uuid, _>(1)?,
        "title": row.try_get::<String, _>(2)?,
        "due_at": due.map(instant_of),
        "status": row.try_get::<String, _>(4)?,
        "category": row.try_get::<String, _>(5)?,
        "assigned_to": row.try_get::<Option<Uuid>, _>(6)?,
    });
    entity(&row.try_get::<String, _>(7)?, own)
}

impl Replica {
    pub(crate) async fn task_reader<'a>(
        &self,
        viewer: &'a Viewer,
    ) -> Result<TaskReader<'a>, ReplicaError> {
        Ok(TaskReader { viewer, names: self.member_names().await? })
    }

    /// The task as lists show it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn task_row(
        &self,
        task_id: Uuid,
        viewer: &Viewer,
    ) -> Result<Option<TaskRow>, ReplicaError> {
        let sql = format!("select {ROW} from tasks t {JOINS} where t.id = ?2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(viewer.resource_id)
            .bind(task_id)
            .fetch_optional(self.readers())
            .await?;
        let reader = self.task_reader(viewer).await?;
        Ok(row.as_ref().map(|row| reader.row(row)).transpose()?)
    }

    /// The task as planners take it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn task(&self, task_id: Uuid) -> Result<Option<Task>, ReplicaError> {
        Ok(self.tasks(&[task_id]).await?.pop())
    }

    /// Those of the tasks that there are, as planners take them, in the order of the ids.
    ///
    /// # Errors
    /// As [`Replica::task`].
    pub async fn tasks(&self, task_ids: &[Uuid]) -> Result<Vec<Task>, ReplicaError> {
        let sql = format!(
            "select {ENTITY} from json_each(?1) j cross join tasks t on t.id = unhex(j.value) order by j.key"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(json_of_ids(task_ids))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(task_of).collect()
    }

    /// Every task of an event with what waits for what, as planners take them; `me` is the viewer's resource. Tasks that
    /// only a newer Cloche understands are left out, so that the others can be worked on.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn tasks_of_event(
        &self,
        event_id: Uuid,
        me: Option<Uuid>,
    ) -> Result<EventTasks, ReplicaError> {
        let sql = format!(
            "select {ENTITY} from tasks t indexed by tasks_of_event where t.event_id = ?1 order by t.number"
        );
        let tasks = sqlx::query(AssertSqlSafe(sql)).bind(event_id);
        let dependencies = sqlx::query_as::<_, (Uuid, Uuid, Uuid)>(
            "select id, task_id, prerequisite_id from task_dependencies where event_id = ?1 order by id",
        )
        .bind(event_id);
        let mine = sqlx::query_scalar::<_, Uuid>(
            "select distinct task_id from resource_schedule indexed by schedule_of_event
             where event_id = ?1 and resource_id = ?2 and task_id is not null",
        )
        .bind(event_id)
        .bind(me);
        let (tasks, dependencies, mine) = tokio::try_join!(
            tasks.fetch_all(self.readers()),
            dependencies.fetch_all(self.readers()),
            mine.fetch_all(self.readers())
        )?;
        let dependency = |(id, task_id, prerequisite_id)| TaskDependency {
            id,
            event_id,
            task_id,
            prerequisite_id,
        };
        Ok(EventTasks {
            tasks: tasks
                .iter()
                .filter_map(|row| understood(task_of(row)))
                .collect::<Result<_, _>>()?,
            dependencies: dependencies.into_iter().map(dependency).collect(),
            mine: mine.into_iter().collect(),
        })
    }
}
