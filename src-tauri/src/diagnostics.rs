//! What only the window's program knows about the computer it runs on.

use crate::arguments::ProfileName;
use desk::diagnostics::Fact;

/// Versions of what Cloche is and stands on.
pub fn facts(profile: &ProfileName) -> Vec<Fact> {
    let build = if cfg!(debug_assertions) { ", made for development" } else { "" };
    let mut facts = vec![
        Fact::new("Cloche", format!("{}{build}", env!("CARGO_PKG_VERSION"))),
        Fact::new("System", format!("{}, {}", system(), std::env::consts::ARCH)),
        Fact::new("Web view", tauri::webview_version().unwrap_or_else(|_| "not known".to_owned())),
    ];
    if profile.is_named() {
        // Its name may be a person's.
        facts.push(Fact::new("Profile", "one with a name"));
    }
    facts
}

#[cfg(target_os = "linux")]
fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let session = std::env::var("XDG_SESSION_TYPE").ok();
    named(&release, session.as_deref())
}

#[cfg(not(target_os = "linux"))]
fn system() -> String {
    let system = os_info::get();
    format!("{} {}", system.os_type(), system.version())
}

#[cfg(target_os = "linux")]
fn named(release: &str, session: Option<&str>) -> String {
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or("Linux", |name| name.trim_matches('"'));
    match session {
        Some(session @ ("x11" | "wayland")) => format!("{name}, {session}"),
        _ => name.to_owned(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_called_what_it_calls_itself() {
        let release = "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(named(release, Some("wayland")), "Debian GNU/Linux 12 (bookworm), wayland");
        assert_eq!(named("", Some("tty")), "Linux");
    }
}
