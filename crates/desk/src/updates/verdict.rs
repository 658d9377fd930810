//! What to do with a statement: offer it, leave it, or refuse it.

use super::Statement;
use chrono::{DateTime, TimeDelta, Utc};
use semver::Version;
use thiserror::Error;

/// A statement that claims to hold for longer was not made by the release script.
const LONGEST: TimeDelta = TimeDelta::days(90);
/// Clocks differ; more than this is a wrong clock.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::days(1);

/// What a statement is held against.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// The version that runs.
    pub current: &'a Version,
    /// The highest version that the statement's key has announced to this computer.
    pub highest: Option<&'a Version>,
    /// The time.
    pub now: DateTime<Utc>,
    /// This computer's place among a hundred, 0–99.
    pub place: u8,
    /// Whether a person asked; then a staged release is offered to anybody.
    pub asked: bool,
}

/// What to do with a statement that is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This version runs already.
    UpToDate,
    /// It is on its way to others first.
    NotYet,
    /// It may be installed.
    Offered,
}

/// Why an announced release is not taken; Cloche goes on as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// There is no statement.
    #[error("The update server's answer is not signed, so it was ignored.")]
    Unsigned,
    /// The signature does not hold.
    #[error(
        "The update server's answer was not signed by the makers of this Cloche, so it was ignored."
    )]
    Forged,
    /// It is signed, and this version does not understand it.
    #[error(
        "The update server's answer is made for another version of Cloche. Install the new version by hand."
    )]
    Unreadable,
    /// Nobody has vouched for it lately: somebody may be hiding newer ones.
    #[error(
        "The update server's answer expired on {}, so it cannot be told whether a newer version exists.",
        .0.format("%-d %B %Y")
    )]
    Expired(DateTime<Utc>),
    /// It was signed after now.
    #[error(
        "This computer's clock is wrong, so updates cannot be checked. Set the date and try again."
    )]
    ClockWrong,
    /// Something newer has been seen.
    #[error(
        "The update server offered version {offered}, which is older than {seen}, so it was ignored."
    )]
    Older {
        /// What it offered.
        offered: Version,
        /// What has been seen or runs.
        seen: Version,
    },
}

/// Decides about a statement whose signature holds.
///
/// # Errors
/// [`Refused`] where it must not even be remembered.
pub fn decide(statement: &Statement, found: &Circumstances<'_>) -> Result<Verdict, Refused> {
    if statement.published > found.now + CLOCKS_DIFFER {
        return Err(Refused::ClockWrong);
    }
    if statement.expires - statement.published > LONGEST {
        return Err(Refused::Unreadable);
    }
    if statement.expires <= found.now {
        return Err(Refused::Expired(statement.expires));
    }
    let seen = found.highest.unwrap_or(found.current).max(found.current);
    if statement.version < *seen {
        return Err(Refused::Older { offered: statement.version.clone(), seen: seen.clone() });
    }
    if statement.version == *found.current {
        return Ok(Verdict::UpToDate);
    }
    let staged = statement.rollout <= found.place && !found.asked;
    Ok(if staged { Verdict::NotYet } else { Verdict::Offered })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> DateTime<Utc> {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    fn judged(offered: &str, seen: Option<&str>) -> Result<Verdict, Refused> {
        let (current, highest) = (Version::new(0, 2, 0), seen.map(|v| v.parse().unwrap()));
        let found = Circumstances {
            current: &current,
            highest: highest.as_ref(),
            now: on("2026-11-21"),
            place: 50,
            asked: false,
        };
        decide(&Statement::sample(offered), &found)
    }

    fn at(now: DateTime<Utc>, place: u8, asked: bool, rollout: u8) -> Result<Verdict, Refused> {
        let current = Version::new(0, 1, 0);
        let found = Circumstances { current: &current, highest: None, now, place, asked };
        decide(&Statement { rollout, ..Statement::sample("0.2.0") }, &found)
    }

    #[test]
    fn a_newer_version_is_offered_and_the_same_one_is_not() {
        assert_eq!(judged("0.3.0", None), Ok(Verdict::Offered));
        assert_eq!(judged("0.2.0", None), Ok(Verdict::UpToDate));
        assert_eq!(
            judged("0.10.0", Some("0.3.0")),
            Ok(Verdict::Offered),
            "by number, not by letter"
        );
        assert_eq!(judged("0.3.0-rc.1", None), Ok(Verdict::Offered));
    }

    #[test]
    fn a_version_older_than_the_running_or_any_seen_one_is_refused() {
        let older = |offered: &str, seen: &str| {
            Err(Refused::Older { offered: offered.parse().unwrap(), seen: seen.parse().unwrap() })
        };
        assert_eq!(judged("0.1.9", None), older("0.1.9", "0.2.0"));
        assert_eq!(
            judged("0.3.0", Some("0.4.0")),
            older("0.3.0", "0.4.0"),
            "seen, though never installed"
        );
        assert_eq!(
            judged("0.2.0", Some("0.4.0")),
            older("0.2.0", "0.4.0"),
            "a server that hides 0.4.0"
        );
        assert_eq!(judged("0.3.0-rc.1", Some("0.3.0")), older("0.3.0-rc.1", "0.3.0"));
    }

    #[test]
    fn a_statement_holds_until_it_expires() {
        let expires = Statement::sample("0.2.0").expires;
        assert_eq!(at(expires - TimeDelta::seconds(1), 0, false, 100), Ok(Verdict::Offered));
        assert_eq!(at(expires, 0, false, 100), Err(Refused::Expired(expires)));
        assert_eq!(
            at(expires, 0, true, 100),
            Err(Refused::Expired(expires)),
            "asking changes nothing"
        );
    }

    #[test]
    fn a_clock_that_is_days_behind_is_not_trusted_with_an_expiry() {
        assert_eq!(
            at(on("2026-11-19"), 0, false, 100),
            Ok(Verdict::Offered),
            "20 hours are a time zone"
        );
        assert_eq!(at(on("2026-11-18"), 0, false, 100), Err(Refused::ClockWrong));
    }

    #[test]
    fn a_statement_for_years_is_none_of_ours() {
        let current = Version::new(0, 1, 0);
        let now = on("2026-11-21");
        let found = Circumstances { current: &current, highest: None, now, place: 0, asked: false };
        let sample = Statement::sample("0.2.0");
        let forever = Statement { expires: sample.published + TimeDelta::days(91), ..sample };
        assert_eq!(decide(&forever, &found), Err(Refused::Unreadable));
    }

    #[test]
    fn a_staged_release_reaches_its_share_and_whoever_asks() {
        let now = on("2026-11-21");
        assert_eq!(at(now, 4, false, 5), Ok(Verdict::Offered));
        assert_eq!(at(now, 5, false, 5), Ok(Verdict::NotYet));
        assert_eq!(at(now, 5, true, 5), Ok(Verdict::Offered));
        assert_eq!(at(now, 99, false, 100), Ok(Verdict::Offered));
        assert_eq!(at(now, 0, false, 0), Ok(Verdict::NotYet), "held back from everybody");
    }

    #[test]
    fn every_refusal_is_a_finished_sentence() {
        let v = || Version::new(0, 2, 0);
        let all = [
            Refused::Unsigned,
            Refused::Forged,
            Refused::Unreadable,
            Refused::Expired(on("2026-11-21")),
            Refused::ClockWrong,
            Refused::Older { offered: v(), seen: v() },
        ];
        for refused in all {
            let sentence = refused.to_string();
            assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
        }
    }
}
