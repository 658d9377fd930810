//! What this computer remembers between starts, without secrets: which servers it knows and who was signed in.

use crate::error::ActionError;
use serde::{Deserialize, Serialize};
use server::link::ServerLink;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The folders a desk works in.
#[derive(Debug, Clone)]
pub struct Places {
    /// The app's data folder.
    pub data: PathBuf,
    /// The folder with the embedded PostgreSQL's `bin`, `lib` and `share`.
    pub postgres: PathBuf,
}

impl Places {
    /// Where the embedded server keeps its data.
    #[must_use]
    pub fn server(&self) -> PathBuf {
        self.data.join("server")
    }

    /// All local copies of one person on one server.
    #[must_use]
    pub fn copies(&self, server: Uuid, user: Uuid) -> PathBuf {
        let id = Uuid::new_v5(&server, user.as_bytes());
        self.data.join("copies").join(id.simple().to_string())
    }

    /// The local copy of one organization for one person.
    #[must_use]
    pub fn replica(&self, server: Uuid, organization: Uuid, user: Uuid) -> PathBuf {
        let id = Uuid::new_v5(&organization, user.as_bytes());
        self.copies(server, user).join(id.simple().to_string())
    }
}

/// What kind of server it is to this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ServerKind {
    /// Made-up data on this computer, to look around in.
    Sample,
    /// This computer's own.
    Local,
    /// Somebody else's.
    Remote,
}

/// A server this computer knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownServer {
    /// Its id.
    pub server_id: Uuid,
    /// What it is to this computer.
    pub kind: ServerKind,
    /// What to call it.
    pub name: String,
    /// Where it is; for this computer's own, where it was last.
    pub link: ServerLink,
    /// The last e-mail that signed in.
    pub email: Option<String>,
    /// The person, once signed in.
    pub user_id: Option<Uuid>,
    /// The organization that was open last.
    pub organization_id: Option<Uuid>,
    /// The device that each person was on this computer last, to be signed out when another takes its place.
    #[serde(default)]
    pub devices: BTreeMap<Uuid, Uuid>,
}

/// The file `desk.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Known servers.
    pub servers: Vec<KnownServer>,
    /// The one that is open.
    pub current: Option<Uuid>,
}

impl Profile {
    /// Reads the profile; none yet is an empty one, an unreadable one is set aside.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn load(data: &Path) -> Result<Self, ActionError> {
        let path = data.join("desk.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => {
                return Err(ActionError::Files {
                    what: "Cloche's data folder cannot be read.",
                    source,
                });
            }
        };
        Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the profile could not be read and is set aside");
            let _ = std::fs::rename(&path, data.join("desk.json.aside"));
            Self::default()
        }))
    }

    /// Writes the profile whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, data: &Path) -> Result<(), ActionError> {
        crate::kept::write(&data.join("desk.json"), self).map_err(|source| ActionError::Files {
            what: "Cloche's data folder cannot be written.",
            source,
        })
    }

    /// The open server.
    #[must_use]
    pub fn current(&self) -> Option<&KnownServer> {
        self.current.and_then(|id| self.servers.iter().find(|s| s.server_id == id))
    }

    /// The server of a kind, where there can be only one.
    #[must_use]
    pub fn of_kind(&self, kind: ServerKind) -> Option<&KnownServer> {
        self.servers.iter().find(|s| s.kind == kind)
    }

    /// Remembers `server` in place of what was known of it, and opens it.
    pub fn remember(&mut self, server: KnownServer) {
        self.servers.retain(|s| s.server_id != server.server_id);
        self.current = Some(server.server_id);
        self.servers.push(server);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server::link::Place;

    fn known(id: u128) -> KnownServer {
        let server_id = Uuid::from_u128(id);
        KnownServer {
            server_id,
            kind: ServerKind::Local,
            name: "Olivar".into(),
            link: ServerLink {
                server_id,
                place: Place::Socket { folder: "/run/x".into(), port: 5432 },
                database: "cloche".into(),
                ca_pem: None,
            },
            email: None,
            user_id: None,
            organization_id: None,
            devices: BTreeMap::new(),
        }
    }

    #[test]
    fn a_profile_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut profile = Profile::load(folder.path()).unwrap();
        assert_eq!(profile, Profile::default(), "nothing is known at first");
        profile.remember(known(1));
        profile.remember(known(2));
        profile.remember(known(1));
        profile.save(folder.path()).unwrap();
        let again = Profile::load(folder.path()).unwrap();
        assert_eq!((again.servers.len(), again.current), (2, Some(Uuid::from_u128(1))));
    }

    #[test]
    fn an_unreadable_profile_is_set_aside_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("desk.json"), "{ half").unwrap();
        assert_eq!(Profile::load(folder.path()).unwrap(), Profile::default());
        assert_eq!(
            std::fs::read_to_string(folder.path().join("desk.json.aside")).unwrap(),
            "{ half"
        );
    }
}
