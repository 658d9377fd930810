//! What the service of a server asks of it, signed in as a role that may do nothing else: what to forget, whom to stop.

use crate::error::ServerError;
use crate::identity::service_role;
use crate::link::ServerLink;
use crate::pinned::Way;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// Nothing the service asks takes longer; a half-open connection must not stop the watch.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sessions that were ended because they held others up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ended {
    /// Idle in a transaction.
    pub idle: u64,
    /// Busy with one call for too long.
    pub running: u64,
    /// The roles whose sessions they were: hashes, by which a device can be found and signed out.
    pub roles: Vec<String>,
}

/// What one portion of the nightly work forgot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Purged {
    /// Ids of commands older than a month.
    pub commands: u64,
    /// Parts of imports that were never finished.
    pub staged_parts: u64,
    /// Sign-ins that were over.
    pub sign_ins_closed: u64,
    /// Roles that nobody needs any more.
    pub roles_dropped: u64,
}

impl Purged {
    /// Whether there was nothing to do.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            staged_parts: self.staged_parts + other.staged_parts,
            sign_ins_closed: self.sign_ins_closed + other.sign_ins_closed,
            roles_dropped: self.roles_dropped + other.roles_dropped,
        }
    }
}

#[derive(Deserialize)]
struct Which {
    server_id: Uuid,
}

/// A connection of the service.
#[derive(Debug)]
pub struct Upkeep {
    connection: PgConnection,
}

impl Upkeep {
    /// Signs in and makes sure that this is the server the link means.
    ///
    /// # Errors
    /// That the server cannot be reached, does not take the secret, or is another one.
    pub async fn connect(link: &ServerLink, secret: &SecretString) -> Result<Self, ServerError> {
        let role = service_role(link.server_id);
        let way = Way::new(link, &role, secret.expose_secret()).named("cloche hub");
        let connection = match tokio::time::timeout(Duration::from_secs(10), way.connect()).await {
            Ok(connection) => connection?,
            Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
        };
        let mut upkeep = Self { connection };
        let which: Which = upkeep.ask("select hub.server()").await?;
        if which.server_id != link.server_id {
            return Err(ServerError::Refused {
                constraint: "other_server".to_owned(),
                message: "Another server answers there than the link was made for.".to_owned(),
                details: None,
            });
        }
        Ok(upkeep)
    }

    /// Ends sessions of desks that hold others up.
    ///
    /// # Errors
    /// That the server cannot be reached.
    pub async fn end_stuck_sessions(&mut self) -> Result<Ended, ServerError> {
        self.ask("select hub.end_stuck_sessions()").await
    }

    /// Forgets one portion of what nobody needs any more.
    ///
    /// # Errors
    /// That the server cannot be reached, or a table was busy.
    pub async fn purge(&mut self) -> Result<Purged, ServerError> {
        self.ask("select hub.purge()").await
    }

    /// Ends the connection.
    pub async fn close(self) {
        let _ = self.connection.close().await;
    }

    async fn ask<T>(&mut self, sql: &'static str) -> Result<T, ServerError>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        let asking = sqlx::query_scalar::<_, Json<T>>(sql).fetch_one(&mut self.connection);
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => Ok(answer?.0),
            Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
        }
    }
}
