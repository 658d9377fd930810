//! Change sets: what a desk hands to the server's one door.
//!
//! A change names the columns it sets and, for updates and deletes, what the desk believed they were, so that two
//! people editing different fields of one record both win and the same field is a conflict.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a change does to its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// A new row; `set` holds its columns.
    Insert,
    /// Columns of a row; `set` and `was` hold the same keys.
    Update,
    /// The row goes; `was` may hold columns that must still be so.
    Delete,
}

/// One row's change. Column values are as PostgreSQL's `to_jsonb` prints them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Table name without schema.
    pub table: String,
    /// The row's id.
    pub id: Uuid,
    /// What happens to it.
    pub op: Op,
    /// New column values.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// The values the desk saw.
    #[serde(default)]
    pub was: Map<String, Value>,
}

/// A row as the server has it now, or `None` where it is gone or no longer visible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowImage {
    /// Table name without schema.
    pub table: String,
    /// The row's id.
    pub id: Uuid,
    /// All its columns, as PostgreSQL's `to_jsonb` prints them.
    pub row: Option<Value>,
}

/// An entity that lives in one table and is written through the door.
///
/// Its fields are the table's columns; [`Entity::DESK_COLUMNS`] are those a desk may write (the server sets the rest).
pub trait Entity: Serialize + DeserializeOwned + Clone {
    /// Table name without schema.
    const TABLE: &'static str;
    /// Columns that a desk writes; stamps and actors come from the server.
    const DESK_COLUMNS: &'static [&'static str];
    /// Columns that are compared and sent together: touching one sends all.
    const GROUPS: &'static [&'static [&'static str]] = &[];
    /// The row's id.
    fn id(&self) -> Uuid;
}

/// What a planner decided: the changes to send, in order. Empty means "already so".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The changes, in the order in which they are applied.
    pub changes: Vec<Change>,
}

impl Plan {
    /// A plan that changes nothing, because it already is as wanted.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty()
    }

    /// A plan that creates `entity`.
    #[must_use]
    pub fn creating<E: Entity>(entity: &E) -> Self {
        let columns = columns_of(entity);
        let set = E::DESK_COLUMNS
            .iter()
            .filter_map(|c| columns.get(*c).map(|v| ((*c).to_owned(), v.clone())))
            .filter(|(_, v)| !v.is_null())
            .collect();
        let change = Change {
            table: E::TABLE.to_owned(),
            id: entity.id(),
            op: Op::Insert,
            set,
            was: Map::new(),
        };
        Self { changes: vec![change] }
    }

    /// A plan that turns `before` into `after`, naming only the columns (and their groups) that differ.
    #[must_use]
    pub fn changing<E: Entity>(before: &E, after: &E) -> Self {
        let (old, new) = (columns_of(before), columns_of(after));
        let mut touched: Vec<&str> =
            E::DESK_COLUMNS.iter().copied().filter(|c| old.get(*c) != new.get(*c)).collect();
        if touched.is_empty() {
            return Self::nothing();
        }
        for group in E::GROUPS {
            if group.iter().any(|c| touched.contains(c)) {
                touched.extend(
                    group.iter().filter(|c| !touched.contains(*c)).copied().collect::<Vec<_>>(),
                );
            }
        }
        let pick = |row: &Map<String, Value>| {
            touched
                .iter()
                .map(|c| ((*c).to_owned(), row.get(*c).cloned().unwrap_or(Value::Null)))
                .collect()
        };
        let change = Change {
            table: E::TABLE.to_owned(),
            id: after.id(),
            op: Op::Update,
            set: pick(&new),
            was: pick(&old),
        };
        Self { changes: vec![change] }
    }

    /// A plan that removes `entity`, whatever its columns are by then.
    #[must_use]
    pub fn deleting<E: Entity>(entity: &E) -> Self {
        let change = Change {
            table: E::TABLE.to_owned(),
            id: entity.id(),
            op: Op::Delete,
            set: Map::new(),
            was: Map::new(),
        };
        Self { changes: vec![change] }
    }

    /// This plan followed by `other`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.changes.extend(other.changes);
        self
    }
}

/// Takes a field from `old`, as the form saw it, to `new`, unless that is no change or the field already is so.
/// `seen` and `wanted` hold what is now.
pub(crate) fn merge<T: PartialEq>(old: T, new: T, seen: &mut T, wanted: &mut T) {
    if old != new && *wanted != new {
        *seen = old;
        *wanted = new;
    }
}

fn columns_of<E: Entity>(entity: &E) -> Map<String, Value> {
    match serde_json::to_value(entity) {
        Ok(Value::Object(columns)) => columns,
        _ => unreachable!("an entity is a struct with named fields, so it serializes to an object"),
    }
}
