//! Row images as the server sends them, and what the replica takes from them.

use crate::ReplicaError;
use chrono::{DateTime, Utc};
pub use domain::change::RowImage;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The columns of an image, taken out one by one; what is left at the end is the row's `body`.
pub(crate) struct Columns {
    table: &'static str,
    left: Map<String, Value>,
}

impl Columns {
    pub fn of(table: &'static str, row: &Value) -> Result<Self, ReplicaError> {
        let Value::Object(columns) = row else {
            return Err(ReplicaError::Malformed { table: table.to_owned(), column: "id" });
        };
        // The file is of one organization, and a missing column reads as null.
        let left = columns
            .iter()
            .filter(|(name, value)| *name != "org_id" && !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Ok(Self { table, left })
    }

    fn malformed(&self, column: &'static str) -> ReplicaError {
        ReplicaError::Malformed { table: self.table.to_owned(), column }
    }

    pub fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, ReplicaError> {
        match self.left.remove(column) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.malformed(column)),
        }
    }

    pub fn text(&mut self, column: &'static str) -> Result<String, ReplicaError> {
        self.optional_text(column)?.ok_or_else(|| self.malformed(column))
    }

    /// An id as 32 hexadecimal digits, which `unhex` turns into the blob.
    pub fn id(&mut self, column: &'static str) -> Result<String, ReplicaError> {
        let id: Uuid = self.text(column)?.parse().map_err(|_| self.malformed(column))?;
        Ok(id.simple().to_string())
    }

    /// An instant in microseconds, as exact as the server's.
    pub fn instant(&mut self, column: &'static str) -> Result<i64, ReplicaError> {
        let text = self.text(column)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(|_| self.malformed(column))?;
        Ok(at.timestamp_micros())
    }

    pub fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, ReplicaError> {
        match self.left.remove(column) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| self.malformed(column)),
        }
    }

    pub fn boolean(&mut self, column: &'static str) -> Result<bool, ReplicaError> {
        let value = self.left.remove(column);
        value.and_then(|v| v.as_bool()).ok_or_else(|| self.malformed(column))
    }

    /// What no column of the replica took.
    pub fn rest(self) -> Value {
        Value::Object(self.left)
    }
}

/// The instant of a microsecond count from the replica.
pub(crate) fn instant_of(micros: i64) -> DateTime<Utc> {
    // Out of chrono's range only if a hostile server sent it; shown as the epoch rather than not at all.
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
