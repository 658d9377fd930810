//! Moving an event takes its bookings along, and finds out which of them no longer fit.

use super::assign::eases;
use super::conflicts::{Candidate, Conflict, Fit, fit};
use super::window::{OVERRIDE_REASON, Window};
use super::{Load, ScheduleEntry};
use crate::change::Plan;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What becomes of bookings that no longer fit once their event has moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MovingChoice {
    /// The event stays where it is.
    #[default]
    Refuse,
    /// They are released.
    Release,
    /// They stand although they clash.
    Override {
        /// Why.
        reason: String,
    },
}

/// A booking that would no longer fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedClash {
    /// The booking.
    pub entry_id: Uuid,
    /// What is booked.
    pub resource_id: Uuid,
    /// Its name.
    pub resource: String,
    /// How many units there are.
    pub quantity: i32,
    /// How many units the booking holds.
    pub needed: i32,
    /// How many would be free.
    pub free: i32,
    /// What stands in the way; empty where the resource is not available at all, or there are fewer than that.
    pub conflicts: Vec<Conflict>,
}

impl MovedClash {
    fn of(load: &Load, entry: &ScheduleEntry, Fit { free, conflicts }: Fit) -> Self {
        Self {
            entry_id: entry.id,
            resource_id: load.resource.id,
            resource: load.resource.name.clone(),
            quantity: load.resource.quantity,
            needed: entry.quantity,
            free,
            conflicts,
        }
    }
}

/// Plans what becomes of the bookings of the event `event_id` when it moves from `old` to `new`.
///
/// A booking as long as the event stays so; every other moves as far as the event's start does. `loads` holds each
/// resource that the event has booked, once.
///
/// # Errors
/// [`Refusal::NotPermitted`], or [`Refusal::MovingClashes`] with every booking that would no longer fit.
pub fn plan_moves(
    may: &Permissions,
    event_id: Uuid,
    (old, new): (&Window, &Window),
    loads: &[Load],
    choice: &MovingChoice,
) -> Result<Plan, Refusal> {
    let reason = match choice {
        MovingChoice::Override { reason } => Some(OVERRIDE_REASON.required(reason)?),
        MovingChoice::Refuse | MovingChoice::Release => None,
    };
    let (mut plan, mut clashes) = (Plan::nothing(), Vec::new());
    for load in loads {
        let moved = Moved::along(load, event_id, old, new);
        if moved.pairs.is_empty() {
            continue;
        }
        may.require("resources.assign")?;
        moved.must_be_in_range(new.zone)?;
        let (fitting, misfits) = match choice {
            MovingChoice::Release => moved.largest_fit(),
            MovingChoice::Refuse | MovingChoice::Override { .. } => moved.all_judged(),
        };
        for (before, after) in fitting {
            plan = plan.and(Plan::changing(before, &after));
        }
        for Misfit { before, after, fit } in misfits {
            match &reason {
                // Nothing makes up for what is not there at all.
                Some(reason) if !fit.conflicts.is_empty() => {
                    may.require("resources.override")?;
                    let override_reason = Some(reason.clone());
                    plan = plan
                        .and(Plan::changing(before, &ScheduleEntry { override_reason, ..after }));
                }
                None if *choice == MovingChoice::Release => plan = plan.and(Plan::deleting(before)),
                _ => clashes.push(MovedClash::of(load, before, fit)),
            }
        }
    }
    if clashes.is_empty() {
        return Ok(plan);
    }
    Err(Refusal::MovingClashes {
        clashes,
        time_zone: new.zone.name().to_owned(),
        may_override: may.may("resources.override"),
    })
}

/// A booking that would no longer fit, as it was and as it would be.
struct Misfit<'a> {
    before: &'a ScheduleEntry,
    after: ScheduleEntry,
    fit: Fit,
}

/// Bookings that still fit, before and after, and those that do not.
type Judged<'a> = (Vec<(&'a ScheduleEntry, ScheduleEntry)>, Vec<Misfit<'a>>);

/// One resource's bookings of an event that moves.
struct Moved<'a> {
    load: &'a Load,
    /// Those that move, before and after.
    pairs: Vec<(&'a ScheduleEntry, ScheduleEntry)>,
}

impl<'a> Moved<'a> {
    fn along(load: &'a Load, event_id: Uuid, old: &Window, new: &Window) -> Self {
        let own = load.entries.iter().filter(|entry| entry.event_id == Some(event_id));
        let mut pairs: Vec<_> = own
            .map(|entry| (entry, moved(entry, old, new)))
            .filter(|(before, after)| *before != after)
            .collect();
        pairs.sort_by_key(|(before, _)| (before.starts_at, before.id));
        Self { load, pairs }
    }

    /// Passes where each would be at a time that Cloche keeps.
    fn must_be_in_range(&self, zone: Tz) -> Result<(), Refusal> {
        self.pairs.iter().try_for_each(|(_, after)| {
            Window { starts_at: after.starts_at, ends_at: after.ends_at, zone }.check(after.kind)
        })
    }

    /// Each judged beside all others as they will be.
    fn all_judged(self) -> Judged<'a> {
        let mut final_load = self.load.clone();
        for entry in &mut final_load.entries {
            if let Some((_, after)) = self.pairs.iter().find(|(before, _)| before.id == entry.id) {
                *entry = after.clone();
            }
        }
        let (mut fitting, mut misfits) = (Vec::new(), Vec::new());
        for (before, after) in self.pairs {
            match judged(&final_load, before, &after) {
                None => fitting.push((before, after)),
                Some(fit) => misfits.push(Misfit { before, after, fit }),
            }
        }
        (fitting, misfits)
    }

    /// One after the other, each beside those of the event that fitted so far; the rest would be released.
    fn largest_fit(self) -> Judged<'a> {
        let mut load = self.load.clone();
        load.entries.retain(|entry| !self.pairs.iter().any(|(before, _)| before.id == entry.id));
        let (mut fitting, mut misfits) = (Vec::new(), Vec::new());
        let mut pairs = self.pairs;
        // What stands in any case comes first, or it would push out what was found to fit.
        pairs.sort_by_key(|(before, after)| !stands(before, after));
        for (before, after) in pairs {
            match judged(&load, before, &after) {
                None => {
                    load.entries.push(after.clone());
                    fitting.push((before, after));
                }
                Some(fit) => misfits.push(Misfit { before, after, fit }),
            }
        }
        (fitting, misfits)
    }
}

/// Nothing where `after` may stand, or what is in its way.
fn judged(load: &Load, before: &ScheduleEntry, after: &ScheduleEntry) -> Option<Fit> {
    if eases(before, after) {
        return None;
    }
    if !load.resource.is_available {
        return Some(Fit { free: 0, conflicts: Vec::new() });
    }
    if after.quantity > load.resource.quantity {
        return Some(Fit { free: load.resource.quantity, conflicts: Vec::new() });
    }
    if after.override_reason.is_some() {
        return None;
    }
    let fit = fit(load, &Candidate::of(after));
    (!fit.conflicts.is_empty()).then_some(fit)
}

fn stands(before: &ScheduleEntry, after: &ScheduleEntry) -> bool {
    after.override_reason.is_some() || eases(before, after)
}

fn moved(entry: &ScheduleEntry, old: &Window, new: &Window) -> ScheduleEntry {
    let (starts_at, ends_at) = if (entry.starts_at, entry.ends_at) == (old.starts_at, old.ends_at) {
        (new.starts_at, new.ends_at)
    } else {
        let by = new.starts_at - old.starts_at;
        (entry.starts_at + by, entry.ends_at + by)
    };
    ScheduleEntry { starts_at, ends_at, ..entry.clone() }
}

/// Every booking that would no longer fit, in sentences.
pub(crate) fn moving_sentence(clashes: &[MovedClash], time_zone: &str) -> String {
    let mut said: Vec<String> = clashes
        .iter()
        .take(MOST_TOLD)
        .map(|c| match c.conflicts.as_slice() {
            [] if c.needed > c.quantity => {
                format!("Of {} there are {}, and {} are booked.", c.resource, c.quantity, c.needed)
            }
            [] => format!("{} is marked as not available.", c.resource),
            conflicts => super::clash_sentence(
                &c.resource,
                (c.quantity, c.needed, c.free),
                conflicts,
                time_zone,
            ),
        })
        .collect();
    let rest = clashes.len().saturating_sub(MOST_TOLD);
    if rest > 0 {
        said.push(format!("{rest} more bookings clash."));
    }
    format!("At the new time, not everything that is booked is free. {}", said.join(" "))
}

/// Most bookings that a sentence names.
const MOST_TOLD: usize = 5;
