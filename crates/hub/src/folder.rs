//! The folder that a server's own files are in: link, certificates, the secret of the service.

use crate::error::HubError;
use secrecy::{ExposeSecret, SecretString};
use server::link::ServerLink;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A server's folder, usually `/etc/cloche`.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`; it need not be there yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where one of its files is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The link that desks use, if a set-up left one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn link(&self) -> Result<Option<ServerLink>, HubError> {
        match self.read("server.link")? {
            None => Ok(None),
            Some(text) => Ok(Some(text.parse()?)),
        }
    }

    /// The link and the secret of the service.
    ///
    /// # Errors
    /// When one is missing.
    pub fn service(&self) -> Result<(ServerLink, SecretString), HubError> {
        let link = self.link()?.ok_or_else(|| self.missing("server.link"))?;
        let secret = self.read("service.secret")?.ok_or_else(|| self.missing("service.secret"))?;
        Ok((link, secret.trim().to_owned().into()))
    }

    /// The text of a file, if it is there.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<String>, HubError> {
        match fs::read_to_string(self.path(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(HubError::Files { what: "Reading the server's folder", source }),
        }
    }

    /// Writes a file whole or not at all; a secret one only its owner can read.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<(), HubError> {
        self.store(name, text, 0o644)
    }

    /// As [`Self::write`], readable by its owner alone.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_secret(&self, name: &str, text: &SecretString) -> Result<(), HubError> {
        self.store(name, text.expose_secret(), 0o600)
    }

    fn store(&self, name: &str, text: &str, mode: u32) -> Result<(), HubError> {
        let failed = || HubError::files("Writing the server's folder");
        fs::create_dir_all(&self.0).map_err(failed())?;
        let staged = self.path(&format!(".{name}.new"));
        let _ = fs::remove_file(&staged);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(mode);
        }
        #[cfg(not(unix))]
        let _ = mode;
        let mut file = options.open(&staged).map_err(failed())?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed())?;
        fs::rename(&staged, self.path(name)).map_err(failed())
    }

    fn missing(&self, name: &str) -> HubError {
        HubError::Missing { path: self.path(name) }
    }
}
