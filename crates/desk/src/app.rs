//! The desk's life: first run, signing in and out, switching organizations, opening again.

mod entering;
mod inputs;
mod joining;
mod restoring;
mod setting_up;
mod telling;

pub use inputs::{
    FirstRunLocal, OrganizationSwitch, PasswordChange, PasswordResetLocal, ServerConnect,
    ServerOpen, ServerSetUp, SignIn,
};
pub use joining::{JoinAccept, JoinDescribe, JoinOffer};
pub use restoring::FirstRunRestore;

use crate::error::{ActionError, AppError, Code};
use crate::local::{Founding, LocalServer, blocking, derive};
use crate::open::Desk;
use crate::profile::{KnownServer, Places, Profile, ServerKind};
use crate::secrets::{Keep, Secrets, SignIn as Kept};
use crate::view::{AppState, ServerSummary, Surface};
use domain::account::{check_password, normalise_email};
use server::link::ServerLink;
use server::session::{self, Session};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Mutex, MutexGuard};

const SAMPLE_EMAIL: &str = "you@sample.example";

/// The app behind the window: at most one signed-in desk, and this computer's own server.
pub struct App {
    places: Places,
    secrets: Secrets,
    local: LocalServer,
    surface: Arc<dyn Surface>,
    desk: Mutex<Option<Desk>>,
    /// The first screen, until the window asks for it.
    opened_ahead: Mutex<Option<AppState>>,
    /// The backup file that somebody picked last.
    pub(crate) picked: Mutex<Option<PathBuf>>,
    /// Starting, signing in and out, switching and closing happen one after the other.
    life: Mutex<()>,
    /// Nothing begins any more.
    closed: AtomicBool,
}

impl App {
    /// An app that has not started anything yet.
    pub fn new(places: Places, surface: Arc<dyn Surface>) -> Self {
        let local = LocalServer::new(places.clone());
        Self {
            places,
            secrets: Secrets::default(),
            local,
            surface,
            desk: Mutex::default(),
            opened_ahead: Mutex::default(),
            picked: Mutex::default(),
            life: Mutex::default(),
            closed: AtomicBool::default(),
        }
    }

    /// The signed-in desk.
    ///
    /// # Errors
    /// `signed_out` when there is none.
    pub async fn desk(&self) -> Result<Desk, ActionError> {
        let desk = self.desk.lock().await.clone();
        desk.filter(|desk| !desk.is_over()).ok_or_else(ActionError::signed_out)
    }

    /// Opens what was open last while the window is still loading; [`Self::start`] then answers with it.
    pub async fn open_ahead(&self) {
        let _life = self.begin().await;
        *self.opened_ahead.lock().await = Some(self.open_or_fail().await);
    }

    /// Opens what was open last; every failure is a screen, never an error.
    pub async fn start(&self) -> AppState {
        let _life = self.begin().await;
        match self.opened_ahead.lock().await.take() {
            // A desk may have lost its access since; whoever has none is asked for the reason again.
            None | Some(AppState::Ready { .. }) => self.open_or_fail().await,
            Some(state) => state,
        }
    }

    async fn open_or_fail(&self) -> AppState {
        match self.open_last().await {
            Ok(state) => state,
            Err(error) => AppState::Failed { error: error.to_app_error() },
        }
    }

    async fn open_last(&self) -> Result<AppState, ActionError> {
        if let Ok(desk) = self.desk().await {
            return Ok(AppState::Ready { session: Box::new(desk.view()) });
        }
        let profile = Profile::load(&self.places.data)?;
        let Some(known) = profile.current().cloned() else { return Ok(choices(&profile)) };
        let (secrets, server) = (self.secrets.clone(), known.server_id);
        let kept = blocking(move || secrets.find(server)).await;
        match (kept, known.kind) {
            (Some((sign_in, keep)), _) if known.organization_id.is_some() => {
                self.reopen(known, sign_in, keep).await
            }
            // Whoever owns this computer's sample data needs no password for it.
            (_, ServerKind::Sample) => self.sample_sign_in().await,
            (_, _) => {
                if known.kind == ServerKind::Local {
                    self.start_local_in_background();
                }
                Ok(sign_in_screen(&known, None))
            }
        }
    }

    /// Opens the local copy at once; server and session follow when they can.
    async fn reopen(
        &self,
        known: KnownServer,
        sign_in: Kept,
        keep: Keep,
    ) -> Result<AppState, ActionError> {
        let opening = self.opening(known.clone(), sign_in, keep);
        let error = match Desk::reopen(opening).await {
            Ok(desk) => return Ok(self.show(desk).await),
            Err(error) => error,
        };
        let shown = error.to_app_error();
        match (shown.code, known.kind) {
            (Code::SignedOut, ServerKind::Sample) => self.sample_sign_in().await,
            (Code::SignedOut, _) => Ok(sign_in_screen(&known, Some(shown.message))),
            (Code::UpdateRequired, _) => Ok(update_screen(&known, &error.needed())),
            _ => Err(error),
        }
    }

    /// Back to the three choices of the first screen; nothing is forgotten.
    ///
    /// # Errors
    /// When the profile cannot be written.
    pub async fn choose(&self) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        self.close_desk().await;
        let mut profile = Profile::load(&self.places.data)?;
        profile.current = None;
        profile.save(&self.places.data)?;
        Ok(choices(&profile))
    }

    /// Opens a server that this computer knows already: at once where a sign-in is kept, else its sign-in screen.
    ///
    /// # Errors
    /// `not_found` for an unknown one; what stands in the way of opening it.
    pub async fn server_open(&self, input: ServerOpen) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        self.close_desk().await;
        let mut profile = Profile::load(&self.places.data)?;
        if !profile.servers.iter().any(|s| s.server_id == input.server_id) {
            return Err(ActionError::not_found("server"));
        }
        profile.current = Some(input.server_id);
        profile.save(&self.places.data)?;
        self.open_last().await
    }

    /// *Explore with sample data*.
    ///
    /// # Errors
    /// What the local server says.
    pub async fn first_run_sample(&self) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        self.sample_sign_in().await
    }

    async fn sample_sign_in(&self) -> Result<AppState, ActionError> {
        self.progress("Starting the database on this computer", 0);
        self.local.ensure_running().await?;
        self.progress("Preparing the tables", 1);
        let link = self.local.provision(ServerKind::Sample).await?;
        // Nobody types it, so nothing has to be derived: it is as random as a key.
        let key = server::identity::new_secret();
        let founding = Founding {
            organization: "Olivar Catering".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
            currency: "EUR".to_owned(),
            locale: "en-GB".to_owned(),
            person: "Pilar Novák".to_owned(),
            email: SAMPLE_EMAIL.to_owned(),
            key: key.clone(),
        };
        self.progress("Making a sample office", 2);
        self.local.found(&link, founding).await?;
        self.local.set_password(&link, SAMPLE_EMAIL, &key).await?;
        let secrets = blocking(Secrets::keychain_works).await;
        let keep = if secrets { Keep::Keychain } else { Keep::UntilClose };
        self.progress("Filling in clients and events", 3);
        let (sign_in, who) = self.enroll(&link, SAMPLE_EMAIL, &key).await?;
        let session = Session::open(&link, &sign_in.device());
        let filled = crate::sample::fill(&session, &who).await;
        session.close().await;
        filled?;
        self.progress("Opening", 4);
        self.enter(link, ServerKind::Sample, sign_in, keep, who).await
    }

    /// *Use this computer*: a fresh database, organization and administrator, or the sign-in of one made before.
    ///
    /// # Errors
    /// What is wrong with the input, or what the local server says.
    pub async fn first_run_local(&self, input: FirstRunLocal) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let email = normalise_email(&input.email)?;
        check_password(secrecy::ExposeSecret::expose_secret(&input.password), &email)?;
        domain::account::check_founding(&input.organization_name, &input.your_name)?;
        self.check_keep(input.keep).await?;
        self.progress("Starting the database on this computer", 0);
        self.local.ensure_running().await?;
        self.progress("Preparing the tables", 1);
        let link = self.local.provision(ServerKind::Local).await?;
        self.progress("Making your organization", 2);
        let key = derive(input.password, link.server_id, &email).await;
        let founding = Founding {
            organization: input.organization_name.trim().to_owned(),
            time_zone: input.time_zone,
            currency: input.currency,
            locale: input.locale,
            person: input.your_name.trim().to_owned(),
            email: email.clone(),
            key: key.clone(),
        };
        self.local.found(&link, founding).await?;
        self.progress("Signing you in", 3);
        let (sign_in, who) = self.enroll(&link, &email, &key).await?;
        self.progress("Opening", 4);
        self.enter(link, ServerKind::Local, sign_in, input.keep, who).await
    }

    /// *Connect to a server*: remembers the link and asks for a sign-in.
    ///
    /// # Errors
    /// What is wrong with the link.
    pub async fn server_connect(&self, input: ServerConnect) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let link: ServerLink = input.link.parse()?;
        self.close_desk().await;
        let mut profile = Profile::load(&self.places.data)?;
        let before = profile.servers.iter().find(|s| s.server_id == link.server_id).cloned();
        let known = KnownServer {
            server_id: link.server_id,
            kind: before.as_ref().map_or(ServerKind::Remote, |b| b.kind),
            name: before.as_ref().map_or_else(|| name_of(&link), |b| b.name.clone()),
            email: before.as_ref().and_then(|b| b.email.clone()),
            user_id: None,
            organization_id: None,
            devices: before.map(|b| b.devices).unwrap_or_default(),
            link,
        };
        profile.remember(known.clone());
        profile.save(&self.places.data)?;
        Ok(sign_in_screen(&known, None))
    }

    /// Signs in on the current server: enrolls this computer as a device of the person.
    ///
    /// # Errors
    /// `signed_out` with a sentence for a wrong password; a refusal `no_keychain`; `offline`.
    pub async fn sign_in(&self, input: SignIn) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let email = normalise_email(&input.email)?;
        self.check_keep(input.keep).await?;
        let profile = Profile::load(&self.places.data)?;
        let known = profile.current().cloned().ok_or_else(ActionError::signed_out)?;
        let link = match known.kind {
            ServerKind::Remote => known.link,
            kind => self.local.provision(kind).await?,
        };
        let key = derive(input.password, link.server_id, &email).await;
        let (sign_in, who) = self.enroll(&link, &email, &key).await?;
        self.enter(link, known.kind, sign_in, input.keep, who).await
    }

    /// Whether sign-ins can outlive the app on this computer.
    pub async fn keychain_available(&self) -> bool {
        blocking(Secrets::keychain_works).await
    }

    /// Signs this device out for good and forgets its local copy.
    ///
    /// # Errors
    /// When the profile cannot be written.
    pub async fn sign_out(&self) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let desk = self.desk().await?;
        // Offline, the device stays enrolled on the server until it expires; its secret is gone from here.
        if let Err(error) = desk.session().sign_out().await {
            tracing::info!(%error, "signed out while the server could not be told");
        }
        let known = desk.server().clone();
        self.leave(&desk).await;
        let mut profile = Profile::load(&self.places.data)?;
        if known.kind == ServerKind::Sample {
            profile.current = None;
            profile.save(&self.places.data)?;
            return Ok(choices(&profile));
        }
        Ok(sign_in_screen(&known, None))
    }

    /// Changes the password; all other devices of the person are signed out.
    ///
    /// # Errors
    /// A field error for a wrong current or an unfit new password.
    pub async fn password_change(&self, input: PasswordChange) -> Result<(), ActionError> {
        let desk = self.desk().await?;
        let (link, email) = (desk.session().link(), desk.view().email);
        check_password(secrecy::ExposeSecret::expose_secret(&input.new), &email)
            .map_err(|e| on_field(e, "new"))?;
        let key = derive(input.current, link.server_id, &email).await;
        let mut account = match session::sign_in_account(&link, &email, &key).await {
            Err(server::error::ServerError::WrongPassword) => {
                return Err(ActionError::App(AppError {
                    field: Some("current".to_owned()),
                    ..AppError::plain(Code::Invalid, "That is not your current password.")
                }));
            }
            other => other?,
        };
        let key = derive(input.new, link.server_id, &email).await;
        account.change_password(&key, desk.session().device_id()).await?;
        account.close().await;
        Ok(())
    }

    /// *I forgot my password*, on this computer's own server only.
    ///
    /// # Errors
    /// A refusal for a server elsewhere or an unknown e-mail.
    pub async fn password_reset_local(
        &self,
        input: PasswordResetLocal,
    ) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let email = normalise_email(&input.email)?;
        check_password(secrecy::ExposeSecret::expose_secret(&input.new), &email)
            .map_err(|e| on_field(e, "new"))?;
        let profile = Profile::load(&self.places.data)?;
        let known = profile.current().cloned().ok_or_else(ActionError::signed_out)?;
        if known.kind == ServerKind::Remote {
            return Err(ActionError::refused(
                "not_this_computer",
                "Only an administrator of that server can give you a new password.",
            ));
        }
        let link = self.local.provision(known.kind).await?;
        let key = derive(input.new, link.server_id, &email).await;
        self.local.set_password(&link, &email, &key).await?;
        let keep = if self.keychain_available().await { Keep::Keychain } else { Keep::UntilClose };
        let (sign_in, who) = self.enroll(&link, &email, &key).await?;
        self.enter(link, known.kind, sign_in, keep, who).await
    }

    /// Opens another of the person's organizations.
    ///
    /// # Errors
    /// A refusal when the person is not a member.
    pub async fn organization_switch(
        &self,
        input: OrganizationSwitch,
    ) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let desk = self.desk().await?;
        let mut known = desk.server().clone();
        let (sign_in, keep) = desk.sign_in();
        let who = desk.whoami();
        if !who.organizations.iter().any(|o| o.id == input.organization_id) {
            return Err(ActionError::refused(
                "not_a_member",
                "You are not a member of that organization.",
            ));
        }
        self.close_desk().await;
        known.organization_id = Some(input.organization_id);
        self.remember(&known)?;
        let desk = Desk::open(self.opening(known, sign_in, keep), who).await?;
        Ok(self.show(desk).await)
    }

    /// Ends everything in good order: sync, sessions, then the local server. What was to last until now is forgotten.
    pub async fn close(&self) {
        let _life = self.life.lock().await;
        self.closed.store(true, Ordering::Relaxed);
        if let Some(desk) = self.desk.lock().await.take() {
            desk.close().await;
            if desk.sign_in().1 == Keep::UntilClose {
                desk.wipe().await;
            }
        }
        self.secrets.forget_until_close();
        self.local.stop().await;
    }

    /// The turn of a step that changes what is open: what was found ahead is no longer true.
    async fn life(&self) -> MutexGuard<'_, ()> {
        let life = self.begin().await;
        *self.opened_ahead.lock().await = None;
        life
    }

    async fn begin(&self) -> MutexGuard<'_, ()> {
        let life = self.life.lock().await;
        if self.closed.load(Ordering::Relaxed) {
            // The window that asked is gone, and what would be opened now nobody would close.
            drop(life);
            return std::future::pending().await;
        }
        life
    }
}

/// The first screen, with what was set up or connected to before.
pub(crate) fn choices(profile: &Profile) -> AppState {
    AppState::FirstRun { known: profile.servers.iter().rev().map(summary).collect() }
}

/// The sign-in screen of a server.
pub(crate) fn sign_in_screen(known: &KnownServer, message: Option<String>) -> AppState {
    AppState::SignIn { server: summary(known), email: known.email.clone(), message }
}

/// What is shown instead of the office while this Cloche is too old for its server.
pub(crate) fn update_screen(known: &KnownServer, needed: &str) -> AppState {
    AppState::UpdateRequired { server: summary(known), needed: needed.to_owned() }
}

/// How the window names a server.
pub(crate) fn summary(known: &KnownServer) -> ServerSummary {
    ServerSummary {
        server_id: known.server_id,
        name: known.name.clone(),
        kind: known.kind,
        can_reset_password: known.kind == ServerKind::Local,
    }
}

fn name_of(link: &ServerLink) -> String {
    match &link.place {
        server::link::Place::Host { host, .. } => host.clone(),
        server::link::Place::Socket { .. } => "This computer".to_owned(),
    }
}

/// A refusal of the shared rule, beside the field of this form.
fn on_field(refusal: domain::refusal::Refusal, field: &str) -> ActionError {
    let error = ActionError::from(refusal).to_app_error();
    ActionError::App(AppError { field: Some(field.to_owned()), ..error })
}
