//! The icon beside the clock: how many of one's own tasks are due, and the way back to the window. Made after the first
//! screen stands, only where it was chosen, and where the system shows none, nothing else is lost.

use crate::comfort::Comfort;
use crate::state::Shell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::Notify;

/// What is due changes with the clock, too.
const MINUTE: Duration = Duration::from_secs(60);
/// A catch-up announces many changes in a row.
const CALM: Duration = Duration::from_millis(300);

/// The icon, while there is one.
#[derive(Default)]
pub struct Tray {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    icon: Option<TrayIcon<Wry>>,
    /// Why the system showed none when it was last asked to.
    failure: Option<String>,
    counting: bool,
}

impl Tray {
    /// Whether there is one.
    pub fn is_shown(&self) -> bool {
        self.state().icon.is_some()
    }

    /// Why there can be none, as far as is known.
    pub fn reason(&self) -> Option<String> {
        let state = self.state();
        if state.icon.is_some() { None } else { state.failure.clone() }
    }

    /// What is due may have changed.
    pub fn changed(&self) {
        self.changed.notify_one();
    }

    /// Shows the icon or takes it away, as chosen; answers whether it is as chosen. Not for the window's own thread,
    /// which it waits for.
    pub fn set(&self, handle: &AppHandle<Wry>, on: bool) -> bool {
        if !on {
            let icon = self.state().icon.take();
            if let Some(icon) = icon {
                handle.remove_tray_by_id(icon.id());
            }
            self.changed();
            return true;
        }
        if self.is_shown() {
            return true;
        }
        let made = on_main(handle, make);
        let mut state = self.state();
        match made {
            Ok(icon) => (state.icon, state.failure) = (Some(icon), None),
            Err(error) => {
                tracing::info!(error, "no tray on this computer");
                state.failure = Some("This computer shows no tray.".to_owned());
                return false;
            }
        }
        if !std::mem::replace(&mut state.counting, true) {
            tauri::async_runtime::spawn(count(handle.clone()));
        }
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, handle: &AppHandle<Wry>, due: u32) {
        let Some(icon) = self.state().icon.clone() else { return };
        let title = handle.state::<Comfort>().profile.title("Cloche");
        let said = on_main(handle, move |handle| {
            icon.set_tooltip(Some(format!("{title}: {}", words(due))))
                .map_err(|e| e.to_string())?;
            // Beside the clock of a Mac there is room for the number itself.
            #[cfg(target_os = "macos")]
            icon.set_title((due > 0).then(|| due.to_string())).map_err(|e| e.to_string())?;
            let picture = handle.default_window_icon().map(|picture| marked(picture, due > 0));
            icon.set_icon(picture).map_err(|e| e.to_string())
        });
        if let Err(error) = said {
            tracing::debug!(error, "the tray could not be told what is due");
        }
    }
}

/// Keeps the number true for as long as there is an icon.
async fn count(handle: AppHandle<Wry>) {
    let comfort = handle.state::<Comfort>();
    let mut said = None;
    loop {
        if !comfort.tray.is_shown() {
            comfort.tray.state().counting = false;
            return;
        }
        let due = match handle.state::<Shell>().app.desk().await {
            Ok(desk) => desk::due::due_for_me(&desk).await.unwrap_or_default(),
            Err(_) => 0,
        };
        if said != Some(due) {
            comfort.tray.say(&handle, due);
            said = Some(due);
        }
        let _ = tokio::time::timeout(MINUTE, comfort.tray.changed.notified()).await;
        tokio::time::sleep(CALM).await;
    }
}

fn make(handle: &AppHandle<Wry>) -> Result<TrayIcon<Wry>, String> {
    let build = || -> tauri::Result<TrayIcon<Wry>> {
        let title = handle.state::<Comfort>().profile.title("Cloche");
        let menu = Menu::with_items(
            handle,
            &[
                &MenuItem::with_id(handle, "open", "Open Cloche", true, None::<&str>)?,
                &MenuItem::with_id(handle, "today", "Today", true, None::<&str>)?,
                &PredefinedMenuItem::separator(handle)?,
                &MenuItem::with_id(handle, "quit", "Quit", true, None::<&str>)?,
            ],
        )?;
        let mut tray = TrayIconBuilder::with_id("cloche")
            .menu(&menu)
            .title(&title)
            .tooltip(&title)
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_menu_event(|handle, event| {
                let comfort = handle.state::<Comfort>();
                match event.id().as_ref() {
                    "open" => comfort.look_here(handle),
                    "today" => comfort.today_wanted(handle),
                    "quit" => handle.exit(0),
                    _ => {}
                }
            })
            .on_tray_icon_event(|icon, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                    && !cfg!(target_os = "macos")
                {
                    let handle = icon.app_handle();
                    handle.state::<Comfort>().look_here(handle);
                }
            });
        if let Some(picture) = handle.default_window_icon() {
            tray = tray.icon(picture.clone());
        }
        tray.build(handle)
    };
    build().map_err(|error| error.to_string())
}

/// Runs on the window's own thread, where menus and icons live, and waits for it.
fn on_main<T: Send + 'static>(
    handle: &AppHandle<Wry>,
    work: impl FnOnce(&AppHandle<Wry>) -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (send, done) = std::sync::mpsc::channel();
    let there = handle.clone();
    handle
        .run_on_main_thread(move || {
            let _ = send.send(work(&there));
        })
        .map_err(|error| error.to_string())?;
    done.recv().map_err(|error| error.to_string())?
}

fn words(due: u32) -> String {
    match due {
        0 => "nothing due today".to_owned(),
        1 => "1 task due".to_owned(),
        _ => format!("{due} tasks due"),
    }
}

/// The icon, with a dot in its corner where something is due.
fn marked(picture: &Image<'_>, due: bool) -> Image<'static> {
    let (width, height) = (picture.width(), picture.height());
    let mut pixels = picture.rgba().to_vec();
    if due {
        let radius = f64::from(width.min(height)) * 0.22;
        let (x0, y0) = (f64::from(width) - radius, radius);
        for (at, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            let at = u32::try_from(at).unwrap_or_default();
            let (x, y) = (f64::from(at % width) + 0.5, f64::from(at / width) + 0.5);
            if (x - x0).hypot(y - y0) <= radius {
                pixel.copy_from_slice(&[0xd9, 0x3a, 0x2b, 0xff]);
            }
        }
    }
    Image::new_owned(pixels, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_said_in_words() {
        assert_eq!([0, 1, 12].map(words), ["nothing due today", "1 task due", "12 tasks due"]);
    }

    #[test]
    fn a_dot_stands_in_the_corner_only_when_something_is_due() {
        let plain = Image::new_owned(vec![7; 32 * 32 * 4], 32, 32);
        assert_eq!(marked(&plain, false).rgba(), plain.rgba());
        let dotted = marked(&plain, true);
        let pixel = |x: usize, y: usize| dotted.rgba()[(y * 32 + x) * 4..][..4].to_vec();
        assert_eq!(pixel(25, 7), [0xd9, 0x3a, 0x2b, 0xff]);
        assert_eq!(pixel(0, 0), [7; 4]);
        assert_eq!(pixel(31, 31), [7; 4]);
        assert_eq!((dotted.width(), dotted.height()), (32, 32));
    }
}
