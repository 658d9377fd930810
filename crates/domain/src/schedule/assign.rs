//! Booking a resource for an event or one of its tasks, and changing such a booking.

use super::conflicts::{Candidate, must_fit};
use super::window::OVERRIDE_REASON;
use super::{EntryKind, Load, ScheduleEntry, Window};
use crate::change::Plan;
use crate::events::{Event, Status};
use crate::may::May;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::tasks::Task;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Plans booking `quantity` units of `load`'s resource for `event`, or for one `task` of it.
///
/// `override_reason` lets the booking stand although it clashes; it stays marked.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::EventCancelled`], [`Refusal::NotPermitted`], what is wrong with a field,
/// [`Refusal::Unavailable`], or [`Refusal::Clash`].
#[expect(clippy::too_many_arguments, reason = "one per field of the dialogue")]
pub fn plan_assign(
    may: &Permissions,
    event: &Event,
    task: Option<&Task>,
    entry_id: Uuid,
    load: &Load,
    quantity: i32,
    window: &Window,
    override_reason: Option<&str>,
) -> Result<Plan, Refusal> {
    must_be_bookable(may, event)?;
    if task.is_some_and(|task| task.event_id != event.id) {
        return Err(Refusal::invalid("task_id", "Choose a task of this event."));
    }
    let entry = ScheduleEntry {
        event_id: Some(event.id),
        task_id: task.map(|task| task.id),
        ..blank(entry_id, load, EntryKind::Assignment, quantity, window)
    };
    let entry = ScheduleEntry { override_reason: reason(override_reason)?, ..entry };
    must_be_placeable(may, load, None, &entry, window.zone)?;
    Ok(Plan::creating(&entry))
}

/// Plans what is wanted of `entry`, a booking of `event`: another resource, quantity or time, or that it stands.
///
/// `load` is that of the resource wanted. What only eases the booking is never refused for a clash.
///
/// # Errors
/// As [`plan_assign`].
pub fn plan_change(
    may: &Permissions,
    event: &Event,
    entry: &ScheduleEntry,
    load: &Load,
    quantity: i32,
    window: &Window,
    override_reason: Option<&str>,
) -> Result<Plan, Refusal> {
    must_be_of(event, entry)?;
    let after = ScheduleEntry {
        resource_id: load.resource.id,
        quantity,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        override_reason: reason(override_reason)?,
        ..entry.clone()
    };
    event.must_be_live()?;
    if after == *entry {
        return Ok(Plan::nothing());
    }
    if eases(entry, &after) {
        may.require("resources.assign")?;
    } else {
        must_be_bookable(may, event)?;
    }
    must_be_placeable(may, load, Some(entry), &after, window.zone)?;
    Ok(Plan::changing(entry, &after))
}

/// An entry of `load`'s resource, as the caller goes on to fill it.
pub(super) fn blank(
    id: Uuid,
    load: &Load,
    kind: EntryKind,
    quantity: i32,
    window: &Window,
) -> ScheduleEntry {
    ScheduleEntry {
        id,
        resource_id: load.resource.id,
        event_id: None,
        task_id: None,
        kind,
        quantity,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        pool_size: None,
        note: None,
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// The reason for letting a clash stand, cleaned.
pub(super) fn reason(raw: Option<&str>) -> Result<Option<String>, Refusal> {
    OVERRIDE_REASON.optional(raw)
}

/// Passes where `after`, which was `before`, may stand beside everything in `load`.
pub(super) fn must_be_placeable(
    may: &Permissions,
    load: &Load,
    before: Option<&ScheduleEntry>,
    after: &ScheduleEntry,
    zone: Tz,
) -> Result<(), Refusal> {
    Window { starts_at: after.starts_at, ends_at: after.ends_at, zone }.check(after.kind)?;
    let is_eased = before.is_some_and(|before| eases(before, after));
    must_be_some(after.quantity)?;
    // What was let stand outlives a smaller pool, and can still be cut short.
    let outlives = is_eased && before.is_some_and(|before| before.override_reason.is_some());
    if !outlives {
        must_exist(load, after.quantity)?;
    }
    if after.override_reason.is_some()
        && before.is_none_or(|b| b.override_reason != after.override_reason)
    {
        may.require("resources.override")?;
    }
    if is_eased {
        return Ok(());
    }
    if after.kind == EntryKind::Assignment && !load.resource.is_available {
        return Err(Refusal::Unavailable { resource: load.resource.name.clone() });
    }
    if after.override_reason.is_some() {
        return Ok(());
    }
    must_fit(load, &Candidate::of(after), zone, may.may("resources.override"))
}

/// Whether `after` asks nothing of anybody that `before` did not: then it is not refused, so that what stands although
/// it clashes can always be cut short.
pub(super) fn eases(before: &ScheduleEntry, after: &ScheduleEntry) -> bool {
    before.resource_id == after.resource_id
        && before.starts_at <= after.starts_at
        && after.ends_at <= before.ends_at
        && after.quantity <= before.quantity
        && (before.override_reason.is_none() || after.override_reason.is_some())
}

fn must_be_some(quantity: i32) -> Result<(), Refusal> {
    if quantity < 1 {
        return Err(Refusal::invalid("quantity", "Book at least one."));
    }
    Ok(())
}

fn must_exist(load: &Load, quantity: i32) -> Result<(), Refusal> {
    let resource = &load.resource;
    if quantity > resource.quantity {
        let (name, all) = (&resource.name, resource.quantity);
        let there = if all == 1 { "is one".to_owned() } else { format!("are {all}") };
        return Err(Refusal::invalid(
            "quantity",
            format!("Of {name} there {there}, so {quantity} cannot be booked."),
        ));
    }
    Ok(())
}

/// Passes where anything may be booked for `event`.
fn must_be_bookable(may: &Permissions, event: &Event) -> Result<(), Refusal> {
    event.must_be_live()?;
    if event.status == Status::Cancelled {
        return Err(Refusal::EventCancelled);
    }
    may.require("resources.assign")
}

/// Passes where `entry` is a booking of `event`.
pub(super) fn must_be_of(event: &Event, entry: &ScheduleEntry) -> Result<(), Refusal> {
    if entry.event_id == Some(event.id) {
        return Ok(());
    }
    Err(Refusal::invalid("event_id", "This booking belongs to another event."))
}

/// What may be done with an event's bookings now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ScheduleMay {
    /// Book, change and release.
    pub assign: May,
    /// Let a booking stand although it clashes.
    #[serde(rename = "override")]
    pub override_clash: May,
}

impl ScheduleMay {
    /// Nothing may be done, for one and the same reason.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        Self { assign: May::refused(reason), override_clash: May::refused(reason) }
    }
}

/// The verdict on what can be done with `event`'s bookings.
#[must_use]
pub fn verdicts(may: &Permissions, event: &Event) -> ScheduleMay {
    let assign = must_be_bookable(may, event);
    let override_clash = assign.clone().and_then(|()| may.require("resources.override"));
    ScheduleMay { assign: May::of(&assign), override_clash: May::of(&override_clash) }
}
