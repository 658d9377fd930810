//! Undo: of anything, by its command.

use crate::error::ActionError;
use crate::open::Desk;
use crate::view::Applied;
use serde::Deserialize;
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
    let applied = answer.map_err(|e| desk.explain(e, command_id, "Undo", &[]))?;
    let nothing_to_do = applied.rows.is_empty();
    desk.merge_own(&ticket, applied.rows, applied.n).await;
    let label = if nothing_to_do { "There was nothing left to undo" } else { "Undone" };
    Ok(Applied { command_id, label: label.to_owned(), nothing_to_do, undoable: true })
}
