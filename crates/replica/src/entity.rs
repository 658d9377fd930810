//! Rows back as the entities that planners work on.

use crate::ReplicaError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The entity whose columns are those of `body` and `own`, the columns that the replica keeps apart.
pub(crate) fn entity<E: DeserializeOwned>(body: &str, own: Value) -> Result<E, ReplicaError> {
    let mut columns: Map<String, Value> =
        serde_json::from_str(body).map_err(ReplicaError::NotUnderstood)?;
    if let Value::Object(own) = own {
        columns.extend(own);
    }
    serde_json::from_value(Value::Object(columns)).map_err(ReplicaError::NotUnderstood)
}

/// The outcome, unless it is that only a newer Cloche understands the row.
pub(crate) fn understood<E>(outcome: Result<E, ReplicaError>) -> Option<Result<E, ReplicaError>> {
    match outcome {
        Err(ReplicaError::NotUnderstood(_)) => None,
        outcome => Some(outcome),
    }
}

/// Ids as the JSON array that statements read with `json_each` and `unhex`.
pub(crate) fn json_of_ids(ids: &[uuid::Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    Value::from(ids).to_string()
}
