//! Dates and times as spreadsheets write them, taken only where they can mean one thing.
//!
//! `03/04/2026` is a day in March or in April; only the rest of the column can tell.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// What a cell says about a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A wall time, which needs a zone.
    Wall(NaiveDateTime),
    /// A moment, because the cell names its distance from UTC.
    Instant(DateTime<Utc>),
}

/// How the dates of a file are to be read, as its columns prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateOrder {
    day_first: bool,
    month_first: bool,
}

impl DateOrder {
    /// What the cells of all date columns prove together.
    pub(super) fn proved_by<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut order = Self { day_first: false, month_first: false };
        for cell in cells {
            let (date, _) = split(cell);
            if let Some([first, second, _]) = slashed(date) {
                order.day_first |= first > 12 && second <= 12;
                order.month_first |= second > 12 && first <= 12;
            }
        }
        order
    }

    /// Reads one cell; `serial` where its whole column is numbers.
    ///
    /// # Errors
    /// A finished sentence.
    pub(super) fn read(self, cell: &str, serial: bool) -> Result<Moment, String> {
        if serial {
            return serial_date(cell).map(Moment::Wall).ok_or_else(|| unreadable(cell));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(&cell.replacen(' ', "T", 1)) {
            return Ok(Moment::Instant(instant.to_utc()));
        }
        let (date, time) = split(cell);
        let date = self.date(date, cell)?;
        if time.is_empty() {
            return Err(format!("“{cell}” has a date but no time."));
        }
        let time = time_of_day(time).ok_or_else(|| unreadable(cell))?;
        Ok(Moment::Wall(date.and_time(time)))
    }

    fn date(self, date: &str, cell: &str) -> Result<NaiveDate, String> {
        if let Some((first, second, third)) =
            parts(date, '.').or_else(|| parts(date, '-')).or_else(|| parts(date, '/'))
            && first.len() == 4
        {
            return day(number(first), number(second), number(third))
                .ok_or_else(|| unreadable(cell));
        }
        if let Some((d, m, y)) = parts(date, '.').filter(|(_, _, y)| y.len() == 4) {
            return day(number(y), number(m), number(d)).ok_or_else(|| unreadable(cell));
        }
        let Some([first, second, year]) = slashed(date) else { return Err(unreadable(cell)) };
        let (d, m) = match (self.day_first, self.month_first) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ if first == second => (first, second),
            _ if first > 12 => (first, second),
            _ if second > 12 => (second, first),
            (true, true) => {
                return Err(format!(
                    "“{cell}” could be day first or month first: this file has both."
                ));
            }
            (false, false) => {
                return Err(format!(
                    "“{cell}” could be day first or month first. Write dates like 2026-03-14 18:30."
                ));
            }
        };
        day(Some(year), Some(m), Some(d)).ok_or_else(|| unreadable(cell))
    }
}

/// Whether every cell that is filled is a number, as when a spreadsheet's dates were saved without their format.
pub(super) fn is_serial<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let mut filled = cells.filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| serial_date(cell).is_some())
}

/// Days since 30 December 1899, to the minute; within the years that can be meant.
fn serial_date(cell: &str) -> Option<NaiveDateTime> {
    let days: f64 = cell.replace(',', ".").parse().ok()?;
    // 1 January 1900 to 31 December 2199: anything else is a count or a phone number.
    if !(1.0..109_575.0).contains(&days) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let minutes = (days * 1_440.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?
        .and_hms_opt(0, 0, 0)?
        .checked_add_signed(Duration::minutes(minutes))
}

fn unreadable(cell: &str) -> String {
    format!("“{cell}” is not a date and time. Write it like 2026-03-14 18:30.")
}

/// Date and time of day of a cell.
fn split(cell: &str) -> (&str, &str) {
    let cell = cell.trim();
    match cell.split_once([' ', 'T', '\u{a0}']) {
        Some((date, time)) => (date.trim_end_matches(','), time.trim()),
        None => (cell, ""),
    }
}

fn parts(date: &str, between: char) -> Option<(&str, &str, &str)> {
    let mut parts = date.split(between);
    let found = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| {
        !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())
    };
    (parts.next().is_none() && digits(found.0) && digits(found.1) && digits(found.2))
        .then_some(found)
}

/// The three numbers of a date whose order is open: `a/b/yyyy` or `a-b-yyyy`.
fn slashed(date: &str) -> Option<[u32; 3]> {
    let (first, second, year) = parts(date, '/').or_else(|| parts(date, '-'))?;
    if year.len() != 4 || first.len() > 2 || second.len() > 2 {
        return None;
    }
    Some([number(first)?, number(second)?, number(year)?])
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

fn day(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?)
}

/// `18:30`, `18:30:00`, `18.30`, `18h30`, `6:30 PM`.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let lower = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (lower.as_str(), None),
    };
    let mut parts = clock.trim().trim_end_matches("uhr").trim_end().split([':', '.', 'h']);
    let (hour, minute) = (number(parts.next()?)?, parts.next()?);
    let minute = if minute.is_empty() { 0 } else { number(minute)? };
    let second = parts.next().map_or(Some(0), |s| number(s.trim_end_matches('s')))?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(add) => hour % 12 + add,
    };
    parts.next().is_none().then(|| NaiveTime::from_hms_opt(hour, minute, second))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(y: i32, mo: u32, d: u32, h: u32, mi: u32) -> Moment {
        Moment::Wall(NaiveDate::from_ymd_opt(y, mo, d).unwrap().and_hms_opt(h, mi, 0).unwrap())
    }

    fn order(cells: &[&str]) -> DateOrder {
        DateOrder::proved_by(cells.iter().copied())
    }

    #[test]
    fn dates_that_can_mean_one_thing_are_read() {
        let open = order(&[]);
        for cell in [
            "2026-03-14 18:30",
            "2026-03-14T18:30",
            "2026-03-14 18:30:00",
            "14.03.2026 18:30",
            "14.3.2026 18.30",
            "2026/03/14 18:30",
            "14/03/2026 18:30",
            "03/14/2026 6:30 PM",
            "14-03-2026 18h30",
            "2026-03-14, 18:30",
            "14.03.2026 18:30 Uhr",
            "14/03/2026 6:30 p.m.",
        ] {
            assert_eq!(open.read(cell, false), Ok(wall(2026, 3, 14, 18, 30)), "{cell}");
        }
        assert_eq!(open.read("05/05/2026 09:00", false), Ok(wall(2026, 5, 5, 9, 0)));
    }

    #[test]
    fn a_column_proves_its_order_or_the_date_is_refused() {
        let cell = "03/04/2026 12:00";
        assert_eq!(
            order(&[cell, "13/04/2026 12:00"]).read(cell, false),
            Ok(wall(2026, 4, 3, 12, 0))
        );
        assert_eq!(
            order(&[cell, "04/13/2026 12:00"]).read(cell, false),
            Ok(wall(2026, 3, 4, 12, 0))
        );
        let unproved = order(&[cell]).read(cell, false).unwrap_err();
        assert!(unproved.contains("could be day first or month first"), "{unproved}");
        let both = order(&[cell, "13/04/2026 12:00", "04/13/2026 12:00"]);
        assert!(both.read(cell, false).unwrap_err().contains("this file has both"));
    }

    #[test]
    fn a_cell_that_names_its_distance_from_utc_is_a_moment() {
        let at = "2026-03-14T17:30:00Z".parse::<DateTime<Utc>>().unwrap();
        for cell in ["2026-03-14T18:30:00+01:00", "2026-03-14 17:30:00Z"] {
            assert_eq!(order(&[]).read(cell, false), Ok(Moment::Instant(at)), "{cell}");
        }
    }

    #[test]
    fn numbers_are_dates_only_where_the_whole_column_is_numbers() {
        assert!(is_serial(["46095.7708333333", "", "46096"].into_iter()));
        assert!(!is_serial(["46095.77", "2026-03-14 18:30"].into_iter()));
        assert!(!is_serial(["", ""].into_iter()));
        let open = order(&[]);
        assert_eq!(open.read("46095.7708333333", true), Ok(wall(2026, 3, 14, 18, 30)));
        assert_eq!(open.read("46095,7708333333", true), Ok(wall(2026, 3, 14, 18, 30)));
        assert!(open.read("46095.7708333333", false).is_err());
    }

    #[test]
    fn what_is_no_date_and_time_is_refused() {
        for cell in [
            "",
            "soon",
            "2026-02-30 10:00",
            "14.03.26 18:30",
            "14/03/26 18:30",
            "2026-03-14 25:00",
            "2026-03-14 13:00 PM",
            "2026-03-14 18:30:00:00",
            "99/99/2026 10:00",
            "2026-03-14 eighteen",
        ] {
            assert!(order(&[]).read(cell, false).is_err(), "{cell}");
        }
        assert!(order(&[]).read("2026-03-14", false).unwrap_err().contains("no time"));
    }
}
