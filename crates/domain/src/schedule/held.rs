//! How long an entry really holds its resource, and how many units are held at once.

use super::{EntryKind, Load, ScheduleEntry};
use crate::resources::Resource;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// Some units of a resource, held for some time; half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// How many units.
    pub quantity: i64,
}

impl Span {
    /// Whether the two have an instant in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

/// What `entry` holds of `resource`: an assignment from setup to teardown, a block only its own time.
#[must_use]
pub fn held(resource: &Resource, entry: &ScheduleEntry) -> Span {
    let (starts_at, ends_at) = widened(resource, entry.kind, entry.starts_at, entry.ends_at);
    Span { starts_at, ends_at, quantity: i64::from(entry.quantity) }
}

/// The time that a `kind` of entry from `starts_at` to `ends_at` holds.
pub(super) fn widened(
    resource: &Resource,
    kind: EntryKind,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    match kind {
        EntryKind::Block => (starts_at, ends_at),
        EntryKind::Assignment => (
            starts_at - Duration::minutes(i64::from(resource.setup_minutes)),
            ends_at + Duration::minutes(i64::from(resource.teardown_minutes)),
        ),
    }
}

/// The most units that `spans` hold at one instant of `from..until`; O(n log n).
#[must_use]
pub fn peak(spans: &[Span], from: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
    stretches(spans.iter().copied(), from, until).map(|s| s.booked).max().unwrap_or(0)
}

/// Some time during which the number of held units stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// How many units are held; never none.
    pub booked: i64,
}

/// How many units are held when, within `from..until`, in order; only where any are.
#[must_use]
pub fn curve(load: &Load, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Stretch> {
    let mut curve: Vec<Stretch> = Vec::new();
    for next in stretches(spans(load, None), from, until) {
        match curve.last_mut() {
            Some(last) if last.ends_at == next.starts_at && last.booked == next.booked => {
                last.ends_at = next.ends_at;
            }
            _ => curve.push(next),
        }
    }
    curve
}

/// What the entries of `load` hold, but for the one that is being changed.
pub(super) fn spans(load: &Load, except: Option<Uuid>) -> impl Iterator<Item = Span> {
    let others = load.entries.iter().filter(move |entry| Some(entry.id) != except);
    others.map(|entry| held(&load.resource, entry))
}

/// From each begin or end within `from..until` to the next, where anything is held.
pub(super) fn stretches(
    spans: impl Iterator<Item = Span>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = Stretch> {
    let mut steps: Vec<(DateTime<Utc>, i64)> = Vec::new();
    for span in spans {
        let (starts_at, ends_at) = (span.starts_at.max(from), span.ends_at.min(until));
        if starts_at < ends_at {
            steps.extend([(starts_at, span.quantity), (ends_at, -span.quantity)]);
        }
    }
    // What ends at an instant is gone before what starts then: both steps fall into one sum.
    steps.sort_unstable_by_key(|(at, _)| *at);
    let mut booked = 0;
    let mut found = Vec::new();
    for (place, (at, change)) in steps.iter().enumerate() {
        booked += change;
        let next = steps.get(place + 1).map_or(*at, |(next, _)| *next);
        if *at < next && booked > 0 {
            found.push(Stretch { starts_at: *at, ends_at: next, booked });
        }
    }
    found.into_iter()
}
