//! From when until when something is booked, as typed and as words.

use super::{EntryKind, ScheduleEntry};
use crate::events::FormTimes;
use crate::refusal::Refusal;
use crate::text::TextField;
use crate::time::{self, Choice, WallVerdict};
use chrono::{DateTime, Datelike, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub(crate) const NOTE: TextField = TextField::line("note", "the note", 500);
pub(crate) const OVERRIDE_REASON: TextField =
    TextField::lines("override_reason", "the reason", 1_000);

/// Longest assignment, in days: as long as the longest event.
const MAX_ASSIGNMENT_DAYS: i64 = crate::events::MAX_DAYS;
/// Longest block, in days: three years, one of them a leap year.
const MAX_BLOCK_DAYS: i64 = 1_096;

/// From when until when, and on which clock that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// The clock it was typed on: the event's, or the organization's.
    pub zone: Tz,
}

impl Window {
    /// Passes where an entry of that kind may be then.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for the end, [`Refusal::OutOfRangeDate`].
    pub fn check(&self, kind: EntryKind) -> Result<(), Refusal> {
        for (field, at) in [("starts_local", self.starts_at), ("ends_local", self.ends_at)] {
            if !time::in_range(at) {
                let date = time::long_date(at.with_timezone(&self.zone).naive_local());
                return Err(Refusal::OutOfRangeDate { field, date });
            }
        }
        if self.ends_at <= self.starts_at {
            return Err(Refusal::invalid(
                "ends_local",
                "It ends before it starts, or at the same moment. Set an end after the start.",
            ));
        }
        let (most, sentence) = match kind {
            EntryKind::Assignment => (
                MAX_ASSIGNMENT_DAYS,
                "A booking lasts at most 31 days. Enter a longer stretch as several.",
            ),
            EntryKind::Block => (
                MAX_BLOCK_DAYS,
                "A blocked stretch lasts at most three years. Enter a longer one as several.",
            ),
        };
        if self.ends_at - self.starts_at > Duration::days(most) {
            return Err(Refusal::invalid("ends_local", sentence));
        }
        Ok(())
    }
}

/// From when until when, as typed: wall times in a zone that the caller knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WindowForm {
    /// `YYYY-MM-DDTHH:MM`.
    pub starts_local: String,
    /// Which moment is meant, where the clocks skip or repeat `starts_local`.
    pub starts_choice: Option<Choice>,
    /// `YYYY-MM-DDTHH:MM`.
    pub ends_local: String,
    /// Which moment is meant, where the clocks skip or repeat `ends_local`.
    pub ends_choice: Option<Choice>,
}

impl WindowForm {
    /// The form that shows when `entry` is, on the clock of `time_zone`.
    #[must_use]
    pub fn of(entry: &ScheduleEntry, time_zone: &str) -> Self {
        // A zone that only the server knows still has to open.
        let tz = time::zone(time_zone).unwrap_or(Tz::UTC);
        let (starts_local, starts_choice) = time::wall_text(entry.starts_at, tz);
        let (ends_local, ends_choice) = time::wall_text(entry.ends_at, tz);
        Self { starts_local, starts_choice, ends_local, ends_choice }
    }

    /// The moments that were typed; whether an entry may be then is [`Window::check`]'s to say.
    ///
    /// # Errors
    /// [`Refusal::UnknownTimeZone`], or as [`time::wall_instant`].
    pub fn window(&self, time_zone: &str) -> Result<Window, Refusal> {
        let zone = time::zone(time_zone)?;
        let starts_at =
            time::wall_instant("starts_local", &self.starts_local, self.starts_choice, zone)?;
        let ends_at = time::wall_instant("ends_local", &self.ends_local, self.ends_choice, zone)?;
        Ok(Window { starts_at, ends_at, zone })
    }

    /// What the two times are, each on its own and then together, while somebody types.
    #[must_use]
    pub fn check(&self, time_zone: &str, kind: EntryKind) -> FormTimes {
        let verdict = |field, text: &str, choice| {
            time::zone(time_zone).and_then(|tz| time::wall_instant(field, text, choice, tz))
        };
        let starts = verdict("starts_local", &self.starts_local, self.starts_choice);
        let ends = verdict("ends_local", &self.ends_local, self.ends_choice);
        let mut times =
            FormTimes { starts_at: WallVerdict::of(starts), ends_at: WallVerdict::of(ends) };
        if let Ok(window) = self.window(time_zone)
            && let Err(refusal) = window.check(kind)
        {
            let invalid = WallVerdict::Invalid { message: refusal.to_string() };
            match refusal.field() {
                Some("starts_local") => times.starts_at = invalid,
                _ => times.ends_at = invalid,
            }
        }
        times
    }
}

/// `14 Jun 16:00–23:00`, or `14 Jun 16:00 – 15 Jun 02:00`; with years where the two differ in it.
pub(crate) fn span_words(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz) -> String {
    let (from, until) = (starts_at.with_timezone(&zone), ends_at.with_timezone(&zone));
    if from.date_naive() == until.date_naive() {
        return format!("{}–{}", from.format("%-d %b %H:%M"), until.format("%H:%M"));
    }
    let format = if from.year() == until.year() { "%-d %b %H:%M" } else { "%-d %b %Y %H:%M" };
    format!("{} – {}", from.format(format), until.format(format))
}
