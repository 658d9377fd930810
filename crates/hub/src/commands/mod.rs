//! One file for each thing that can be asked.

pub mod backup;
pub mod doctor;
pub mod migrate;
pub mod redact;
pub mod reset_administrator;
pub mod restore;
pub mod run;
pub mod setup;

use crate::cli::{Cli, Command};
use crate::error::HubError;
use std::process::ExitCode;

/// Does what was asked; the exit code is 0 where all is well, 1 where something was found, 2 where it could not be done.
///
/// # Errors
/// What stood in the way.
pub async fn run(cli: Cli) -> Result<ExitCode, HubError> {
    match cli.command {
        Command::Setup(setup) => setup.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Run(service) => service.run().await,
        Command::ResetAdministrator(reset) => reset.run().await,
        Command::Redact(redact) => redact.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
    }
}
