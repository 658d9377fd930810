//! Resources: the people, equipment and materials that events are served with.

mod form;
#[cfg(test)]
mod tests;

pub use form::{
    ResourceForm, ResourceMay, ResourceUse, plan_create, plan_delete, plan_edit, verdicts,
};

pub(crate) use form::resource_of;

use crate::change::Entity;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most units that a resource may have.
pub const MAX_QUANTITY: i32 = 100_000;
/// Most minutes of setup, and of teardown: a day.
pub const MAX_MARGIN: i32 = 1_440;

/// What kind of resource one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ResourceType {
    /// One person.
    Staff,
    /// What is used and comes back.
    Equipment,
    /// What is used up or lent out by number.
    Materials,
}

impl ResourceType {
    /// Every type, in the order of screens.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::Staff, Self::Equipment, Self::Materials]
    }

    /// The type as screens name it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Staff => "Staff",
            Self::Equipment => "Equipment",
            Self::Materials => "Materials",
        }
    }

    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Equipment => "equipment",
            Self::Materials => "materials",
        }
    }

    /// The type that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// A person, a piece of equipment or a stock of materials. Fields are the columns of `resources`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Row id.
    pub id: Uuid,
    /// 1–255 characters, trimmed; one of its kind in the organization, ignoring case.
    pub name: String,
    /// Column `type`; fixed once anything is booked for it or assigned to it.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// Free text such as `head chef`, at most 100 characters.
    pub role: Option<String>,
    /// How many units there are, 1–100 000; a person is one.
    pub quantity: i32,
    /// Minutes held before every assignment, 0–1 440.
    pub setup_minutes: i32,
    /// Minutes held after every assignment, 0–1 440.
    pub teardown_minutes: i32,
    /// Whether it may be booked at all.
    pub is_available: bool,
    /// The member who signs in as this person.
    pub user_id: Option<Uuid>,
    /// At most 10 000 characters.
    pub notes: Option<String>,
    /// Who created it; set by the server, as all that follow.
    pub created_by: Option<Uuid>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Entity for Resource {
    const TABLE: &'static str = "resources";
    const DESK_COLUMNS: &'static [&'static str] = &[
        "name",
        "type",
        "role",
        "quantity",
        "setup_minutes",
        "teardown_minutes",
        "is_available",
        "user_id",
        "notes",
    ];
    fn id(&self) -> Uuid {
        self.id
    }
}
