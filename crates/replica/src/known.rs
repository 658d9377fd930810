//! What an import compares a file with: every record of each kind, as the import planner takes them.

use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use domain::imports::{KnownClient, KnownEntry, KnownEvent, KnownResource, KnownTask};
use domain::resources::ResourceType;
use domain::schedule::EntryKind;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Sqlite, SqlitePool};
use uuid::Uuid;

/// Every row of a statement of ours.
async fn all<T>(pool: &SqlitePool, sql: &'static str) -> Result<Vec<T>, ReplicaError>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    Ok(sqlx::query_as::<Sqlite, T>(sql).fetch_all(pool).await?)
}

impl Replica {
    /// Every client, by name.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_clients(&self) -> Result<Vec<KnownClient>, ReplicaError> {
        type Columns = (Uuid, String, Option<String>, Option<String>, Option<String>);
        let rows: Vec<Columns> = all(
            self.readers(),
            "select id, company_name, contact_name, email, phone from clients order by company_key, number",
        )
        .await?;
        let known = |(id, company_name, contact_name, email, phone)| KnownClient {
            id,
            company_name,
            contact_name,
            email,
            phone,
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// Every event, archived ones included.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_events(&self) -> Result<Vec<KnownEvent>, ReplicaError> {
        type Columns = (Uuid, Uuid, String, i64, String, bool, bool);
        let rows: Vec<Columns> = all(
            self.readers(),
            "select id, client_id, name, starts_at, time_zone, status = 'cancelled', is_archived from events",
        )
        .await?;
        let known = |(id, client_id, name, starts_at, time_zone, is_cancelled, is_archived)| {
            let starts_at = instant_of(starts_at);
            KnownEvent { id, client_id, name, starts_at, time_zone, is_cancelled, is_archived }
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// Every resource, by name; those of a type of a newer Cloche are left out.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_resources(&self) -> Result<Vec<KnownResource>, ReplicaError> {
        type Columns = (Uuid, String, String, i32, i32, i32, bool);
        let rows: Vec<Columns> = all(
            self.readers(),
            "select id, name, type, quantity, setup_minutes, teardown_minutes, is_available from resources
             order by name_key, number",
        )
        .await?;
        let known =
            |(id, name, kind, quantity, setup_minutes, teardown_minutes, is_available): Columns| {
                let resource_type = ResourceType::parse(&kind)?;
                Some(KnownResource {
                    id,
                    name,
                    resource_type,
                    quantity,
                    setup_minutes,
                    teardown_minutes,
                    is_available,
                })
            };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Every task, those of archived events included.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_tasks(&self) -> Result<Vec<KnownTask>, ReplicaError> {
        // What is never due has the end of time as its key.
        let rows: Vec<(Uuid, Uuid, String, Option<i64>)> = all(
            self.readers(),
            "select id, event_id, title, nullif(due_key, 9223372036854775807) from tasks",
        )
        .await?;
        let known = |(id, event_id, title, due): (Uuid, Uuid, String, Option<i64>)| KnownTask {
            id,
            event_id,
            title,
            due_at: due.map(instant_of),
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// The whole schedule; entries of a kind of a newer Cloche count as blocks.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_entries(&self) -> Result<Vec<KnownEntry>, ReplicaError> {
        type Columns = (Uuid, Uuid, Option<Uuid>, String, i32, i64, i64);
        let rows: Vec<Columns> = all(
            self.readers(),
            "select id, resource_id, event_id, kind, quantity, starts_at, ends_at from resource_schedule",
        )
        .await?;
        let known =
            |(id, resource_id, event_id, kind, quantity, starts_at, ends_at): Columns| KnownEntry {
                id,
                resource_id,
                event_id,
                kind: EntryKind::parse(&kind).unwrap_or(EntryKind::Block),
                quantity,
                starts_at: instant_of(starts_at),
                ends_at: instant_of(ends_at),
            };
        Ok(rows.into_iter().map(known).collect())
    }
}
