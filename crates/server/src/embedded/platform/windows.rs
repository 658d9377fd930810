//! Windows: PostgreSQL runs as us, started by `pg_ctl`, which gives up administrator rights for it.

use super::Launch;
use crate::embedded::error::EmbeddedError;
use std::fs::{self, Metadata};
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// No console window flashes up for a program started in the background.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
/// Ctrl-C in a terminal is for the app alone.
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;

/// The name of an executable file.
pub(in crate::embedded) fn executable(name: &str) -> String {
    format!("{name}.exe")
}

/// Who the app and its server are to the operating system.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Account {
    user: String,
}

impl Account {
    /// The user of this process, and whom PostgreSQL runs as.
    pub(in crate::embedded) fn current() -> Result<Self, EmbeddedError> {
        Ok(Self { user: std::env::var("USERNAME").unwrap_or_default() })
    }

    /// The system user that may sign in as the server's owner.
    pub(in crate::embedded) fn user(&self) -> &str {
        &self.user
    }

    /// Whether PostgreSQL runs as somebody else, who must be able to reach binaries and data.
    pub(in crate::embedded) fn lends(&self) -> bool {
        false
    }

    /// Keeps serving a cluster as the user it was made for.
    pub(in crate::embedded) fn adopt(&mut self, _cluster: &Path) {}

    /// A command with no window and no settings of the environment.
    pub(in crate::embedded) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().to_uppercase().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("LC_MESSAGES", "C")
            .current_dir(folder)
            .stdin(Stdio::null())
            .creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
        command
    }

    /// Makes a folder for the server; the user's profile closes it to everybody else.
    pub(in crate::embedded) fn make_private(&self, path: &Path) -> Result<(), EmbeddedError> {
        fs::create_dir(path).map_err(|e| EmbeddedError::io("creating", path, e))
    }

    /// Makes a folder of ours.
    pub(in crate::embedded) fn make_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        fs::create_dir_all(path).map_err(|e| EmbeddedError::io("creating", path, e))
    }

    /// Another user's profile cannot be entered at all, which answers as a folder that cannot be written.
    pub(in crate::embedded) fn must_own(&self, _path: &Path) -> Result<(), EmbeddedError> {
        Ok(())
    }

    /// As [`Self::must_own`].
    pub(in crate::embedded) fn must_serve(&self, _cluster: &Path) -> Result<(), EmbeddedError> {
        Ok(())
    }

    /// Whether the server's user can read `path`.
    pub(in crate::embedded) fn can_reach(&self, _path: &Path) -> bool {
        true
    }

    /// Refuses a place that the server's user cannot enter.
    pub(in crate::embedded) fn must_reach(&self, _path: &Path) -> Result<(), EmbeddedError> {
        Ok(())
    }

    /// Sockets of this kind have no peer on Windows: the server listens on loopback there.
    pub(in crate::embedded) fn socket_folder(
        &self,
        _name: &str,
        _shared: &Path,
    ) -> Result<PathBuf, EmbeddedError> {
        Err(EmbeddedError::NoSocketFolder)
    }

    /// Starts a process.
    pub(in crate::embedded) fn spawn(&self, mut command: Command) -> std::io::Result<Child> {
        command.spawn()
    }

    /// Starts `postgres` on `cluster` through `pg_ctl`, which answers at once; `postgres` is not our child then.
    pub(in crate::embedded) fn launch(&self, launch: Launch<'_>) -> std::io::Result<Option<Child>> {
        // pg_ctl hands the options to a shell: the setting is quoted for it.
        let setting = launch.config_setting();
        let option = format!("-c \"{}\"", setting.to_string_lossy());
        self.command(launch.pg_ctl, launch.home)
            .args(["start", "-s", "-W", "-D"])
            .arg(launch.cluster)
            .arg("-o")
            .arg(option)
            .stdout(launch.log.try_clone()?)
            .stderr(launch.log)
            .status()?;
        Ok(None)
    }

    /// Whether the server of `cluster` runs.
    pub(in crate::embedded) fn is_postgres(&self, pid: u32, _cluster: &Path) -> bool {
        let filter = format!("PID eq {pid}");
        self.command(Path::new("tasklist.exe"), Path::new("."))
            .args(["/NH", "/FO", "CSV", "/FI", &filter])
            .output()
            .is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("postgres.exe"))
    }

    /// Windows ends a dead server's children with its shared memory.
    pub(in crate::embedded) fn kill_orphans(&self, _cluster: &Path) {}

    /// Asks the server to stop: sessions end, everything is written, no recovery is needed afterwards.
    pub(in crate::embedded) fn ask_to_stop(&self, pg_ctl: &Path, cluster: &Path, _pid: u32) {
        self.stop(pg_ctl, cluster, "fast");
    }

    /// Makes the server stop at once; the next start recovers.
    pub(in crate::embedded) fn make_stop(&self, pg_ctl: &Path, cluster: &Path, _pid: u32) {
        self.stop(pg_ctl, cluster, "immediate");
    }

    fn stop(&self, pg_ctl: &Path, cluster: &Path, mode: &str) {
        // It may be gone by now, which is what is wanted.
        let _ = self
            .command(pg_ctl, cluster)
            .args(["stop", "-s", "-W", "-m", mode, "-D"])
            .arg(cluster)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// Nothing waits on a lock for us here: a server left behind by a killed app is found by the next start.
pub(in crate::embedded) fn watch(
    _account: &Account,
    _users: fs::File,
    _pg_ctl: &Path,
    _cluster: &Path,
) -> Option<Child> {
    None
}

/// Ends the watcher.
pub(in crate::embedded) fn unwatch(mut watcher: Child) {
    let _ = watcher.kill();
    let _ = watcher.wait();
}

/// A file that only its owner may read, wherever the folder is.
pub(in crate::embedded) fn close_file(path: &Path) -> std::io::Result<()> {
    let user = std::env::var("USERNAME").map_err(std::io::Error::other)?;
    let status = Command::new("icacls.exe")
        .arg(path)
        .args(["/inheritance:r", "/grant:r", &format!("{user}:F")])
        .creation_flags(CREATE_NO_WINDOW)
        .stdout(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(std::io::ErrorKind::PermissionDenied.into()) }
}

/// Whether a file may be run.
pub(in crate::embedded) fn is_executable(_metadata: &Metadata) -> bool {
    true
}

/// Permissions of a copied file.
pub(in crate::embedded) fn open_for_all(_path: &Path, _executable: bool) -> std::io::Result<()> {
    Ok(())
}

/// Makes a symbolic link; the Windows package lists none.
pub(in crate::embedded) fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    let source = link.parent().map(|folder| folder.join(target)).unwrap_or_default();
    fs::copy(source, link).map(|_| ())
}
