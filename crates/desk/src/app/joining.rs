//! Coming in by a link: an invitation makes a sign-in, a reset link gives it a new password.

use super::{App, KnownServer, Profile, ServerKind, name_of, sign_in_screen};
use crate::error::{ActionError, AppError, Code};
use crate::local::derive;
use crate::secrets::Keep;
use crate::view::AppState;
use domain::account::{check_password, check_person_name};
use domain::permission::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use server::error::ServerError;
use server::link::JoinLink;
use server::team::{Guest, InvitationKind};

/// A link to look at.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct JoinDescribe {
    /// The link's text.
    #[specta(type = String)]
    pub link: SecretString,
}

/// A link to use.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct JoinAccept {
    /// The link's text.
    #[specta(type = String)]
    pub link: SecretString,
    /// What colleagues are to see.
    pub display_name: String,
    /// The password from now on.
    #[specta(type = String)]
    pub password: SecretString,
    /// How long to stay signed in.
    pub keep: Keep,
}

/// What a link offers.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct JoinOffer {
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
    /// Where the server is.
    pub server_name: String,
}

impl App {
    /// What a link offers; nothing happens yet.
    ///
    /// # Errors
    /// What is wrong with the link; a refusal `link_over` for one that lets nobody in any more; `offline`.
    pub async fn join_describe(&self, input: JoinDescribe) -> Result<JoinOffer, ActionError> {
        let link = read(&input.link)?;
        let mut guest = enter(&link).await?;
        let offer = guest.offer().await.map_err(over)?;
        guest.close().await;
        Ok(JoinOffer {
            kind: offer.kind,
            email: offer.email,
            organization_name: offer.organization_name,
            display_name: offer.display_name,
            role: offer.role,
            invited_by: offer.invited_by,
            server_name: name_of(&link.server),
        })
    }

    /// Uses a link, once: makes the sign-in or gives it its new password, and opens the desk.
    ///
    /// # Errors
    /// As [`Self::join_describe`]; a field error for an unfit password or name; a refusal `no_keychain`.
    pub async fn join_accept(&self, input: JoinAccept) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let link = read(&input.link)?;
        self.check_keep(input.keep).await?;
        let mut guest = enter(&link).await?;
        // Whose password this is, the server says: the e-mail in the link is only there to be read.
        let email = guest.offer().await.map_err(over)?.email;
        check_password(secrecy::ExposeSecret::expose_secret(&input.password), &email)?;
        let name = check_person_name(&input.display_name)?;
        let key = derive(input.password, link.server.server_id, &email).await;
        let accepted = guest.accept(&key, &name).await.map_err(over)?;
        guest.close().await;
        let profile = Profile::load(&self.places.data)?;
        let known = profile.servers.iter().find(|s| s.server_id == link.server.server_id);
        let kind = known.map_or(ServerKind::Remote, |known| known.kind);
        if accepted.existing {
            let known = KnownServer {
                server_id: link.server.server_id,
                kind,
                name: known.map_or_else(|| name_of(&link.server), |known| known.name.clone()),
                email: Some(email),
                user_id: None,
                organization_id: None,
                devices: known.map(|known| known.devices.clone()).unwrap_or_default(),
                link: link.server,
            };
            self.close_desk().await;
            self.remember(&known)?;
            let message = "You have a sign-in on this server already and were added to the organization. Sign in with the password you had.";
            return Ok(sign_in_screen(&known, Some(message.to_owned())));
        }
        let (sign_in, who) = self.enroll(&link.server, &email, &key).await?;
        self.enter(link.server, kind, sign_in, input.keep, who).await
    }
}

fn read(link: &SecretString) -> Result<JoinLink, ActionError> {
    Ok(secrecy::ExposeSecret::expose_secret(link).parse()?)
}

async fn enter(link: &JoinLink) -> Result<Guest, ActionError> {
    Guest::enter(link).await.map_err(over)
}

/// A link that was used, taken back or has run out looks to PostgreSQL like a wrong password.
fn over(error: ServerError) -> ActionError {
    match error {
        ServerError::WrongPassword
        | ServerError::SignedOut { .. }
        | ServerError::Expired
        | ServerError::NotPermitted { .. } => ActionError::App(AppError {
            field: Some("link".to_owned()),
            details: Some(serde_json::json!({ "kind": "link_over" })),
            ..AppError::plain(
                Code::Refused,
                "This link was used already, was taken back, or has run out. Ask for a new one.",
            )
        }),
        other => other.into(),
    }
}
