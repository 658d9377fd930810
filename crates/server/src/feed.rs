//! The feed: what changed since a desk last looked, whole tables for a first sync, and what happened to one row.
//!
//! The feed's answers are read straight into the types of whoever follows it.

use crate::door::arguments;
use crate::error::ServerError;
use crate::session::{Patience, Repeat, Session};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use std::collections::HashMap;
use uuid::Uuid;

/// One journal entry as `api.history` answers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The feed's number.
    pub n: i64,
    /// The command.
    pub command_id: Uuid,
    /// Its name, such as `event.advance`.
    pub command: String,
    /// Who.
    pub actor: Option<Uuid>,
    /// Their name in the organization.
    pub actor_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// What it did to the row that was asked about, and to what belongs to it.
    #[serde(default)]
    pub changes: Vec<HistoryChange>,
    /// How many changes are left out of those, where there are very many.
    #[serde(default)]
    pub more: u32,
    /// The command that undid it.
    pub undone_by: Option<Uuid>,
}

/// One row of a journal entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryChange {
    /// Table name without schema.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// `insert`, `update` or `delete`.
    pub op: String,
    /// Changed columns as they were.
    #[serde(default)]
    pub before: Option<Map<String, Value>>,
    /// Changed columns as they became.
    #[serde(default)]
    pub after: Option<Map<String, Value>>,
}

/// A page of a row's history, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct History {
    /// The entries.
    pub entries: Vec<HistoryEntry>,
    /// Whether there is nothing older.
    pub done: bool,
}

/// What an answer of the feed may be read into.
pub trait Answer: DeserializeOwned + Send + Unpin + 'static {}
impl<T: DeserializeOwned + Send + Unpin + 'static> Answer for T {}

impl Session {
    /// Where the organization's feed stands, `{n, epoch, view, at}`: one indexed read, and the server's time.
    ///
    /// # Errors
    /// [`ServerError::NotPermitted`] for somebody who is no longer a member.
    pub async fn cursor<T: Answer>(&self, org: Uuid) -> Result<T, ServerError> {
        let sql = "select api.cursor($1)::jsonb || jsonb_build_object('at', clock_timestamp())";
        self.call(sql, arguments!(org), Repeat::Once).await
    }

    /// About how many rows a whole copy of each table will hold for the caller.
    ///
    /// # Errors
    /// As [`Self::cursor`].
    pub async fn sizes(&self, org: Uuid) -> Result<HashMap<String, u32>, ServerError> {
        self.call("select api.sizes($1)", arguments!(org), Repeat::Once).await
    }

    /// The rows touched since a place in the feed (number, row within it, its command), at most `limit`.
    ///
    /// # Errors
    /// As [`Self::cursor`].
    pub async fn pull<T: Answer>(
        &self,
        org: Uuid,
        (n, seq, command): (i64, Option<i64>, Option<Uuid>),
        limit: i32,
    ) -> Result<T, ServerError> {
        self.patient_call(
            "select api.pull($1, $2, $3, $4, $5)",
            arguments!(org, n, seq, command, limit),
            Repeat::Once,
            Patience::Long,
        )
        .await
    }

    /// A page of a whole table, for a first sync.
    ///
    /// # Errors
    /// As [`Self::cursor`].
    pub async fn snapshot<T: Answer>(
        &self,
        org: Uuid,
        table: &'static str,
        after: Option<Uuid>,
        limit: i32,
    ) -> Result<T, ServerError> {
        self.patient_call(
            "select api.snapshot($1, $2, $3, $4)",
            arguments!(org, table, after, limit),
            Repeat::Once,
            Patience::Long,
        )
        .await
    }

    /// What happened to one row, newest first.
    ///
    /// # Errors
    /// As [`Self::cursor`].
    pub async fn history(
        &self,
        org: Uuid,
        table: &str,
        id: Uuid,
        before_n: Option<i64>,
        limit: i32,
    ) -> Result<History, ServerError> {
        let table = table.to_owned();
        self.call(
            "select api.history($1, $2, $3, $4, $5)",
            arguments!(org, table, id, before_n, limit),
            Repeat::Once,
        )
        .await
    }

    /// Which of `keys` an earlier import brought in already, and as what.
    ///
    /// # Errors
    /// As [`Self::cursor`].
    pub async fn imported(
        &self,
        org: Uuid,
        kind: &str,
        keys: Vec<String>,
    ) -> Result<HashMap<String, Uuid>, ServerError> {
        let kind = kind.to_owned();
        let arguments = arguments!(org, kind, keys);
        self.patient_call(
            "select api.imported($1, $2, $3)",
            arguments,
            Repeat::Once,
            Patience::Long,
        )
        .await
    }
}
