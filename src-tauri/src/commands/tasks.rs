//! Tasks.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::error::AppError;
use desk::tasks::{self, *};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn task_list(
    shell: State<'_, Shell>,
    input: TaskListInput,
) -> Result<TaskListPage, AppError> {
    answer(tasks::task_list(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_counts(shell: State<'_, Shell>) -> Result<TaskCounts, AppError> {
    answer(tasks::task_counts(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn event_tasks(
    shell: State<'_, Shell>,
    input: EventRef,
) -> Result<EventTaskList, AppError> {
    answer(tasks::event_tasks(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_due_check(
    shell: State<'_, Shell>,
    input: TaskDueCheck,
) -> Result<WallVerdict, AppError> {
    answer(tasks::task_due_check(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_create(shell: State<'_, Shell>, input: TaskCreate) -> Result<Applied, AppError> {
    answer(tasks::task_create(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_edit(shell: State<'_, Shell>, input: TaskEdit) -> Result<Applied, AppError> {
    answer(tasks::task_edit(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_move(shell: State<'_, Shell>, input: TaskMove) -> Result<Applied, AppError> {
    answer(tasks::task_move(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_assign(shell: State<'_, Shell>, input: TaskAssign) -> Result<Applied, AppError> {
    answer(tasks::task_assign(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn task_delete(shell: State<'_, Shell>, input: TaskDelete) -> Result<Applied, AppError> {
    answer(tasks::task_delete(&desk_of(&shell).await?, input).await)
}
