//! `restore`: brings an organization back from an archive, here or from another server or computer.

use crate::cli::{FolderArgs, OwnerArgs};
use crate::error::HubError;
use crate::terminal::say;
use clap::Args;
use server::archive::{self, Manifest, Onto, Receipt};
use std::path::PathBuf;
use std::process::ExitCode;

/// Restore an organization from a backup.
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    folder: FolderArgs,
    /// The backup.
    file: PathBuf,
    /// Only read it from beginning to end, and say what it holds.
    #[arg(long)]
    check: bool,
    /// Put it in place of the organization as it is on this server; how it is now is kept in this file first.
    #[arg(long, value_name = "SAFETY COPY")]
    replace: Option<PathBuf>,
}

impl Restore {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let file = self.file.clone();
        if self.check {
            let manifest = tokio::task::spawn_blocking(move || archive::verify(&file)).await;
            tell(&manifest.map_err(|e| HubError::Refused(e.to_string()))??);
            return Ok(ExitCode::SUCCESS);
        }
        let owner = self.owner.inside()?;
        let folder = self.folder.open();
        let link =
            folder.link()?.ok_or_else(|| HubError::Missing { path: folder.path("server.link") })?;
        let onto = match self.replace {
            None => Onto::Empty,
            Some(safety) if safety == self.file => {
                return Err(HubError::Refused(
                    "The safety copy must not take the backup's place. Name another file."
                        .to_owned(),
                ));
            }
            Some(safety) => Onto::Replacing { safety },
        };
        let restored = archive::restore_compared(&owner, &self.file, onto).await?;
        let about = &restored.manifest.about;
        tell(&restored.manifest);
        say("Restored, copied out again and compared: nothing differs.");
        let links = archive::sign_in_links(&owner, about.organization.id, &link).await?;
        if links.is_empty() {
            say("Everybody has a sign-in here already.");
        } else {
            say(
                "These people have no sign-in here yet. Each link is a secret of one person and works once, for seven days:",
            );
        }
        for person in links {
            say(format!("{} <{}>, {}", person.display_name, person.email, person.role));
            say(format!("  {}", person.link.reveal()));
        }
        say(
            "Where the organization came from a computer: paste this receipt there, under Settings > Backups, to close it there.",
        );
        say(Receipt::of(&restored.manifest, &link).to_string());
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(manifest: &Manifest) {
    let about = &manifest.about;
    say(format!(
        "{} as of {} UTC (Cloche {}, PostgreSQL {})",
        about.organization.name,
        about.written_at.format("%-d %B %Y, %H:%M"),
        about.cloche,
        about.postgres
    ));
    for part in manifest.parts.iter().filter(|part| part.rows > 0) {
        say(format!("  {:>9}  {}", part.rows, part.table.replace('_', " ")));
    }
}
