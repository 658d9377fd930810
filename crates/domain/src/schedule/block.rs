//! Keeping a resource from being booked: holidays, repairs.

use super::assign::{blank, must_be_placeable, reason};
use super::window::NOTE;
use super::{EntryKind, Load, ScheduleEntry, Window};
use crate::change::Plan;
use crate::permission::{Permissions, Reach};
use crate::refusal::Refusal;
use uuid::Uuid;

/// Plans blocking `quantity` units of `load`'s resource for `window`; `note` says why.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::OnlyOwnTime`], what is wrong with a field, or [`Refusal::Clash`] where it is
/// booked already.
#[expect(clippy::too_many_arguments, reason = "one per field of the dialogue")]
pub fn plan_block(
    may: &Permissions,
    reach: Reach,
    entry_id: Uuid,
    load: &Load,
    quantity: i32,
    window: &Window,
    note: Option<&str>,
    override_reason: Option<&str>,
) -> Result<Plan, Refusal> {
    may_block(may, reach, load.resource.id)?;
    let entry = ScheduleEntry {
        note: NOTE.optional(note)?,
        override_reason: reason(override_reason)?,
        ..blank(entry_id, load, EntryKind::Block, quantity, window)
    };
    must_be_placeable(may, load, None, &entry, window.zone)?;
    Ok(Plan::creating(&entry))
}

/// Plans taking a block away.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::OnlyOwnTime`], or [`Refusal::Invalid`] where `entry` is an event's booking.
pub fn plan_unblock(
    may: &Permissions,
    reach: Reach,
    entry: &ScheduleEntry,
) -> Result<Plan, Refusal> {
    if entry.kind != EntryKind::Block {
        return Err(Refusal::invalid("entry_id", "This is a booking; release it at its event."));
    }
    may_block(may, reach, entry.resource_id)?;
    Ok(Plan::deleting(entry))
}

/// Passes where `resource` may be kept from being booked, and made free again.
pub(crate) fn may_block(may: &Permissions, reach: Reach, resource: Uuid) -> Result<(), Refusal> {
    may.require("resources.assign")?;
    reach.require_time_of(resource)
}
