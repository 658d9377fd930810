//! Looking for new versions unasked: soon after the window stands, then once a day.

use super::Updates;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;

/// How often the calendar is looked at: a computer that sleeps at night counts no hours.
const TICK: Duration = Duration::from_secs(60 * 60);

impl Updates {
    /// Looks once the first screen stands, and then daily; runs as long as the app.
    pub async fn watch(self: Arc<Self>) {
        self.shown.notified().await;
        // Offices open in the morning: not all their desks should ask in the same second.
        tokio::time::sleep(Duration::from_secs(rand::random_range(15..90))).await;
        let mut last: Option<DateTime<Utc>> = None;
        loop {
            let wanted = self.now().memory.automatic;
            if wanted && due(last, Utc::now()) {
                last = Some(Utc::now());
                self.check(false).await;
            }
            tokio::time::sleep(TICK).await;
        }
    }
}

/// Whether a day has passed, or the clock has been set back behind the last time.
fn due(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now < last || now - last >= TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_once_a_day() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        assert!(due(None, now));
        assert!(!due(Some(now - TimeDelta::hours(23)), now));
        assert!(due(Some(now - TimeDelta::hours(24)), now));
        assert!(
            due(Some(now + TimeDelta::days(9)), now),
            "a clock that ran ahead does not stop it"
        );
    }
}
