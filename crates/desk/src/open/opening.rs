//! Opening a desk: from a sign-in, or from what is on this computer.

use super::person::{WHOAMI, remember_whoami};
use super::{Desk, Inner, Opening, SERVER_AHEAD};
use crate::clock::Clock;
use crate::error::{ActionError, AppError, Code};
use crate::imports::Shelf;
use crate::live::Live;
use crate::local::blocking;
use chrono::{DateTime, Duration, Utc};
use replica::{ReplicaKey, ReplicaSlot};
use server::account::{Whoami, serves_us};
use server::error::ServerError;
use server::session::Session;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

/// Without contact for so long, the local copy's key is forgotten.
const LONGEST_WITHOUT_CONTACT: Duration = Duration::days(14);

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

    async fn reopen_from(mut opening: Opening, slot: ReplicaSlot) -> Result<Self, ActionError> {
        let as_of = slot.remembered().await?.as_of;
        recall_clock(&opening.clock, &slot, as_of).await?;
        // A server that answers knows this device: then it was the clock that was away, not the desk.
        if as_of.is_some_and(|at| is_long_ago(at, &opening.clock))
            // This computer's own server stands still while Cloche is closed: that is no lack of contact.
            && opening.local.is_none()
            && ask_who(&mut opening).await.is_err()
        {
            slot.wipe().await.map_err(files)?;
            let (secrets, server) = (opening.secrets.clone(), opening.server.server_id);
            blocking(move || secrets.forget(server)).await;
            return Err(ActionError::App(AppError::plain(
                Code::SignedOut,
                "This computer had no contact with the server for two weeks, so its copy was deleted. Sign in again.",
            )));
        }
        let kept = slot.current().answer(WHOAMI).await?;
        let mut who: Option<Whoami> =
            kept.and_then(|answer| serde_json::from_value(answer.body).ok());
        if let Some(Err(too_old)) = who.as_ref().map(|who| serves_us(&who.min_desk_version)) {
            // What was kept counts only while the server is out of reach: it may serve this version again.
            use ServerError::{SignedOut, UpdateRequired};
            who = match ask_who(&mut opening).await {
                Ok(who) => Some(who),
                Err(ActionError::Server(error @ (SignedOut { .. } | UpdateRequired { .. }))) => {
                    return Err(error.into());
                }
                Err(_) => return Err(too_old.into()),
            };
        }
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
                ask_who(&mut opening).await?
            }
        };
        if let Err(error) = remember_whoami(&slot, &who, opening.clock.now()).await {
            // On a full disk there is still everything to look at.
            tracing::warn!(%error, "the local copy does not say who it is for");
        }
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
        crate::backups::look_after(desk.clone());
        Ok(desk)
    }
}

async fn recall_clock(
    clock: &Clock,
    slot: &ReplicaSlot,
    as_of: Option<DateTime<Utc>>,
) -> Result<(), ActionError> {
    if let Some(kept) = slot.current().answer(SERVER_AHEAD).await?
        && let (Some(ahead), Some(as_of)) = (kept.body.as_i64(), as_of)
    {
        clock.recall(ahead, as_of);
    }
    Ok(())
}

/// By this computer's clock as it is now and as it was wrong before: one of them may have jumped since.
fn is_long_ago(at: DateTime<Utc>, clock: &Clock) -> bool {
    let age = |now: DateTime<Utc>| -> Duration { (now - at).abs() };
    age(clock.now()).min(age(clock.computer())) > LONGEST_WITHOUT_CONTACT
}

/// Asks the server who this is; this computer's own is started for that.
async fn ask_who(opening: &mut Opening) -> Result<Whoami, ActionError> {
    if let Some(local) = &opening.local {
        opening.server.link = local.link(opening.server.kind, opening.server.server_id).await?;
    }
    let session = Session::open(&opening.server.link, &opening.sign_in.device());
    let who = session.whoami().await;
    session.close().await;
    Ok(who?)
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

fn files(error: replica::OpenError) -> ActionError {
    ActionError::Files {
        what: "The local copy cannot be opened. Check that the disk has space left.",
        source: std::io::Error::other(error),
    }
}
