//! Reading clients: the list, one client's page, the entity that planners work on.

use crate::events::{EventRow, count_of};
use crate::image::instant_of;
use crate::tables::status_rank;
use crate::text::Words;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use domain::clients::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// A client's page shows this many events at most.
const PAGE_EVENTS: u32 = 500;

/// A client as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ClientRow {
    /// Row id.
    pub id: Uuid,
    /// Company or family name.
    pub company_name: String,
    /// The person to talk to.
    pub contact_name: Option<String>,
    /// Address for mail.
    pub email: Option<String>,
    /// As typed.
    pub phone: Option<String>,
    /// All its events, archived and cancelled ones included.
    pub events: u32,
    /// The next event that is neither cancelled nor archived.
    pub next_event_at: Option<DateTime<Utc>>,
    /// The latest event that has begun and was not cancelled.
    pub last_event_at: Option<DateTime<Utc>>,
}

/// What a list of clients is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ClientSortBy {
    /// Name without case and accents.
    #[default]
    CompanyName,
    /// Number of events.
    Events,
    /// The next event; clients without one always come last.
    NextEventAt,
}

/// Order of a list of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClientSort {
    /// By what.
    pub by: ClientSortBy,
    /// Largest or latest first.
    pub descending: bool,
}

/// Input of [`Replica::client_list`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ClientListInput {
    /// Every word begins a word of the name, contact, e-mail or phone.
    pub text: Option<String>,
    /// In which order.
    pub sort: ClientSort,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to answer, at most 1 000.
    pub limit: u32,
}

/// Answer of [`Replica::client_list`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ClientListPage {
    /// The window.
    pub rows: Vec<ClientRow>,
    /// How many clients match in all.
    pub total: u32,
}

/// Everything the client's page shows, except what the user may do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ClientDetail {
    /// As lists show it.
    pub row: ClientRow,
    /// Postal address.
    pub address: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// The newest first, at most 500.
    pub events: Vec<EventRow>,
}

/// The columns of a client that have no column here.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Rest {
    address: Option<String>,
    notes: Option<String>,
    created_at: Option<DateTime<Utc>>,
}

fn row_of(row: &SqliteRow) -> Result<ClientRow, sqlx::Error> {
    Ok(ClientRow {
        id: row.try_get(0)?,
        company_name: row.try_get(1)?,
        contact_name: row.try_get(2)?,
        email: row.try_get(3)?,
        phone: row.try_get(4)?,
        events: count_of(row.try_get(5)?),
        next_event_at: row.try_get::<Option<i64>, _>(6)?.map(instant_of),
        last_event_at: row.try_get::<Option<i64>, _>(7)?.map(instant_of),
    })
}

/// The next event of a `clients c` that will take place; `?1` is now.
fn next_event() -> String {
    let cancelled = status_rank("cancelled");
    format!(
        "(select e.starts_at from events e indexed by events_of_client where e.client_id = c.id
            and e.starts_at >= ?1 and e.is_archived = 0 and e.status_rank <> {cancelled}
            order by e.starts_at limit 1)"
    )
}

/// The columns that [`row_of`] reads, of a `clients c`; `?1` is now.
fn row_columns() -> String {
    let (cancelled, next) = (status_rank("cancelled"), next_event());
    format!(
        "c.id, c.company_name, c.contact_name, c.email, c.phone, c.events, {next},
         (select e.starts_at from events e indexed by events_of_client where e.client_id = c.id
            and e.starts_at < ?1 and e.status_rank <> {cancelled} order by e.starts_at desc limit 1)"
    )
}

/// The conditions of a text filter on `clients c`; the search expression is `?2`, symbols follow.
fn conditions(words: &Words) -> (String, Vec<String>) {
    let mut binds = vec![];
    let mut sql = String::from("1");
    if let Some(expression) = words.expression("company_name contact_name email phone") {
        binds.push(expression);
        sql.push_str(
            " and c.number in (select rowid from clients_search where clients_search match ?2)",
        );
    }
    for symbol in &words.symbols {
        binds.push(symbol.clone());
        sql.push_str(&format!(
            " and instr(c.company_name || ' ' || coalesce(c.contact_name, '') || ' ' || coalesce(c.email, '')
               || ' ' || coalesce(c.phone, ''), ?{})",
            binds.len() + 1
        ));
    }
    (sql, binds)
}

fn order(sort: ClientSort) -> String {
    let direction = if sort.descending { "desc" } else { "asc" };
    match sort.by {
        ClientSortBy::CompanyName => format!("c.company_key {direction}, c.number {direction}"),
        ClientSortBy::Events => format!("c.events {direction}, c.number {direction}"),
        ClientSortBy::NextEventAt => {
            format!("at is null, at {direction}, c.company_key, c.number")
        }
    }
}

impl Replica {
    /// One window of the clients that match, in order, with the number of all matches.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn client_list(
        &self,
        input: &ClientListInput,
        now: DateTime<Utc>,
    ) -> Result<ClientListPage, ReplicaError> {
        let (conditions, binds) = conditions(&Words::of(input.text.as_deref().unwrap_or_default()));
        // Named once so that `?1` is used whatever the conditions are.
        let counting =
            format!("select count(*) from clients c where ?1 is not null and {conditions}");
        let mut count =
            sqlx::query_scalar::<_, i64>(AssertSqlSafe(counting)).bind(now.timestamp_micros());
        for bind in &binds {
            count = count.bind(bind);
        }
        let total = count.fetch_one(self.readers()).await?;
        // Every client's next event is looked for only where the order needs it.
        let next = match input.sort.by {
            ClientSortBy::NextEventAt => next_event(),
            ClientSortBy::CompanyName | ClientSortBy::Events => "null".to_owned(),
        };
        let sql = format!(
            "with picked as materialized (
                 select c.number, {next} as at from clients c where {conditions} order by {order}
                 limit {limit} offset {offset})
             select {columns} from picked p cross join clients c on c.number = p.number",
            order = order(input.sort),
            limit = input.limit.min(crate::events::LONGEST_WINDOW),
            offset = input.offset,
            columns = row_columns()
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.timestamp_micros());
        for bind in &binds {
            query = query.bind(bind);
        }
        let rows = query.fetch_all(self.readers()).await?;
        let rows = rows.iter().map(row_of).collect::<Result<_, _>>()?;
        Ok(ClientListPage { rows, total: count_of(total) })
    }

    pub(crate) async fn client_row(
        &self,
        client_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<ClientRow>, ReplicaError> {
        let sql = format!("select {} from clients c where c.id = ?2", row_columns());
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(now.timestamp_micros())
            .bind(client_id)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.as_ref().map(row_of).transpose()?)
    }

    /// What the page of one client shows; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn client_detail(
        &self,
        client_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<ClientDetail>, ReplicaError> {
        let Some(row) = self.client_row(client_id, now).await? else { return Ok(None) };
        let body: Option<String> = sqlx::query_scalar("select body from clients where id = ?1")
            .bind(client_id)
            .fetch_optional(self.readers())
            .await?;
        let Some(body) = body else { return Ok(None) };
        let rest: Rest = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        Ok(Some(ClientDetail {
            row,
            address: rest.address,
            notes: rest.notes,
            created_at: rest.created_at,
            events: self.events_for_client(client_id, PAGE_EVENTS).await?,
        }))
    }

    /// The client as planners take it; `None` when there is none (any more).
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn client(&self, client_id: Uuid) -> Result<Option<Client>, ReplicaError> {
        type Columns = (String, Option<String>, Option<String>, Option<String>, String);
        let found: Option<Columns> = sqlx::query_as(
            "select company_name, contact_name, email, phone, body from clients where id = ?1",
        )
        .bind(client_id)
        .fetch_optional(self.readers())
        .await?;
        let Some((company_name, contact_name, email, phone, body)) = found else { return Ok(None) };
        let mut columns: Map<String, Value> =
            serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        let own = json!({
            "id": client_id, "company_name": company_name, "contact_name": contact_name,
            "email": email, "phone": phone,
        });
        if let Value::Object(own) = own {
            columns.extend(own);
        }
        serde_json::from_value(Value::Object(columns))
            .map(Some)
            .map_err(ReplicaError::NotUnderstood)
    }
}
