//! What the journal recorded, and what was just done, in sentences for people.

use crate::change::{Op, Plan};
use crate::events::Status;
use crate::time;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// One row's change as the journal keeps it: only the columns that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowChange {
    /// Table name without schema.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// What happened to it.
    pub op: Op,
    /// Before; nothing for an insert.
    pub before: Option<Map<String, Value>>,
    /// After; nothing for a delete.
    pub after: Option<Map<String, Value>>,
}

/// What sentences need to know beside the change itself.
pub trait Names {
    /// The client's name, where it is still known.
    fn client(&self, id: Uuid) -> Option<String>;
    /// The zone of the event that the lines are about, or the organization's.
    fn time_zone(&self) -> &str;
    /// The organization's locale, such as `en-GB`.
    fn locale(&self) -> &str;
}

/// How a column is named in a sentence, and how its values are told.
enum Told {
    /// Both values are short enough to be quoted.
    Text,
    /// A plain number.
    Number,
    /// Too long to quote.
    Long,
}

const COLUMNS: &[(&str, &str, Told)] = &[
    ("event_type", "type", Told::Text),
    ("location", "location", Told::Text),
    ("estimated_attendees", "headcount", Told::Number),
    ("contact_name", "contact", Told::Text),
    ("email", "e-mail", Told::Text),
    ("phone", "phone", Told::Text),
    ("address", "address", Told::Long),
    ("notes", "notes", Told::Long),
];

/// What a journal entry did to the rows shown, one sentence a change, in the order of the page.
#[must_use]
pub fn activity_lines(command: &str, changes: &[RowChange], names: &dyn Names) -> Vec<String> {
    let mut lines = Vec::new();
    if command == "undo" {
        lines.push("Undid an earlier change".to_owned());
    }
    for change in changes {
        match change.table.as_str() {
            "events" => event_lines(command, change, names, &mut lines),
            "clients" => client_lines(command, change, &mut lines),
            // Written by triggers along with what is told above, such as the status log.
            _ => {}
        }
    }
    if lines.is_empty() {
        lines.push("Changed other details".to_owned());
    }
    lines
}

fn event_lines(command: &str, change: &RowChange, names: &dyn Names, lines: &mut Vec<String>) {
    let empty = Map::new();
    let before = change.before.as_ref().unwrap_or(&empty);
    let after = change.after.as_ref().unwrap_or(&empty);
    match change.op {
        Op::Insert => lines.push(inserted_event(command, after)),
        Op::Delete => lines.push("Removed the event".to_owned()),
        Op::Update => {
            lines.extend(status_line(before, after));
            if let Some(is_archived) = after.get("is_archived").and_then(Value::as_bool) {
                let line = if is_archived { "Archived" } else { "Took out of the archive" };
                lines.push(line.to_owned());
            }
            lines.extend(client_line(before, after, names));
            lines.extend(renamed("name", before, after));
            lines.extend(time_lines(before, after, names));
            lines.extend(column_lines(before, after));
        }
    }
}

fn client_lines(command: &str, change: &RowChange, lines: &mut Vec<String>) {
    let empty = Map::new();
    let before = change.before.as_ref().unwrap_or(&empty);
    let after = change.after.as_ref().unwrap_or(&empty);
    match change.op {
        Op::Insert => lines.push(match command {
            "undo" => "Brought the client back".to_owned(),
            imported if imported.starts_with("import.") => "Imported the client".to_owned(),
            _ => "Created the client".to_owned(),
        }),
        Op::Delete => lines.push("Deleted the client".to_owned()),
        Op::Update => {
            lines.extend(renamed("company_name", before, after));
            lines.extend(column_lines(before, after));
        }
    }
}

fn inserted_event(command: &str, after: &Map<String, Value>) -> String {
    if command == "undo" {
        return "Brought the event back".to_owned();
    }
    if !command.starts_with("import.") {
        return "Created the event".to_owned();
    }
    let archived = after.get("is_archived").and_then(Value::as_bool).unwrap_or_default();
    match after.get("status").and_then(Value::as_str) {
        Some(status) if archived => format!("Imported as {}, archived", status_label(status)),
        Some(status) => format!("Imported as {}", status_label(status)),
        None => "Imported the event".to_owned(),
    }
}

fn status_line(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<String> {
    let reason = text(after, "cancel_reason");
    let (Some(was), Some(is)) = (text(before, "status"), text(after, "status")) else {
        return reason.map(|reason| format!("Changed the reason for cancelling to: {reason}"));
    };
    if was == is {
        return None;
    }
    Some(match (was, is) {
        (_, "cancelled") => format!("Cancelled: {}", reason.unwrap_or("no reason on record")),
        ("cancelled", is) => format!("Reinstated to {}", status_label(is)),
        (was, is) => format!("Moved from {} to {}", status_label(was), status_label(is)),
    })
}

fn client_line(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    names: &dyn Names,
) -> Option<String> {
    let name = |row| {
        let id = text(row, "client_id")?.parse().ok();
        let known = id.and_then(|id| names.client(id)).map(|name| quoted(&name));
        Some(known.unwrap_or_else(|| "a client no longer on record".to_owned()))
    };
    let (was, is) = (name(before)?, name(after)?);
    (was != is).then(|| format!("Changed client from {was} to {is}"))
}

fn renamed(
    column: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<String> {
    let (was, is) = (text(before, column)?, text(after, column)?);
    (was != is).then(|| format!("Renamed from {} to {}", quoted(was), quoted(is)))
}

fn time_lines(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    names: &dyn Names,
) -> Vec<String> {
    let zone = |row| {
        let name = text(row, "time_zone").unwrap_or_else(|| names.time_zone());
        time::zone(name).unwrap_or(Tz::UTC)
    };
    let (old_zone, new_zone) = (zone(before), zone(after));
    let told = |row, column, tz| Some(time::moment(instant(row, column)?, tz, names.locale()));
    let mut lines = Vec::new();
    for (column, called) in [("starts_at", "start"), ("ends_at", "end")] {
        let (was, is) = (told(before, column, old_zone), told(after, column, new_zone));
        if let (Some(was), Some(is)) = (was, is)
            && was != is
        {
            lines.push(format!("Moved the {called} from {was} to {is}"));
        }
    }
    if old_zone != new_zone {
        lines.push(format!("Changed time zone from {old_zone} to {new_zone}"));
    }
    lines
}

fn column_lines(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let told = |row: &Map<String, Value>, column: &str| match row.get(column) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(quoted(text)),
        Some(other) => Some(other.to_string()),
    };
    let lines = COLUMNS.iter().filter(|(column, ..)| before.get(*column) != after.get(*column));
    lines
        .filter_map(|(column, called, how)| {
            let (was, is) = (told(before, column), told(after, column));
            Some(match (was, is, how) {
                (None, None, _) => return None,
                (None, Some(_), Told::Long) => format!("Added {called}"),
                (Some(_), None, Told::Long) => format!("Removed the {called}"),
                (Some(_), Some(_), Told::Long) => format!("Changed the {called}"),
                (None, Some(is), Told::Number) => format!("Set {called} to {is}"),
                (None, Some(is), Told::Text) => format!("Added {called} {is}"),
                (Some(was), None, _) => format!("Removed {called} {was}"),
                (Some(was), Some(is), _) => format!("Changed {called} from {was} to {is}"),
            })
        })
        .collect()
}

/// What was just done, for the toast that offers to undo it: `Moved “Gala dinner” to Planning`.
///
/// `subject` is the event's or client's name, `plan` what was sent.
#[must_use]
pub fn applied_label(command: &str, subject: &str, plan: &Plan) -> String {
    let subject = quoted(&crate::text::shortened(subject, 80));
    if plan.is_nothing() && command != "undo" {
        return format!("Nothing to change: {subject} is like that already");
    }
    match command {
        "event.create" | "client.create" => format!("Created {subject}"),
        "event.advance" => match plan.changes.iter().find_map(|c| text(&c.set, "status")) {
            Some(status) => format!("Moved {subject} to {}", status_label(status)),
            None => format!("Moved {subject}"),
        },
        "event.cancel" => format!("Cancelled {subject}"),
        "event.reinstate" => format!("Reinstated {subject}"),
        "event.archive" => format!("Archived {subject}"),
        "event.unarchive" => format!("Took {subject} out of the archive"),
        "client.delete" => format!("Deleted {subject}"),
        "undo" => format!("Undid the change to {subject}"),
        _ => edited_label(&subject, plan),
    }
}

/// What was just imported: `Imported 1,400 events`.
#[must_use]
pub fn imported_label(kind: crate::imports::ImportKind, imported: u32) -> String {
    format!("Imported {}", kind.counted(imported))
}

/// Names the field, where only one was changed.
fn edited_label(subject: &str, plan: &Plan) -> String {
    let Some(change) = plan.changes.first() else { return format!("Changed {subject}") };
    let touched = |column: &str| change.set.get(column) != change.was.get(column);
    let mut fields: Vec<&str> = change
        .set
        .keys()
        .filter(|column| touched(column))
        .map(|column| field_name(column))
        .collect();
    fields.dedup();
    match fields.as_slice() {
        [only] => format!("Changed the {only} of {subject}"),
        _ => format!("Changed {subject}"),
    }
}

fn field_name(column: &str) -> &'static str {
    match column {
        "starts_at" | "ends_at" | "time_zone" => "time",
        "client_id" => "client",
        "name" | "company_name" => "name",
        other => COLUMNS.iter().find(|(c, ..)| *c == other).map_or("details", |(_, name, _)| name),
    }
}

fn status_label(status: &str) -> &str {
    // A newer server may know a status that this desk does not: then its own word has to do.
    Status::parse(status).map_or(status, |known| known.label())
}

fn text<'a>(row: &'a Map<String, Value>, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}

fn instant(row: &Map<String, Value>, column: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text(row, column)?).ok()?;
    Some(at.to_utc())
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::ImportKind;
    use serde_json::json;

    struct Office;

    impl Names for Office {
        fn client(&self, id: Uuid) -> Option<String> {
            (id == Uuid::from_u128(1)).then(|| "Hotel Peña".to_owned())
        }
        fn time_zone(&self) -> &str {
            "Europe/Madrid"
        }
        fn locale(&self) -> &str {
            "es-ES"
        }
    }

    fn change(table: &str, op: Op, before: Value, after: Value) -> RowChange {
        let row = |value: Value| value.as_object().cloned();
        RowChange {
            table: table.into(),
            id: Uuid::nil(),
            op,
            before: row(before),
            after: row(after),
        }
    }

    fn event(before: Value, after: Value) -> Vec<String> {
        let change = change("events", Op::Update, before, after);
        activity_lines("event.edit", &[change], &Office)
    }

    #[test]
    fn changed_fields_are_told_with_both_values() {
        assert_eq!(
            event(json!({"estimated_attendees": 140}), json!({"estimated_attendees": 150})),
            ["Changed headcount from 140 to 150"]
        );
        assert_eq!(
            event(
                json!({"location": null, "notes": "a"}),
                json!({"location": "Kew", "notes": "b"})
            ),
            ["Added location “Kew”", "Changed the notes"]
        );
        assert_eq!(event(json!({"name": "A"}), json!({"name": "B"})), ["Renamed from “A” to “B”"]);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(
            event(json!({"client_id": one}), json!({"client_id": two})),
            ["Changed client from “Hotel Peña” to a client no longer on record"]
        );
    }

    #[test]
    fn times_are_told_on_the_event_s_clock() {
        assert_eq!(
            event(
                json!({"starts_at": "2026-03-14T17:30:00+00:00", "updated_at": "2026-01-01T00:00:00Z"}),
                json!({"starts_at": "2026-07-14T17:30:00+00:00", "updated_at": "2026-01-02T00:00:00Z"})
            ),
            ["Moved the start from 14 March 2026, 18:30 to 14 July 2026, 19:30"]
        );
        assert_eq!(
            event(json!({"time_zone": "Europe/Madrid"}), json!({"time_zone": "Europe/London"})),
            ["Changed time zone from Europe/Madrid to Europe/London"]
        );
    }

    #[test]
    fn the_lifecycle_is_told_in_the_words_of_the_board() {
        for (before, after, line) in [
            (
                json!({"status": "planning"}),
                json!({"status": "preparation"}),
                "Moved from Planning to Preparation",
            ),
            (
                json!({"status": "planning", "cancel_reason": null}),
                json!({"status": "cancelled", "cancel_reason": "storm warning"}),
                "Cancelled: storm warning",
            ),
            (
                json!({"status": "cancelled", "cancel_reason": "storm warning"}),
                json!({"status": "planning", "cancel_reason": null}),
                "Reinstated to Planning",
            ),
            (json!({"is_archived": false}), json!({"is_archived": true}), "Archived"),
            (
                json!({"is_archived": true}),
                json!({"is_archived": false}),
                "Took out of the archive",
            ),
            (
                json!({"status": "planning"}),
                json!({"status": "on_hold"}),
                "Moved from Planning to on_hold",
            ),
            (json!({"colour": 1}), json!({"colour": 2}), "Changed other details"),
        ] {
            assert_eq!(event(before, after), [line]);
        }
    }

    #[test]
    fn beginnings_ends_imports_and_undo_are_told() {
        let lines = |command, table, op, after| {
            activity_lines(command, &[change(table, op, Value::Null, after)], &Office)
        };
        assert_eq!(
            lines("event.create", "events", Op::Insert, json!({"status": "inquiry"})),
            ["Created the event"]
        );
        assert_eq!(
            lines(
                "import.events",
                "events",
                Op::Insert,
                json!({"status": "completed", "is_archived": true})
            ),
            ["Imported as Completed, archived"]
        );
        assert_eq!(
            lines("client.create", "clients", Op::Insert, json!({})),
            ["Created the client"]
        );
        assert_eq!(
            lines("client.delete", "clients", Op::Delete, Value::Null),
            ["Deleted the client"]
        );
        assert_eq!(
            lines("undo", "events", Op::Delete, Value::Null),
            ["Undid an earlier change", "Removed the event"]
        );
        let moved = change(
            "events",
            Op::Update,
            json!({"status": "inquiry"}),
            json!({"status": "planning"}),
        );
        let log =
            change("event_status_log", Op::Insert, Value::Null, json!({"new_status": "planning"}));
        assert_eq!(
            activity_lines("event.advance", &[moved, log], &Office),
            ["Moved from Inquiry to Planning"]
        );
    }

    #[test]
    fn what_was_just_done_is_named_for_undo() {
        let plan = |set: Value, was: Value| {
            let row = |value: Value| value.as_object().cloned().unwrap_or_default();
            let (set, was) = (row(set), row(was));
            let change = crate::change::Change {
                table: "events".into(),
                id: Uuid::nil(),
                op: Op::Update,
                set,
                was,
            };
            Plan { changes: vec![change] }
        };
        let moved = plan(
            json!({"status": "planning", "cancel_reason": null}),
            json!({"status": "inquiry", "cancel_reason": null}),
        );
        assert_eq!(
            applied_label("event.advance", "Gala dinner", &moved),
            "Moved “Gala dinner” to Planning"
        );
        let later = plan(
            json!({"starts_at": "b", "ends_at": "b", "time_zone": "UTC"}),
            json!({"starts_at": "a", "ends_at": "a", "time_zone": "UTC"}),
        );
        assert_eq!(applied_label("event.edit", "Gala", &later), "Changed the time of “Gala”");
        let both = plan(json!({"name": "B", "notes": "x"}), json!({"name": "A", "notes": null}));
        assert_eq!(applied_label("event.edit", "Gala", &both), "Changed “Gala”");
        assert_eq!(
            applied_label("event.archive", "Gala", &Plan::nothing()),
            "Nothing to change: “Gala” is like that already"
        );
        let long = applied_label("event.archive", &format!(" {} ", "x".repeat(255)), &both);
        assert_eq!(long, format!("Archived “{}…”", "x".repeat(80)), "a toast has little room");
        assert_eq!(imported_label(ImportKind::Events, 1_400), "Imported 1,400 events");
        assert_eq!(imported_label(ImportKind::Clients, 1), "Imported 1 client");
    }
}
