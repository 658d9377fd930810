//! Backups of an office that is kept on this computer, and its move to a server.

use crate::commands::imports::scripted_pick;
use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::app::FirstRunRestore;
use desk::backups::{
    self, Backup, BackupContents, BackupRef, BackupRestored, BackupSaved, BackupSource, Backups,
    MovedTo,
};
use desk::error::AppError;
use desk::moving::{self, OfficeMove, OfficeMoveFinish, OfficeMoved};
use desk::view::AppState;
use std::path::PathBuf;
use tauri::{AppHandle, State, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};

#[tauri::command]
#[specta::specta]
pub async fn backup_list(shell: State<'_, Shell>) -> Result<Backups, AppError> {
    answer(backups::backups(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn backup_now(shell: State<'_, Shell>) -> Result<Backup, AppError> {
    answer(backups::backup_now(&desk_of(&shell).await?).await)
}

/// Asks where to, and saves a copy there; `None` where nobody chose a place.
#[tauri::command]
#[specta::specta]
pub async fn backup_save(
    app: AppHandle<Wry>,
    shell: State<'_, Shell>,
) -> Result<Option<BackupSaved>, AppError> {
    let desk = desk_of(&shell).await?;
    let name = backups::copy_name(&desk);
    let picked = pick(&app, |dialog, done| dialog.set_file_name(name).save_file(done)).await;
    match picked {
        None => Ok(None),
        Some(path) => answer(backups::backup_save(&desk, path).await).map(Some),
    }
}

/// Asks for a backup file, and tells what it holds; `None` where nobody chose one.
#[tauri::command]
#[specta::specta]
pub async fn backup_pick(
    app: AppHandle<Wry>,
    shell: State<'_, Shell>,
) -> Result<Option<BackupContents>, AppError> {
    let Some(path) = pick(&app, |dialog, done| dialog.pick_file(done)).await else {
        return Ok(None);
    };
    shell.app.backup_picked(path).await;
    let input = BackupRef { source: BackupSource::Picked };
    answer(shell.app.backup_contents(input).await).map(Some)
}

#[tauri::command]
#[specta::specta]
pub async fn backup_contents(
    shell: State<'_, Shell>,
    input: BackupRef,
) -> Result<BackupContents, AppError> {
    answer(shell.app.backup_contents(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn backup_restore(
    shell: State<'_, Shell>,
    input: BackupRef,
) -> Result<BackupRestored, AppError> {
    answer(shell.app.backup_restore(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn first_run_restore(
    shell: State<'_, Shell>,
    input: FirstRunRestore,
) -> Result<AppState, AppError> {
    answer(shell.app.first_run_restore(input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn office_move(
    shell: State<'_, Shell>,
    input: OfficeMove,
) -> Result<OfficeMoved, AppError> {
    answer(moving::office_move(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn office_move_finish(
    shell: State<'_, Shell>,
    input: OfficeMoveFinish,
) -> Result<MovedTo, AppError> {
    answer(moving::office_move_finish(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn office_moved_to(shell: State<'_, Shell>) -> Result<Option<MovedTo>, AppError> {
    answer(moving::office_moved_to(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn office_open_again(shell: State<'_, Shell>) -> Result<(), AppError> {
    answer(moving::office_open_again(&desk_of(&shell).await?).await)
}

type Done = Box<dyn FnOnce(Option<tauri_plugin_dialog::FilePath>) + Send>;

/// Asks with the system's own dialog.
async fn pick(
    app: &AppHandle<Wry>,
    ask: impl FnOnce(FileDialogBuilder<Wry>, Done),
) -> Option<PathBuf> {
    if let Some(scripted) = scripted_pick() {
        return scripted;
    }
    let (answer, picked) = tokio::sync::oneshot::channel();
    let dialog = app.dialog().file().add_filter("Cloche backups", &["cloche-backup"]);
    ask(
        dialog,
        Box::new(move |path| {
            let _ = answer.send(path);
        }),
    );
    picked.await.ok().flatten().and_then(|path| path.into_path().ok())
}
