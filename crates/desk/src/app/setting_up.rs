//! *Set up a server*: what `cloche-hub setup` does, from the first screen of a desk that is to be the first one.

use super::{App, ServerSetUp, name_of};
use crate::error::{ActionError, AppError};
use crate::local::derive;
use crate::profile::{KnownServer, ServerKind};
use crate::view::AppState;
use domain::account::{check_founding, check_password, normalise_email};
use secrecy::ExposeSecret;
use server::link::{Place, ServerLink};
use server::setup::{self, NewOrganization, Owner, SetupError};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The database that such a server gets.
const DATABASE: &str = "cloche";

impl App {
    /// Sets a PostgreSQL server up with an organization and its administrator, and signs in there.
    ///
    /// # Errors
    /// A field error for what is wrong with the input or stands in the way of the owner; a refusal `already_set_up` for a
    /// server that has an organization.
    pub async fn server_set_up(&self, input: ServerSetUp) -> Result<AppState, ActionError> {
        let _life = self.life().await;
        let email = normalise_email(&input.email)?;
        check_password(input.password.expose_secret(), &email)?;
        check_founding(&input.organization_name, &input.your_name)?;
        self.check_keep(input.keep).await?;
        let owner = owner_of(&input);
        self.progress("Looking at the server", 0);
        if setup::survey(&owner, DATABASE).await.map_err(beside)?.organizations > 0 {
            return Err(taken());
        }
        self.progress("Preparing the tables", 1);
        let options = owner.options(DATABASE).map_err(beside)?;
        let server_id = setup::provision(&options, DATABASE).await.map_err(beside)?.server_id;
        self.progress("Making your organization", 2);
        let link = ServerLink {
            server_id,
            place: owner.place,
            database: DATABASE.to_owned(),
            ca_pem: owner.ca_pem,
        };
        let key = derive(input.password, server_id, &email).await;
        let organization = NewOrganization {
            id: Uuid::now_v7(),
            name: input.organization_name.trim().to_owned(),
            kind: "caterer".to_owned(),
            time_zone: input.time_zone,
            currency: input.currency,
            locale: input.locale,
        };
        let person = input.your_name.trim();
        if !setup::found(&options, &organization, &email, person, &key).await? {
            return Err(taken());
        }
        // From here on nobody can set it up again: its sign-in screen is found, whatever comes now.
        self.remember(&KnownServer {
            server_id,
            kind: ServerKind::Remote,
            name: name_of(&link),
            link: link.clone(),
            email: Some(email.clone()),
            user_id: None,
            organization_id: None,
            devices: BTreeMap::new(),
        })?;
        self.progress("Signing you in", 3);
        let (sign_in, who) = self.enroll(&link, &email, &key).await?;
        self.progress("Opening", 4);
        self.enter(link, ServerKind::Remote, sign_in, input.keep, who).await
    }
}

fn owner_of(input: &ServerSetUp) -> Owner {
    let certificate = input.certificate.as_deref().map(str::trim).unwrap_or_default();
    Owner {
        place: Place::Host { host: input.host.trim().to_owned(), port: input.port },
        user: input.owner_name.trim().to_owned(),
        password: input.owner_password.clone(),
        // A certificate ends in a line of its own.
        ca_pem: (!certificate.is_empty()).then(|| format!("{certificate}\n")),
    }
}

/// The error beside the field that it is about.
fn beside(error: SetupError) -> ActionError {
    let field = match &error {
        SetupError::Unreachable(_) => Some("host"),
        SetupError::WrongPassword => Some("owner_password"),
        SetupError::NotAdmitted | SetupError::NotSuperuser { .. } => Some("owner_name"),
        SetupError::NotPinned | SetupError::WrongCertificate(_) => Some("certificate"),
        _ => None,
    };
    let Some(field) = field else { return error.into() };
    let told = ActionError::from(error).to_app_error();
    ActionError::App(AppError { field: Some(field.to_owned()), ..told })
}

fn taken() -> ActionError {
    ActionError::refused(
        "already_set_up",
        "Cloche runs on this server already, with an organization in it. Use its server link or an invitation to sign in.",
    )
}
