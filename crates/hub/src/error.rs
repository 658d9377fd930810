//! What can go wrong, as finished sentences for the person at the terminal.

use domain::refusal::Refusal;
use server::archive::ArchiveError;
use server::error::ServerError;
use server::link::LinkError;
use server::setup::SetupError;
use std::path::PathBuf;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// What the server, or the way to it, is in the way of.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// What the server said to the service.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A link that cannot be read.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A backup that could not be made, read or restored.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A rule of the product.
    #[error("{0}")]
    Refused(String),
    /// A file or folder.
    #[error("{what} failed: {source}")]
    Files {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that should be there.
    #[error("{} is not there. Run `cloche-hub setup` first, or name the right folder with --folder.", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// Certificates.
    #[error("The certificate could not be made: {0}.")]
    Certificate(#[from] rcgen::Error),
}

impl From<Refusal> for HubError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl HubError {
    pub(crate) fn files(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Files { what, source }
    }
}
