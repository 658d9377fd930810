//! From the click at one desk to the moment another desk's local copy has it, with twenty desks open.

use crate::report::{Report, median, quantile, time};
use crate::stage::{Device, Stage};
use desk::actions;
use desk::open::Desk;
use desk::profile::Places;
use desk::secrets::SignIn;
use desk::view::Happening;
use domain::events::Status;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use testkit::sign_in::{Fault, Seen, until_live};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// A change that has not come by then counts as this late.
const GIVEN_UP: Duration = Duration::from_secs(10);

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let mut desks = Vec::new();
    for (place, device) in stage.devices.iter().enumerate() {
        desks.push(open(stage, place, device).await?);
    }
    let events = stage.events("planning").await?;
    let (mut clicks, mut lags) = (Vec::new(), Vec::new());
    for (turn, event) in (0..stage.scale.times(25)).zip(events) {
        // People click whenever they like, not in step with the desks' asking.
        sleep(Duration::from_millis(rand::random_range(0..500))).await;
        let acting = turn as usize % desks.len();
        let (click, late) = one_change(&mut desks, acting, event).await?;
        clicks.push(click);
        lags.extend(late);
    }
    for (desk, _) in desks {
        desk.close().await;
    }
    report.time(
        "lag from click to another desk, p95 of 20 desks",
        quantile(&lags, 0.95),
        Duration::from_secs(1),
    );
    let (mid, last) = (time(median(&lags)), time(quantile(&lags, 1.0)));
    report.figure("lag: median", &mid, &format!("latest {last}"));
    report.figure("an action until its own desk shows it", &time(median(&clicks)), "");
    Ok(())
}

/// A desk with a copy of the first desk's finished local copy: twenty first syncs would tell nothing more.
pub async fn open(stage: &Stage<'_>, place: usize, device: &Device) -> Result<(Desk, Seen), Fault> {
    let first = &stage.devices[0];
    let folder = stage.office.folder().join(format!("desk-{place}"));
    let copy = |folder: &Path, device: &Device| {
        let places = Places { data: folder.to_owned(), postgres: PathBuf::new() };
        let (server, org) = (stage.office.link.server_id, stage.office.organization);
        places.replica(server, org, device.who.user_id)
    };
    copy_folder(&copy(&stage.synced, first), &copy(&folder, device))?;
    let sign_in = with_key_of(&device.sign_in, &first.sign_in)?;
    let device = Device { sign_in, who: device.who.clone() };
    let (desk, mut seen) = stage.desk(&folder, &device).await?;
    until_live(&desk, &mut seen, Duration::from_secs(60)).await?;
    Ok((desk, seen))
}

pub fn copy_folder(from: &Path, to: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The sign-in of one device with the key of another one's local copies.
fn with_key_of(device: &SignIn, other: &SignIn) -> Result<SignIn, Fault> {
    let (mut mine, theirs) = (serde_json::to_value(device)?, serde_json::to_value(other)?);
    mine["copies"] = theirs["copies"].clone();
    Ok(serde_json::from_value(mine)?)
}

/// Moves an event on at one desk; answers how long that took and how late each other desk had it.
async fn one_change(
    desks: &mut [(Desk, Seen)],
    acting: usize,
    event: Uuid,
) -> Result<(Duration, Vec<Duration>), Fault> {
    let input =
        json!({ "command_id": Uuid::now_v7(), "event_id": event, "to": Status::Preparation });
    let actor = desks[acting].0.clone();
    let clicked = Instant::now();
    let acted = tokio::spawn(async move {
        let answer = actions::run(&actor, "event_advance", input).await;
        (clicked.elapsed(), answer)
    });
    let mut late = Vec::new();
    let others = desks.iter_mut().enumerate().filter(|(place, _)| *place != acting);
    // All watch at once; each notes the moment it was told, so that asking in turn costs none of them anything.
    for (_, (desk, seen)) in others {
        late.push(noticed(desk, seen, event, clicked).await);
    }
    let (took, answer) = acted.await?;
    answer?;
    Ok((took, late))
}

async fn noticed(desk: &Desk, seen: &mut Seen, event: Uuid, clicked: Instant) -> Duration {
    let looking = async {
        while let Some((at, happening)) = seen.recv().await {
            if !matches!(&happening, Happening::Changed(tables) if tables.iter().any(|t| t == "events"))
            {
                continue;
            }
            let found = desk.replica().event(event).await;
            if found.is_ok_and(|e| e.is_some_and(|e| e.status == Status::Preparation)) {
                return at.saturating_duration_since(clicked);
            }
        }
        GIVEN_UP
    };
    timeout(GIVEN_UP, looking).await.unwrap_or(GIVEN_UP)
}
