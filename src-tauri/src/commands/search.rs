//! Search over everything.

use crate::error::answer;
use crate::state::Shell;
use crate::state::desk_of;
use desk::error::AppError;
use desk::search::{self, SearchInput, SearchResult};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn search(shell: State<'_, Shell>, input: SearchInput) -> Result<SearchResult, AppError> {
    answer(search::search(&desk_of(&shell).await?, input).await)
}
