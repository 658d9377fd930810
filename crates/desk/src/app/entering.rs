//! The steps that the ways into a desk share: enrolling this computer, opening the desk, leaving it.

use super::{App, name_of};
use crate::error::ActionError;
use crate::local::blocking;
use crate::open::{Desk, Opening};
use crate::profile::{KnownServer, Profile, ServerKind};
use crate::secrets::{Keep, SignIn as Kept};
use crate::view::{AppState, Happening, SetUpProgress};
use secrecy::SecretString;
use server::account::Whoami;
use server::link::ServerLink;
use server::session::{self, Session};

impl App {
    pub(super) async fn enroll(
        &self,
        link: &ServerLink,
        email: &str,
        key: &SecretString,
    ) -> Result<(Kept, Whoami), ActionError> {
        let mut account = session::sign_in_account(link, email, key).await?;
        let sign_in = Kept::new();
        account.enroll_device(&sign_in.device(), &this_computer()).await?;
        account.close().await;
        let session = Session::open(link, &sign_in.device());
        let who = session.whoami().await;
        session.close().await;
        match who {
            Ok(who) => Ok((sign_in, who)),
            Err(error) => {
                withdraw(link, &sign_in).await;
                Err(error.into())
            }
        }
    }

    /// Opens a desk with a fresh sign-in; where that fails, its device is not left behind.
    pub(super) async fn enter(
        &self,
        link: ServerLink,
        kind: ServerKind,
        sign_in: Kept,
        keep: Keep,
        who: Whoami,
    ) -> Result<AppState, ActionError> {
        let entered = self.enter_as(link.clone(), kind, sign_in.clone(), keep, who).await;
        if entered.is_err() {
            withdraw(&link, &sign_in).await;
        }
        entered
    }

    async fn enter_as(
        &self,
        link: ServerLink,
        kind: ServerKind,
        sign_in: Kept,
        keep: Keep,
        who: Whoami,
    ) -> Result<AppState, ActionError> {
        self.close_desk().await;
        let before = Profile::load(&self.places.data)?;
        let earlier = before.servers.iter().find(|s| s.server_id == link.server_id);
        let mut devices = earlier.map(|s| s.devices.clone()).unwrap_or_default();
        let replaced = devices.insert(who.user_id, sign_in.device_id);
        let last =
            earlier.filter(|s| s.user_id == Some(who.user_id)).and_then(|s| s.organization_id);
        let organization = who.organizations.iter().find(|o| Some(o.id) == last);
        let organization = organization.or(who.organizations.first()).ok_or_else(|| {
            ActionError::refused("no_organization", "You are not a member of any organization on this server. Ask an administrator to invite you.")
        })?;
        let known = KnownServer {
            server_id: link.server_id,
            kind,
            name: if kind == ServerKind::Remote {
                name_of(&link)
            } else {
                organization.name.clone()
            },
            link,
            email: Some(who.email.clone()),
            user_id: Some(who.user_id),
            organization_id: Some(organization.id),
            devices,
        };
        let (secrets, server, kept) = (self.secrets.clone(), known.server_id, sign_in.clone());
        // The key of any earlier copies, whoever's, is gone with the earlier sign-in.
        let copies: Vec<_> =
            known.devices.keys().map(|user| self.places.copies(server, *user)).collect();
        blocking(move || {
            copies.iter().for_each(|copies| crate::open::delete_copies(copies));
            secrets.keep(server, &kept, keep)
        })
        .await?;
        self.remember(&known)?;
        let desk = Desk::open(self.opening(known, sign_in, keep), who).await?;
        if let Some(device) = replaced {
            // Nobody has its secret any more; left enrolled, ten of them would keep the person out.
            if let Err(error) = desk.session().revoke_device(device).await {
                tracing::debug!(%error, "the device that this one replaces was gone already");
            }
        }
        Ok(self.show(desk).await)
    }

    pub(super) fn opening(&self, server: KnownServer, sign_in: Kept, keep: Keep) -> Opening {
        let local = (server.kind != ServerKind::Remote).then(|| self.local.clone());
        Opening {
            places: self.places.clone(),
            server,
            sign_in,
            keep,
            local,
            secrets: self.secrets.clone(),
            surface: self.surface.clone(),
            clock: crate::clock::Clock::default(),
        }
    }

    pub(super) async fn show(&self, desk: Desk) -> AppState {
        let session = Box::new(desk.view());
        *self.desk.lock().await = Some(desk);
        AppState::Ready { session }
    }

    pub(super) async fn leave(&self, desk: &Desk) {
        desk.close().await;
        desk.wipe().await;
        *self.desk.lock().await = None;
    }

    pub(super) async fn close_desk(&self) {
        if let Some(desk) = self.desk.lock().await.take() {
            desk.close().await;
        }
    }

    pub(super) fn remember(&self, known: &KnownServer) -> Result<(), ActionError> {
        let mut profile = Profile::load(&self.places.data)?;
        profile.remember(known.clone());
        profile.save(&self.places.data)
    }

    pub(super) async fn check_keep(&self, keep: Keep) -> Result<(), ActionError> {
        if keep == Keep::Keychain && !self.keychain_available().await {
            return Err(crate::secrets::no_keychain());
        }
        Ok(())
    }

    pub(super) fn start_local_in_background(&self) {
        let (local, surface) = (self.local.clone(), self.surface.clone());
        tokio::spawn(async move {
            if let Err(error) = local.ensure_running().await {
                let error = error.to_app_error();
                surface.show(Happening::Notice(crate::view::Notice {
                    message: error.message,
                    is_warning: true,
                }));
            }
        });
    }

    pub(super) fn progress(&self, step: &str, done: u32) {
        let step = step.to_owned();
        self.surface.show(Happening::SetUp(SetUpProgress { step, done, of: 5 }));
    }
}

/// Takes back a device that was enrolled a moment ago.
async fn withdraw(link: &ServerLink, sign_in: &Kept) {
    let session = Session::open(link, &sign_in.device());
    if let Err(error) = session.sign_out().await {
        tracing::info!(%error, "a device stays enrolled until it expires");
    }
    session.close().await;
}

fn this_computer() -> String {
    hostname().filter(|name| !name.is_empty()).unwrap_or_else(|| "This computer".to_owned())
}

fn hostname() -> Option<String> {
    let from_file = std::fs::read_to_string("/etc/hostname").ok();
    let name = from_file.or_else(|| std::env::var("COMPUTERNAME").ok())?;
    Some(name.trim().chars().take(100).collect())
}
