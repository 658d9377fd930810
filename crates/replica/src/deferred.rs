//! Loading whole tables: their indexes, triggers, counters and search entries wait until all rows are there.
//!
//! Touching every order's index row by row costs more than everything else of a load together. What waits is noted in
//! the file (table `deferred`) in the same transaction, so it is made up for after a restart too. Meanwhile readers do
//! without: see [`Replica::read_orders`].

use crate::{Page, Replica, ReplicaError};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::sync::atomic::{AtomicBool, Ordering};

/// The large tables. Triggers on other tables stay, so clients that are renamed meanwhile rename their events.
const LARGE: [&str; 2] = ["events", "event_status_log"];

/// A load touches each page once, the indexes after it read them all again; in KiB.
const CACHE_LOADING: &str = "pragma cache_size = -64000";
pub(crate) const CACHE: &str = "-24000";

/// What the triggers on events would have done. The index over an event's client is never deferred.
const MAKE_UP_FOR_EVENTS: [&str; 5] = [
    "delete from event_counts",
    "insert into event_counts
     select is_archived, status_rank, type_key, count(*) from events indexed by events_by_type group by 1, 2, 3",
    "update clients set events = (select count(*) from events e where e.client_id = clients.id)
     where events <> (select count(*) from events e where e.client_id = clients.id)",
    "insert into events_search (events_search) values ('delete-all')",
    "insert into events_unindexed select number from events where true on conflict do nothing",
];

/// Where reads find the orders of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orders {
    /// In their indexes and counters.
    Indexed,
    /// In the rows themselves, while those are loaded.
    Loading,
}

impl Orders {
    /// `indexed by` the index called `name`, where it is there.
    pub fn by(self, name: &str) -> String {
        match self {
            Self::Indexed => format!("indexed by {name}"),
            Self::Loading => String::new(),
        }
    }

    /// What to select the numbers of events of each kind from.
    pub fn counts(self) -> &'static str {
        match self {
            Self::Indexed => "event_counts",
            Self::Loading => {
                "(select is_archived, status_rank, type_key, count(*) as events from events group by 1, 2, 3)"
            }
        }
    }
}

/// Whether events are being loaded, as readers are told.
#[derive(Debug, Default)]
pub(crate) struct Loading(AtomicBool);

impl Loading {
    /// As the file says.
    pub async fn of(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        Ok(Self(AtomicBool::new(are_events_deferred(connection).await?)))
    }

    pub fn set(&self, loading: bool) {
        self.0.store(loading, Ordering::SeqCst);
    }

    pub fn orders(&self) -> Orders {
        if self.0.load(Ordering::SeqCst) { Orders::Loading } else { Orders::Indexed }
    }
}

impl Replica {
    /// Reads events in some order, once more if a load began or ended in the middle.
    pub(crate) async fn read_orders<T, R>(
        &self,
        read: impl Fn(Orders) -> R,
    ) -> Result<T, ReplicaError>
    where
        R: Future<Output = Result<T, ReplicaError>>,
    {
        let before = self.loading().orders();
        match read(before).await {
            Err(_) if self.loading().orders() != before => read(self.loading().orders()).await,
            answer => answer,
        }
    }
}

async fn are_events_deferred(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select 1 from deferred where table_name = 'events')")
        .fetch_one(connection)
        .await
}

/// Whether `pages` hold rows of events, whose indexes then go.
pub(crate) fn are_events(pages: &[Page]) -> bool {
    pages.iter().flat_map(|page| page.rows.first()).any(|image| image.table == "events")
}

/// Puts the indexes and triggers of the large tables in `pages` away. Each page of a load is of one table.
pub(crate) async fn put_away(
    connection: &mut SqliteConnection,
    pages: &[Page],
) -> Result<(), ReplicaError> {
    for table in LARGE {
        let mut firsts = pages.iter().flat_map(|page| page.rows.first());
        if !firsts.any(|image| image.table == table) {
            continue;
        }
        let found: Vec<(String, String)> = sqlx::query_as(
            "insert into deferred (name, table_name, sql)
             select name, tbl_name, sql from sqlite_master
             where tbl_name = ?1 and type in ('index', 'trigger') and sql is not null
                 and name <> 'events_of_client'
             returning name, sql",
        )
        .bind(table)
        .fetch_all(&mut *connection)
        .await?;
        for (name, sql) in found {
            // A name of our own schema.
            let kind = if is_trigger(&sql) { "trigger" } else { "index" };
            sqlx::raw_sql(AssertSqlSafe(format!("drop {kind} {name}")))
                .execute(&mut *connection)
                .await?;
        }
        sqlx::raw_sql(CACHE_LOADING).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Makes what was put away, and everything the triggers would have done.
pub(crate) async fn make_up(connection: &mut SqliteConnection) -> Result<(), ReplicaError> {
    let events = are_events_deferred(connection).await?;
    let mut waiting: Vec<String> = sqlx::query_scalar("delete from deferred returning sql")
        .fetch_all(&mut *connection)
        .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    waiting.sort_by_key(|sql| is_trigger(sql));
    for sql in waiting {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    for statement in MAKE_UP_FOR_EVENTS.iter().filter(|_| events) {
        sqlx::query(*statement).execute(&mut *connection).await?;
    }
    let cache = format!("pragma cache_size = {CACHE}");
    sqlx::raw_sql(AssertSqlSafe(cache)).execute(&mut *connection).await?;
    Ok(())
}

fn is_trigger(sql: &str) -> bool {
    sql.trim_start().to_ascii_lowercase().starts_with("create trigger")
}
