//! How a row of one file names what another file brings, or what is on record.

use super::known::{KnownBooks, KnownEvent, KnownResource};
use super::outcome::{Left, shortened};
use crate::text;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What the files of events say of their own numbers, and which events they bring.
#[derive(Debug, Default)]
pub(super) struct EventNumbers {
    numbered: HashMap<String, Numbered>,
    added: HashSet<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbered {
    Event(Uuid),
    /// Its row could not be taken.
    NotTaken,
    /// Two events have this number.
    Twice,
}

impl EventNumbers {
    /// Notes an event that this import brings.
    pub(super) fn note_added(&mut self, event: Uuid) {
        self.added.insert(event);
    }

    /// Notes the number of a row and the event that it became.
    pub(super) fn note(&mut self, number: &str, became: Option<Uuid>) {
        if number.is_empty() {
            return;
        }
        let numbered = became.map_or(Numbered::NotTaken, Numbered::Event);
        self.numbered
            .entry(text::key(number))
            .and_modify(|before| match (*before, numbered) {
                (Numbered::NotTaken, other) => *before = other,
                (Numbered::Event(one), Numbered::Event(other)) if one != other => {
                    *before = Numbered::Twice;
                }
                _ => {}
            })
            .or_insert(numbered);
    }
}

/// Finds events by their number in a file, or by their name where only one has it.
pub(super) struct Events<'a> {
    numbers: &'a EventNumbers,
    by_id: HashMap<Uuid, &'a KnownEvent>,
    by_name: HashMap<String, Vec<&'a KnownEvent>>,
}

impl<'a> Events<'a> {
    pub(super) fn of(books: &'a KnownBooks, numbers: &'a EventNumbers) -> Self {
        let mut by_name: HashMap<String, Vec<&KnownEvent>> = HashMap::new();
        for event in &books.events {
            by_name.entry(text::key(&event.name)).or_default().push(event);
        }
        let by_id = books.events.iter().map(|event| (event.id, event)).collect();
        Self { numbers, by_id, by_name }
    }

    /// The event that a cell names.
    pub(super) fn find(&self, cell: &str) -> Result<&'a KnownEvent, Left> {
        if cell.is_empty() {
            return Err(Left::refused("event", "It does not say for which event."));
        }
        let (key, shown) = (text::key(cell), shortened(cell));
        let event = match self.numbers.numbered.get(&key) {
            Some(Numbered::Event(id)) => self.by_id.get(id).copied(),
            Some(Numbered::NotTaken) => {
                let reason = format!("Event {shown} cannot be taken, so neither can this.");
                return Err(Left::refused("event", reason));
            }
            Some(Numbered::Twice) => {
                let reason = format!("Two different events have the number {shown}.");
                return Err(Left::refused("event", reason));
            }
            None => match self.by_name.get(&key).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                Some(several) if !several.is_empty() => {
                    let reason = format!(
                        "“{shown}” fits {} events. Name it by its number, and import the file of events together with this one.",
                        several.len()
                    );
                    return Err(Left::refused("event", reason));
                }
                _ => None,
            },
        };
        event.ok_or_else(|| {
            let reason = format!(
                "There is no event “{shown}”. Import the file of events together with this one."
            );
            Left::refused("event", reason)
        })
    }

    /// Passes where rows may be added to `event`: an archived one comes with its history in the import that brings it,
    /// and is read-only from then on.
    pub(super) fn must_be_open(&self, event: &KnownEvent) -> Result<(), Left> {
        if event.is_archived && !self.numbers.added.contains(&event.id) {
            let name = shortened(&event.name);
            let reason = format!("“{name}” is archived, so nothing is added to it.");
            return Err(Left::refused("event", reason));
        }
        Ok(())
    }
}

/// Finds resources by their name, which is theirs alone.
pub(super) struct Resources<'a>(HashMap<String, &'a KnownResource>);

impl<'a> Resources<'a> {
    pub(super) fn of(books: &'a KnownBooks) -> Self {
        Self(books.resources.iter().map(|r| (text::key(&r.name), r)).collect())
    }

    /// The resource that a cell names.
    pub(super) fn find(&self, cell: &str) -> Option<&'a KnownResource> {
        self.0.get(&text::key(cell)).copied()
    }
}
