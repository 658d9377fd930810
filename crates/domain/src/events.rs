//! Events: what the office caters, from inquiry to archive.

mod form;
mod lifecycle;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use form::{EVENT_TYPE, LOCATION, NAME, NOTES, Times, attendees};
pub(crate) use lifecycle::REASON;

pub use form::{
    EventForm, FormTimes, MAX_ATTENDEES, MAX_DAYS, check_times, due_times_wanted, plan_create,
    plan_edit, times_wanted,
};
pub use lifecycle::{
    AdvanceMay, EventMay, plan_advance, plan_archive, plan_cancel, plan_reinstate, plan_unarchive,
    verdicts,
};
pub use status::{Status, TRANSITIONS};

use crate::change::Entity;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An event. Fields are the columns of `events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Row id.
    pub id: Uuid,
    /// Whose event it is.
    pub client_id: Uuid,
    /// 1–255 characters, trimmed.
    pub name: String,
    /// Free text such as `wedding`, 1–100 characters, trimmed.
    pub event_type: String,
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it; later than `starts_at`, at most 31 days.
    pub ends_at: DateTime<Utc>,
    /// IANA zone of the venue; wall times are shown in it.
    pub time_zone: String,
    /// At most 500 characters.
    pub location: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// 1–100 000 people.
    pub estimated_attendees: Option<i32>,
    /// At most 10 000 characters.
    pub notes: Option<String>,
    /// Why it was called off, 1–1 000 characters; only while cancelled.
    pub cancel_reason: Option<String>,
    /// Filed away, read-only.
    pub is_archived: bool,
    /// Set by the server, as all that follow.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who archived it.
    pub archived_by: Option<Uuid>,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Who called it off.
    pub cancelled_by: Option<Uuid>,
    /// Who created it.
    pub created_by: Option<Uuid>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Entity for Event {
    const TABLE: &'static str = "events";
    const DESK_COLUMNS: &'static [&'static str] = &[
        "client_id",
        "name",
        "event_type",
        "starts_at",
        "ends_at",
        "time_zone",
        "location",
        "status",
        "estimated_attendees",
        "notes",
        "cancel_reason",
        "is_archived",
    ];
    const GROUPS: &'static [&'static [&'static str]] =
        &[&["starts_at", "ends_at", "time_zone"], &["status", "cancel_reason"]];
    fn id(&self) -> Uuid {
        self.id
    }
}
