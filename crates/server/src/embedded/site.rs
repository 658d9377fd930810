//! One data folder with its server: joining, stopping; whoever calls this holds the start lock.

use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::folder::Folder;
use super::locks::{Locks, TICK};
use super::log::Log;
use super::platform::{self, Account};
use super::postmaster::{Postmaster, Status};
use super::{EmbeddedOptions, Progress, cluster};
use crate::link::Place;
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may be out of reach, or sessions outlive their server, before they are ended.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How long the remains of a killed server may keep a new one from starting.
pub(super) const REMAINS: Duration = Duration::from_secs(30);
/// How long a server may take to write everything when asked to stop.
const FAREWELL: Duration = Duration::from_secs(60);

/// One data folder with the PostgreSQL that serves it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) options: EmbeddedOptions,
    pub(super) account: Account,
    pub(super) locks: Locks,
    pub(super) folder: Folder,
    pub(super) binaries: Binaries,
    pub(super) log: Log,
    pub(super) cluster: PathBuf,
}

/// A server that answers.
#[derive(Debug)]
pub(super) struct Running {
    /// When we started it ourselves; it must be waited for then.
    pub(super) child: Option<Child>,
    pub(super) place: Place,
}

impl Running {
    /// Waits for a child that ended, or it would stay in the list of processes.
    pub(super) fn reap(&mut self) {
        if self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None))) {
            self.child = None;
        }
    }
}

impl Site {
    /// Gets everything ready except the server itself.
    pub(super) fn prepare(
        options: &EmbeddedOptions,
        mut account: Account,
        locks: Locks,
    ) -> Result<Self, EmbeddedError> {
        let folder = Folder::open(locks.data(), &options.shared, &account)?;
        account.adopt(&folder.cluster());
        let cache = if account.lends() { &options.shared } else { folder.data() };
        let binaries = Binaries::prepare(&options.binaries, cache, &account)?;
        if !folder.cluster().exists() {
            options.tell(Progress::Creating);
        }
        let (cluster, new) = cluster::find_or_make(&folder, &binaries, options.profile, &account)?;
        tracing::debug!(new, cluster = %cluster.display(), "the embedded server's data is there");
        let log = Log::new(folder.log());
        Ok(Self { options: options.clone(), account, locks, folder, binaries, log, cluster })
    }

    /// Uses the server that runs already, or starts one.
    pub(super) fn attach_or_start(&self) -> Result<Running, EmbeddedError> {
        self.log.trim();
        let deadline = Instant::now() + self.options.patience;
        let mut silent_since = None;
        while let Some(found) = Postmaster::find(&self.cluster, &self.account) {
            if found.status == Status::Ready && found.answers() {
                return Ok(Running { child: None, place: found.place });
            }
            // Its socket may have been swept away with a temporary folder: nobody can reach it again.
            let since = silent_since.get_or_insert_with(Instant::now);
            if found.status == Status::Ready && since.elapsed() > GRACE {
                self.stop(&mut None)?;
                break;
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::TooSlow { output: self.log.since(0) });
            }
            sleep(TICK);
        }
        self.start()
    }

    /// Stops whatever server runs on this data; asks first.
    pub(super) fn stop(&self, child: &mut Option<Child>) -> Result<(), EmbeddedError> {
        let Some(found) = Postmaster::find(&self.cluster, &self.account) else { return Ok(()) };
        let pg_ctl = self.binaries.program("pg_ctl");
        self.account.ask_to_stop(&pg_ctl, &self.cluster, found.pid);
        if !found.wait_gone(&self.cluster, &self.account, child, FAREWELL) {
            self.account.make_stop(&pg_ctl, &self.cluster, found.pid);
            if !found.wait_gone(&self.cluster, &self.account, child, REMAINS) {
                return Err(EmbeddedError::TooSlow { output: self.log.since(0) });
            }
        }
        if let Place::Socket { folder, .. } = &found.place {
            // Only an empty one goes; the next start makes it again.
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    /// Has a leftover server stopped once every process that uses it is gone, killed ones included.
    pub(super) fn watch(&self) -> Option<Child> {
        let users = self.locks.users().ok()?;
        platform::watch(&self.account, users, &self.binaries.program("pg_ctl"), &self.cluster)
    }
}
