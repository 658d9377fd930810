//! This computer's own server: started with the app, set up on first use, revived after a crash.

use crate::error::ActionError;
use crate::profile::{Places, ServerKind};
use secrecy::SecretString;
use server::embedded::{Embedded, EmbeddedOptions};
use server::identity::kdf;
use server::link::ServerLink;
use server::setup;
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

/// The embedded server, shared by everything that may need it running.
#[derive(Debug, Clone)]
pub struct LocalServer {
    places: Places,
    running: Arc<Mutex<Option<Embedded>>>,
}

/// The organization and administrator that a first set-up makes.
#[derive(Debug)]
pub struct Founding {
    /// Organization name.
    pub organization: String,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// The administrator's name.
    pub person: String,
    /// Their e-mail, normalised.
    pub email: String,
    /// Their password, already found good.
    pub password: SecretString,
}

impl LocalServer {
    /// A server that is not started yet.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self { places, running: Arc::default() }
    }

    /// Makes sure that it runs: starts it, or starts it again if it died.
    ///
    /// # Errors
    /// A finished sentence about what stands in the way; nothing is lost by any of them.
    pub async fn ensure_running(&self) -> Result<(), ActionError> {
        let mut running = self.running.lock().await;
        match running.as_mut() {
            Some(embedded) => embedded.ensure_running().await?,
            None => *running = Some(Embedded::start(&self.options()).await?),
        }
        Ok(())
    }

    /// Sets the database of `kind` up, or brings it to this version's schema, and answers its link.
    ///
    /// # Errors
    /// As [`Self::ensure_running`], or that a migration failed (and changed nothing).
    pub async fn provision(&self, kind: ServerKind) -> Result<ServerLink, ActionError> {
        let database = database_of(kind);
        let owner = self.owner(database).await?;
        let identity = setup::provision(&owner, database).await?;
        self.link(kind, identity.server_id).await
    }

    /// The link of a database that was set up before, where the server runs now.
    ///
    /// # Errors
    /// As [`Self::ensure_running`].
    pub async fn link(&self, kind: ServerKind, server_id: Uuid) -> Result<ServerLink, ActionError> {
        let place = self.running(|embedded| embedded.location()).await?;
        Ok(ServerLink { server_id, place, database: database_of(kind).to_owned(), ca_pem: None })
    }

    /// Makes the organization and its first administrator, unless the database has one already.
    ///
    /// # Errors
    /// As [`Self::provision`].
    pub async fn found(&self, link: &ServerLink, founding: Founding) -> Result<(), ActionError> {
        let key = derive(founding.password, link.server_id, &founding.email).await;
        let organization = setup::NewOrganization {
            id: Uuid::now_v7(),
            name: founding.organization,
            kind: "caterer".to_owned(),
            time_zone: founding.time_zone,
            currency: founding.currency,
            locale: founding.locale,
        };
        let owner = self.owner(&link.database).await?;
        setup::found(&owner, &organization, &founding.email, &founding.person, &key).await?;
        Ok(())
    }

    /// Sets a person's password without the old one: whoever owns this computer's data may.
    ///
    /// # Errors
    /// A refusal where nobody has that e-mail.
    pub async fn set_password(
        &self,
        link: &ServerLink,
        email: &str,
        password: SecretString,
    ) -> Result<(), ActionError> {
        let key = derive(password, link.server_id, email).await;
        setup::reset_password(&self.owner(&link.database).await?, email, &key).await?;
        Ok(())
    }

    /// Stops the server if this app was the last that used it.
    pub async fn stop(&self) {
        if let Some(embedded) = self.running.lock().await.take()
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "the local server did not stop cleanly");
        }
    }

    async fn owner(&self, database: &str) -> Result<setup::OwnerOptions, ActionError> {
        self.running(|embedded| embedded.owner_options(database)).await
    }

    async fn running<T>(&self, ask: impl FnOnce(&Embedded) -> T) -> Result<T, ActionError> {
        self.ensure_running().await?;
        let running = self.running.lock().await;
        running.as_ref().map(ask).ok_or_else(ActionError::signed_out)
    }

    fn options(&self) -> EmbeddedOptions {
        EmbeddedOptions::new(self.places.postgres.clone(), self.places.server())
    }
}

fn database_of(kind: ServerKind) -> &'static str {
    match kind {
        ServerKind::Sample => "cloche_sample",
        ServerKind::Local | ServerKind::Remote => "cloche",
    }
}

/// The key a password derives to, computed off the async threads.
pub(crate) async fn derive(password: SecretString, server_id: Uuid, email: &str) -> SecretString {
    let email = email.to_owned();
    blocking(move || kdf::sign_in_key(&password, server_id, &email)).await
}

/// Runs what waits (keychain, key derivation) off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // A panic in there cannot be handled any better than passing it on.
    tokio::task::spawn_blocking(work).await.expect("blocking work does not panic")
}
