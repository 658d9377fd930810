//! Who and what is booked.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::error::AppError;
use desk::events::EventRef;
use desk::schedule::{self, *};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn event_staffing(
    shell: State<'_, Shell>,
    input: EventRef,
) -> Result<EventStaffing, AppError> {
    answer(schedule::event_staffing(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_release_preview(
    shell: State<'_, Shell>,
    input: EventRef,
) -> Result<EventReleasePreview, AppError> {
    answer(schedule::event_release_preview(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn assignment_check(
    shell: State<'_, Shell>,
    input: AssignmentCheck,
) -> Result<AssignmentVerdict, AppError> {
    answer(schedule::assignment_check(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn assignment_candidates(
    shell: State<'_, Shell>,
    input: AssignmentCandidatesInput,
) -> Result<AssignmentCandidates, AppError> {
    answer(schedule::assignment_candidates(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn block_check(
    shell: State<'_, Shell>,
    input: BlockCheck,
) -> Result<AssignmentVerdict, AppError> {
    answer(schedule::block_check(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn assignment_create(
    shell: State<'_, Shell>,
    input: AssignmentCreate,
) -> Result<Applied, AppError> {
    answer(schedule::assignment_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn assignment_edit(
    shell: State<'_, Shell>,
    input: AssignmentEdit,
) -> Result<Applied, AppError> {
    answer(schedule::assignment_edit(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn assignment_release(
    shell: State<'_, Shell>,
    input: AssignmentRelease,
) -> Result<Applied, AppError> {
    answer(schedule::assignment_release(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn block_create(
    shell: State<'_, Shell>,
    input: BlockCreate,
) -> Result<Applied, AppError> {
    answer(schedule::block_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn block_remove(
    shell: State<'_, Shell>,
    input: BlockRemove,
) -> Result<Applied, AppError> {
    answer(schedule::block_remove(&desk_of(&shell).await?, input).await)
}
