//! The team.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::error::AppError;
use desk::team::{self, *};
use desk::view::Applied;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn team(shell: State<'_, Shell>) -> Result<Team, AppError> {
    answer(team::team(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn team_members(shell: State<'_, Shell>) -> Result<TeamMembers, AppError> {
    answer(team::team_members(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_invite(
    shell: State<'_, Shell>,
    input: MemberInvite,
) -> Result<MemberInvited, AppError> {
    answer(team::member_invite(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn invitation_withdraw(
    shell: State<'_, Shell>,
    input: InvitationRef,
) -> Result<(), AppError> {
    answer(team::invitation_withdraw(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_reset_link(
    shell: State<'_, Shell>,
    input: MemberReset,
) -> Result<ResetLink, AppError> {
    answer(team::member_reset_link(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_role(shell: State<'_, Shell>, input: MemberRole) -> Result<Applied, AppError> {
    answer(team::member_role(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_rename(
    shell: State<'_, Shell>,
    input: MemberRename,
) -> Result<Applied, AppError> {
    answer(team::member_rename(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_end(shell: State<'_, Shell>, input: MemberAction) -> Result<Applied, AppError> {
    answer(team::member_end(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn member_reinstate(
    shell: State<'_, Shell>,
    input: MemberAction,
) -> Result<Applied, AppError> {
    answer(team::member_reinstate(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn matrix_set(shell: State<'_, Shell>, input: MatrixSet) -> Result<Applied, AppError> {
    answer(team::matrix_set(&desk_of(&shell).await?, input).await)
}
