//! Imports of an office's books.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::error::AppError;
use desk::export::{self, BooksExportInput, BooksExported};
use desk::imports::{
    self, ImportApplied, ImportApplyInput, ImportBooksApply, ImportBooksPreview,
    ImportBooksPreviewInput, ImportCancelInput, ImportFields, ImportFieldsInput, ImportFolder,
    ImportPreview, ImportPreviewInput, ImportRows, ImportRowsInput, ImportSource,
};
use std::path::PathBuf;
use tauri::{AppHandle, State, Wry};
use tauri_plugin_dialog::DialogExt;

#[tauri::command]
#[specta::specta]
pub async fn import_pick(
    app: AppHandle<Wry>,
    shell: State<'_, Shell>,
) -> Result<Option<ImportSource>, AppError> {
    let desk = desk_of(&shell).await?;
    match pick_file(&app).await {
        None => Ok(None),
        Some(path) => answer(imports::import_open(&desk, path).await).map(Some),
    }
}

#[tauri::command]
#[specta::specta]
pub async fn import_pick_folder(
    app: AppHandle<Wry>,
    shell: State<'_, Shell>,
) -> Result<Option<ImportFolder>, AppError> {
    let desk = desk_of(&shell).await?;
    match pick_folder(&app).await {
        None => Ok(None),
        Some(path) => answer(imports::import_folder_open(&desk, path).await).map(Some),
    }
}

#[tauri::command]
#[specta::specta]
pub async fn import_books_preview(
    shell: State<'_, Shell>,
    input: ImportBooksPreviewInput,
) -> Result<ImportBooksPreview, AppError> {
    answer(imports::import_books_preview(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn import_books_apply(
    shell: State<'_, Shell>,
    input: ImportBooksApply,
) -> Result<ImportApplied, AppError> {
    answer(imports::import_books_apply(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn books_export(
    app: AppHandle<Wry>,
    shell: State<'_, Shell>,
) -> Result<Option<BooksExported>, AppError> {
    let desk = desk_of(&shell).await?;
    match pick_folder(&app).await {
        None => Ok(None),
        Some(folder) => {
            answer(export::books_export(&desk, BooksExportInput { folder }).await).map(Some)
        }
    }
}

#[tauri::command]
#[specta::specta]
pub async fn import_fields(
    shell: State<'_, Shell>,
    input: ImportFieldsInput,
) -> Result<ImportFields, AppError> {
    answer(imports::import_fields(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn import_preview(
    shell: State<'_, Shell>,
    input: ImportPreviewInput,
) -> Result<ImportPreview, AppError> {
    answer(imports::import_preview(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn import_rows(
    shell: State<'_, Shell>,
    input: ImportRowsInput,
) -> Result<ImportRows, AppError> {
    answer(imports::import_rows(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn import_apply(
    shell: State<'_, Shell>,
    input: ImportApplyInput,
) -> Result<ImportApplied, AppError> {
    answer(imports::import_apply(&desk_of(&shell).await?, input).await)
}

#[tauri::command]
#[specta::specta]
pub async fn import_cancel(
    shell: State<'_, Shell>,
    input: ImportCancelInput,
) -> Result<(), AppError> {
    answer(imports::import_cancel(&desk_of(&shell).await?, input).await)
}

/// Asks for a file with the system's own dialog.
async fn pick_file(app: &AppHandle<Wry>) -> Option<PathBuf> {
    if let Some(scripted) = scripted_pick() {
        return scripted;
    }
    let (answer, picked) = tokio::sync::oneshot::channel();
    app.dialog().file().add_filter("Tables (CSV)", &["csv", "tsv", "txt"]).pick_file(move |path| {
        let _ = answer.send(path);
    });
    picked.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// Asks for a folder with the system's own dialog.
async fn pick_folder(app: &AppHandle<Wry>) -> Option<PathBuf> {
    if let Some(scripted) = scripted_pick() {
        return scripted;
    }
    let (answer, picked) = tokio::sync::oneshot::channel();
    app.dialog().file().pick_folder(move |path| {
        let _ = answer.send(path);
    });
    picked.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// WebDriver cannot click the system's dialogs, so development builds take the next path of `CLOCHE_PICK_FILES` (one a
/// line) instead where it is set; after the last one, the dialog is as if it was cancelled.
pub fn scripted_pick() -> Option<Option<PathBuf>> {
    #[cfg(debug_assertions)]
    if let Some(list) = std::env::var_os("CLOCHE_PICK_FILES") {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let list = list.to_string_lossy().into_owned();
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        return Some(list.lines().nth(next).map(PathBuf::from));
    }
    None
}
