//! Wall time and instants: what a clock at the venue shows, and which moment that is.
//!
//! Clocks skip an hour in spring and repeat one in autumn. Such a wall time is never guessed: it is refused with the
//! two moments it could mean, or taken as the form's own choice says.

use crate::refusal::Refusal;
use chrono::{DateTime, Datelike, Duration, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
use serde::{Deserialize, Serialize};

/// First year in which an event may start.
pub const FIRST_YEAR: i32 = 2000;
/// First year in which an event may no longer start.
pub const END_YEAR: i32 = 2100;

/// Which of two possible moments a wall time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The earlier moment.
    Earlier,
    /// The later moment.
    Later,
}

/// One moment that a skipped or repeated wall time could mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TimeChoice {
    /// What a form answers to choose it.
    pub choice: Choice,
    /// The moment.
    pub instant: DateTime<Utc>,
    /// For a person: `01:30 summer time (CEST, UTC+2)`.
    pub label: String,
}

/// What a wall time in a zone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wall {
    /// Exactly one moment.
    Fine(DateTime<Utc>),
    /// No clock shows it; earlier and later moment it could mean.
    Skipped([TimeChoice; 2]),
    /// Clocks show it twice; first and second time.
    Repeated([TimeChoice; 2]),
}

/// [`Wall`] with its sentence, as a form shows it while somebody types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WallVerdict {
    /// Exactly one moment, or the form chose one.
    Fine {
        /// The moment.
        instant: DateTime<Utc>,
    },
    /// No clock shows it.
    Skipped {
        /// Names the two times it could mean.
        message: String,
        /// Earlier, later.
        choices: Vec<TimeChoice>,
    },
    /// Clocks show it twice.
    Repeated {
        /// Names the two times it could mean.
        message: String,
        /// Earlier, later.
        choices: Vec<TimeChoice>,
    },
    /// Not a time that an event may have.
    Invalid {
        /// What is wrong.
        message: String,
    },
}

impl WallVerdict {
    /// The verdict of a [`wall_instant`] outcome.
    #[must_use]
    pub fn of(outcome: Result<DateTime<Utc>, Refusal>) -> Self {
        match outcome {
            Ok(instant) => Self::Fine { instant },
            Err(Refusal::SkippedTime { message, choices, .. }) => {
                Self::Skipped { message, choices }
            }
            Err(Refusal::RepeatedTime { message, choices, .. }) => {
                Self::Repeated { message, choices }
            }
            Err(refusal) => Self::Invalid { message: refusal.to_string() },
        }
    }
}

/// The zone of that IANA name.
///
/// # Errors
/// [`Refusal::UnknownTimeZone`] for any other text.
pub fn zone(name: &str) -> Result<Tz, Refusal> {
    name.trim().parse().map_err(|_| Refusal::UnknownTimeZone { time_zone: name.trim().to_owned() })
}

/// What the wall time `local` is in `tz`.
#[must_use]
pub fn resolve(local: NaiveDateTime, tz: Tz) -> Wall {
    let choice = |choice, instant: DateTime<Utc>, label| TimeChoice { choice, instant, label };
    match tz.from_local_datetime(&local) {
        chrono::LocalResult::Single(at) => Wall::Fine(at.to_utc()),
        chrono::LocalResult::Ambiguous(a, b) => {
            let (first, second) = if a <= b { (a, b) } else { (b, a) };
            let (one, two) = season_words(&first, &second);
            let (one, two) = (clock_label(&first, one), clock_label(&second, two));
            Wall::Repeated([
                choice(Choice::Earlier, first.to_utc(), one),
                choice(Choice::Later, second.to_utc(), two),
            ])
        }
        chrono::LocalResult::None => {
            let change = clock_change(local, tz);
            // Read with the offset of either side of the change, the wall time lands on the other side.
            let [before, after] = [change - Duration::seconds(1), change].map(|t| offset(tz, t));
            let earlier = tz.from_utc_datetime(&(local - after));
            let later = tz.from_utc_datetime(&(local - before));
            let (one, two) = season_words(&earlier, &later);
            let (one, two) = (clock_label(&earlier, one), clock_label(&later, two));
            Wall::Skipped([
                choice(Choice::Earlier, earlier.to_utc(), one),
                choice(Choice::Later, later.to_utc(), two),
            ])
        }
    }
}

/// The moment that `text` (`YYYY-MM-DDTHH:MM`) means in `tz`, or the refusal for `field`.
///
/// # Errors
/// [`Refusal::Invalid`] where it is not a date and time, [`Refusal::OutOfRangeDate`] outside the years kept, and
/// [`Refusal::SkippedTime`] or [`Refusal::RepeatedTime`] where `choice` would have to say which moment is meant.
pub fn wall_instant(
    field: &'static str,
    text: &str,
    choice: Option<Choice>,
    tz: Tz,
) -> Result<DateTime<Utc>, Refusal> {
    let local = parse_local(text).ok_or_else(|| {
        Refusal::invalid(field, "Give a date and a time, such as 14 March, 18:30.")
    })?;
    local_instant(field, local, choice, tz)
}

/// As [`wall_instant`], for a wall time that has been read already.
///
/// # Errors
/// As [`wall_instant`].
pub fn local_instant(
    field: &'static str,
    local: NaiveDateTime,
    choice: Option<Choice>,
    tz: Tz,
) -> Result<DateTime<Utc>, Refusal> {
    let out = || Refusal::OutOfRangeDate { field, date: long_date(local) };
    // A day of slack: whether the moment itself is in range is known once the zone is applied.
    if !(FIRST_YEAR - 1..=END_YEAR).contains(&local.year()) {
        return Err(out());
    }
    let instant = match (resolve(local, tz), choice) {
        (Wall::Fine(instant), _) => instant,
        (Wall::Skipped([one, _]) | Wall::Repeated([one, _]), Some(Choice::Earlier)) => one.instant,
        (Wall::Skipped([_, two]) | Wall::Repeated([_, two]), Some(Choice::Later)) => two.instant,
        (Wall::Skipped(choices), None) => {
            let message = skipped_sentence(local, tz, &choices);
            return Err(Refusal::SkippedTime { field, message, choices: choices.into() });
        }
        (Wall::Repeated(choices), None) => {
            let message = repeated_sentence(local, tz, &choices);
            return Err(Refusal::RepeatedTime { field, message, choices: choices.into() });
        }
    };
    Ok(instant)
}

/// Whether an event may start at `instant`.
#[must_use]
pub fn in_range(instant: DateTime<Utc>) -> bool {
    (FIRST_YEAR..END_YEAR).contains(&instant.year())
}

/// The wall time of `instant` in `tz` as forms write it, and the choice that makes it mean `instant` again.
#[must_use]
pub fn wall_text(instant: DateTime<Utc>, tz: Tz) -> (String, Option<Choice>) {
    let local = instant.with_timezone(&tz).naive_local();
    let choice = match resolve(local, tz) {
        Wall::Repeated([first, _]) if first.instant == instant => Some(Choice::Earlier),
        Wall::Repeated(_) => Some(Choice::Later),
        Wall::Fine(_) | Wall::Skipped(_) => None,
    };
    (local.format("%Y-%m-%dT%H:%M").to_string(), choice)
}

/// Reads `YYYY-MM-DDTHH:MM`, with or without seconds.
#[must_use]
pub fn parse_local(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// `29 March 2026`, for sentences.
#[must_use]
pub fn long_date(local: NaiveDateTime) -> String {
    local.format("%-d %B %Y").to_string()
}

/// A moment for sentences, on the clock of `tz`: `14 March 2026, 18:30`, or as Americans write it for `en-US`.
#[must_use]
pub fn moment(instant: DateTime<Utc>, tz: Tz, locale: &str) -> String {
    let local = instant.with_timezone(&tz);
    let format = if locale.eq_ignore_ascii_case("en-US") || locale.eq_ignore_ascii_case("en_US") {
        "%B %-d, %Y, %-I:%M %p"
    } else {
        "%-d %B %Y, %H:%M"
    };
    local.format(format).to_string()
}

fn skipped_sentence(local: NaiveDateTime, tz: Tz, choices: &[TimeChoice; 2]) -> String {
    format!(
        "{} on {} does not exist in {}: the clocks skip it. It could mean {} or {}.",
        local.format("%H:%M"),
        long_date(local),
        zone_label(tz),
        choices[0].label,
        choices[1].label
    )
}

fn repeated_sentence(local: NaiveDateTime, tz: Tz, choices: &[TimeChoice; 2]) -> String {
    format!(
        "{} on {} comes twice in {}: the clocks go back. It could mean {} or {}.",
        local.format("%H:%M"),
        long_date(local),
        zone_label(tz),
        choices[0].label,
        choices[1].label
    )
}

fn zone_label(tz: Tz) -> String {
    tz.name().replace('_', " ")
}

/// The moment in whose gap `local` lies: the first at which the clocks show more than `local`.
fn clock_change(local: NaiveDateTime, tz: Tz) -> DateTime<Utc> {
    // Clocks are never further from UTC than this, so the gap lies within.
    let reach = Duration::hours(26);
    let (mut low, mut high) = ((local - reach).and_utc(), (local + reach).and_utc());
    while high - low > Duration::seconds(1) {
        let middle = low + Duration::seconds((high - low).num_seconds() / 2);
        if middle.with_timezone(&tz).naive_local() > local {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

fn offset(tz: Tz, at: DateTime<Utc>) -> chrono::FixedOffset {
    tz.offset_from_utc_datetime(&at.naive_utc()).fix()
}

/// "summer time" and "winter time", where the change between the two moments is one of season.
fn season_words(
    first: &DateTime<Tz>,
    second: &DateTime<Tz>,
) -> (Option<&'static str>, Option<&'static str>) {
    const SUMMER: Option<&str> = Some("summer time");
    const WINTER: Option<&str> = Some("winter time");
    let saving = |at: &DateTime<Tz>| at.offset().dst_offset();
    match saving(first).cmp(&saving(second)) {
        std::cmp::Ordering::Greater => (SUMMER, WINTER),
        std::cmp::Ordering::Less => (WINTER, SUMMER),
        std::cmp::Ordering::Equal => (None, None),
    }
}

/// `01:30 summer time (CEST, UTC+2)`.
fn clock_label(at: &DateTime<Tz>, season: Option<&str>) -> String {
    let mut label = at.format("%H:%M").to_string();
    if let Some(season) = season {
        label.push(' ');
        label.push_str(season);
    }
    // Zones without letters of their own are abbreviated to their offset, which follows anyway.
    let letters = at.offset().abbreviation().filter(|a| a.starts_with(char::is_alphabetic));
    let from_utc = utc_offset(at.offset().fix().local_minus_utc());
    match letters {
        Some(letters) => label + &format!(" ({letters}, {from_utc})"),
        None => label + &format!(" ({from_utc})"),
    }
}

fn utc_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    if minutes == 0 {
        format!("UTC{sign}{hours}")
    } else {
        format!("UTC{sign}{hours}:{minutes:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn local(text: &str) -> NaiveDateTime {
        parse_local(text).unwrap()
    }

    fn sentence(text: &str, tz: Tz) -> String {
        wall_instant("starts_local", text, None, tz).unwrap_err().to_string()
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_refused_with_the_two_times_it_could_mean() {
        assert_eq!(
            sentence("2026-03-29T02:30", Tz::Europe__Madrid),
            "02:30 on 29 March 2026 does not exist in Europe/Madrid: the clocks skip it. It could mean \
             01:30 winter time (CET, UTC+1) or 03:30 summer time (CEST, UTC+2)."
        );
        let Wall::Skipped([one, two]) = resolve(local("2026-03-29T01:00"), Tz::Europe__London)
        else {
            panic!("London's clocks skip it")
        };
        assert_eq!(one.instant.to_rfc3339(), "2026-03-29T00:00:00+00:00");
        assert_eq!(two.instant.to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }

    #[test]
    fn a_time_that_comes_twice_is_refused_with_both() {
        assert_eq!(
            sentence("2026-10-25T01:30", Tz::Europe__London),
            "01:30 on 25 October 2026 comes twice in Europe/London: the clocks go back. It could mean \
             01:30 summer time (BST, UTC+1) or 01:30 winter time (GMT, UTC+0)."
        );
    }

    #[test]
    fn the_form_s_choice_settles_it_and_is_ignored_where_there_is_nothing_to_choose() {
        let at = |text, choice| {
            wall_instant("starts_local", text, Some(choice), Tz::Europe__Madrid)
                .unwrap()
                .to_rfc3339()
        };
        assert_eq!(at("2026-03-29T02:30", Choice::Earlier), "2026-03-29T00:30:00+00:00");
        assert_eq!(at("2026-03-29T02:30", Choice::Later), "2026-03-29T01:30:00+00:00");
        assert_eq!(at("2026-10-25T02:30", Choice::Earlier), "2026-10-25T00:30:00+00:00");
        assert_eq!(at("2026-10-25T02:30", Choice::Later), "2026-10-25T01:30:00+00:00");
        assert_eq!(at("2026-07-01T12:00", Choice::Later), "2026-07-01T10:00:00+00:00");
    }

    #[test]
    fn half_hour_changes_and_a_whole_day_that_is_missing_are_understood() {
        let said = sentence("2026-10-04T02:15", Tz::Australia__Lord_Howe);
        assert!(
            said.contains("01:45 winter time (UTC+10:30) or 02:45 summer time (UTC+11)"),
            "{said}"
        );
        let Wall::Skipped([one, two]) = resolve(local("2011-12-30T12:00"), Tz::Pacific__Apia)
        else {
            panic!("Samoa went without that day")
        };
        assert_eq!(two.instant - one.instant, Duration::days(1));
    }

    #[test]
    fn dates_outside_the_years_kept_are_refused() {
        for text in ["1900-01-01T10:00", "0026-03-14T10:00", "2101-01-01T00:00"] {
            let refusal = wall_instant("starts_local", text, None, Tz::UTC).unwrap_err();
            assert!(matches!(refusal, Refusal::OutOfRangeDate { .. }), "{refusal}");
        }
        assert!(in_range("2000-01-01T00:00:00Z".parse().unwrap()));
        assert!(!in_range("1999-12-31T23:59:59Z".parse().unwrap()));
        assert!(in_range("2099-12-31T23:59:59Z".parse().unwrap()));
        assert!(!in_range("2100-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_time_or_no_zone_is_refused() {
        for text in ["", "tomorrow", "2026-02-30T10:00", "2026-03-14 18:30", "2026-03-14T24:00"] {
            let refusal = wall_instant("ends_local", text, None, Tz::UTC).unwrap_err();
            assert_eq!(refusal.field(), Some("ends_local"), "{text}");
        }
        assert_eq!(zone("Madrid").unwrap_err().field(), Some("time_zone"));
    }

    #[test]
    fn moments_are_written_as_the_office_writes_them() {
        let at = "2026-03-14T17:30:00Z".parse().unwrap();
        assert_eq!(moment(at, Tz::Europe__Madrid, "es-ES"), "14 March 2026, 18:30");
        assert_eq!(moment(at, Tz::America__New_York, "en-US"), "March 14, 2026, 1:30 PM");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn the_wall_time_of_a_moment_means_that_moment_again(
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
            minutes in 15_778_080_i64..68_374_080,
        ) {
            let instant = DateTime::from_timestamp(minutes * 60, 0).unwrap();
            let (text, choice) = wall_text(instant, zone);
            prop_assert_eq!(wall_instant("starts_local", &text, choice, zone), Ok(instant));
        }

        #[test]
        fn every_wall_time_is_one_moment_or_names_two_in_order(
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
            minutes in 15_778_080_i64..68_374_080,
        ) {
            let local = DateTime::from_timestamp(minutes * 60, 0).unwrap().naive_utc();
            match resolve(local, zone) {
                Wall::Fine(at) => {
                    prop_assert_eq!(at.with_timezone(&zone).naive_local(), local);
                }
                Wall::Repeated([one, two]) => {
                    prop_assert!(one.instant < two.instant);
                    for at in [one, two] {
                        prop_assert_eq!(at.instant.with_timezone(&zone).naive_local(), local);
                    }
                }
                Wall::Skipped([one, two]) => {
                    let shown = [one, two].map(|c| c.instant.with_timezone(&zone).naive_local());
                    prop_assert!(shown[0] < local && local < shown[1], "{:?}", shown);
                }
            }
        }
    }
}
