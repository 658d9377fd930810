//! Turns a filter and an order of tasks into SQL that reads little.
//!
//! What belongs to one event, one person or a few words is so little that it is read whole and sorted. Everything else
//! walks the order's index, shelf by shelf: a shelf is a status, of live or of archived events. As in the list of
//! events, the SQL is put together from fixed fragments, and whatever a user typed is a parameter.

use super::found::Found;
use super::order::Order;
use super::{COMPLETED, TaskFilter, TaskScope, TaskSort, TaskState, TasksArchived};
use crate::Viewer;
use crate::text::{Words, sort_key};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite, SqlitePool};
use uuid::Uuid;

/// `due_key` of tasks that are not due at any time.
pub(crate) const NEVER_DUE: i64 = i64::MAX;
/// Below this many matches it is cheaper to look all of them up and sort them than to walk the order's index.
const FEW: i64 = 1_000;
/// Shelves of one kind of event, live or archived; the last is that of statuses of a newer Cloche.
pub(super) const RANKS: i64 = 4;
/// The columns of the search index that a text filter looks at.
pub(crate) const SEARCHED: &str = "title event_name assignee";
/// What the covering sources below carry, and every order needs.
const KEYS: &str = "number, shelf, due_key, category_rank, unassigned, title_key, event_key, assignee_key, event_id";

enum Bind {
    Integer(i64),
    Text(String),
    Id(Option<Uuid>),
}

/// Where the tasks come from that may match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The whole table.
    All,
    Event,
    Person,
    Mine,
}

/// How many tasks there are to choose from; decides what is read.
#[derive(Clone, Default)]
pub(super) struct Matches {
    /// By the search index alone.
    found: i64,
    /// By the whole filter.
    pub total: i64,
    /// Of each shelf, where the counters told.
    shelves: Vec<i64>,
    /// Which ones the search index found, where they are not few: it is asked only once.
    pub(super) broad: Option<Found>,
}

/// A filter as SQL conditions with their parameters; `?1` is always the viewer's resource.
pub(super) struct Selection {
    binds: Vec<Bind>,
    source: Source,
    /// The parameter of the person whose tasks are wanted.
    person: String,
    pub(super) shelves: Vec<i64>,
    /// On columns that every index carries.
    covered: Vec<String>,
    /// On other columns of `tasks t`.
    looked_up: Vec<String>,
    /// The range of `due_key` as parameters: from, until.
    due: Option<(String, String)>,
    due_range: (i64, i64),
    category: Option<i64>,
    pub(super) unassigned: bool,
    /// What the search index is asked, as a parameter: the words, and everything else that it knows of the filter.
    search: Option<String>,
    /// Text without any letter is looked for.
    is_symbolic: bool,
    is_nothing: bool,
}

impl Selection {
    pub fn of(filter: &TaskFilter, viewer: &Viewer) -> Self {
        Self::due_within(filter, viewer, due_range(filter.state, viewer))
    }

    /// The same, of tasks due within a range of instants in microseconds.
    pub fn due_within(filter: &TaskFilter, viewer: &Viewer, due_range: (i64, i64)) -> Self {
        let mut selection = Self {
            binds: vec![Bind::Id(viewer.resource_id)],
            source: Source::All,
            person: "?1".to_owned(),
            shelves: shelves(filter.state, filter.archived),
            covered: vec![],
            looked_up: vec![],
            due: None,
            due_range,
            category: filter.category.map(|c| super::category_rank(c.as_str())),
            unassigned: filter.scope == TaskScope::Unassigned,
            search: None,
            is_symbolic: false,
            is_nothing: filter.scope == TaskScope::Mine && viewer.resource_id.is_none()
                || filter.scope == TaskScope::Unassigned && filter.assigned_to.is_some(),
        };
        selection.add_columns(filter, viewer);
        if let Some(text) = &filter.text {
            selection.add_text(&Words::of(text), filter, viewer);
        }
        selection
    }

    fn add_columns(&mut self, filter: &TaskFilter, viewer: &Viewer) {
        if self.due_range != (i64::MIN, i64::MAX) {
            let from = self.bind(Bind::Integer(self.due_range.0));
            let until = self.bind(Bind::Integer(self.due_range.1));
            self.covered.push(format!("t.due_key >= {from} and t.due_key < {until}"));
            self.due = Some((from, until));
        }
        if let Some(category) = self.category {
            self.covered.push(format!("t.category_rank = {category}"));
        }
        if self.unassigned {
            self.covered.push("t.unassigned = 1".to_owned());
        }
        if let Some(person) = filter.assigned_to {
            self.source = Source::Person;
            self.person = self.bind(Bind::Id(Some(person)));
            if filter.scope == TaskScope::Mine && viewer.resource_id != Some(person) {
                self.looked_up.push(
                    "exists (select 1 from task_helpers h where h.number = t.number and h.assigned_to = ?1)"
                        .to_owned(),
                );
            }
        } else if filter.scope == TaskScope::Mine {
            self.source = Source::Mine;
        }
        if let Some(event_id) = filter.event_id {
            let p = self.bind(Bind::Id(Some(event_id)));
            self.looked_up.push(format!("t.event_id = {p}"));
            if self.source == Source::All {
                self.source = Source::Event;
            }
        }
    }

    fn add_text(&mut self, words: &Words, filter: &TaskFilter, viewer: &Viewer) {
        if let Some(expression) = words.expression(SEARCHED) {
            let state = self.state(filter, viewer);
            self.search = Some(self.bind(Bind::Text(format!("{expression} AND {state}"))));
        }
        // No index knows these: they are looked for in titles alone.
        for symbol in &words.symbols {
            let p = self.bind(Bind::Text(sort_key(symbol)));
            self.looked_up.push(format!("instr(t.title_key, {p})"));
            self.is_symbolic = true;
        }
    }

    /// Everything but the due range and the event as the search index knows it, so that counting matches needs no
    /// lookups.
    fn state(&self, filter: &TaskFilter, viewer: &Viewer) -> String {
        let shelves: Vec<String> = self.shelves.iter().map(|s| format!("\"s{s}\"")).collect();
        let mut state = format!("({})", shelves.join(" OR "));
        if let Some(category) = self.category {
            state.push_str(&format!(" AND \"c{category}\""));
        }
        if self.unassigned {
            state.push_str(" AND \"u\"");
        }
        if let Some(person) = filter.assigned_to {
            state.push_str(&format!(" AND \"a{}\"", person.simple()));
        }
        if let (TaskScope::Mine, Some(me)) = (filter.scope, viewer.resource_id) {
            let me = me.simple();
            state.push_str(&format!(" AND (\"a{me}\" OR \"h{me}\")"));
        }
        format!("{{state}} : ({state})")
    }

    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("?{}", self.binds.len())
    }

    pub(super) fn conditions(&self) -> String {
        self.covered.iter().chain(&self.looked_up).map(|c| format!(" and {c}")).collect()
    }

    /// `from … where …` of everything that may match, for sources that are read whole.
    pub(super) fn narrow(&self) -> String {
        let shelves = list(&self.shelves);
        let conditions = self.conditions();
        match self.source {
            Source::Event => format!(
                "tasks t indexed by tasks_of_event where t.shelf in ({shelves}){conditions}"
            ),
            Source::Person => format!(
                "tasks t indexed by tasks_of_person where t.assigned_to = {} and t.shelf in ({shelves}){conditions}",
                self.person
            ),
            Source::Mine => {
                let range = self.due.as_ref().map_or_else(String::new, |(from, until)| {
                    format!(" and due_key >= {from} and due_key < {until}")
                });
                format!(
                    "(select {KEYS} from tasks indexed by tasks_of_person
                        where assigned_to = ?1 and shelf in ({shelves}){range}
                      union all
                      select {KEYS} from task_helpers where assigned_to = ?1 and shelf in ({shelves}){range}) t
                     where 1{conditions}"
                )
            }
            Source::All if self.unassigned => format!(
                "tasks t indexed by tasks_by_assignee where t.assignee_key = '' and t.shelf in ({shelves}){conditions}"
            ),
            Source::All if self.is_symbolic => format!(
                "tasks t indexed by tasks_by_title where t.shelf in ({shelves}){conditions}"
            ),
            Source::All => {
                format!("tasks t indexed by tasks_by_due where t.shelf in ({shelves}){conditions}")
            }
        }
    }

    /// The same, of those few that the search index finds too.
    fn narrow_found(&self, matches: &Matches) -> String {
        match &self.search {
            Some(search) if matches.broad.is_none() => format!(
                "tasks_search s cross join tasks t on t.number = s.rowid
                 where s.tasks_search match {search}{}",
                self.conditions()
            ),
            _ => self.narrow(),
        }
    }

    /// How many tasks match.
    pub async fn matches(&self, pool: &SqlitePool) -> Result<Matches, sqlx::Error> {
        let mut matches = Matches::default();
        if self.is_nothing {
            return Ok(matches);
        }
        if let Some(search) = &self.search {
            let found = format!(
                "select rowid as number from tasks_search where tasks_search match {search}"
            );
            let found = Found::of(&self.numbers(pool, &found).await?);
            matches.found = found.count;
            matches.broad = Some(found).filter(|found| found.count > FEW);
            let is_decided = self.due.is_none() && self.looked_up.is_empty();
            if matches.found == 0 || is_decided {
                matches.total = matches.found;
                return Ok(matches);
            }
        } else if self.source == Source::All && self.looked_up.is_empty() {
            return self.counted(pool).await;
        }
        if let Some(found) = &matches.broad {
            let candidates = format!("select t.number from {}", self.narrow());
            matches.total = found.among(&self.numbers(pool, &candidates).await?).count() as i64;
            return Ok(matches);
        }
        let sql = format!("select count(*) from {}", self.narrow_found(&matches));
        matches.total = self.count(pool, sql).await?;
        Ok(matches)
    }

    /// From the counters; where the range ends inside a bucket, that part of it is counted.
    async fn counted(&self, pool: &SqlitePool) -> Result<Matches, sqlx::Error> {
        let mut shelves = Vec::with_capacity(self.shelves.len());
        let (from, until) = self.due_range;
        let buckets = (bucket(from) + i64::from(from != i64::MIN), bucket(until));
        let (category, unassigned) = (
            self.category.map_or_else(String::new, |c| format!(" and t.category_rank = {c}")),
            if self.unassigned { " and t.unassigned = 1" } else { "" },
        );
        for shelf in &self.shelves {
            // Whole buckets, then what is left of the range before and after them.
            let ends = match self.due.as_ref() {
                None => format!("t.bucket <= {}", bucket(NEVER_DUE)),
                Some(_) => format!("t.bucket >= {} and t.bucket < {}", buckets.0, buckets.1),
            };
            let mut sql = format!(
                "select coalesce((select sum(t.tasks) from task_counts t
                    where t.shelf = {shelf} and {ends}{category}{unassigned}), 0)"
            );
            for (lo, hi) in self.partial_buckets() {
                sql.push_str(&format!(
                    " + (select count(*) from tasks t indexed by tasks_by_due where t.shelf = {shelf}
                         and t.due_key >= {lo} and t.due_key < {hi}{category}{unassigned})"
                ));
            }
            shelves.push(self.count(pool, sql).await?);
        }
        Ok(Matches { total: shelves.iter().sum(), shelves, ..Matches::default() })
    }

    /// The ends of the due range that are no whole buckets.
    fn partial_buckets(&self) -> Vec<(i64, i64)> {
        let (from, until) = self.due_range;
        if self.due.is_none() {
            return vec![];
        }
        if from != i64::MIN && bucket(from) == bucket(until) {
            return vec![(from, until)];
        }
        let mut parts = vec![(bucket(until) << 40, until)];
        if from != i64::MIN {
            parts.push((from, (bucket(from) + 1) << 40));
        }
        parts
    }

    async fn count(&self, pool: &SqlitePool, sql: String) -> Result<i64, sqlx::Error> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        self.binds
            .iter()
            .fold(query, |query, bind| match bind {
                Bind::Integer(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
                Bind::Id(value) => query.bind(*value),
            })
            .fetch_one(pool)
            .await
    }

    /// The column `number` of a query in its order, as one text: a hundred thousand rows of their own take far longer.
    pub(super) async fn numbers(
        &self,
        pool: &SqlitePool,
        sql: &str,
    ) -> Result<String, sqlx::Error> {
        let sql = format!("select coalesce(group_concat(number), '') from ({sql})");
        self.bound(sqlx::query(AssertSqlSafe(sql))).fetch_one(pool).await?.try_get(0)
    }

    fn bound<'q>(
        &self,
        query: Query<'q, Sqlite, SqliteArguments>,
    ) -> Query<'q, Sqlite, SqliteArguments> {
        self.binds.iter().fold(query, |query, bind| match bind {
            Bind::Integer(value) => query.bind(*value),
            Bind::Text(value) => query.bind(value.clone()),
            Bind::Id(value) => query.bind(*value),
        })
    }

    /// The rows of one window, as [`super::TaskReader`] reads them.
    pub async fn rows(
        &self,
        pool: &SqlitePool,
        sort: TaskSort,
        matches: &Matches,
        window: (u32, u32),
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let window = (i64::from(window.0), i64::from(window.1));
        if let Some(found) = &matches.broad {
            let numbers = self.found_window(pool, sort, (matches.total, found), window).await?;
            return self.rows_of(pool, &numbers).await;
        }
        let sql = self.window(sort, matches, window);
        self.bound(sqlx::query(AssertSqlSafe(sql))).fetch_all(pool).await
    }

    async fn rows_of(
        &self,
        pool: &SqlitePool,
        numbers: &[i64],
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let sql = format!(
            "select {} from json_each(?2) p cross join tasks t on t.number = p.value {} order by p.key",
            super::ROW,
            super::JOINS
        );
        let me = match self.binds.first() {
            Some(Bind::Id(me)) => *me,
            _ => None,
        };
        let numbers = serde_json::json!(numbers).to_string();
        sqlx::query(AssertSqlSafe(sql)).bind(me).bind(numbers).fetch_all(pool).await
    }

    /// Whether what may match is so little that all of it is read and sorted.
    pub(super) fn is_read_whole(&self) -> bool {
        self.source != Source::All || self.is_symbolic
    }

    fn window(&self, sort: TaskSort, matches: &Matches, (offset, limit): (i64, i64)) -> String {
        let order = Order::of(sort);
        let is_narrow = self.is_read_whole()
            || self.search.is_some()
            || matches.total <= FEW && (self.unassigned || self.due.is_some());
        let picked = if is_narrow {
            format!(
                "select number, {} from (select {} from {}) {} limit {limit} offset {offset}",
                order.keys(),
                order.columns("t."),
                self.narrow_found(matches),
                order.by(false)
            )
        } else {
            self.walk(&order, matches, (offset, limit))
        };
        format!(
            "with picked as materialized ({picked})
             select {} from picked p cross join tasks t on t.number = p.number {} {}",
            super::ROW,
            super::JOINS,
            order.by_of("p.", false)
        )
    }

    /// Walks the order's index on every shelf and merges what comes first; from the far end where that is nearer.
    fn walk(&self, order: &Order, matches: &Matches, (offset, limit): (i64, i64)) -> String {
        let limit = limit.min(matches.total - offset);
        let backwards = offset > matches.total / 2;
        let offset = if backwards { matches.total - offset - limit } else { offset };
        let mut parts = Vec::new();
        for (index, shelf) in self.shelves.iter().enumerate() {
            if matches.shelves.get(index).is_some_and(|tasks| *tasks == 0) {
                continue;
            }
            for split in order.splits(self.unassigned) {
                parts.push(self.part(order, *shelf, split, backwards, offset + limit));
            }
        }
        let parts = parts.join(" union all ");
        format!("select * from ({parts}) {} limit {limit} offset {offset}", order.by(backwards))
    }

    fn part(&self, order: &Order, shelf: i64, split: &str, backwards: bool, reach: i64) -> String {
        format!(
            "select * from (select {} from tasks t indexed by {} where t.shelf = {shelf} and {split}{}
             order by {} limit {reach})",
            order.columns("t."),
            order.index,
            self.conditions(),
            order.walked("t.", backwards)
        )
    }
}

fn bucket(due_key: i64) -> i64 {
    due_key >> 40
}

fn shelves(state: TaskState, archived: TasksArchived) -> Vec<i64> {
    let ranks = (0..RANKS).filter(|rank| match state {
        TaskState::Open | TaskState::Overdue | TaskState::DueToday => *rank != COMPLETED,
        TaskState::Completed => *rank == COMPLETED,
        TaskState::Any => true,
    });
    let kinds = if archived == TasksArchived::With { 2 } else { 1 };
    ranks.flat_map(|rank| (0..kinds).map(move |kind| rank + RANKS * kind)).collect()
}

/// The shelves of that state, archived ones too, as a list of SQL.
pub(crate) fn shelves_of(state: TaskState) -> String {
    list(&shelves(state, TasksArchived::With))
}

/// The instants between which tasks of that state are due.
fn due_range(state: TaskState, viewer: &Viewer) -> (i64, i64) {
    match state {
        TaskState::Overdue => (i64::MIN, viewer.minute().timestamp_micros()),
        TaskState::DueToday => {
            (viewer.day_starts_at.timestamp_micros(), viewer.day_ends_at.timestamp_micros())
        }
        TaskState::Open | TaskState::Completed | TaskState::Any => (i64::MIN, i64::MAX),
    }
}

fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
