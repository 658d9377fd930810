//! `reset-administrator`: a link for an administrator when nobody can sign in who could make one.

use crate::cli::{FolderArgs, OwnerArgs};
use crate::error::HubError;
use crate::terminal::say;
use clap::Args;
use domain::account::{check_person_name, normalise_email};
use server::setup::{AdministratorLink, administrator_link};
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;

/// Make a link for an administrator.
#[derive(Debug, Args)]
pub struct ResetAdministrator {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    folder: FolderArgs,
    /// Whose password is to be chosen anew.
    #[arg(long)]
    email: String,
    /// Make this person an administrator of that organization first, where they are not one yet.
    #[arg(long, value_name = "ORGANIZATION ID", requires = "name")]
    appoint: Option<Uuid>,
    /// The name that colleagues see, where the person is new.
    #[arg(long)]
    name: Option<String>,
    /// How many minutes the link lets in.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=10_080))]
    minutes: u64,
}

impl ResetAdministrator {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let folder = self.folder.open();
        let link =
            folder.link()?.ok_or_else(|| HubError::Missing { path: folder.path("server.link") })?;
        let appoint = match (self.appoint, &self.name) {
            (Some(organization), Some(name)) => Some((organization, check_person_name(name)?)),
            _ => None,
        };
        let wanted = AdministratorLink {
            email: normalise_email(&self.email)?,
            appoint,
            valid: Duration::from_secs(self.minutes * 60),
        };
        let (join, expires) = administrator_link(&self.owner.inside()?, &link, &wanted).await?;
        say(format!(
            "{} chooses a new password with this link, once, until {} UTC. It is a secret: hand it to nobody else.",
            wanted.email,
            expires.format("%-d %B %Y, %H:%M")
        ));
        say(join.reveal());
        Ok(ExitCode::SUCCESS)
    }
}
