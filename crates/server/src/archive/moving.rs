//! Moving an organization to another server: it is open here until all of it is there, and opens there once it is closed
//! here, so never on both. Only who restores a copy by hand and hands back a receipt has both open in between.

use super::ArchiveError;
use super::links::{SignInLink, sign_in_links};
use super::manifest::Manifest;
use super::receipt::Receipt;
use super::restore::{Onto, Terms, restore_with};
use super::write::write;
use crate::link::ServerLink;
use crate::setup::{OwnerOptions, apart};
use chrono::{DateTime, Utc};
use sqlx::Connection;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// How often people may be faster.
const ATTEMPTS: u32 = 3;

/// A finished move.
#[derive(Debug)]
pub struct Closed {
    /// What was moved; also in the file that was written here.
    pub manifest: Manifest,
    /// Links for everybody who has no sign-in there yet.
    pub links: Vec<SignInLink>,
}

/// Where an organization went.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Moved {
    /// The server.
    pub server_id: Uuid,
    /// How people call it: its host.
    pub place: String,
    /// When.
    pub moved_at: DateTime<Utc>,
}

/// Moves an organization from one server to another: copies, compares what arrived, makes links, closes it here, opens
/// it there.
///
/// Interrupted anywhere before it is closed, it goes on being used here, and may be moved again: what arrived before is
/// replaced unless somebody has worked there. `file` keeps a backup of what was moved, and a file beside it what was
/// replaced.
///
/// # Errors
/// [`ArchiveError::InUseThere`], [`ArchiveError::NotTheSame`], [`ArchiveError::Busy`], [`ArchiveError::NotOpened`], and
/// those of the steps.
pub async fn move_to(
    from: &OwnerOptions,
    org: Uuid,
    file: &Path,
    to: &OwnerOptions,
    server: &ServerLink,
    place: &str,
) -> Result<Closed, ArchiveError> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let manifest = write(from, org, file).await?;
        arrive(from, to, file, &manifest, place).await?;
        let links = sign_in_links(to, org, server).await?;
        match close_here(from, org, manifest.about.n, server.server_id, place).await {
            Err(ArchiveError::Busy) if left > 0 => {}
            closed => {
                closed?;
                open_there(to, org).await?;
                return Ok(Closed { manifest, links });
            }
        }
    }
}

/// Closes an organization that somebody else restored elsewhere, if what arrived there is what is here.
///
/// # Errors
/// [`ArchiveError::OtherReceipt`], [`ArchiveError::ChangedSince`], [`ArchiveError::NotTheSame`], [`ArchiveError::Busy`];
/// nothing is closed then.
pub async fn finish_move(
    owner: &OwnerOptions,
    org: Uuid,
    file: &Path,
    receipt: &Receipt,
    place: &str,
) -> Result<Manifest, ArchiveError> {
    let manifest = write(owner, org, file).await?;
    if receipt.org != org {
        return Err(ArchiveError::OtherReceipt);
    }
    if receipt.n != manifest.about.n {
        return Err(ArchiveError::ChangedSince);
    }
    if !receipt.is_for(&manifest) {
        return Err(ArchiveError::NotTheSame { what: "some of its rows".to_owned() });
    }
    if close_at(owner, org, receipt.n, receipt.server.server_id, place).await? {
        Ok(manifest)
    } else {
        Err(ArchiveError::ChangedSince)
    }
}

/// Brings the archive there, compared and closed; a copy that arrived before is replaced where nobody worked in it.
async fn arrive(
    from: &OwnerOptions,
    to: &OwnerOptions,
    file: &Path,
    manifest: &Manifest,
    place: &str,
) -> Result<(), ArchiveError> {
    let mut terms = Terms { compared: true, expected: None, arriving: Some(place.to_owned()) };
    match restore_with(to, file, Onto::Empty, terms.clone()).await {
        Err(ArchiveError::AlreadyThere { name }) => {
            terms.expected = untouched_copy(from, to, manifest).await?;
            if terms.expected.is_none() {
                return Err(ArchiveError::InUseThere { name });
            }
            let onto = Onto::Replacing { safety: replaced_there(file) };
            restore_with(to, file, onto, terms).await.map(drop)
        }
        answer => answer.map(drop),
    }
}

/// Where what was replaced there is kept: beside the backup of the move.
fn replaced_there(file: &Path) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push("-replaced");
    let mut beside = file.with_file_name(name);
    if let Some(extension) = file.extension() {
        beside.set_extension(extension);
    }
    beside
}

/// The place in the feed of a copy there in which nobody has done anything: its last command is one of ours.
async fn untouched_copy(
    from: &OwnerOptions,
    to: &OwnerOptions,
    manifest: &Manifest,
) -> Result<Option<i64>, ArchiveError> {
    let org = manifest.about.organization.id;
    let last = "select j.n, j.command_id from app.journal j join app.feeds f on f.org_id = j.org_id and f.n = j.n
                where j.org_id = $1";
    let same =
        "select exists (select from app.journal where org_id = $1 and n = $2 and command_id = $3)";
    let (from, to) = (from.clone(), to.clone());
    apart(move || async move {
        let mut there = to.connect().await?;
        let found: Option<(i64, Uuid)> =
            sqlx::query_as(last).bind(org).fetch_optional(&mut there).await?;
        there.close().await?;
        let Some((n, command)) = found else { return Ok(None) };
        let mut here = from.connect().await?;
        let same: bool =
            sqlx::query_scalar(same).bind(org).bind(n).bind(command).fetch_one(&mut here).await?;
        here.close().await?;
        Ok(same.then_some(n))
    })
    .await
}

/// Opens what arrived. It is closed here by now, so this is tried again where the connection breaks.
async fn open_there(to: &OwnerOptions, org: Uuid) -> Result<(), ArchiveError> {
    let to = to.clone();
    apart(move || async move {
        for _ in 0..ATTEMPTS {
            match opened(&to, org).await {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(%error, "what arrived is not opened yet"),
            }
        }
        Err(ArchiveError::NotOpened)
    })
    .await
}

async fn opened(to: &OwnerOptions, org: Uuid) -> Result<(), sqlx::Error> {
    let mut there = to.connect().await?;
    sqlx::query("delete from app.moves where org_id = $1 and is_arriving")
        .bind(org)
        .execute(&mut there)
        .await?;
    there.close().await
}

/// Closes an organization that is elsewhere from now on: the door refuses, saying where it went.
///
/// # Errors
/// [`ArchiveError::Busy`] if anything was changed after `n`, or is being changed.
pub async fn close_here(
    owner: &OwnerOptions,
    org: Uuid,
    n: i64,
    server_id: Uuid,
    place: &str,
) -> Result<(), ArchiveError> {
    if close_at(owner, org, n, server_id, place).await? { Ok(()) } else { Err(ArchiveError::Busy) }
}

/// As [`close_here`]; false if anything was changed after `n`.
async fn close_at(
    owner: &OwnerOptions,
    org: Uuid,
    n: i64,
    server_id: Uuid,
    place: &str,
) -> Result<bool, ArchiveError> {
    let (owner, place) = (owner.clone(), place.to_owned());
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let mut transaction = connection.begin().await?;
        // Whoever changes something right now ends before this, or is refused after it. Meanwhile every organization of
        // the server waits behind this lock, so it is not waited for any longer than a moment.
        sqlx::raw_sql("set local lock_timeout = '3s'; lock table app.commands in share row exclusive mode")
            .execute(&mut *transaction)
            .await
            .map_err(busy)?;
        let now: i64 = sqlx::query_scalar("select n from app.feeds where org_id = $1")
            .bind(org)
            .fetch_one(&mut *transaction)
            .await?;
        if now != n {
            return Ok(false);
        }
        sqlx::query(
            "insert into app.moves (org_id, server_id, place) values ($1, $2, $3)
             on conflict (org_id) do update set server_id = excluded.server_id, place = excluded.place, moved_at = now(),
                 is_arriving = false",
        )
        .bind(org)
        .bind(server_id)
        .bind(place)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        connection.close().await?;
        Ok(true)
    })
    .await
}

/// Whose lock is not given up in time is at work.
fn busy(error: sqlx::Error) -> ArchiveError {
    match error.as_database_error().and_then(|e| e.code()).as_deref() {
        Some("55P03") => ArchiveError::Busy,
        _ => error.into(),
    }
}

/// Where an organization went, if it did.
///
/// # Errors
/// That the server cannot be asked.
pub async fn moved(owner: &OwnerOptions, org: Uuid) -> Result<Option<Moved>, ArchiveError> {
    let owner = owner.clone();
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let sql = "select server_id, place, moved_at from app.moves where org_id = $1 and not is_arriving";
        let moved = sqlx::query_as(sql).bind(org).fetch_optional(&mut connection).await?;
        connection.close().await?;
        Ok(moved)
    })
    .await
}

/// Opens an organization here again, as it was when it moved.
///
/// # Errors
/// That the server cannot be asked.
pub async fn open_again(owner: &OwnerOptions, org: Uuid) -> Result<(), ArchiveError> {
    let owner = owner.clone();
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let sql = "delete from app.moves where org_id = $1";
        sqlx::query(sql).bind(org).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    })
    .await
}
