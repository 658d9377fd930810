//! Booking somebody under the guard, beside inserting the same row under the same exclusion constraint alone.
//!
//! Three of them, each one round trip and one commit to the same disk, into schedules of the same size:
//! - the bare row: a table with the columns and the constraint, and no other index, key, check, policy or trigger;
//! - the guarded row: inserted into `app.resource_schedule` itself, as a device in the role of the door, with row security, every
//!   check, key and index, the guards (setup and teardown, pools, the state the command leaves) and capture;
//! - the whole call through the door, which also looks up the caller, claims the command, checks permissions, locks the
//!   event and the resource, writes the feed, and answers the row.

use crate::report::{Report, median, time};
use crate::stage::Stage;
use chrono::{DateTime, Duration as Hours, Utc};
use domain::change::Plan;
use domain::schedule::{EntryKind, ScheduleEntry};
use secrecy::ExposeSecret;
use server::session::Session;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
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
    let mut device = as_the_door(stage, &mut owner).await?;
    let gaps = gaps(&mut owner, i64::from(stage.scale.times(300)) + WARM_UP as i64).await?;
    let [mut door, mut guarded, mut bare, mut guard] = [const { Vec::new() }; 4];
    for (turn, gap) in gaps.iter().enumerate() {
        let entry = entry(gap);
        // In turns first and second.
        let (by_guard, by_insert) = if turn % 2 == 0 {
            let by_guard = guarded_insert(&mut device, &mut owner, org, &entry).await?;
            (by_guard, insert(&mut owner, BARE, org, &entry).await?)
        } else {
            let by_insert = insert(&mut owner, BARE, org, &entry).await?;
            (guarded_insert(&mut device, &mut owner, org, &entry).await?, by_insert)
        };
        let by_door = by_door(&session, org, &entry).await?;
        let asked = ask_the_guard(&mut owner, org, &entry).await?;
        if turn >= WARM_UP {
            door.push(by_door);
            guarded.push(by_guard);
            bare.push(by_insert);
            guard.push(asked);
        }
    }
    session.close().await;
    device.close().await?;
    sqlx::raw_sql("drop table public.bench_schedule").execute(&mut owner).await?;
    owner.close().await?;
    let beside = ("the same row under the bare exclusion constraint", median(&bare));
    report.ratio(
        "guarded assignment: one insert with all guards, and commit",
        median(&guarded),
        beside,
        MOST,
    );
    report.figure(
        "  of which the guard asks for room",
        &time(median(&guard)),
        "a round trip counted",
    );
    let times = median(&door).as_secs_f64() / median(&bare).as_secs_f64();
    report.figure(
        "  the whole call through the door",
        &time(median(&door)),
        &format!("{times:.2} × the bare row; who calls, locks, feed and answer counted"),
    );
    Ok(())
}

/// A device's connection in the role that the door's functions run in: row security and triggers as in a call.
async fn as_the_door(stage: &Stage<'_>, owner: &mut PgConnection) -> Result<PgConnection, Fault> {
    let device = stage.devices[1].sign_in.device();
    let role = server::identity::device_role(stage.office.link.server_id, device.device_id);
    sqlx::raw_sql(AssertSqlSafe(format!("grant cloche_api to {role} with set true")))
        .execute(owner)
        .await?;
    let options = stage.office.link.options(&role, device.secret.expose_secret());
    let mut connection = options.connect().await?;
    sqlx::raw_sql("set role cloche_api").execute(&mut connection).await?;
    Ok(connection)
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

const BARE: &str = "insert into public.bench_schedule
    (org_id, id, resource_id, event_id, quantity, starts_at, ends_at, pool_size) values ($1, $2, $3, $4, $5, $6, $7, 1)";
const GUARDED: &str = "insert into app.resource_schedule
    (org_id, id, resource_id, event_id, quantity, starts_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7)";

async fn insert(
    connection: &mut PgConnection,
    sql: &'static str,
    org: Uuid,
    entry: &ScheduleEntry,
) -> Result<Duration, Fault> {
    let begun = Instant::now();
    sqlx::query(sql)
        .bind(org)
        .bind(entry.id)
        .bind(entry.resource_id)
        .bind(entry.event_id)
        .bind(entry.quantity)
        .bind(entry.starts_at)
        .bind(entry.ends_at)
        .execute(connection)
        .await?;
    Ok(begun.elapsed())
}

/// The row itself, in a command of its own, and away with it again: nobody's feed knows of it.
async fn guarded_insert(
    device: &mut PgConnection,
    owner: &mut PgConnection,
    org: Uuid,
    entry: &ScheduleEntry,
) -> Result<Duration, Fault> {
    let command = Uuid::now_v7();
    sqlx::query(
        "select set_config('cloche.command', $1, false), set_config('cloche.seq', '0', false)",
    )
    .bind(command.to_string())
    .execute(&mut *device)
    .await?;
    let took = insert(device, GUARDED, org, entry).await?;
    let mut away = owner.begin().await?;
    sqlx::raw_sql("set local session_replication_role = replica").execute(&mut *away).await?;
    for sql in [
        "delete from app.resource_schedule where org_id = $1 and id = $2",
        "delete from app.journal_rows where org_id = $1 and id = $2",
    ] {
        let gone = sqlx::query(sql).bind(org).bind(entry.id).execute(&mut *away).await?;
        if gone.rows_affected() != 1 {
            return Err("the guarded row was not written and captured once".into());
        }
    }
    away.commit().await?;
    Ok(took)
}

async fn ask_the_guard(
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
