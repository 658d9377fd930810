//! Writing images into the replica, and what the replica remembers about its place in the feed.

use crate::tables::{self, REINDEX, Table};
use crate::{Replica, ReplicaError, RowImage, sync::Remembered};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, Transaction};
use std::collections::BTreeSet;

/// Images per statement: large enough to be fast, small enough to keep the JSON of one statement modest.
const BATCH: usize = 1_000;

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
    /// Leave the search index for later; the batch that says `false` brings it up to date. For first loads.
    pub defer_search: bool,
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
                if !batch.defer_search {
                    reindex(transaction).await?;
                }
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
                Some(row) => live.push(tables::flatten(table, image.id, row)?),
                None => gone.push(Value::String(image.id.simple().to_string())),
            }
        }
        let mut rows = 0;
        for batch in live.chunks(BATCH) {
            rows += upsert(transaction, table, batch, page.n).await?;
        }
        for batch in gone.chunks(BATCH) {
            rows += bury(transaction, table, batch, page.n).await?;
        }
        if rows > 0 {
            changed.insert((*name).to_owned());
        }
    }
    Ok(changed)
}

fn json_of(batch: &[Value]) -> String {
    serde_json::to_string(batch).expect("JSON values always print")
}

async fn upsert(
    connection: &mut SqliteConnection,
    table: &Table,
    batch: &[Value],
    n: i64,
) -> Result<u64, ReplicaError> {
    let json = json_of(batch);
    let done = sqlx::query(table.upsert).bind(&json).bind(n).execute(&mut *connection).await?;
    sqlx::query(
        "delete from tombstones where table_name = ?1 and n <= ?3
         and id in (select unhex(j.value ->> 0) from json_each(?2) j)",
    )
    .bind(table.name)
    .bind(&json)
    .bind(n)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes rows whose image is gone and remembers since when. `table.name` is one of our constants.
async fn bury(
    connection: &mut SqliteConnection,
    table: &Table,
    batch: &[Value],
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
    for statement in REINDEX {
        sqlx::query(*statement).execute(&mut *connection).await?;
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
