//! Who looks and when: what lists call mine, overdue, due today and this week.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use uuid::Uuid;

/// The person who looks at a screen, and the moment with the day around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The resource linked to their sign-in, if one is: what it is assigned to or booked on is theirs.
    pub resource_id: Option<Uuid>,
    /// Now.
    pub now: DateTime<Utc>,
    /// The day, in the zone.
    pub today: NaiveDate,
    /// First instant of today.
    pub day_starts_at: DateTime<Utc>,
    /// First instant of tomorrow.
    pub day_ends_at: DateTime<Utc>,
    /// First instant of next Monday.
    pub week_ends_at: DateTime<Utc>,
}

impl Viewer {
    /// The person with that resource at `now`; today and this week are those of `time_zone`, of UTC where it is unknown.
    #[must_use]
    pub fn of(resource_id: Option<Uuid>, now: DateTime<Utc>, time_zone: &str) -> Self {
        match domain::time::zone(time_zone) {
            Ok(zone) => Self::within(resource_id, now, &zone),
            Err(_) => Self::within(resource_id, now, &Utc),
        }
    }

    /// The first instant of `day` and of the day after it, in `time_zone`; in UTC where that is unknown.
    #[must_use]
    pub fn day(day: NaiveDate, time_zone: &str) -> (DateTime<Utc>, DateTime<Utc>) {
        let next = day + Duration::days(1);
        match domain::time::zone(time_zone) {
            Ok(zone) => (first_instant(day, &zone), first_instant(next, &zone)),
            Err(_) => (first_instant(day, &Utc), first_instant(next, &Utc)),
        }
    }

    fn within(resource_id: Option<Uuid>, now: DateTime<Utc>, zone: &impl TimeZone) -> Self {
        let today = now.with_timezone(zone).date_naive();
        let to_monday = 7 - i64::from(today.weekday().num_days_from_monday());
        Self {
            resource_id,
            now,
            today,
            day_starts_at: first_instant(today, zone),
            day_ends_at: first_instant(today + Duration::days(1), zone),
            week_ends_at: first_instant(today + Duration::days(to_monday), zone),
        }
    }

    /// What is due before this is overdue: told by the minute, as the domain does.
    pub(crate) fn minute(&self) -> DateTime<Utc> {
        self.now.with_nanosecond(0).and_then(|now| now.with_second(0)).unwrap_or(self.now)
    }
}

/// The first instant of a day; where clocks skip midnight, the first that they show.
fn first_instant(day: NaiveDate, zone: &impl TimeZone) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let begins = (0..=24).find_map(|hours| {
        let local = midnight + Duration::minutes(hours * 15);
        zone.from_local_datetime(&local).earliest()
    });
    begins.map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_day_and_a_week_are_those_of_the_zone() {
        let late = Viewer::of(None, at("2026-06-14T22:30:59Z"), "Europe/Madrid");
        assert_eq!(late.day_starts_at, at("2026-06-14T22:00:00Z"), "it is Monday there already");
        assert_eq!(late.day_ends_at, at("2026-06-15T22:00:00Z"));
        assert_eq!(late.week_ends_at, at("2026-06-21T22:00:00Z"));
        assert_eq!(late.minute(), at("2026-06-14T22:30:00Z"));
        let unknown = Viewer::of(None, at("2026-06-14T22:30:00Z"), "Nowhere/At all");
        assert_eq!(unknown.day_ends_at, unknown.week_ends_at, "a Sunday of UTC");
    }

    #[test]
    fn days_on_which_clocks_change_are_as_long_as_they_are() {
        let spring = Viewer::of(None, at("2026-03-29T10:00:00Z"), "Europe/Madrid");
        assert_eq!(spring.day_ends_at - spring.day_starts_at, Duration::hours(23));
        // Clocks in Beirut go from midnight to one o'clock.
        let skipped = Viewer::of(None, at("2026-03-29T10:00:00Z"), "Asia/Beirut");
        assert_eq!(skipped.day_starts_at, at("2026-03-28T22:00:00Z"));
        assert_eq!(skipped.day_ends_at - skipped.day_starts_at, Duration::hours(23));
    }
}
