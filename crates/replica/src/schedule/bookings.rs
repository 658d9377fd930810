//! Entries of the schedule as screens show them.

use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::events::Status;
use domain::resources::ResourceType;
use domain::schedule::EntryKind;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite};
use std::collections::HashMap;
use uuid::Uuid;

/// That somebody or something is held, as screens show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct BookingRow {
    /// Row id.
    pub id: Uuid,
    /// What is held.
    pub resource_id: Uuid,
    /// Its name; empty while it is not here.
    pub resource_name: String,
    /// One of [`ResourceType`], or text of a newer Cloche.
    #[specta(type = ResourceType)]
    pub resource_type: String,
    /// How long it is held before an assignment.
    pub setup_minutes: i32,
    /// How long it is held after one.
    pub teardown_minutes: i32,
    /// One of [`EntryKind`], or text of a newer Cloche.
    #[specta(type = EntryKind)]
    pub kind: String,
    /// The event it is for; nothing for a block, or where masked.
    pub event_id: Option<Uuid>,
    /// Its name.
    pub event_name: Option<String>,
    /// Where the event stands: one of [`Status`], or text of a newer Cloche.
    #[specta(type = Option<Status>)]
    pub event_status: Option<String>,
    /// The task it is for.
    pub task_id: Option<Uuid>,
    /// Its title.
    pub task_title: Option<String>,
    /// How many units.
    pub quantity: i32,
    /// First instant, without setup.
    pub starts_at: DateTime<Utc>,
    /// First instant after it, without teardown.
    pub ends_at: DateTime<Utc>,
    /// IANA zone of the event's venue, else of the organization.
    pub time_zone: String,
    /// A block's reason.
    pub note: Option<String>,
    /// Why it stands although it clashes.
    pub override_reason: Option<String>,
    /// Who let it stand.
    pub override_by_name: Option<String>,
    /// Of an event that the viewer may not see: only when, and how much.
    pub is_masked: bool,
    /// Whether it is part of a clash that nobody has let stand.
    pub clashes: bool,
}

/// The columns that [`BookingReader::row`] reads, of a `resource_schedule s`. [`JOINS`] follow the table.
const ROW: &str = "s.id, s.resource_id, coalesce(r.name, ''), coalesce(r.type, 'staff'), s.kind, s.event_id, e.name,
     e.status, s.task_id, t.title, s.quantity, s.starts_at, s.ends_at, e.time_zone, s.body ->> 'note',
     s.body ->> 'override_reason', s.body ->> 'override_by',
     exists (select 1 from clash_entries ce cross join clashes c on c.number = ce.clash
        where ce.entry = s.number and c.is_accepted = 0), e.location, coalesce(r.setup_minutes, 0),
     coalesce(r.teardown_minutes, 0)";

/// The tables beside `resource_schedule s` that [`ROW`] reads.
const JOINS: &str =
    "left join resources r on r.id = s.resource_id left join events e on e.id = s.event_id
     left join tasks t on t.id = s.task_id";

/// Turns rows of [`ROW`] into [`BookingRow`]s.
struct BookingReader {
    names: HashMap<Uuid, String>,
    time_zone: String,
}

impl BookingReader {
    fn row(&self, row: &SqliteRow) -> Result<BookingRow, sqlx::Error> {
        let (kind, event_id): (String, Option<Uuid>) = (row.try_get(4)?, row.try_get(5)?);
        let override_by: Option<String> = row.try_get(16)?;
        let override_by: Option<Uuid> = override_by.and_then(|id| id.parse().ok());
        Ok(BookingRow {
            id: row.try_get(0)?,
            resource_id: row.try_get(1)?,
            resource_name: row.try_get(2)?,
            resource_type: row.try_get(3)?,
            setup_minutes: row.try_get(19)?,
            teardown_minutes: row.try_get(20)?,
            is_masked: event_id.is_none() && kind == EntryKind::Assignment.as_str(),
            kind,
            event_id,
            event_name: row.try_get(6)?,
            event_status: row.try_get(7)?,
            task_id: row.try_get(8)?,
            task_title: row.try_get(9)?,
            quantity: row.try_get(10)?,
            starts_at: instant_of(row.try_get(11)?),
            ends_at: instant_of(row.try_get(12)?),
            time_zone: row
                .try_get::<Option<String>, _>(13)?
                .unwrap_or_else(|| self.time_zone.clone()),
            note: row.try_get(14)?,
            override_reason: row.try_get(15)?,
            override_by_name: override_by.and_then(|user| self.names.get(&user).cloned()),
            clashes: row.try_get(17)?,
        })
    }
}

impl Replica {
    /// The bookings that `from` answers: a `resource_schedule s` and what may follow [`JOINS`], with `binds`. Beside each
    /// is its event's venue.
    pub(crate) async fn bookings<'q>(
        &self,
        (table, conditions): (&str, &str),
        bind: impl FnOnce(
            sqlx::query::Query<'q, Sqlite, SqliteArguments>,
        ) -> sqlx::query::Query<'q, Sqlite, SqliteArguments>,
    ) -> Result<Vec<(BookingRow, Option<String>)>, ReplicaError> {
        let sql = format!("select {ROW} from {table} {JOINS} {conditions}");
        let rows = bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(self.readers()).await?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        let time_zone = self.organization().await?.map(|o| o.time_zone).unwrap_or_default();
        let time_zone = if time_zone.is_empty() { "UTC".to_owned() } else { time_zone };
        let reader = BookingReader { names: self.member_names().await?, time_zone };
        let booking = |row: &SqliteRow| Ok((reader.row(row)?, row.try_get(18)?));
        Ok(rows.iter().map(booking).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Everything that is booked for an event, in order of time.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_bookings(&self, event_id: Uuid) -> Result<Vec<BookingRow>, ReplicaError> {
        let table = "resource_schedule s indexed by schedule_of_event";
        let conditions = "where s.event_id = ?1 order by s.starts_at, r.name_key, s.number";
        Ok(without_venues(self.bookings((table, conditions), |query| query.bind(event_id)).await?))
    }

    /// One entry as screens show it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn booking_row(&self, entry_id: Uuid) -> Result<Option<BookingRow>, ReplicaError> {
        let found = self.bookings(("resource_schedule s", "where s.id = ?1"), |q| q.bind(entry_id));
        Ok(without_venues(found.await?).pop())
    }
}

pub(crate) fn without_venues(bookings: Vec<(BookingRow, Option<String>)>) -> Vec<BookingRow> {
    bookings.into_iter().map(|(booking, _)| booking).collect()
}
