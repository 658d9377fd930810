//! What an import compares a file with: every client and every event, as the import planner takes them.

use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use domain::imports::{KnownClient, KnownEvent};
use uuid::Uuid;

impl Replica {
    /// Every client, by name.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn known_clients(&self) -> Result<Vec<KnownClient>, ReplicaError> {
        type Columns = (Uuid, String, Option<String>, Option<String>, Option<String>);
        let rows: Vec<Columns> = sqlx::query_as(
            "select id, company_name, contact_name, email, phone from clients order by company_key, number",
        )
        .fetch_all(self.readers())
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
        let rows: Vec<(Uuid, String, i64)> =
            sqlx::query_as("select client_id, name, starts_at from events")
                .fetch_all(self.readers())
                .await?;
        let known = |(client_id, name, starts_at)| KnownEvent {
            client_id,
            name,
            starts_at: instant_of(starts_at),
        };
        Ok(rows.into_iter().map(known).collect())
    }
}
