//! The log: one file a day in the data folder, seven kept, each of a bounded size, no secrets, no personal data.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DAYS: usize = 7;
/// So much a day and not more: something that fails again and again must not fill the disk.
const MOST_A_DAY: u64 = 10 * 1024 * 1024;
const FULL: &[u8] = b"The log of this day is full; it goes on tomorrow.\n";

/// Starts logging; without a writable folder there is no log, and the desk still starts.
///
/// The guard writes what is left when it is dropped.
pub fn start(data: &Path) -> Option<WorkerGuard> {
    let folder = data.join("logs");
    std::fs::create_dir_all(&folder).ok()?;
    // Of an earlier start on the same day; more than a file of this day holds does no harm either.
    let written = newest_size(&folder);
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("cloche")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .ok()?;
    let bounded = Bounded { to: appender, written, most: MOST_A_DAY, day: today() };
    let (writer, guard) = tracing_appender::non_blocking(bounded);
    // sqlx prints statements at debug; they hold no values, but nobody needs them either.
    let filter = EnvFilter::try_from_env("CLOCHE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,zbus=warn"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    subscriber.try_init().ok().map(|()| guard)
}

/// The appender's days are these, too.
fn today() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() / DAY.as_secs()
}

/// How much stands in the file of today, if there is one.
fn newest_size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of_today = entries.filter_map(|entry| entry.metadata().ok()).filter(|data| {
        let changed = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        changed.is_some_and(|at| at.as_secs() / DAY.as_secs() == today())
    });
    of_today.map(|data| data.len()).max().unwrap_or_default()
}

/// Writes until a day's measure is full, and again from the next day on.
struct Bounded<W> {
    to: W,
    written: u64,
    most: u64,
    day: u64,
}

impl<W: Write> Bounded<W> {
    fn write_on(&mut self, day: u64, bytes: &[u8]) -> io::Result<()> {
        if day != self.day {
            (self.day, self.written) = (day, 0);
        }
        let before = self.written;
        self.written = before.saturating_add(bytes.len() as u64);
        if self.written <= self.most {
            self.to.write_all(bytes)
        } else if before <= self.most {
            self.to.write_all(FULL)
        } else {
            Ok(())
        }
    }
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_on(today(), bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_s_log_is_bounded_and_says_so_once() {
        let mut log = Bounded { to: Vec::new(), written: 0, most: 20, day: 1 };
        for _ in 0..100 {
            log.write_on(1, b"0123456\n").unwrap();
        }
        let text = String::from_utf8(log.to.clone()).unwrap();
        assert_eq!(text, format!("0123456\n0123456\n{}", String::from_utf8_lossy(FULL)));
        log.write_on(2, b"morning\n").unwrap();
        assert!(log.to.ends_with(b"tomorrow.\nmorning\n"), "the next day has a measure of its own");
    }

    #[test]
    fn what_an_earlier_start_wrote_today_counts() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_size(folder.path()), 0);
        std::fs::write(folder.path().join("cloche.log"), [b'x'; 500]).unwrap();
        assert_eq!(newest_size(folder.path()), 500);
        let old = std::fs::File::create(folder.path().join("cloche.old.log")).unwrap();
        old.set_len(9000).unwrap();
        old.set_modified(SystemTime::now() - 2 * DAY).unwrap();
        assert_eq!(newest_size(folder.path()), 500, "another day's does not");
    }
}
