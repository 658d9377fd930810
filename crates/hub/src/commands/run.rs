//! `run`: the service. It watches sessions all day, does the nightly work, and goes on when the server was away.

use crate::cli::FolderArgs;
use crate::error::HubError;
use chrono::{DateTime, Days, Local, NaiveTime, TimeZone};
use clap::Args;
use server::error::ServerError;
use server::upkeep::{Purged, Upkeep};
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// How often sessions are looked at.
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// The longest pause before the server is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Look after a server.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    folder: FolderArgs,
    /// When the nightly work begins, by this computer's clock.
    #[arg(long, default_value = "03:30", value_parser = time_of_day)]
    at: NaiveTime,
}

fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "a time looks like 03:30".to_owned())
}

impl Run {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let (link, secret) = self.folder.open().service()?;
        let mut stop = stop_signal();
        let mut failures = 0_u32;
        loop {
            match Upkeep::connect(&link, &secret).await {
                Ok(upkeep) => {
                    tracing::info!("connected: the service is at work");
                    failures = 0;
                    match self.serve(upkeep, &mut stop).await {
                        None => break,
                        Some(error) => tracing::warn!(%error, "the server went away"),
                    }
                }
                // Nobody can mend these while it waits, but whoever reads the log.
                Err(error) if failures.is_multiple_of(10) => {
                    tracing::warn!(%error, "the server cannot be looked after");
                }
                Err(error) => tracing::debug!(%error, "still not"),
            }
            failures += 1;
            let pause = LONGEST_PAUSE.min(Duration::from_secs(1 << failures.min(6)));
            tokio::select! {
                () = sleep(pause) => {}
                _ = stop.wait_for(|stopped| *stopped) => break,
            }
        }
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }

    /// Works until it is told to stop (`None`), or the server goes away. What is asked of the server is never cut off.
    async fn serve(
        &self,
        mut upkeep: Upkeep,
        stop: &mut watch::Receiver<bool>,
    ) -> Option<ServerError> {
        let mut ticks = interval(WATCH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // At once, too: whatever was left undone while the service was away.
        let mut due = Instant::now();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => {
                    upkeep.close().await;
                    return None;
                }
                _ = ticks.tick() => {}
            }
            if let Err(error) = watch_sessions(&mut upkeep).await {
                return Some(error);
            }
            if Instant::now() < due {
                continue;
            }
            match nightly(&mut upkeep, stop).await {
                Ok(done) => {
                    due = Instant::now() + until(self.at, &Local::now());
                    if !done.is_nothing() {
                        tracing::info!(
                            commands = done.commands,
                            staged_parts = done.staged_parts,
                            sign_ins_closed = done.sign_ins_closed,
                            roles_dropped = done.roles_dropped,
                            "the nightly work is done"
                        );
                    }
                }
                Err(error) if error.is_passing() => return Some(error),
                Err(error) => {
                    tracing::warn!(%error, "the nightly work is put off for a while");
                    due = Instant::now() + Duration::from_secs(600);
                }
            }
        }
    }
}

/// Portion by portion, so that nothing is held for long; the watch goes on in between.
async fn nightly(upkeep: &mut Upkeep, stop: &watch::Receiver<bool>) -> Result<Purged, ServerError> {
    let mut all = Purged::default();
    loop {
        let portion = upkeep.purge().await?;
        all = all.and(portion);
        if portion.is_nothing() || *stop.borrow() {
            return Ok(all);
        }
        watch_sessions(upkeep).await?;
    }
}

async fn watch_sessions(upkeep: &mut Upkeep) -> Result<(), ServerError> {
    let ended = upkeep.end_stuck_sessions().await?;
    if ended.idle + ended.running > 0 {
        tracing::warn!(
            idle = ended.idle,
            running = ended.running,
            roles = ended.roles.join(" "),
            "sessions that held others up were ended"
        );
    }
    Ok(())
}

/// How long until the clock shows `at` next. A time that a change of the clocks skips counts as an hour later.
fn until<Z: TimeZone>(at: NaiveTime, now: &DateTime<Z>) -> Duration {
    (0..3_u64)
        .filter_map(|day| {
            let date = now.date_naive().checked_add_days(Days::new(day))?;
            let zone = now.timezone();
            let meant = zone.from_local_datetime(&date.and_time(at)).earliest();
            meant.or_else(|| {
                let later = date.and_time(at) + chrono::Duration::hours(1);
                zone.from_local_datetime(&later).earliest()
            })
        })
        .find_map(|next| (next - now.clone()).to_std().ok().filter(|wait| !wait.is_zero()))
        .unwrap_or(Duration::from_secs(24 * 3600))
}

/// Turns true when the service is to stop: SIGTERM, SIGINT or Ctrl-C.
fn stop_signal() -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        stopped().await;
        tell.send_replace(true);
        // Whoever waits must find the channel open.
        tell.closed().await;
    });
    told
}

#[cfg(unix)]
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn stopped() {
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    #[test]
    fn the_nightly_work_begins_at_the_next_time_the_clock_shows_it() {
        let at = NaiveTime::from_hms_opt(3, 30, 0).unwrap();
        let hours = |h: u32| Utc.with_ymd_and_hms(2026, 11, 20, h, 30, 0).unwrap();
        assert_eq!(until(at, &hours(1)), Duration::from_secs(2 * 3600));
        assert_eq!(until(at, &hours(3)), Duration::from_secs(24 * 3600), "not twice in one moment");
        assert_eq!(until(at, &hours(22)), Duration::from_secs(5 * 3600));
    }
}
