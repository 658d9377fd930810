//! Events.

use crate::error::answer;
use crate::state::Shell;
use crate::state::desk_of;
use desk::activity::ActivityPage;
use desk::error::AppError;
use desk::events::{self, *};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn event_list(
    shell: State<'_, Shell>,
    input: EventListInput,
) -> Result<EventListing, AppError> {
    answer(events::event_list(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_board(
    shell: State<'_, Shell>,
    input: EventBoardInput,
) -> Result<EventBoard, AppError> {
    answer(events::event_board(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_types(shell: State<'_, Shell>) -> Result<EventTypes, AppError> {
    answer(events::event_types(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_page(shell: State<'_, Shell>, input: EventRef) -> Result<EventPage, AppError> {
    answer(events::event_page(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_form_check(
    shell: State<'_, Shell>,
    input: EventForm,
) -> Result<EventFormVerdict, AppError> {
    answer(events::event_form_check(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_move_preview(
    shell: State<'_, Shell>,
    input: EventMoveCheck,
) -> Result<EventMovePreview, AppError> {
    answer(events::event_move_preview(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_create(
    shell: State<'_, Shell>,
    input: EventCreate,
) -> Result<Applied, AppError> {
    answer(events::event_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_edit(shell: State<'_, Shell>, input: EventEdit) -> Result<Applied, AppError> {
    answer(events::event_edit(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_advance(
    shell: State<'_, Shell>,
    input: EventAdvance,
) -> Result<Applied, AppError> {
    answer(events::event_advance(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_cancel(
    shell: State<'_, Shell>,
    input: EventCancel,
) -> Result<Applied, AppError> {
    answer(events::event_cancel(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_reinstate(
    shell: State<'_, Shell>,
    input: EventAction,
) -> Result<Applied, AppError> {
    answer(events::event_reinstate(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_archive(
    shell: State<'_, Shell>,
    input: EventAction,
) -> Result<Applied, AppError> {
    answer(events::event_archive(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_unarchive(
    shell: State<'_, Shell>,
    input: EventAction,
) -> Result<Applied, AppError> {
    answer(events::event_unarchive(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_activity(
    shell: State<'_, Shell>,
    input: EventActivityInput,
) -> Result<ActivityPage, AppError> {
    answer(events::event_activity(&desk_of(&shell).await?, input).await)
}
