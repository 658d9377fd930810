//! Opening, creating, setting aside and deleting replica files.

use crate::{OpenError, ReplicaKey};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The schema, oldest first. A file at version `k` has had the first `k` scripts; a new one gets them all.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_replica.sql")];
/// Connections that read; the writer has its own, so that reading never waits for a merge.
const READERS: u32 = 3;
/// Files set aside that are kept for a later look; older ones are deleted.
const ASIDE_KEPT: usize = 2;

/// What opening found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The file was there and is in use.
    Existing,
    /// There was no file; a new one is in use.
    Created,
    /// The file could not be read with this key; it was set aside and a new one is in use.
    RebuiltUnreadable,
    /// The file is from a newer Cloche; it was set aside and a new one is in use.
    RebuiltNewer,
}

/// The two pools of one open file.
pub(crate) struct Pools {
    pub writer: SqlitePool,
    pub readers: SqlitePool,
}

/// Opens the file at `path`, creating it (and its folder) where it is missing.
pub(crate) async fn open(path: &Path, key: &ReplicaKey) -> Result<Pools, OpenError> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)?;
    }
    let options = options(path, key);
    // Only as many pages are cached as a screen needs: desks share their memory with everything else, and the system
    // keeps the file's pages anyway. KiB, for each connection.
    let readers = options.clone().pragma("cache_size", "-4000").pragma("query_only", "on");
    // Fewer, larger checkpoints: a first load rewrites the same index pages over and over.
    let writing = options.pragma("cache_size", "-24000").pragma("wal_autocheckpoint", "8000");
    let writer = pool(writing.clone().create_if_missing(true), 1);
    if let Err(error) = check_and_migrate(&writer).await {
        // A file that is to be set aside must not be held open.
        writer.close().await;
        return Err(error);
    }
    // A connection that must be made again (after a fault) must not silently make an empty file.
    writer.set_connect_options(writing);
    Ok(Pools { writer, readers: pool(readers, READERS) })
}

fn pool(options: SqliteConnectOptions, connections: u32) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

fn options(path: &Path, key: &ReplicaKey) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        // The driver sends `key` before anything else, as SQLCipher needs it.
        .pragma("key", key.pragma().to_string())
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "33554432")
        .pragma("trusted_schema", "off")
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging()
}

/// Proves that the key fits and that the file is really encrypted, then brings the schema up to date.
async fn check_and_migrate(writer: &SqlitePool) -> Result<(), OpenError> {
    let mut connection = writer.acquire().await?;
    let cipher: Option<String> =
        sqlx::query_scalar("pragma cipher_version").fetch_optional(&mut *connection).await?;
    // A SQLite without the cipher ignores `key` silently and would write everything in the clear.
    if cipher.is_none_or(|version| version.is_empty()) {
        return Err(OpenError::Io("this SQLite cannot encrypt".into()));
    }
    sqlx::query("select count(*) from sqlite_master").execute(&mut *connection).await?;
    let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *connection).await?;
    let done = usize::try_from(found).map_err(|_| OpenError::WrongKeyOrCorrupt)?;
    if done > MIGRATIONS.len() {
        return Err(OpenError::Newer { found });
    }
    for (index, script) in MIGRATIONS.iter().enumerate().skip(done) {
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql(*script).execute(&mut *transaction).await?;
        // A pragma takes no parameter; the version is a number of ours.
        let version = format!("pragma user_version = {}", index + 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(version)).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Opens `path`; a file that cannot be used is set aside and replaced by a new one.
pub(crate) async fn open_or_rebuild(
    path: &Path,
    key: &ReplicaKey,
) -> Result<(Pools, Opened), OpenError> {
    let existed = path.exists();
    let rebuilt = match open(path, key).await {
        Ok(pools) => {
            return Ok((pools, if existed { Opened::Existing } else { Opened::Created }));
        }
        Err(OpenError::WrongKeyOrCorrupt) => Opened::RebuiltUnreadable,
        Err(OpenError::Newer { .. }) => Opened::RebuiltNewer,
        Err(other) => return Err(other),
    };
    tracing::warn!(?rebuilt, "the replica file cannot be used and is set aside");
    set_aside(path)?;
    Ok((open(path, key).await?, rebuilt))
}

/// Renames the file to `<name>.aside-<n>`, keeping the newest few such files, and deletes what belongs to it.
pub(crate) fn set_aside(path: &Path) -> std::io::Result<()> {
    let mut aside = files_beside(path, ".aside-")?;
    let next = aside.last().map_or(1, |(number, _)| number + 1);
    if path.exists() {
        let target = with_suffix(path, &format!(".aside-{next}"));
        std::fs::rename(path, &target)?;
        aside.push((next, target));
    }
    while aside.len() > ASIDE_KEPT {
        remove_if_there(&aside.remove(0).1)?;
    }
    delete_companions(path)
}

/// Deletes the file and everything that belongs to it.
pub(crate) fn delete(path: &Path) -> std::io::Result<()> {
    remove_if_there(path)?;
    delete_companions(path)
}

/// Deletes the files that were set aside from `path`.
pub(crate) fn delete_aside(path: &Path) -> std::io::Result<()> {
    for (_, file) in files_beside(path, ".aside-")? {
        remove_if_there(&file)?;
    }
    Ok(())
}

fn delete_companions(path: &Path) -> std::io::Result<()> {
    ["-wal", "-shm", "-journal"].iter().try_for_each(|s| remove_if_there(&with_suffix(path, s)))
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Files named `<path><infix><number>`, by number.
fn files_beside(path: &Path, infix: &str) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(Vec::new());
    };
    let prefix = format!("{}{infix}", name.to_string_lossy());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|n| n.strip_prefix(&prefix)).map(str::parse::<u64>);
        if let Some(Ok(number)) = number {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
