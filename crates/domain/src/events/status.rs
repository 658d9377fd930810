//! Where an event stands, and where it may go from there.

use serde::{Deserialize, Serialize};

/// Where an event stands (FR-002, and cancelled, which the sources lacked).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody asked.
    Inquiry,
    /// Being planned.
    Planning,
    /// Being prepared.
    Preparation,
    /// Under way.
    InProgress,
    /// Served.
    Completed,
    /// Being followed up.
    FollowUp,
    /// Called off.
    Cancelled,
}

use Status::{Cancelled, Completed, FollowUp, InProgress, Inquiry, Planning, Preparation};

/// Every step of the lifecycle, as `event_transitions` lists them in the database: one step on or back, called off
/// before it is completed, and reinstated to planning.
pub const TRANSITIONS: &[(Status, Status)] = &[
    (Inquiry, Planning),
    (Planning, Preparation),
    (Preparation, InProgress),
    (InProgress, Completed),
    (Completed, FollowUp),
    (Planning, Inquiry),
    (Preparation, Planning),
    (InProgress, Preparation),
    (Completed, InProgress),
    (FollowUp, Completed),
    (Inquiry, Cancelled),
    (Planning, Cancelled),
    (Preparation, Cancelled),
    (InProgress, Cancelled),
    (Cancelled, Planning),
];

impl Status {
    /// Every status, in the order of the lifecycle.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Inquiry, Planning, Preparation, InProgress, Completed, FollowUp, Cancelled]
    }

    /// Whether the lifecycle has the step from here to `to`. Staying is no step.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        TRANSITIONS.contains(&(self, to))
    }

    /// The step forward, for the button that moves an event on; none at the end and when called off.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Inquiry => Some(Planning),
            Planning => Some(Preparation),
            Preparation => Some(InProgress),
            InProgress => Some(Completed),
            Completed => Some(FollowUp),
            FollowUp | Cancelled => None,
        }
    }

    /// The status as screens name it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Inquiry => "Inquiry",
            Planning => "Planning",
            Preparation => "Preparation",
            InProgress => "In progress",
            Completed => "Completed",
            FollowUp => "Follow-up",
            Cancelled => "Cancelled",
        }
    }

    /// The status after "this event is".
    #[must_use]
    pub(crate) const fn label_inside(self) -> &'static str {
        match self {
            Inquiry => "an inquiry",
            Planning => "in planning",
            Preparation => "in preparation",
            InProgress => "in progress",
            Completed => "completed",
            FollowUp => "in follow-up",
            Cancelled => "cancelled",
        }
    }

    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Inquiry => "inquiry",
            Planning => "planning",
            Preparation => "preparation",
            InProgress => "in_progress",
            Completed => "completed",
            FollowUp => "follow_up",
            Cancelled => "cancelled",
        }
    }

    /// The status that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().iter().copied().find(|status| status.as_str() == text)
    }
}
