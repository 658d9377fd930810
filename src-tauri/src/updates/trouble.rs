//! Why an update did not come about, in words for whoever wanted it.

use desk::updates::Refused;
use tauri_plugin_updater::Error;
use thiserror::Error;

/// Why an update did not come about. Cloche goes on as it is.
#[derive(Debug, Error)]
pub enum Trouble {
    /// What was announced must not be taken.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is no way to the update server at the moment.
    #[error("out of reach: {0}")]
    OutOfReach(Error),
    /// There is no package for this system.
    #[error("no package for this system")]
    NotForThisSystem,
    /// The package cannot be kept until it is installed.
    #[error("keeping the package: {0}")]
    Disk(#[from] std::io::Error),
    /// Everything else that fetching and installing can run into.
    #[error(transparent)]
    Updater(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Reqwest(ref cause) if !cause.is_decode() => Self::OutOfReach(error),
            Error::Network(_) => Self::OutOfReach(error),
            Error::TargetNotFound(_) | Error::TargetsNotFound(_) => Self::NotForThisSystem,
            Error::Io(cause) => Self::Disk(cause),
            error => Self::Updater(error),
        }
    }
}

impl Trouble {
    /// A finished sentence.
    pub fn sentence(&self) -> String {
        let sentence = match self {
            Self::Refused(refused) => return refused.to_string(),
            Self::OutOfReach(_) => {
                "The update server cannot be reached. Check the connection and try again."
            }
            Self::NotForThisSystem => "The new version is not available for this system yet.",
            Self::Disk(_) => "The new version could not be stored on this computer.",
            Self::Updater(error) => of_updater(error),
        };
        sentence.to_owned()
    }
}

fn of_updater(error: &Error) -> &'static str {
    match error {
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => {
            "The package is damaged or was not signed by the makers of this Cloche, so it was not installed."
        }
        Error::AuthenticationFailed | Error::PackageInstallFailed | Error::DebInstallFailed => {
            "The system did not install the package; it may have asked for an administrator’s password in vain."
        }
        Error::ReleaseNotFound | Error::Serialization(_) | Error::Reqwest(_) | Error::Semver(_) => {
            "The update server gave no usable answer. Try again later."
        }
        _ => "The new version could not be installed.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_is_told_in_a_finished_sentence() {
        let all: [Trouble; 6] = [
            Refused::Forged.into(),
            Error::Network("404".into()).into(),
            Error::TargetsNotFound(vec![]).into(),
            std::io::Error::other("full").into(),
            Error::MissingSignedVersion.into(),
            Error::AuthenticationFailed.into(),
        ];
        for trouble in all {
            let sentence = trouble.sentence();
            assert!(sentence.ends_with('.') && !sentence.contains("rror"), "{sentence}");
        }
    }
}
