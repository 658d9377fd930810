//! Unix: PostgreSQL runs as us, or, when we are root, as an unprivileged user.

use super::Launch;
use crate::embedded::error::EmbeddedError;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User, geteuid};
use std::ffi::OsStr;
use std::fs::{self, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The name of an executable file.
pub(in crate::embedded) fn executable(name: &str) -> String {
    name.to_owned()
}

/// Who the app and its server are to the operating system.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Account {
    user: String,
    uid: u32,
    server: Option<(u32, u32)>,
}

impl Account {
    /// The user of this process, and whom PostgreSQL runs as.
    pub(in crate::embedded) fn current() -> Result<Self, EmbeddedError> {
        let uid = geteuid();
        let nameless = || EmbeddedError::Nameless { uid: uid.as_raw() };
        let user = User::from_uid(uid).ok().flatten().ok_or_else(nameless)?.name;
        // A user of its own is better than `nobody`, which other programs may share.
        let unprivileged = |name: &str| User::from_name(name).ok().flatten();
        let server = if uid.is_root() {
            let user = unprivileged("cloche").or_else(|| unprivileged("nobody"));
            let user = user.filter(|u| !u.uid.is_root()).ok_or(EmbeddedError::NoServerUser)?;
            Some((user.uid.as_raw(), user.gid.as_raw()))
        } else {
            None
        };
        Ok(Self { user, uid: uid.as_raw(), server })
    }

    /// The system user that may sign in as the server's owner.
    pub(in crate::embedded) fn user(&self) -> &str {
        &self.user
    }

    /// Whether PostgreSQL runs as somebody else, who must be able to reach binaries and data.
    pub(in crate::embedded) fn lends(&self) -> bool {
        self.server.is_some()
    }

    fn server_uid(&self) -> u32 {
        self.server.map_or(self.uid, |(uid, _)| uid)
    }

    /// Keeps serving a cluster as the user it was made for, though a better user exists by now.
    pub(in crate::embedded) fn adopt(&mut self, cluster: &Path) {
        let Some(server) = &mut self.server else { return };
        if let Ok(metadata) = fs::metadata(cluster)
            && metadata.uid() != 0
        {
            *server = (metadata.uid(), metadata.gid());
        }
    }

    /// A command that runs as the server's user with nothing of our environment.
    ///
    /// `LD_LIBRARY_PATH` of an AppImage would give PostgreSQL foreign libraries, `PG*` foreign settings.
    pub(in crate::embedded) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir(folder)
            .stdin(Stdio::null());
        if let Some((uid, gid)) = self.server {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a folder that only the server's user may enter.
    pub(in crate::embedded) fn make_private(&self, path: &Path) -> Result<(), EmbeddedError> {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(|e| EmbeddedError::io("creating", path, e))?;
        if let Some((uid, gid)) = self.server {
            chown(path, Some(uid), Some(gid))
                .map_err(|e| EmbeddedError::io("handing over", path, e))?;
        }
        Ok(())
    }

    /// Makes a folder of ours that the server's user may pass through, if it is another one than we are.
    pub(in crate::embedded) fn make_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        let failed = |e| EmbeddedError::io("creating", path, e);
        if path.is_dir() {
            return Ok(());
        }
        let mode = if self.lends() { 0o755 } else { 0o700 };
        fs::DirBuilder::new().recursive(true).mode(mode).create(path).map_err(failed)?;
        if self.lends() {
            // Said again: the umask may have taken it away.
            fs::set_permissions(path, Permissions::from_mode(0o755)).map_err(failed)?;
        }
        Ok(())
    }

    /// Refuses a folder that another user owns.
    pub(in crate::embedded) fn must_own(&self, path: &Path) -> Result<(), EmbeddedError> {
        self.check_owner(path, self.uid)
    }

    /// Refuses a cluster that another user owns.
    pub(in crate::embedded) fn must_serve(&self, cluster: &Path) -> Result<(), EmbeddedError> {
        self.check_owner(cluster, self.server_uid())
    }

    fn check_owner(&self, path: &Path, expected: u32) -> Result<(), EmbeddedError> {
        let owner = fs::metadata(path).map_err(|e| EmbeddedError::io("looking at", path, e))?.uid();
        if owner == expected {
            return Ok(());
        }
        let name = User::from_uid(Uid::from_raw(owner)).ok().flatten().map(|u| u.name);
        Err(EmbeddedError::OtherUser {
            path: path.to_path_buf(),
            user: name.unwrap_or_else(|| owner.to_string()),
        })
    }

    /// Whether the server's user can read `path` and everything a normal installation puts below it.
    pub(in crate::embedded) fn can_reach(&self, path: &Path) -> bool {
        let Some((uid, _)) = self.server else { return true };
        path.ancestors().all(|folder| {
            fs::metadata(folder).is_ok_and(|m| {
                let bits = if m.uid() == uid { 0o500 } else { 0o005 };
                let bits = if folder == path { bits } else { bits & 0o111 };
                m.mode() & bits == bits
            })
        })
    }

    /// Refuses a place that the server's user cannot enter.
    pub(in crate::embedded) fn must_reach(&self, path: &Path) -> Result<(), EmbeddedError> {
        // Of the place itself only, not of a way to it that leads over a link.
        let real = fs::canonicalize(path).map_err(|e| EmbeddedError::io("looking at", path, e))?;
        if self.can_reach(&real) {
            return Ok(());
        }
        Err(EmbeddedError::NoSharedPlace { path: real })
    }

    /// A private folder for the socket, short enough for `sun_path`; `name` tells data folders apart.
    ///
    /// Whoever can write to the folder can pretend to be the server, so it must be ours alone.
    pub(in crate::embedded) fn socket_folder(
        &self,
        name: &str,
        shared: &Path,
    ) -> Result<PathBuf, EmbeddedError> {
        self.socket_parents(shared)
            .into_iter()
            .map(|parent| parent.join(format!("cloche-{name}")))
            .filter(|folder| folder.as_os_str().len() + ".s.PGSQL.65535".len() < 100)
            .find(|folder| self.is_private(folder) || self.make_private(folder).is_ok())
            .ok_or(EmbeddedError::NoSocketFolder)
    }

    fn socket_parents(&self, shared: &Path) -> Vec<PathBuf> {
        let mut parents = Vec::new();
        if self.lends() {
            let folder = shared.join("run");
            let made = self.make_folder(shared).and_then(|()| self.make_folder(&folder));
            if made.is_ok() && self.can_reach(&folder) {
                parents.push(folder);
            }
        } else if let Some(folder) = std::env::var_os("XDG_RUNTIME_DIR") {
            let folder = PathBuf::from(folder);
            if folder.is_absolute() && self.is_private(&folder) {
                parents.push(folder);
            }
        }
        parents.push("/tmp".into());
        parents
    }

    /// Ours (the server's), a real folder, and closed to everybody else.
    fn is_private(&self, folder: &Path) -> bool {
        fs::symlink_metadata(folder)
            .is_ok_and(|m| m.is_dir() && m.uid() == self.server_uid() && m.mode() & 0o077 == 0)
    }

    /// Starts `postgres` as a process of its own group: Ctrl-C in a terminal is for the app alone.
    pub(in crate::embedded) fn spawn(&self, mut command: Command) -> std::io::Result<Child> {
        command.process_group(0).spawn()
    }

    /// Starts `postgres` on `cluster`; everything it says goes to `log`.
    pub(in crate::embedded) fn launch(&self, launch: Launch<'_>) -> std::io::Result<Option<Child>> {
        let mut command = self.command(launch.postgres, launch.home);
        command.arg("-D").arg(launch.cluster).arg("-c").arg(launch.config_setting());
        // The lock goes with PostgreSQL and its children, and ends with the last of them.
        command.stdin(launch.lock).stdout(launch.log.try_clone()?).stderr(launch.log);
        self.spawn(command).map(Some)
    }

    /// Whether `pid` is a PostgreSQL of this user working in `cluster`, not another program that got its number.
    pub(in crate::embedded) fn is_postgres(&self, pid: u32, cluster: &Path) -> bool {
        let Ok(number) = i32::try_from(pid) else { return false };
        if number <= 1 || kill(Pid::from_raw(number), None).is_err() {
            return false;
        }
        self.look_at(pid)
            .is_some_and(|seen| seen.postgres && seen.folder.is_none_or(|f| f == cluster))
    }

    #[cfg(target_os = "linux")]
    fn look_at(&self, pid: u32) -> Option<Seen> {
        let entry = PathBuf::from(format!("/proc/{pid}"));
        let owner = fs::metadata(&entry).ok()?.uid();
        let name = fs::read_to_string(entry.join("comm")).ok()?;
        // A killed process that nobody has waited for yet has no folder and is not running any more.
        let status = fs::read_to_string(entry.join("stat")).ok()?;
        let dead = status.rsplit(')').next()?.trim_start().starts_with(['Z', 'X']);
        Some(Seen {
            postgres: name.trim_end() == "postgres" && owner == self.server_uid() && !dead,
            folder: fs::read_link(entry.join("cwd")).ok(),
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn look_at(&self, pid: u32) -> Option<Seen> {
        let output = Command::new("/bin/ps")
            .args(["-o", "uid=,stat=,comm=", "-p", &pid.to_string()])
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split_whitespace();
        let owner: u32 = parts.next()?.parse().ok()?;
        let dead = parts.next()?.starts_with('Z');
        let name = parts.next()?.rsplit('/').next()?.to_owned();
        Some(Seen {
            postgres: name == "postgres" && owner == self.server_uid() && !dead,
            folder: None,
        })
    }

    /// Processes of a dead postmaster that still hold its memory: a new one cannot start beside them.
    pub(in crate::embedded) fn kill_orphans(&self, cluster: &Path) {
        let Ok(processes) = fs::read_dir("/proc") else { return };
        for pid in processes.flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()) {
            let seen: Option<Seen> = self.look_at(pid);
            if seen.is_some_and(|s| s.postgres && s.folder.as_deref() == Some(cluster)) {
                signal(pid, Signal::SIGKILL);
            }
        }
    }

    /// Asks the server to stop: sessions end, everything is written, no recovery is needed afterwards.
    pub(in crate::embedded) fn ask_to_stop(&self, _pg_ctl: &Path, _cluster: &Path, pid: u32) {
        signal(pid, Signal::SIGINT);
    }

    /// Makes the server stop at once; the next start recovers.
    pub(in crate::embedded) fn make_stop(&self, _pg_ctl: &Path, _cluster: &Path, pid: u32) {
        signal(pid, Signal::SIGQUIT);
    }
}

struct Seen {
    postgres: bool,
    folder: Option<PathBuf>,
}

fn signal(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid)
        && pid > 1
    {
        // It may be gone by now, which is what is wanted.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// A server that nobody's window needs any more is stopped even if every window was killed.
///
/// Every window holds `users` shared; util-linux's `flock` waits until it gets the file alone.
/// Without that program the server stays until the next start finds it.
pub(in crate::embedded) fn watch(
    account: &Account,
    users: fs::File,
    pg_ctl: &Path,
    cluster: &Path,
) -> Option<Child> {
    let script =
        r#"command -v flock >/dev/null && flock -x 0 && exec "$0" stop -s -m fast -D "$1""#;
    let mut command = account.command(Path::new("/bin/sh"), Path::new("/"));
    command
        .args([OsStr::new("-c"), OsStr::new(script), pg_ctl.as_os_str(), cluster.as_os_str()])
        .stdin(users)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    account.spawn(command).ok()
}

/// Ends the watcher and what it started.
pub(in crate::embedded) fn unwatch(mut watcher: Child) {
    if let Ok(group) = i32::try_from(watcher.id()) {
        let _ = nix::sys::signal::killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    let _ = watcher.wait();
}

/// A file that only its owner may read.
pub(in crate::embedded) fn close_file(path: &Path) -> std::io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o600))
}

/// Whether a file may be run.
pub(in crate::embedded) fn is_executable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o111 != 0
}

/// Permissions of a copied file: readable by all, so that a server of another user can run it.
pub(in crate::embedded) fn open_for_all(path: &Path, executable: bool) -> std::io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
}

/// Makes a symbolic link.
pub(in crate::embedded) fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    match std::os::unix::fs::symlink(target, link) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
