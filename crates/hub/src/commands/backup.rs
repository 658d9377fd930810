//! `backup`: writes an archive of each organization, or of one; made for cron.

use crate::cli::OwnerArgs;
use crate::error::HubError;
use crate::terminal::say;
use clap::Args;
use server::archive::{self, Office};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use uuid::Uuid;

/// How an archive is called after its last dot.
pub(super) const EXTENSION: &str = "cloche-backup";

/// Write a backup of each organization into a folder; each is read again and compared before it gets its name.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    owner: OwnerArgs,
    /// The folder to write to; better on another disk.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Only this organization.
    #[arg(long, value_name = "ORGANIZATION ID")]
    organization: Option<Uuid>,
    /// Keep so many backups of each organization, and remove older ones once a new one is whole.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let owner = self.owner.inside()?;
        fs::create_dir_all(&self.into).map_err(HubError::files("Making the folder"))?;
        let all = archive::organizations(&owner).await?;
        let wanted: Vec<Office> =
            all.into_iter().filter(|o| self.organization.is_none_or(|id| id == o.id)).collect();
        if wanted.is_empty() && self.organization.is_some() {
            return Err(HubError::Refused("This server has no such organization.".to_owned()));
        }
        let mut failed = false;
        for office in wanted {
            // One that cannot be written must not keep the others from being saved.
            match self.write(&owner, &office).await {
                Ok(line) => say(line),
                Err(error) => {
                    failed = true;
                    say(format!("PROBLEM  {}: {error}", office.name));
                }
            }
        }
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn write(
        &self,
        owner: &server::setup::OwnerOptions,
        office: &Office,
    ) -> Result<String, HubError> {
        let now = chrono::Utc::now().format("%Y-%m-%dT%H%M%SZ");
        let path = self.into.join(format!("{}-{now}.{EXTENSION}", office.id.simple()));
        let manifest = archive::write(owner, office.id, &path).await?;
        let bytes = fs::metadata(&path).map(|m| m.len()).unwrap_or_default();
        let removed = self.keep.map_or(0, |keep| tidy(&self.into, office.id, keep as usize));
        Ok(format!(
            "ok  {}: {} rows, {:.1} MB, {}{}",
            office.name,
            manifest.rows(),
            bytes as f64 / 1e6,
            path.display(),
            if removed > 0 { format!(", {removed} older removed") } else { String::new() }
        ))
    }
}

/// Removes all but the newest `keep` archives of an organization; what is called otherwise is not ours.
fn tidy(folder: &Path, organization: Uuid, keep: usize) -> usize {
    let prefix = format!("{}-", organization.simple());
    let ending = format!(".{EXTENSION}");
    let is_ours = |name: &str| name.starts_with(&prefix) && name.ends_with(&ending);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_ours(name))
        .collect();
    // Their names say when they were written.
    names.sort_by(|a, b| b.cmp(a));
    names.iter().skip(keep).filter(|name| fs::remove_file(folder.join(name)).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_oldest_of_one_organization_go() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for day in 1..=5 {
            for id in [one, other] {
                let name = format!("{}-2026-05-0{day}T033000Z.{EXTENSION}", id.simple());
                fs::write(folder.path().join(name), "x").unwrap();
            }
        }
        fs::write(folder.path().join("notes.txt"), "x").unwrap();
        assert_eq!(tidy(folder.path(), one, 2), 3);
        let left = fs::read_dir(folder.path()).unwrap().flatten();
        let mut left: Vec<_> = left.map(|e| e.file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left.len(), 2 + 5 + 1);
        assert!(left[0].contains("05-04"), "the newest stay: {left:?}");
    }
}
