//! Opening, creating, setting aside and deleting replica files.

use crate::hold::hold_runtime;
use crate::{OpenError, ReplicaKey};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The schema, which a new file gets whole; their number is its version. A file of another version is set aside: a new
/// table would be empty in it, although its place in the feed is behind the table's rows.
const SCHEMA: &[&str] = &[
    include_str!("../migrations/0001_replica.sql"),
    include_str!("../migrations/0002_office_day.sql"),
];
/// Connections that read; the writer has its own, so that reading never waits for a merge.
const READERS: u32 = 3;
/// A pragma and its value.
type Setting = (&'static str, &'static str);
/// For every connection.
const SHARED: &[Setting] = &[
    ("temp_store", "memory"),
    ("journal_size_limit", "33554432"),
    ("trusted_schema", "off"),
    ("journal_mode", "wal"),
    ("synchronous", "normal"),
];
/// Only as many pages are cached as a screen needs: desks share their memory with everything else, and the system keeps
/// the file's pages anyway. KiB, for each connection.
const READING: &[Setting] = &[("cache_size", "-4000"), ("query_only", "on")];
/// Fewer, larger checkpoints: a first load writes much at once.
const WRITING: &[Setting] = &[("cache_size", "-24000"), ("wal_autocheckpoint", "8000")];
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
    /// The file is from an older Cloche; it was set aside and a new one is in use.
    RebuiltOlder,
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
    let bare = hold_runtime(options(path, key)).await;
    let writer = pool(bare.clone().create_if_missing(true), 1);
    if let Err(error) = check_and_fill(&writer).await {
        // A file that is to be set aside must not be held open.
        writer.close().await;
        return Err(error);
    }
    // A connection that must be made again (after a fault) must not silently make an empty file.
    writer.set_connect_options(with(bare.clone(), &[SHARED, WRITING]));
    Ok(Pools { writer, readers: pool(with(bare, &[SHARED, READING]), READERS) })
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

/// What opens a file without looking into it. The driver sends `key` before anything else, as SQLCipher needs it.
fn options(path: &Path, key: &ReplicaKey) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("key", key.pragma().to_string())
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging()
}

fn with(options: SqliteConnectOptions, settings: &[&[Setting]]) -> SqliteConnectOptions {
    settings
        .concat()
        .into_iter()
        .fold(options, |options, (name, value)| options.pragma(name, value))
}

/// Proves that the key fits and that the file is really encrypted, and gives a new file its schema.
async fn check_and_fill(writer: &SqlitePool) -> Result<(), OpenError> {
    let mut connection = writer.acquire().await?;
    let cipher: Option<String> =
        sqlx::query_scalar("pragma cipher_version").fetch_optional(&mut *connection).await?;
    // A SQLite without the cipher ignores `key` silently and would write everything in the clear.
    if cipher.is_none_or(|version| version.is_empty()) {
        return Err(OpenError::Io("this SQLite cannot encrypt".into()));
    }
    sqlx::query("select count(*) from sqlite_master").execute(&mut *connection).await?;
    let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *connection).await?;
    let version = usize::try_from(found).map_err(|_| OpenError::WrongKeyOrCorrupt)?;
    if version > SCHEMA.len() {
        return Err(OpenError::Newer { found });
    }
    if version > 0 && version < SCHEMA.len() {
        return Err(OpenError::Older { found });
    }
    // Not while connecting: a connection that is refused half-way is closed by nobody knows when.
    let settings = [SHARED, WRITING].concat();
    let settings: String =
        settings.iter().map(|(name, to)| format!("pragma {name} = {to};")).collect();
    sqlx::raw_sql(sqlx::AssertSqlSafe(settings)).execute(&mut *connection).await?;
    if version == 0 {
        let mut transaction = connection.begin().await?;
        for script in SCHEMA {
            sqlx::raw_sql(*script).execute(&mut *transaction).await?;
        }
        // A pragma takes no parameter; the version is a number of ours.
        let version = format!("pragma user_version = {}", SCHEMA.len());
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
        Err(OpenError::Older { .. }) => Opened::RebuiltOlder,
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
