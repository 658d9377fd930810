//! Taking a person out of the books: accounts, contacts and what the journal remembers of them.

use super::{OwnerOptions, SetupError, apart, connect};
use serde::{Deserialize, Serialize};
use sqlx::Connection;
use sqlx::types::Json;
use uuid::Uuid;

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// How many organizations knew the person.
    pub organizations: i64,
    /// How many journal entries lost something.
    pub entries: i64,
}

/// Takes somebody who has left out of account, memberships, staff list and history; their sign-in ends for good.
///
/// # Errors
/// [`SetupError::Refused`] for an address that nobody has, or the last administrator of an organization.
pub async fn redact_person(owner: &OwnerOptions, email: &str) -> Result<Redacted, SetupError> {
    let (owner, email) = (owner.clone(), email.to_owned());
    apart(move || async move {
        let mut connection = connect(&owner).await?;
        let Json(redacted) = sqlx::query_scalar("select setup.redact_person($1)")
            .bind(email)
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(redacted)
    })
    .await
}

/// Takes a client's contact out of the books and the history; the company's name too where it is a person's.
///
/// # Errors
/// [`SetupError::Refused`] for a client that the organization does not have and never had.
pub async fn redact_client(
    owner: &OwnerOptions,
    organization: Uuid,
    client: Uuid,
    name_too: bool,
) -> Result<Redacted, SetupError> {
    let owner = owner.clone();
    apart(move || async move {
        let mut connection = connect(&owner).await?;
        let Json(redacted) = sqlx::query_scalar("select setup.redact_client($1, $2, $3)")
            .bind(organization)
            .bind(client)
            .bind(name_too)
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(redacted)
    })
    .await
}
