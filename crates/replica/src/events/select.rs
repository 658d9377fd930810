//! Turns a filter and an order into SQL that walks one index.
//!
//! The SQL is put together from fixed fragments; whatever a user typed is a parameter. Parameters are numbered, since a
//! condition may appear twice (archived and live events are two ranges of every index).

use super::{Archived, EventFilter, EventSort, EventSortBy};
use crate::tables::status_rank;
use crate::text::{Words, sort_key};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqlitePool};
use uuid::Uuid;

/// Below this many matches it is cheaper to look all of them up and sort them than to walk the order's index.
const FEW: i64 = 400;

/// The columns of the search index that a text filter looks at.
pub(crate) const SEARCHED: &str = "name client_name location event_type";

enum Bind {
    Integer(i64),
    Text(String),
    Id(Uuid),
}

/// How many events there are to choose from; decides which index is walked.
#[derive(Clone, Copy)]
pub(super) struct Matches {
    /// By the search index alone.
    found: i64,
    /// By the whole filter.
    pub total: i64,
}

/// A filter as SQL conditions with their parameters.
pub(super) struct Selection {
    binds: Vec<Bind>,
    /// On columns of `events e` that every order's index carries.
    covered: Vec<String>,
    /// On other columns.
    looked_up: Vec<String>,
    /// The search index's expression is the parameter of this number.
    search: Option<String>,
    archived: Vec<i64>,
    ranks: Vec<i64>,
    typed: bool,
    of_client: bool,
    ranged: bool,
}

impl Selection {
    pub fn of(filter: &EventFilter) -> Self {
        let archived = match filter.archived {
            Archived::Without => vec![0],
            Archived::Only => vec![1],
            Archived::With => vec![0, 1],
        };
        let mut ranks: Vec<i64> = filter.statuses.iter().map(|s| rank_of(*s)).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let mut selection = Self {
            binds: vec![],
            covered: vec![],
            looked_up: vec![],
            search: None,
            archived,
            ranks,
            typed: filter.event_type.is_some(),
            of_client: filter.client_id.is_some(),
            ranged: filter.from.is_some() || filter.until.is_some(),
        };
        selection.add_columns(filter);
        if let Some(text) = &filter.text {
            selection.add_text(&Words::of(text));
        }
        selection
    }

    fn add_columns(&mut self, filter: &EventFilter) {
        if !self.ranks.is_empty() {
            self.covered.push(format!("e.status_rank in ({})", list(&self.ranks)));
        }
        if let Some(event_type) = &filter.event_type {
            let p = self.bind(Bind::Text(sort_key(event_type)));
            self.covered.push(format!("e.type_key = {p}"));
        }
        if let Some(from) = filter.from {
            let p = self.bind(Bind::Integer(from.timestamp_micros()));
            self.covered.push(format!("e.starts_at >= {p}"));
        }
        if let Some(until) = filter.until {
            let p = self.bind(Bind::Integer(until.timestamp_micros()));
            self.covered.push(format!("e.starts_at < {p}"));
        }
        if let Some(client_id) = filter.client_id {
            let p = self.bind(Bind::Id(client_id));
            self.looked_up.push(format!("e.client_id = {p}"));
        }
    }

    fn add_text(&mut self, words: &Words) {
        if let Some(mut expression) = words.expression(SEARCHED) {
            let state = self.state();
            if !state.is_empty() {
                expression = format!("{expression} AND {state}");
            }
            self.search = Some(self.bind(Bind::Text(expression)));
        }
        for symbol in &words.symbols {
            let p = self.bind(Bind::Text(symbol.clone()));
            self.looked_up.push(format!(
                "instr(e.name || ' ' || e.client_name || ' ' || coalesce(e.location, '') || ' ' || e.event_type, {p})"
            ));
        }
    }

    /// Archive and status as the search index knows them, so that counting matches needs no lookups.
    fn state(&self) -> String {
        let mut parts = Vec::new();
        if let [archived] = self.archived[..] {
            parts.push(if archived == 0 { "\"live\"" } else { "\"archived\"" }.to_owned());
        }
        if !self.ranks.is_empty() {
            let ranks: Vec<String> = self.ranks.iter().map(|r| format!("\"s{r}\"")).collect();
            parts.push(format!("({})", ranks.join(" OR ")));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("{{state}} : ({})", parts.join(" AND "))
        }
    }

    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("?{}", self.binds.len())
    }

    /// SQL that counts what the search index finds.
    fn counting_found(&self) -> Option<String> {
        let search = self.search.as_ref()?;
        Some(format!("select count(*) from events_search where events_search match {search}"))
    }

    /// Whether the search index alone decides, since it knows archive and status.
    fn is_decided_by_search(&self) -> bool {
        !self.typed && !self.ranged && self.looked_up.is_empty()
    }

    /// SQL that counts the matches; `found` is how many the search index finds.
    fn counting(&self, found: i64) -> String {
        let conditions = self.conditions(true);
        let archived = list(&self.archived);
        match &self.search {
            Some(search) if found <= FEW => format!(
                "select count(*) from events_search s cross join events e on e.number = s.rowid
                 where s.events_search match {search} and e.is_archived in ({archived}){conditions}"
            ),
            Some(search) => format!(
                "select count(*) from events e indexed by {} where e.is_archived in ({archived}){conditions}
                 and e.number in (select rowid from events_search where events_search match {search})",
                self.narrow_index()
            ),
            None if !self.ranged && self.looked_up.is_empty() => format!(
                "select coalesce(sum(e.events), 0) from event_counts e
                 where e.is_archived in ({archived}){conditions}"
            ),
            None => format!(
                "select count(*) from events e indexed by {} where e.is_archived in ({archived}){conditions}",
                self.narrow_index()
            ),
        }
    }

    /// The index that reaches the matches with the least walking.
    fn narrow_index(&self) -> &'static str {
        if self.of_client {
            "events_of_client"
        } else if self.typed {
            "events_by_type"
        } else if !self.ranks.is_empty() {
            "events_by_status"
        } else {
            "events_by_start"
        }
    }

    fn conditions(&self, looked_up: bool) -> String {
        let looked_up = if looked_up { &self.looked_up[..] } else { &[] };
        self.covered.iter().chain(looked_up).map(|c| format!(" and {c}")).collect()
    }

    /// SQL that answers one window of the matches in order, knowing how many there are.
    fn window(&self, sort: EventSort, matches: Matches, offset: u32, limit: u32) -> String {
        let order = Order::of(sort);
        let source = self.source(&order, matches);
        let reach = i64::from(offset) + i64::from(limit);
        // Archived and live events are two ranges of the index; each gives its first rows, then they are merged.
        let range = |archived: i64, limit: i64, offset: u32| {
            format!(
                "select e.number, {} from {source} e.is_archived = {archived}{} {} limit {limit} offset {offset}",
                order.keys,
                self.conditions(true),
                order.by("e.")
            )
        };
        let picked = match self.archived[..] {
            [archived] => range(archived, i64::from(limit), offset),
            _ => format!(
                "select * from (select * from ({}) union all select * from ({})) {} limit {limit} offset {offset}",
                range(0, reach, 0),
                range(1, reach, 0),
                order.by("")
            ),
        };
        format!(
            "with picked as materialized ({picked})
             select {} from picked p cross join events e on e.number = p.number {}",
            super::ROW,
            order.by("p.")
        )
    }

    /// `from … where …`, up to the first condition of our own.
    fn source(&self, order: &Order, matches: Matches) -> String {
        let few = matches.total <= FEW || self.of_client;
        let index = if few { self.narrow_index() } else { order.index };
        match &self.search {
            Some(search) if matches.found <= FEW => format!(
                "events_search s cross join events e on e.number = s.rowid
                 where s.events_search match {search} and"
            ),
            Some(search) => format!(
                "events e indexed by {index} where e.number in
                 (select rowid from events_search where events_search match {search}) and"
            ),
            None => format!("events e indexed by {index} where"),
        }
    }

    /// How many events match.
    pub async fn matches(&self, pool: &SqlitePool) -> Result<Matches, sqlx::Error> {
        let found = match self.counting_found() {
            Some(counting) => self.count(pool, counting).await?,
            None => 0,
        };
        if self.search.is_some() && (found == 0 || self.is_decided_by_search()) {
            return Ok(Matches { found, total: found });
        }
        Ok(Matches { found, total: self.count(pool, self.counting(found)).await? })
    }

    async fn count(&self, pool: &SqlitePool, sql: String) -> Result<i64, sqlx::Error> {
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
        for bind in &self.binds {
            query = match bind {
                Bind::Integer(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
                Bind::Id(value) => query.bind(*value),
            };
        }
        query.fetch_one(pool).await
    }

    /// The rows of one window.
    pub async fn rows(
        &self,
        pool: &SqlitePool,
        sort: EventSort,
        matches: Matches,
        (offset, limit): (u32, u32),
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut query = sqlx::query(AssertSqlSafe(self.window(sort, matches, offset, limit)));
        for bind in &self.binds {
            query = match bind {
                Bind::Integer(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
                Bind::Id(value) => query.bind(*value),
            };
        }
        query.fetch_all(pool).await
    }
}

/// An order: its index, the columns of it that sort, and its direction.
struct Order {
    index: &'static str,
    keys: &'static str,
    names: &'static [&'static str],
    direction: &'static str,
}

impl Order {
    fn of(sort: EventSort) -> Self {
        let (index, keys, names): (_, _, &[&str]) = match sort.by {
            EventSortBy::StartsAt | EventSortBy::Coming => {
                ("events_by_start", "e.starts_at", &["starts_at"])
            }
            EventSortBy::Name => ("events_by_name", "e.name_key", &["name_key"]),
            EventSortBy::Client => ("events_by_client", "e.client_key", &["client_key"]),
            EventSortBy::Status => {
                ("events_by_status", "e.status_rank, e.starts_at", &["status_rank", "starts_at"])
            }
            EventSortBy::EventType => {
                ("events_by_type", "e.type_key, e.starts_at", &["type_key", "starts_at"])
            }
            EventSortBy::Attendees => ("events_by_attendees", "e.attendees", &["attendees"]),
        };
        Self { index, keys, names, direction: if sort.descending { "desc" } else { "asc" } }
    }

    fn by(&self, prefix: &str) -> String {
        let columns: Vec<String> = self
            .names
            .iter()
            .chain(&["number"])
            .map(|name| format!("{prefix}{name} {}", self.direction))
            .collect();
        format!("order by {}", columns.join(", "))
    }
}

fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// The rank of a status that this Cloche knows.
pub(super) fn rank_of(status: domain::events::Status) -> i64 {
    use domain::events::Status;
    status_rank(match status {
        Status::Inquiry => "inquiry",
        Status::Planning => "planning",
        Status::Preparation => "preparation",
        Status::InProgress => "in_progress",
        Status::Completed => "completed",
        Status::FollowUp => "follow_up",
        Status::Cancelled => "cancelled",
    })
}
