//! Opening Cloche when somebody signs in to this computer. The system's own list is the only truth: people change it
//! there too.

use crate::arguments::ProfileName;
use std::io;

/// Why it cannot be chosen here, if so.
pub fn reason() -> Option<&'static str> {
    let contained = ["FLATPAK_ID", "SNAP"].iter().any(|name| std::env::var_os(name).is_some());
    contained.then_some("This way of installing Cloche does not let it start by itself. Your system's settings may.")
}

#[cfg(target_os = "linux")]
mod system {
    use super::{ProfileName, io};
    use std::path::PathBuf;

    /// The desktop's list is a folder with one file for each program.
    fn file(profile: &ProfileName) -> io::Result<PathBuf> {
        let config = dirs::config_dir().ok_or(io::ErrorKind::NotFound)?;
        Ok(config
            .join("autostart")
            .join(format!("{}.desktop", profile.identifier("app.cloche.desk"))))
    }

    pub fn is_on(profile: &ProfileName) -> io::Result<bool> {
        match std::fs::read_to_string(file(profile)?) {
            // Settings programs switch an entry off and leave it there.
            Ok(text) => Ok(!text.lines().any(|line| {
                matches!(line.trim(), "Hidden=true" | "X-GNOME-Autostart-enabled=false")
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub fn set(profile: &ProfileName, on: bool) -> io::Result<()> {
        let file = file(profile)?;
        if !on {
            return match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // An AppImage runs from a place that is another one at every start.
        let program = match std::env::var_os("APPIMAGE") {
            Some(image) => PathBuf::from(image),
            None => std::env::current_exe()?,
        };
        std::fs::write(file, entry(profile, &program.to_string_lossy()))
    }

    pub(super) fn entry(profile: &ProfileName, program: &str) -> String {
        let mut command = quoted(program);
        for argument in profile.arguments() {
            command.push(' ');
            command.push_str(&argument);
        }
        let name = profile.title("Cloche");
        format!(
            "[Desktop Entry]\nType=Application\nName={name}\nExec={command}\nIcon=cloche\nTerminal=false\n"
        )
    }

    /// A word of `Exec`, by the Desktop Entry Specification: quoted, then escaped as any string of the file.
    fn quoted(word: &str) -> String {
        let mut text = String::from("\"");
        for c in word.chars() {
            match c {
                '"' | '`' | '$' => text.extend(["\\\\", &c.to_string()]),
                '\\' => text.push_str("\\\\\\\\"),
                '%' => text.push_str("%%"),
                _ => text.push(c),
            }
        }
        text + "\""
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{ProfileName, io};
    use auto_launch::{AutoLaunch, AutoLaunchBuilder};

    fn entry(profile: &ProfileName) -> io::Result<AutoLaunch> {
        let program = std::env::current_exe()?;
        let path = program.to_string_lossy();
        // Windows keeps one line, and would take what stands before the first space for the program.
        let path = if cfg!(windows) { format!("\"{path}\"") } else { path.into_owned() };
        let mut builder = AutoLaunchBuilder::new();
        builder
            .set_app_name(&profile.title("Cloche"))
            .set_app_path(&path)
            .set_args(&profile.arguments());
        // For this person only: the whole computer's list would need an administrator.
        #[cfg(windows)]
        builder.set_windows_enable_mode(auto_launch::WindowsEnableMode::CurrentUser);
        builder.build().map_err(io::Error::other)
    }

    pub fn is_on(profile: &ProfileName) -> io::Result<bool> {
        entry(profile)?.is_enabled().map_err(io::Error::other)
    }

    pub fn set(profile: &ProfileName, on: bool) -> io::Result<()> {
        let entry = entry(profile)?;
        let done = if on { entry.enable() } else { entry.disable() };
        match done {
            // Windows cannot take off its list what is not on it.
            Err(_) if !on && !is_on(profile)? => Ok(()),
            other => other.map_err(io::Error::other),
        }
    }
}

pub use system::{is_on, set};

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn an_entry_names_the_profile_and_survives_odd_folders() {
        let usual = system::entry(&ProfileName::default(), "/opt/Cloche/cloche");
        assert!(usual.contains("\nExec=\"/opt/Cloche/cloche\"\n"), "{usual}");
        let named = Arguments::read(["--profile=training".into()]).unwrap().profile;
        let entry = system::entry(&named, "/home/ana b/$x`100%\\\"");
        assert!(
            entry.contains(
                "\nExec=\"/home/ana b/\\\\$x\\\\`100%%\\\\\\\\\\\\\"\" --profile training\n"
            ),
            "{entry}"
        );
        assert!(entry.contains("\nName=Cloche – training\n"), "{entry}");
    }
}
