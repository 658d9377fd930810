//! What planners ask about a resource: the resource with whatever holds it around some time.

use super::{ENTITY, LONGEST, holding_entry};
use crate::entity::json_of_ids;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Duration, Utc};
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

    /// The same of several resources at once, in the order of the ids; those that there are not are left out.
    ///
    /// # Errors
    /// As [`Replica::load`].
    pub async fn loads(
        &self,
        resource_ids: &[Uuid],
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Load>, ReplicaError> {
        let range = ((from - MARGIN).timestamp_micros(), (until + MARGIN).timestamp_micros());
        self.loads_within(resource_ids, range).await
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
        range: (i64, i64),
    ) -> Result<Option<Load>, ReplicaError> {
        Ok(self.loads_within(&[resource_id], range).await?.pop())
    }

    async fn loads_within(
        &self,
        resource_ids: &[Uuid],
        (from, until): (i64, i64),
    ) -> Result<Vec<Load>, ReplicaError> {
        let resources = self.holding_resources(resource_ids).await?;
        let sql = format!(
            "select {ENTITY} from json_each(?1) j
             cross join resource_schedule s indexed by schedule_of_resource on s.resource_id = unhex(j.value)
             where s.is_long = 0 and s.starts_at > ?2 - {LONGEST} and s.starts_at < ?3 and s.ends_at > ?2
             union all
             select {ENTITY} from json_each(?1) j
             cross join resource_schedule s indexed by schedule_of_resource on s.resource_id = unhex(j.value)
             where s.is_long = 1 and s.starts_at < ?3 and s.ends_at > ?2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(json_of_ids(resource_ids))
            .bind(from)
            .bind(until)
            .fetch_all(self.readers())
            .await?;
        let mut entries = rows.iter().map(holding_entry).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| (entry.starts_at, entry.id));
        let titles = self.titles(&entries).await?;
        let mut of_resource: HashMap<Uuid, Vec<ScheduleEntry>> = HashMap::new();
        for entry in entries {
            of_resource.entry(entry.resource_id).or_default().push(entry);
        }
        let load = |resource: domain::resources::Resource| {
            let entries = of_resource.remove(&resource.id).unwrap_or_default();
            let titled = entries.iter().filter_map(|entry| entry.event_id);
            let titles = titled.filter_map(|id| Some((id, titles.get(&id)?.clone()))).collect();
            Load { resource, entries, titles }
        };
        Ok(resources.into_iter().map(load).collect())
    }

    /// The names of the events that the entries are for.
    async fn titles(
        &self,
        entries: &[ScheduleEntry],
    ) -> Result<HashMap<Uuid, String>, ReplicaError> {
        let mut events: Vec<Uuid> = entries.iter().filter_map(|entry| entry.event_id).collect();
        events.sort_unstable();
        events.dedup();
        let titles: Vec<(Uuid, String)> = sqlx::query_as(
            "select e.id, e.name from json_each(?1) j cross join events e on e.id = unhex(j.value)",
        )
        .bind(json_of_ids(&events))
        .fetch_all(self.readers())
        .await?;
        Ok(titles.into_iter().collect())
    }
}
