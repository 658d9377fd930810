//! A signed-in desk: one person, one organization, its local copy, its session, and the sync between them.

use crate::clock::{Clock, Mark};
use crate::error::ActionError;
use crate::imports::Shelf;
use crate::live::Live;
use crate::local::{LocalServer, blocking};
use crate::profile::{KnownServer, Places, Profile, ServerKind};
use crate::secrets::{Keep, Secrets, SignIn};
use crate::view::{Happening, Notice, Surface, SyncView};
use chrono::{DateTime, Utc};
use domain::change::RowImage;
use replica::sync::{Activity, SyncState};
use replica::{Replica, ReplicaError, ReplicaSlot};
use serde::Deserialize;
use server::account::Whoami;
use server::session::Session;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use uuid::Uuid;

use crate::apply::Unsettled;

mod opening;
mod person;

pub(crate) use opening::delete_copies;
use person::remember_whoami;

/// Under which the local copy keeps the difference of the clocks.
const SERVER_AHEAD: &str = "server_ahead";

/// How closely the person is looking.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct WindowActivity {
    /// That closely.
    pub activity: Activity,
}

/// All it takes to open a desk.
pub struct Opening {
    /// The folders.
    pub places: Places,
    /// The server, with person and organization.
    pub server: KnownServer,
    /// The sign-in.
    pub sign_in: SignIn,
    /// How long it lasts.
    pub keep: Keep,
    /// This computer's own server, where it is that.
    pub local: Option<LocalServer>,
    /// Where sign-ins are kept, to forget this one when access is lost.
    pub secrets: Secrets,
    /// Who is shown what happens.
    pub surface: Arc<dyn Surface>,
    /// This computer's clock.
    pub clock: Clock,
}

/// A signed-in desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    opening: Opening,
    organization: Uuid,
    session: Session,
    slot: ReplicaSlot,
    who: RwLock<Whoami>,
    live: Live,
    unsettled: Mutex<Vec<Unsettled>>,
    used_up: Mutex<HashSet<Uuid>>,
    shelf: Shelf,
    over: AtomicBool,
}

impl Desk {
    /// The session with the server.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// The local copy as it is now; it may be swapped at any time, so actions use [`Desk::read`].
    #[must_use]
    pub fn replica(&self) -> Replica {
        self.0.slot.current()
    }

    /// Reads the local copy, once more if it was swapped meanwhile. A damaged one is set aside and fetched again.
    ///
    /// # Errors
    /// A fault of the local copy; `signed_out` after access was lost.
    pub async fn read<T, F, R>(&self, read: F) -> Result<T, ActionError>
    where
        F: Fn(Replica) -> R,
        R: Future<Output = Result<T, ReplicaError>>,
    {
        let ticket = self.slot().ticket();
        match self.slot().read(read).await {
            Err(ReplicaError::Closed) => Err(ActionError::signed_out()),
            Err(ReplicaError::Damaged) => {
                self.live().damaged(ticket);
                Err(ReplicaError::Damaged.into())
            }
            answer => Ok(answer?),
        }
    }

    /// This computer's own server, where it is that.
    pub(crate) fn local(&self) -> Option<&LocalServer> {
        self.0.opening.local.as_ref()
    }

    /// The folders of this computer.
    pub(crate) fn places(&self) -> &Places {
        &self.0.opening.places
    }

    /// Where the local copy lives.
    #[must_use]
    pub fn slot(&self) -> &ReplicaSlot {
        &self.0.slot
    }

    /// The open organization.
    #[must_use]
    pub fn organization(&self) -> Uuid {
        self.0.organization
    }

    /// The server as this computer knows it.
    #[must_use]
    pub fn server(&self) -> &KnownServer {
        &self.0.opening.server
    }

    /// The sign-in, to open another organization with it.
    #[must_use]
    pub fn sign_in(&self) -> (SignIn, Keep) {
        (self.0.opening.sign_in.clone(), self.0.opening.keep)
    }

    /// Merges the rows an action was answered with: a desk reads its own writes. Where the local copy cannot take
    /// them, they come through the feed: the action itself has succeeded.
    pub(crate) async fn merge_own(&self, ticket: &replica::Ticket, rows: Vec<RowImage>, n: i64) {
        let n = match self.slot().merge_answer(ticket, rows, n).await {
            Ok(merged) => {
                if !merged.changed.is_empty() {
                    self.show(Happening::Changed(merged.changed.into_iter().collect()));
                }
                merged.n
            }
            Err(error) => {
                tracing::warn!(%error, "an action's rows could not be shown at once");
                Some(n)
            }
        };
        self.0.live.written(n);
    }

    /// Makes sync ask at once.
    pub(crate) fn look_again(&self) {
        self.0.live.written(None);
    }

    /// Tells sync that this desk wrote something whose rows come through the feed.
    pub(crate) fn written(&self, n: i64) {
        self.0.live.written(Some(n));
    }

    /// Waits until the local copy holds everything up to `n`, at most a few seconds.
    pub(crate) async fn until_shown(&self, n: i64) {
        self.0.live.until_shown(n).await;
    }

    /// The server's time, as far as it is known: what is overdue, or still ahead, goes by this.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock().now()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.opening.clock
    }

    /// Takes the server's time from an answer, and tells the person where this computer's clock is far off.
    pub(crate) async fn hear_time(&self, server: DateTime<Utc>, asked: &Mark) {
        if !self.clock().hear(server, asked) {
            return;
        }
        let ahead = self.clock().server_ahead();
        tracing::info!(ahead, "the server's clock differs from this computer's");
        let kept = self.replica().put_answer(SERVER_AHEAD, &ahead.into(), self.now()).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "the difference of the clocks could not be kept");
        }
        self.show(Happening::Sync(self.sync_status()));
        if let Some(message) = self.clock().remark() {
            self.show(Happening::Notice(Notice { message, is_warning: true }));
        }
    }

    /// Sync as it stands.
    #[must_use]
    pub fn sync_status(&self) -> SyncView {
        SyncView::of(self.0.live.status(), self.clock())
    }

    /// While offline, as of when everything shown is.
    #[must_use]
    pub fn offline_since(&self) -> Option<DateTime<Utc>> {
        let status = self.sync_status();
        status.as_of.filter(|_| status.state == SyncState::Offline)
    }

    /// Asks the server as often as the person looks.
    pub fn window_activity(&self, activity: Activity) {
        self.0.live.activity(activity);
    }

    /// The files that an import has open.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    pub(crate) fn unsettled(&self) -> MutexGuard<'_, Vec<Unsettled>> {
        self.0.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Command ids that the server was told never to take.
    pub(crate) fn used_up(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.used_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn show(&self, happening: Happening) {
        self.0.opening.surface.show(happening);
    }

    /// Gets this computer's own server going (again) and up to date, where that is what this desk works on.
    pub(crate) async fn revive_server(&self) {
        let Some(local) = &self.0.opening.local else { return };
        let (kind, id) = (self.server().kind, self.server().server_id);
        match local.link(kind, id).await {
            Ok(link) if link != self.session().link() => self.session().move_to(link),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the local server does not run"),
        }
    }

    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// Whether the server is this computer's own.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.server().kind != ServerKind::Remote
    }

    /// Keeps in the local copy who is signed in: a fresh file does not have it.
    pub(crate) async fn keep_whoami(&self) {
        if let Err(error) = remember_whoami(self.slot(), &self.whoami(), self.now()).await {
            tracing::warn!(%error, "the local copy does not say who it is for");
        }
    }

    /// Whether access was lost since the desk was opened.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.over.load(Ordering::Relaxed)
    }

    /// Ends sync and session; the local copy stays.
    pub async fn close(&self) {
        self.0.live.stop().await;
        self.session().close().await;
        self.slot().close().await;
    }

    /// Deletes the person's local copies, of every organization on this server, and forgets their key.
    pub async fn wipe(&self) {
        if let Err(error) = self.slot().wipe().await {
            tracing::warn!(%error, "the local copy could not be deleted; its key is forgotten");
        }
        let (secrets, server) = (self.0.opening.secrets.clone(), self.server().server_id);
        let copies = self.0.opening.places.copies(server, self.whoami().user_id);
        blocking(move || {
            secrets.forget(server);
            delete_copies(&copies);
        })
        .await;
    }

    /// Access is lost for good: everything of it is deleted, and the window asks for a sign-in.
    pub(crate) async fn lose_access(&self, message: String) {
        self.0.over.store(true, Ordering::Relaxed);
        // Whoever only left an organization still has a device here, and is about to get another.
        if let Err(error) = self.session().sign_out().await {
            tracing::debug!(%error, "the device is signed out already");
        }
        self.session().close().await;
        self.wipe().await;
        let screen = match self.server().kind {
            // Nobody knows its password; it is entered again from the first screen.
            ServerKind::Sample => {
                self.show(Happening::Notice(Notice { message, is_warning: true }));
                crate::app::choices(&Profile::load(&self.0.opening.places.data).unwrap_or_default())
            }
            _ => crate::app::sign_in_screen(self.server(), Some(message)),
        };
        self.show(Happening::AppState(screen));
    }
}
