//! Giving resources back: one booking after the other, or all that an event still holds.

use super::ScheduleEntry;
use super::assign::must_be_of;
use crate::change::Plan;
use crate::events::Event;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use chrono::{DateTime, Utc};

/// Plans releasing `entries`, bookings of `event`.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::NotPermitted`].
pub fn plan_release(
    may: &Permissions,
    event: &Event,
    entries: &[ScheduleEntry],
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    may.require("resources.assign")?;
    let mut plan = Plan::nothing();
    for entry in entries {
        must_be_of(event, entry)?;
        plan = plan.and(Plan::deleting(entry));
    }
    Ok(plan)
}

/// What an event that is called off or filed away at `now` no longer needs of what it `held`.
#[must_use]
pub fn to_release(held: &[ScheduleEntry], now: DateTime<Utc>) -> Vec<&ScheduleEntry> {
    held.iter().filter(|entry| entry.ends_at > now).collect()
}

/// Plans giving that back: what has not begun goes, what runs ends now. It is part of calling the event off or filing it
/// away, so whoever may do that needs no permission to book.
#[must_use]
pub fn release(held: &[ScheduleEntry], now: DateTime<Utc>) -> Plan {
    let mut plan = Plan::nothing();
    for entry in to_release(held, now) {
        plan = plan.and(if entry.starts_at < now {
            Plan::changing(entry, &ScheduleEntry { ends_at: now, ..entry.clone() })
        } else {
            Plan::deleting(entry)
        });
    }
    plan
}
