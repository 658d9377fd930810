//! Today, and what is printed.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::error::AppError;
use desk::events::EventRef;
use desk::today::{self, *};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn today(shell: State<'_, Shell>) -> Result<Today, AppError> {
    answer(today::today(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn person_day(
    shell: State<'_, Shell>,
    input: PersonDayInput,
) -> Result<PersonDay, AppError> {
    answer(today::person_day(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_sheet(shell: State<'_, Shell>, input: EventRef) -> Result<EventSheet, AppError> {
    answer(today::event_sheet(&desk_of(&shell).await?, input).await)
}

/// Opens the system's print dialog for what the window shows.
#[tauri::command]
#[specta::specta]
pub async fn window_print(window: tauri::WebviewWindow) -> Result<(), AppError> {
    window.print().map_err(|error| {
        tracing::warn!(%error, "the window cannot print");
        AppError::plain(desk::error::Code::Refused, "This computer’s printing cannot be reached.")
    })
}
