//! The server's last answers to questions the replica cannot answer itself (an event's activity), shown offline.

use crate::image::instant_of;
use crate::{Replica, ReplicaError};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Answers kept; beyond that the oldest go.
const KEPT: u32 = 2_000;

/// A kept answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// When the server gave it.
    pub at: DateTime<Utc>,
    /// The answer.
    pub body: Value,
}

impl Replica {
    /// Keeps `body` as the latest answer to `key`, such as `history/events/<id>`.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn put_answer(
        &self,
        key: &str,
        body: &Value,
        at: DateTime<Utc>,
    ) -> Result<(), ReplicaError> {
        let (key, body, at) = (key.to_owned(), body.to_string(), at.timestamp_micros());
        self.write(move |transaction| {
            Box::pin(async move {
                sqlx::query(
                    "insert into answers (key, at, body) values (?1, ?2, ?3)
                     on conflict do update set at = excluded.at, body = excluded.body
                     where excluded.at >= answers.at or answers.at > excluded.at + 86400000000",
                )
                .bind(&key)
                .bind(at)
                .bind(&body)
                .execute(&mut **transaction)
                .await?;
                sqlx::query(
                    // Only what is one of many: who is signed in must stay, however much was looked at since.
                    "delete from answers where key in
                         (select key from answers where key like '%/%' order by at desc limit -1 offset ?1)",
                )
                .bind(KEPT)
                .execute(&mut **transaction)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The latest answer to `key`, if one was kept.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn answer(&self, key: &str) -> Result<Option<Answer>, ReplicaError> {
        let found: Option<(i64, String)> =
            sqlx::query_as("select at, body from answers where key = ?1")
                .bind(key)
                .fetch_optional(self.readers())
                .await?;
        let Some((at, body)) = found else { return Ok(None) };
        let body = serde_json::from_str(&body).map_err(ReplicaError::NotUnderstood)?;
        Ok(Some(Answer { at: instant_of(at), body }))
    }
}
