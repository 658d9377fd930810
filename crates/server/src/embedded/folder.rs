//! Where everything of a data folder lies.
//!
//! ```text
//! <data>/log/         what PostgreSQL says
//! <data>/owner.secret, <data>/port    for a server on loopback
//! <home>/cluster/     PostgreSQL's data; it appears complete, by a rename of <home>/cluster.new-…
//! <home>/conf/        the settings, written anew before each start
//! ```
//! `home` is the data folder itself, or, for root with a data folder that no other user can enter
//! (`/root/…`), a folder below the shared place to which the link `<data>/home` points.

use super::error::EmbeddedError;
use super::platform::{self, Account};
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// How the names of unfinished data begin.
const UNFINISHED: &str = "cluster.new-";

/// An opened data folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    data: PathBuf,
    home: PathBuf,
}

impl Folder {
    /// Finds or decides where things lie; two processes must not decide at once, so this needs the start lock.
    pub(super) fn open(
        data: &Path,
        shared: &Path,
        account: &Account,
    ) -> Result<Self, EmbeddedError> {
        let folder = Self { data: data.to_path_buf(), home: home(data, shared, account)? };
        for path in [folder.data.join("log"), folder.conf()] {
            account.make_folder(&path)?;
        }
        Ok(folder)
    }

    /// The folder that was asked for.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// The folder that holds the server's own part.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// PostgreSQL's data.
    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// A name for PostgreSQL's data while it is being made; a new one each time, because the `initdb` of a
    /// killed desk may still be writing under the last one.
    pub(super) fn new_unfinished(&self) -> PathBuf {
        self.home.join(format!("{UNFINISHED}{}", Uuid::new_v4().simple()))
    }

    /// What earlier first starts left when they were cut short.
    pub(super) fn unfinished(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.home) else { return Vec::new() };
        let is_ours = |name: &OsStr| name.to_string_lossy().starts_with(UNFINISHED);
        entries.flatten().filter(|e| is_ours(&e.file_name())).map(|e| e.path()).collect()
    }

    /// The settings.
    pub(super) fn conf(&self) -> PathBuf {
        self.home.join("conf")
    }

    /// The log.
    pub(super) fn log(&self) -> PathBuf {
        self.data.join("log").join("server.log")
    }
}

fn home(data: &Path, shared: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let link = data.join("home");
    match fs::read_link(&link) {
        // A link to nowhere is an error, not a reason to begin with empty data.
        Ok(target) => {
            return fs::canonicalize(&target)
                .map_err(|e| EmbeddedError::io("looking at", &target, e));
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(EmbeddedError::io("looking at", &link, e)),
    }
    if data.join("cluster").exists() || account.can_reach(data) {
        return Ok(data.to_path_buf());
    }
    let clusters = shared.join("clusters");
    let target = clusters.join(Uuid::new_v4().simple().to_string());
    for folder in [shared, &clusters, &target] {
        account.make_folder(folder)?;
        account.must_own(folder)?;
    }
    account.must_reach(&target)?;
    // The folder first, then the link: it never points nowhere, whenever we are killed.
    platform::link(&target, &link).map_err(|e| EmbeddedError::io("linking", &link, e))?;
    fs::canonicalize(&target).map_err(|e| EmbeddedError::io("looking at", &target, e))
}
