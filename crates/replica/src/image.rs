//! Row images as the server sends them, and what the replica takes from them.

use crate::ReplicaError;
use chrono::{DateTime, Utc};
pub use domain::change::RowImage;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use uuid::Uuid;

/// A whole row as the server printed it, read only when it is stored: a first load has very many of them.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct PrintedRow(Box<RawValue>);

impl PrintedRow {
    /// The row as JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// The row's id, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        #[derive(serde::Deserialize)]
        struct WithId {
            id: Uuid,
        }
        serde_json::from_str(self.json()).ok().map(|row: WithId| row.id)
    }
}

impl PartialEq for PrintedRow {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

/// What one column of a row holds here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Id(Uuid),
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

impl From<Option<Uuid>> for Cell {
    fn from(id: Option<Uuid>) -> Self {
        id.map_or(Self::Null, Self::Id)
    }
}

/// The columns of an image, taken out one by one; what is left at the end is the row's `body`. Values stay as printed
/// until they are taken.
pub(crate) struct Columns<'r> {
    table: &'static str,
    left: Vec<(Cow<'r, str>, &'r RawValue)>,
}

impl<'r> Columns<'r> {
    pub fn of(table: &'static str, json: &'r str) -> Result<Self, ReplicaError> {
        let Ok(Named(mut left)) = serde_json::from_str(json) else {
            return Err(ReplicaError::Malformed { table: table.to_owned(), column: "id" });
        };
        // The file is of one organization, and a missing column reads as null.
        left.retain(|(name, value)| name != "org_id" && value.get() != "null");
        Ok(Self { table, left })
    }

    fn malformed(&self, column: &'static str) -> ReplicaError {
        ReplicaError::Malformed { table: self.table.to_owned(), column }
    }

    fn find(&self, column: &'static str) -> Option<usize> {
        self.left.iter().position(|(name, _)| name == column)
    }

    /// The value of a column as `T`; `None` where there is none.
    fn take<T: Deserialize<'r>>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, ReplicaError> {
        let Some(index) = self.find(column) else { return Ok(None) };
        let (_, value) = self.left.remove(index);
        serde_json::from_str(value.get()).map(Some).map_err(|_| self.malformed(column))
    }

    fn required<T: Deserialize<'r>>(&mut self, column: &'static str) -> Result<T, ReplicaError> {
        self.take(column)?.ok_or_else(|| self.malformed(column))
    }

    pub fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, ReplicaError> {
        self.take(column)
    }

    pub fn text(&mut self, column: &'static str) -> Result<String, ReplicaError> {
        self.required(column)
    }

    pub fn id(&mut self, column: &'static str) -> Result<Uuid, ReplicaError> {
        self.required(column)
    }

    pub fn optional_id(&mut self, column: &'static str) -> Result<Option<Uuid>, ReplicaError> {
        self.take(column)
    }

    /// Whether a column holds anything.
    pub fn has(&self, column: &'static str) -> bool {
        self.find(column).is_some()
    }

    /// The row's own id, which stays in its body too.
    pub fn own_id(&self) -> Result<Uuid, ReplicaError> {
        self.find("id")
            .and_then(|index| serde_json::from_str(self.left[index].1.get()).ok())
            .ok_or_else(|| self.malformed("id"))
    }

    /// An instant in microseconds, as exact as the server's.
    pub fn instant(&mut self, column: &'static str) -> Result<i64, ReplicaError> {
        let text = self.text(column)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(|_| self.malformed(column))?;
        Ok(at.timestamp_micros())
    }

    pub fn optional_instant(&mut self, column: &'static str) -> Result<Option<i64>, ReplicaError> {
        if self.has(column) { self.instant(column).map(Some) } else { Ok(None) }
    }

    pub fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, ReplicaError> {
        self.take(column)
    }

    pub fn boolean(&mut self, column: &'static str) -> Result<bool, ReplicaError> {
        self.required(column)
    }

    /// What no column of the replica took, as JSON.
    pub fn rest(self) -> String {
        let length: usize = self.left.iter().map(|(n, v)| n.len() + v.get().len() + 4).sum();
        let mut json = String::with_capacity(length + 2);
        for (name, value) in &self.left {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push_str(&serde_json::to_string(name).expect("text always prints"));
            json.push(':');
            json.push_str(value.get());
        }
        json.push_str(if json.is_empty() { "{}" } else { "}" });
        json
    }
}

/// The names and values of a JSON object in their order, without copying.
struct Named<'r>(Vec<(Cow<'r, str>, &'r RawValue)>);

impl<'r> Deserialize<'r> for Named<'r> {
    fn deserialize<D: Deserializer<'r>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'r> Visitor<'r> for Pairs {
            type Value = Named<'r>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row")
            }

            fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<Named<'r>, A::Error> {
                let mut pairs = Vec::with_capacity(24);
                while let Some((Name(name), value)) = map.next_entry()? {
                    pairs.push((name, value));
                }
                Ok(Named(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A column's name, copied only where it is printed with escapes.
#[derive(serde::Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);

/// The instant of a microsecond count from the replica.
pub(crate) fn instant_of(micros: i64) -> DateTime<Utc> {
    // Out of chrono's range only if a hostile server sent it; shown as the epoch rather than not at all.
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_stays_as_it_was_printed() {
        let row = r#"{"org_id":"o", "name":"Caf\u00e9", "no\"te":{"a": [1, 2.50]}, "gone":null,"kept":true}"#;
        let mut columns = Columns::of("events", row).expect("reads");
        assert_eq!(columns.text("name").expect("is there"), "Café");
        assert_eq!(columns.optional_text("gone").expect("may be missing"), None);
        assert_eq!(columns.rest(), r#"{"no\"te":{"a": [1, 2.50]},"kept":true}"#);
        assert_eq!(Columns::of("events", "{}").expect("reads").rest(), "{}");
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_its_column() {
        let mut columns = Columns::of("events", r#"{"name":7,"at":"soon"}"#).expect("reads");
        let refused = columns.text("name");
        assert!(matches!(refused, Err(ReplicaError::Malformed { column: "name", .. })));
        assert!(matches!(columns.instant("at"), Err(ReplicaError::Malformed { .. })));
        assert!(matches!(columns.own_id(), Err(ReplicaError::Malformed { column: "id", .. })));
        assert!(Columns::of("events", "[]").is_err());
    }
}
