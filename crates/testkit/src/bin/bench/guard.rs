//! Booking somebody through the door and its guard, beside inserting the same row under the same exclusion constraint.
//!
//! Both are one round trip and one commit to the same disk, into schedules of the same size. The door also looks up the
//! caller, checks permissions, holds the resource, counts setup and teardown and pools, writes the journal and the feed.
//! The table beside it has the columns and the constraint, but no other index, key, check or trigger.

use crate::report::{Report, median, time};
use crate::stage::Stage;
use chrono::{DateTime, Duration as Hours, Utc};
use domain::change::Plan;
use domain::schedule::{EntryKind, ScheduleEntry};
use server::session::Session;
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use uuid::Uuid;

/// Calls until PL/pgSQL and the driver have settled on their plans.
const WARM_UP: usize = 7;
const MOST: f64 = 3.0;

const BARE_TABLE: &str = "
create table public.bench_schedule (like app.resource_schedule including defaults);
insert into public.bench_schedule select * from app.resource_schedule;
do $$ begin
    execute (select 'alter table public.bench_schedule add constraint bench_no_overlap ' || pg_get_constraintdef(oid)
             from pg_constraint where conname = 'resource_schedule_no_overlap');
end $$;
analyze public.bench_schedule;";

/// A gap in somebody's schedule, between two bookings.
struct Gap {
    resource_id: Uuid,
    event_id: Uuid,
    starts_at: DateTime<Utc>,
}

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let org = stage.office.organization;
    let mut owner = stage.owner().await?;
    sqlx::raw_sql(BARE_TABLE).execute(&mut owner).await?;
    let session = stage.session(&stage.devices[0]);
    let gaps = gaps(&mut owner, i64::from(stage.scale.times(300)) + WARM_UP as i64).await?;
    let (mut door, mut bare, mut guard) = (Vec::new(), Vec::new(), Vec::new());
    for (turn, gap) in gaps.iter().enumerate() {
        let entry = entry(gap);
        // In turns first and second.
        let (by_door, by_insert) = if turn % 2 == 0 {
            let by_door = by_door(&session, org, &entry).await?;
            (by_door, by_insert(&mut owner, org, &entry).await?)
        } else {
            let by_insert = by_insert(&mut owner, org, &entry).await?;
            (by_door(&session, org, &entry).await?, by_insert)
        };
        let asked = by_guard(&mut owner, org, &entry).await?;
        if turn >= WARM_UP {
            door.push(by_door);
            bare.push(by_insert);
            guard.push(asked);
        }
    }
    session.close().await;
    sqlx::raw_sql("drop table public.bench_schedule").execute(&mut owner).await?;
    owner.close().await?;
    let beside = ("inserted under the bare constraint", median(&bare));
    report.ratio("guarded assignment, the whole call", median(&door), beside, MOST);
    report.figure(
        "the guard's own part of it",
        &time(median(&guard)),
        "to ask for room as it does, a round trip counted",
    );
    Ok(())
}

/// Gaps of a day and more, each of them once: who is booked then is so three hours later no longer.
async fn gaps(owner: &mut PgConnection, count: i64) -> Result<Vec<Gap>, Fault> {
    let sql = "select s.resource_id, s.event_id, s.ends_at + interval '3 hours'
               from app.resource_schedule s join app.events e on e.org_id = s.org_id and e.id = s.event_id
               where s.pool_size = 1 and s.starts_at > now() + interval '30 days'
                 and not e.is_archived and e.status <> 'cancelled'
               order by md5(s.id::text) limit $1";
    let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> =
        sqlx::query_as(sql).bind(count).fetch_all(owner).await?;
    let gap = |(resource_id, event_id, starts_at)| Gap { resource_id, event_id, starts_at };
    Ok(rows.into_iter().map(gap).collect())
}

fn entry(gap: &Gap) -> ScheduleEntry {
    ScheduleEntry {
        id: Uuid::now_v7(),
        resource_id: gap.resource_id,
        event_id: Some(gap.event_id),
        task_id: None,
        kind: EntryKind::Assignment,
        quantity: 1,
        starts_at: gap.starts_at,
        ends_at: gap.starts_at + Hours::hours(2),
        pool_size: Some(1),
        note: None,
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

async fn by_door(session: &Session, org: Uuid, entry: &ScheduleEntry) -> Result<Duration, Fault> {
    let changes = Plan::creating(entry).changes;
    let begun = Instant::now();
    session.apply(org, Uuid::now_v7(), "assignment.create", &changes).await?;
    Ok(begun.elapsed())
}

async fn by_insert(
    owner: &mut PgConnection,
    org: Uuid,
    entry: &ScheduleEntry,
) -> Result<Duration, Fault> {
    let begun = Instant::now();
    sqlx::query(
        "insert into public.bench_schedule (org_id, id, resource_id, event_id, quantity, starts_at, ends_at, pool_size)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
    )
    .bind(org)
    .bind(entry.id)
    .bind(entry.resource_id)
    .bind(entry.event_id)
    .bind(entry.quantity)
    .bind(entry.starts_at)
    .bind(entry.ends_at)
    .execute(owner)
    .await?;
    Ok(begun.elapsed())
}

async fn by_guard(
    owner: &mut PgConnection,
    org: Uuid,
    entry: &ScheduleEntry,
) -> Result<Duration, Fault> {
    let begun = Instant::now();
    let _: Vec<Uuid> = sqlx::query_scalar("select app.overbooked($1, array[$2])")
        .bind(org)
        .bind(entry.id)
        .fetch_one(owner)
        .await?;
    Ok(begun.elapsed())
}
