//! What the shell holds: the desk's app, and how it speaks to the window.

use crate::comfort::Comfort;
use crate::error::answer;
use desk::app::App;
use desk::error::AppError;
use desk::open::Desk;
use desk::view::{Happening, Surface};
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager, State, Wry};

/// The managed state of the shell.
pub struct Shell {
    /// The desk's app.
    pub app: Arc<App>,
}

/// The window as a surface: every happening becomes an event with a name of its own.
pub struct WindowSurface(pub AppHandle<Wry>);

impl Surface for WindowSurface {
    fn show(&self, happening: Happening) {
        if matches!(happening, Happening::AppState(_) | Happening::Changed(_)) {
            self.0.state::<Comfort>().tray.changed();
        }
        let sent = match &happening {
            Happening::AppState(payload) => self.0.emit("app_state", payload),
            Happening::SetUp(payload) => self.0.emit("set_up_progress", payload),
            Happening::Sync(payload) => self.0.emit("sync_status", payload),
            Happening::Changed(tables) => {
                self.0.emit("replica_changed", serde_json::json!({ "tables": tables }))
            }
            Happening::Import(payload) => self.0.emit("import_progress", payload),
            Happening::Notice(payload) => self.0.emit("notice", payload),
        };
        if let Err(error) = sent {
            // The window is closing; what it missed is read again when it opens.
            tracing::debug!(%error, "the window did not take an event");
        }
    }
}

/// The signed-in desk.
///
/// # Errors
/// `signed_out` when there is none.
pub async fn desk_of(shell: &State<'_, Shell>) -> Result<Desk, AppError> {
    answer(shell.app.desk().await)
}
