//! Staff, equipment and materials.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::activity::ActivityPage;
use desk::error::AppError;
use desk::resources::{self, *};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn resource_list(
    shell: State<'_, Shell>,
    input: ResourceListInput,
) -> Result<ResourceListPage, AppError> {
    answer(resources::resource_list(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_page(
    shell: State<'_, Shell>,
    input: ResourceRef,
) -> Result<ResourcePage, AppError> {
    answer(resources::resource_page(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_schedule(
    shell: State<'_, Shell>,
    input: ResourceScheduleInput,
) -> Result<ResourceSchedule, AppError> {
    answer(resources::resource_schedule(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_create(
    shell: State<'_, Shell>,
    input: ResourceCreate,
) -> Result<Applied, AppError> {
    answer(resources::resource_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_edit(
    shell: State<'_, Shell>,
    input: ResourceEdit,
) -> Result<Applied, AppError> {
    answer(resources::resource_edit(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_delete(
    shell: State<'_, Shell>,
    input: ResourceAction,
) -> Result<Applied, AppError> {
    answer(resources::resource_delete(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn resource_activity(
    shell: State<'_, Shell>,
    input: ResourceActivityInput,
) -> Result<ActivityPage, AppError> {
    answer(resources::resource_activity(&desk_of(&shell).await?, input).await)
}
