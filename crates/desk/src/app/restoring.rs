//! *Restore from a backup file*: an office comes back to life on this computer.

use super::App;
use crate::backups::{BackupSource, verified};
use crate::error::{ActionError, AppError, Code};
use crate::local::derive;
use crate::profile::{KnownServer, Profile, ServerKind};
use crate::secrets::Keep;
use crate::view::AppState;
use domain::account::{check_password, normalise_email};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use server::archive::{self, Manifest, Onto};
use server::link::ServerLink;

/// Who goes on with the office of the backup that was picked.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct FirstRunRestore {
    /// E-mail of one of its administrators.
    pub email: String,
    /// The password from now on; the old one is in no backup.
    #[specta(type = String)]
    pub password: SecretString,
    /// How long to stay signed in.
    pub keep: Keep,
}

impl App {
    /// Restores the picked backup on this computer and signs one of its administrators in. Interrupted, it can be repeated.
    ///
    /// # Errors
    /// What is wrong with backup, person or password; a refusal `organization_here` where the office is here already.
    pub async fn first_run_restore(&self, input: FirstRunRestore) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let email = normalise_email(&input.email)?;
        check_password(input.password.expose_secret(), &email)?;
        self.check_keep(input.keep).await?;
        let path = self.backup_path(None, &BackupSource::Picked).await?;
        self.progress("Checking the backup", 0);
        let manifest = verified(path.clone()).await?;
        check_person(&manifest, &email)?;
        self.progress("Starting the database on this computer", 1);
        let link = self.local.provision(ServerKind::Local).await?;
        let owner = self.local.owner_of(ServerKind::Local).await?;
        self.progress("Restoring your office", 2);
        // As far as an attempt came that was interrupted after this step.
        let there = archive::since(&owner, &manifest.about).await?;
        if there.as_ref().is_none_or(|there| there.changes > 0) {
            archive::restore(&owner, &path, Onto::Empty).await.map_err(already_here)?;
        }
        self.remember_restored(&link, &manifest, &email)?;
        self.progress("Signing you in", 3);
        let key = derive(input.password, link.server_id, &email).await;
        self.local.set_password(&link, &email, &key).await?;
        let (sign_in, who) = self.enroll(&link, &email, &key).await?;
        self.progress("Opening", 4);
        let state = self.enter(link, ServerKind::Local, sign_in, input.keep, who).await?;
        *self.picked.lock().await = None;
        Ok(state)
    }

    /// From here on the office is on this computer: its sign-in screen is found again, whatever comes now.
    fn remember_restored(
        &self,
        link: &ServerLink,
        manifest: &Manifest,
        email: &str,
    ) -> Result<(), ActionError> {
        let profile = Profile::load(&self.places.data)?;
        let before = profile.servers.iter().find(|s| s.server_id == link.server_id);
        self.remember(&KnownServer {
            server_id: link.server_id,
            kind: ServerKind::Local,
            name: manifest.about.organization.name.clone(),
            link: link.clone(),
            email: Some(email.to_owned()),
            user_id: None,
            organization_id: Some(manifest.about.organization.id),
            devices: before.map(|b| b.devices.clone()).unwrap_or_default(),
        })
    }
}

/// Only somebody who was an administrator then can go on; everybody else is let in by them.
fn check_person(manifest: &Manifest, email: &str) -> Result<(), ActionError> {
    let known = |p: &archive::Person| p.is_active && p.role == "administrator" && p.email == email;
    if manifest.people.iter().any(known) {
        return Ok(());
    }
    let message = "Choose one of the administrators in the backup.";
    Err(ActionError::App(AppError {
        field: Some("email".to_owned()),
        ..AppError::plain(Code::Invalid, message)
    }))
}

fn already_here(error: archive::ArchiveError) -> ActionError {
    match error {
        archive::ArchiveError::AlreadyThere { name } => ActionError::refused(
            "organization_here",
            &format!(
                "{name} is on this computer already. Open it, and restore the backup under Settings."
            ),
        ),
        other => other.into(),
    }
}
