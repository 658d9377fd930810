//! One event: its page, and the entity that planners work on.

use super::{EventRow, ROW, row_of};
use crate::image::instant_of;
use crate::{ClientRow, Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::events::{Event, Status};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// Everything the event's page shows, except what the user may do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventDetail {
    /// As lists show it.
    pub row: EventRow,
    /// Free text.
    pub notes: Option<String>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who archived it.
    pub archived_by_name: Option<String>,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Who called it off.
    pub cancelled_by_name: Option<String>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Who created it.
    pub created_by_name: Option<String>,
    /// Its client, where visible.
    pub client: Option<ClientRow>,
    /// The oldest first.
    pub status_history: Vec<StatusChange>,
}

/// One step of an event's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct StatusChange {
    /// Where it stood; `None` when the event was created.
    #[specta(type = Option<Status>)]
    pub old_status: Option<String>,
    /// Where it went.
    #[specta(type = Status)]
    pub new_status: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// Who, where known.
    pub changed_by_name: Option<String>,
    /// Whether it came with an import.
    pub imported: bool,
}

/// The columns of an event that have no column here.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Rest {
    notes: Option<String>,
    cancel_reason: Option<String>,
    archived_at: Option<DateTime<Utc>>,
    archived_by: Option<Uuid>,
    cancelled_at: Option<DateTime<Utc>>,
    cancelled_by: Option<Uuid>,
    created_at: Option<DateTime<Utc>>,
    created_by: Option<Uuid>,
}

/// The columns of a status change that have no column here.
#[derive(Deserialize)]
struct Step {
    old_status: Option<String>,
    new_status: String,
    changed_by: Option<Uuid>,
    #[serde(default)]
    imported: bool,
}

impl Replica {
    /// What the page of one event shows; `None` when there is none (any more). `now` decides which of the client's
    /// events are ahead.
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn event_detail(
        &self,
        event_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<EventDetail>, ReplicaError> {
        let sql = format!("select {ROW}, e.body from events e where e.id = ?1");
        let found =
            sqlx::query(AssertSqlSafe(sql)).bind(event_id).fetch_optional(self.readers()).await?;
        let Some(found) = found else { return Ok(None) };
        let (row, body) = (row_of(&found)?, found.try_get::<String, _>(12)?);
        let rest: Rest = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        let names = self.member_names().await?;
        let name_of = |user: Option<Uuid>| user.and_then(|user| names.get(&user).cloned());
        let client = self.client_row(row.client_id, now).await?;
        Ok(Some(EventDetail {
            client,
            status_history: self.status_history(event_id, &name_of).await?,
            row,
            notes: rest.notes,
            cancel_reason: rest.cancel_reason,
            archived_at: rest.archived_at,
            archived_by_name: name_of(rest.archived_by),
            cancelled_at: rest.cancelled_at,
            cancelled_by_name: name_of(rest.cancelled_by),
            created_at: rest.created_at,
            created_by_name: name_of(rest.created_by),
        }))
    }

    async fn status_history(
        &self,
        event_id: Uuid,
        name_of: &impl Fn(Option<Uuid>) -> Option<String>,
    ) -> Result<Vec<StatusChange>, ReplicaError> {
        let steps: Vec<(i64, String)> = sqlx::query_as(
            "select changed_at, body from event_status_log where event_id = ?1 order by changed_at, id",
        )
        .bind(event_id)
        .fetch_all(self.readers())
        .await?;
        let change = |(at, body): (i64, String)| {
            let step: Step = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
            Ok(StatusChange {
                old_status: step.old_status,
                new_status: step.new_status,
                changed_at: instant_of(at),
                changed_by_name: name_of(step.changed_by),
                imported: step.imported,
            })
        };
        steps.into_iter().map(change).collect()
    }

    /// The event as planners take it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn event(&self, event_id: Uuid) -> Result<Option<Event>, ReplicaError> {
        let sql = format!("select {ROW}, e.body from events e where e.id = ?1");
        let found =
            sqlx::query(AssertSqlSafe(sql)).bind(event_id).fetch_optional(self.readers()).await?;
        let Some(found) = found else { return Ok(None) };
        let body: String = found.try_get(12)?;
        let mut columns: Map<String, Value> =
            serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        // A list row has the server's column names, and `client_name` is ignored.
        let row = serde_json::to_value(row_of(&found)?).map_err(ReplicaError::NotUnderstood)?;
        if let Value::Object(row) = row {
            columns.extend(row);
        }
        serde_json::from_value(Value::Object(columns))
            .map(Some)
            .map_err(ReplicaError::NotUnderstood)
    }
}
