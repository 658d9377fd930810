//! The table of figures and targets.

use std::fmt;
use std::time::Duration;

/// Figures, each with its target.
pub struct Table {
    heading: String,
    rows: Vec<[String; 5]>,
    met: bool,
}

impl Table {
    pub fn new(heading: &str) -> Self {
        Self { heading: heading.to_owned(), rows: Vec::new(), met: true }
    }

    /// A figure with its target.
    pub fn row(&mut self, what: &str, value: &str, target: &str, met: bool, note: &str) {
        self.met &= met;
        let verdict = if met { "met" } else { "MISSED" };
        self.rows.push([what, value, target, verdict, note].map(str::to_owned));
    }

    /// A figure without one.
    pub fn figure(&mut self, what: &str, value: &str, note: &str) {
        self.rows.push([what, value, "", "", note].map(str::to_owned));
    }

    /// Whether every target was met.
    pub fn is_met(&self) -> bool {
        self.met
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = ["", "measured", "target", "", ""].map(str::to_owned);
        let all = || std::iter::once(&titles).chain(&self.rows);
        let width = |i: usize| all().map(|row| row[i].chars().count()).max().unwrap_or(0);
        let [w, v, t, r] = std::array::from_fn(width);
        writeln!(f, "\nCloche under load: {}\n", self.heading)?;
        for [what, value, target, verdict, note] in all() {
            let line = format!("{what:w$}   {value:>v$}   {target:<t$}   {verdict:r$}   {note}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Milliseconds.
pub fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1e3)
}

/// What so large a part of the measurements stays within.
pub fn quantile(times: &[Duration], part: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
