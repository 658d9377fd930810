//! What an archive says about itself: `about.json`, its first entry, and `manifest.json`, its last.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The version of the format that is written here. A reader takes this one and older ones.
pub const FORMAT: u32 = 1;
/// The first entry.
pub(super) const ABOUT: &str = "about.json";
/// The last entry: an archive without it is not whole.
pub(super) const MANIFEST: &str = "manifest.json";

/// What can be told from the first kilobytes of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// [`FORMAT`] when it was written.
    pub format: u32,
    /// The Cloche that wrote it.
    pub cloche: String,
    /// When.
    pub written_at: DateTime<Utc>,
    /// The server it was written on.
    pub server_id: Uuid,
    /// The steps of the schema that server had taken, oldest first.
    pub schema: Vec<i64>,
    /// The PostgreSQL it ran.
    pub postgres: String,
    /// The organization.
    pub organization: Office,
    /// The place in its feed: every command up to this number is in, none after it.
    pub n: i64,
}

/// The organization of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its id; stays the same wherever it is restored.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// What an archive holds, told at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The first entry once more.
    pub about: About,
    /// Who belonged to the organization, so that whoever restores it knows who can be let in.
    pub people: Vec<Person>,
    /// One part a table, in the order of the file.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// The rows of a table.
    #[must_use]
    pub fn rows_of(&self, table: &str) -> u64 {
        self.parts.iter().filter(|part| part.table == table).map(|part| part.rows).sum()
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

/// A member, without anything to sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Person {
    /// E-mail.
    pub email: String,
    /// As colleagues see them.
    pub display_name: String,
    /// `administrator`, `manager` or `staff`.
    pub role: String,
    /// Whether they still belonged to it.
    pub is_active: bool,
}

/// One table in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The table's name.
    pub table: String,
    /// Its columns, in the order of the lines' fields.
    pub columns: Vec<String>,
    /// Lines.
    pub rows: u64,
    /// Bytes of all pieces together.
    pub bytes: u64,
    /// Into how many entries it is cut.
    pub pieces: u32,
    /// SHA-256 of all pieces together, as hex.
    pub sha256: String,
}

/// The name of a table's `number`-th piece, counted from 1.
pub(super) fn piece_name(table: &str, number: u32) -> String {
    format!("data/{table}/{number:06}.tsv")
}

/// The table and number of an entry that is called so.
pub(super) fn piece_of(name: &str) -> Option<(&str, u32)> {
    let (table, number) = name.strip_prefix("data/")?.strip_suffix(".tsv")?.split_once('/')?;
    Some((table, number.parse().ok()?)).filter(|(table, n)| piece_name(table, *n) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_found_by_exactly_the_name_that_it_was_given() {
        assert_eq!(piece_of(&piece_name("events", 12)), Some(("events", 12)));
        for stray in
            ["data/events/12.tsv", "data/events/000012", "events/000012.tsv", "data/a/b/000001.tsv"]
        {
            assert_eq!(piece_of(stray), None, "{stray}");
        }
    }
}
