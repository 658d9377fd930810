//! The same screens online and offline: both read the local copy, so both take the same time.

use crate::report::{Report, median};
use crate::stage::Stage;
use desk::actions;
use desk::open::Desk;
use desk::profile::Places;
use replica::sync::SyncState;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use testkit::Relay;
use testkit::sign_in::{Fault, Onlooker, known, opening, until_live};
use tokio::time::{sleep, timeout};

/// A difference up to this is none.
const MOST: f64 = 1.1;
const ROUNDS: u32 = 5;

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let relay = Relay::to(&stage.office.link).await;
    let device = &stage.devices[0];
    let (surface, mut seen) = Onlooker::new();
    let places = Places { data: stage.synced.clone(), postgres: PathBuf::new() };
    let server = known(relay.link(), &device.who, stage.office.organization);
    let opening = opening(places, server, device.sign_in.clone(), surface);
    let desk = Desk::open(opening, device.who.clone()).await?;
    until_live(&desk, &mut seen, Duration::from_secs(60)).await?;
    let turns = stage.scale.times(200).div_ceil(ROUNDS);
    // Whatever is read first is read into memory.
    read(&desk, turns, &mut Times::new()).await?;
    let (mut online, mut offline) = (Times::new(), Times::new());
    // By turns, so that whatever else this computer does slows both alike.
    for _ in 0..ROUNDS {
        read(&desk, turns, &mut online).await?;
        relay.down();
        until(&desk, SyncState::Offline).await?;
        read(&desk, turns, &mut offline).await?;
        relay.up();
        until(&desk, SyncState::Live).await?;
    }
    for (what, took) in &offline {
        let beside = ("online", median(&online[what]));
        report.ratio(&format!("offline: {what}"), median(took), beside, MOST);
    }
    desk.close().await;
    Ok(())
}

async fn until(desk: &Desk, state: SyncState) -> Result<(), Fault> {
    let reached = async {
        while desk.sync_status().state != state {
            sleep(Duration::from_millis(20)).await;
        }
    };
    Ok(timeout(Duration::from_secs(60), reached).await?)
}

type Times = BTreeMap<&'static str, Vec<Duration>>;

async fn read(desk: &Desk, turns: u32, times: &mut Times) -> Result<(), Fault> {
    let filter = json!({ "statuses": [], "client_id": null, "event_type": null, "from": null,
        "until": null, "text": null, "archived": "without" });
    let sort = json!({ "by": "starts_at", "descending": false });
    let screens: [(&str, Value); 3] = [
        ("event_list", json!({ "filter": filter, "sort": sort, "offset": 0, "limit": 100 })),
        ("event_board", json!({ "filter": filter, "per_column": 20 })),
        ("search", json!({ "text": "wedding", "limit": 20 })),
    ];
    for (name, input) in screens {
        let took = times.entry(name).or_default();
        for _ in 0..turns {
            let begun = Instant::now();
            actions::run(desk, name, input.clone()).await?;
            took.push(begun.elapsed());
        }
    }
    Ok(())
}
