//! The log: one file a day in the data folder, seven kept, no secrets, no personal data.

use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Starts logging; without a writable folder there is no log, and the desk still starts.
///
/// The guard writes what is left when it is dropped.
pub fn start(data: &Path) -> Option<WorkerGuard> {
    let folder = data.join("logs");
    std::fs::create_dir_all(&folder).ok()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("cloche")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    // sqlx prints statements at debug; they hold no values, but nobody needs them either.
    let filter = EnvFilter::try_from_env("CLOCHE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,zbus=warn"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    subscriber.try_init().ok().map(|()| guard)
}
