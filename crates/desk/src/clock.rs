//! What time it is. A computer's clock may be wrong by hours or years; what is overdue goes by the server's.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Clocks of one office differ by seconds, and an answer takes its time.
const TOLERATED: TimeDelta = TimeDelta::seconds(30);
/// A jump of this computer's clock by more than that means that it slept, or was set.
const JUMPED: TimeDelta = TimeDelta::seconds(20);
/// From here on it is worth telling the person.
const NOTEWORTHY: TimeDelta = TimeDelta::minutes(5);

/// This computer's clock, and how far the server's is ahead of it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Shifts>);

/// In milliseconds.
#[derive(Debug, Default)]
struct Shifts {
    computer: AtomicI64,
    server: AtomicI64,
}

impl Clock {
    /// What this computer's clock shows.
    #[must_use]
    pub fn computer(&self) -> DateTime<Utc> {
        shifted(Utc::now(), self.0.computer.load(Ordering::Relaxed))
    }

    /// What the server's clock shows, as far as it is known.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        shifted(self.computer(), self.server_ahead())
    }

    /// Puts this computer's clock wrong, for simulations.
    pub fn set_wrong_by(&self, wrong: TimeDelta) {
        self.0.computer.store(wrong.num_milliseconds(), Ordering::Relaxed);
    }

    /// By how many milliseconds the server's clock is ahead of this computer's.
    pub(crate) fn server_ahead(&self) -> i64 {
        self.0.server.load(Ordering::Relaxed)
    }

    /// Goes on with what was known when Cloche was closed, the last contact having been at that time of the server's:
    /// a clock that was wrong then mostly still is.
    pub(crate) fn recall(&self, server_ahead: i64, last_contact: DateTime<Utc>) {
        let corrected = shifted(self.computer(), server_ahead);
        // Time only goes on: where the correction leads back behind the last contact, the clock was set right since.
        if corrected + NOTEWORTHY >= last_contact {
            self.0.server.store(server_ahead, Ordering::Relaxed);
        }
    }

    /// Now, to be told later how long ago that was.
    pub(crate) fn mark(&self) -> Mark {
        Mark { counted: Instant::now(), shown: self.computer() }
    }

    /// Whether this computer's clock jumped since. Most systems stop counting while they sleep, and only their clock
    /// goes on.
    pub(crate) fn jumped_since(&self, mark: &Mark) -> bool {
        let counted = TimeDelta::from_std(mark.counted.elapsed()).unwrap_or_default();
        (self.computer() - mark.shown - counted).abs() > JUMPED
    }

    /// Hears the server's time in the answer to a question; answers whether what was believed so far was wrong. An
    /// answer that was slept through says nothing: nobody knows how old it is.
    pub(crate) fn hear(&self, server: DateTime<Utc>, asked: &Mark) -> bool {
        !self.jumped_since(asked) && self.learn(server, asked.counted.elapsed())
    }

    fn learn(&self, server: DateTime<Utc>, took: Duration) -> bool {
        let took = TimeDelta::from_std(took).unwrap_or_default();
        let ahead = server + took / 2 - self.computer();
        let (known, doubt) = (self.server_ahead(), TOLERATED + took);
        if (ahead - TimeDelta::milliseconds(known)).abs() <= doubt {
            return false;
        }
        // A clock that is right but for seconds counts as right.
        let ahead = if ahead.abs() <= doubt { 0 } else { ahead.num_milliseconds() };
        self.0.server.store(ahead, Ordering::Relaxed);
        ahead != known
    }

    /// What to tell the person about this computer's clock, if anything.
    pub(crate) fn remark(&self) -> Option<String> {
        let ahead = TimeDelta::milliseconds(self.server_ahead());
        (ahead.abs() >= NOTEWORTHY).then(|| {
            let direction = if ahead > TimeDelta::zero() { "slow" } else { "fast" };
            format!(
                "This computer's clock is {} {direction}. Cloche goes by the server's clock; please set this one right.",
                in_words(ahead.abs())
            )
        })
    }
}

/// A moment, as the system counts time and as the clock shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    counted: Instant,
    shown: DateTime<Utc>,
}

fn shifted(at: DateTime<Utc>, milliseconds: i64) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::milliseconds(milliseconds)).unwrap_or(at)
}

fn in_words(difference: TimeDelta) -> String {
    // To the nearest, as the difference is known only to the answer's way: 4 hours and 59.99 minutes are 5 hours.
    let nearest = |unit: TimeDelta| (difference + unit / 2).num_seconds() / unit.num_seconds();
    let (minutes, hours) = (nearest(TimeDelta::minutes(1)), nearest(TimeDelta::hours(1)));
    match nearest(TimeDelta::days(1)) {
        _ if minutes < 120 => format!("{minutes} minutes"),
        _ if hours < 48 => format!("{hours} hours"),
        days @ ..=730 => format!("{days} days"),
        _ => format!("{} years", nearest(TimeDelta::days(365))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::from_millis(20);

    #[test]
    fn a_clock_that_is_wrong_by_years_is_corrected_by_the_server_s() {
        for wrong in [TimeDelta::hours(3), TimeDelta::days(-9 * 365), TimeDelta::days(40 * 365)] {
            let clock = Clock::default();
            clock.set_wrong_by(wrong);
            assert!(clock.learn(Utc::now(), AT_ONCE), "{wrong}");
            assert!((clock.now() - Utc::now()).abs() < TimeDelta::seconds(1), "{wrong}");
            assert!(!clock.learn(Utc::now(), AT_ONCE), "said once: {wrong}");
            assert!(clock.remark().is_some());
            clock.set_wrong_by(TimeDelta::zero());
            assert!(clock.learn(Utc::now(), AT_ONCE), "it was set right");
            assert_eq!(clock.remark(), None);
        }
    }

    #[test]
    fn seconds_and_slow_answers_are_no_wrong_clock() {
        let clock = Clock::default();
        clock.set_wrong_by(TimeDelta::seconds(-20));
        assert!(!clock.learn(Utc::now(), AT_ONCE));
        clock.set_wrong_by(TimeDelta::seconds(-33));
        assert!(!clock.learn(Utc::now(), Duration::from_secs(6)));
        assert_eq!(clock.server_ahead(), 0);
    }

    #[test]
    fn the_remark_says_how_far_and_which_way() {
        for (wrong, words) in [
            (TimeDelta::minutes(-40), "40 minutes slow"),
            (TimeDelta::hours(5), "5 hours fast"),
            (TimeDelta::days(30), "30 days fast"),
            (TimeDelta::days(-3 * 366), "3 years slow"),
        ] {
            let clock = Clock::default();
            clock.set_wrong_by(wrong);
            assert!(clock.learn(Utc::now(), AT_ONCE));
            let remark = clock.remark().unwrap_or_default();
            assert!(remark.contains(words), "{remark}");
        }
    }

    #[test]
    fn an_answer_that_was_slept_through_says_nothing_of_the_clock() {
        let clock = Clock::default();
        let asked = clock.mark();
        // As the server said it in the evening, heard in the morning.
        let said = Utc::now();
        clock.set_wrong_by(TimeDelta::hours(9));
        assert!(!clock.hear(said, &asked));
        assert_eq!(clock.server_ahead(), 0);
        assert!(clock.hear(said, &clock.mark()), "what was asked since counts");
    }

    #[test]
    fn a_correction_is_kept_until_it_leads_back_behind_the_last_contact() {
        let contact = Utc::now();
        let hours = |hours: i64| TimeDelta::hours(hours);
        // How far the clock is off now, how long Cloche was closed, what was known, and what counts.
        for (off, closed, ahead, counts) in [
            (hours(-7), hours(1), hours(7), true),
            (hours(-7), hours(5), hours(7), true),
            (hours(-7), hours(400), hours(7), true),
            (hours(7), hours(5), hours(-7), true),
            (hours(0), hours(5), hours(-7), false),
            (hours(0), hours(5), hours(-24 * 365 * 40), false),
        ] {
            let clock = Clock::default();
            clock.set_wrong_by(closed + off);
            clock.recall(ahead.num_milliseconds(), contact);
            let known = if counts { ahead.num_milliseconds() } else { 0 };
            assert_eq!(clock.server_ahead(), known, "{off} {closed} {ahead}");
        }
    }
}
