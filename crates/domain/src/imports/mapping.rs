//! Which column of a file is which field: guessed from the headings, changed by the person.

use super::headings::{Field, fields_of};
use super::{ImportKind, Sheet};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// For each field the number of its column, counted from 0; none where the file has no such column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, Option<u32>>);

/// A field that a file may fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportField {
    /// As mappings and verdicts name it.
    pub name: String,
    /// As screens name it.
    pub label: String,
    /// Whether a file without it cannot be imported.
    pub required: bool,
}

/// The fields that a file of that kind may fill, in the order of the form.
#[must_use]
pub fn import_fields(kind: ImportKind) -> Vec<ImportField> {
    let field = |field: &Field| ImportField {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        required: field.required,
    };
    fields_of(kind).iter().map(field).collect()
}

/// What a file with these headings most likely holds, and which column is which field.
#[must_use]
pub fn guess(columns: &[String]) -> (ImportKind, Mapping) {
    let mapping = |kind| guess_mapping(kind, columns);
    let has = |mapping: &Mapping, field| mapping.column(field).is_some();
    let assignments = mapping(ImportKind::Assignments);
    if ["resource", "event", "starts", "ends"].iter().all(|field| has(&assignments, field)) {
        return (ImportKind::Assignments, assignments);
    }
    let tasks = mapping(ImportKind::Tasks);
    if has(&tasks, "title") && has(&tasks, "event") && !has(&mapping(ImportKind::Events), "starts")
    {
        return (ImportKind::Tasks, tasks);
    }
    // Only events have a start: a heading "Client" alone says nothing.
    let events = mapping(ImportKind::Events);
    if has(&events, "starts") && (has(&events, "name") || has(&events, "client")) {
        return (ImportKind::Events, events);
    }
    // Nobody writes down how many of a client there are, nor the e-mail of a chafing dish.
    let (resources, clients) = (mapping(ImportKind::Resources), mapping(ImportKind::Clients));
    let counted = has(&resources, "quantity") || has(&resources, "role");
    if has(&resources, "name") && has(&resources, "type") && counted && !has(&clients, "email") {
        return (ImportKind::Resources, resources);
    }
    (ImportKind::Clients, clients)
}

/// Which column is which field, for a file of that kind. No column is used twice.
#[must_use]
pub fn guess_mapping(kind: ImportKind, columns: &[String]) -> Mapping {
    let plain_columns: Vec<String> = columns.iter().map(|c| plain(c)).collect();
    let mut free = vec![true; columns.len()];
    let mut mapping = BTreeMap::new();
    for field in fields_of(kind) {
        let column = field.headings.split_whitespace().find_map(|heading| {
            (0..columns.len()).find(|c| free[*c] && plain_columns[*c] == heading)
        });
        if let Some(column) = column {
            free[column] = false;
        }
        mapping.insert(field.name.to_owned(), column.and_then(|c| u32::try_from(c).ok()));
    }
    Mapping(mapping)
}

impl Mapping {
    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<usize> {
        self.0.get(field).copied().flatten().and_then(|c| usize::try_from(c).ok())
    }

    /// Passes where the mapping fits the file: its columns exist and the required fields have one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `mapping`, naming what is missing.
    pub fn check(&self, kind: ImportKind, sheet: &Sheet) -> Result<(), Refusal> {
        let fields = fields_of(kind);
        for (name, column) in &self.0 {
            let known = fields.iter().any(|field| field.name == name);
            let there = column.is_none_or(|c| (c as usize) < sheet.columns.len());
            if !known || !there {
                return Err(Refusal::invalid(
                    "mapping",
                    "Choose each field’s column from the list.",
                ));
            }
        }
        match fields.iter().find(|field| field.required && self.column(field.name).is_none()) {
            None => Ok(()),
            Some(missing) => Err(Refusal::invalid(
                "mapping",
                format!("Choose the column that holds “{}”.", missing.label),
            )),
        }
    }

    /// What makes it doubtful that the file is of that kind at all, in finished sentences.
    #[must_use]
    pub fn doubts(&self, kind: ImportKind, sheet: &Sheet) -> Vec<String> {
        let (known, all) = (self.0.values().flatten().count(), sheet.columns.len());
        if known * 2 >= all {
            return Vec::new();
        }
        let columns = if all == 1 { "column" } else { "columns" };
        vec![format!(
            "Only {known} of {all} {columns} were recognised. Check that this is a list of {}.",
            kind.as_str()
        )]
    }
}

/// A heading or word without case, accents, spaces and punctuation: `E-Mail:` and `email` are one.
pub(super) fn plain(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headings: &[&str]) -> (ImportKind, Vec<(String, u32)>) {
        let columns: Vec<String> = headings.iter().map(|h| (*h).to_owned()).collect();
        let (kind, mapping) = guess(&columns);
        (kind, mapping.0.into_iter().filter_map(|(f, c)| Some((f, c?))).collect())
    }

    fn pairs(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
        expected.iter().map(|(f, c)| ((*f).to_owned(), *c)).collect()
    }

    #[test]
    fn the_books_headings_are_understood() {
        let clients = pairs(&[
            ("address", 4),
            ("company_name", 0),
            ("contact_name", 1),
            ("email", 2),
            ("notes", 5),
            ("phone", 3),
        ]);
        let tidy = ["Company", "Contact", "Email", "Phone", "Address", "Notes"];
        assert_eq!(guessed(&tidy), (ImportKind::Clients, clients.clone()));
        let messy = ["company", "CONTACT", "E-mail", "Tel.", "address", "notes"];
        assert_eq!(guessed(&messy), (ImportKind::Clients, clients));
        let events = [
            "No",
            "Event",
            "Client",
            "Type",
            "Start",
            "End",
            "Time zone",
            "Venue",
            "Guests",
            "Status",
        ];
        let expected = pairs(&[
            ("client", 2),
            ("ends", 5),
            ("estimated_attendees", 8),
            ("event_type", 3),
            ("location", 7),
            ("name", 1),
            ("number", 0),
            ("starts", 4),
            ("status", 9),
            ("time_zone", 6),
        ]);
        assert_eq!(guessed(&events), (ImportKind::Events, expected));
    }

    #[test]
    fn spanish_german_and_french_headings_are_understood() {
        for headings in [
            ["Evento", "Cliente", "Tipo", "Fecha inicio", "Fecha fin", "Estado"],
            ["Veranstaltung", "Kunde", "Art", "Beginn", "Ende", "Status"],
            ["Événement", "Client", "Type", "Début", "Fin", "État"],
        ] {
            let (kind, mapping) = guessed(&headings);
            assert_eq!(kind, ImportKind::Events, "{headings:?}");
            let expected = pairs(&[
                ("client", 1),
                ("ends", 4),
                ("event_type", 2),
                ("name", 0),
                ("starts", 3),
                ("status", 5),
            ]);
            assert_eq!(mapping, expected, "{headings:?}");
        }
        for headings in [
            ["Empresa", "Persona de contacto", "Correo electrónico", "Teléfono"],
            ["Firma", "Ansprechpartner", "E-Mail-Adresse", "Telefonnummer"],
            ["Société", "Interlocuteur", "Courriel", "Téléphone"],
        ] {
            let expected =
                pairs(&[("company_name", 0), ("contact_name", 1), ("email", 2), ("phone", 3)]);
            assert_eq!(guessed(&headings), (ImportKind::Clients, expected), "{headings:?}");
        }
    }

    #[test]
    fn a_mapping_without_a_required_column_is_refused_naming_it() {
        let sheet = super::super::read(b"Event,Start\nGala,2026-01-01 18:00\n").unwrap();
        let (kind, mapping) = guess(&sheet.columns);
        let refusal = mapping.check(kind, &sheet).unwrap_err();
        assert_eq!(refusal.to_string(), "Choose the column that holds “Client”.");
    }

    #[test]
    fn a_file_of_something_else_raises_doubts() {
        for (text, doubtful) in [
            ("Name,Role,Type,Quantity\nVan 1,,equipment,1\n", false),
            ("Client,Event no,Type,Subject,Notes,When,Follow up on\nA,1,email,b,c,d,e\n", true),
            ("Company,Email,Colour\nA,a@b,red\n", false),
        ] {
            let sheet = super::super::read(text.as_bytes()).unwrap();
            let (kind, mapping) = guess(&sheet.columns);
            assert_eq!(mapping.doubts(kind, &sheet).len(), usize::from(doubtful), "{text}");
        }
    }

    #[test]
    fn a_mapping_to_a_column_or_field_that_is_not_there_is_refused() {
        let sheet = super::super::read(b"Company\nA\n").unwrap();
        for (field, column) in [("company_name", 1), ("colour", 0)] {
            let mapping = Mapping(BTreeMap::from([(field.to_owned(), Some(column))]));
            assert!(mapping.check(ImportKind::Clients, &sheet).is_err());
        }
    }
}
