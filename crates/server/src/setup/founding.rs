//! What *Use this computer* does to a server it owns: makes the first organization with its administrator, and
//! gives somebody who forgot theirs a new password.

use super::{
    NewMember, NewOrganization, OwnerOptions, SetupError, add_member, apart, create_organization,
    create_user, set_password,
};
use secrecy::SecretString;
use sqlx::Connection;

/// Makes the first organization and its administrator, in one transaction; answers whether it did.
///
/// A database that has an organization already is left as it is, so that a first run can be repeated.
/// `email` must be normalised, `key` is [`crate::identity::kdf::sign_in_key`].
///
/// # Errors
/// [`SetupError::Refused`] naming what is wrong with it.
pub async fn found(
    owner: &OwnerOptions,
    organization: &NewOrganization,
    email: &str,
    person: &str,
    key: &SecretString,
) -> Result<bool, SetupError> {
    let (owner, organization) = (owner.clone(), organization.clone());
    let (email, person, key) = (email.to_owned(), person.to_owned(), key.clone());
    apart(move || async move { found_here(&owner, &organization, &email, &person, &key).await })
        .await
}

async fn found_here(
    owner: &OwnerOptions,
    organization: &NewOrganization,
    email: &str,
    person: &str,
    key: &SecretString,
) -> Result<bool, SetupError> {
    let mut connection = owner.connect().await?;
    let mut transaction = connection.begin().await?;
    // Two windows may be on the first screen at once.
    sqlx::raw_sql("lock table app.organizations in share row exclusive mode")
        .execute(&mut *transaction)
        .await?;
    let founded: bool = sqlx::query_scalar("select exists (select from app.organizations)")
        .fetch_one(&mut *transaction)
        .await?;
    if founded {
        return Ok(false);
    }
    let user_id = create_user(&mut transaction, email, key).await?;
    create_organization(&mut transaction, organization).await?;
    let member = NewMember {
        org_id: organization.id,
        user_id,
        display_name: person.to_owned(),
        role: "administrator".to_owned(),
    };
    add_member(&mut transaction, &member).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(true)
}

/// Gives a person a new password without the old one, over a connection of its own; see [`set_password`].
///
/// # Errors
/// [`SetupError::Refused`] for an address that nobody has.
pub async fn reset_password(
    owner: &OwnerOptions,
    email: &str,
    key: &SecretString,
) -> Result<(), SetupError> {
    let (owner, email, key) = (owner.clone(), email.to_owned(), key.clone());
    apart(move || async move {
        let mut connection = owner.connect().await?;
        set_password(&mut connection, &email, &key).await?;
        connection.close().await?;
        Ok(())
    })
    .await
}
