//! Writing an archive: one organization as it was at one moment, while everybody goes on working.

use super::ArchiveError;
use super::file::{ArchiveFile, Cutter, Pieces};
use super::manifest::{ABOUT, About, FORMAT, MANIFEST, Manifest, Office, Part, Person};
use super::people::Rename;
use super::tables::{self, Table};
use crate::setup::{OwnerOptions, apart};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::Path;
use uuid::Uuid;

/// The organizations of a server.
///
/// # Errors
/// That it cannot be asked.
pub async fn organizations(owner: &OwnerOptions) -> Result<Vec<Office>, ArchiveError> {
    let owner = owner.clone();
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let sql = "select id, name from app.organizations order by name, id";
        let found: Vec<(Uuid, String)> = sqlx::query_as(sql).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(found.into_iter().map(|(id, name)| Office { id, name }).collect())
    })
    .await
}

/// Writes the archive of an organization to `path`, replacing what has that name; whole, verified, or not at all.
///
/// # Errors
/// [`ArchiveError::Unknown`]; a full disk or a folder that cannot be written.
pub async fn write(owner: &OwnerOptions, org: Uuid, path: &Path) -> Result<Manifest, ArchiveError> {
    let (owner, path) = (owner.clone(), path.to_owned());
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let manifest = write_from(&mut connection, org, &path).await?;
        connection.close().await?;
        Ok(manifest)
    })
    .await
}

async fn write_from(
    connection: &mut PgConnection,
    org: Uuid,
    path: &Path,
) -> Result<Manifest, ArchiveError> {
    let snapshot = begin(connection, org).await?;
    let (about, people) = (about(connection, org).await?, people(connection, org).await?);
    let mut file = ArchiveFile::create(path, about.written_at.timestamp())?;
    file.json(ABOUT, &about)?;
    let parts = copy_out_as(connection, &snapshot, &mut file, &[]).await?;
    sqlx::raw_sql("rollback").execute(connection).await?;
    file.json(MANIFEST, &Manifest { about, people, parts })?;
    file.finish()
}

/// Begins a transaction that sees one moment; nobody waits for it, but changes of the schema.
pub(super) async fn begin(
    connection: &mut PgConnection,
    org: Uuid,
) -> Result<Vec<Table>, ArchiveError> {
    tables::settle(connection).await?;
    let names = tables::tables(connection, org).await?.into_iter().map(|table| table.name);
    let names: Vec<_> = names.map(|name| format!("app.{}", quoted(&name))).collect();
    let begin = "begin isolation level repeatable read read only";
    sqlx::raw_sql(begin).execute(&mut *connection).await?;
    // Before the snapshot, which the first question takes: or a table could be another one when its turn comes.
    let lock = format!("lock table {} in access share mode", names.join(", "));
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *connection).await?;
    tables::tables(connection, org).await
}

/// Copies every table out, one after the other, with other ids for people where `renames` says so.
pub(super) async fn copy_out_as(
    connection: &mut PgConnection,
    tables: &[Table],
    pieces: &mut impl Pieces,
    renames: &[Rename],
) -> Result<Vec<Part>, ArchiveError> {
    let mut parts = Vec::with_capacity(tables.len());
    for table in tables {
        let mut cutter = Cutter::new(&mut *pieces, table, renames);
        let mut rows = connection.copy_out_raw(&table.copy_out).await?;
        while let Some(bytes) = rows.try_next().await? {
            cutter.push(&bytes)?;
        }
        drop(rows);
        parts.push(cutter.finish()?);
    }
    Ok(parts)
}

async fn about(connection: &mut PgConnection, org: Uuid) -> Result<About, ArchiveError> {
    type Found = (String, i64, Uuid, String, DateTime<Utc>);
    let found: Option<Found> = sqlx::query_as(
        "select o.name, f.n, s.server_id, current_setting('server_version'), date_trunc('second', now())
         from app.organizations o join app.feeds f on f.org_id = o.id cross join app.schema_info s where o.id = $1",
    )
    .bind(org)
    .fetch_optional(&mut *connection)
    .await?;
    let (name, n, server_id, postgres, written_at) = found.ok_or(ArchiveError::Unknown)?;
    Ok(About {
        format: FORMAT,
        cloche: env!("CARGO_PKG_VERSION").to_owned(),
        written_at,
        server_id,
        schema: tables::schema(connection).await?,
        postgres,
        organization: Office { id: org, name },
        n,
    })
}

async fn people(connection: &mut PgConnection, org: Uuid) -> Result<Vec<Person>, ArchiveError> {
    Ok(sqlx::query_as(
        "select u.email, m.display_name, m.role, m.ended_at is null and u.is_active as is_active
         from app.memberships m join app.users u on u.id = m.user_id where m.org_id = $1
         order by m.ended_at is not null, m.role, m.created_at, m.id",
    )
    .bind(org)
    .fetch_all(connection)
    .await?)
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
