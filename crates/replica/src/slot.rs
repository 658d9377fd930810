//! The place of one (server, organization, user)'s replica: which file is current, and the fresh one beside it.
//!
//! Files are named by generation and never renamed into place (Windows refuses to rename open files); a small file
//! `current`, replaced atomically, says which generation counts. Anything else is left over and deleted at the next open.

use crate::open::{self, Opened};
use crate::sync::{Remembered, Store};
use crate::{Changed, OpenError, Replica, ReplicaError, ReplicaKey, RowImage, TABLES};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

const POINTER: &str = "current";

/// Holds the current replica. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ReplicaSlot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    key: ReplicaKey,
    files: RwLock<Files>,
    /// Begin, swap, rebuild and wipe exclude each other.
    exchange: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
struct Files {
    current: File,
    beside: Option<File>,
}

#[derive(Clone, Debug)]
struct File {
    generation: u64,
    replica: Replica,
}

/// The files that were in use when an action was sent. Its answer may only go into these: a file begun later is of a
/// server that may have been put back to before the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    newest: u64,
}

/// What merging an action's answer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Tables of the current file in which rows changed.
    pub changed: Changed,
    /// For [`crate::sync::Input::Written`].
    pub n: Option<i64>,
}

impl ReplicaSlot {
    /// Opens the replica in `folder` (used for nothing else; made private to this user), or makes one.
    ///
    /// # Errors
    /// [`OpenError::Io`]; a file that cannot be used is set aside and replaced.
    pub async fn open(folder: &Path, key: ReplicaKey) -> Result<(Self, Opened), OpenError> {
        let generation = pointed_at(folder).unwrap_or(1);
        delete_others(folder, generation)?;
        let (replica, opened) =
            Replica::open_or_rebuild(&path_of(folder, generation), &key).await?;
        point_at(folder, generation)?;
        let current = File { generation, replica };
        let inner = Inner {
            folder: folder.to_owned(),
            key,
            files: RwLock::new(Files { current, beside: None }),
            exchange: tokio::sync::Mutex::new(()),
        };
        Ok((Self(Arc::new(inner)), opened))
    }

    /// The replica to read. Ask again for every action: it may be swapped.
    #[must_use]
    pub fn current(&self) -> Replica {
        self.files().current.replica
    }

    /// Reads, and reads again if the file was swapped in the middle.
    ///
    /// # Errors
    /// What `read` answers; [`ReplicaError::Closed`] after a wipe.
    pub async fn read<T, F, R>(&self, read: F) -> Result<T, ReplicaError>
    where
        F: Fn(Replica) -> R,
        R: Future<Output = Result<T, ReplicaError>>,
    {
        let before = self.files().current;
        match read(before.replica).await {
            Err(ReplicaError::Closed) if self.files().current.generation != before.generation => {
                read(self.current()).await
            }
            answer => answer,
        }
    }

    /// What the current file remembers, for [`crate::sync::Machine::new`].
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn remembered(&self) -> Result<Remembered, ReplicaError> {
        self.current().remembered().await
    }

    /// To be taken before an action is sent.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket { newest: self.files().newest() }
    }

    /// Merges the rows an action was answered with, so that this desk reads its own write at once.
    ///
    /// # Errors
    /// As [`Replica::merge`].
    pub async fn merge_answer(
        &self,
        ticket: &Ticket,
        rows: Vec<RowImage>,
        n: i64,
    ) -> Result<Merged, ReplicaError> {
        // No swap between choosing the files and writing to them.
        let _exchange = self.0.exchange.lock().await;
        let files = self.files();
        let mut changed = Changed::new();
        if files.current.generation <= ticket.newest {
            changed = files.current.replica.merge(rows.clone(), n).await?;
        }
        if let Some(beside) = files.beside.as_ref().filter(|b| b.generation <= ticket.newest) {
            beside.replica.merge(rows, n).await?;
        }
        let n = Some(n).filter(|_| files.newest() <= ticket.newest);
        Ok(Merged { changed, n })
    }

    /// Performs a store of the sync machine; answers the tables in which rows of the current file changed.
    ///
    /// # Errors
    /// What SQLite or the operating system says; the machine then goes on from [`ReplicaSlot::remembered`].
    pub async fn perform(&self, store: Store) -> Result<Changed, ReplicaError> {
        match store {
            Store::Begin { beside } => self.begin(beside).await,
            Store::Batch { beside: false, batch } => self.current().store(batch).await,
            Store::Batch { beside: true, batch } => {
                let beside = self.files().beside.ok_or(ReplicaError::Closed)?;
                beside.replica.store(batch).await?;
                Ok(Changed::new())
            }
            Store::SwapIn => self.swap_in().await,
            Store::Contact { at } => self.current().contact(at).await.map(|()| Changed::new()),
            Store::Wipe => {
                self.wipe().await.map_err(not_writable)?;
                Ok(all_tables())
            }
        }
    }

    async fn begin(&self, beside: bool) -> Result<Changed, ReplicaError> {
        let _exchange = self.0.exchange.lock().await;
        if !beside && self.current().remembered().await? == Remembered::default() {
            return Ok(Changed::new());
        }
        let mut files = self.files();
        let generation = files.newest() + 1;
        if let Some(abandoned) = files.beside.take() {
            self.discard(&abandoned).await;
        }
        let path = path_of(&self.0.folder, generation);
        let replica = Replica::open(&path, &self.0.key).await.map_err(not_writable)?;
        files.beside = Some(File { generation, replica });
        self.set_files(files);
        if beside { Ok(Changed::new()) } else { self.exchange_files().await }
    }

    async fn swap_in(&self) -> Result<Changed, ReplicaError> {
        let _exchange = self.0.exchange.lock().await;
        self.exchange_files().await
    }

    async fn exchange_files(&self) -> Result<Changed, ReplicaError> {
        let files = self.files();
        let fresh = files.beside.ok_or(ReplicaError::Closed)?;
        point_at(&self.0.folder, fresh.generation).map_err(|_| ReplicaError::NotWritable)?;
        self.set_files(Files { current: fresh, beside: None });
        self.discard(&files.current).await;
        Ok(all_tables())
    }

    /// Sets the current file aside, for instance because it is damaged, and begins an empty one. The machine must be
    /// told by [`crate::sync::Input::StoreFailed`].
    ///
    /// # Errors
    /// [`OpenError::Io`] where the operating system refuses.
    pub async fn rebuild(&self) -> Result<(), OpenError> {
        let _exchange = self.0.exchange.lock().await;
        let files = self.files();
        if let Some(abandoned) = &files.beside {
            self.discard(abandoned).await;
        }
        files.current.replica.close().await;
        open::set_aside(files.current.replica.path())?;
        let generation = files.newest() + 1;
        let replica = Replica::open(&path_of(&self.0.folder, generation), &self.0.key).await?;
        point_at(&self.0.folder, generation)?;
        self.set_files(Files { current: File { generation, replica }, beside: None });
        Ok(())
    }

    /// Closes and deletes everything in the folder. Reads answer [`ReplicaError::Closed`] from then on.
    ///
    /// # Errors
    /// [`OpenError::Io`] where the operating system refuses.
    pub async fn wipe(&self) -> Result<(), OpenError> {
        let _exchange = self.0.exchange.lock().await;
        self.close().await;
        Self::wipe_folder(&self.0.folder)
    }

    /// Deletes every replica file in `folder`, which nobody has open.
    ///
    /// # Errors
    /// [`OpenError::Io`] where the operating system refuses.
    pub fn wipe_folder(folder: &Path) -> Result<(), OpenError> {
        delete_if(folder, |_| true)?;
        // Stays where something else is in it.
        let _ = std::fs::remove_dir(folder);
        Ok(())
    }

    /// Waits for running reads and writes and closes the files, keeping them.
    pub async fn close(&self) {
        let files = self.files();
        files.current.replica.close().await;
        if let Some(beside) = files.beside {
            beside.replica.close().await;
        }
    }

    async fn discard(&self, file: &File) {
        file.replica.close().await;
        if let Err(error) = open::delete(file.replica.path()) {
            tracing::warn!(%error, "an old replica file stays until the next start");
        }
    }

    fn files(&self) -> Files {
        self.0.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_files(&self, files: Files) {
        *self.0.files.write().unwrap_or_else(PoisonError::into_inner) = files;
    }
}

impl Files {
    fn newest(&self) -> u64 {
        self.beside.as_ref().map_or(self.current.generation, |beside| beside.generation)
    }
}

fn not_writable(error: OpenError) -> ReplicaError {
    tracing::warn!(%error, "a replica file cannot be made or deleted");
    ReplicaError::NotWritable
}

fn all_tables() -> Changed {
    TABLES.iter().map(|table| (*table).to_owned()).collect()
}

fn path_of(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("replica-{generation}.db"))
}

fn pointed_at(folder: &Path) -> Option<u64> {
    std::fs::read_to_string(folder.join(POINTER)).ok()?.trim().parse().ok()
}

fn point_at(folder: &Path, generation: u64) -> std::io::Result<()> {
    let draft = folder.join("current.new");
    let mut file = std::fs::File::create(&draft)?;
    write!(file, "{generation}")?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(draft, folder.join(POINTER))
}

/// Deletes the files of other generations. What was set aside (at most two files) stays for a later look.
fn delete_others(folder: &Path, generation: u64) -> std::io::Result<()> {
    let own = format!("replica-{generation}.db");
    delete_if(folder, |name| {
        name != POINTER && !name.starts_with(&own) && !name.contains(".aside-")
    })
}

/// Deletes the replica files in `folder` whose names are wanted gone.
fn delete_if(folder: &Path, gone: impl Fn(&str) -> bool) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let ours = name.starts_with("replica-") || name.starts_with(POINTER);
        if ours && gone(name) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}
