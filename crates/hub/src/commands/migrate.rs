//! `migrate`: expand, migrate, contract. Bringing the schema up to date leaves older desks working; turning desks away
//! that are too old is a step of its own, taken once everybody had time to update.

use crate::cli::OwnerArgs;
use crate::error::HubError;
use crate::terminal::say;
use clap::Args;
use server::setup::{OldestDesk, provision, require_desk, survey};
use std::process::ExitCode;

/// Bring a server up to date.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    owner: OwnerArgs,
    /// From now on serve desks of this version or newer only; older ones show how to update.
    #[arg(long, value_name = "VERSION")]
    oldest_desk: Option<String>,
    /// Only say whom --oldest-desk would turn away.
    #[arg(long, requires = "oldest_desk")]
    dry_run: bool,
}

impl Migrate {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let owner = self.owner.open()?;
        if survey(&owner, &self.owner.database).await?.server_id.is_none() {
            return Err(HubError::Refused(
                "Cloche is not set up in this database yet. Run `cloche-hub setup`.".to_owned(),
            ));
        }
        let options = owner.options(&self.owner.database)?;
        if !self.dry_run {
            provision(&options, &self.owner.database).await?;
            say("The server is up to date; desks could go on working meanwhile.");
        }
        if let Some(version) = &self.oldest_desk {
            let OldestDesk { before, turned_away } =
                require_desk(&options, version, self.dry_run).await?;
            say(match (self.dry_run, turned_away) {
                (true, n) => format!("{n} desks in use are older than {version}."),
                (false, 0) => format!(
                    "Desks need Cloche {version} from now on (before: {before}); none in use is older."
                ),
                (false, n) => format!(
                    "Desks need Cloche {version} from now on (before: {before}). {n} in use are older and show how to update."
                ),
            });
        }
        Ok(ExitCode::SUCCESS)
    }
}
