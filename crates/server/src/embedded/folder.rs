//! The data folder: where everything lies, whose it is, and the two locks that keep processes from fighting over it.
//!
//! ```text
//! <data>/start.lock   held alone while a server is being started or stopped
//! <data>/users.lock   held shared by every process that uses the server: the last one out stops it
//! <data>/log/         what PostgreSQL says
//! <data>/owner.secret, <data>/port    where it listens on loopback
//! <home>/cluster/     PostgreSQL's data; it appears complete, by a rename of <home>/cluster.new-…
//! <home>/conf/        the settings, written anew before each start
//! ```
//! `home` is the data folder itself, or, for root with a data folder that no other user can enter
//! (`/root/…`), a folder below the shared place to which the link `<data>/home` points.

use super::error::EmbeddedError;
use super::platform::{self, Account};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How often a condition is looked at again.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// How the names of unfinished data begin.
const UNFINISHED: &str = "cluster.new-";

/// An opened data folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    data: PathBuf,
    home: PathBuf,
}

impl Folder {
    /// Opens the folder, making it if need be; refuses one that is somebody else's or cannot be written.
    pub(super) fn open(
        data: &Path,
        shared: &Path,
        account: &Account,
    ) -> Result<Self, EmbeddedError> {
        account.make_folder(data)?;
        account.must_own(data)?;
        let data = fs::canonicalize(data).map_err(|e| EmbeddedError::io("looking at", data, e))?;
        let home = home(&data, shared, account)?;
        let folder = Self { data, home };
        for path in [folder.data.join("log"), folder.conf()] {
            account.make_folder(&path)?;
        }
        Ok(folder)
    }

    /// The folder that was asked for.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// The folder that holds the server's own part.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// PostgreSQL's data.
    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// A name for PostgreSQL's data while it is being made; a new one each time, because the `initdb` of a
    /// killed desk may still be writing under the last one.
    pub(super) fn new_unfinished(&self) -> PathBuf {
        self.home.join(format!("{UNFINISHED}{}", Uuid::new_v4().simple()))
    }

    /// What earlier first starts left when they were cut short.
    pub(super) fn unfinished(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.home) else { return Vec::new() };
        let is_ours = |name: &OsStr| name.to_string_lossy().starts_with(UNFINISHED);
        entries.flatten().filter(|e| is_ours(&e.file_name())).map(|e| e.path()).collect()
    }

    /// The settings.
    pub(super) fn conf(&self) -> PathBuf {
        self.home.join("conf")
    }

    /// The log.
    pub(super) fn log(&self) -> PathBuf {
        self.data.join("log").join("server.log")
    }

    /// Keeps everybody else from starting or stopping the server.
    pub(super) fn lock_start(&self, patience: Duration) -> Result<File, EmbeddedError> {
        self.lock("start.lock", patience, File::try_lock)
    }

    /// Counts this process among the server's users; waits while a leftover server is being stopped.
    pub(super) fn join_users(&self, patience: Duration) -> Result<File, EmbeddedError> {
        self.lock("users.lock", patience, File::try_lock_shared)
    }

    /// The file of the users' lock, not locked.
    pub(super) fn users(&self) -> Result<File, EmbeddedError> {
        let path = self.data.join("users.lock");
        open_lock(&path).map_err(|e| EmbeddedError::io("opening", &path, e))
    }

    fn lock(
        &self,
        name: &str,
        patience: Duration,
        attempt: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<File, EmbeddedError> {
        let path = self.data.join(name);
        let failed = |e| EmbeddedError::io("locking", &path, e);
        let file = open_lock(&path).map_err(failed)?;
        let deadline = Instant::now() + patience;
        loop {
            match attempt(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(e)) => return Err(failed(e)),
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    return Err(EmbeddedError::TooSlow { output: format!("{name} is held") });
                }
                Err(TryLockError::WouldBlock) => sleep(TICK),
            }
        }
    }
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn home(data: &Path, shared: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let link = data.join("home");
    match fs::read_link(&link) {
        // A link to nowhere is an error, not a reason to begin with empty data.
        Ok(target) => {
            return fs::canonicalize(&target)
                .map_err(|e| EmbeddedError::io("looking at", &target, e));
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(EmbeddedError::io("looking at", &link, e)),
    }
    if account.can_reach(data) {
        return Ok(data.to_path_buf());
    }
    let clusters = shared.join("clusters");
    let target = clusters.join(Uuid::new_v4().simple().to_string());
    for folder in [shared, &clusters, &target] {
        account.make_folder(folder)?;
        account.must_own(folder)?;
    }
    // The folder first, then the link: it never points nowhere, whenever we are killed.
    platform::link(&target, &link).map_err(|e| EmbeddedError::io("linking", &link, e))?;
    fs::canonicalize(&target).map_err(|e| EmbeddedError::io("looking at", &target, e))
}
