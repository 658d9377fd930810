//! Clients: lists and pages from the local copy, changes through the door.

use crate::activity::{self, ActivityPage};
use crate::error::ActionError;
use crate::open::Desk;
use crate::view::Applied;
use chrono::{DateTime, Utc};
use domain::clients::{Client, plan_create, plan_delete, plan_edit, verdicts};
pub use domain::clients::{ClientForm, ClientMay};
use replica::{ClientDetail, EventRow};
pub use replica::{ClientListInput, ClientListPage as ClientListing, ClientRow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A client.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ClientRef {
    /// Which.
    pub client_id: Uuid,
}

/// A page of a client's activity.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ClientActivityInput {
    /// Which.
    pub client_id: Uuid,
    /// Only what is older.
    pub before_n: Option<u32>,
}

/// A new client.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ClientCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new client's id.
    pub client_id: Uuid,
    /// As typed.
    pub form: ClientForm,
}

/// Changes to a client.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ClientEdit {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub client_id: Uuid,
    /// As typed.
    pub form: ClientForm,
    /// As the form was opened.
    pub base: ClientForm,
}

/// Something done to a client.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ClientAction {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub client_id: Uuid,
}

/// A client's page.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ClientPage {
    /// As lists show it.
    pub row: ClientRow,
    /// Postal address.
    pub address: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// Created when.
    pub created_at: Option<DateTime<Utc>>,
    /// Its events, newest first.
    pub events: Vec<EventRow>,
    /// What may be done.
    pub may: ClientMay,
}

/// Clients by text, sorted, a window of them.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn client_list(
    desk: &Desk,
    input: ClientListInput,
) -> Result<ClientListing, ActionError> {
    let (input, now) = (&input, desk.now());
    desk.read(|replica| async move { replica.client_list(input, now).await }).await
}

/// A client's page.
///
/// # Errors
/// `not_found`.
pub async fn client_page(desk: &Desk, input: ClientRef) -> Result<ClientPage, ActionError> {
    let detail = detail(desk, input.client_id).await?;
    let detail = detail.ok_or_else(|| ActionError::not_found("client"))?;
    let client = find(desk, input.client_id).await?;
    Ok(ClientPage {
        may: verdicts(&desk.permissions(), &client, detail.row.events),
        row: detail.row,
        address: detail.address,
        notes: detail.notes,
        created_at: detail.created_at,
        events: detail.events,
    })
}

/// Creates a client.
///
/// # Errors
/// What is wrong with the form, or the door's refusal.
pub async fn client_create(desk: &Desk, input: ClientCreate) -> Result<Applied, ActionError> {
    let plan = plan_create(&desk.permissions(), input.client_id, &input.form)?;
    desk.apply("client.create", input.command_id, &input.form.company_name, plan).await
}

/// Changes a client; only what the form changed.
///
/// # Errors
/// What is wrong with the form, a conflict, or the door's refusal.
pub async fn client_edit(desk: &Desk, input: ClientEdit) -> Result<Applied, ActionError> {
    let client = find(desk, input.client_id).await?;
    let plan = plan_edit(&desk.permissions(), &client, &input.base, &input.form)?;
    desk.apply("client.edit", input.command_id, &input.form.company_name, plan).await
}

/// Deletes a client without events.
///
/// # Errors
/// A refusal while events are there.
pub async fn client_delete(desk: &Desk, input: ClientAction) -> Result<Applied, ActionError> {
    let events = detail(desk, input.client_id).await?.map_or(0, |detail| detail.row.events);
    let client = find(desk, input.client_id).await?;
    let plan = plan_delete(&desk.permissions(), &client, events)?;
    desk.apply("client.delete", input.command_id, &client.company_name, plan).await
}

/// What happened to a client.
///
/// # Errors
/// `offline` when it was never asked before.
pub async fn client_activity(
    desk: &Desk,
    input: ClientActivityInput,
) -> Result<ActivityPage, ActionError> {
    activity::of_row(desk, "clients", input.client_id, input.before_n, desk.time_zone()).await
}

async fn detail(desk: &Desk, id: Uuid) -> Result<Option<ClientDetail>, ActionError> {
    let now = desk.now();
    desk.read(|replica| async move { replica.client_detail(id, now).await }).await
}

async fn find(desk: &Desk, id: Uuid) -> Result<Client, ActionError> {
    let client = desk.read(|replica| async move { replica.client(id).await }).await?;
    client.ok_or_else(|| ActionError::not_found("client"))
}
