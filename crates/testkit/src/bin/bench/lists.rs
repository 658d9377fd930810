//! Lists of events: from the local copy, beside the same query by prepared SQL over loopback.
//!
//! PostgreSQL gets indexes made for these very queries, which the office's schema does without.

use crate::report::{Report, median, quantile};
use crate::stage::Stage;
use chrono::{DateTime, Utc};
use desk::events::event_list;
use desk::open::Desk;
use domain::events::Status;
use replica::{EventFilter, EventListInput, EventRow, EventSort, EventSortBy};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use uuid::Uuid;

const INDEXES: &str = "
create index bench_start on app.events (org_id, starts_at) where not is_archived;
create index bench_status on app.events (org_id, status, starts_at) where not is_archived;
create index bench_type on app.events (org_id, lower(event_type), starts_at) where not is_archived;
create index bench_guests on app.events (org_id, estimated_attendees) where not is_archived;
create index bench_client on app.clients (org_id, lower(company_name));
analyze app.events;
analyze app.clients;";

const NO_INDEXES: &str = "
drop index app.bench_start, app.bench_status, app.bench_type, app.bench_guests, app.bench_client;";

/// A filter and an order, once for each side.
struct Question {
    what: &'static str,
    input: EventListInput,
    filter: &'static str,
    order: &'static str,
}

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let mut owner = stage.owner().await?;
    sqlx::raw_sql(INDEXES).execute(&mut owner).await?;
    let (desk, _seen) = stage.desk(&stage.synced, &stage.devices[0]).await?;
    let now = Utc::now();
    let mut all = Vec::new();
    for question in questions(now) {
        let (mut local, mut remote) = (Vec::new(), Vec::new());
        for turn in 0..stage.scale.times(200) + 6 {
            let (by_desk, ours) = from_replica(&desk, &question).await?;
            let (by_sql, theirs) =
                from_server(&mut owner, stage.office.organization, &question, now).await?;
            if turn == 0 {
                same(&question, &ours, &theirs)?;
            }
            if turn >= 6 {
                local.push(by_desk);
                remote.push(by_sql);
            }
        }
        let what = format!("list: {}", question.what);
        report.ratio(&what, median(&local), ("by prepared SQL", median(&remote)), 1.0);
        all.extend(local);
    }
    report.time("list: p95 of all of these", quantile(&all, 0.95), Duration::from_millis(5));
    searching(stage, &desk, report).await?;
    desk.close().await;
    sqlx::raw_sql(NO_INDEXES).execute(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

fn questions(now: DateTime<Utc>) -> Vec<Question> {
    let by = |by, descending| EventSort { by, descending };
    let list = |filter, sort| EventListInput { filter, sort, offset: 0, limit: 100 };
    let open = vec![Status::Planning, Status::Preparation];
    vec![
        Question {
            what: "coming events by date",
            input: list(
                EventFilter { from: Some(now), ..EventFilter::default() },
                by(EventSortBy::StartsAt, false),
            ),
            filter: "e.starts_at >= $2",
            order: "e.starts_at",
        },
        Question {
            what: "two statuses, latest first",
            input: list(
                EventFilter { statuses: open.clone(), ..EventFilter::default() },
                by(EventSortBy::StartsAt, true),
            ),
            filter: "e.status in ('planning', 'preparation') and $2::timestamptz is not null",
            order: "e.starts_at desc",
        },
        Question {
            what: "two statuses, coming, by client",
            input: list(
                EventFilter { statuses: open, from: Some(now), ..EventFilter::default() },
                by(EventSortBy::Client, false),
            ),
            filter: "e.status in ('planning', 'preparation') and e.starts_at >= $2",
            order: "lower(c.company_name)",
        },
        Question {
            what: "weddings, largest first",
            input: list(
                EventFilter { event_type: Some("wedding".to_owned()), ..EventFilter::default() },
                by(EventSortBy::Attendees, true),
            ),
            filter: "lower(e.event_type) = 'wedding' and $2::timestamptz is not null",
            order: "e.estimated_attendees desc nulls last",
        },
    ]
}

type Found = (i64, Vec<EventRow>);

async fn from_replica(desk: &Desk, question: &Question) -> Result<(Duration, Found), Fault> {
    let begun = Instant::now();
    let page = event_list(desk, question.input.clone()).await?;
    Ok((begun.elapsed(), (i64::from(page.total), page.rows)))
}

async fn from_server(
    owner: &mut PgConnection,
    org: Uuid,
    question: &Question,
    now: DateTime<Utc>,
) -> Result<(Duration, Found), Fault> {
    let Question { filter, order, .. } = question;
    let count = format!(
        "select count(*) from app.events e where e.org_id = $1 and not e.is_archived and {filter}"
    );
    let rows = format!(
        "select e.id, e.name, e.client_id, c.company_name, e.event_type, e.starts_at, e.ends_at, e.time_zone,
                e.location, e.status, e.estimated_attendees, e.is_archived
         from app.events e join app.clients c on c.org_id = e.org_id and c.id = e.client_id
         where e.org_id = $1 and not e.is_archived and {filter} order by {order} limit 100"
    );
    let begun = Instant::now();
    let total: i64 =
        sqlx::query_scalar(AssertSqlSafe(count)).bind(org).bind(now).fetch_one(&mut *owner).await?;
    let rows = sqlx::query(AssertSqlSafe(rows)).bind(org).bind(now).fetch_all(&mut *owner).await?;
    let rows = rows.iter().map(row_of).collect::<Result<_, _>>()?;
    Ok((begun.elapsed(), (total, rows)))
}

fn row_of(row: &PgRow) -> Result<EventRow, sqlx::Error> {
    Ok(EventRow {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        client_id: row.try_get(2)?,
        client_name: row.try_get(3)?,
        event_type: row.try_get(4)?,
        starts_at: row.try_get(5)?,
        ends_at: row.try_get(6)?,
        time_zone: row.try_get(7)?,
        location: row.try_get(8)?,
        status: row.try_get(9)?,
        estimated_attendees: row.try_get(10)?,
        is_archived: row.try_get(11)?,
    })
}

/// Both must have answered the same question; ties may come in another order.
fn same(question: &Question, ours: &Found, theirs: &Found) -> Result<(), Fault> {
    if ours.0 == theirs.0 && ours.1.len() == theirs.1.len() {
        return Ok(());
    }
    let (a, b) = ((ours.0, ours.1.len()), (theirs.0, theirs.1.len()));
    Err(format!("{}: the answers differ: {a:?}, {b:?}", question.what).into())
}

/// Words in a filter: only the local copy is asked, for PostgreSQL has no index like it.
async fn searching(stage: &Stage<'_>, desk: &Desk, report: &mut Report) -> Result<(), Fault> {
    let mut took = Vec::new();
    for text in ["wed", "hotel miramar", "Ibanez gala", "łukasik 12"] {
        let filter = EventFilter { text: Some(text.to_owned()), ..EventFilter::default() };
        let input = EventListInput { filter, sort: EventSort::default(), offset: 0, limit: 100 };
        for _ in 0..stage.scale.times(40) {
            let begun = Instant::now();
            event_list(desk, input.clone()).await?;
            took.push(begun.elapsed());
        }
    }
    let median = crate::report::time(median(&took));
    let p95 = crate::report::time(quantile(&took, 0.95));
    report.figure("list: filtered by words", &median, &format!("p95 {p95}"));
    Ok(())
}
