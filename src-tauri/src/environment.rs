//! The environment's `PG*` variables are somebody else's settings: a desk connects by its link alone.

use std::process::Command;

/// Starts this program again without `PG*` variables if there are any; answers whether that happened (and ended).
///
/// The driver reads them and some (`PGOPTIONS`, client certificates) cannot be overruled; a program cannot safely
/// unset its own variables once it runs.
pub fn start_again_without_postgres_settings() -> bool {
    let foreign: Vec<_> = std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_string_lossy().starts_with("PG"))
        .collect();
    let Ok(program) = std::env::current_exe() else { return false };
    if foreign.is_empty() {
        return false;
    }
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1));
    for name in foreign {
        again.env_remove(name);
    }
    run_instead(again)
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
