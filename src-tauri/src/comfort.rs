//! What the program keeps beside the desk: this computer's choices, what waits to be opened, the window's place, the tray.

use crate::arguments::ProfileName;
use crate::autostart;
use crate::kept;
use crate::tray::Tray;
use crate::window::WindowPlace;
use desk::app::App;
use desk::links::{self, Arrival};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Emitter, Manager, WebviewWindow, Wry};

const FILE: &str = "comfort.json";

/// This computer's choices that Cloche itself keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Whether the tray shows what is due.
    pub tray: bool,
    /// Whether closing the window leaves Cloche in the tray.
    pub close_to_tray: bool,
}

/// A choice as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Switch {
    /// Whether it is on.
    pub on: bool,
    /// Why it cannot be switched on, or does nothing though it is on; a finished sentence.
    pub reason: Option<String>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ComfortView {
    /// Opening Cloche when somebody signs in to this computer.
    pub autostart: Switch,
    /// What is due, in the tray.
    pub tray: Switch,
    /// Closing the window leaves Cloche in the tray.
    pub close_to_tray: Switch,
}

/// What waits to be opened.
enum Waiting {
    Link(String),
    Today,
}

/// The state.
pub struct Comfort {
    /// Which desk this is.
    pub profile: ProfileName,
    /// The window's place.
    pub place: Arc<WindowPlace>,
    /// What is due.
    pub tray: Tray,
    file: PathBuf,
    choices: Mutex<Choices>,
    waiting: Mutex<Option<Waiting>>,
}

impl Comfort {
    /// What was kept in the data folder, and the link that Cloche was started with.
    pub fn read(data: &Path, profile: ProfileName, link: Option<String>) -> Self {
        let file = data.join(FILE);
        let choices = kept::read(&file);
        Self {
            profile,
            place: Arc::new(WindowPlace::read(data)),
            tray: Tray::default(),
            file,
            choices: Mutex::new(choices),
            waiting: Mutex::new(link.map(Waiting::Link)),
        }
    }

    /// This computer's choices.
    pub fn choices(&self) -> Choices {
        *lock(&self.choices)
    }

    /// Changes and keeps them; answers whether they could be kept.
    pub fn choose(&self, change: impl FnOnce(&mut Choices)) -> bool {
        let mut choices = lock(&self.choices);
        change(&mut choices);
        kept::write(&self.file, &*choices)
    }

    /// Whether a closed window goes on in the tray.
    pub fn closes_to_tray(&self) -> bool {
        self.choices().close_to_tray && self.tray.is_shown()
    }

    /// A link has come from outside: the window asks for it.
    pub fn link_came(&self, handle: &AppHandle<Wry>, link: Option<String>) {
        if let Some(link) = link {
            *lock(&self.waiting) = Some(Waiting::Link(link));
        }
        self.look_here(handle);
    }

    /// Somebody wants to see what is due.
    pub fn today_wanted(&self, handle: &AppHandle<Wry>) {
        *lock(&self.waiting) = Some(Waiting::Today);
        self.look_here(handle);
    }

    /// Brings the window to the front, and has it ask for what waits.
    pub fn look_here(&self, handle: &AppHandle<Wry>) {
        if let Some(window) = main_window(handle) {
            let _ = window.show();
            let _ = window.unminimize();
            let _ = window.set_focus();
        }
        if let Err(error) = handle.emit("arrival", ()) {
            tracing::debug!(%error, "the window was not told of an arrival");
        }
    }

    /// What the window is to do about what waits, if anything does. A record's link waits for a sign-in.
    pub async fn arrival(&self, app: &App) -> Option<Arrival> {
        let waiting = lock(&self.waiting).take()?;
        let Waiting::Link(link) = waiting else { return Some(Arrival::Today) };
        let arrival = links::arrive(app.desk().await.ok().as_ref(), &link).await;
        if matches!(arrival, Arrival::Waiting { .. }) {
            // Unless a newer one came meanwhile.
            lock(&self.waiting).get_or_insert(Waiting::Link(link));
        }
        Some(arrival)
    }

    /// The choices as they are, with what stands in their way. Asks the system: not for the window's own thread.
    pub fn view(&self) -> ComfortView {
        let choices = self.choices();
        let failure = self.tray.reason().filter(|_| choices.tray);
        let first = (!choices.tray).then(|| "Show what is due in the tray first.".to_owned());
        let autostart = autostart::is_on(&self.profile);
        ComfortView {
            close_to_tray: Switch {
                on: choices.close_to_tray && choices.tray,
                reason: first.or_else(|| failure.clone()),
            },
            // Where it is off it may be tried again: a tray can come and go.
            tray: Switch { on: choices.tray, reason: failure },
            autostart: Switch {
                on: autostart.as_ref().is_ok_and(|on| *on),
                reason: autostart::reason()
                    .map(str::to_owned)
                    .or_else(|| autostart.err().map(|_| CANNOT_START.to_owned())),
            },
        }
    }
}

/// Where the system does not let its list be read or changed.
pub const CANNOT_START: &str =
    "Your system does not let Cloche change what starts when you sign in.";

/// The window.
pub fn main_window(handle: &AppHandle<Wry>) -> Option<WebviewWindow> {
    handle.get_webview_window("main")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_a_restart_and_an_older_or_newer_version() {
        let folder = tempfile::tempdir().unwrap();
        let read = || Comfort::read(folder.path(), ProfileName::default(), None).choices();
        assert_eq!(read(), Choices::default(), "nothing is on until it is chosen");
        let comfort = Comfort::read(folder.path(), ProfileName::default(), None);
        assert!(comfort.choose(|choices| choices.tray = true));
        assert_eq!(read(), Choices { tray: true, close_to_tray: false });
        std::fs::write(folder.path().join(FILE), r#"{"close_to_tray":true,"later":1}"#).unwrap();
        assert_eq!(read(), Choices { tray: false, close_to_tray: true });
    }

    #[test]
    fn closing_ends_cloche_where_no_tray_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let comfort = Comfort::read(folder.path(), ProfileName::default(), None);
        comfort.choose(|choices| *choices = Choices { tray: true, close_to_tray: true });
        assert!(!comfort.closes_to_tray(), "it would be gone for good");
    }
}
