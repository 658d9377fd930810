//! What this computer remembers of updates. It lies in the data folder, which no installation replaces.

use chrono::{DateTime, Utc};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name in the data folder.
const FILE: &str = "updates.json";

/// What this computer remembers of updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// What a later version adds must not make an earlier file unreadable: with it, what was seen would be forgotten.
#[serde(default)]
pub struct Memory {
    /// Whether Cloche looks for new versions by itself.
    pub automatic: bool,
    /// This computer's place among a hundred, for releases that go out in stages.
    pub place: u8,
    /// When it was last asked, with an answer that was believed.
    pub checked_at: Option<DateTime<Utc>>,
    /// The highest version that each key has announced. Per key: were a stolen key to announce 99.0.0, releases
    /// signed by its successor would still be taken.
    pub highest: BTreeMap<String, Version>,
    /// The installation that was begun last, until the next start has looked at how it ended.
    pub attempt: Option<Attempt>,
}

/// An installation that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Of this version.
    pub version: Version,
    /// Why it failed, where that is known.
    pub failure: Option<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            automatic: true,
            place: rand::random_range(0..100),
            checked_at: None,
            highest: BTreeMap::new(),
            attempt: None,
        }
    }
}

impl Memory {
    /// Reads the file. Without a readable one everything begins anew: an update check must never keep a desk from
    /// opening.
    #[must_use]
    pub fn load(data: &Path) -> Self {
        let read = std::fs::read_to_string(data.join(FILE));
        let known = read.ok().and_then(|text| serde_json::from_str::<Self>(&text).ok());
        known.unwrap_or_default()
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn save(&self, data: &Path) -> std::io::Result<()> {
        crate::kept::write(&data.join(FILE), self)
    }

    /// The highest version that a key has announced.
    #[must_use]
    pub fn highest_of(&self, key: &str) -> Option<&Version> {
        self.highest.get(key)
    }

    /// Remembers what a key has announced; never a lower version than before.
    pub fn saw(&mut self, key: &str, version: &Version, now: DateTime<Utc>) {
        self.checked_at = Some(now);
        let highest = self.highest.entry(key.to_owned()).or_insert_with(|| version.clone());
        if version > highest {
            *highest = version.clone();
        }
    }

    /// How the last installation ended, told once: `Ok` with the version that runs now, or why the old one still does.
    pub fn take_outcome(&mut self, current: &Version) -> Option<Result<Version, String>> {
        let Attempt { version, failure } = self.attempt.take()?;
        if *current >= version {
            return Some(Ok(version));
        }
        let why = failure.unwrap_or_else(|| "The installation did not finish.".to_owned());
        Some(Err(format!(
            "Version {version} could not be installed. {why} Cloche {current} goes on."
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_was_seen_survives_a_restart_and_never_sinks() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::load(folder.path());
        assert!(memory.automatic && memory.place < 100, "{memory:?}");
        memory.saw("A", &Version::new(0, 3, 0), now());
        memory.saw("A", &Version::new(0, 2, 0), now());
        memory.save(folder.path()).unwrap();
        let again = Memory::load(folder.path());
        assert_eq!(again, memory);
        assert_eq!(again.highest_of("A"), Some(&Version::new(0, 3, 0)));
    }

    #[test]
    fn a_stolen_keys_inflated_version_does_not_bind_its_successor() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::load(folder.path());
        memory.saw("stolen", &Version::new(99, 0, 0), now());
        assert_eq!(memory.highest_of("successor"), None);
    }

    #[test]
    fn an_unreadable_file_does_not_keep_a_desk_from_opening() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{ half").unwrap();
        assert!(Memory::load(folder.path()).highest.is_empty());
    }

    #[test]
    fn a_file_of_an_earlier_version_keeps_what_was_seen() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), r#"{"highest":{"A":"0.3.0"}}"#).unwrap();
        let memory = Memory::load(folder.path());
        assert_eq!(memory.highest_of("A"), Some(&Version::new(0, 3, 0)));
        assert!(memory.automatic);
    }

    #[test]
    fn how_an_installation_ended_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::load(folder.path());
        let (old, new) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        let begun = |failure: Option<&str>| {
            Some(Attempt { version: new.clone(), failure: failure.map(str::to_owned) })
        };
        memory.attempt = begun(None);
        assert_eq!(memory.take_outcome(&new), Some(Ok(new.clone())));
        assert_eq!(memory.take_outcome(&new), None);
        memory.attempt = begun(Some("You were asked for a password and did not give it."));
        let told = memory.take_outcome(&old).unwrap().unwrap_err();
        assert!(told.contains("did not give it. Cloche 0.1.0 goes on."), "{told}");
        memory.attempt = begun(None);
        assert!(memory.take_outcome(&old).unwrap().is_err(), "the computer went off in between");
    }
}
