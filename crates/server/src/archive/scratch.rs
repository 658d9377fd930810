//! Archives of an older schema: restored into a database of that schema, which is then migrated like any other, so that
//! every migration treats restored rows exactly as it treated everybody's.

use super::ArchiveError;
use super::manifest::Manifest;
use super::restore::{Onto, Terms, restore_same};
use super::write::{quoted, write};
use crate::setup::{self, OwnerOptions, provision_with};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::Path;
use tempfile::TempPath;
use uuid::Uuid;

/// A file that goes when it is dropped.
pub(super) struct Newer(TempPath);

impl Newer {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

/// Writes the archive at `path` once more, as it is after all later steps of the schema.
pub(super) async fn brought_up_to_date(
    owner: &OwnerOptions,
    path: &Path,
    manifest: &Manifest,
) -> Result<(Newer, Manifest), ArchiveError> {
    let mut cluster = owner.clone().database("postgres").connect().await?;
    drop_leftovers(&mut cluster).await?;
    let database = format!("cloche_restore_{}", Uuid::new_v4().simple());
    // Held before the database is there and until it is gone, so that nobody takes it for a leftover in between.
    claim(&mut cluster, &database).await?;
    let outcome = through(owner, &database, path, manifest).await;
    drop_database(owner, &database).await?;
    cluster.close().await?;
    outcome
}

async fn through(
    owner: &OwnerOptions,
    database: &str,
    path: &Path,
    manifest: &Manifest,
) -> Result<(Newer, Manifest), ArchiveError> {
    provision_with(owner, database, &manifest.about.schema).await?;
    let there = owner.clone().database(database);
    restore_same(&there, path, manifest, &Onto::Empty, &Terms::default()).await?;
    setup::provision(owner, database).await?;
    // Beside the archive: where it fits, another of its size most likely fits too, and the same people may read it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let newer = tempfile::Builder::new()
        .prefix(super::file::UNFINISHED)
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .or_else(|_| tempfile::NamedTempFile::new())?
        .into_temp_path();
    let manifest = write(&there, manifest.about.organization.id, &newer).await?;
    Ok((Newer(newer), manifest))
}

/// Takes the lock that says that somebody works with `database`; it ends with the session. Whether it was free.
async fn claim(cluster: &mut PgConnection, database: &str) -> Result<bool, ArchiveError> {
    let sql = "select pg_try_advisory_lock(hashtextextended($1, 0))";
    Ok(sqlx::query_scalar(sql).bind(database).fetch_one(cluster).await?)
}

/// What earlier attempts left that were killed: nobody holds its lock any more.
async fn drop_leftovers(cluster: &mut PgConnection) -> Result<(), ArchiveError> {
    let sql = r"select datname::text from pg_database where datname like 'cloche\_restore\_%'";
    let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *cluster).await?;
    for database in found {
        if !claim(cluster, &database).await? {
            continue;
        }
        let drop = format!("drop database if exists {} with (force)", quoted(&database));
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *cluster).await?;
        sqlx::query("select pg_advisory_unlock(hashtextextended($1, 0))")
            .bind(&database)
            .execute(&mut *cluster)
            .await?;
    }
    Ok(())
}

async fn drop_database(owner: &OwnerOptions, database: &str) -> Result<(), ArchiveError> {
    let mut cluster = owner.clone().database("postgres").connect().await?;
    let drop = format!("drop database if exists {} with (force)", quoted(database));
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut cluster).await?;
    cluster.close().await?;
    Ok(())
}
