//! Writing images into the replica, and what the replica remembers about its place in the feed.

use crate::image::Cell;
use crate::incoming::{self, Portion};
use crate::schedule::sweep;
use crate::tables::{self, Table};
use crate::tasks::place_helpers;
use crate::{Replica, ReplicaError, RowImage, sync::Remembered};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, Transaction};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows per statement: more make nothing faster.
const ROWS_AT_ONCE: usize = 100;
/// Ids per statement, which travel as JSON.
const IDS_AT_ONCE: usize = 1_000;

/// Images that were taken from one snapshot of the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The feed number of that snapshot; stamps every image.
    pub n: i64,
    /// The images; `None` rows are tombstones.
    pub rows: Vec<RowImage>,
}

/// One transaction's worth of sync: images, and the place in the feed they lead to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Pages in the order in which they were read.
    pub pages: Vec<Page>,
    /// Rows of a whole table that is being loaded.
    pub portion: Option<Box<Portion>>,
    /// What to remember in the same transaction.
    pub remember: Option<Remembered>,
}

/// The names of the tables in which rows changed.
pub type Changed = BTreeSet<String>;

impl Replica {
    /// Merges the images that an action of this desk was answered with, without moving the place in the feed.
    /// Images older than what is here are skipped.
    ///
    /// # Errors
    /// [`ReplicaError::Malformed`] for an image that its table cannot hold, else what SQLite says. Nothing is merged.
    pub async fn merge(&self, rows: Vec<RowImage>, n: i64) -> Result<Changed, ReplicaError> {
        self.write(move |transaction| {
            Box::pin(async move {
                let page = Page { n, rows };
                let changed = merge_page(transaction, &page).await?;
                reindex(transaction).await?;
                know(transaction, n).await?;
                Ok(changed)
            })
        })
        .await
    }

    /// Stores one transaction's worth of sync.
    ///
    /// # Errors
    /// As [`Replica::merge`].
    pub async fn store(&self, batch: Batch) -> Result<Changed, ReplicaError> {
        self.write(move |transaction| {
            Box::pin(async move {
                let mut changed = Changed::new();
                for page in &batch.pages {
                    changed.extend(merge_page(transaction, page).await?);
                }
                if let Some(portion) = &batch.portion
                    && let Some(table) = tables::table(portion.table)
                {
                    changed.extend(incoming::put(transaction, table, portion).await?);
                }
                reindex(transaction).await?;
                if let Some(remembered) = &batch.remember {
                    remember(transaction, remembered).await?;
                }
                Ok(changed)
            })
        })
        .await
    }

    /// Notes that the server answered at `at`, without touching anything else.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn contact(&self, at: DateTime<Utc>) -> Result<(), ReplicaError> {
        self.write(move |transaction| {
            Box::pin(async move {
                set_meta(transaction, "as_of", &at.to_rfc3339()).await?;
                Ok(())
            })
        })
        .await
    }

    /// What the file remembers about its place in the feed; the default for a new file.
    ///
    /// # Errors
    /// What SQLite says. Unreadable notes count as none, which leads to a fresh load.
    pub async fn remembered(&self) -> Result<Remembered, ReplicaError> {
        let meta: Vec<(String, String)> =
            sqlx::query_as("select key, value from meta").fetch_all(self.readers()).await?;
        let find = |name: &str| meta.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
        let mut remembered: Remembered =
            find("sync").and_then(|v| serde_json::from_str(v).ok()).unwrap_or_default();
        if let Some(known) = find("known_n").and_then(|v| v.parse().ok()) {
            remembered.known_n = remembered.known_n.max(known);
        }
        if let Some(at) = find("as_of").and_then(|v| v.parse().ok()) {
            remembered.as_of = remembered.as_of.max(Some(at));
        }
        Ok(remembered)
    }
}

async fn merge_page(
    transaction: &mut Transaction<'_, Sqlite>,
    page: &Page,
) -> Result<Changed, ReplicaError> {
    let mut changed = Changed::new();
    // In the order of TABLES: a client before its events saves renaming them afterwards.
    for name in tables::TABLES {
        let Some(table) = tables::table(name) else { continue };
        let (mut live, mut gone) = (Vec::new(), Vec::new());
        for image in page.rows.iter().filter(|image| image.table == *name) {
            match &image.row {
                Some(row) => live.push(table.cells(Some(image.id), page.n, &row.to_string())?),
                None => gone.push(image.id),
            }
        }
        let mut rows = upsert(transaction, table, live, page.n).await?;
        for batch in gone.chunks(IDS_AT_ONCE) {
            rows += bury(transaction, table, batch, page.n).await?;
        }
        if rows > 0 {
            changed.insert((*name).to_owned());
        }
    }
    Ok(changed)
}

/// Ids as JSON, as 32 hexadecimal digits that `unhex` turns into blobs.
fn json_of(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    serde_json::to_string(&ids).expect("text always prints")
}

/// Writes rows with the statement that `sql` answers for a number of rows; answers how many rows changed.
pub(crate) async fn write_rows(
    connection: &mut SqliteConnection,
    rows: Vec<Vec<Cell>>,
    sql: impl Fn(usize) -> String,
) -> Result<u64, ReplicaError> {
    let mut changed = 0;
    let whole = if rows.len() < ROWS_AT_ONCE { String::new() } else { sql(ROWS_AT_ONCE) };
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Cell>> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        let is_whole = chunk.len() == ROWS_AT_ONCE;
        let sql = if is_whole { whole.clone() } else { sql(chunk.len()) };
        // What comes again is prepared once.
        let is_usual = is_whole || chunk.len() == 1;
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(is_usual);
        for cell in chunk.into_iter().flatten() {
            query = match cell {
                Cell::Null => query.bind(None::<i64>),
                Cell::Integer(number) => query.bind(number),
                Cell::Text(text) => query.bind(text),
                Cell::Id(id) => query.bind(id),
            };
        }
        changed += query.execute(&mut *connection).await?.rows_affected();
    }
    Ok(changed)
}

async fn upsert(
    connection: &mut SqliteConnection,
    table: &Table,
    rows: Vec<Vec<Cell>>,
    n: i64,
) -> Result<u64, ReplicaError> {
    let ids: Vec<Uuid> = rows
        .iter()
        .filter_map(|cells| match cells.first() {
            Some(Cell::Id(id)) => Some(*id),
            _ => None,
        })
        .collect();
    let changed = write_rows(connection, rows, |count| table.upsert(count)).await?;
    for batch in ids.chunks(IDS_AT_ONCE) {
        sqlx::query(
            "delete from tombstones where table_name = ?1 and n <= ?3
             and id in (select unhex(j.value) from json_each(?2) j)",
        )
        .bind(table.name)
        .bind(json_of(batch))
        .bind(n)
        .execute(&mut *connection)
        .await?;
    }
    Ok(changed)
}

/// Deletes rows whose image is gone and remembers since when. `table.name` is one of our constants.
async fn bury(
    connection: &mut SqliteConnection,
    table: &Table,
    batch: &[Uuid],
    n: i64,
) -> Result<u64, ReplicaError> {
    let (name, json) = (table.name, json_of(batch));
    let insert = format!(
        "insert into tombstones (table_name, id, n) select '{name}', unhex(j.value), ?2 from json_each(?1) j
         where not exists (select 1 from {name} r where r.id = unhex(j.value) and r.n > ?2)
         on conflict do update set n = excluded.n where excluded.n > tombstones.n"
    );
    sqlx::query(AssertSqlSafe(insert)).bind(&json).bind(n).execute(&mut *connection).await?;
    let delete = format!(
        "delete from {name} where n <= ?2 and id in (select unhex(j.value) from json_each(?1) j)"
    );
    let done = sqlx::query(AssertSqlSafe(delete)).bind(&json).bind(n).execute(connection).await?;
    Ok(done.rows_affected())
}

async fn reindex(connection: &mut SqliteConnection) -> Result<(), ReplicaError> {
    place_helpers(connection).await?;
    sweep(connection).await?;
    for table in tables::TABLES.iter().filter_map(|name| tables::table(name)) {
        for statement in table.reindex() {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn remember(
    connection: &mut SqliteConnection,
    remembered: &Remembered,
) -> Result<(), ReplicaError> {
    let text = serde_json::to_string(remembered).expect("what is remembered always prints");
    set_meta(connection, "sync", &text).await
}

/// Raises the highest n this file has seen; own answers run ahead of the feed.
async fn know(connection: &mut SqliteConnection, n: i64) -> Result<(), ReplicaError> {
    sqlx::query(
        "insert into meta (key, value) values ('known_n', ?1)
         on conflict do update set value = excluded.value
         where cast(excluded.value as integer) > cast(meta.value as integer)",
    )
    .bind(n.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_meta(
    connection: &mut SqliteConnection,
    key: &str,
    value: &str,
) -> Result<(), ReplicaError> {
    sqlx::query(
        "insert into meta values (?1, ?2) on conflict do update set value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}
