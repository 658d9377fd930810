//! The schedule: which resource is held when, for what, and where two bookings clash.
//!
//! Ranges are half-open: what ends at six and what starts at six do not clash. An assignment holds its resource from
//! setup before to teardown after; a block holds it exactly as long as it says.

mod assign;
mod block;
mod conflicts;
mod held;
mod moving;
mod release;
#[cfg(test)]
mod tests;
mod window;

pub use assign::{ScheduleMay, plan_assign, plan_change, verdicts};
pub(crate) use block::may_block;
pub use block::{plan_block, plan_unblock};
pub use conflicts::{Candidate, Clash, ClashReason, Conflict, Fit, clashes, conflicts, fit, free};
pub use held::{Span, Stretch, curve, held, peak};
pub use moving::{MovedClash, MovingChoice, plan_moves};
pub use release::{plan_release, release, to_release};
pub use window::{Window, WindowForm};

pub(crate) use conflicts::clash_sentence;
pub(crate) use moving::moving_sentence;
pub(crate) use window::span_words;

use crate::change::Entity;
use crate::resources::Resource;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// What an entry of the schedule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Booked for an event.
    Assignment,
    /// Not to be booked: holiday, repair.
    Block,
}

impl EntryKind {
    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assignment => "assignment",
            Self::Block => "block",
        }
    }

    /// The kind that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Assignment, Self::Block].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// That a resource is held for some time. Fields are the columns of `resource_schedule`.
///
/// Staff receive other people's entries masked: times, quantity, and that they stand although they clash, but not why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleEntry {
    /// Row id.
    pub id: Uuid,
    /// What is held.
    pub resource_id: Uuid,
    /// The event an assignment is for; nothing for a block, or where masked.
    pub event_id: Option<Uuid>,
    /// The task of that event, where it is for one.
    pub task_id: Option<Uuid>,
    /// Assignment or block.
    pub kind: EntryKind,
    /// How many units.
    pub quantity: i32,
    /// First instant, without setup.
    pub starts_at: DateTime<Utc>,
    /// First instant after it, without teardown.
    pub ends_at: DateTime<Utc>,
    /// The resource's quantity; kept by the server.
    #[serde(default)]
    pub pool_size: Option<i32>,
    /// A block's reason, at most 500 characters.
    pub note: Option<String>,
    /// Why it stands although it clashes, 1–1 000 characters.
    pub override_reason: Option<String>,
    /// Who let it stand; set by the server, as all that follow.
    pub override_by: Option<Uuid>,
    /// Who created it.
    pub created_by: Option<Uuid>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Entity for ScheduleEntry {
    const TABLE: &'static str = "resource_schedule";
    const DESK_COLUMNS: &'static [&'static str] = &[
        "resource_id",
        "event_id",
        "task_id",
        "kind",
        "quantity",
        "starts_at",
        "ends_at",
        "note",
        "override_reason",
    ];
    const GROUPS: &'static [&'static [&'static str]] =
        &[&["resource_id", "starts_at", "ends_at", "quantity", "override_reason"]];
    fn id(&self) -> Uuid {
        self.id
    }
}

/// One resource with what holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The resource.
    pub resource: Resource,
    /// Its entries, at least all that hold it anywhere near the times asked about, setup and teardown counted.
    pub entries: Vec<ScheduleEntry>,
    /// Names of the events that the entries are for, as far as the caller may see them.
    pub titles: HashMap<Uuid, String>,
}
