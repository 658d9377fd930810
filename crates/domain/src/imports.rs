//! Taking over an office's books: reading a spreadsheet, showing what it would do, planning what it does.

mod clients;
mod dates;
mod decode;
mod events;
mod headings;
mod keys;
mod known;
mod mapping;
mod outcome;
mod sheet;
#[cfg(test)]
mod tests;

pub use clients::plan_clients;
pub use decode::Encoding;
pub use events::plan_events;
pub use keys::row_keys;
pub use known::{Known, KnownClient, KnownEvent};
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
}

impl ImportKind {
    /// As import keys and commands spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Events => "events",
        }
    }

    /// "1 client", "1,400 events".
    #[must_use]
    pub fn counted(self, count: u32) -> String {
        let (one, many) = match self {
            Self::Clients => ("client", "clients"),
            Self::Events => ("event", "events"),
        };
        if count == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(count)) }
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
