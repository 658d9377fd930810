//! Loading a whole table: its rows come into a bare table of the same shape, `incoming_<table>`, which takes the table's
//! place when the last row is there.
//!
//! Each page is then written once, in the order of ids, and indexes, counters and search are made in one go over all
//! rows; row by row they cost more than everything else of a load together. Until the exchange, readers find the table as
//! it was: empty but for own changes, with every index they walk. All of it happens in transactions of the file, so an
//! interrupted load goes on where it was.

use crate::catch_up::{also_changed, catch_up};
use crate::image::{Cell, PrintedRow};
use crate::merge::write_rows;
use crate::tables::Table;
use crate::{Changed, ReplicaError};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// Rows of a whole table, by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// One of [`crate::TABLES`].
    pub table: &'static str,
    /// The feed number of the snapshot they are from; stamps every row.
    pub n: i64,
    /// The feed number at the start of the load. What has a later one may have changed since it was loaded.
    pub since: i64,
    /// The rows; ids are later than those of the portion before.
    pub rows: Vec<PrintedRow>,
    /// Whether the table ends here.
    pub last: bool,
}

/// In KiB, only while indexes are made: the pages of a table are read again for each of them.
const CACHE_INDEXING: i64 = -64_000;

/// Writes one portion; answers the tables in which readers find other rows now.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    table: &Table,
    portion: &Portion,
) -> Result<Changed, ReplicaError> {
    let incoming = format!("incoming_{}", table.name);
    let shape = definition(connection, table.name).await?;
    if definition(connection, &incoming).await?.is_none() {
        let Some(shape) = shape else { return Err(ReplicaError::Damaged) };
        run(connection, shape.replacen(table.name, &incoming, 1)).await?;
    }
    let rows: Vec<Vec<Cell>> = portion
        .rows
        .iter()
        .map(|row| table.cells(None, portion.n, row.json()))
        .collect::<Result<_, _>>()?;
    // A row that comes twice is of two snapshots: the later one counts.
    let insert = |rows| table.insert(&incoming, rows).replacen("insert", "insert or replace", 1);
    write_rows(connection, rows, insert).await?;
    if !portion.last {
        return Ok(Changed::new());
    }
    let usual: i64 = sqlx::query_scalar("pragma cache_size").fetch_one(&mut *connection).await?;
    cache(connection, CACHE_INDEXING).await?;
    let exchanged = exchange(connection, table, &incoming, portion.since).await;
    cache(connection, usual).await?;
    exchanged
}

async fn cache(connection: &mut SqliteConnection, size: i64) -> Result<(), ReplicaError> {
    run(connection, format!("pragma cache_size = {size}")).await
}

/// Puts the incoming table in the place of the table itself.
async fn exchange(
    connection: &mut SqliteConnection,
    table: &Table,
    incoming: &str,
    since: i64,
) -> Result<Changed, ReplicaError> {
    keep_own_changes(connection, table, incoming).await?;
    let (indexes, triggers) = (
        belonging(connection, table.name, "index").await?,
        belonging(connection, table.name, "trigger").await?,
    );
    run(connection, format!("drop table {}", table.name)).await?;
    // Or renaming would look into the triggers of other tables, which name the table that is missing just now.
    run(connection, "pragma legacy_alter_table = on".to_owned()).await?;
    let renamed = run(connection, format!("alter table {incoming} rename to {}", table.name)).await;
    run(connection, "pragma legacy_alter_table = off".to_owned()).await?;
    renamed?;
    for index in indexes {
        run(connection, index).await?;
    }
    let mut changed = Changed::from([table.name.to_owned()]);
    for statement in catch_up(table.name) {
        let query = sqlx::query(*statement);
        let query = if statement.contains("?1") { query.bind(since) } else { query };
        query.execute(&mut *connection).await?;
    }
    changed.extend(also_changed(table.name).iter().map(|name| (*name).to_owned()));
    for statement in table.index_all() {
        run(connection, statement).await?;
    }
    for trigger in triggers {
        run(connection, trigger).await?;
    }
    Ok(changed)
}

/// Brings what actions changed during the load into the incoming rows, by the rules of every merge.
async fn keep_own_changes(
    connection: &mut SqliteConnection,
    table: &Table,
    incoming: &str,
) -> Result<(), ReplicaError> {
    let (name, columns) = (table.name, table.columns());
    let gone = format!("from tombstones t where t.table_name = '{name}'");
    for statement in [
        format!(
            "delete from {incoming} where id in (select t.id {gone})
             and n < (select t.n {gone} and t.id = {incoming}.id)"
        ),
        format!(
            "delete from tombstones where table_name = '{name}'
             and exists (select 1 from {incoming} i where i.id = tombstones.id)"
        ),
        format!(
            "delete from {incoming} where id in (select id from {name})
             and n <= (select r.n from {name} r where r.id = {incoming}.id)"
        ),
        format!("insert or ignore into {incoming} ({columns}) select {columns} from {name}"),
    ] {
        run(connection, statement).await?;
    }
    Ok(())
}

/// The SQL that made a table; `None` where there is no such table.
async fn definition(
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<Option<String>, ReplicaError> {
    Ok(sqlx::query_scalar("select sql from sqlite_master where type = 'table' and name = ?1")
        .bind(name)
        .fetch_optional(connection)
        .await?)
}

/// The SQL that made the indexes or triggers of a table.
async fn belonging(
    connection: &mut SqliteConnection,
    table: &str,
    kind: &str,
) -> Result<Vec<String>, ReplicaError> {
    Ok(sqlx::query_scalar(
        "select sql from sqlite_master where tbl_name = ?1 and type = ?2 and sql is not null order by rowid",
    )
    .bind(table)
    .bind(kind)
    .fetch_all(connection)
    .await?)
}

/// Runs SQL of our own making that is run once.
async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), ReplicaError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, Replica, ReplicaKey, TABLES};

    /// Every table, index and trigger; renaming puts a table's name into quotes.
    async fn schema(copy: &Replica) -> Vec<(String, String)> {
        sqlx::query_as(
            "select name, replace(coalesce(sql, ''), '\"', '') from sqlite_master order by name",
        )
        .fetch_all(copy.readers())
        .await
        .expect("reads")
    }

    #[tokio::test]
    async fn the_schema_of_a_loaded_file_is_that_of_a_new_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("copy.db");
        let copy = Replica::open(&path, &ReplicaKey::generate()).await.expect("opens");
        let before = schema(&copy).await;
        for table in TABLES {
            let portion = Portion { table, n: 1, since: 1, rows: vec![], last: true };
            let batch = Batch { portion: Some(Box::new(portion)), ..Batch::default() };
            copy.store(batch).await.expect("stores");
        }
        assert_eq!(schema(&copy).await, before);
        assert!(before.iter().any(|(name, _)| name == "sqlite_autoindex_events_1"));
        copy.close().await;
    }
}
