//! Clients.

use crate::error::answer;
use crate::state::Shell;
use crate::state::desk_of;
use desk::activity::ActivityPage;
use desk::clients::{self, *};
use desk::error::AppError;
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn client_list(
    shell: State<'_, Shell>,
    input: ClientListInput,
) -> Result<ClientListing, AppError> {
    answer(clients::client_list(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn client_page(
    shell: State<'_, Shell>,
    input: ClientRef,
) -> Result<ClientPage, AppError> {
    answer(clients::client_page(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn client_create(
    shell: State<'_, Shell>,
    input: ClientCreate,
) -> Result<Applied, AppError> {
    answer(clients::client_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn client_edit(shell: State<'_, Shell>, input: ClientEdit) -> Result<Applied, AppError> {
    answer(clients::client_edit(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn client_delete(
    shell: State<'_, Shell>,
    input: ClientAction,
) -> Result<Applied, AppError> {
    answer(clients::client_delete(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn client_activity(
    shell: State<'_, Shell>,
    input: ClientActivityInput,
) -> Result<ActivityPage, AppError> {
    answer(clients::client_activity(&desk_of(&shell).await?, input).await)
}
