//! Undo.

use crate::error::answer;
use crate::state::Shell;
use crate::state::desk_of;
use desk::error::AppError;
use desk::undo::{self, UndoInput};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn undo(shell: State<'_, Shell>, input: UndoInput) -> Result<Applied, AppError> {
    answer(undo::undo(&desk_of(&shell).await?, input).await)
}
