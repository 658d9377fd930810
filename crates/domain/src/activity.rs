//! What the journal recorded, and what was just done, in sentences for people.

mod labels;
mod office;
#[cfg(test)]
mod tests;

pub use labels::{applied_label, imported_label};

use crate::change::Op;
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
    /// The resource's name, where it is still known.
    fn resource(&self, _id: Uuid) -> Option<String> {
        None
    }
    /// The task's title, where it is still known.
    fn task(&self, _id: Uuid) -> Option<String> {
        None
    }
    /// What a booking is of, where it is still known.
    fn booking(&self, _entry_id: Uuid) -> Option<String> {
        None
    }
    /// The row that the lines are about, where that is known: it need not be named.
    fn subject(&self) -> Option<Uuid> {
        None
    }
    /// The event's name, where it is still known.
    fn event(&self, _id: Uuid) -> Option<String> {
        None
    }
    /// What colleagues call the person who signs in so.
    fn member(&self, _user_id: Uuid) -> Option<String> {
        None
    }
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
    ("description", "description", Told::Long),
    ("role", "role", Told::Text),
    ("quantity", "quantity", Told::Number),
    ("setup_minutes", "minutes of setup", Told::Number),
    ("teardown_minutes", "minutes of teardown", Told::Number),
];

/// Most lines of one entry; what else it did is counted.
const MOST_LINES: usize = 12;

/// What a journal entry did to the rows shown, one sentence a change, in the order of the page. `more` changes are not
/// among `changes`, because there are very many.
#[must_use]
pub fn activity_lines(
    command: &str,
    changes: &[RowChange],
    more: u32,
    names: &dyn Names,
) -> Vec<String> {
    let mut lines = told(command, changes, names);
    let unsaid = lines.len().saturating_sub(MOST_LINES) + more as usize;
    if unsaid > 0 {
        lines.truncate(MOST_LINES);
        lines.push(match unsaid {
            1 => "And one more change".to_owned(),
            many => format!("And {many} more changes"),
        });
    }
    lines
}

fn told(command: &str, changes: &[RowChange], names: &dyn Names) -> Vec<String> {
    let mut lines = Vec::new();
    if command == "undo" {
        lines.push("Undid an earlier change".to_owned());
    }
    for change in changes {
        match change.table.as_str() {
            "events" => event_lines(command, change, names, &mut lines),
            "clients" => client_lines(command, change, &mut lines),
            "tasks" if office::is_counted(command, change, names) => {}
            "tasks" => office::task_lines(command, change, changes, names, &mut lines),
            // Of an import, what waits for what is a detail.
            "task_dependencies" if command.starts_with("import.") => {}
            "task_dependencies" => lines.extend(office::dependency_line(change, names)),
            "resources" => office::resource_lines(command, change, names, &mut lines),
            "memberships" => office::member_lines(change, &mut lines),
            "role_permissions" => lines.extend(office::grant_line(change)),
            // Told together, at the end.
            "resource_schedule" => {}
            // Written by triggers along with what is told above, such as the status log.
            _ => {}
        }
    }
    office::counted_task_lines(command, changes, names, &mut lines);
    office::schedule_lines(command, changes, names, &mut lines);
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
