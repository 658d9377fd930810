//! Updates: asks, fetches and installs. What may be installed, [`desk::updates`] decides.
//!
//! Nothing is replaced under a running desk: also “now” means to close in good order, install, and open again. Nor does
//! the desk close under somebody's hands because a download ended: what has just been fetched waits to be told.

mod trouble;
mod watch;

use chrono::Utc;
use desk::updates::{
    Attempt, Circumstances, Memory, Offer, Statement, TrustedKey, UpdateState, UpdateStatus,
    UpdateWhen, Verdict, decide,
};
use semver::Version;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Emitter, Wry};
use tauri_plugin_updater::{Update, UpdaterExt};
use tokio::sync::Notify;
use trouble::Trouble;

/// How long the update server may take to answer a question; a package may take as long as it comes.
const ANSWER: Duration = Duration::from_secs(30);
/// A new figure for the progress bar every so many kilobytes.
const STEP: u32 = 256;

/// The updates of this Cloche.
pub struct Updates {
    handle: AppHandle<Wry>,
    data: PathBuf,
    current: Version,
    key: Option<TrustedKey>,
    now: Mutex<Now>,
    /// Looking and fetching happen one after the other.
    turn: tokio::sync::Mutex<()>,
    shown: Notify,
}

struct Now {
    memory: Memory,
    updated: bool,
    state: UpdateState,
    found: Option<Found>,
}

/// A release that may be installed.
struct Found {
    statement: Statement,
    update: Update,
    /// Fetched, its signature checked.
    package: Option<PathBuf>,
}

impl Updates {
    /// Remembers how the last installation ended; asks nobody yet.
    pub fn new(handle: AppHandle<Wry>, data: &Path) -> Arc<Self> {
        let current = handle.package_info().version.clone();
        let (key, mut state) = match source(&handle) {
            Ok(key) => (Some(key), UpdateState::Unknown),
            Err(reason) => (None, UpdateState::Unavailable { reason: reason.to_owned() }),
        };
        let mut memory = Memory::load(data);
        let outcome = memory.take_outcome(&current);
        let updated = matches!(outcome, Some(Ok(_)));
        let told = outcome.is_some();
        match outcome {
            Some(Err(message)) => state = UpdateState::Failed { message, offer: None },
            Some(Ok(_)) => tracing::info!(%current, "this version was installed at the last close"),
            None => {}
        }
        let now = Mutex::new(Now { memory, updated, state, found: None });
        let (turn, shown) = (tokio::sync::Mutex::default(), Notify::new());
        let updates = Self { handle, data: data.to_owned(), current, key, now, turn, shown };
        // What was fetched and not installed may be out of date by now.
        let _ = std::fs::remove_dir_all(updates.folder());
        if told {
            updates.remember(&updates.now().memory);
        }
        Arc::new(updates)
    }

    /// What the window shows; the first to ask is a window that stands.
    pub fn status(&self) -> UpdateStatus {
        self.shown.notify_one();
        self.status_now(&self.now())
    }

    fn status_now(&self, now: &Now) -> UpdateStatus {
        UpdateStatus {
            current: self.current.to_string(),
            updated: now.updated,
            automatic: now.memory.automatic,
            checked_at: now.memory.checked_at,
            state: now.state.clone(),
        }
    }

    /// Whether Cloche looks for new versions by itself.
    pub fn set_automatic(&self, automatic: bool) {
        let mut now = self.now();
        now.memory.automatic = automatic;
        self.remember(&now.memory);
        self.tell(&now);
    }

    /// Looks for a new version. Where nobody `asked`, only an announcement that must not be believed is news.
    pub async fn check(&self, asked: bool) {
        let Some(key) = &self.key else { return };
        let _turn = self.turn.lock().await;
        let before = self.now().state.clone();
        if matches!(before, UpdateState::AtQuit { .. } | UpdateState::Installing { .. }) {
            return;
        }
        if asked {
            self.show(UpdateState::Checking);
        }
        let state = match self.look(key, asked).await {
            Ok(state) => state,
            Err(trouble) => {
                tracing::warn!(%trouble, asked, "no update was found");
                if asked || matches!(trouble, Trouble::Refused(_)) {
                    UpdateState::Failed { message: trouble.sentence(), offer: None }
                } else {
                    before
                }
            }
        };
        self.show(state);
    }

    async fn look(&self, key: &TrustedKey, asked: bool) -> Result<UpdateState, Trouble> {
        // What is newer is decided here, not from the part of the answer that nobody signed.
        let updater = self.handle.updater_builder().version_comparator(|_, _| true);
        let updater = updater.timeout(ANSWER).build()?;
        let answer = updater.check().await?.ok_or(Trouble::Refused(
            // A server that answers “nothing new” without a signature could say so for ever.
            desk::updates::Refused::Unsigned,
        ))?;
        let statement = Statement::verified(&answer.raw_json, key)?;
        let verdict = {
            let mut now = self.now();
            let found = Circumstances {
                current: &self.current,
                highest: now.memory.highest_of(key.id()),
                now: Utc::now(),
                place: now.memory.place,
                asked,
            };
            let verdict = decide(&statement, &found)?;
            now.memory.saw(key.id(), &statement.version, Utc::now());
            self.remember(&now.memory);
            verdict
        };
        if verdict != Verdict::Offered {
            return Ok(UpdateState::UpToDate);
        }
        let update =
            updater.restore_update(statement.to_release())?.ok_or(Trouble::NotForThisSystem)?;
        let offer = Offer::from(&statement);
        self.now().found = Some(Found { statement, update, package: None });
        Ok(UpdateState::Available { offer })
    }

    /// Fetches the version that was found, or installs what was fetched before.
    pub async fn install(&self, when: UpdateWhen) {
        let _turn = self.turn.lock().await;
        let Some((update, offer, fetched)) = self.found() else { return };
        if when == UpdateWhen::Later {
            return self.show(UpdateState::Available { offer });
        }
        if !fetched && let Err(trouble) = self.fetch(&update, &offer).await {
            tracing::warn!(%trouble, "the update was not fetched");
            let message = trouble.sentence();
            return self.show(UpdateState::Failed { message, offer: Some(offer) });
        }
        if when == UpdateWhen::AtQuit || !fetched {
            return self.show(UpdateState::AtQuit { offer });
        }
        self.show(UpdateState::Installing { offer });
        self.handle.request_restart();
    }

    fn found(&self) -> Option<(Update, Offer, bool)> {
        let now = self.now();
        let found = now.found.as_ref()?;
        Some((found.update.clone(), Offer::from(&found.statement), found.package.is_some()))
    }

    async fn fetch(&self, update: &Update, offer: &Offer) -> Result<(), Trouble> {
        let (mut bytes, mut told) = (0_u64, 0);
        let kilobytes = |bytes: u64| u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        let downloading = |done, of| UpdateState::Downloading { offer: offer.clone(), done, of };
        self.show(downloading(0, None));
        let chunk = |size: usize, of: Option<u64>| {
            bytes += size as u64;
            let done = kilobytes(bytes);
            if done >= told + STEP {
                told = done;
                self.show(downloading(done, of.map(kilobytes)));
            }
        };
        // The signature, and the version it was made for, are checked as soon as the last byte is there.
        let package = update.download(chunk, || {}).await?;
        let path = self.folder().join(format!("cloche-{}", offer.version));
        std::fs::create_dir_all(self.folder())?;
        tokio::fs::write(&path, package).await?;
        if let Some(found) = &mut self.now().found {
            found.package = Some(path);
        }
        Ok(())
    }

    /// Installs what is to be installed; the desk is closed and its server stopped by then.
    ///
    /// The package is read and its signature checked anew. On Windows this does not return: the installer goes on alone.
    pub fn finish(&self) {
        let (found, restart) = {
            let mut now = self.now();
            let restart = match now.state {
                UpdateState::Installing { .. } => true,
                UpdateState::AtQuit { .. } => false,
                _ => return,
            };
            let Some(found) = now.found.take() else { return };
            let version = found.statement.version.clone();
            now.memory.attempt = Some(Attempt { version, failure: None });
            self.remember(&now.memory);
            (found, restart)
        };
        let result = self.replace(found, restart);
        let mut now = self.now();
        if let (Err(trouble), Some(attempt)) = (result, &mut now.memory.attempt) {
            tracing::warn!(%trouble, "the update was not installed");
            attempt.failure = Some(trouble.sentence());
            self.remember(&now.memory);
        }
        let _ = std::fs::remove_dir_all(self.folder());
    }

    fn replace(&self, found: Found, restart: bool) -> Result<(), Trouble> {
        if found.statement.expires <= Utc::now() {
            // Fetched weeks ago and never closed: who knows what has come out since.
            return Err(desk::updates::Refused::Expired(found.statement.expires).into());
        }
        let package = std::fs::read(found.package.ok_or(Trouble::NotForThisSystem)?)?;
        found.update.restart_after_install(restart).install(package)?;
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.data.join("updates")
    }

    fn show(&self, state: UpdateState) {
        let mut now = self.now();
        now.state = state;
        self.tell(&now);
    }

    fn tell(&self, now: &Now) {
        if let Err(error) = self.handle.emit("update_status", self.status_now(now)) {
            tracing::debug!(%error, "the window did not take an event");
        }
    }

    fn remember(&self, memory: &Memory) {
        if let Err(error) = memory.save(&self.data) {
            tracing::warn!(%error, "what is known of updates could not be kept");
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        // Nothing here is left half-changed by a panic.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key that this build trusts; else why it does not update itself.
fn source(handle: &AppHandle<Wry>) -> Result<TrustedKey, &'static str> {
    if tauri::utils::platform::bundle_type().is_none() {
        return Err("This Cloche was not installed from a package, so it does not update itself.");
    }
    let settings = handle.config().plugins.0.get("updater");
    let has_address = settings
        .and_then(|s| s["endpoints"].as_array())
        .is_some_and(|addresses| !addresses.is_empty());
    let key = settings.and_then(|s| s["pubkey"].as_str()).and_then(TrustedKey::parse);
    key.filter(|_| has_address).ok_or(
        "This Cloche was built without an update server. Install new versions as you installed this one.",
    )
}
