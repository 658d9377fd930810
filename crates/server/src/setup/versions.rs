//! Expand, migrate, contract: which desks a server still serves.

use super::{OwnerOptions, SetupError, apart, connect};
use sqlx::Connection;

/// Which desks a server serves from now on, and whom that turns away until they update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldestDesk {
    /// The oldest version so far.
    pub before: String,
    /// How many devices that were here within the last month run an older one than asked for.
    pub turned_away: i64,
}

/// Raises the oldest desk that the server serves, as the last step of a change that older ones would not survive.
/// Desks that are too old show how to update instead of the office.
///
/// # Errors
/// [`SetupError::Refused`] for a version that is not one, or lower than the server needs already.
pub async fn require_desk(
    owner: &OwnerOptions,
    version: &str,
    only_look: bool,
) -> Result<OldestDesk, SetupError> {
    let (owner, version) = (owner.clone(), version.to_owned());
    apart(move || async move {
        let mut connection = connect(&owner).await?;
        let mut transaction = connection.begin().await?;
        let before = sqlx::query_scalar("select setup.require_desk($1)")
            .bind(&version)
            .fetch_one(&mut *transaction)
            .await?;
        let turned_away = sqlx::query_scalar(
            r"select count(*) from app.devices d
              where d.revoked_at is null and d.expires_at > now() and d.desk_version ~ '^\d+\.\d+\.\d+'
                and string_to_array(substring(d.desk_version from '^\d+\.\d+\.\d+'), '.')::integer[]
                    < string_to_array($1, '.')::integer[]",
        )
        .bind(&version)
        .fetch_one(&mut *transaction)
        .await?;
        if only_look {
            transaction.rollback().await?;
        } else {
            transaction.commit().await?;
        }
        connection.close().await?;
        Ok(OldestDesk { before, turned_away })
    })
    .await
}
