//! The one table: what was measured, what it stands beside, their ratio, and the target.

use crate::stage::Scale;
use std::fmt;
use std::time::Duration;

/// The figures of one run.
pub struct Report {
    heading: String,
    lines: Vec<[String; 6]>,
}

impl Report {
    pub fn new(scale: Scale) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let build = if cfg!(debug_assertions) { ", NOT an optimised build" } else { "" };
        let heading = format!("{} events, {cores} cores{build}", scale.events);
        Self { heading, lines: Vec::new() }
    }

    /// A time beside another one, with the most their ratio may be.
    pub fn ratio(&mut self, what: &str, ours: Duration, beside: (&str, Duration), most: f64) {
        let ratio = ours.as_secs_f64() / beside.1.as_secs_f64();
        self.line(
            what,
            &time(ours),
            &of(&time(beside.1), beside.0),
            &plain(ratio),
            most,
            ratio <= most,
        );
    }

    /// A size beside another one, in KiB.
    pub fn size_ratio(&mut self, what: &str, ours: u64, beside: (&str, u64), most: f64) {
        let ratio = ours as f64 / beside.1 as f64;
        self.line(
            what,
            &size(ours),
            &of(&size(beside.1), beside.0),
            &plain(ratio),
            most,
            ratio <= most,
        );
    }

    /// A rate beside another one, with the least their ratio may be.
    pub fn rate_ratio(&mut self, what: &str, ours: f64, beside: (&str, f64), least: f64) {
        let (ratio, there) = (ours / beside.1, of(&rate(beside.1), beside.0));
        let target = format!("≥ {least}");
        self.push(what, &rate(ours), &there, &plain(ratio), &target, Some(ratio >= least));
    }

    /// A time with a limit of its own.
    pub fn time(&mut self, what: &str, ours: Duration, limit: Duration) {
        let target = format!("< {}", time(limit));
        self.push(what, &time(ours), "", "", &target, Some(ours < limit));
    }

    /// What 95 of 100 stay within, with a limit.
    pub fn p95(&mut self, what: &str, took: &[Duration], limit: Duration) {
        let p95 = quantile(took, 0.95);
        let beside = format!("p95; median {}", time(median(took)));
        self.push(what, &time(p95), &beside, "", &format!("≤ {}", time(limit)), Some(p95 <= limit));
    }

    /// How often something happened that must not, with the first of it.
    pub fn none(&mut self, what: &str, count: usize, first: &str) {
        self.push(what, &count.to_string(), first, "", "0", Some(count == 0));
    }

    /// A figure without a target.
    pub fn figure(&mut self, what: &str, ours: &str, beside: &str) {
        self.push(what, ours, beside, "", "", None);
    }

    fn line(&mut self, what: &str, ours: &str, beside: &str, ratio: &str, most: f64, met: bool) {
        self.push(what, ours, beside, ratio, &format!("≤ {most}"), Some(met));
    }

    fn push(
        &mut self,
        what: &str,
        ours: &str,
        beside: &str,
        ratio: &str,
        target: &str,
        met: Option<bool>,
    ) {
        let verdict = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        self.lines.push([what, ours, beside, ratio, target, verdict].map(str::to_owned));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = ["", "Cloche", "beside it", "ratio", "target", ""].map(str::to_owned);
        let all = || std::iter::once(&titles).chain(&self.lines);
        let width = |i: usize| all().map(|line| line[i].chars().count()).max().unwrap_or(0);
        let widths: [usize; 6] = std::array::from_fn(width);
        writeln!(f, "\nCloche, {}\n", self.heading)?;
        for [what, ours, beside, ratio, target, verdict] in all() {
            let [w, o, b, r, t, _] = widths;
            let line = format!(
                "{what:w$}   {ours:>o$}   {beside:<b$}   {ratio:>r$}   {target:<t$}   {verdict}"
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn of(value: &str, what: &str) -> String {
    format!("{value} {what}")
}

/// A time with three digits that count.
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.1 => format!("{:.0} ms", s * 1e3),
        s if s >= 0.01 => format!("{:.1} ms", s * 1e3),
        s if s >= 0.001 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.0} µs", s * 1e6),
    }
}

pub fn size(kib: u64) -> String {
    format!("{} MiB", kib / 1024)
}

/// So many a second.
pub fn rate(a_second: f64) -> String {
    format!("{a_second:.0}/s")
}

fn plain(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// The middle of what was measured.
pub fn median(times: &[Duration]) -> Duration {
    quantile(times, 0.5)
}

/// What so large a part of the measurements stays within.
pub fn quantile(times: &[Duration], part: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
