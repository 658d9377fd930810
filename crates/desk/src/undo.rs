//! Undo: of anything, by its command.

use crate::error::ActionError;
use crate::names::{Found, Wanted};
use crate::open::Desk;
use crate::view::Applied;
use domain::refusal::undo_reason;
use serde::Deserialize;
use serde_json::{Value, json};
use server::error::ServerError;
use uuid::Uuid;

/// Which command to undo.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct UndoInput {
    /// The undo's own id, so that a retry is harmless.
    pub command_id: Uuid,
    /// The command to undo; undoing an undo is redo.
    pub target: Uuid,
    /// After a refusal: undo what is not blocked.
    pub rest: bool,
}

/// Undoes a command, all or nothing.
///
/// # Errors
/// `refused` with kind `undo_blocked`, naming what blocks each row.
pub async fn undo(desk: &Desk, input: UndoInput) -> Result<Applied, ActionError> {
    let UndoInput { command_id, target, rest } = input;
    let ticket = desk.slot().ticket();
    let answer = desk.session().undo(desk.organization(), command_id, target, rest).await;
    let applied = match answer {
        Ok(applied) => applied,
        Err(error) => {
            return Err(desk.explain(worded(desk, error).await, command_id, "Undo", &[]));
        }
    };
    let nothing_to_do = applied.rows.is_empty();
    desk.merge_own(&ticket, applied.rows, applied.n).await;
    let label = if nothing_to_do { "There was nothing left to undo" } else { "Undone" };
    Ok(Applied { command_id, label: label.to_owned(), nothing_to_do, undoable: true })
}

/// What blocks an undo, row by row in sentences: the server tells ids and reasons, this desk knows the names.
async fn worded(desk: &Desk, error: ServerError) -> ServerError {
    let ServerError::Conflict { constraint, message, details: Some(mut details) } = error else {
        return error;
    };
    if constraint == "undo_blocked"
        && let Some(rows) = details.get_mut("blocked").and_then(Value::as_array_mut)
    {
        let mut wanted = Wanted::default();
        for (table, id) in rows.iter().flat_map(|row| place(row).into_iter().chain(first_by(row))) {
            wanted.add(table, id);
        }
        let found = wanted.find(desk).await;
        for row in rows {
            let told = {
                let reason = row.get("reason").and_then(Value::as_str).unwrap_or_default();
                let table = row.get("table").and_then(Value::as_str).unwrap_or_default();
                let (what, by) = (name(&found, place(row)), name(&found, first_by(row)));
                json!({ "reason": undo_reason(reason, table, what, by), "word": reason })
            };
            if let (Some(row), Value::Object(told)) = (row.as_object_mut(), told) {
                row.extend(told);
            }
        }
    }
    ServerError::Conflict { constraint, message, details: Some(details) }
}

/// Table and id of a row in the details.
fn place(row: &Value) -> Option<(&str, Uuid)> {
    Some((row.get("table")?.as_str()?, row.get("id")?.as_str()?.parse().ok()?))
}

/// The first thing in the way of a row.
fn first_by(row: &Value) -> Option<(&str, Uuid)> {
    place(row.get("by")?.get(0)?)
}

fn name<'a>(found: &'a Found, place: Option<(&str, Uuid)>) -> Option<&'a str> {
    let (table, id) = place?;
    found.name(table, id)
}
