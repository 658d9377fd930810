//! Links and sign-ins that only the owner of a server can make: for an administrator whom nobody else can help, and for
//! the service that looks after the server.

use super::{NewMember, OwnerOptions, SetupError, add_member, apart, connect, create_user};
use crate::identity::{invite_subject, new_secret, scram::scram_verifier};
use crate::link::{JoinLink, ServerLink};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// For whom a link is wanted.
#[derive(Debug, Clone)]
pub struct AdministratorLink {
    /// Normalised e-mail.
    pub email: String,
    /// Makes the person an administrator of this organization first, with this name, where they are not one yet.
    pub appoint: Option<(Uuid, String)>,
    /// How long the link lets in.
    pub valid: Duration,
}

/// Makes a link by which an administrator chooses a password: used once, by whoever holds it. Answers until when.
///
/// # Errors
/// [`SetupError::Refused`] for somebody who is not an administrator and is not to become one.
pub async fn administrator_link(
    owner: &OwnerOptions,
    server: &ServerLink,
    wanted: &AdministratorLink,
) -> Result<(JoinLink, DateTime<Utc>), SetupError> {
    let (owner, server, wanted) = (owner.clone(), server.clone(), wanted.clone());
    apart(move || async move { link_here(&owner, server, &wanted).await }).await
}

async fn link_here(
    owner: &OwnerOptions,
    server: ServerLink,
    wanted: &AdministratorLink,
) -> Result<(JoinLink, DateTime<Utc>), SetupError> {
    let mut connection = connect(owner).await?;
    let mut transaction = connection.begin().await?;
    if let Some((organization, name)) = &wanted.appoint {
        appoint(&mut transaction, *organization, &wanted.email, name).await?;
    }
    let token = new_secret();
    let Json(answer): Json<serde_json::Value> = sqlx::query_scalar(
        "select setup.issue_administrator_link($1, $2, $3, make_interval(secs => $4))",
    )
    .bind(&wanted.email)
    .bind(invite_subject(&token))
    .bind(scram_verifier(token.expose_secret()))
    .bind(wanted.valid.as_secs_f64())
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    connection.close().await?;
    let expires = serde_json::from_value(answer["expires_at"].clone()).unwrap_or_default();
    Ok((JoinLink { server, email: wanted.email.clone(), token }, expires))
}

/// Makes somebody an administrator, with an account of its own where there is none yet; nobody knows its password.
async fn appoint(
    owner: &mut PgConnection,
    organization: Uuid,
    email: &str,
    name: &str,
) -> Result<(), SetupError> {
    let known: Option<Uuid> = sqlx::query_scalar("select id from app.users where email = $1")
        .bind(email)
        .fetch_optional(&mut *owner)
        .await?;
    let user_id = match known {
        Some(user_id) => user_id,
        None => create_user(owner, email, &new_secret()).await?,
    };
    let is_administrator: bool = sqlx::query_scalar(
        "select exists (select from app.memberships where org_id = $1 and user_id = $2
                        and role = 'administrator' and ended_at is null)",
    )
    .bind(organization)
    .bind(user_id)
    .fetch_one(&mut *owner)
    .await?;
    if is_administrator {
        return Ok(());
    }
    let member = NewMember {
        org_id: organization,
        user_id,
        display_name: name.to_owned(),
        role: "administrator".to_owned(),
    };
    add_member(owner, &member).await
}

/// Makes the sign-in of the service that looks after the server, or gives it a new secret, and answers that.
/// Its role is [`crate::identity::service_role`].
///
/// # Errors
/// That the server cannot be reached.
pub async fn make_service(owner: &OwnerOptions) -> Result<SecretString, SetupError> {
    let owner = owner.clone();
    apart(move || async move {
        let mut connection = connect(&owner).await?;
        let secret = new_secret();
        sqlx::query("select setup.make_service($1)")
            .bind(scram_verifier(secret.expose_secret()))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(secret)
    })
    .await
}
