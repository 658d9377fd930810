//! What planners ask about a resource: the resource with whatever holds it around some time.

use super::{ENTITY, LONGEST, entry_of};
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Duration, Utc};
use domain::resources::Resource;
use domain::schedule::{Load, ScheduleEntry};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use uuid::Uuid;

/// Setup and teardown of two neighbours, each at most a day.
const MARGIN: Duration = Duration::days(2);

impl Replica {
    /// The resource with every entry that could meet `from..until`, setup and teardown counted; `None` when there is no
    /// such resource (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn load(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Load>, ReplicaError> {
        let range = ((from - MARGIN).timestamp_micros(), (until + MARGIN).timestamp_micros());
        self.load_within(resource_id, range).await
    }

    /// The resource with all its entries ever.
    ///
    /// # Errors
    /// As [`Replica::load`].
    pub async fn load_of(&self, resource_id: Uuid) -> Result<Option<Load>, ReplicaError> {
        self.load_within(resource_id, (i64::MIN / 2, i64::MAX)).await
    }

    /// Each resource that the event holds, with every entry that could meet `from..until`, and the event's own ones
    /// wherever they are.
    ///
    /// # Errors
    /// As [`Replica::load`].
    pub async fn loads_of_event(
        &self,
        event_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Load>, ReplicaError> {
        let own = self.entries_of_event(event_id).await?;
        let mut held: Vec<Uuid> = own.iter().map(|entry| entry.resource_id).collect();
        held.sort_unstable();
        held.dedup();
        let mut loads = Vec::with_capacity(held.len());
        for resource_id in held {
            let of_this = || own.iter().filter(|entry| entry.resource_id == resource_id);
            // Entries move with the event, so what is near each of them counts as well as what is near the event.
            let first = of_this().map(|entry| entry.starts_at).chain([from]).min().unwrap_or(from);
            let last = of_this().map(|entry| entry.ends_at).chain([until]).max().unwrap_or(until);
            loads.extend(self.load(resource_id, first, last).await?);
        }
        Ok(loads)
    }

    async fn load_within(
        &self,
        resource_id: Uuid,
        (from, until): (i64, i64),
    ) -> Result<Option<Load>, ReplicaError> {
        let Some(resource) = self.resource(resource_id).await? else { return Ok(None) };
        let sql = format!(
            "select {ENTITY} from resource_schedule s indexed by schedule_of_resource
             where s.resource_id = ?1 and s.is_long = 0 and s.starts_at > ?2 - {LONGEST} and s.starts_at < ?3
                and s.ends_at > ?2
             union all
             select {ENTITY} from resource_schedule s indexed by schedule_of_resource
             where s.resource_id = ?1 and s.is_long = 1 and s.starts_at < ?3 and s.ends_at > ?2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(resource_id)
            .bind(from)
            .bind(until)
            .fetch_all(self.readers())
            .await?;
        let entries = rows.iter().map(entry_of).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(self.titled(resource, entries).await?))
    }

    async fn titled(
        &self,
        resource: Resource,
        mut entries: Vec<ScheduleEntry>,
    ) -> Result<Load, ReplicaError> {
        entries.sort_by_key(|entry| (entry.starts_at, entry.id));
        let mut events: Vec<Uuid> = entries.iter().filter_map(|entry| entry.event_id).collect();
        events.sort_unstable();
        events.dedup();
        let titles: Vec<(Uuid, String)> = sqlx::query_as(
            "select e.id, e.name from json_each(?1) j cross join events e on e.id = unhex(j.value)",
        )
        .bind(crate::entity::json_of_ids(&events))
        .fetch_all(self.readers())
        .await?;
        let titles: HashMap<Uuid, String> = titles.into_iter().collect();
        Ok(Load { resource, entries, titles })
    }
}
