//! This computer's own server: started with the app, set up on first use, revived after a crash.

use crate::error::ActionError;
use crate::profile::{Places, ServerKind};
use domain::account::normalise_password;
use secrecy::{ExposeSecret, SecretString};
use server::embedded::{Embedded, EmbeddedOptions};
use server::identity::kdf;
use server::link::ServerLink;
use server::setup;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;
use uuid::Uuid;

/// The embedded server, shared by everything that may need it running.
#[derive(Debug, Clone)]
pub struct LocalServer {
    places: Places,
    running: Arc<Mutex<Option<Embedded>>>,
    /// Databases that were brought to this version's schema since the start.
    prepared: Arc<Mutex<HashSet<&'static str>>>,
    /// The app closes: whatever still runs in the background must not start the server again.
    closing: Arc<AtomicBool>,
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
    /// The key that their password derives to.
    pub key: SecretString,
}

impl LocalServer {
    /// A server that is not started yet.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self { places, running: Arc::default(), prepared: Arc::default(), closing: Arc::default() }
    }

    /// Makes sure that it runs: starts it, or starts it again if it died.
    ///
    /// # Errors
    /// A finished sentence about what stands in the way; nothing is lost by any of them.
    pub async fn ensure_running(&self) -> Result<(), ActionError> {
        let mut running = self.running.lock().await;
        if self.closing.load(Ordering::Relaxed) {
            return Err(ActionError::signed_out());
        }
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
        self.prepared.lock().await.insert(database);
        self.link_to(kind, identity.server_id).await
    }

    /// The link of a database that was set up before, where the server runs now, with this version's schema.
    ///
    /// # Errors
    /// As [`Self::ensure_running`].
    pub async fn link(&self, kind: ServerKind, server_id: Uuid) -> Result<ServerLink, ActionError> {
        if !self.prepared.lock().await.contains(database_of(kind)) {
            self.provision(kind).await?;
        }
        self.link_to(kind, server_id).await
    }

    async fn link_to(&self, kind: ServerKind, server_id: Uuid) -> Result<ServerLink, ActionError> {
        let place = self.running(|embedded| embedded.location()).await?;
        Ok(ServerLink { server_id, place, database: database_of(kind).to_owned(), ca_pem: None })
    }

    /// Makes the organization and its first administrator, unless the database has one already.
    ///
    /// # Errors
    /// As [`Self::provision`].
    pub async fn found(&self, link: &ServerLink, founding: Founding) -> Result<(), ActionError> {
        let organization = setup::NewOrganization {
            id: Uuid::now_v7(),
            name: founding.organization,
            kind: "caterer".to_owned(),
            time_zone: founding.time_zone,
            currency: founding.currency,
            locale: founding.locale,
        };
        let owner = self.owner(&link.database).await?;
        setup::found(&owner, &organization, &founding.email, &founding.person, &founding.key)
            .await?;
        Ok(())
    }

    /// Sets the key of a person's password without the old one: whoever owns this computer's data may.
    ///
    /// # Errors
    /// A refusal where nobody has that e-mail.
    pub async fn set_password(
        &self,
        link: &ServerLink,
        email: &str,
        key: &SecretString,
    ) -> Result<(), ActionError> {
        setup::reset_password(&self.owner(&link.database).await?, email, key).await?;
        Ok(())
    }

    /// Stops the server if this app was the last that used it; for good.
    pub async fn stop(&self) {
        let mut running = self.running.lock().await;
        self.closing.store(true, Ordering::Relaxed);
        if let Some(embedded) = running.take()
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "the local server did not stop cleanly");
        }
    }

    /// Which PostgreSQL runs, if one does and is not just being started.
    pub(crate) fn version(&self) -> Option<String> {
        let running = self.running.try_lock().ok()?;
        running.as_ref().map(|embedded| embedded.version().to_owned())
    }

    /// How the owner connects to the database of `kind`, once it has this version's schema.
    ///
    /// # Errors
    /// As [`Self::provision`].
    pub(crate) async fn owner_of(
        &self,
        kind: ServerKind,
    ) -> Result<setup::OwnerOptions, ActionError> {
        let database = database_of(kind);
        if !self.prepared.lock().await.contains(database) {
            self.provision(kind).await?;
        }
        self.owner(database).await
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
    let password = SecretString::from(normalise_password(password.expose_secret()));
    blocking(move || kdf::sign_in_key(&password, server_id, &email)).await
}

/// Runs what waits (keychain, key derivation) off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // A panic in there cannot be handled any better than passing it on.
    tokio::task::spawn_blocking(work).await.expect("blocking work does not panic")
}
