//! Taking over an office's books: reading a spreadsheet, showing what it would do, planning what it does.

mod assignments;
mod books;
mod clients;
mod dates;
mod decode;
mod events;
mod headings;
mod keys;
mod known;
mod mapping;
mod outcome;
mod references;
mod resources;
mod sheet;
mod tasks;
#[cfg(test)]
mod tests;

pub use books::{BookFile, books_keys, plan_books};
pub use decode::Encoding;
pub use known::{KnownBooks, KnownClient, KnownEntry, KnownEvent, KnownResource, KnownTask};
pub use mapping::{ImportField, Mapping, guess, guess_mapping, import_fields};
pub use outcome::{
    ImportAnswer, ImportChoice, ImportKey, ImportPlan, ImportPreview, ImportQuestion, ImportRow,
    Verdict,
};
pub use sheet::{MAX_BYTES, MAX_ROWS, Sheet, SheetRow, read};

use serde::{Deserialize, Serialize};

/// What a spreadsheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// A client a row.
    Clients,
    /// An event a row.
    Events,
    /// A person, a piece of equipment or a material a row.
    Resources,
    /// A task of an event a row.
    Tasks,
    /// A booking of a resource for an event a row.
    Assignments,
}

impl ImportKind {
    /// As import keys and commands spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Events => "events",
            Self::Resources => "resources",
            Self::Tasks => "tasks",
            Self::Assignments => "assignments",
        }
    }

    /// Every kind, each after those that it refers to.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::Clients, Self::Events, Self::Resources, Self::Tasks, Self::Assignments]
    }

    /// "1 client", "1,400 events".
    #[must_use]
    pub fn counted(self, count: u32) -> String {
        let (one, many) = match self {
            Self::Clients => ("client", "clients"),
            Self::Events => ("event", "events"),
            Self::Resources => ("resource", "resources"),
            Self::Tasks => ("task", "tasks"),
            Self::Assignments => ("booking", "bookings"),
        };
        if count == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(count)) }
    }
}

/// "420 clients, 1,400 events and 70 resources"; what counts nothing is left out.
#[must_use]
pub fn books_label(counts: &[(ImportKind, u32)]) -> String {
    let of = |kind: ImportKind| counts.iter().filter(|(k, _)| *k == kind).map(|(_, n)| n).sum();
    let told: Vec<String> = ImportKind::all()
        .iter()
        .map(|kind| (*kind, of(*kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| kind.counted(count))
        .collect();
    match told.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A number with commas at the thousands.
pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
