//! `PG*` variables are somebody else's settings: the driver would read them, and some cannot be overruled afterwards.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// Starts this program again without `PG*` variables where it has any; the answer is how that ended.
#[must_use]
pub fn without_foreign_variables() -> Option<ExitCode> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let foreign: Vec<OsString> =
        names.filter(|name| name.to_string_lossy().starts_with("PG")).collect();
    if foreign.is_empty() {
        return None;
    }
    let mut again = Command::new(std::env::current_exe().ok()?);
    again.args(std::env::args_os().skip(1));
    for name in foreign {
        again.env_remove(name);
    }
    Some(run_instead(again))
}

/// Takes this process's place, so that signals reach the right one.
#[cfg(unix)]
fn run_instead(mut again: Command) -> ExitCode {
    use std::os::unix::process::CommandExt;
    // Only returns when it failed.
    let _ = again.exec();
    ExitCode::from(2)
}

#[cfg(not(unix))]
fn run_instead(mut again: Command) -> ExitCode {
    let code = again.status().ok().and_then(|status| status.code());
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(2))
}
