//! One resource's page.

use super::ResourceRow;
use crate::tasks::{TaskFilter, TaskListInput, TaskRow};
use crate::{Replica, ReplicaError, Viewer};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A resource's page shows this many open tasks at most.
const PAGE_TASKS: u32 = 200;

/// Everything the resource's page shows, except its schedule and what the user may do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceDetail {
    /// As lists show it.
    pub row: ResourceRow,
    /// Free text.
    pub notes: Option<String>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Its tasks that are not completed, the earliest due first, at most 200.
    pub open_tasks: Vec<TaskRow>,
}

/// The columns of a resource that have no column here.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Rest {
    notes: Option<String>,
    created_at: Option<DateTime<Utc>>,
}

impl Replica {
    /// What the page of one resource shows; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn resource_detail(
        &self,
        resource_id: Uuid,
        viewer: &Viewer,
    ) -> Result<Option<ResourceDetail>, ReplicaError> {
        let row = self.resource_rows(&[resource_id], viewer.now).await?.pop();
        let body: Option<String> = sqlx::query_scalar("select body from resources where id = ?1")
            .bind(resource_id)
            .fetch_optional(self.readers())
            .await?;
        let (Some(row), Some(body)) = (row, body) else { return Ok(None) };
        let rest: Rest = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        let filter = TaskFilter { assigned_to: Some(resource_id), ..TaskFilter::default() };
        let input = TaskListInput { filter, limit: PAGE_TASKS, ..TaskListInput::default() };
        Ok(Some(ResourceDetail {
            row,
            notes: rest.notes,
            created_at: rest.created_at,
            open_tasks: self.task_list(&input, viewer).await?.rows,
        }))
    }
}
