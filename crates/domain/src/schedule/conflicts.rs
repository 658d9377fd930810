//! Where bookings clash: what stands in the way of one that is wanted, and where too much is booked already.

use super::held::{Span, Stretch, held, spans, stretches, widened};
use super::window::{Window, span_words};
use super::{EntryKind, Load, ScheduleEntry};
use crate::refusal::Refusal;
use crate::time;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An entry that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The entry that is being changed, which does not stand in its own way.
    pub entry: Option<Uuid>,
    /// Assignment or block.
    pub kind: EntryKind,
    /// How many units.
    pub quantity: i32,
    /// First instant, without setup.
    pub starts_at: DateTime<Utc>,
    /// First instant after it, without teardown.
    pub ends_at: DateTime<Utc>,
}

impl Candidate {
    /// The wish to have `entry` as it is.
    #[must_use]
    pub fn of(entry: &ScheduleEntry) -> Self {
        Self {
            entry: Some(entry.id),
            kind: entry.kind,
            quantity: entry.quantity,
            starts_at: entry.starts_at,
            ends_at: entry.ends_at,
        }
    }
}

/// An entry that stands in the way of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Conflict {
    /// Which.
    pub entry_id: Uuid,
    /// The event it is for; nothing for a block, or where the caller may not see it.
    pub event_id: Option<Uuid>,
    /// The event's name, a block's note, or what there is to say instead.
    pub title: String,
    /// First instant, without setup.
    pub starts_at: DateTime<Utc>,
    /// First instant after it, without teardown.
    pub ends_at: DateTime<Utc>,
    /// How many units it holds.
    pub quantity: i32,
    /// Assignment or block.
    pub kind: EntryKind,
}

/// Whether an entry fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// How many units are free all the time that the entry would hold.
    pub free: i32,
    /// What stands in the way, in order of time; empty exactly where it fits, of what there is at all.
    pub conflicts: Vec<Conflict>,
}

/// Whether `wanted` fits beside everything that holds the resource, blocks and accepted clashes included.
#[must_use]
pub fn fit(load: &Load, wanted: &Candidate) -> Fit {
    let (from, until) = widened(&load.resource, wanted.kind, wanted.starts_at, wanted.ends_at);
    let quantity = i64::from(load.resource.quantity);
    let room = quantity - i64::from(wanted.quantity);
    let mut peak = 0;
    let mut full: Vec<Stretch> = Vec::new();
    for stretch in stretches(spans(load, wanted.entry), from, until) {
        peak = peak.max(stretch.booked);
        if stretch.booked > room {
            full.push(stretch);
        }
    }
    let free = i32::try_from((quantity - peak).max(0)).unwrap_or(i32::MAX);
    let mut conflicts: Vec<Conflict> = load
        .entries
        .iter()
        .filter(|entry| Some(entry.id) != wanted.entry && is_in(held(&load.resource, entry), &full))
        .map(|entry| conflict(load, entry))
        .collect();
    conflicts.sort_by_key(|c| (c.starts_at, c.entry_id));
    Fit { free, conflicts }
}

/// What stands in the way of `wanted`; empty where it fits.
#[must_use]
pub fn conflicts(load: &Load, wanted: &Candidate) -> Vec<Conflict> {
    fit(load, wanted).conflicts
}

/// How many units could be assigned for all of `window`, setup and teardown counted.
#[must_use]
pub fn free(load: &Load, window: &Window) -> i32 {
    let kind = EntryKind::Assignment;
    let Window { starts_at, ends_at, .. } = *window;
    fit(load, &Candidate { entry: None, kind, quantity: 1, starts_at, ends_at }).free
}

/// Passes where `wanted` fits.
///
/// # Errors
/// [`Refusal::Clash`], its times on the clock of `zone`.
pub(super) fn must_fit(
    load: &Load,
    wanted: &Candidate,
    zone: Tz,
    may_override: bool,
) -> Result<(), Refusal> {
    let Fit { free, conflicts } = fit(load, wanted);
    if conflicts.is_empty() {
        return Ok(());
    }
    let meets = |c: &Conflict| c.starts_at < wanted.ends_at && wanted.starts_at < c.ends_at;
    Err(Refusal::Clash {
        resource_id: load.resource.id,
        resource: load.resource.name.clone(),
        quantity: load.resource.quantity,
        needed: wanted.quantity,
        free,
        time_zone: zone.name().to_owned(),
        only_margins: !conflicts.iter().any(meets),
        conflicts,
        may_override,
    })
}

/// Whether `span` is part of any of `full`, which are in order.
fn is_in(span: Span, full: &[Stretch]) -> bool {
    let first = full.partition_point(|stretch| stretch.ends_at <= span.starts_at);
    full.get(first).is_some_and(|stretch| stretch.starts_at < span.ends_at)
}

fn conflict(load: &Load, entry: &ScheduleEntry) -> Conflict {
    let known = entry.event_id.and_then(|id| load.titles.get(&id)).cloned();
    let title = match entry.kind {
        EntryKind::Assignment => known.unwrap_or_else(|| "another event".to_owned()),
        EntryKind::Block => entry.note.clone().unwrap_or_else(|| "blocked".to_owned()),
    };
    Conflict {
        entry_id: entry.id,
        event_id: entry.event_id,
        title,
        starts_at: entry.starts_at,
        ends_at: entry.ends_at,
        quantity: entry.quantity,
        kind: entry.kind,
    }
}

/// Why a stretch of a schedule needs somebody's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ClashReason {
    /// More is booked than there is.
    Overbooked,
    /// It is booked although it is marked as not available.
    Unavailable,
}

/// Some time during which a schedule cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// The most units that are held at once.
    pub peak: i64,
    /// How many there are.
    pub quantity: i32,
    /// Why.
    pub reason: ClashReason,
    /// Whether it stands on purpose: without the entries that were let stand, nothing would clash.
    pub accepted: bool,
    /// The entries that hold the resource then, in order of time.
    pub entries: Vec<Uuid>,
}

/// Every clash that ends after `from`, in order of time.
#[must_use]
pub fn clashes(load: &Load, from: DateTime<Utc>) -> Vec<Clash> {
    let mut found = overbooked(load, from);
    if !load.resource.is_available {
        found.extend(unavailable(load, from));
    }
    found.sort_by_key(|clash| (clash.starts_at, clash.ends_at));
    found
}

fn overbooked(load: &Load, from: DateTime<Utc>) -> Vec<Clash> {
    let quantity = load.resource.quantity;
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let mut found: Vec<Clash> = Vec::new();
    for stretch in stretches(spans(load, None), first, last) {
        if stretch.booked <= i64::from(quantity) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.ends_at == stretch.starts_at => {
                last.ends_at = stretch.ends_at;
                last.peak = last.peak.max(stretch.booked);
            }
            _ => found.push(Clash {
                starts_at: stretch.starts_at,
                ends_at: stretch.ends_at,
                peak: stretch.booked,
                quantity,
                reason: ClashReason::Overbooked,
                accepted: false,
                entries: Vec::new(),
            }),
        }
    }
    found.retain(|clash| clash.ends_at > from);
    // Both in order of time, so that each entry is looked at only while it holds the resource.
    let mut waiting: Vec<(Span, &ScheduleEntry)> =
        load.entries.iter().map(|entry| (held(&load.resource, entry), entry)).collect();
    waiting.sort_by_key(|(span, _)| span.starts_at);
    let mut waiting = waiting.into_iter().peekable();
    let mut holding: Vec<(Span, &ScheduleEntry)> = Vec::new();
    for clash in &mut found {
        while let Some(next) = waiting.next_if(|(span, _)| span.starts_at < clash.ends_at) {
            holding.push(next);
        }
        holding.retain(|(span, _)| span.ends_at > clash.starts_at);
        let mut inside: Vec<&ScheduleEntry> = holding.iter().map(|(_, entry)| *entry).collect();
        inside.sort_by_key(|entry| (entry.starts_at, entry.id));
        clash.entries = inside.iter().map(|entry| entry.id).collect();
        let planned = inside.iter().filter(|entry| entry.override_reason.is_none());
        let planned: Vec<Span> = planned.map(|entry| held(&load.resource, entry)).collect();
        clash.accepted =
            super::peak(&planned, clash.starts_at, clash.ends_at) <= i64::from(quantity);
    }
    found
}

fn unavailable(load: &Load, from: DateTime<Utc>) -> impl Iterator<Item = Clash> {
    let booked = load
        .entries
        .iter()
        .filter(move |entry| entry.kind == EntryKind::Assignment && entry.ends_at > from);
    booked.map(|entry| Clash {
        starts_at: entry.starts_at,
        ends_at: entry.ends_at,
        peak: i64::from(entry.quantity),
        quantity: load.resource.quantity,
        reason: ClashReason::Unavailable,
        accepted: false,
        entries: vec![entry.id],
    })
}

/// `Ana Ruiz is already booked: Wedding García, 14 Jun 16:00–23:00.`
pub(crate) fn clash_sentence(
    resource: &str,
    (quantity, needed, free): (i32, i32, i32),
    conflicts: &[Conflict],
    time_zone: &str,
) -> String {
    let zone = time::zone(time_zone).unwrap_or(Tz::UTC);
    let blocked = conflicts.iter().all(|c| c.kind == EntryKind::Block);
    let start = match quantity {
        1 if blocked => format!("{resource} is not available"),
        1 => format!("{resource} is already booked"),
        _ if free == 0 => format!("Of {resource}, {needed} would be needed and none is free"),
        _ => format!("Of {resource}, {needed} would be needed and only {free} are free"),
    };
    let told: Vec<String> = conflicts
        .iter()
        .take(MOST_TOLD)
        .map(|c| {
            let when = span_words(c.starts_at, c.ends_at, zone);
            let title = crate::text::shortened(&c.title, 80);
            match quantity {
                1 => format!("{title}, {when}"),
                _ => format!("{title} ({}), {when}", c.quantity),
            }
        })
        .collect();
    let rest = conflicts.len().saturating_sub(MOST_TOLD);
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    format!("{start}: {}{rest}.", told.join("; "))
}

/// Most conflicts that a sentence names.
const MOST_TOLD: usize = 3;
