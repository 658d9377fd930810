//! Search over everything: the newest matches of each kind, ranked here (ranking in SQLite reads every match).

mod resources;
mod tasks;

use crate::events::{EventRow, ROW, row_of};
use crate::text::{Words, after_prefix, fold, sort_key};
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::events::Status;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// Matches of each kind that are ranked.
const RANKED: u32 = 200;
/// Shorter texts are looked for at the beginning of names only: too many words begin with them.
const SHORTEST_WORD: usize = 3;

/// Input of [`Replica::search`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SearchInput {
    /// As typed.
    pub text: String,
    /// Hits to answer, at most 200.
    pub limit: u32,
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// An event.
    Event,
    /// A client.
    Client,
    /// A task.
    Task,
    /// A person, a piece of equipment or a stock of materials.
    Resource,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// Row id.
    pub id: Uuid,
    /// The name, a task's title.
    pub title: String,
    /// The event's client and venue, the client's contact and e-mail, the task's event, the resource's type and role.
    pub subtitle: String,
    /// Of an event: one of [`Status`], or text of a newer Cloche.
    #[specta(type = Option<Status>)]
    pub status: Option<String>,
    /// Of an event.
    pub starts_at: Option<DateTime<Utc>>,
    /// Of a task: the event it belongs to.
    pub event_id: Option<Uuid>,
    /// Of a task.
    pub due_at: Option<DateTime<Utc>>,
    /// Filed away, as a task is with its event.
    pub is_archived: bool,
}

/// Answer of [`Replica::search`]; the desk adds how old the replica is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SearchHits {
    /// The best first; archived ones after all others.
    pub hits: Vec<Hit>,
}

fn joined(parts: [Option<&str>; 2]) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect();
    parts.join(" · ")
}

fn event_hit(row: EventRow) -> Hit {
    Hit {
        kind: HitKind::Event,
        id: row.id,
        subtitle: joined([Some(&row.client_name), row.location.as_deref()]),
        title: row.name,
        status: Some(row.status),
        starts_at: Some(row.starts_at),
        event_id: None,
        due_at: None,
        is_archived: row.is_archived,
    }
}

/// How well a title fits: 0 is the text itself, 1 begins with it, 2 holds it at the beginning of a word, 3 holds it, 4
/// matched elsewhere.
fn fit(title: &str, wanted: &str) -> u8 {
    let title = fold(title);
    if title == wanted {
        return 0;
    }
    if title.starts_with(wanted) {
        return 1;
    }
    let mut best = 4;
    for (at, _) in title.match_indices(wanted) {
        let begins = !title[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        best = best.min(if begins { 2 } else { 3 });
    }
    best
}

impl Replica {
    /// What holds every word of the text as the beginning of a word; texts under three characters match the beginning
    /// of names only. Among equals the newest comes first.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn search(&self, input: &SearchInput) -> Result<SearchHits, ReplicaError> {
        let words = Words::of(&input.text);
        if words.is_empty() {
            return Ok(SearchHits { hits: vec![] });
        }
        let wanted = fold(input.text.trim());
        let (mut hits, clients, tasks, resources) = tokio::try_join!(
            self.events_found(&words, &wanted),
            self.clients_found(&words, &wanted),
            self.tasks_found(&words, &wanted),
            self.resources_found(&words, &wanted)
        )?;
        // Of what fits equally well, the things that many tasks belong to come first.
        hits.extend(clients);
        hits.extend(resources);
        hits.extend(tasks);
        // Stable: the newest of each kind stay first among equals.
        hits.sort_by_key(|hit| (hit.is_archived, fit(&hit.title, &wanted)));
        hits.truncate(input.limit.min(RANKED) as usize);
        Ok(SearchHits { hits })
    }

    async fn events_found(&self, words: &Words, wanted: &str) -> Result<Vec<Hit>, ReplicaError> {
        let mut hits = Vec::new();
        // Live ones first, or a large imported history would use up all the places.
        for (archived, state) in [(0, "live"), (1, "archived")] {
            let expression = words
                .expression(crate::events::SEARCHED)
                .map(|expression| format!("{expression} AND {{state}} : \"{state}\""));
            let names = format!(
                "select e.number from events e indexed by events_by_name where e.is_archived = {archived} and"
            );
            let (numbers, bind) = numbers(
                "select rowid as number from events_search where events_search match ?1 and",
                (&names, "e.name_key", "e.name"),
                (words, expression, wanted),
            );
            let sql = format!(
                "with found as materialized ({numbers} order by number desc limit {RANKED})
                 select {ROW} from found f cross join events e on e.number = f.number order by e.number desc"
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(&bind)
                .bind(after_prefix(&bind))
                .fetch_all(self.readers())
                .await?;
            for row in &rows {
                hits.push(event_hit(row_of(row)?));
            }
            if hits.len() >= RANKED as usize {
                break;
            }
        }
        Ok(hits)
    }

    async fn clients_found(&self, words: &Words, wanted: &str) -> Result<Vec<Hit>, ReplicaError> {
        let (numbers, bind) = numbers(
            "select rowid as number from clients_search where clients_search match ?1 and",
            ("select c.number from clients c where", "c.company_key", "c.company_name"),
            (words, words.expression("company_name contact_name email phone"), wanted),
        );
        let sql = format!(
            "with found as materialized ({numbers} order by number desc limit {RANKED})
             select c.id, c.company_name, c.contact_name, c.email
             from found f cross join clients c on c.number = f.number order by c.number desc"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(&bind)
            .bind(after_prefix(&bind))
            .fetch_all(self.readers())
            .await?;
        let hit = |row: &sqlx::sqlite::SqliteRow| -> Result<Hit, sqlx::Error> {
            let contact: Option<String> = row.try_get(2)?;
            let email: Option<String> = row.try_get(3)?;
            Ok(Hit {
                kind: HitKind::Client,
                id: row.try_get(0)?,
                title: row.try_get(1)?,
                subtitle: joined([contact.as_deref(), email.as_deref()]),
                status: None,
                starts_at: None,
                event_id: None,
                due_at: None,
                is_archived: false,
            })
        };
        Ok(rows.iter().map(hit).collect::<Result<_, _>>()?)
    }
}

/// SQL for the numbers of what is found, up to its order, with its parameter: words through the search index, short texts
/// as the beginning of names (a range of their keys), texts without any letter inside names.
fn numbers(
    searching: &str,
    (named, key, name): (&str, &str, &str),
    (words, expression, wanted): (&Words, Option<String>, &str),
) -> (String, String) {
    match expression {
        None => (format!("{named} instr({name}, ?1) and ?2 is not null"), wanted.to_owned()),
        Some(_) if wanted.chars().count() < SHORTEST_WORD && words.symbols.is_empty() => {
            (format!("{named} {key} >= ?1 and {key} < ?2"), sort_key(wanted))
        }
        Some(expression) => (format!("{searching} ?2 is not null"), expression),
    }
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn titles_rank_by_how_they_hold_the_text() {
        assert_eq!(fit("Gála", "gala"), 0);
        assert_eq!(fit("Gala dinner", "gala"), 1);
        assert_eq!(fit("Summer Gala", "gala"), 2);
        assert_eq!(fit("Regalam", "gala"), 3);
        assert_eq!(fit("Dinner", "gala"), 4);
    }
}
