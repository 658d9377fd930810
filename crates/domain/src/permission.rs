//! Roles and permissions. Administrators edit the matrix; this module holds its default.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

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
    /// Every role, the one that may do most first.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::Administrator, Self::Manager, Self::Staff]
    }

    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Manager => "manager",
            Self::Staff => "staff",
        }
    }

    /// The role that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().iter().copied().find(|role| role.as_str() == text)
    }

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
            Self::Manager => &["tasks.status", "tasks.assign", "resources.assign"],
            Self::Staff => &["tasks.status_own"],
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
    "tasks.create",
    "tasks.edit",
    "tasks.delete",
    "tasks.assign",
    "tasks.status",
    "tasks.status_own",
    "resources.create",
    "resources.edit",
    "resources.delete",
    "resources.assign",
    "resources.override",
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
        "tasks.create" => "add tasks",
        "tasks.edit" => "change tasks and what they wait for",
        "tasks.delete" => "delete tasks",
        "tasks.assign" => "assign tasks to people",
        "tasks.status" => "start, complete or reopen tasks",
        "tasks.status_own" => "start, complete or reopen their own tasks",
        "resources.create" => "add people, equipment and materials",
        "resources.edit" => "change people, equipment and materials",
        "resources.delete" => "delete people, equipment and materials",
        "resources.assign" => "book and release people, equipment and materials",
        "resources.override" => "book over a clash",
        _ => "do this",
    }
}

/// The part of the matrix in which a permission is shown.
#[must_use]
pub fn group(permission: &str) -> &'static str {
    match permission.split('.').next().unwrap_or_default() {
        "events" => "Events",
        "clients" => "Clients",
        "tasks" => "Tasks",
        "resources" => "Resources",
        "organization" | "members" => "Team",
        _ => "Other",
    }
}

/// How far somebody reaches in an organization; row security says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    Everything,
    /// The events they work on, and the time of the resource that they are, where they are one.
    OwnWork {
        /// That resource.
        resource: Option<Uuid>,
    },
}

impl Reach {
    /// The reach of a member of `role` who is `resource`.
    #[must_use]
    pub const fn of(role: Role, resource: Option<Uuid>) -> Self {
        match role {
            Role::Administrator | Role::Manager => Self::Everything,
            Role::Staff => Self::OwnWork { resource },
        }
    }

    /// Passes where the time of `resource`, beside any event, is theirs to dispose of.
    ///
    /// # Errors
    /// [`Refusal::OnlyOwnTime`] otherwise.
    pub fn require_time_of(self, resource: Uuid) -> Result<(), Refusal> {
        match self {
            Self::OwnWork { resource: own } if own != Some(resource) => Err(Refusal::OnlyOwnTime),
            Self::Everything | Self::OwnWork { .. } => Ok(()),
        }
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
    fn by_default_managers_run_the_day_and_staff_move_their_own_tasks() {
        for permission in PERMISSIONS {
            assert!(Permissions::default_of(Role::Administrator).may(permission));
        }
        let held = |role| Permissions::default_of(role).iter().map(str::to_owned).collect();
        let (manager, staff): (Vec<String>, Vec<String>) = (held(Role::Manager), held(Role::Staff));
        assert_eq!(manager, ["resources.assign", "tasks.assign", "tasks.status"]);
        assert_eq!(staff, ["tasks.status_own"]);
    }

    #[test]
    fn every_permission_is_shown_in_a_group_and_groups_stay_together() {
        let groups: BTreeSet<&str> = PERMISSIONS.iter().map(|p| group(p)).collect();
        assert_eq!(
            groups.into_iter().collect::<Vec<_>>(),
            ["Clients", "Events", "Resources", "Tasks", "Team"]
        );
        let mut seen = Vec::new();
        for group in PERMISSIONS.iter().map(|p| group(p)) {
            if seen.last() != Some(&group) {
                assert!(!seen.contains(&group), "{group} is shown twice");
                seen.push(group);
            }
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
