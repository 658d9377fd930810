//! `redact`: takes a person out of the books and the history. It cannot be undone.

use crate::cli::OwnerArgs;
use crate::error::HubError;
use crate::terminal::say;
use clap::{Args, Subcommand};
use domain::account::normalise_email;
use server::setup::{redact_client, redact_person};
use std::process::ExitCode;
use uuid::Uuid;

/// Take a person out of the books.
#[derive(Debug, Args)]
pub struct Redact {
    #[command(flatten)]
    owner: OwnerArgs,
    /// It cannot be undone; without this, nothing happens.
    #[arg(long)]
    yes: bool,
    #[command(subcommand)]
    whom: Whom,
}

#[derive(Debug, Subcommand)]
enum Whom {
    /// Somebody who had a sign-in: account, devices, memberships, their name on the staff list.
    Person {
        /// Their e-mail.
        email: String,
    },
    /// A client's contact: name, e-mail, phone, address, notes.
    Client {
        /// The organization's id.
        organization: Uuid,
        /// The client's id.
        client: Uuid,
        /// The client is a person: take the company name out as well.
        #[arg(long)]
        name_too: bool,
    },
}

impl Redact {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        if !self.yes {
            return Err(HubError::Refused(
                "What is taken out cannot be brought back. Add --yes if that is what you want."
                    .to_owned(),
            ));
        }
        let owner = self.owner.inside()?;
        let redacted = match self.whom {
            Whom::Person { email } => redact_person(&owner, &normalise_email(&email)?).await?,
            Whom::Client { organization, client, name_too } => {
                redact_client(&owner, organization, client, name_too).await?
            }
        };
        say(format!(
            "Taken out of {} organizations and {} entries of their history. Backups made before still hold it.",
            redacted.organizations, redacted.entries
        ));
        Ok(ExitCode::SUCCESS)
    }
}
