//! Verdicts for screens: whether an action may be done now, and if not, why.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Whether something may be done, with the reason where it may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct May {
    /// Whether the action would be taken.
    pub allowed: bool,
    /// A finished sentence; present exactly when not allowed.
    pub reason: Option<String>,
}

impl May {
    /// Not allowed, for a reason that no planner knows.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        Self { allowed: false, reason: Some(reason.to_owned()) }
    }

    /// The verdict that a check's outcome gives.
    #[must_use]
    pub fn of(outcome: &Result<(), Refusal>) -> Self {
        match outcome {
            Ok(()) => Self { allowed: true, reason: None },
            Err(refusal) => Self { allowed: false, reason: Some(refusal.to_string()) },
        }
    }
}
