//! Reading the organization, its members and who may do what.

use crate::{Replica, ReplicaError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// The organization this replica is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Organization {
    /// Row id, which is also the organization's id.
    pub id: Uuid,
    /// As the office calls itself.
    pub name: String,
    /// `caterer` or `client`.
    #[serde(default)]
    pub kind: String,
    /// IANA zone that forms start with.
    #[serde(default)]
    pub time_zone: String,
    /// ISO 4217.
    #[serde(default)]
    pub currency: String,
    /// BCP 47.
    #[serde(default)]
    pub locale: String,
}

/// One person's membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// How colleagues see them.
    pub display_name: String,
    /// `administrator`, `manager`, `staff`, or text of a newer Cloche.
    pub role: String,
    /// What the role may do, as [`domain::permission::PERMISSIONS`] spells it; sorted.
    pub permissions: Vec<String>,
}

impl Replica {
    /// The organization; `None` before the first load reached it.
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn organization(&self) -> Result<Option<Organization>, ReplicaError> {
        let body: Option<String> = sqlx::query_scalar("select body from organizations limit 1")
            .fetch_optional(self.readers())
            .await?;
        body.map(|body| serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood))
            .transpose()
    }

    /// Everybody's name by user id, former members included: what they did keeps their name.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn member_names(&self) -> Result<HashMap<Uuid, String>, ReplicaError> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "select user_id, display_name from memberships indexed by memberships_by_user",
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// The membership of `user_id` with what it permits; `None` before the first load reached it.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn membership(&self, user_id: Uuid) -> Result<Option<Membership>, ReplicaError> {
        let found: Option<(String, String)> =
            sqlx::query_as("select display_name, role from memberships where user_id = ?1 limit 1")
                .bind(user_id)
                .fetch_optional(self.readers())
                .await?;
        let Some((display_name, role)) = found else { return Ok(None) };
        let mut permissions: Vec<String> =
            sqlx::query_scalar("select permission from role_permissions where role = ?1")
                .bind(&role)
                .fetch_all(self.readers())
                .await?;
        if role == "administrator" {
            // An administrator may do everything, whatever the matrix says (FR-028).
            permissions.extend(domain::permission::PERMISSIONS.iter().map(|p| (*p).to_owned()));
        }
        permissions.sort_unstable();
        permissions.dedup();
        Ok(Some(Membership { display_name, role, permissions }))
    }
}
