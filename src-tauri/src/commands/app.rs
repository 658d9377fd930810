//! Starting, signing in and out, switching organizations, the sync state.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::app::{
    FirstRunLocal, JoinAccept, JoinDescribe, JoinOffer, OrganizationSwitch, PasswordChange,
    PasswordResetLocal, ServerConnect, ServerOpen, ServerSetUp, SignIn,
};
use desk::error::AppError;
use desk::open::WindowActivity;
use desk::view::{AppState, SyncView};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn app_start(shell: State<'_, Shell>) -> Result<AppState, AppError> {
    Ok(shell.app.start().await)
}

#[tauri::command]
#[specta::specta]
pub async fn app_choose(shell: State<'_, Shell>) -> Result<AppState, AppError> {
    answer(shell.app.choose().await)
}

#[tauri::command]
#[specta::specta]
pub async fn first_run_sample(shell: State<'_, Shell>) -> Result<AppState, AppError> {
    answer(shell.app.first_run_sample().await)
}

#[tauri::command]
#[specta::specta]
pub async fn first_run_local(
    shell: State<'_, Shell>,
    input: FirstRunLocal,
) -> Result<AppState, AppError> {
    answer(shell.app.first_run_local(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn server_connect(
    shell: State<'_, Shell>,
    input: ServerConnect,
) -> Result<AppState, AppError> {
    answer(shell.app.server_connect(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn server_set_up(
    shell: State<'_, Shell>,
    input: ServerSetUp,
) -> Result<AppState, AppError> {
    answer(shell.app.server_set_up(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn server_open(shell: State<'_, Shell>, input: ServerOpen) -> Result<AppState, AppError> {
    answer(shell.app.server_open(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn sign_in(shell: State<'_, Shell>, input: SignIn) -> Result<AppState, AppError> {
    answer(shell.app.sign_in(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn join_describe(
    shell: State<'_, Shell>,
    input: JoinDescribe,
) -> Result<JoinOffer, AppError> {
    answer(shell.app.join_describe(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn join_accept(shell: State<'_, Shell>, input: JoinAccept) -> Result<AppState, AppError> {
    answer(shell.app.join_accept(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn keychain_available(shell: State<'_, Shell>) -> Result<bool, AppError> {
    Ok(shell.app.keychain_available().await)
}

#[tauri::command]
#[specta::specta]
pub async fn sign_out(shell: State<'_, Shell>) -> Result<AppState, AppError> {
    answer(shell.app.sign_out().await)
}

#[tauri::command]
#[specta::specta]
pub async fn password_change(
    shell: State<'_, Shell>,
    input: PasswordChange,
) -> Result<(), AppError> {
    answer(shell.app.password_change(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn password_reset_local(
    shell: State<'_, Shell>,
    input: PasswordResetLocal,
) -> Result<AppState, AppError> {
    answer(shell.app.password_reset_local(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn organization_switch(
    shell: State<'_, Shell>,
    input: OrganizationSwitch,
) -> Result<AppState, AppError> {
    answer(shell.app.organization_switch(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn sync_status(shell: State<'_, Shell>) -> Result<SyncView, AppError> {
    Ok(desk_of(&shell).await?.sync_status())
}

#[tauri::command]
#[specta::specta]
pub async fn window_activity(
    shell: State<'_, Shell>,
    input: WindowActivity,
) -> Result<(), AppError> {
    if let Ok(desk) = shell.app.desk().await {
        desk.window_activity(input.activity);
    }
    Ok(())
}
