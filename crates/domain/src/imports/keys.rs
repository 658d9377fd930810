//! By what a row is known again when its file comes a second time.
//!
//! Only what names the thing goes in, as the file spells it: not the row's number, which another office's file has
//! too, and not what a later version of the file may correct, such as the headcount.

use super::dates::{DateOrder, Moment, is_serial};
use super::{Mapping, Sheet, SheetRow};
use crate::text;
use sha2::{Digest, Sha256};

/// Columns of a file of clients.
pub(super) struct ClientColumns {
    pub company_name: Option<usize>,
    pub contact_name: Option<usize>,
    pub email: Option<usize>,
    pub phone: Option<usize>,
    pub address: Option<usize>,
    pub notes: Option<usize>,
}

impl ClientColumns {
    pub(super) fn of(mapping: &Mapping) -> Self {
        Self {
            company_name: mapping.column("company_name"),
            contact_name: mapping.column("contact_name"),
            email: mapping.column("email"),
            phone: mapping.column("phone"),
            address: mapping.column("address"),
            notes: mapping.column("notes"),
        }
    }

    pub(super) fn key(&self, row: &SheetRow) -> String {
        digest(&client_identity(
            row.cell(self.company_name),
            row.cell(self.email),
            row.cell(self.contact_name),
            row.cell(self.phone),
        ))
    }
}

/// What tells clients apart: name and e-mail; without an e-mail, name, contact and phone.
pub(super) fn client_identity(name: &str, email: &str, contact: &str, phone: &str) -> String {
    let (name, email) = (text::key(name), text::key(email));
    if !email.is_empty() {
        return format!("client\n{name}\n{email}");
    }
    let phone: String = phone.chars().filter(char::is_ascii_digit).collect();
    format!("client\n{name}\n\n{}\n{phone}", text::key(contact))
}

/// Columns of a file of events, and how its dates are read.
pub(super) struct EventColumns {
    pub name: Option<usize>,
    pub client: Option<usize>,
    pub event_type: Option<usize>,
    pub starts: Option<usize>,
    pub ends: Option<usize>,
    pub time_zone: Option<usize>,
    pub location: Option<usize>,
    pub attendees: Option<usize>,
    pub status: Option<usize>,
    pub archived: Option<usize>,
    pub notes: Option<usize>,
    pub cancel_reason: Option<usize>,
    pub number: Option<usize>,
    pub order: DateOrder,
    pub starts_serial: bool,
    pub ends_serial: bool,
}

impl EventColumns {
    pub(super) fn of(sheet: &Sheet, mapping: &Mapping) -> Self {
        let (starts, ends) = (mapping.column("starts"), mapping.column("ends"));
        let cells = |column| sheet.rows.iter().map(move |row| row.cell(column));
        Self {
            name: mapping.column("name"),
            client: mapping.column("client"),
            event_type: mapping.column("event_type"),
            starts,
            ends,
            time_zone: mapping.column("time_zone"),
            location: mapping.column("location"),
            attendees: mapping.column("estimated_attendees"),
            status: mapping.column("status"),
            archived: mapping.column("archived"),
            notes: mapping.column("notes"),
            cancel_reason: mapping.column("cancel_reason"),
            number: mapping.column("number"),
            order: DateOrder::proved_by(cells(starts).chain(cells(ends))),
            starts_serial: is_serial(cells(starts)),
            ends_serial: is_serial(cells(ends)),
        }
    }

    pub(super) fn starts(&self, row: &SheetRow) -> Result<Moment, String> {
        self.order.read(row.cell(self.starts), self.starts_serial)
    }

    pub(super) fn ends(&self, row: &SheetRow) -> Result<Moment, String> {
        self.order.read(row.cell(self.ends), self.ends_serial)
    }

    /// Name, client and start, all as the file says: the zone and the answer to a question may differ next time.
    pub(super) fn key(&self, row: &SheetRow) -> String {
        let start = said(self.starts(row), row.cell(self.starts));
        let (name, client) = (text::key(row.cell(self.name)), text::key(row.cell(self.client)));
        digest(&format!("event\n{name}\n{client}\n{start}"))
    }
}

/// A moment as the file says it, in one spelling.
pub(super) fn said(moment: Result<Moment, String>, cell: &str) -> String {
    match moment {
        Ok(Moment::Wall(local)) => local.format("%Y-%m-%dT%H:%M").to_string(),
        Ok(Moment::Instant(at)) => at.format("%Y-%m-%dT%H:%MZ").to_string(),
        Err(_) => text::key(cell),
    }
}

pub(super) fn digest(identity: &str) -> String {
    use std::fmt::Write;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(identity.as_bytes()) {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
    }
    hex
}
