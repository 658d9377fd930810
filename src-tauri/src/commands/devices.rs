//! Where the person is signed in.

use crate::error::answer;
use crate::state::{Shell, desk_of};
use desk::devices::{self, DeviceListing, DeviceRevoke};
use desk::error::AppError;
use tauri::State;

#[tauri::command]
#[specta::specta]
pub async fn device_list(shell: State<'_, Shell>) -> Result<DeviceListing, AppError> {
    answer(devices::device_list(&desk_of(&shell).await?).await)
}

#[tauri::command]
#[specta::specta]
pub async fn device_revoke(
    shell: State<'_, Shell>,
    input: DeviceRevoke,
) -> Result<DeviceListing, AppError> {
    answer(devices::device_revoke(&desk_of(&shell).await?, input).await)
}
