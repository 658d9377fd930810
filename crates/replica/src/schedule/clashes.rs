//! Where more of a resource is held than there is: kept ready for every screen, made by the domain's own sweep.
//!
//! Triggers note the resources of which something changed; their clashes are made again in the merge's transaction, or
//! once for all at the end of a first load.

use super::BookingRow;
use super::window::{Held, TIMES, Times, near_of};
use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::schedule::{Clash, ClashReason, ScheduleEntry, clashes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::HashMap;
use uuid::Uuid;

/// Some time during which a schedule cannot be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(rename = "Clash")]
pub struct ClashRow {
    /// Of which there is not enough.
    pub resource_id: Uuid,
    /// Its name.
    pub resource_name: String,
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// The most units that are held at once.
    pub peak: u32,
    /// How many there are.
    pub quantity: i32,
    /// Why.
    pub reason: ClashReason,
    /// Whether all of it was let stand.
    pub accepted: bool,
    /// What holds the resource then, in order of time.
    pub bookings: Vec<BookingRow>,
}

type Columns = (i64, Uuid, String, i64, i64, i64, i32, String, bool);
const COLUMNS: &str =
    "c.number, c.resource_id, coalesce(r.name, ''), c.starts_at, c.ends_at, c.peak, c.quantity,
     c.reason, c.is_accepted";

impl Replica {
    /// The clashes of a resource that touch `from..until`, in order of time.
    pub(crate) async fn clashes_of(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ClashRow>, ReplicaError> {
        let sql = format!(
            "select {COLUMNS} from clashes c indexed by clashes_of_resource
             left join resources r on r.id = c.resource_id
             where c.resource_id = ?1 and c.ends_at > ?2 and c.starts_at < ?3
             order by c.starts_at, c.number"
        );
        let found = sqlx::query_as(AssertSqlSafe(sql))
            .bind(resource_id)
            .bind(from.timestamp_micros())
            .bind(until.timestamp_micros())
            .fetch_all(self.readers())
            .await?;
        self.with_bookings(found).await
    }

    /// The first clashes that are not over at `now` and that nobody has let stand, of one resource or of all, and how
    /// many there are.
    pub(crate) async fn clashes_ahead(
        &self,
        resource_id: Option<Uuid>,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<(Vec<ClashRow>, i64), ReplicaError> {
        let source = match resource_id {
            Some(_) => "clashes c indexed by clashes_of_resource where c.resource_id = ?1",
            None => "clashes c indexed by clashes_by_end where ?1 is null",
        };
        let condition = "c.is_accepted = 0 and c.ends_at > ?2";
        let counting = format!("select count(*) from {source} and {condition}");
        let total: i64 = sqlx::query_scalar(AssertSqlSafe(counting))
            .bind(resource_id)
            .bind(now.timestamp_micros())
            .fetch_one(self.readers())
            .await?;
        let sql = format!(
            "with picked as materialized (select c.number from {source} and {condition}
                 order by c.starts_at, c.number limit {limit})
             select {COLUMNS} from picked p cross join clashes c on c.number = p.number
             left join resources r on r.id = c.resource_id order by c.starts_at, c.number"
        );
        let found = sqlx::query_as(AssertSqlSafe(sql))
            .bind(resource_id)
            .bind(now.timestamp_micros())
            .fetch_all(self.readers())
            .await?;
        Ok((self.with_bookings(found).await?, total))
    }

    async fn with_bookings(&self, found: Vec<Columns>) -> Result<Vec<ClashRow>, ReplicaError> {
        let numbers: Vec<i64> = found.iter().map(|clash| clash.0).collect();
        let entries: Vec<(i64, Uuid)> = sqlx::query_as(
            "select ce.clash, s.id from json_each(?1) j cross join clash_entries ce on ce.clash = j.value
             cross join resource_schedule s on s.number = ce.entry order by j.key, s.starts_at, s.number",
        )
        .bind(Value::from(numbers).to_string())
        .fetch_all(self.readers())
        .await?;
        let ids: Vec<Uuid> = entries.iter().map(|(_, id)| *id).collect();
        let table = "json_each(?1) j cross join resource_schedule s on s.id = unhex(j.value)";
        let bookings = self
            .bookings((table, ""), |query| query.bind(crate::entity::json_of_ids(&ids)))
            .await?;
        let by_id: HashMap<Uuid, BookingRow> =
            bookings.into_iter().map(|(booking, _)| (booking.id, booking)).collect();
        let mut of_clash: HashMap<i64, Vec<BookingRow>> = HashMap::new();
        for (clash, id) in entries {
            of_clash.entry(clash).or_default().extend(by_id.get(&id).cloned());
        }
        let row = |(
            number,
            resource_id,
            resource_name,
            starts_at,
            ends_at,
            peak,
            quantity,
            reason,
            accepted,
        ): Columns| {
            ClashRow {
                resource_id,
                resource_name,
                starts_at: instant_of(starts_at),
                ends_at: instant_of(ends_at),
                peak: u32::try_from(peak).unwrap_or(u32::MAX),
                quantity,
                reason: reason_of(&reason),
                accepted,
                bookings: of_clash.remove(&number).unwrap_or_default(),
            }
        };
        Ok(found.into_iter().map(row).collect())
    }
}

const UNAVAILABLE: &str = "unavailable";

fn reason_of(text: &str) -> ClashReason {
    if text == UNAVAILABLE { ClashReason::Unavailable } else { ClashReason::Overbooked }
}

/// Makes the clashes of every resource again that the triggers noted.
pub(crate) async fn sweep(connection: &mut SqliteConnection) -> Result<(), ReplicaError> {
    let noted: Vec<Uuid> = sqlx::query_scalar("select resource_id from resources_unswept")
        .fetch_all(&mut *connection)
        .await?;
    if noted.is_empty() {
        return Ok(());
    }
    for resource_id in noted {
        sweep_resource(connection, resource_id).await?;
    }
    sqlx::query("delete from resources_unswept").execute(connection).await?;
    Ok(())
}

async fn sweep_resource(
    connection: &mut SqliteConnection,
    resource_id: Uuid,
) -> Result<(), ReplicaError> {
    for statement in [
        "delete from clash_entries where clash in (select number from clashes where resource_id = ?1)",
        "delete from clashes where resource_id = ?1",
    ] {
        sqlx::query(statement).bind(resource_id).execute(&mut *connection).await?;
    }
    let resource: Option<(i32, i32, i32, bool)> = sqlx::query_as(
        "select quantity, setup_minutes, teardown_minutes, is_available from resources where id = ?1",
    )
    .bind(resource_id)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((quantity, setup_minutes, teardown_minutes, is_available)) = resource else {
        return Ok(());
    };
    let held = Held { id: resource_id, quantity, setup_minutes, teardown_minutes, is_available };
    let sql = format!(
        "select {TIMES} from resource_schedule s indexed by schedule_of_resource where s.resource_id = ?1"
    );
    let rows: Vec<Times> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(resource_id).fetch_all(&mut *connection).await?;
    let entries: Vec<ScheduleEntry> =
        rows.into_iter().map(|times| near_of(times).entry(resource_id)).collect();
    // All of them, past ones too: what is over is left out when it is read.
    let found = clashes(&held.load(entries), DateTime::<Utc>::MIN_UTC);
    if found.is_empty() { Ok(()) } else { keep(connection, resource_id, &found).await }
}

/// Writes the clashes of a resource of which none is kept.
async fn keep(
    connection: &mut SqliteConnection,
    resource_id: Uuid,
    found: &[Clash],
) -> Result<(), ReplicaError> {
    let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from clashes")
        .fetch_one(&mut *connection)
        .await?;
    let found = Value::from(found.iter().map(printed).collect::<Vec<_>>()).to_string();
    for statement in [
        "insert into clashes (number, resource_id, starts_at, ends_at, peak, quantity, reason, is_accepted)
         select ?3 + 1 + j.key, ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4,
             j.value ->> 5
         from json_each(?2) j",
        "insert into clash_entries (clash, entry)
         select ?3 + 1 + j.key, s.number from json_each(?2) j, json_each(j.value, '$[6]') k
         cross join resource_schedule s on s.id = unhex(k.value) where ?1 is not null on conflict do nothing",
    ] {
        let query = sqlx::query(statement).bind(resource_id).bind(&found).bind(last);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// A clash as the statements of [`keep`] read it.
fn printed(clash: &Clash) -> Value {
    let reason = match clash.reason {
        ClashReason::Overbooked => "overbooked",
        ClashReason::Unavailable => UNAVAILABLE,
    };
    let entries: Vec<String> = clash.entries.iter().map(|id| id.simple().to_string()).collect();
    json!([
        clash.starts_at.timestamp_micros(),
        clash.ends_at.timestamp_micros(),
        clash.peak,
        clash.quantity,
        reason,
        i32::from(clash.accepted),
        entries
    ])
}
