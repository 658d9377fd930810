//! First sync of a whole office, beside what PostgreSQL needs to hand out the same rows as plain text.

use crate::report::{Report, median};
use crate::stage::Stage;
use sqlx::{Connection, PgConnection};
use std::future::poll_fn;
use std::time::{Duration, Instant};
use testkit::sign_in::{Fault, until_live};

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let mut owner = stage.owner().await?;
    let (mut syncs, mut copies, mut rows) = (vec![stage.first_sync], Vec::new(), 0);
    for run in 0..stage.scale.times(2) {
        let folder = tempfile::tempdir()?;
        let begun = Instant::now();
        let (desk, mut seen) = stage.desk(folder.path(), &stage.devices[0]).await?;
        let live = until_live(&desk, &mut seen, Duration::from_secs(120)).await?;
        syncs.push(live - begun);
        desk.close().await;
        let (took, counted) = copy_out(&mut owner, stage).await?;
        rows = counted;
        if run > 0 {
            copies.push(took);
        }
    }
    owner.close().await?;
    let (sync, copy) = (median(&syncs), median(&copies));
    let a_second = |took: Duration| f64::from(rows) / took.as_secs_f64();
    report.time(
        &format!("first sync of {} events ({rows} rows)", stage.scale.events),
        sync,
        Duration::from_secs(5),
    );
    let beside = ("by copy to stdout", a_second(copy));
    report.rate_ratio("first sync: rows a second", a_second(sync), beside, 0.1);
    Ok(())
}

/// The time and the rows of copying every replicated table out over the same kind of connection.
async fn copy_out(owner: &mut PgConnection, stage: &Stage<'_>) -> Result<(Duration, u32), Fault> {
    let begun = Instant::now();
    let mut rows = 0;
    for table in replica::TABLES {
        let org = stage.office.organization;
        let copy = format!("copy (select * from app.{table} where org_id = '{org}') to stdout");
        let mut out = owner.copy_out_raw(&copy).await?;
        // One chunk a row.
        while let Some(chunk) = poll_fn(|cx| out.as_mut().poll_next(cx)).await {
            rows += u32::from(!chunk?.is_empty());
        }
    }
    Ok((begun.elapsed(), rows))
}
