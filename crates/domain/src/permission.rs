//! Roles and permissions. Administrators edit the matrix; this module holds its default.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A member's role in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything (FR-028).
    Administrator,
    /// Reads everything; updates task status, assigns resources, records communications.
    Manager,
    /// Sees the events it works on.
    Staff,
}

impl Role {
    /// The role as screens name it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Manager => "Manager",
            Self::Staff => "Staff",
        }
    }

    /// What the role may do until an administrator edits the matrix.
    #[must_use]
    pub fn default_permissions(self) -> &'static [&'static str] {
        match self {
            Self::Administrator => PERMISSIONS,
            // What managers and staff may do concerns tasks, resources and communications.
            Self::Manager | Self::Staff => &[],
        }
    }
}

/// The permissions that exist, as the database and the matrix spell them.
pub const PERMISSIONS: &[&str] = &[
    "organization.edit",
    "members.edit",
    "clients.create",
    "clients.edit",
    "clients.delete",
    "events.create",
    "events.edit",
    "events.advance",
    "events.cancel",
    "events.archive",
    "events.unarchive",
    "events.import",
];

/// A permission in plain words that follow "may" or "may not".
#[must_use]
pub fn label(permission: &str) -> &'static str {
    match permission {
        "organization.edit" => "change the organization’s settings",
        "members.edit" => "change members and what they may do",
        "clients.create" => "add clients",
        "clients.edit" => "change clients",
        "clients.delete" => "delete clients",
        "events.create" => "create events",
        "events.edit" => "change events",
        "events.advance" => "move events along",
        "events.cancel" => "cancel or reinstate events",
        "events.archive" => "archive events",
        "events.unarchive" => "take events out of the archive",
        "events.import" => "import past and running events",
        _ => "do this",
    }
}

/// What one member may do in one organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions(BTreeSet<String>);

impl Permissions {
    /// What `role` may do until an administrator edits the matrix.
    #[must_use]
    pub fn default_of(role: Role) -> Self {
        role.default_permissions().iter().collect()
    }

    /// Whether the member holds `permission`.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        self.0.contains(permission)
    }

    /// Passes where the member holds `permission`.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] otherwise.
    pub fn require(&self, permission: &str) -> Result<(), Refusal> {
        if self.may(permission) { Ok(()) } else { Err(Refusal::not_permitted(permission)) }
    }

    /// The permissions held, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Names that this version does not know are kept: a newer server may grant more than this desk uses.
impl<S: AsRef<str>> FromIterator<S> for Permissions {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(names.into_iter().map(|name| name.as_ref().to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_only_administrators_may_change_events() {
        for permission in PERMISSIONS {
            assert!(Permissions::default_of(Role::Administrator).may(permission));
            assert!(!Permissions::default_of(Role::Manager).may(permission));
            assert!(!Permissions::default_of(Role::Staff).may(permission));
        }
    }

    #[test]
    fn every_permission_has_words_of_its_own() {
        let labels: BTreeSet<&str> = PERMISSIONS.iter().map(|p| label(p)).collect();
        assert_eq!(labels.len(), PERMISSIONS.len());
        assert!(!labels.contains("do this"));
    }

    #[test]
    fn a_permission_that_only_a_newer_server_knows_is_kept() {
        let held: Permissions = ["events.teleport"].into_iter().collect();
        assert!(held.may("events.teleport"));
        assert_eq!(held.require("events.edit"), Err(Refusal::not_permitted("events.edit")));
    }
}
