//! A signed-in desk: one person, one organization, its local copy, its session, and the sync between them.

use crate::error::{ActionError, AppError, Code};
use crate::imports::Shelf;
use crate::live::Live;
use crate::local::{LocalServer, blocking};
use crate::profile::{KnownServer, Places, Profile, ServerKind};
use crate::secrets::{Keep, Secrets, SignIn};
use crate::view::{AppState, Happening, Notice, OrganizationSummary, SessionView, Surface};
use chrono::{DateTime, Duration, Utc};
use domain::change::RowImage;
use domain::permission::{Permissions, Role};
use replica::sync::{Activity, SyncState, SyncStatus};
use replica::{Replica, ReplicaError, ReplicaKey, ReplicaSlot};
use serde::Deserialize;
use server::account::{Membership, Whoami};
use server::error::ServerError;
use server::session::Session;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use uuid::Uuid;

use crate::apply::Unsettled;

/// Without contact for so long, the local copy's key is forgotten.
const LONGEST_WITHOUT_CONTACT: Duration = Duration::days(14);
const WHOAMI: &str = "whoami";

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
    /// Opens a desk right after signing in.
    ///
    /// # Errors
    /// When the local copy can neither be opened nor made anew.
    pub async fn open(opening: Opening, who: Whoami) -> Result<Self, ActionError> {
        let slot = open_slot(&opening).await?;
        closed_unless_open(slot.clone(), Self::begin(opening, slot, Some(who))).await
    }

    /// Opens a desk again from what is on this computer; the server is asked in the background.
    ///
    /// # Errors
    /// `signed_out` after too long without contact, or where nothing was kept and the server cannot be asked.
    pub async fn reopen(opening: Opening) -> Result<Self, ActionError> {
        let slot = open_slot(&opening).await?;
        closed_unless_open(slot.clone(), Self::reopen_from(opening, slot)).await
    }

    async fn reopen_from(opening: Opening, slot: ReplicaSlot) -> Result<Self, ActionError> {
        let as_of = slot.remembered().await?.as_of;
        if as_of.is_some_and(|at| Utc::now() - at > LONGEST_WITHOUT_CONTACT) {
            slot.wipe().await.map_err(files)?;
            let (secrets, server) = (opening.secrets.clone(), opening.server.server_id);
            blocking(move || secrets.forget(server)).await;
            return Err(ActionError::App(AppError::plain(
                Code::SignedOut,
                "This computer had no contact with the server for two weeks, so its copy was deleted. Sign in again.",
            )));
        }
        let kept = slot.current().answer(WHOAMI).await?;
        let who = kept.and_then(|answer| serde_json::from_value(answer.body).ok());
        Self::begin(opening, slot, who).await
    }

    async fn begin(
        mut opening: Opening,
        slot: ReplicaSlot,
        who: Option<Whoami>,
    ) -> Result<Self, ActionError> {
        let organization = opening.server.organization_id.ok_or_else(ActionError::signed_out)?;
        let who = match who {
            Some(who) => who,
            None => {
                // The copy was lost: without it, only the server knows who this is.
                if let Some(local) = &opening.local {
                    opening.server.link =
                        local.link(opening.server.kind, opening.server.server_id).await?;
                }
                let session = Session::open(&opening.server.link, &opening.sign_in.device());
                let who = session.whoami().await?;
                session.close().await;
                who
            }
        };
        remember_whoami(&slot, &who).await?;
        let session = Session::open(&opening.server.link, &opening.sign_in.device());
        let desk = Self(Arc::new(Inner {
            organization,
            session,
            live: Live::new(slot.remembered().await?),
            slot,
            who: RwLock::new(who),
            unsettled: Mutex::default(),
            used_up: Mutex::default(),
            shelf: Shelf::default(),
            over: AtomicBool::new(false),
            opening,
        }));
        desk.0.live.start(desk.clone());
        Ok(desk)
    }

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

    /// Who is signed in, as the server said last.
    #[must_use]
    pub fn whoami(&self) -> Whoami {
        self.0.who.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn membership(&self) -> Option<Membership> {
        let who = self.0.who.read().unwrap_or_else(PoisonError::into_inner);
        who.organizations.iter().find(|o| o.id == self.0.organization).cloned()
    }

    /// The person's role in the open organization.
    #[must_use]
    pub fn role(&self) -> Role {
        self.membership().map_or(Role::Staff, |m| m.role)
    }

    /// The organization's zone.
    #[must_use]
    pub fn time_zone(&self) -> String {
        self.membership().map_or_else(|| "UTC".to_owned(), |m| m.time_zone)
    }

    /// The organization's locale.
    #[must_use]
    pub fn locale(&self) -> String {
        self.membership().map_or_else(|| "en".to_owned(), |m| m.locale)
    }

    /// What the person may do, as the server said last: asked again as soon as the role or the matrix changes.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.membership().map(|m| m.permissions.iter().collect()).unwrap_or_default()
    }

    /// Who is signed in, for the window.
    #[must_use]
    pub fn view(&self) -> SessionView {
        let (who, open) = (self.whoami(), self.membership());
        let organizations: Vec<_> = who.organizations.iter().map(organization).collect();
        let current = open.as_ref().map(organization);
        SessionView {
            user_id: who.user_id,
            email: who.email,
            display_name: open.as_ref().map(|m| m.display_name.clone()).unwrap_or_default(),
            server: crate::app::summary(self.server()),
            organization: current.unwrap_or_else(|| unknown(self.0.organization)),
            organizations,
            role: self.role(),
            permissions: open.map(|m| m.permissions).unwrap_or_default(),
            kept: self.0.opening.keep,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Takes what the server says now about the person, and tells the window if it changed.
    ///
    /// # Errors
    /// That the server cannot be reached, or the sign-in is over.
    pub(crate) async fn refresh_whoami(&self) -> Result<(), ActionError> {
        let who = match self.session().whoami().await {
            Err(error @ ServerError::UpdateRequired) => {
                let message = format!("{error} Update it to go on working.");
                self.show(Happening::Notice(Notice { message, is_warning: true }));
                return Err(error.into());
            }
            who => who?,
        };
        remember_whoami(self.slot(), &who).await?;
        let before = std::mem::replace(
            &mut *self.0.who.write().unwrap_or_else(PoisonError::into_inner),
            who.clone(),
        );
        if before.organizations != who.organizations {
            self.show(Happening::AppState(AppState::Ready { session: Box::new(self.view()) }));
        }
        Ok(())
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

    /// Sync as it stands.
    #[must_use]
    pub fn sync_status(&self) -> SyncStatus {
        self.0.live.status()
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
        if let Err(error) = remember_whoami(self.slot(), &self.whoami()).await {
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

async fn open_slot(opening: &Opening) -> Result<ReplicaSlot, ActionError> {
    let server = &opening.server;
    let (organization, user) =
        server.organization_id.zip(server.user_id).ok_or_else(ActionError::signed_out)?;
    let folder: PathBuf = opening.places.replica(server.server_id, organization, user);
    let key = ReplicaKey::from_bytes(opening.sign_in.copy_key(organization));
    let (slot, opened) = ReplicaSlot::open(&folder, key).await.map_err(files)?;
    tracing::info!(?opened, "the local copy is open");
    Ok(slot)
}

/// Where opening the desk fails, nobody else closes its local copy.
async fn closed_unless_open(
    slot: ReplicaSlot,
    opening: impl Future<Output = Result<Desk, ActionError>>,
) -> Result<Desk, ActionError> {
    let opened = opening.await;
    if opened.is_err() {
        slot.close().await;
    }
    opened
}

/// Deletes the copies in a person's folder, which nobody has open.
pub(crate) fn delete_copies(folder: &Path) {
    let Ok(copies) = std::fs::read_dir(folder) else { return };
    for copy in copies.flatten() {
        if let Err(error) = ReplicaSlot::wipe_folder(&copy.path()) {
            tracing::warn!(%error, "a local copy could not be deleted; its key is forgotten");
        }
    }
    let _ = std::fs::remove_dir(folder);
}

async fn remember_whoami(slot: &ReplicaSlot, who: &Whoami) -> Result<(), ActionError> {
    if let Ok(value) = serde_json::to_value(who) {
        slot.current().put_answer(WHOAMI, &value, Utc::now()).await?;
    }
    Ok(())
}

fn files(error: replica::OpenError) -> ActionError {
    ActionError::Files {
        what: "The local copy cannot be opened. Check that the disk has space left.",
        source: std::io::Error::other(error),
    }
}

fn organization(membership: &Membership) -> OrganizationSummary {
    OrganizationSummary {
        id: membership.id,
        name: membership.name.clone(),
        time_zone: membership.time_zone.clone(),
        currency: membership.currency.clone(),
        locale: membership.locale.clone(),
        role: membership.role,
    }
}

/// What is shown between losing a membership and being told so.
fn unknown(id: Uuid) -> OrganizationSummary {
    OrganizationSummary {
        id,
        name: String::new(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        locale: "en".to_owned(),
        role: Role::Staff,
    }
}
