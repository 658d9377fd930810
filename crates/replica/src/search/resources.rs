//! Searching for people and things.

use super::{Hit, HitKind, RANKED, joined, numbers};
use crate::resources::SEARCHED;
use crate::text::{Words, after_prefix};
use crate::{Replica, ReplicaError};
use domain::resources::ResourceType;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

fn hit(row: &SqliteRow) -> Result<Hit, sqlx::Error> {
    let (kind, role): (String, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let kind = ResourceType::parse(&kind).map_or(kind, |kind| kind.label().to_owned());
    Ok(Hit {
        kind: HitKind::Resource,
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        subtitle: joined([Some(&kind), role.as_deref()]),
        status: None,
        starts_at: None,
        event_id: None,
        due_at: None,
        is_archived: false,
    })
}

impl Replica {
    pub(super) async fn resources_found(
        &self,
        words: &Words,
        wanted: &str,
    ) -> Result<Vec<Hit>, ReplicaError> {
        let (numbers, bind) = numbers(
            "select rowid as number from resources_search where resources_search match ?1 and",
            ("select r.number from resources r where", "r.name_key", "r.name"),
            (words, words.expression(SEARCHED), wanted),
        );
        let sql = format!(
            "with found as materialized ({numbers} order by number desc limit {RANKED})
             select r.id, r.name, r.type, r.role
             from found f cross join resources r on r.number = f.number order by r.number desc"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(&bind)
            .bind(after_prefix(&bind))
            .fetch_all(self.readers())
            .await?;
        Ok(rows.iter().map(hit).collect::<Result<_, _>>()?)
    }
}
