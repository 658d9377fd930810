//! The handle on one open replica file.

use crate::open::{self, Opened, Pools};
use crate::{OpenError, ReplicaError, ReplicaKey};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

/// One open replica file. Cheap to clone; all clones share one writing and a few reading connections.
#[derive(Clone)]
pub struct Replica(Arc<Inner>);

struct Inner {
    path: PathBuf,
    pools: Pools,
}

/// The boxed work of one write transaction.
pub(crate) type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, ReplicaError>> + Send + 't>>;

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica").field("file", &self.0.path.file_name()).finish()
    }
}

impl Replica {
    /// Opens the file at `path`, creating it (and its folder, private to this user) if there is none.
    ///
    /// # Errors
    /// See [`OpenError`]; the file is left as it is.
    pub async fn open(path: &Path, key: &ReplicaKey) -> Result<Self, OpenError> {
        let pools = open::open(path, key).await?;
        Ok(Self::of(path, pools))
    }

    /// Opens the file at `path`; one that cannot be used is renamed to `<name>.aside-<n>` and a new one made.
    ///
    /// # Errors
    /// Only [`OpenError::Io`], since the others are mended here.
    pub async fn open_or_rebuild(
        path: &Path,
        key: &ReplicaKey,
    ) -> Result<(Self, Opened), OpenError> {
        let (pools, opened) = open::open_or_rebuild(path, key).await?;
        Ok((Self::of(path, pools), opened))
    }

    fn of(path: &Path, pools: Pools) -> Self {
        Self(Arc::new(Inner { path: path.to_owned(), pools }))
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Waits for running reads and writes and closes the file for all clones; later calls answer
    /// [`ReplicaError::Closed`].
    pub async fn close(&self) {
        self.0.pools.readers.close().await;
        self.0.pools.writer.close().await;
    }

    /// Closes the file and deletes it with everything that belongs to it, files set aside included.
    ///
    /// # Errors
    /// [`OpenError::Io`] where the operating system refuses.
    pub async fn wipe(&self) -> Result<(), OpenError> {
        self.close().await;
        open::delete(&self.0.path)?;
        open::delete_aside(&self.0.path)?;
        Ok(())
    }

    /// From now on the file may grow by so many pages of 4 KiB and no more, as on a disk that fills up: for simulations.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn leave_space_for(&self, pages: i64) -> Result<(), ReplicaError> {
        let mut writer = self.0.pools.writer.acquire().await?;
        let used: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut *writer).await?;
        // A pragma takes no parameter; these are numbers of ours.
        let limit = format!("pragma max_page_count = {}", used + pages);
        sqlx::raw_sql(sqlx::AssertSqlSafe(limit)).execute(&mut *writer).await?;
        Ok(())
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.0.pools.readers
    }

    /// Runs `work` in one write transaction, as a task of its own: a caller that is dropped half-way (a closed
    /// window) must not leave the only writing connection inside a transaction.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, ReplicaError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction<'static, Sqlite>) -> Work<'t, T> + Send + 'static,
    {
        let writer = self.0.pools.writer.clone();
        let task = tokio::spawn(async move {
            let mut transaction = writer.begin_with("begin immediate").await?;
            let outcome = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(outcome)
        });
        // The task is never aborted; it can only panic, and a panic of ours is passed on.
        task.await.unwrap_or_else(|fault| std::panic::resume_unwind(fault.into_panic()))
    }
}
