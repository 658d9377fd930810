//! Inviting people, and the links that let them in: each link is a PostgreSQL role of its own that may do one thing.

use crate::error::ServerError;
use crate::identity::{invite_role, invite_subject, scram::scram_verifier};
use crate::link::JoinLink;
use crate::pinned::Way;
use crate::session::{Repeat, Session};
use chrono::{DateTime, Utc};
use domain::permission::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Arguments;
use sqlx::Connection;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// Whom to invite, as what.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The invitation's id.
    pub id: Uuid,
    /// Normalised e-mail.
    pub email: String,
    /// What colleagues will see.
    pub display_name: String,
    /// The role it gives.
    pub role: Role,
    /// The person on the staff list whom the sign-in will belong to.
    pub resource_id: Option<Uuid>,
}

/// What became of an invitation.
#[derive(Debug, Clone, Deserialize)]
pub struct Invited {
    /// Whoever has a sign-in on this server already is a member at once, and needs no link.
    pub added: bool,
    /// Until when the link lets in.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Which kind of link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum InvitationKind {
    /// Lets a new person in.
    Invitation,
    /// Lets a person choose a new password.
    Reset,
}

/// An invitation or reset as its organization's administrators see it; never with its token.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// What for.
    pub kind: InvitationKind,
    /// Whom it is for.
    pub email: String,
    /// What colleagues will see.
    pub display_name: String,
    /// The role it gives.
    pub role: Role,
    /// Who made it.
    pub created_by_name: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it lets in.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Invitations {
    invitations: Vec<Invitation>,
}

#[derive(Deserialize)]
struct Expires {
    expires_at: DateTime<Utc>,
}

/// What a link offers whoever holds it.
#[derive(Debug, Clone, Deserialize)]
pub struct Offer {
    /// What for.
    pub kind: InvitationKind,
    /// Whose sign-in it makes or mends.
    pub email: String,
    /// The organization that invites.
    pub organization_name: String,
    /// What colleagues will see.
    pub display_name: String,
    /// The role it gives.
    pub role: Role,
    /// Who invites.
    pub invited_by: Option<String>,
}

/// What accepting a link came to.
#[derive(Debug, Clone, Deserialize)]
pub struct Accepted {
    /// Who can sign in now.
    pub email: String,
    /// The e-mail had a sign-in already: its old password still counts.
    #[serde(default)]
    pub existing: bool,
}

macro_rules! arguments {
    ($($value:expr),+ $(,)?) => {
        move || {
            let mut arguments = PgArguments::default();
            // Ids and texts always encode.
            $(let _ = arguments.add($value);)+
            arguments
        }
    };
}

impl Session {
    /// Invites a person; the link that `token` makes is for them alone.
    ///
    /// # Errors
    /// [`ServerError::NotPermitted`]; [`ServerError::Refused`] for somebody who is a member already.
    pub async fn invite(
        &self,
        org: Uuid,
        new: NewInvitation,
        token: &SecretString,
    ) -> Result<Invited, ServerError> {
        let (subject, verifier) = (invite_subject(token), scram_verifier(token.expose_secret()));
        let NewInvitation { id, email, display_name, role, resource_id } = new;
        let role = role.as_str();
        self.call(
            "select account.invite($1, $2, $3, $4, $5, $6, $7, $8)",
            arguments!(
                org,
                id,
                email.clone(),
                role,
                display_name.clone(),
                subject.clone(),
                verifier.clone(),
                resource_id
            ),
            Repeat::UntilKnown,
        )
        .await
    }

    /// The organization's invitations and resets, newest first.
    ///
    /// # Errors
    /// [`ServerError::NotPermitted`].
    pub async fn invitations(&self, org: Uuid) -> Result<Vec<Invitation>, ServerError> {
        let sql = "select account.invitations($1)";
        let answer: Invitations = self.call(sql, arguments!(org), Repeat::Once).await?;
        Ok(answer.invitations)
    }

    /// Takes an invitation back: its link lets nobody in any more.
    ///
    /// # Errors
    /// [`ServerError::NotFound`] for one that is not this organization's, [`ServerError::NotPermitted`].
    pub async fn withdraw_invitation(&self, org: Uuid, id: Uuid) -> Result<(), ServerError> {
        let sql = "select to_jsonb(account.withdraw_invitation($1, $2))";
        let _: Value = self.call(sql, arguments!(org, id), Repeat::UntilKnown).await?;
        Ok(())
    }

    /// Makes a link by which `user` chooses a new password; answers until when.
    ///
    /// # Errors
    /// [`ServerError::NotPermitted`] unless the caller administers every organization of that person.
    pub async fn issue_reset(
        &self,
        org: Uuid,
        id: Uuid,
        user: Uuid,
        token: &SecretString,
    ) -> Result<DateTime<Utc>, ServerError> {
        let (subject, verifier) = (invite_subject(token), scram_verifier(token.expose_secret()));
        let answer: Expires = self
            .call(
                "select account.issue_reset($1, $2, $3, $4, $5)",
                arguments!(org, id, user, subject.clone(), verifier.clone()),
                Repeat::UntilKnown,
            )
            .await?;
        Ok(answer.expires_at)
    }
}

/// The holder of a link, signed in as the link.
#[derive(Debug)]
pub struct Guest {
    connection: PgConnection,
}

impl Guest {
    /// Signs in with a link.
    ///
    /// # Errors
    /// [`ServerError::WrongPassword`] or [`ServerError::SignedOut`] for a link that was used, taken back or has run out;
    /// that the server cannot be reached.
    pub async fn enter(link: &JoinLink) -> Result<Self, ServerError> {
        let role = invite_role(link.server.server_id, &link.token);
        let way = Way::new(&link.server, &role, link.token.expose_secret());
        match tokio::time::timeout(Duration::from_secs(10), way.connect()).await {
            Ok(connection) => Ok(Self { connection: connection? }),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    /// What the link offers; nothing happens yet.
    ///
    /// # Errors
    /// [`ServerError::SignedOut`] where it was used or taken back meanwhile.
    pub async fn offer(&mut self) -> Result<Offer, ServerError> {
        self.accept_with(None, None).await
    }

    /// Takes the offer up: from now on `key` is the person's, as [`crate::identity::kdf::sign_in_key`] derived it.
    ///
    /// # Errors
    /// As [`Self::offer`].
    pub async fn accept(
        &mut self,
        key: &SecretString,
        display_name: &str,
    ) -> Result<Accepted, ServerError> {
        self.accept_with(Some(scram_verifier(key.expose_secret())), Some(display_name)).await
    }

    async fn accept_with<T>(
        &mut self,
        verifier: Option<String>,
        display_name: Option<&str>,
    ) -> Result<T, ServerError>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        let Json(answer) = sqlx::query_scalar("select account.accept($1, $2)")
            .bind(verifier)
            .bind(display_name)
            .fetch_one(&mut self.connection)
            .await?;
        Ok(answer)
    }

    /// Ends the connection.
    pub async fn close(self) {
        let _ = self.connection.close().await;
    }
}
