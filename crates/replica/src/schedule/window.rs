//! What holds resources at one time or during a window, by the domain's own reckoning.

use super::clashes::ClashRow;
use super::{BookingRow, LONGEST, kind_of};
use crate::image::instant_of;
use crate::resources::ResourceNow;
use crate::schedule::bookings::without_venues;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Duration, Utc};
use domain::resources::{Resource, ResourceType};
use domain::schedule::{EntryKind, Load, ScheduleEntry, curve};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Setup or teardown, at most.
const MARGIN: Duration = Duration::days(1);

/// Answer of [`Replica::resource_schedule`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceSchedule {
    /// What touches the window, in order of time.
    pub entries: Vec<BookingRow>,
    /// How much is held when, setup and teardown counted; only where anything is.
    pub load: Vec<LoadStep>,
    /// The clashes that touch the window, in order of time.
    pub clashes: Vec<ClashRow>,
}

/// Some time during which the number of held units stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LoadStep {
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
    /// How many units are held; never none.
    pub booked: u32,
    /// How many there are.
    pub quantity: i32,
}

/// What of a resource decides how long its entries hold it, and whether it can be had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub id: Uuid,
    pub quantity: i32,
    pub setup_minutes: i32,
    pub teardown_minutes: i32,
    pub is_available: bool,
}

impl Held {
    /// The resource as far as the domain's reckoning needs it.
    pub fn load(&self, entries: Vec<ScheduleEntry>) -> Load {
        let resource = Resource {
            id: self.id,
            name: String::new(),
            kind: ResourceType::Equipment,
            role: None,
            quantity: self.quantity,
            setup_minutes: self.setup_minutes,
            teardown_minutes: self.teardown_minutes,
            is_available: self.is_available,
            user_id: None,
            notes: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        };
        Load { resource, entries, titles: HashMap::new() }
    }
}

/// The times of an entry, as far as the domain's reckoning needs it.
#[derive(Debug, Clone)]
pub(crate) struct Near {
    pub id: Uuid,
    pub kind: String,
    pub quantity: i32,
    pub starts_at: i64,
    pub ends_at: i64,
    pub is_overridden: bool,
}

impl Near {
    pub fn entry(self, resource_id: Uuid) -> ScheduleEntry {
        ScheduleEntry {
            id: self.id,
            resource_id,
            event_id: None,
            task_id: None,
            kind: kind_of(&self.kind),
            quantity: self.quantity,
            starts_at: instant_of(self.starts_at),
            ends_at: instant_of(self.ends_at),
            pool_size: None,
            note: None,
            override_reason: self.is_overridden.then(String::new),
            override_by: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// Whether any of a resource can be had at `now`, and until when that stays so, as far as `entries` tell.
pub(crate) fn state_at(
    held: &Held,
    entries: Vec<ScheduleEntry>,
    now: DateTime<Utc>,
) -> (ResourceNow, Option<DateTime<Utc>>) {
    if !held.is_available {
        return (ResourceNow::Unavailable, None);
    }
    let mut load = held.load(entries);
    let is_full = |booked: i64| booked >= i64::from(held.quantity);
    let ahead = curve(&load, now, DateTime::<Utc>::MAX_UTC);
    let mut full = ahead.iter().filter(|stretch| is_full(stretch.booked));
    let Some(first) = full.next() else { return (ResourceNow::Free, None) };
    if first.starts_at > now {
        return (ResourceNow::Free, Some(first.starts_at));
    }
    let mut until = first.ends_at;
    for next in full {
        if next.starts_at > until {
            break;
        }
        until = next.ends_at;
    }
    load.entries.retain(|entry| entry.kind == EntryKind::Block);
    let blocked = curve(&load, now, until)
        .first()
        .is_some_and(|stretch| stretch.starts_at == now && is_full(stretch.booked));
    let state = if blocked { ResourceNow::Blocked } else { ResourceNow::Busy };
    (state, Some(until))
}

impl Replica {
    /// Everything that could hold any resource within `from..until`, by resource.
    pub(crate) async fn entries_near(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<HashMap<Uuid, Vec<ScheduleEntry>>, ReplicaError> {
        type Columns = (Uuid, String, i32, i64, i64);
        let sql = format!(
            "select s.resource_id, s.kind, s.quantity, s.starts_at, s.ends_at
             from resource_schedule s indexed by schedule_by_start
             where s.is_long = 0 and s.starts_at > ?1 - {LONGEST} and s.starts_at < ?2 and s.ends_at > ?1
             union all
             select s.resource_id, s.kind, s.quantity, s.starts_at, s.ends_at
             from resource_schedule s indexed by schedule_by_start
             where s.is_long = 1 and s.starts_at < ?2 and s.ends_at > ?1"
        );
        let rows: Vec<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind((from - MARGIN).timestamp_micros())
            .bind((until + MARGIN).timestamp_micros())
            .fetch_all(self.readers())
            .await?;
        let mut near: HashMap<Uuid, Vec<ScheduleEntry>> = HashMap::new();
        for (resource_id, kind, quantity, starts_at, ends_at) in rows {
            let id = Uuid::nil();
            let times = Near { id, kind, quantity, starts_at, ends_at, is_overridden: false };
            near.entry(resource_id).or_default().push(times.entry(resource_id));
        }
        Ok(near)
    }

    /// What holds a resource within `from..until`, how much of it, and where that clashes.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn resource_schedule(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<ResourceSchedule, ReplicaError> {
        let entries = self.bookings_of(resource_id, from, until).await?;
        let Some(held) = self.held(resource_id).await? else {
            return Ok(ResourceSchedule { entries, load: vec![], clashes: vec![] });
        };
        // Setup and teardown of what lies outside reach into the window.
        let near = self.times_of(resource_id, from - MARGIN, until + MARGIN).await?;
        let load = held.load(near.into_iter().map(|times| times.entry(resource_id)).collect());
        let step = |stretch: domain::schedule::Stretch| LoadStep {
            starts_at: stretch.starts_at,
            ends_at: stretch.ends_at,
            booked: u32::try_from(stretch.booked).unwrap_or(u32::MAX),
            quantity: held.quantity,
        };
        Ok(ResourceSchedule {
            entries,
            load: curve(&load, from, until).into_iter().map(step).collect(),
            clashes: self.clashes_of(resource_id, from, until).await?,
        })
    }

    /// The bookings of a resource that touch `from..until`, in order of time.
    pub(crate) async fn bookings_of(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<BookingRow>, ReplicaError> {
        Ok(without_venues(self.bookings_with_venues(resource_id, from, until).await?))
    }

    pub(crate) async fn bookings_with_venues(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(BookingRow, Option<String>)>, ReplicaError> {
        let table = format!(
            "(select number from resource_schedule indexed by schedule_of_resource
                where resource_id = ?1 and is_long = 0 and starts_at > ?2 - {LONGEST} and starts_at < ?3
                    and ends_at > ?2
              union all
              select number from resource_schedule indexed by schedule_of_resource
                where resource_id = ?1 and is_long = 1 and starts_at < ?3 and ends_at > ?2) found
             cross join resource_schedule s on s.number = found.number"
        );
        let conditions = "order by s.starts_at, s.ends_at, s.number";
        self.bookings((&table, conditions), |query| {
            query.bind(resource_id).bind(from.timestamp_micros()).bind(until.timestamp_micros())
        })
        .await
    }

    async fn times_of(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Near>, ReplicaError> {
        let sql = format!(
            "select {TIMES} from resource_schedule s indexed by schedule_of_resource
             where s.resource_id = ?1 and s.is_long = 0 and s.starts_at > ?2 - {LONGEST} and s.starts_at < ?3
                and s.ends_at > ?2
             union all
             select {TIMES} from resource_schedule s indexed by schedule_of_resource
             where s.resource_id = ?1 and s.is_long = 1 and s.starts_at < ?3 and s.ends_at > ?2"
        );
        let rows: Vec<Times> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(resource_id)
            .bind(from.timestamp_micros())
            .bind(until.timestamp_micros())
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().map(near_of).collect())
    }
}

/// The columns of `resource_schedule s` that [`near_of`] takes; all of them are in `schedule_of_resource`.
pub(crate) const TIMES: &str = "s.id, s.kind, s.quantity, s.starts_at, s.ends_at, s.is_overridden";
pub(crate) type Times = (Uuid, String, i32, i64, i64, bool);

pub(crate) fn near_of((id, kind, quantity, starts_at, ends_at, is_overridden): Times) -> Near {
    Near { id, kind, quantity, starts_at, ends_at, is_overridden }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Held = Held {
        id: Uuid::nil(),
        quantity: 1,
        setup_minutes: 30,
        teardown_minutes: 0,
        is_available: true,
    };

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(hour)
    }

    fn entry(kind: &str, quantity: i32, from: i64, until: i64) -> ScheduleEntry {
        let (starts_at, ends_at) = (at(from).timestamp_micros(), at(until).timestamp_micros());
        let id = Uuid::from_u128(from as u128);
        let kind = kind.to_owned();
        Near { id, kind, quantity, starts_at, ends_at, is_overridden: false }.entry(Uuid::nil())
    }

    #[test]
    fn a_person_is_free_until_setup_begins_and_busy_until_the_last_of_a_row_ends() {
        let day = vec![entry("assignment", 1, 10, 12), entry("assignment", 1, 12, 14)];
        let setup = at(10) - Duration::minutes(30);
        assert_eq!(state_at(&PERSON, day.clone(), at(8)), (ResourceNow::Free, Some(setup)));
        assert_eq!(state_at(&PERSON, day.clone(), setup), (ResourceNow::Busy, Some(at(14))));
        assert_eq!(state_at(&PERSON, day.clone(), at(14)), (ResourceNow::Free, None));
        let away = Held { is_available: false, ..PERSON };
        assert_eq!(state_at(&away, day, at(11)), (ResourceNow::Unavailable, None));
    }

    #[test]
    fn a_pool_is_busy_only_when_nothing_of_it_is_left() {
        let pool = Held { quantity: 10, setup_minutes: 0, ..PERSON };
        let day = vec![entry("assignment", 6, 8, 12), entry("block", 4, 10, 11)];
        assert_eq!(state_at(&pool, day.clone(), at(9)), (ResourceNow::Free, Some(at(10))));
        assert_eq!(state_at(&pool, day, at(10)), (ResourceNow::Busy, Some(at(11))));
        let repair = vec![entry("block", 10, 8, 12)];
        assert_eq!(state_at(&pool, repair, at(9)), (ResourceNow::Blocked, Some(at(12))));
    }
}
