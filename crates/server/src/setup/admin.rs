//! What only the owner of a server does: organizations, people, memberships, and *I forgot my password* on this
//! computer. Thin: the rules are in the `setup` schema of the database.

use super::SetupError;
use crate::identity::scram::scram_verifier;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use uuid::Uuid;

/// An organization to be.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Made by the caller, so that a repeated set-up makes it once.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `caterer` or `client`.
    pub kind: String,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
}

/// A person's place in an organization.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The organization.
    pub org_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// How colleagues see the name.
    pub display_name: String,
    /// `administrator`, `manager` or `staff`.
    pub role: String,
}

/// Makes a person who signs in with `key` ([`crate::identity::kdf::sign_in_key`]); `email` must be normalised.
///
/// # Errors
/// [`SetupError::Refused`] for an address that is taken or not one.
pub async fn create_user(
    owner: &mut PgConnection,
    email: &str,
    key: &SecretString,
) -> Result<Uuid, SetupError> {
    let verifier = scram_verifier(key.expose_secret());
    Ok(sqlx::query_scalar("select setup.create_user($1, $2)")
        .bind(email)
        .bind(verifier)
        .fetch_one(owner)
        .await?)
}

/// Makes an organization.
///
/// # Errors
/// [`SetupError::Refused`] naming what is wrong with it.
pub async fn create_organization(
    owner: &mut PgConnection,
    organization: &NewOrganization,
) -> Result<(), SetupError> {
    sqlx::query("select setup.create_organization($1, $2, $3, $4, $5, $6)")
        .bind(organization.id)
        .bind(&organization.name)
        .bind(&organization.kind)
        .bind(&organization.time_zone)
        .bind(&organization.currency)
        .bind(&organization.locale)
        .execute(owner)
        .await?;
    Ok(())
}

/// Makes a person a member of an organization.
///
/// # Errors
/// [`SetupError::Refused`] for one who is a member already.
pub async fn add_member(owner: &mut PgConnection, member: &NewMember) -> Result<(), SetupError> {
    sqlx::query("select setup.add_member($1, $2, $3, $4)")
        .bind(member.org_id)
        .bind(member.user_id)
        .bind(&member.display_name)
        .bind(&member.role)
        .execute(owner)
        .await?;
    Ok(())
}

/// Gives a person a new password; every device of that person is signed out.
///
/// # Errors
/// [`SetupError::Refused`] for an address that nobody has.
pub async fn set_password(
    owner: &mut PgConnection,
    email: &str,
    key: &SecretString,
) -> Result<(), SetupError> {
    let verifier = scram_verifier(key.expose_secret());
    sqlx::query("select setup.set_password($1, $2)")
        .bind(email)
        .bind(verifier)
        .execute(owner)
        .await?;
    Ok(())
}
