//! *Move to a shared server*: everything goes there, people get fresh links, and here it can only be read from then on.

use crate::backups::{Made, MovedTo, keeper};
use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::profile::ServerKind;
use chrono::{DateTime, Utc};
use domain::permission::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use server::archive::{self, Receipt, SignInLink};
use server::link::{LinkError, Place, ServerLink};
use server::setup::{self, Owner, SetupError};

/// Where to move to.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct OfficeMove {
    /// The server's link, as its set-up printed it.
    pub link: String,
    /// The name of the server's owner.
    pub owner: String,
    /// The owner's password; used now and kept nowhere.
    #[specta(type = String)]
    pub password: SecretString,
}

/// An office that moved.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct OfficeMoved {
    /// How people call the server.
    pub place: String,
    /// The server's link, to connect to it.
    pub server_link: String,
    /// Rows that are there now, each compared.
    pub rows: u32,
    /// Events among them.
    pub events: u32,
    /// A link for everybody who has no sign-in there yet; shown once.
    pub links: Vec<PersonLink>,
}

/// A link for one person.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct PersonLink {
    /// As colleagues see them.
    pub display_name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    #[specta(type = Role)]
    pub role: String,
    /// To hand to them and nobody else.
    pub link: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Moves the open organization to a server. Interrupted anywhere, it stays here and can be moved again.
///
/// # Errors
/// `not_permitted` but for administrators of an office that is kept here; what is wrong with link, name or password;
/// a refusal where the office is in use there already. Nothing is closed here by any of them.
pub async fn office_move(desk: &Desk, input: OfficeMove) -> Result<OfficeMoved, ActionError> {
    let (from, folder) = keeper(desk).await?;
    let link: ServerLink = input.link.parse()?;
    if link.server_id == desk.server().server_id {
        return Err(on_field("link", "This is the server of this computer. Choose another one."));
    }
    let owner = Owner {
        place: link.place.clone(),
        user: input.owner.trim().to_owned(),
        password: input.password,
        ca_pem: link.ca_pem.clone(),
    };
    let to = there(&owner, &link).await?;
    let place = name_of(&link.place);
    let file = folder.next(Made::BeforeMove).await?;
    let org = desk.organization();
    let moved = archive::move_to(&from, org, &file, &to, &link, &place).await;
    folder.tidy(Made::BeforeMove, &file).await;
    let moved = moved?;
    desk.look_again();
    Ok(OfficeMoved {
        place,
        server_link: link.to_string(),
        rows: u32::try_from(moved.manifest.rows()).unwrap_or(u32::MAX),
        events: u32::try_from(moved.manifest.rows_of("events")).unwrap_or(u32::MAX),
        links: moved.links.into_iter().map(person).collect(),
    })
}

/// What whoever restored the office on a server handed back.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct OfficeMoveFinish {
    /// The receipt's text.
    pub receipt: String,
}

/// Closes the open organization here, once somebody else restored a copy of it on a server: if what arrived is what is here.
///
/// # Errors
/// `not_permitted` but for administrators of an office that is kept here; a refusal where anything differs.
pub async fn office_move_finish(
    desk: &Desk,
    input: OfficeMoveFinish,
) -> Result<MovedTo, ActionError> {
    let (owner, folder) = keeper(desk).await?;
    let receipt: Receipt = match input.receipt.parse() {
        Ok(receipt) => receipt,
        Err(error) => return Err(on_field("receipt", &receipt_words(&error))),
    };
    let place = name_of(&receipt.server.place);
    let file = folder.next(Made::BeforeMove).await?;
    let finished = archive::finish_move(&owner, desk.organization(), &file, &receipt, &place).await;
    folder.tidy(Made::BeforeMove, &file).await;
    finished?;
    desk.look_again();
    Ok(MovedTo { place, moved_at: desk.now() })
}

fn receipt_words(error: &LinkError) -> String {
    match error {
        LinkError::NotALink => "This is not a receipt. It starts with cloche://moved and is printed when the office is restored on the server.".to_owned(),
        other => other.to_string(),
    }
}

/// Where the open organization went, if it is kept on this computer and moved to a server.
///
/// # Errors
/// What the local server says.
pub async fn office_moved_to(desk: &Desk) -> Result<Option<MovedTo>, ActionError> {
    let Some(local) = desk.local().filter(|_| desk.server().kind == ServerKind::Local) else {
        return Ok(None);
    };
    let owner = local.owner_of(ServerKind::Local).await?;
    let moved = archive::moved(&owner, desk.organization()).await?;
    Ok(moved.map(|m| MovedTo { place: m.place, moved_at: m.moved_at }))
}

/// Opens an office that moved away here again, as it was then.
///
/// # Errors
/// `not_permitted` but for administrators of an office that is kept here.
pub async fn office_open_again(desk: &Desk) -> Result<(), ActionError> {
    let (owner, _) = keeper(desk).await?;
    Ok(archive::open_again(&owner, desk.organization()).await?)
}

/// How the owner connects to that server, whose schema is this version's then.
async fn there(owner: &Owner, link: &ServerLink) -> Result<setup::OwnerOptions, ActionError> {
    let said = |error: SetupError| match error {
        SetupError::WrongPassword => on_field("password", &error.to_string()),
        SetupError::NotSuperuser { .. } | SetupError::NotAdmitted => {
            on_field("owner", &error.to_string())
        }
        other => other.into(),
    };
    let found = setup::survey(owner, &link.database).await.map_err(said)?;
    // Nothing is set up where nobody asked for it.
    if found.server_id != Some(link.server_id) {
        return Err(on_field(
            "link",
            "The link is of another server than the one that answers there.",
        ));
    }
    let to = owner.options(&link.database)?;
    setup::provision(&to, &link.database).await.map_err(said)?;
    Ok(to)
}

fn person(link: SignInLink) -> PersonLink {
    PersonLink {
        display_name: link.display_name,
        email: link.email,
        role: link.role,
        link: link.link.reveal(),
        expires_at: link.expires_at,
    }
}

fn name_of(place: &Place) -> String {
    match place {
        Place::Host { host, .. } => host.clone(),
        Place::Socket { .. } => "another server on this computer".to_owned(),
    }
}

fn on_field(field: &str, message: &str) -> ActionError {
    ActionError::App(AppError {
        field: Some(field.to_owned()),
        ..AppError::plain(Code::Invalid, message)
    })
}
