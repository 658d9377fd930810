//! Where the window stood and how big it was, for each profile. What is kept is read before the window is made, so that
//! it appears where it belongs and is laid out once.

use crate::kept;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::utils::config::WindowConfig;
use tauri::{LogicalPosition, LogicalSize, Monitor, WebviewWindow};

const FILE: &str = "window.json";
/// So long a window must stand still before its place is kept: maximising passes through several sizes.
const STILL: Duration = Duration::from_millis(400);
/// So much of the title row must be on a screen to take hold of it.
const HOLD: (f64, f64) = (120.0, 30.0);

/// A rectangle on the desktop, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The window's, when it was neither maximised nor full screen.
    bounds: Option<Bounds>,
    maximized: bool,
}

/// Keeps where the window stands.
pub struct WindowPlace {
    file: PathBuf,
    kept: Mutex<Kept>,
    /// How often it was moved: whoever waits until it stands still sees whether it was again.
    moves: AtomicU64,
}

impl WindowPlace {
    /// What was kept last; nothing, or nothing readable, is a window as it comes.
    pub fn read(data: &Path) -> Self {
        let file = data.join(FILE);
        let mut kept: Kept = kept::read(&file);
        kept.bounds = kept.bounds.filter(Bounds::is_sane);
        Self { file, kept: Mutex::new(kept), moves: AtomicU64::default() }
    }

    /// Makes the window be made where it stood.
    pub fn apply(&self, config: &mut WindowConfig) {
        let kept = self.now();
        if let Some(Bounds { x, y, width, height }) = kept.bounds {
            config.x = Some(x);
            config.y = Some(y);
            config.width = width.max(config.min_width.unwrap_or_default());
            config.height = height.max(config.min_height.unwrap_or_default());
        }
        config.maximized = kept.maximized;
    }

    /// Brings the window back where the screen it stood on is gone.
    pub fn fit(&self, window: &WebviewWindow) {
        let Some(stood) = self.now().bounds else { return };
        let screens: Vec<Bounds> =
            window.available_monitors().unwrap_or_default().iter().map(Bounds::of).collect();
        let fits = fitted(stood, &screens);
        if fits != stood {
            let _ = window.set_size(LogicalSize::new(fits.width, fits.height));
            let _ = window.set_position(LogicalPosition::new(fits.x, fits.y));
        }
    }

    /// The window was moved or resized: its place is kept once it stands still.
    pub fn moved(self: &Arc<Self>, window: WebviewWindow) {
        let moves = self.moves.fetch_add(1, Ordering::Relaxed) + 1;
        let place = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(STILL).await;
            if place.moves.load(Ordering::Relaxed) == moves {
                place.keep(&window);
            }
        });
    }

    /// Keeps where the window stands now.
    pub fn keep(&self, window: &WebviewWindow) {
        let look = || -> tauri::Result<Option<Kept>> {
            if !window.is_visible()? || window.is_minimized()? {
                return Ok(None);
            }
            let maximized = window.is_maximized()?;
            if maximized || window.is_fullscreen()? {
                return Ok(Some(Kept { maximized, ..self.now() }));
            }
            let scale = window.scale_factor()?;
            let at = window.outer_position()?.to_logical(scale);
            let size = window.inner_size()?.to_logical(scale);
            let bounds = Bounds { x: at.x, y: at.y, width: size.width, height: size.height };
            Ok(Some(Kept { bounds: Some(bounds).filter(Bounds::is_sane), maximized: false }))
        };
        if let Ok(Some(seen)) = look()
            && seen != self.now()
        {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = seen;
            kept::write(&self.file, &seen);
        }
    }

    fn now(&self) -> Kept {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bounds {
    fn of(monitor: &Monitor) -> Self {
        let at = monitor.position().to_logical(monitor.scale_factor());
        let size = monitor.size().to_logical(monitor.scale_factor());
        Self { x: at.x, y: at.y, width: size.width, height: size.height }
    }

    /// A file can be edited, or half an update old.
    fn is_sane(&self) -> bool {
        let place = |n: f64| n.is_finite() && n.abs() < 100_000.0;
        let length = |n: f64| (100.0..20_000.0).contains(&n);
        place(self.x) && place(self.y) && length(self.width) && length(self.height)
    }

    /// How much of its title row, the part that a window is moved by, is on `screen`.
    fn hold_on(&self, screen: &Self) -> (f64, f64) {
        let across = (self.x + self.width).min(screen.x + screen.width) - self.x.max(screen.x);
        let down = (self.y + HOLD.1).min(screen.y + screen.height) - self.y.max(screen.y);
        (across, down)
    }
}

/// `stood`, or where a window that stood there belongs on these screens: no bigger than its screen, and on the first
/// one where it stood on none.
fn fitted(stood: Bounds, screens: &[Bounds]) -> Bounds {
    let held = |screen: &&Bounds| {
        let (across, down) = stood.hold_on(screen);
        across >= HOLD.0 && down >= HOLD.1
    };
    if let Some(screen) = screens.iter().find(held) {
        return Bounds {
            width: stood.width.min(screen.width),
            height: stood.height.min(screen.height),
            ..stood
        };
    }
    let Some(screen) = screens.first() else { return stood };
    let (width, height) = (stood.width.min(screen.width), stood.height.min(screen.height));
    Bounds {
        x: screen.x + (screen.width - width) / 2.0,
        y: screen.y + (screen.height - height) / 2.0,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: f64, y: f64, width: f64, height: f64) -> Bounds {
        Bounds { x, y, width, height }
    }
    const LEFT: Bounds = at(0.0, 0.0, 1920.0, 1080.0);
    const RIGHT: Bounds = at(1920.0, 0.0, 1280.0, 1024.0);

    fn config() -> WindowConfig {
        WindowConfig {
            width: 1280.0,
            height: 800.0,
            min_width: Some(960.0),
            min_height: Some(600.0),
            ..WindowConfig::default()
        }
    }

    fn applied(data: &Path) -> (Option<f64>, Option<f64>, f64, f64, bool) {
        let mut config = config();
        WindowPlace::read(data).apply(&mut config);
        (config.x, config.y, config.width, config.height, config.maximized)
    }

    #[test]
    fn a_window_is_made_where_it_stood() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(applied(folder.path()), (None, None, 1280.0, 800.0, false), "the first one");
        let kept = Kept { bounds: Some(at(40.0, 60.0, 1400.0, 900.0)), maximized: true };
        kept::write(&folder.path().join(FILE), &kept);
        assert_eq!(applied(folder.path()), (Some(40.0), Some(60.0), 1400.0, 900.0, true));
    }

    #[test]
    fn what_cannot_be_believed_is_a_window_as_it_comes() {
        for text in [
            "{ half",
            "[]",
            r#"{"bounds":{"x":0,"y":0,"width":1e300,"height":900},"maximized":false}"#,
            r#"{"bounds":{"x":-1e9,"y":0,"width":1000,"height":900},"maximized":false}"#,
            r#"{"bounds":{"x":0,"y":0,"width":0,"height":-5},"maximized":false}"#,
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(FILE), text).unwrap();
            assert_eq!(applied(folder.path()), (None, None, 1280.0, 800.0, false), "{text}");
        }
    }

    #[test]
    fn a_window_is_never_made_smaller_than_it_works() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept { bounds: Some(at(0.0, 0.0, 300.0, 200.0)), maximized: false };
        kept::write(&folder.path().join(FILE), &kept);
        assert_eq!(applied(folder.path()), (Some(0.0), Some(0.0), 960.0, 600.0, false));
    }

    #[test]
    fn a_window_on_any_screen_stays_where_it_stood() {
        for stood in [
            at(10.0, 10.0, 1280.0, 800.0),
            at(2000.0, 10.0, 1200.0, 800.0),
            at(1800.0, 0.0, 1000.0, 700.0),
        ] {
            assert_eq!(fitted(stood, &[LEFT, RIGHT]), stood);
        }
        assert_eq!(fitted(at(9000.0, 0.0, 10.0, 10.0), &[]).x, 9000.0, "no screen is known");
    }

    #[test]
    fn a_window_on_a_screen_that_is_gone_comes_to_the_middle_of_the_first() {
        let stood = at(2000.0, 10.0, 1200.0, 800.0);
        assert_eq!(fitted(stood, &[LEFT]), at(360.0, 140.0, 1200.0, 800.0));
        let below = at(100.0, 1070.0, 1200.0, 800.0);
        assert_eq!(
            fitted(below, &[LEFT]),
            at(360.0, 140.0, 1200.0, 800.0),
            "its title row cannot be reached"
        );
    }

    #[test]
    fn a_window_is_no_bigger_than_its_screen() {
        assert_eq!(fitted(at(0.0, 0.0, 3000.0, 2000.0), &[LEFT]), at(0.0, 0.0, 1920.0, 1080.0));
        assert_eq!(fitted(at(5000.0, 0.0, 3000.0, 2000.0), &[LEFT]), at(0.0, 0.0, 1920.0, 1080.0));
    }
}
