//! What can be asked of the hub.

use crate::commands::{backup, doctor, migrate, redact, reset_administrator, restore, run, setup};
use crate::error::HubError;
use crate::folder::Folder;
use crate::terminal;
use clap::{Args, Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use server::setup::{Owner, OwnerOptions};
use std::path::PathBuf;

/// Sets a Cloche server up, looks it over and looks after it.
#[derive(Debug, Parser)]
#[command(name = "cloche-hub", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set a PostgreSQL server up for Cloche, or bring it up to date; may be repeated at any time.
    Setup(Box<setup::Setup>),
    /// Look a server over and say what to do.
    Doctor(doctor::Doctor),
    /// Bring a server to this version's schema while desks go on working.
    Migrate(migrate::Migrate),
    /// Look after a server: the nightly work, and an eye on sessions that hold others up. Runs until it is stopped.
    Run(run::Run),
    /// Make a link by which an administrator chooses a new password, when nobody else can.
    ResetAdministrator(reset_administrator::ResetAdministrator),
    /// Take a person out of the books and the history.
    Redact(redact::Redact),
    /// Write backups of the organizations, each in one file.
    Backup(backup::Backup),
    /// Bring an organization back from a backup.
    Restore(restore::Restore),
}

/// Where the server's own files are.
#[derive(Debug, Clone, Args)]
pub struct FolderArgs {
    /// The folder of this server's files.
    #[arg(long, env = "CLOCHE_HUB_FOLDER", default_value = "/etc/cloche")]
    pub folder: PathBuf,
}

impl FolderArgs {
    /// The folder.
    #[must_use]
    pub fn open(&self) -> Folder {
        Folder::at(&self.folder)
    }
}

/// How the owner of the server is reached.
#[derive(Debug, Clone, Args)]
pub struct OwnerArgs {
    /// The owner's address: postgres://name@host:port, or - to read it from the standard input. A password in it is seen
    /// by everybody on this computer; without one it is asked for.
    #[arg(
        long,
        env = "CLOCHE_OWNER",
        hide_env_values = true,
        default_value = "postgres:///?host=/var/run/postgresql"
    )]
    owner: SecretArgument,
    /// The certificate authority of a server on another computer (a PEM file).
    #[arg(long, value_name = "FILE")]
    owner_ca: Option<PathBuf>,
    /// The database.
    #[arg(long, default_value = "cloche")]
    pub database: String,
}

/// An argument that is never shown.
#[derive(Debug, Clone)]
struct SecretArgument(SecretString);

impl From<&str> for SecretArgument {
    fn from(text: &str) -> Self {
        Self(text.to_owned().into())
    }
}

impl OwnerArgs {
    /// Reads the address, and asks for the password where one is needed and somebody is there.
    ///
    /// # Errors
    /// An unreadable address or file.
    pub fn open(&self) -> Result<Owner, HubError> {
        let text = match self.owner.0.expose_secret() {
            "-" => terminal::line_of_stdin()?,
            text => text.to_owned(),
        };
        let ca = self.owner_ca.as_ref().map(|path| {
            std::fs::read_to_string(path)
                .map_err(HubError::files("Reading the certificate authority"))
        });
        let mut owner = Owner::parse(&text, ca.transpose()?)?;
        let needs_password = matches!(owner.place, server::link::Place::Host { .. });
        if needs_password && owner.password.expose_secret().is_empty() && terminal::is_attended() {
            owner.password = terminal::ask_secret(&format!("Password of {}", owner.user))?;
        }
        Ok(owner)
    }

    /// The owner's connection to the database.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn inside(&self) -> Result<OwnerOptions, HubError> {
        Ok(self.open()?.options(&self.database)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_password_in_the_owner_s_address_is_never_shown() {
        let asked = ["cloche-hub", "doctor", "--owner", "postgres://boss:topsecret@127.0.0.1"];
        let cli = Cli::parse_from(asked);
        assert!(!format!("{cli:?}").contains("topsecret"), "{cli:?}");
    }
}
