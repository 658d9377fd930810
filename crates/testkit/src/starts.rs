//! How long the embedded server takes to start and stop, for `bench`.

use crate::run::binaries;
use ::server::embedded::{Embedded, EmbeddedOptions};
use ::server::setup;
use std::path::Path;
use std::time::{Duration, Instant};

/// What one office's computer waits for.
#[derive(Debug, Clone, Copy)]
pub struct Starts {
    /// The first start on this computer, making the data folder.
    pub first: Duration,
    /// Setting the database up for the first time.
    pub set_up: Duration,
    /// Any later start.
    pub warm: Duration,
    /// Finding at a later start that the database is up to date.
    pub up_to_date: Duration,
    /// A second window joining.
    pub join: Duration,
    /// Stopping with the app.
    pub stop: Duration,
}

/// Starts, sets up, stops and starts again an office's server in `folder`, which must be empty.
///
/// # Panics
/// When the server does not start.
pub async fn measure_starts(folder: &Path) -> Starts {
    let mut options = EmbeddedOptions::new(binaries(), folder.join("data"));
    options.shared = folder.join("shared");
    let (server, first) = started(&options).await;
    let owner = server.owner_options("cloche");
    let set_up = provisioned(&owner).await;
    server.stop().await.expect("the server stops");
    let (server, warm) = started(&options).await;
    let up_to_date = provisioned(&server.owner_options("cloche")).await;
    let (second, join) = started(&options).await;
    second.stop().await.expect("the second window leaves");
    let begun = Instant::now();
    server.stop().await.expect("the server stops");
    Starts { first, set_up, warm, up_to_date, join, stop: begun.elapsed() }
}

async fn started(options: &EmbeddedOptions) -> (Embedded, Duration) {
    let begun = Instant::now();
    let server = Embedded::start(options).await.expect("the server starts");
    (server, begun.elapsed())
}

async fn provisioned(owner: &setup::OwnerOptions) -> Duration {
    let begun = Instant::now();
    setup::provision(owner, "cloche").await.expect("the database is set up");
    begun.elapsed()
}
