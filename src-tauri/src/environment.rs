//! The environment the desk runs in, put right before it starts: `PG*` variables are somebody else's settings, and a
//! computer without a graphics card must not be asked to imitate one.

use std::ffi::OsString;
use std::process::Command;

/// WebKit then paints with the processor itself. Left alone, it paints through an imitated graphics card: the first
/// screen stands later and the window takes 40 MiB more.
const PAINT_WITHOUT_CARD: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";

/// Starts this program again in the right environment where it has another; answers whether that happened (and ended).
///
/// The driver reads `PG*` variables and some (`PGOPTIONS`, client certificates) cannot be overruled; a program cannot
/// safely change its own variables once it runs.
pub fn start_again_in_the_right_one() -> bool {
    let names: Vec<OsString> = std::env::vars_os().map(|(name, _)| name).collect();
    let foreign: Vec<&OsString> =
        names.iter().filter(|name| name.to_string_lossy().starts_with("PG")).collect();
    let told_how_to_paint = names.iter().any(|name| name == PAINT_WITHOUT_CARD);
    let paint_without_card = !told_how_to_paint && !has_graphics_card();
    let Ok(program) = std::env::current_exe() else { return false };
    if foreign.is_empty() && !paint_without_card {
        return false;
    }
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1));
    for name in foreign {
        again.env_remove(name);
    }
    if paint_without_card {
        again.env(PAINT_WITHOUT_CARD, "1");
    }
    run_instead(again)
}

/// Whether there may be one: in doubt, WebKit decides.
#[cfg(target_os = "linux")]
fn has_graphics_card() -> bool {
    let mut devices = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    // Cards with a driver of the kernel, cards with a driver of their own, and those of a Windows that Linux runs in.
    devices.any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
        || ["/dev/nvidiactl", "/dev/dxg"].iter().any(|path| std::path::Path::new(path).exists())
}

/// Only WebKitGTK is told by the environment.
#[cfg(not(target_os = "linux"))]
fn has_graphics_card() -> bool {
    true
}

/// Takes this process's place, so that whoever started it still waits for the right one.
#[cfg(unix)]
fn run_instead(mut again: Command) -> bool {
    use std::os::unix::process::CommandExt;
    // Only returns when it failed; the desk then runs as it is.
    let _ = again.exec();
    false
}

#[cfg(not(unix))]
fn run_instead(mut again: Command) -> bool {
    again.status().is_ok()
}
