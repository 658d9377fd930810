//! Reading the schedule: who and what is held when, for what, and where that clashes.

mod bookings;
mod clashes;
mod load;
mod window;

pub use bookings::BookingRow;
pub use clashes::ClashRow;
pub(crate) use clashes::sweep;
pub(crate) use window::{Held, Near, state_at};
pub use window::{LoadStep, ResourceSchedule};

use crate::entity::{entity, json_of_ids};
use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use domain::schedule::{EntryKind, ScheduleEntry};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// Entries that last longer are `is_long`: few, and read one by one, so that all others that touch a window are a range
/// of starts. In microseconds: 32 days, one more than an assignment may last.
pub(crate) const LONGEST: i64 = 32 * 24 * 60 * 60 * 1_000_000;

/// The kind as planners know it; kinds of a newer Cloche hold a resource as a block does.
pub(crate) fn kind_of(text: &str) -> EntryKind {
    EntryKind::parse(text).unwrap_or(EntryKind::Block)
}

/// The columns of `resource_schedule s` that [`entry_of`] reads.
pub(crate) const ENTITY: &str = "s.id, s.resource_id, s.event_id, s.task_id, s.kind, s.quantity, s.starts_at, s.ends_at, s.body";

pub(crate) fn entry_of(row: &SqliteRow) -> Result<ScheduleEntry, ReplicaError> {
    entry_as(row, &row.try_get::<String, _>(4)?)
}

/// The entry as what it is to others: kinds of a newer Cloche hold a resource as a block does.
pub(crate) fn holding_entry(row: &SqliteRow) -> Result<ScheduleEntry, ReplicaError> {
    entry_as(row, kind_of(&row.try_get::<String, _>(4)?).as_str())
}

fn entry_as(row: &SqliteRow, kind: &str) -> Result<ScheduleEntry, ReplicaError> {
    let own = json!({
        "id": row.try_get::<Uuid, _>(0)?,
        "resource_id": row.try_get::<Uuid, _>(1)?,
        "event_id": row.try_get::<Option<Uuid>, _>(2)?,
        "task_id": row.try_get::<Option<Uuid>, _>(3)?,
        "kind": kind,
        "quantity": row.try_get::<i64, _>(5)?,
        "starts_at": instant_of(row.try_get(6)?),
        "ends_at": instant_of(row.try_get(7)?),
    });
    entity(&row.try_get::<String, _>(8)?, own)
}

impl Replica {
    /// The entry as planners take it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn entry(&self, entry_id: Uuid) -> Result<Option<ScheduleEntry>, ReplicaError> {
        Ok(self.entries(&[entry_id]).await?.pop())
    }

    /// Those of the entries that there are, as planners take them, in the order of the ids.
    ///
    /// # Errors
    /// As [`Replica::entry`].
    pub async fn entries(&self, entry_ids: &[Uuid]) -> Result<Vec<ScheduleEntry>, ReplicaError> {
        let from = "json_each(?1) j cross join resource_schedule s on s.id = unhex(j.value) order by j.key";
        self.entries_from(from, json_of_ids(entry_ids), entry_of).await
    }

    /// Every entry of an event, as planners take them, in order of time; those of a kind of a newer Cloche as blocks.
    ///
    /// # Errors
    /// As [`Replica::entry`].
    pub async fn entries_of_event(
        &self,
        event_id: Uuid,
    ) -> Result<Vec<ScheduleEntry>, ReplicaError> {
        let from = "resource_schedule s indexed by schedule_of_event
                    where s.event_id = unhex(?1) order by s.starts_at, s.number";
        self.entries_from(from, event_id.simple().to_string(), holding_entry).await
    }

    /// Every entry that is for one of the tasks, as [`Replica::entries_of_event`] answers them.
    ///
    /// # Errors
    /// As [`Replica::entry`].
    pub async fn entries_of_tasks(
        &self,
        task_ids: &[Uuid],
    ) -> Result<Vec<ScheduleEntry>, ReplicaError> {
        let from = "json_each(?1) j cross join resource_schedule s on s.task_id = unhex(j.value)
                    order by j.key, s.starts_at, s.number";
        self.entries_from(from, json_of_ids(task_ids), holding_entry).await
    }

    async fn entries_from(
        &self,
        from: &str,
        bind: String,
        entry: fn(&SqliteRow) -> Result<ScheduleEntry, ReplicaError>,
    ) -> Result<Vec<ScheduleEntry>, ReplicaError> {
        let sql = format!("select {ENTITY} from {from}");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(bind).fetch_all(self.readers()).await?;
        rows.iter().map(entry).collect()
    }
}
