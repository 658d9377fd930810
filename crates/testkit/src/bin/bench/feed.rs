//! How many desks one server can be polled by.

use crate::report::{Report, median, rate, time};
use crate::stage::Stage;
use replica::sync::CursorReply;
use server::session::Session;
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use tokio::task::JoinSet;
use uuid::Uuid;

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    for sessions in [1, stage.devices.len()] {
        let lasting = Duration::from_secs(u64::from(stage.scale.times(3)).min(3));
        let org = stage.office.organization;
        let mut running = JoinSet::new();
        for device in &stage.devices[..sessions] {
            let session = stage.session(device);
            // Connecting is not measured.
            let _: CursorReply = session.cursor(org).await?;
            running.spawn(async move { poll(session, org, lasting).await });
        }
        let mut took = Vec::new();
        while let Some(polls) = running.join_next().await {
            took.extend(polls??);
        }
        let a_second = took.len() as f64 / lasting.as_secs_f64();
        let plural = if sessions == 1 { "" } else { "s" };
        report.figure(
            &format!("cursor polls, {sessions} session{plural}"),
            &rate(a_second),
            &format!("{} each", time(median(&took))),
        );
    }
    Ok(())
}

async fn poll(session: Session, org: Uuid, lasting: Duration) -> Result<Vec<Duration>, Fault> {
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed() < lasting {
        let asked = Instant::now();
        let _: CursorReply = session.cursor(org).await?;
        took.push(asked.elapsed());
    }
    session.close().await;
    Ok(took)
}
