//! The list of resources.

use super::{
    ResourceAvailable, ResourceFilter, ResourceRow, ResourceSort, ResourceSortBy, type_rank,
};
use crate::events::{LONGEST_WINDOW, count_of};
use crate::schedule::Held;
use crate::text::{Words, sort_key};
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Duration, Utc};
use domain::schedule::{Candidate, EntryKind, fit};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Setup or teardown of what is wanted, at most.
const MARGIN: Duration = Duration::days(1);
/// The columns of the search index that a text filter looks at.
pub(crate) const SEARCHED: &str = "name role";

/// Input of [`Replica::resource_list`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceListInput {
    /// Which resources.
    pub filter: ResourceFilter,
    /// In which order.
    pub sort: ResourceSort,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to answer, at most 1 000.
    pub limit: u32,
}

/// Answer of [`Replica::resource_list`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ResourceListPage {
    /// The window.
    pub rows: Vec<ResourceRow>,
    /// How many resources match in all.
    pub total: u32,
}

/// The conditions of a filter on `resources r`, the window aside, with what they bind from `?1` on.
fn conditions(filter: &ResourceFilter) -> (String, Vec<String>) {
    let (mut sql, mut binds) = (String::from("1"), vec![]);
    if !filter.types.is_empty() {
        let ranks: Vec<String> =
            filter.types.iter().map(|kind| type_rank(kind.as_str()).to_string()).collect();
        sql.push_str(&format!(" and r.type_rank in ({})", ranks.join(", ")));
    }
    match filter.available {
        ResourceAvailable::Yes => sql.push_str(" and r.is_available = 1"),
        ResourceAvailable::No => sql.push_str(" and r.is_available = 0"),
        ResourceAvailable::Any => {}
    }
    let words = Words::of(filter.text.as_deref().unwrap_or_default());
    if let Some(expression) = words.expression(SEARCHED) {
        binds.push(expression);
        sql.push_str(
            " and r.number in (select rowid from resources_search where resources_search match ?1)",
        );
    }
    for symbol in &words.symbols {
        binds.push(sort_key(symbol));
        sql.push_str(&format!(" and instr(r.name_key || ' ' || r.role_key, ?{})", binds.len()));
    }
    (sql, binds)
}

fn order(sort: ResourceSort) -> String {
    let direction = if sort.descending { "desc" } else { "asc" };
    let first = match sort.by {
        ResourceSortBy::Name => String::new(),
        ResourceSortBy::Type => format!("r.type_rank {direction}, "),
        ResourceSortBy::Role => format!("r.role_key = '', r.role_key {direction}, "),
        ResourceSortBy::Quantity => format!("r.quantity {direction}, "),
    };
    let name = if sort.by == ResourceSortBy::Name { direction } else { "asc" };
    format!("{first}r.name_key {name}, r.number {name}")
}

impl Replica {
    /// One window of the resources that match, in order, with the number of all matches.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn resource_list(
        &self,
        input: &ResourceListInput,
        now: DateTime<Utc>,
    ) -> Result<ResourceListPage, ReplicaError> {
        // An office has few resources: all that match are read as far as it takes to choose among them.
        let (conditions, binds) = conditions(&input.filter);
        let sql = format!(
            "select r.id, r.quantity, r.setup_minutes, r.teardown_minutes, r.is_available
             from resources r where {conditions} order by {}",
            order(input.sort)
        );
        let mut query = sqlx::query_as::<_, (Uuid, i32, i32, i32, bool)>(AssertSqlSafe(sql));
        for bind in &binds {
            query = query.bind(bind);
        }
        let found = query.fetch_all(self.readers()).await?;
        let found = found.into_iter().map(
            |(id, quantity, setup_minutes, teardown_minutes, is_available)| Held {
                id,
                quantity,
                setup_minutes,
                teardown_minutes,
                is_available,
            },
        );
        let matching: Vec<Uuid> = match (input.filter.free_from, input.filter.free_until) {
            (Some(from), Some(until)) if from < until => {
                self.free_among(found.collect(), from, until).await?
            }
            _ => found.map(|held| held.id).collect(),
        };
        let window: Vec<Uuid> = matching
            .iter()
            .copied()
            .skip(input.offset as usize)
            .take(input.limit.min(LONGEST_WINDOW) as usize)
            .collect();
        let rows = self.resource_rows(&window, now).await?;
        Ok(ResourceListPage { rows, total: count_of(matching.len() as i64) })
    }

    /// Those of which at least one unit could be assigned for all of `from..until`.
    pub(crate) async fn free_among(
        &self,
        resources: Vec<Held>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, ReplicaError> {
        let mut near = self.entries_near(from - MARGIN, until + MARGIN).await?;
        let wanted = Candidate {
            entry: None,
            kind: EntryKind::Assignment,
            quantity: 1,
            starts_at: from,
            ends_at: until,
        };
        let mut is_free = |resource: &Held| {
            let load = resource.load(near.remove(&resource.id).unwrap_or_default());
            resource.is_available && fit(&load, &wanted).free > 0
        };
        Ok(resources.into_iter().filter(|held| is_free(held)).map(|held| held.id).collect())
    }
}
