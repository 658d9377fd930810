//! What the office has already, as far as an import compares with it.

use crate::clients::Client;
use crate::events::{Event, Status};
use crate::resources::{Resource, ResourceType};
use crate::schedule::EntryKind;
use crate::text;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A client on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownClient {
    /// Row id.
    pub id: Uuid,
    /// Company or family name.
    pub company_name: String,
    /// The person to talk to.
    pub contact_name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
}

impl From<&Client> for KnownClient {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id,
            company_name: client.company_name.clone(),
            contact_name: client.contact_name.clone(),
            email: client.email.clone(),
            phone: client.phone.clone(),
        }
    }
}

impl KnownClient {
    /// The client among others of its name: `Ana García, ana@example.org, +34 600 000 000`.
    pub(super) fn label(&self) -> String {
        let known: Vec<&str> = [&self.contact_name, &self.email, &self.phone]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if known.is_empty() {
            format!("{} (no contact, e-mail or phone on record)", self.company_name)
        } else {
            format!("{} ({})", self.company_name, known.join(", "))
        }
    }
}

/// An event on record, archived ones too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEvent {
    /// Row id.
    pub id: Uuid,
    /// Whose event it is.
    pub client_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first moment.
    pub starts_at: DateTime<Utc>,
    /// IANA zone of the venue.
    pub time_zone: String,
    /// Called off.
    pub is_cancelled: bool,
    /// Filed away.
    pub is_archived: bool,
}

impl From<&Event> for KnownEvent {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id,
            client_id: event.client_id,
            name: event.name.clone(),
            starts_at: event.starts_at,
            time_zone: event.time_zone.clone(),
            is_cancelled: event.status == Status::Cancelled,
            is_archived: event.is_archived,
        }
    }
}

/// A resource on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownResource {
    /// Row id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Staff, equipment or materials.
    pub resource_type: ResourceType,
    /// How many there are.
    pub quantity: i32,
    /// Minutes held before each assignment.
    pub setup_minutes: i32,
    /// Minutes held after each assignment.
    pub teardown_minutes: i32,
    /// Whether it can be booked at all.
    pub is_available: bool,
}

impl From<&Resource> for KnownResource {
    fn from(resource: &Resource) -> Self {
        Self {
            id: resource.id,
            name: resource.name.clone(),
            resource_type: resource.kind,
            quantity: resource.quantity,
            setup_minutes: resource.setup_minutes,
            teardown_minutes: resource.teardown_minutes,
            is_available: resource.is_available,
        }
    }
}

/// A task on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTask {
    /// Row id.
    pub id: Uuid,
    /// Its event.
    pub event_id: Uuid,
    /// Its title.
    pub title: String,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
}

/// An entry of the schedule on record, blocks and accepted clashes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEntry {
    /// Row id.
    pub id: Uuid,
    /// Whom or what it holds.
    pub resource_id: Uuid,
    /// For which event; nothing for a block, or where the person may not see it.
    pub event_id: Option<Uuid>,
    /// Assignment or block.
    pub kind: EntryKind,
    /// How many units.
    pub quantity: i32,
    /// First instant.
    pub starts_at: DateTime<Utc>,
    /// First instant after it.
    pub ends_at: DateTime<Utc>,
}

/// What the office has already; what a file's kind does not look at may be empty.
#[derive(Debug, Clone, Default)]
pub struct KnownBooks {
    /// Every client.
    pub clients: Vec<KnownClient>,
    /// Every event.
    pub events: Vec<KnownEvent>,
    /// Every resource.
    pub resources: Vec<KnownResource>,
    /// Every task.
    pub tasks: Vec<KnownTask>,
    /// The whole schedule.
    pub entries: Vec<KnownEntry>,
}

/// What one file is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub books: &'a KnownBooks,
    /// Which keys of the file's rows were imported before, and as what.
    pub imported: &'a HashMap<String, Uuid>,
}

/// Clients by name, ignoring case and spacing.
pub(super) fn clients_by_name<'a>(
    clients: &'a [KnownClient],
) -> HashMap<String, Vec<&'a KnownClient>> {
    let mut by_name: HashMap<String, Vec<&'a KnownClient>> = HashMap::with_capacity(clients.len());
    for client in clients {
        by_name.entry(text::key(&client.company_name)).or_default().push(client);
    }
    by_name
}
