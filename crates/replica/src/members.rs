//! Reading the team: who belongs to the organization, and what each role may do.

use crate::entity::entity;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::permission::Role;
use domain::team::{Grant, Member};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A member as the team's screen shows them, except what the viewer may do with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct MemberParts {
    /// Row id.
    pub membership_id: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// How colleagues see them.
    pub display_name: String,
    /// What they sign in with; empty where the server does not tell.
    pub email: String,
    /// One of [`Role`], or text of a newer Cloche.
    #[specta(type = Role)]
    pub role: String,
    /// Since when they no longer belong to it.
    pub ended_at: Option<DateTime<Utc>>,
    /// The resource that is this person.
    pub resource_id: Option<Uuid>,
    /// Its name.
    pub resource_name: Option<String>,
}

/// The columns of a membership that have no column here.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Rest {
    email: String,
    ended_at: Option<DateTime<Utc>>,
}

impl Replica {
    /// Everybody who belongs or belonged to the organization: by name, those who left last.
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn members(&self) -> Result<Vec<MemberParts>, ReplicaError> {
        type Columns = (Uuid, Uuid, String, String, String, Option<Uuid>, Option<String>);
        let rows: Vec<Columns> = sqlx::query_as(
            "select m.id, m.user_id, m.display_name, m.role, m.body, r.id, r.name
             from memberships m left join resources r on r.user_id = m.user_id",
        )
        .fetch_all(self.readers())
        .await?;
        let member = |(
            membership_id,
            user_id,
            display_name,
            role,
            body,
            resource_id,
            resource_name,
        ): Columns| {
            let rest: Rest = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
            Ok(MemberParts {
                membership_id,
                user_id,
                display_name,
                email: rest.email,
                role,
                ended_at: rest.ended_at,
                resource_id,
                resource_name,
            })
        };
        let mut members = rows.into_iter().map(member).collect::<Result<Vec<_>, ReplicaError>>()?;
        members.sort_by_cached_key(|m| {
            (m.ended_at.is_some(), crate::fold(&m.display_name), m.user_id)
        });
        members.dedup_by_key(|m| m.membership_id);
        Ok(members)
    }

    /// Every membership as planners take it, ended ones too; those in a role of a newer Cloche are left out.
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn member_rows(&self) -> Result<Vec<Member>, ReplicaError> {
        let rows: Vec<(Uuid, Uuid, String, String, String)> = sqlx::query_as(
            "select id, user_id, display_name, role, body from memberships order by id",
        )
        .fetch_all(self.readers())
        .await?;
        let mut members = Vec::with_capacity(rows.len());
        for (id, user_id, display_name, role, body) in rows {
            if Role::parse(&role).is_none() {
                continue;
            }
            let own =
                json!({"id": id, "user_id": user_id, "display_name": display_name, "role": role});
            members.push(entity(&body, own)?);
        }
        Ok(members)
    }

    /// Every row of the permission matrix as planners take it; rows of roles of a newer Cloche are left out.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn grants(&self) -> Result<Vec<Grant>, ReplicaError> {
        let rows: Vec<(Uuid, String, String)> =
            sqlx::query_as("select id, role, permission from role_permissions order by id")
                .fetch_all(self.readers())
                .await?;
        let grant = |(id, role, permission): (Uuid, String, String)| {
            Some(Grant { id, role: Role::parse(&role)?, permission })
        };
        Ok(rows.into_iter().filter_map(grant).collect())
    }

    /// What the permission matrix grants, by role; administrators may do everything without any row.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn role_permissions(&self) -> Result<BTreeMap<String, Vec<String>>, ReplicaError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select distinct role, permission from role_permissions order by role, permission",
        )
        .fetch_all(self.readers())
        .await?;
        let mut granted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (role, permission) in rows {
            granted.entry(role).or_default().push(permission);
        }
        Ok(granted)
    }
}
