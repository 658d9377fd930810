//! Who is signed in, and what they may do, as the server said last.

use super::Desk;
use crate::error::ActionError;
use crate::view::{AppState, Happening, OrganizationSummary, SessionView};
use chrono::{DateTime, Utc};
use domain::permission::{Permissions, Role};
use replica::ReplicaSlot;
use server::account::{Membership, Whoami};
use server::error::ServerError;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// Under which the local copy keeps who it is for.
pub(super) const WHOAMI: &str = "whoami";

impl Desk {
    /// Who is signed in, as the server said last.
    #[must_use]
    pub fn whoami(&self) -> Whoami {
        self.0.who.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn membership(&self) -> Option<Membership> {
        let who = self.0.who.read().unwrap_or_else(PoisonError::into_inner);
        who.organizations.iter().find(|o| o.id == self.0.organization).cloned()
    }

    /// The person's role in the open organization.
    #[must_use]
    pub fn role(&self) -> Role {
        self.membership().map_or(Role::Staff, |m| m.role)
    }

    /// The organization's zone.
    #[must_use]
    pub fn time_zone(&self) -> String {
        self.membership().map_or_else(|| "UTC".to_owned(), |m| m.time_zone)
    }

    /// The organization's locale.
    #[must_use]
    pub fn locale(&self) -> String {
        self.membership().map_or_else(|| "en".to_owned(), |m| m.locale)
    }

    /// What the person may do, as the server said last: asked again as soon as the role or the matrix changes.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.membership().map(|m| m.permissions.iter().collect()).unwrap_or_default()
    }

    /// Who is signed in, for the window.
    #[must_use]
    pub fn view(&self) -> SessionView {
        let (who, open) = (self.whoami(), self.membership());
        let organizations: Vec<_> = who.organizations.iter().map(organization).collect();
        let current = open.as_ref().map(organization);
        SessionView {
            user_id: who.user_id,
            email: who.email,
            display_name: open.as_ref().map(|m| m.display_name.clone()).unwrap_or_default(),
            server: crate::app::summary(self.server()),
            organization: current.unwrap_or_else(|| unknown(self.0.organization)),
            organizations,
            role: self.role(),
            permissions: open.map(|m| m.permissions).unwrap_or_default(),
            kept: self.0.opening.keep,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Takes what the server says now about the person, and tells the window if it changed.
    ///
    /// # Errors
    /// That the server cannot be reached, or the sign-in is over.
    pub(crate) async fn refresh_whoami(&self) -> Result<(), ActionError> {
        let who = match self.session().whoami().await {
            Err(ServerError::UpdateRequired { needed }) => {
                self.turn_away(&needed).await;
                return Err(ServerError::UpdateRequired { needed }.into());
            }
            who => who?,
        };
        remember_whoami(self.slot(), &who, self.now()).await?;
        let before = std::mem::replace(
            &mut *self.0.who.write().unwrap_or_else(PoisonError::into_inner),
            who.clone(),
        );
        if before.organizations != who.organizations {
            self.show(Happening::AppState(AppState::Ready { session: Box::new(self.view()) }));
        }
        Ok(())
    }

    /// This Cloche is too old for its server: work stops, the local copy stays, and the window says how to update.
    pub(crate) async fn turn_away(&self, needed: &str) {
        if self.0.over.swap(true, Ordering::Relaxed) {
            return;
        }
        // Opened again, it knows before it shows anything.
        let who = Whoami { min_desk_version: needed.to_owned(), ..self.whoami() };
        if let Err(error) = remember_whoami(self.slot(), &who, self.now()).await {
            tracing::warn!(%error, "the local copy does not say that it is too old");
        }
        self.show(Happening::AppState(crate::app::update_screen(self.server(), needed)));
        // Whoever noticed may be waited for by what is closed here.
        let desk = self.clone();
        tokio::spawn(async move { desk.close().await });
    }
}

pub(super) async fn remember_whoami(
    slot: &ReplicaSlot,
    who: &Whoami,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    if let Ok(value) = serde_json::to_value(who) {
        slot.current().put_answer(WHOAMI, &value, now).await?;
    }
    Ok(())
}

fn organization(membership: &Membership) -> OrganizationSummary {
    OrganizationSummary {
        id: membership.id,
        name: membership.name.clone(),
        time_zone: membership.time_zone.clone(),
        currency: membership.currency.clone(),
        locale: membership.locale.clone(),
        role: membership.role,
    }
}

/// What is shown between losing a membership and being told so.
fn unknown(id: Uuid) -> OrganizationSummary {
    OrganizationSummary {
        id,
        name: String::new(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        locale: "en".to_owned(),
        role: Role::Staff,
    }
}
