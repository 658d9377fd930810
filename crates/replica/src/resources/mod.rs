//! Reading resources: the list, one resource's page, the entities that planners work on.

mod list;
mod page;

pub(crate) use list::SEARCHED;
pub use list::{ResourceListInput, ResourceListPage};
pub use page::ResourceDetail;

use crate::entity::{entity, json_of_ids};
use crate::events::count_of;
use crate::schedule::{BookingRow, Held, LONGEST, Near, state_at};
use crate::tasks::rank_in;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::resources::{Resource, ResourceType, ResourceUse};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// Whether available resources are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ResourceAvailable {
    /// Only those that may be booked.
    Yes,
    /// Only those that may not.
    No,
    /// Both.
    #[default]
    Any,
}

/// Which resources to show; every condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceFilter {
    /// Any of these; empty means all.
    pub types: Vec<ResourceType>,
    /// Every word begins a word of the name or role.
    pub text: Option<String>,
    /// Whether they may be booked.
    pub available: ResourceAvailable,
    /// At least one unit is free all the time from here …
    pub free_from: Option<DateTime<Utc>>,
    /// … until here; both or neither.
    pub free_until: Option<DateTime<Utc>>,
}

/// What a list of resources is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ResourceSortBy {
    /// Name without case and accents.
    #[default]
    Name,
    /// People, equipment, materials; then the name.
    Type,
    /// Role without case and accents, then the name; resources without one come last.
    Role,
    /// Units, then the name.
    Quantity,
}

/// Order of a list of resources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ResourceSort {
    /// By what.
    pub by: ResourceSortBy,
    /// Largest or latest first.
    pub descending: bool,
}

/// Whether a resource can be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ResourceNow {
    /// At least one unit.
    Free,
    /// All units are held.
    Busy,
    /// Blocks alone hold all units.
    Blocked,
    /// It is marked as not available.
    Unavailable,
}

/// A resource as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceRow {
    /// Row id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// One of [`ResourceType`], or text of a newer Cloche.
    #[serde(rename = "type")]
    #[specta(type = ResourceType)]
    pub kind: String,
    /// Free text such as `head chef`.
    pub role: Option<String>,
    /// How many units there are.
    pub quantity: i32,
    /// Minutes held before every assignment.
    pub setup_minutes: i32,
    /// Minutes held after every assignment.
    pub teardown_minutes: i32,
    /// Whether it may be booked at all.
    pub is_available: bool,
    /// The member who signs in as this person.
    pub user_id: Option<Uuid>,
    /// Their name.
    pub user_name: Option<String>,
    /// Whether it can be had now, setup and teardown counted.
    pub now: ResourceNow,
    /// Until when that stays so, where known.
    pub now_until: Option<DateTime<Utc>>,
    /// What it is booked or blocked for next.
    pub next: Option<BookingRow>,
    /// Tasks that are assigned to it and not completed, of events that are not archived.
    pub open_tasks: u32,
}

/// The place of a type in lists; types of a newer Cloche come last.
pub(crate) fn type_rank(kind: &str) -> i64 {
    rank_in(ResourceType::all().iter().map(|kind| kind.as_str()), kind)
}

/// Later entries that are looked at to tell until when a resource stays free or busy.
const AHEAD: u32 = 12;
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The columns that [`row_of`] reads, of a `resources r`; `?1` is now.
fn row_columns() -> String {
    let source = "resource_schedule s indexed by schedule_of_resource where s.resource_id = r.id";
    let times = "s.id, s.kind, s.quantity, s.starts_at, s.ends_at";
    format!(
        "r.id, r.name, r.type, r.role, r.quantity, r.setup_minutes, r.teardown_minutes, r.is_available, r.user_id,
         (select coalesce(sum(c.tasks), 0) from assigned_counts c
            where c.resource_id = r.id and c.shelf in (0, 1, 3)),
         (select json_group_array(json_array(hex(x.id), x.kind, x.quantity, x.starts_at, x.ends_at)) from (
            select {times} from {source} and s.is_long = 0 and s.starts_at > ?1 - {LONGEST}
                and s.starts_at <= ?1 + {DAY} and s.ends_at > ?1 - {DAY}
            union all select {times} from {source} and s.is_long = 1 and s.ends_at > ?1 - {DAY}
            union all select * from (select {times} from {source} and s.is_long = 0
                and s.starts_at > ?1 + {DAY} order by s.starts_at limit {AHEAD})) x)"
    )
}

/// A resource and the entries that hold it about now, before its next booking is looked up.
struct Found {
    row: ResourceRow,
    next: Option<Uuid>,
}

fn row_of(
    row: &SqliteRow,
    names: &HashMap<Uuid, String>,
    now: DateTime<Utc>,
) -> Result<Found, ReplicaError> {
    let user_id: Option<Uuid> = row.try_get(8)?;
    let held = Held {
        id: row.try_get(0)?,
        quantity: row.try_get(4)?,
        setup_minutes: row.try_get(5)?,
        teardown_minutes: row.try_get(6)?,
        is_available: row.try_get(7)?,
    };
    let near: Vec<(Uuid, String, i32, i64, i64)> =
        serde_json::from_str(&row.try_get::<String, _>(10)?)
            .map_err(ReplicaError::NotUnderstood)?;
    let later = now.timestamp_micros();
    let next = near.iter().filter(|near| near.3 > later).min_by_key(|near| near.3);
    let next = next.map(|near| near.0);
    let entries = near.into_iter().map(|(id, kind, quantity, starts_at, ends_at)| {
        Near { id, kind, quantity, starts_at, ends_at, is_overridden: false }.entry(held.id)
    });
    let (state, until) = state_at(&held, entries.collect(), now);
    let row = ResourceRow {
        id: held.id,
        name: row.try_get(1)?,
        kind: row.try_get(2)?,
        role: row.try_get(3)?,
        quantity: held.quantity,
        setup_minutes: held.setup_minutes,
        teardown_minutes: held.teardown_minutes,
        is_available: held.is_available,
        user_id,
        user_name: user_id.and_then(|user| names.get(&user).cloned()),
        now: state,
        now_until: until,
        next: None,
        open_tasks: count_of(row.try_get(9)?),
    };
    Ok(Found { row, next })
}

/// The columns of `resources r` that [`resource_of`] reads.
const ENTITY: &str =
    "r.id, r.name, r.type, r.role, r.quantity, r.setup_minutes, r.teardown_minutes,
     r.is_available, r.user_id, r.body";

fn resource_of(row: &SqliteRow) -> Result<Resource, ReplicaError> {
    resource_as(row, &row.try_get::<String, _>(2)?)
}

/// The resource as what bookings hold: one of a type of a newer Cloche is a thing like others.
fn holding_resource(row: &SqliteRow) -> Result<Resource, ReplicaError> {
    let kind = ResourceType::parse(&row.try_get::<String, _>(2)?);
    resource_as(row, kind.unwrap_or(ResourceType::Equipment).as_str())
}

fn resource_as(row: &SqliteRow, kind: &str) -> Result<Resource, ReplicaError> {
    let own = json!({
        "id": row.try_get::<Uuid, _>(0)?,
        "name": row.try_get::<String, _>(1)?,
        "type": kind,
        "role": row.try_get::<Option<String>, _>(3)?,
        "quantity": row.try_get::<i64, _>(4)?,
        "setup_minutes": row.try_get::<i64, _>(5)?,
        "teardown_minutes": row.try_get::<i64, _>(6)?,
        "is_available": row.try_get::<bool, _>(7)?,
        "user_id": row.try_get::<Option<Uuid>, _>(8)?,
    });
    entity(&row.try_get::<String, _>(9)?, own)
}

impl Replica {
    /// The rows of these resources, in the order of the ids.
    pub(crate) async fn resource_rows(
        &self,
        ids: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<Vec<ResourceRow>, ReplicaError> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let sql = format!(
            "select {} from json_each(?2) j cross join resources r on r.id = unhex(j.value) order by j.key",
            row_columns()
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(now.timestamp_micros())
            .bind(json_of_ids(ids))
            .fetch_all(self.readers())
            .await?;
        let names = self.member_names().await?;
        let found =
            rows.iter().map(|row| row_of(row, &names, now)).collect::<Result<Vec<_>, _>>()?;
        let next: Vec<Uuid> = found.iter().filter_map(|found| found.next).collect();
        let table = "json_each(?1) j cross join resource_schedule s on s.id = unhex(j.value)";
        let bookings = self.bookings((table, ""), |query| query.bind(json_of_ids(&next))).await?;
        let mut next: HashMap<Uuid, BookingRow> =
            bookings.into_iter().map(|(booking, _)| (booking.id, booking)).collect();
        let with_next = |found: Found| ResourceRow {
            next: found.next.and_then(|id| next.remove(&id)),
            ..found.row
        };
        Ok(found.into_iter().map(with_next).collect())
    }

    pub(crate) async fn held(&self, resource_id: Uuid) -> Result<Option<Held>, ReplicaError> {
        let found: Option<(i32, i32, i32, bool)> = sqlx::query_as(
            "select quantity, setup_minutes, teardown_minutes, is_available from resources where id = ?1",
        )
        .bind(resource_id)
        .fetch_optional(self.readers())
        .await?;
        Ok(found.map(|(quantity, setup_minutes, teardown_minutes, is_available)| Held {
            id: resource_id,
            quantity,
            setup_minutes,
            teardown_minutes,
            is_available,
        }))
    }

    /// The resource that is linked to a sign-in, if one is.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn linked_resource(&self, user_id: Uuid) -> Result<Option<Uuid>, ReplicaError> {
        let found = sqlx::query_scalar("select id from resources where user_id = ?1 limit 1");
        Ok(found.bind(user_id).fetch_optional(self.readers()).await?)
    }

    /// The resource as planners take it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn resource(&self, resource_id: Uuid) -> Result<Option<Resource>, ReplicaError> {
        Ok(self.resources(&[resource_id]).await?.pop())
    }

    /// Those of the resources that there are, as planners take them, in the order of the ids.
    ///
    /// # Errors
    /// As [`Replica::resource`].
    pub async fn resources(&self, resource_ids: &[Uuid]) -> Result<Vec<Resource>, ReplicaError> {
        self.resources_as(resource_ids, resource_of).await
    }

    /// The same, whatever their types.
    pub(crate) async fn holding_resources(
        &self,
        resource_ids: &[Uuid],
    ) -> Result<Vec<Resource>, ReplicaError> {
        self.resources_as(resource_ids, holding_resource).await
    }

    async fn resources_as(
        &self,
        resource_ids: &[Uuid],
        resource: fn(&SqliteRow) -> Result<Resource, ReplicaError>,
    ) -> Result<Vec<Resource>, ReplicaError> {
        let sql = format!(
            "select {ENTITY} from json_each(?1) j cross join resources r on r.id = unhex(j.value) order by j.key"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(json_of_ids(resource_ids))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(resource).collect()
    }

    /// How much refers to a resource, past and archived things included.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn resource_use(&self, resource_id: Uuid) -> Result<ResourceUse, ReplicaError> {
        let (entries, tasks): (i64, i64) = sqlx::query_as(
            "select (select count(*) from resource_schedule indexed by schedule_of_resource
                     where resource_id = ?1),
                 (select coalesce(sum(tasks), 0) from assigned_counts where resource_id = ?1)",
        )
        .bind(resource_id)
        .fetch_one(self.readers())
        .await?;
        Ok(ResourceUse { entries: count_of(entries), tasks: count_of(tasks) })
    }
}
