//! The three locks that keep processes from fighting over a data folder. The system gives a dead process's locks back.
//!
//! ```text
//! start.lock    held alone by a process while it starts or stops the server, or decides where its data lies
//! users.lock    held shared by every process that uses the server: the last one out stops it
//! server.lock   held alone by PostgreSQL itself and all its children: a second one cannot start beside them,
//!               not even from a container that does not see the first
//! ```

use super::error::EmbeddedError;
use super::platform::Account;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a condition is looked at again.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// The locks of a data folder.
#[derive(Debug, Clone)]
pub(super) struct Locks {
    data: PathBuf,
}

impl Locks {
    /// Opens the folder, making it if need be; refuses one that is somebody else's or cannot be written.
    pub(super) fn open(data: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        account.make_folder(data)?;
        account.must_own(data)?;
        let data = fs::canonicalize(data).map_err(|e| EmbeddedError::io("looking at", data, e))?;
        Ok(Self { data })
    }

    /// The folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Keeps everybody else from starting or stopping the server.
    pub(super) fn start(&self, patience: Duration) -> Result<File, EmbeddedError> {
        self.wait_for("start.lock", patience, File::try_lock)
    }

    /// Counts this process among the server's users; waits while a leftover server is being stopped.
    pub(super) fn join_users(&self, patience: Duration) -> Result<File, EmbeddedError> {
        self.wait_for("users.lock", patience, File::try_lock_shared)
    }

    /// The file of the users' lock, not locked.
    pub(super) fn users(&self) -> Result<File, EmbeddedError> {
        self.file("users.lock")
    }

    /// The users' lock for oneself, unless others use the server.
    ///
    /// The watcher of a killed desk may have it just now, to stop the server: that is not a user.
    pub(super) fn alone(&self, patience: Duration) -> Result<Option<File>, EmbeddedError> {
        let file = self.users()?;
        let deadline = Instant::now() + patience;
        loop {
            if file.try_lock().is_ok() {
                return Ok(Some(file));
            }
            if file.try_lock_shared().is_ok() {
                return Ok(None);
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::TooSlow { output: "users.lock is held".to_owned() });
            }
            sleep(TICK);
        }
    }

    /// The server's own lock, unless a server or the remains of one hold it.
    pub(super) fn server(&self) -> Result<Option<File>, EmbeddedError> {
        let file = self.file("server.lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => {
                Err(EmbeddedError::io("locking", &self.data.join("server.lock"), e))
            }
        }
    }

    fn wait_for(
        &self,
        name: &str,
        patience: Duration,
        attempt: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<File, EmbeddedError> {
        let file = self.file(name)?;
        let deadline = Instant::now() + patience;
        loop {
            match attempt(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(e)) => {
                    return Err(EmbeddedError::io("locking", &self.data.join(name), e));
                }
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    return Err(EmbeddedError::TooSlow { output: format!("{name} is held") });
                }
                Err(TryLockError::WouldBlock) => sleep(TICK),
            }
        }
    }

    fn file(&self, name: &str) -> Result<File, EmbeddedError> {
        let path = self.data.join(name);
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| EmbeddedError::io("opening", &path, e))
    }
}
