//! What the office has already, as far as an import compares with it.

use crate::clients::Client;
use crate::events::Event;
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
    /// Whose event it is.
    pub client_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first moment.
    pub starts_at: DateTime<Utc>,
}

impl From<&Event> for KnownEvent {
    fn from(event: &Event) -> Self {
        Self { client_id: event.client_id, name: event.name.clone(), starts_at: event.starts_at }
    }
}

/// What the office has already.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Every client.
    pub clients: &'a [KnownClient],
    /// Every event; may be empty for an import of clients.
    pub events: &'a [KnownEvent],
    /// Which keys of [`super::row_keys`] were imported before, and as what.
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
