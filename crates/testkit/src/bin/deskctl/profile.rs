//! Where `deskctl` keeps a sign-in between calls: in a file, for this is a tool for throw-away servers.

use desk::profile::{KnownServer, Places};
use desk::secrets::SignIn;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

/// What is kept.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    pub server: KnownServer,
    pub sign_in: SignIn,
}

/// A folder that one call uses at a time; without a name it goes with the call.
pub struct Profile {
    folder: PathBuf,
    // Held, not read: released with the profile.
    _lock: File,
    temporary: Option<tempfile::TempDir>,
}

impl Profile {
    /// Opens the named folder, or a temporary one; waits for a call that uses it.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let temporary = folder.is_none().then(tempfile::tempdir).transpose()?;
        let folder = match (&temporary, folder) {
            (Some(temporary), _) => temporary.path().to_owned(),
            (None, named) => named.unwrap_or(Path::new(".")).to_owned(),
        };
        std::fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("deskctl.lock"))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock, temporary })
    }

    /// Whether later calls find it again.
    pub fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// The folders of the desk; it has no server of its own.
    pub fn places(&self) -> Places {
        Places { data: self.folder.clone(), postgres: PathBuf::new() }
    }

    /// What an earlier call kept.
    pub fn kept(&self) -> Option<Kept> {
        serde_json::from_slice(&std::fs::read(self.file()).ok()?).ok()
    }

    /// Keeps a sign-in for later calls.
    pub fn keep(&self, kept: &Kept) -> Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(self.file())?.write_all(&serde_json::to_vec(kept)?)
    }

    /// Forgets a sign-in that is over.
    pub fn forget(&self) {
        // It may be gone already.
        let _ = std::fs::remove_file(self.file());
    }

    fn file(&self) -> PathBuf {
        self.folder.join("deskctl.json")
    }
}
