//! New versions of Cloche.

use crate::updates::Updates;
use desk::error::AppError;
use desk::updates::{UpdateStatus, UpdateWhen};
use serde::Deserialize;
use std::sync::Arc;
use tauri::State;

/// When to install.
#[derive(Debug, Deserialize, specta::Type)]
pub struct UpdateInstall {
    /// When.
    pub when: UpdateWhen,
}

/// Whether to look for new versions unasked.
#[derive(Debug, Deserialize, specta::Type)]
pub struct UpdateAutomatic {
    /// Whether.
    pub automatic: bool,
}

#[tauri::command]
#[specta::specta]
pub async fn update_status(updates: State<'_, Arc<Updates>>) -> Result<UpdateStatus, AppError> {
    Ok(updates.status())
}

#[tauri::command]
#[specta::specta]
pub async fn update_check(updates: State<'_, Arc<Updates>>) -> Result<UpdateStatus, AppError> {
    updates.check(true).await;
    Ok(updates.status())
}

#[tauri::command]
#[specta::specta]
pub async fn update_install(
    updates: State<'_, Arc<Updates>>,
    input: UpdateInstall,
) -> Result<UpdateStatus, AppError> {
    updates.install(input.when).await;
    Ok(updates.status())
}

#[tauri::command]
#[specta::specta]
pub async fn update_automatic(
    updates: State<'_, Arc<Updates>>,
    input: UpdateAutomatic,
) -> Result<UpdateStatus, AppError> {
    updates.set_automatic(input.automatic);
    Ok(updates.status())
}
