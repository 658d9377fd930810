//! Searching for tasks.

use super::{Hit, HitKind, RANKED, SHORTEST_WORD};
use crate::image::instant_of;
use crate::tasks::{NEVER_DUE, SEARCHED};
use crate::text::{Words, after_prefix, sort_key};
use crate::{Replica, ReplicaError};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

/// How many titles with the same short beginning are looked at on each shelf: too many begin with two letters.
const SHORT: u32 = 500;

fn hit(row: &SqliteRow) -> Result<Hit, sqlx::Error> {
    let due = Some(row.try_get::<i64, _>(3)?).filter(|due| *due != NEVER_DUE);
    Ok(Hit {
        kind: HitKind::Task,
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        subtitle: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        status: None,
        starts_at: None,
        event_id: Some(row.try_get(4)?),
        due_at: due.map(instant_of),
        is_archived: row.try_get::<i64, _>(5)? >= 4,
    })
}

/// SQL for the numbers of the tasks that are found among live or archived ones, and its first parameter.
fn numbers(words: &Words, wanted: &str, archived: bool) -> (String, String) {
    let first = if archived { 4 } else { 0 };
    let shelves = first..first + 4;
    let titles = |condition: &str| {
        let shelf = |shelf: i64| {
            format!(
                "select * from (select t.number from tasks t indexed by tasks_by_title
                     where t.shelf = {shelf} and {condition} limit {SHORT})"
            )
        };
        shelves.clone().map(shelf).collect::<Vec<_>>().join(" union all ")
    };
    match words.expression(SEARCHED) {
        None => (titles("instr(t.title_key, ?1) and ?2 is not null"), sort_key(wanted)),
        Some(_) if wanted.chars().count() < SHORTEST_WORD && words.symbols.is_empty() => {
            (titles("t.title_key >= ?1 and t.title_key < ?2"), sort_key(wanted))
        }
        Some(expression) => {
            let state: Vec<String> = shelves.clone().map(|s| format!("\"s{s}\"")).collect();
            let sql = "select rowid as number from tasks_search where tasks_search match ?1 and ?2 is not null";
            (sql.to_owned(), format!("{expression} AND {{state}} : ({})", state.join(" OR ")))
        }
    }
}

impl Replica {
    pub(super) async fn tasks_found(
        &self,
        words: &Words,
        wanted: &str,
    ) -> Result<Vec<Hit>, ReplicaError> {
        let mut hits = Vec::new();
        // As for events: live ones first, or a large history would use up all the places.
        for archived in [false, true] {
            let (numbers, bind) = numbers(words, wanted, archived);
            let sql = format!(
                "with found as materialized (select number from ({numbers}) order by number desc limit {RANKED})
                 select t.id, t.title, e.name, t.due_key, t.event_id, t.shelf
                 from found f cross join tasks t on t.number = f.number left join events e on e.id = t.event_id
                 order by t.number desc"
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(&bind)
                .bind(after_prefix(&bind))
                .fetch_all(self.readers())
                .await?;
            for row in &rows {
                hits.push(hit(row)?);
            }
            if hits.len() >= RANKED as usize {
                break;
            }
        }
        Ok(hits)
    }
}
