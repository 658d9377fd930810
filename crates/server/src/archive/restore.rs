//! Restoring an archive: in one transaction, beside what else is on the server or in place of what is there.

use super::file::Nowhere;
use super::manifest::{Manifest, Part};
use super::people::Rename;
use super::tables::{self, Table, USERS};
use super::write::{copy_out_as, quoted, write};
use super::{ArchiveError, check, load, read, removed, scratch};
use crate::setup::{OwnerOptions, apart, known_migrations};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// How often a restore begins again because somebody worked in the organization meanwhile.
const ATTEMPTS: u32 = 5;

/// Where to restore to.
#[derive(Debug, Clone)]
pub enum Onto {
    /// A server that does not have the organization.
    Empty,
    /// The organization as it is there is replaced, once it was written to this file.
    Replacing {
        /// The file.
        safety: PathBuf,
    },
}

/// What a restore came to.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was restored, as it is on this server's schema.
    pub manifest: Manifest,
    /// What was there before, in the safety copy.
    pub safety: Option<Manifest>,
}

/// What else a restore keeps to.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    /// What was loaded is copied out again and compared before it counts.
    pub(super) compared: bool,
    /// Only what is at this place in its feed is replaced: somebody looked at it there.
    pub(super) expected: Option<i64>,
    /// Nobody works in it yet, for it is still open elsewhere; they are told that it comes to a place of this name.
    pub(super) arriving: Option<String>,
}

/// Restores the archive at `path` on a server whose schema is this version's.
///
/// Whoever has no account there gets one without a sign-in: see [`super::sign_in_links`]. Desks that knew the
/// organization start over. An archive of an older schema is brought up to date in a database of its own first.
///
/// # Errors
/// What is wrong with the archive; [`ArchiveError::AlreadyThere`]. Nothing is changed by any of them.
pub async fn restore(
    owner: &OwnerOptions,
    path: &Path,
    onto: Onto,
) -> Result<Restored, ArchiveError> {
    restore_with(owner, path, onto, Terms::default()).await
}

/// Restores an archive, copies everything out of where it arrived and compares counts and hashes, all before it counts.
///
/// # Errors
/// As [`restore`]; [`ArchiveError::NotTheSame`].
pub async fn restore_compared(
    owner: &OwnerOptions,
    path: &Path,
    onto: Onto,
) -> Result<Restored, ArchiveError> {
    restore_with(owner, path, onto, Terms { compared: true, ..Terms::default() }).await
}

pub(super) async fn restore_with(
    owner: &OwnerOptions,
    path: &Path,
    onto: Onto,
    terms: Terms,
) -> Result<Restored, ArchiveError> {
    let (owner, path) = (owner.clone(), path.to_owned());
    apart(move || async move {
        let manifest = read::verify(&path)?;
        check_schema(&manifest.about.schema)?;
        let mut connection = owner.connect().await?;
        if tables::schema(&mut connection).await? != known_migrations() {
            return Err(ArchiveError::OldServer);
        }
        connection.close().await?;
        if manifest.about.schema == known_migrations() {
            return restore_same(&owner, &path, &manifest, &onto, &terms).await;
        }
        let (newer, manifest) = scratch::brought_up_to_date(&owner, &path, &manifest).await?;
        restore_same(&owner, newer.path(), &manifest, &onto, &terms).await
    })
    .await
}

fn check_schema(schema: &[i64]) -> Result<(), ArchiveError> {
    let known = known_migrations();
    match schema.iter().find(|step| !known.contains(step)) {
        None => Ok(()),
        Some(step) if Some(step) > known.iter().max() => Err(ArchiveError::Newer),
        Some(step) => Err(ArchiveError::UnknownSchema { step: *step }),
    }
}

/// Restores an archive of the schema that the database has.
pub(super) async fn restore_same(
    owner: &OwnerOptions,
    path: &Path,
    manifest: &Manifest,
    onto: &Onto,
    terms: &Terms,
) -> Result<Restored, ArchiveError> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        match restore_once(owner, path, manifest, onto, terms).await {
            Err(error)
                if left > 0 && (error.is_lost_race() || matches!(error, ArchiveError::Busy)) =>
            {
                tracing::info!(%error, "a restore begins again");
            }
            Err(error) if error.is_lost_race() => return Err(ArchiveError::Busy),
            answer => return answer,
        }
    }
}

async fn restore_once(
    owner: &OwnerOptions,
    path: &Path,
    manifest: &Manifest,
    onto: &Onto,
    terms: &Terms,
) -> Result<Restored, ArchiveError> {
    let org = manifest.about.organization.id;
    let safety = match onto {
        Onto::Empty => None,
        Onto::Replacing { safety } => match Box::pin(write(owner, org, safety)).await {
            Err(ArchiveError::Unknown) => None,
            written => Some(written?),
        },
    };
    // What the look saw is what the safety copy holds is what is replaced: work done in between stays where it is.
    if safety.as_ref().zip(terms.expected).is_some_and(|(safety, n)| safety.about.n != n) {
        return Err(in_use(manifest));
    }
    let mut connection = owner.connect().await?;
    tables::settle(&mut connection).await?;
    let mut transaction = connection.begin().await?;
    let tables = tables::tables(&mut transaction, org).await?;
    let removed = removed::known(&mut transaction, org).await?;
    match make_room(&mut transaction, org, safety.as_ref(), &tables).await {
        Err(ArchiveError::Busy) if terms.expected.is_some() => return Err(in_use(manifest)),
        made => made?,
    }
    let renames = load::load(&mut transaction, path, manifest, &tables).await?;
    sqlx::query("insert into app.member_views (org_id, user_id) select org_id, user_id from app.memberships where org_id = $1")
        .bind(org)
        .execute(&mut *transaction)
        .await?;
    check::constraints(&mut transaction, org).await?;
    if terms.compared {
        compare(&mut transaction, &tables, manifest, &renames).await?;
    }
    removed::again(&mut transaction, org, &removed).await?;
    if let Some(place) = &terms.arriving {
        close_meanwhile(&mut transaction, org, place).await?;
    }
    transaction.commit().await?;
    analyse(&mut connection, &tables).await;
    connection.close().await?;
    Ok(Restored { manifest: manifest.clone(), safety })
}

fn in_use(manifest: &Manifest) -> ArchiveError {
    ArchiveError::InUseThere { name: manifest.about.organization.name.clone() }
}

/// Copies everything out of where it arrived, with the ids that it had where it comes from, and compares.
async fn compare(
    connection: &mut PgConnection,
    tables: &[Table],
    manifest: &Manifest,
    renames: &[Rename],
) -> Result<(), ArchiveError> {
    let back: Vec<Rename> = renames.iter().map(|(from, to)| (*to, *from)).collect();
    let arrived = copy_out_as(connection, tables, &mut Nowhere, &back).await?;
    match manifest.parts.iter().zip(&arrived).find(|(sent, arrived)| !same(sent, arrived)) {
        None => Ok(()),
        Some((part, _)) => Err(ArchiveError::NotTheSame { what: part.table.clone() }),
    }
}

/// Accounts belong to the server: who had one there before has it still.
fn same(sent: &Part, arrived: &Part) -> bool {
    if sent.table == USERS { sent.rows == arrived.rows } else { sent == arrived }
}

/// Lets nobody work in what arrived; see [`super::move_to`].
async fn close_meanwhile(
    connection: &mut PgConnection,
    org: Uuid,
    place: &str,
) -> Result<(), ArchiveError> {
    sqlx::query(
        "insert into app.moves (org_id, server_id, place, is_arriving)
         select $1, s.server_id, $2, true from app.schema_info s
         on conflict (org_id) do update set server_id = excluded.server_id, place = excluded.place, moved_at = now(),
             is_arriving = true",
    )
    .bind(org)
    .bind(place)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what the safety copy holds, and only that; no trigger takes it for somebody's work.
async fn make_room(
    connection: &mut PgConnection,
    org: Uuid,
    safety: Option<&Manifest>,
    tables: &[Table],
) -> Result<(), ArchiveError> {
    // Two restores of one organization take turns.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 0))")
        .bind(org)
        .execute(&mut *connection)
        .await?;
    let there: Option<String> =
        sqlx::query_scalar("select name from app.organizations where id = $1")
            .bind(org)
            .fetch_optional(&mut *connection)
            .await?;
    sqlx::raw_sql("set local session_replication_role = 'replica'")
        .execute(&mut *connection)
        .await?;
    let Some(name) = there else { return Ok(()) };
    let Some(safety) = safety else { return Err(ArchiveError::AlreadyThere { name }) };
    // Every command ends by raising this number: who has not ended yet waits, and then finds its organization gone.
    let n: Option<i64> = sqlx::query_scalar("select n from app.feeds where org_id = $1 for update")
        .bind(org)
        .fetch_optional(&mut *connection)
        .await?;
    if n != Some(safety.about.n) {
        return Err(ArchiveError::Busy);
    }
    let own = tables.iter().map(|table| table.name.as_str()).filter(|name| *name != USERS).rev();
    for table in own.chain(["member_views", "staged_changes"]) {
        let delete = format!("delete from app.{} where org_id = $1", quoted(table));
        sqlx::query(AssertSqlSafe(delete)).bind(org).execute(&mut *connection).await?;
    }
    // A move that was given up does not keep what is restored now closed.
    sqlx::query("delete from app.moves where org_id = $1 and is_arriving")
        .bind(org)
        .execute(connection)
        .await?;
    Ok(())
}

/// Until they are analysed, the planner takes the tables for empty.
async fn analyse(connection: &mut PgConnection, tables: &[Table]) {
    for table in tables {
        let analyse = format!("analyze app.{}", quoted(&table.name));
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(analyse)).execute(&mut *connection).await {
            tracing::warn!(%error, table = table.name, "a restored table was not analysed");
        }
    }
}
