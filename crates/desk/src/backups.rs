//! Backups of an office that is kept on this computer: one a day by itself, more by hand, and the way back.

mod daily;
mod folder;

pub use folder::{Backup, Made};

use crate::app::App;
use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::profile::ServerKind;
use chrono::{DateTime, Utc};
pub(crate) use daily::look_after;
use domain::permission::Role;
pub(crate) use folder::Folder;
use serde::{Deserialize, Serialize};
use server::archive::{self, About, ArchiveError, Manifest, Onto};
use server::setup::OwnerOptions;
use std::path::PathBuf;
use tokio::sync::Mutex;
use uuid::Uuid;

/// One after the other: two at once would only wait for the same disk.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The backups of the open organization.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Backups {
    /// The newest first.
    pub items: Vec<Backup>,
    /// Where they are, as a person reads it.
    pub folder: String,
    /// How many of a kind are kept.
    pub keeps: u32,
    /// Where the office went, if it moved to another server.
    pub moved: Option<MovedTo>,
}

/// Where an office went.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct MovedTo {
    /// How people call the server.
    pub place: String,
    /// When.
    pub moved_at: DateTime<Utc>,
}

/// Which backup.
#[derive(Debug, Clone, Deserialize, specta::Type)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum BackupSource {
    /// One of the list.
    Kept {
        /// Its name.
        name: String,
    },
    /// The file that was picked last.
    Picked,
}

/// Which backup to look at, or to go back to.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BackupRef {
    /// It.
    pub source: BackupSource,
}

/// What a backup holds, and what going back to it would take away.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct BackupContents {
    /// The organization's name then.
    pub organization_name: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Clients.
    pub clients: u32,
    /// Events.
    pub events: u32,
    /// Tasks.
    pub tasks: u32,
    /// Bookings and blocks.
    pub bookings: u32,
    /// Who could be let in again.
    pub people: Vec<BackupPerson>,
    /// What would be lost; `None` where the organization is not on this computer.
    pub lost: Option<Lost>,
}

/// Somebody of a backup.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct BackupPerson {
    /// E-mail.
    pub email: String,
    /// As colleagues see them.
    pub display_name: String,
    /// Role.
    #[specta(type = Role)]
    pub role: String,
}

/// What going back would take away.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Lost {
    /// Changes since.
    pub changes: u32,
    /// Who made them.
    pub people: Vec<String>,
    /// The last one.
    pub last_at: Option<DateTime<Utc>>,
}

/// A way back that was taken.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct BackupRestored {
    /// The office is as it was then.
    pub written_at: DateTime<Utc>,
    /// How it was before that.
    pub safety: Option<Backup>,
}

/// The backups of the open organization, and where it is.
///
/// # Errors
/// `not_permitted` but for administrators of an office that is kept here.
pub async fn backups(desk: &Desk) -> Result<Backups, ActionError> {
    let (owner, folder) = keeper(desk).await?;
    let moved = archive::moved(&owner, desk.organization()).await?;
    let (items, path) = (folder.list().await, folder.path().display().to_string());
    Ok(Backups {
        items,
        folder: path,
        keeps: folder::KEEPS,
        moved: moved.map(|m| MovedTo { place: m.place, moved_at: m.moved_at }),
    })
}

/// *Back up now*.
///
/// # Errors
/// As [`backups`]; a full disk or a folder that cannot be written, in a sentence.
pub async fn backup_now(desk: &Desk) -> Result<Backup, ActionError> {
    let (owner, folder) = keeper(desk).await?;
    write(&owner, desk.organization(), &folder, Made::ByHand).await
}

/// *Save a copy…*: a backup in a place of one's own choice; answers its size in bytes.
///
/// # Errors
/// As [`backup_now`].
pub async fn backup_save(desk: &Desk, path: PathBuf) -> Result<BackupSaved, ActionError> {
    let (owner, _) = keeper(desk).await?;
    let _turn = ONE_AT_A_TIME.lock().await;
    let manifest = archive::write(&owner, desk.organization(), &path).await?;
    Ok(BackupSaved {
        bytes: folder::size(&path),
        events: count(&manifest, "events"),
        file_name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
    })
}

/// A copy that was saved.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct BackupSaved {
    /// The file's name.
    pub file_name: String,
    /// Its size.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Events in it.
    pub events: u32,
}

/// The name that a copy is suggested to have.
#[must_use]
pub fn copy_name(desk: &Desk) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == ' ' || c == '-' { c } else { '_' };
    let name: String = desk.view().organization.name.chars().map(plain).take(60).collect();
    format!("{} {}.{}", name.trim(), desk.now().format("%Y-%m-%d"), folder::EXTENSION)
}

impl App {
    /// Remembers a file that somebody picked.
    pub async fn backup_picked(&self, path: PathBuf) {
        *self.picked.lock().await = Some(path);
    }

    /// What a backup holds, once all of it was read and found whole, and what going back to it would take away.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub async fn backup_contents(&self, input: BackupRef) -> Result<BackupContents, ActionError> {
        let desk = self.desk().await.ok();
        let path = self.backup_path(desk.as_ref(), &input.source).await?;
        let manifest = verified(path).await?;
        let lost = match &desk {
            Some(desk) => {
                let (owner, _) = keeper(desk).await?;
                is_of(&manifest.about, desk)?;
                archive::since(&owner, &manifest.about).await?
            }
            None => None,
        };
        Ok(contents(&manifest, lost))
    }

    /// Goes back to a backup; how it is now is kept in another one first.
    ///
    /// # Errors
    /// As [`App::backup_contents`]; a refusal while people keep working.
    pub async fn backup_restore(&self, input: BackupRef) -> Result<BackupRestored, ActionError> {
        let desk = self.desk().await?;
        let (owner, folder) = keeper(&desk).await?;
        let path = self.backup_path(Some(&desk), &input.source).await?;
        is_of(&about(path.clone()).await?, &desk)?;
        let _turn = ONE_AT_A_TIME.lock().await;
        let safety = folder.next(Made::BeforeRestore).await?;
        let onto = Onto::Replacing { safety: safety.clone() };
        let restored = archive::restore(&owner, &path, onto).await?;
        folder.tidy(Made::BeforeRestore, &safety).await;
        desk.look_again();
        Ok(BackupRestored {
            written_at: restored.manifest.about.written_at,
            safety: folder.find(&safety).await,
        })
    }

    pub(crate) async fn backup_path(
        &self,
        desk: Option<&Desk>,
        source: &BackupSource,
    ) -> Result<PathBuf, ActionError> {
        match (source, desk) {
            (BackupSource::Kept { name }, Some(desk)) => keeper(desk).await?.1.named(name).await,
            (BackupSource::Kept { .. }, None) => Err(ActionError::signed_out()),
            (BackupSource::Picked, _) => {
                self.picked.lock().await.clone().ok_or_else(|| ActionError::not_found("file"))
            }
        }
    }
}

/// Writes a backup of that kind into the folder, and lets the oldest of the kind go once it is whole.
pub(crate) async fn write(
    owner: &OwnerOptions,
    organization: Uuid,
    folder: &Folder,
    made: Made,
) -> Result<Backup, ActionError> {
    let _turn = ONE_AT_A_TIME.lock().await;
    let path = folder.next(made).await?;
    // Verified as it was written, or it would not have got its name.
    archive::write(owner, organization, &path).await?;
    folder.tidy(made, &path).await;
    folder.find(&path).await.ok_or_else(|| ActionError::not_found("backup"))
}

/// How the owner of this computer's data connects, and where the organization's backups are: for its administrators.
pub(crate) async fn keeper(desk: &Desk) -> Result<(OwnerOptions, Folder), ActionError> {
    let local = desk.local().filter(|_| desk.server().kind == ServerKind::Local);
    let Some(local) = local else {
        return Err(ActionError::refused(
            "not_this_computer",
            "This office is on a server; whoever looks after that server makes its backups.",
        ));
    };
    if desk.role() != Role::Administrator {
        let message = "Only an administrator can make and restore backups.";
        return Err(ActionError::App(AppError::plain(Code::NotPermitted, message)));
    }
    let owner = local.owner_of(ServerKind::Local).await?;
    Ok((owner, Folder::of(desk.places(), desk.organization())))
}

fn is_of(about: &About, desk: &Desk) -> Result<(), ActionError> {
    if about.organization.id == desk.organization() {
        return Ok(());
    }
    let message = format!(
        "This is a backup of {}, not of {}. To restore it, go back to the first screen and choose Restore from a backup file.",
        about.organization.name,
        desk.view().organization.name
    );
    Err(ActionError::refused("another_organization", &message))
}

pub(crate) async fn verified(path: PathBuf) -> Result<Manifest, ActionError> {
    Ok(crate::local::blocking(move || archive::verify(&path)).await?)
}

async fn about(path: PathBuf) -> Result<About, ArchiveError> {
    crate::local::blocking(move || archive::about(&path)).await
}

fn contents(manifest: &Manifest, since: Option<archive::Since>) -> BackupContents {
    let person = |p: &archive::Person| BackupPerson {
        email: p.email.clone(),
        display_name: p.display_name.clone(),
        role: p.role.clone(),
    };
    BackupContents {
        organization_name: manifest.about.organization.name.clone(),
        written_at: manifest.about.written_at,
        clients: count(manifest, "clients"),
        events: count(manifest, "events"),
        tasks: count(manifest, "tasks"),
        bookings: count(manifest, "resource_schedule"),
        people: manifest.people.iter().filter(|p| p.is_active).map(person).collect(),
        lost: since.map(|since| Lost {
            changes: u32::try_from(since.changes).unwrap_or(u32::MAX),
            people: since.people,
            last_at: since.last_at,
        }),
    }
}

fn count(manifest: &Manifest, table: &str) -> u32 {
    u32::try_from(manifest.rows_of(table)).unwrap_or(u32::MAX)
}
