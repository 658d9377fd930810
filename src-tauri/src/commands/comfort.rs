//! This computer's choices, links, diagnostics.

use crate::autostart;
use crate::comfort::{CANNOT_START, Comfort, ComfortView};
use crate::diagnostics::facts;
use crate::state::Shell;
use desk::diagnostics::Diagnostics;
use desk::error::{AppError, Code};
use desk::links::Arrival;
use serde::Deserialize;
use tauri::{AppHandle, Manager, State, Wry};

/// Which of this computer's choices.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ComfortChoice {
    /// Opening Cloche when somebody signs in to this computer.
    Autostart,
    /// What is due, in the tray.
    Tray,
    /// Closing the window leaves Cloche in the tray.
    CloseToTray,
}

/// A choice to change.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
pub struct ComfortSet {
    /// Which.
    pub choice: ComfortChoice,
    /// Whether it is to be on.
    pub on: bool,
}

/// Off the window's own thread: asking the system and making an icon take time.
async fn aside<T: Send + 'static>(
    handle: AppHandle<Wry>,
    work: impl FnOnce(&AppHandle<Wry>, &Comfort) -> T + Send + 'static,
) -> Result<T, AppError> {
    let done =
        tauri::async_runtime::spawn_blocking(move || work(&handle, &handle.state::<Comfort>()));
    done.await.map_err(|_| AppError::plain(Code::Internal, "Something went wrong inside Cloche."))
}

#[tauri::command]
#[specta::specta]
pub async fn comfort(handle: AppHandle<Wry>) -> Result<ComfortView, AppError> {
    aside(handle, |_, comfort| comfort.view()).await
}

#[tauri::command]
#[specta::specta]
pub async fn comfort_set(
    handle: AppHandle<Wry>,
    input: ComfortSet,
) -> Result<ComfortView, AppError> {
    aside(handle, move |handle, comfort| {
        set(handle, comfort, input)
            .map(|()| comfort.view())
            .map_err(|message| AppError::plain(Code::Refused, &message))
    })
    .await?
}

fn set(handle: &AppHandle<Wry>, comfort: &Comfort, input: ComfortSet) -> Result<(), String> {
    let kept = match input.choice {
        ComfortChoice::Autostart => {
            return autostart::set(&comfort.profile, input.on).map_err(|error| {
                tracing::info!(%error, "the system's list of what starts was not changed");
                CANNOT_START.to_owned()
            });
        }
        ComfortChoice::Tray => {
            if !comfort.tray.set(handle, input.on) {
                return Err(comfort.tray.reason().unwrap_or_default());
            }
            comfort.choose(|choices| choices.tray = input.on)
        }
        ComfortChoice::CloseToTray => comfort.choose(|choices| choices.close_to_tray = input.on),
    };
    if kept {
        Ok(())
    } else {
        Err("This choice could not be kept: Cloche's data folder cannot be written.".to_owned())
    }
}

/// What waits to be opened. The window asks once its first screen stands, so whatever could wait for that begins here.
#[tauri::command]
#[specta::specta]
pub async fn arrival_take(
    handle: AppHandle<Wry>,
    shell: State<'_, Shell>,
    comfort: State<'_, Comfort>,
) -> Result<Option<Arrival>, AppError> {
    if comfort.choices().tray && !comfort.tray.is_shown() && comfort.tray.reason().is_none() {
        aside(handle, |handle, comfort| comfort.tray.set(handle, true)).await?;
    }
    Ok(comfort.arrival(&shell.app).await)
}

#[tauri::command]
#[specta::specta]
pub async fn diagnostics(
    shell: State<'_, Shell>,
    comfort: State<'_, Comfort>,
) -> Result<Diagnostics, AppError> {
    Ok(shell.app.diagnostics(facts(&comfort.profile)).await)
}
