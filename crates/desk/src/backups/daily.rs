//! One backup a day, by itself, once the desk is up and has nothing better to do.

use super::{Folder, Made, write};
use crate::open::Desk;
use crate::profile::ServerKind;
use crate::view::{Happening, Notice};
use chrono::{Local, NaiveDate};
use replica::sync::SyncState;
use server::archive::ArchiveError;
use std::time::Duration;

/// How often it is asked whether it is time. Nobody waits for it.
const EVERY: Duration = Duration::from_secs(1);
/// After one that failed.
const AGAIN: Duration = Duration::from_secs(3600);

/// Makes the daily backup of an office that is kept on this computer, for as long as the desk is open.
pub(crate) fn look_after(desk: Desk) {
    if desk.server().kind != ServerKind::Local {
        return;
    }
    tokio::spawn(async move {
        let mut told: Option<NaiveDate> = None;
        let mut done: Option<NaiveDate> = None;
        loop {
            let pause = match turn(&desk, &mut done, &mut told).await {
                true => EVERY,
                false => AGAIN,
            };
            if !slept(&desk, pause).await {
                return;
            }
        }
    });
}

/// Sleeps in small pieces, so that a closed desk is let go soon; answers whether the desk is still open.
async fn slept(desk: &Desk, pause: Duration) -> bool {
    let until = tokio::time::Instant::now() + pause;
    while tokio::time::Instant::now() < until {
        tokio::time::sleep(EVERY).await;
        if desk.live().is_stopping() {
            return false;
        }
    }
    true
}

/// Makes today's if it is time; answers whether all is well.
async fn turn(desk: &Desk, done: &mut Option<NaiveDate>, told: &mut Option<NaiveDate>) -> bool {
    let today = Local::now().date_naive();
    if *done == Some(today) || desk.sync_status().state != SyncState::Live {
        return true;
    }
    match today_of(desk, today).await {
        Ok(()) => {
            *done = Some(today);
            true
        }
        Err(error) => {
            let error = error.to_app_error();
            tracing::warn!(message = error.message, "the daily backup was not written");
            // The server stops with the desk; that is no news.
            if told.replace(today) != Some(today) && !desk.live().is_stopping() {
                let message = format!("Today's backup was not written. {}", error.message);
                desk.show(Happening::Notice(Notice { message, is_warning: true }));
            }
            false
        }
    }
}

async fn today_of(desk: &Desk, today: NaiveDate) -> Result<(), crate::error::ActionError> {
    let folder = Folder::of(desk.places(), desk.organization());
    if folder.has_daily(today).await {
        return Ok(());
    }
    let Some(local) = desk.local() else { return Ok(()) };
    let owner = local.owner_of(ServerKind::Local).await?;
    // An office that moved away does not change any more.
    if server::archive::moved(&owner, desk.organization()).await?.is_some() {
        return Ok(());
    }
    match write(&owner, desk.organization(), &folder, Made::Daily).await {
        Err(crate::error::ActionError::Archive(ArchiveError::Unknown)) => Ok(()),
        other => other.map(|_| ()),
    }
}
