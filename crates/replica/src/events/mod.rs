//! Reading events: the list, the board, one event's page.

mod board;
mod detail;
mod list;
mod select;

pub use board::{EventBoard, EventBoardColumn, EventBoardInput};
pub use detail::{EventDetail, StatusChange};
pub(crate) use list::LONGEST_WINDOW;
pub use list::{EventListInput, EventListPage};
pub(crate) use select::SEARCHED;

use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::events::Status;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

/// Whether archived events are among those shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Archived {
    /// Only events that are not archived.
    #[default]
    Without,
    /// Only archived events.
    Only,
    /// Both.
    With,
}

/// Which events to show; every condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventFilter {
    /// Any of these; empty means all.
    pub statuses: Vec<Status>,
    /// Of this client.
    pub client_id: Option<Uuid>,
    /// Of this type, compared without case and accents.
    pub event_type: Option<String>,
    /// Starting at or after this instant.
    pub from: Option<DateTime<Utc>>,
    /// Starting before this instant.
    pub until: Option<DateTime<Utc>>,
    /// Every word begins a word of the name, client, location or type.
    pub text: Option<String>,
    /// Archived events.
    pub archived: Archived,
}

/// What a list of events is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EventSortBy {
    /// First instant.
    #[default]
    StartsAt,
    /// Name without case and accents.
    Name,
    /// Client's name without case and accents.
    Client,
    /// Place in the lifecycle, then first instant.
    Status,
    /// Type without case and accents, then first instant.
    EventType,
    /// Expected people; events that do not say come first.
    Attendees,
    /// What is coming, the nearest first, and after it what has been, the latest first.
    Coming,
}

/// Order of a list of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventSort {
    /// By what.
    pub by: EventSortBy,
    /// Largest or latest first.
    pub descending: bool,
}

/// An event as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct EventRow {
    /// Row id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Whose event it is.
    pub client_id: Uuid,
    /// Empty while the client is not visible.
    pub client_name: String,
    /// Type as typed.
    pub event_type: String,
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// IANA zone of the venue.
    pub time_zone: String,
    /// Venue.
    pub location: Option<String>,
    /// One of [`Status`], or text of a newer Cloche.
    #[specta(type = Status)]
    pub status: String,
    /// Expected people.
    pub estimated_attendees: Option<i32>,
    /// Filed away.
    pub is_archived: bool,
}

/// A type of event and how many events have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventType {
    /// As one of the events spells it.
    pub event_type: String,
    /// How many events, archived ones included.
    pub events: u32,
}

/// Answer of [`Replica::event_types`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventTypes {
    /// The most frequent first.
    pub types: Vec<EventType>,
}

/// The columns that [`row_of`] reads, of an `events` called `e`.
pub(crate) const ROW: &str = "e.id, e.name, e.client_id, e.client_name, e.event_type, e.starts_at, e.ends_at, \
     e.time_zone, e.location, e.status, e.attendees, e.is_archived";

pub(crate) fn row_of(row: &SqliteRow) -> Result<EventRow, sqlx::Error> {
    Ok(EventRow {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        client_id: row.try_get(2)?,
        client_name: row.try_get(3)?,
        event_type: row.try_get(4)?,
        starts_at: instant_of(row.try_get(5)?),
        ends_at: instant_of(row.try_get(6)?),
        time_zone: row.try_get(7)?,
        location: row.try_get(8)?,
        status: row.try_get(9)?,
        estimated_attendees: row.try_get(10)?,
        is_archived: row.try_get(11)?,
    })
}

pub(crate) fn rows_of(rows: &[SqliteRow]) -> Result<Vec<EventRow>, ReplicaError> {
    Ok(rows.iter().map(row_of).collect::<Result<_, _>>()?)
}

/// A count from SQLite; the replica holds fewer than four thousand million rows.
pub(crate) fn count_of(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(if count < 0 { 0 } else { u32::MAX })
}

impl Replica {
    /// Every type of event in use, for filters and suggestions.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_types(&self) -> Result<EventTypes, ReplicaError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select coalesce((select e.event_type from events e indexed by events_by_type
                              where e.is_archived in (0, 1) and e.type_key = t.type_key limit 1), t.type_key),
                    t.events
             from (select type_key, sum(events) as events from event_counts group by type_key) t
             where t.events > 0 order by t.events desc, t.type_key",
        )
        .fetch_all(self.readers())
        .await?;
        let types = rows
            .into_iter()
            .map(|(event_type, events)| EventType { event_type, events: count_of(events) })
            .collect();
        Ok(EventTypes { types })
    }

    /// A client's events, the newest first.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn events_for_client(
        &self,
        client_id: Uuid,
        limit: u32,
    ) -> Result<Vec<EventRow>, ReplicaError> {
        let sql = format!(
            "select {ROW} from events e indexed by events_of_client where e.client_id = ?1
             order by e.starts_at desc, e.number desc limit ?2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(client_id)
            .bind(limit)
            .fetch_all(self.readers())
            .await?;
        rows_of(&rows)
    }
}
