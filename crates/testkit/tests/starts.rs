//! The figures of `bench` come from a real server.

use std::time::Duration;
use testkit::measure_starts;

#[tokio::test]
async fn the_starts_of_an_office_can_be_measured() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let starts = measure_starts(folder.path()).await;
    assert!(starts.first > Duration::ZERO && starts.join < starts.first, "{starts:?}");
}
