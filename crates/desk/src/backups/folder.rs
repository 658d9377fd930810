//! The folder with an organization's backups: names that say when and why, and how many are kept.

use crate::error::ActionError;
use crate::local::blocking;
use crate::profile::Places;
use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use server::archive::ArchiveError;
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// So many of each kind.
pub(super) const KEEPS: u32 = 14;
/// What a backup is called after its last dot.
pub(super) const EXTENSION: &str = "cloche-backup";
const TIME: &str = "%Y-%m-%dT%H%M%SZ";

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// By itself, once a day.
    Daily,
    /// With *Back up now*.
    ByHand,
    /// Before another one was restored.
    BeforeRestore,
    /// When the office moved to a server.
    BeforeMove,
}

impl Made {
    const ALL: [Self; 4] = [Self::Daily, Self::ByHand, Self::BeforeRestore, Self::BeforeMove];

    fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::ByHand => "by-hand",
            Self::BeforeRestore => "before-restore",
            Self::BeforeMove => "before-move",
        }
    }
}

/// A backup in the folder.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct Backup {
    /// Its name, to ask for it.
    pub name: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Why.
    pub made: Made,
    /// Its size.
    #[specta(type = u32)]
    pub bytes: u64,
}

/// The folder of one organization.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(places: &Places, organization: Uuid) -> Self {
        Self(places.data.join("backups").join(organization.simple().to_string()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The backups, the newest first. A folder that is not there yet has none.
    pub(super) async fn list(&self) -> Vec<Backup> {
        let folder = self.0.clone();
        blocking(move || {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut found: Vec<_> = entries.filter_map(|entry| read(&entry.path())).collect();
            found.sort_by(|a, b| (b.written_at, &b.name).cmp(&(a.written_at, &a.name)));
            found
        })
        .await
    }

    /// The name of a new one; makes the folder where it is missing.
    pub(crate) async fn next(&self, made: Made) -> Result<PathBuf, ActionError> {
        let folder = self.0.clone();
        blocking(move || {
            fs::create_dir_all(&folder).map_err(ArchiveError::from)?;
            let name =
                |at: DateTime<Utc>| format!("{}-{}.{EXTENSION}", at.format(TIME), made.word());
            let mut at = Utc::now();
            while folder.join(name(at)).exists() {
                at += chrono::Duration::seconds(1);
            }
            Ok(folder.join(name(at)))
        })
        .await
    }

    /// The backup of that name, and nothing else that a name could lead to.
    pub(super) async fn named(&self, name: &str) -> Result<PathBuf, ActionError> {
        let there = self.list().await.into_iter().any(|backup| backup.name == name);
        if there { Ok(self.0.join(name)) } else { Err(ActionError::not_found("backup")) }
    }

    pub(super) async fn find(&self, path: &Path) -> Option<Backup> {
        let path = path.to_owned();
        blocking(move || read(&path)).await
    }

    /// Whether there is a daily one of this day, as the clock on the wall has it.
    pub(super) async fn has_daily(&self, day: NaiveDate) -> bool {
        let is_of_that_day = |backup: &Backup| {
            backup.made == Made::Daily
                && backup.written_at.with_timezone(&Local).date_naive() == day
        };
        self.list().await.iter().any(is_of_that_day)
    }

    /// Lets the oldest of a kind go. Called once a new one is whole, never before; that one stays, whatever a wrong
    /// clock called the others.
    pub(crate) async fn tidy(&self, made: Made, new: &Path) {
        let is_new = |b: &Backup| new.file_name().is_some_and(|name| name == b.name.as_str());
        let mut all = self.list().await;
        all.retain(|backup| backup.made == made);
        all.sort_by_key(|backup| !is_new(backup));
        for backup in all.into_iter().skip(KEEPS as usize) {
            let path = self.0.join(backup.name);
            if let Err(error) = blocking(move || fs::remove_file(path)).await {
                tracing::warn!(%error, "an old backup could not be removed");
            }
        }
    }
}

fn read(path: &Path) -> Option<Backup> {
    let name = path.file_name()?.to_str()?;
    let (at, word) = name.strip_suffix(EXTENSION)?.strip_suffix('.')?.split_once("Z-")?;
    let made = Made::ALL.into_iter().find(|made| made.word() == word)?;
    let written_at = NaiveDateTime::parse_from_str(&format!("{at}Z"), TIME).ok()?.and_utc();
    Some(Backup { name: name.to_owned(), written_at, made, bytes: size(path) })
}

pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map(|m| m.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(at: &Path) -> Folder {
        Folder(at.join("backups"))
    }

    #[tokio::test]
    async fn names_say_when_and_why_and_strangers_are_no_backups() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        assert_eq!(folder.list().await, []);
        let first = folder.next(Made::ByHand).await.unwrap();
        fs::write(&first, "x").unwrap();
        let second = folder.next(Made::ByHand).await.unwrap();
        assert_ne!(first, second, "two within a second");
        fs::write(&second, "xy").unwrap();
        for stranger in ["notes.txt", ".cloche-unfinished-a", "2026-01-01-daily.cloche-backup"] {
            fs::write(folder.path().join(stranger), "?").unwrap();
        }
        let list = folder.list().await;
        assert_eq!(
            list.iter().map(|b| (b.made, b.bytes)).collect::<Vec<_>>(),
            [(Made::ByHand, 2), (Made::ByHand, 1)]
        );
        assert!(folder.named(&list[0].name).await.is_ok());
        assert!(folder.named("../desk.json").await.is_err());
        assert!(folder.named("notes.txt").await.is_err());
    }

    #[tokio::test]
    async fn the_oldest_of_a_kind_go_and_no_other() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        fs::create_dir_all(folder.path()).unwrap();
        for day in 1..=20 {
            let name = format!("2026-05-{day:02}T080000Z-daily.{EXTENSION}");
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join(format!("2026-01-01T080000Z-by-hand.{EXTENSION}")), "x")
            .unwrap();
        let new = folder.path().join(format!("2026-05-20T080000Z-daily.{EXTENSION}"));
        folder.tidy(Made::Daily, &new).await;
        let left = folder.list().await;
        assert_eq!(left.len(), 15);
        assert_eq!(
            left[13].name,
            format!("2026-05-07T080000Z-daily.{EXTENSION}"),
            "the newest 14 stay"
        );
        assert_eq!(left[14].made, Made::ByHand);
    }

    #[tokio::test]
    async fn the_one_just_made_stays_though_others_are_of_the_future() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = folder(temporary.path());
        let new = folder.next(Made::Daily).await.unwrap();
        fs::write(&new, "x").unwrap();
        for day in 1..=KEEPS {
            let name = format!("2999-05-{day:02}T080000Z-daily.{EXTENSION}");
            fs::write(folder.path().join(name), "x").unwrap();
        }
        folder.tidy(Made::Daily, &new).await;
        assert!(new.exists());
        assert_eq!(folder.list().await.len(), KEEPS as usize);
    }
}
