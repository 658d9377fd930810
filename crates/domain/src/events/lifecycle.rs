//! Moving an event along, calling it off, bringing it back, filing it away.
//!
//! Every planner is idempotent: where the event already is as wanted, nothing is planned, so a retried click is harmless.

use super::{Event, Status};
use crate::change::Plan;
use crate::may::May;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::schedule::{self, ScheduleEntry};
use crate::text::TextField;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) const REASON: TextField = TextField::lines("reason", "the reason", 1_000);

/// Plans moving `event` to `to`; moving a cancelled event to planning reinstates it.
///
/// # Errors
/// [`Refusal::Transition`] where the lifecycle has no such step, [`Refusal::CancelNeedsReason`] for a step to
/// cancelled, [`Refusal::Archived`], [`Refusal::NotPermitted`].
pub fn plan_advance(may: &Permissions, event: &Event, to: Status) -> Result<Plan, Refusal> {
    if event.status == to && !event.is_archived {
        return Ok(Plan::nothing());
    }
    if event.status == Status::Cancelled && to == Status::Planning {
        return plan_reinstate(may, event);
    }
    event.must_be_live()?;
    if !event.status.may_become(to) {
        return Err(Refusal::Transition { from: event.status, to });
    }
    if to == Status::Cancelled {
        return Err(Refusal::CancelNeedsReason);
    }
    may.require("events.advance")?;
    Ok(Plan::changing(event, &Event { status: to, ..event.clone() }))
}

/// Plans calling `event` off at `now`, and giving back what it still holds of its bookings, `held`.
///
/// # Errors
/// [`Refusal::Invalid`] for a missing or overlong reason, [`Refusal::NotCancellable`] once it is completed,
/// [`Refusal::AlreadyCancelled`] for another reason than this, [`Refusal::Archived`], [`Refusal::NotPermitted`].
pub fn plan_cancel(
    may: &Permissions,
    event: &Event,
    reason: &str,
    held: &[ScheduleEntry],
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let reason = REASON.optional(Some(reason))?;
    if event.status == Status::Cancelled && !event.is_archived && event.cancel_reason == reason {
        return Ok(Plan::nothing());
    }
    event.must_be_cancellable(may)?;
    let reason = reason.ok_or(Refusal::CancelNeedsReason)?;
    let after = Event { status: Status::Cancelled, cancel_reason: Some(reason), ..event.clone() };
    // What is booked goes first: nothing of an event that is called off is held from then on.
    Ok(schedule::release(held, now).and(Plan::changing(event, &after)))
}

/// Plans bringing a cancelled `event` back to planning.
///
/// # Errors
/// [`Refusal::NotCancelled`], [`Refusal::Archived`], [`Refusal::NotPermitted`].
pub fn plan_reinstate(may: &Permissions, event: &Event) -> Result<Plan, Refusal> {
    if event.status == Status::Planning && !event.is_archived {
        return Ok(Plan::nothing());
    }
    event.must_be_live()?;
    if event.status != Status::Cancelled {
        return Err(Refusal::NotCancelled { status: event.status });
    }
    may.require("events.cancel")?;
    let after = Event { status: Status::Planning, cancel_reason: None, ..event.clone() };
    Ok(Plan::changing(event, &after))
}

/// Plans filing `event` away at `now`; from then on it is read-only. What it still holds of its bookings, `held`, is
/// given back.
///
/// # Errors
/// [`Refusal::NotArchivable`] before it is completed or cancelled, [`Refusal::NotPermitted`].
pub fn plan_archive(
    may: &Permissions,
    event: &Event,
    held: &[ScheduleEntry],
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    if event.is_archived {
        return Ok(Plan::nothing());
    }
    event.must_be_archivable(may)?;
    let filed = Plan::changing(event, &Event { is_archived: true, ..event.clone() });
    // An archived event's bookings are read-only, so they go first.
    Ok(schedule::release(held, now).and(filed))
}

/// Plans taking `event` out of the archive.
///
/// # Errors
/// [`Refusal::NotPermitted`].
pub fn plan_unarchive(may: &Permissions, event: &Event) -> Result<Plan, Refusal> {
    if !event.is_archived {
        return Ok(Plan::nothing());
    }
    may.require("events.unarchive")?;
    Ok(Plan::changing(event, &Event { is_archived: false, ..event.clone() }))
}

impl Status {
    /// Whether an event that stands here may be filed away.
    #[must_use]
    pub fn may_be_archived(self) -> bool {
        matches!(self, Self::Completed | Self::FollowUp | Self::Cancelled)
    }
}

impl Event {
    /// Passes unless the event is filed away.
    ///
    /// # Errors
    /// [`Refusal::Archived`].
    pub fn must_be_live(&self) -> Result<(), Refusal> {
        if self.is_archived { Err(Refusal::Archived) } else { Ok(()) }
    }

    /// Passes where the event may be called off, whatever the reason will be.
    fn must_be_cancellable(&self, may: &Permissions) -> Result<(), Refusal> {
        self.must_be_live()?;
        if self.status == Status::Cancelled {
            let reason = self.cancel_reason.clone().unwrap_or_default();
            return Err(Refusal::AlreadyCancelled { reason });
        }
        if !self.status.may_become(Status::Cancelled) {
            return Err(Refusal::NotCancellable { from: self.status });
        }
        may.require("events.cancel")
    }

    /// Passes where an event that is not archived may be filed away.
    fn must_be_archivable(&self, may: &Permissions) -> Result<(), Refusal> {
        if !self.status.may_be_archived() {
            return Err(Refusal::NotArchivable { status: self.status });
        }
        may.require("events.archive")
    }

    /// Passes where the event's details may be changed.
    pub(super) fn must_be_editable(&self, may: &Permissions) -> Result<(), Refusal> {
        self.must_be_live()?;
        may.require("events.edit")
    }
}

/// What may be done with one event now, with the reason for each that may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventMay {
    /// Change its details.
    pub edit: May,
    /// Move it to each status.
    pub advance: Vec<AdvanceMay>,
    /// Call it off.
    pub cancel: May,
    /// Bring it back to planning.
    pub reinstate: May,
    /// File it away.
    pub archive: May,
    /// Take it out of the archive.
    pub unarchive: May,
}

impl EventMay {
    /// Nothing may be done, for one and the same reason.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        let no = || May::refused(reason);
        let advance = Status::all().iter().map(|to| AdvanceMay { to: *to, may: no() }).collect();
        Self { edit: no(), advance, cancel: no(), reinstate: no(), archive: no(), unarchive: no() }
    }
}

/// Whether an event may move to one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AdvanceMay {
    /// The status.
    pub to: Status,
    /// The verdict.
    pub may: May,
}

/// The verdict on everything that can be done with `event`: those of the planners themselves, except that what is
/// already so is no action and therefore not allowed.
#[must_use]
pub fn verdicts(may: &Permissions, event: &Event) -> EventMay {
    let advance = |to| {
        let outcome = match to {
            // The board offers the move and then asks for the reason.
            Status::Cancelled => event.must_be_cancellable(may),
            to if to == event.status => Err(Refusal::Transition { from: to, to }),
            to => plan_advance(may, event, to).map(drop),
        };
        AdvanceMay { to, may: May::of(&outcome) }
    };
    let reinstate = match event.status {
        Status::Planning => Err(Refusal::NotCancelled { status: event.status }),
        _ => plan_reinstate(may, event).map(drop),
    };
    let archive =
        if event.is_archived { Err(Refusal::Archived) } else { event.must_be_archivable(may) };
    let unarchive = if event.is_archived {
        plan_unarchive(may, event).map(drop)
    } else {
        Err(Refusal::NotArchived)
    };
    EventMay {
        edit: May::of(&event.must_be_editable(may)),
        advance: Status::all().iter().copied().map(advance).collect(),
        cancel: May::of(&event.must_be_cancellable(may)),
        reinstate: May::of(&reinstate),
        archive: May::of(&archive),
        unarchive: May::of(&unarchive),
    }
}
