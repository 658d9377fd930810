//! What happened to tasks, resources, the schedule and the team, in sentences.

use super::labels::{bookings, role_label, task_status_label};
use super::{Names, RowChange, column_lines, instant, quoted, renamed, text};
use crate::change::Op;
use crate::permission;
use crate::resources::ResourceType;
use crate::schedule::span_words;
use crate::tasks::TaskCategory;
use crate::time;
use chrono_tz::Tz;
use serde_json::{Map, Value};
use uuid::Uuid;

type Row = Map<String, Value>;

/// Before and after; empty where the row came or went.
fn both(change: &RowChange) -> (Row, Row) {
    (change.before.clone().unwrap_or_default(), change.after.clone().unwrap_or_default())
}

pub(super) fn task_lines(
    command: &str,
    change: &RowChange,
    all: &[RowChange],
    names: &dyn Names,
    lines: &mut Vec<String>,
) {
    let (before, after) = both(change);
    let title = |row: &Row| {
        let known = text(row, "title").map(str::to_owned).or_else(|| names.task(change.id));
        known.map_or_else(|| "a task".to_owned(), |title| format!("the task {}", quoted(&title)))
    };
    match change.op {
        Op::Insert if command == "undo" => lines.push(format!("Brought {} back", title(&after))),
        Op::Insert if command.starts_with("import.") => {
            lines.push(format!("Imported {}", title(&after)));
        }
        Op::Insert => lines.push(format!("Added {}", title(&after))),
        Op::Delete => lines.push(format!("Deleted {}", title(&before))),
        Op::Update => {
            let told = task_update(&before, &after, names);
            let is_clear = match names.subject() {
                Some(subject) => subject == change.id,
                None => all.iter().filter(|other| other.table == "tasks").count() == 1,
            };
            match names.task(change.id).filter(|_| !is_clear) {
                Some(title) => {
                    lines.extend(told.into_iter().map(|l| format!("{}: {l}", quoted(&title))));
                }
                None => lines.extend(told),
            }
        }
    }
}

/// Whether a task is only counted: it moved along with its event, or an import of other things brought it.
pub(super) fn is_counted(command: &str, change: &RowChange, names: &dyn Names) -> bool {
    let is_due_time = change.op == Op::Update
        && change.after.as_ref().is_some_and(|row| row.keys().all(|column| column == "due_at"));
    (command.starts_with("event.") && is_due_time)
        || (command.starts_with("import.") && names.subject().is_some_and(|id| id != change.id))
}

/// How many tasks moved along with their event, or came with it.
pub(super) fn counted_task_lines(
    command: &str,
    changes: &[RowChange],
    names: &dyn Names,
    lines: &mut Vec<String>,
) {
    let counted = |op| {
        let tasks = changes.iter().filter(|change| change.table == "tasks" && change.op == op);
        tasks.filter(|change| is_counted(command, change, names)).count()
    };
    match counted(Op::Update) {
        0 => {}
        1 => lines.push("Moved 1 due time".to_owned()),
        many => lines.push(format!("Moved {many} due times")),
    }
    match counted(Op::Insert) {
        0 => {}
        1 => lines.push("Imported 1 task".to_owned()),
        many => lines.push(format!("Imported {many} tasks")),
    }
}

fn task_update(before: &Row, after: &Row, names: &dyn Names) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(was), Some(is)) = (text(before, "status"), text(after, "status")) {
        lines.push(match (was, is) {
            ("pending", "in_progress") => "Started".to_owned(),
            (_, "completed") => "Completed".to_owned(),
            ("completed", is) => format!("Reopened as {}", task_status_label(is)),
            (was, is) => {
                format!("Moved from {} to {}", task_status_label(was), task_status_label(is))
            }
        });
    }
    if before.get("assigned_to") != after.get("assigned_to") {
        let name = |row| person(row, "assigned_to", |id| names.resource(id));
        lines.extend(match (name(before), name(after)) {
            (None, Some(is)) => Some(format!("Assigned to {is}")),
            (Some(was), Some(is)) => Some(format!("Reassigned from {was} to {is}")),
            (Some(was), None) => Some(format!("No longer assigned to {was}")),
            (None, None) => None,
        });
    }
    lines.extend(renamed("title", before, after));
    if before.get("due_at") != after.get("due_at") {
        let tz = zone(names);
        let due = |row| Some(time::moment(instant(row, "due_at")?, tz, names.locale()));
        lines.extend(match (due(before), due(after)) {
            (None, Some(is)) => Some(format!("Set the due date to {is}")),
            (Some(was), Some(is)) => Some(format!("Moved the due date from {was} to {is}")),
            (Some(was), None) => Some(format!("Removed the due date, {was}")),
            (None, None) => None,
        });
    }
    if let (Some(was), Some(is)) = (text(before, "category"), text(after, "category")) {
        let (was, is) = (category_label(was), category_label(is));
        lines.push(format!("Changed category from {was} to {is}"));
    }
    lines.extend(column_lines(before, after));
    lines
}

pub(super) fn dependency_line(change: &RowChange, names: &dyn Names) -> Option<String> {
    let (before, after) = both(change);
    let told = |row: &Row, verb: &str| {
        let name = |column| {
            let known = id(row, column).and_then(|id| names.task(id));
            known.map_or_else(|| "a task no longer on record".to_owned(), |title| quoted(&title))
        };
        format!("{} {verb} {}", name("task_id"), name("prerequisite_id"))
    };
    match change.op {
        Op::Insert => Some(told(&after, "now waits for")),
        Op::Delete => Some(told(&before, "no longer waits for")),
        Op::Update => None,
    }
}

pub(super) fn resource_lines(
    command: &str,
    change: &RowChange,
    names: &dyn Names,
    lines: &mut Vec<String>,
) {
    let (before, after) = both(change);
    let name = |row| text(row, "name").unwrap_or("the resource").to_owned();
    match change.op {
        Op::Insert if command == "undo" => lines.push(format!("Brought {} back", name(&after))),
        Op::Insert if command.starts_with("import.") => {
            lines.push(format!("Imported {}", name(&after)));
        }
        Op::Insert => lines.push(format!("Added {}", name(&after))),
        Op::Delete => lines.push(format!("Deleted {}", name(&before))),
        Op::Update => {
            if let Some(is_available) = after.get("is_available").and_then(Value::as_bool) {
                let word = if is_available { "available again" } else { "not available" };
                lines.push(format!("Marked as {word}"));
            }
            lines.extend(renamed("name", &before, &after));
            if let (Some(was), Some(is)) = (text(&before, "type"), text(&after, "type")) {
                lines.push(format!("Changed type from {} to {}", type_label(was), type_label(is)));
            }
            if before.get("user_id") != after.get("user_id") {
                let name = |row| person(row, "user_id", |id| names.member(id));
                lines.extend(name(&before).map(|was| format!("{was} no longer signs in as this")));
                lines.extend(name(&after).map(|is| format!("{is} signs in as this")));
            }
            lines.extend(column_lines(&before, &after));
        }
    }
}

/// What happened to the schedule: told one by one where somebody booked, counted where it followed from something else.
pub(super) fn schedule_lines(
    command: &str,
    changes: &[RowChange],
    names: &dyn Names,
    lines: &mut Vec<String>,
) {
    let entries = || changes.iter().filter(|change| change.table == "resource_schedule");
    if command.starts_with("event.") || command.starts_with("import.") {
        // What runs while its event is called off or filed away is cut short: that is a release too.
        let ends = command == "event.cancel" || command == "event.archive";
        let verb = |op| match op {
            Op::Insert => "Added",
            Op::Update if !ends => "Moved",
            Op::Update | Op::Delete => "Released",
        };
        for told in ["Added", "Moved", "Released"] {
            let count = entries().filter(|change| verb(change.op) == told).count();
            if count > 0 {
                lines.push(format!("{told} {}", bookings(count)));
            }
        }
        return;
    }
    for change in entries() {
        let (before, after) = both(change);
        match change.op {
            Op::Insert => lines.push(booked_line(&after, names)),
            Op::Delete => lines.push(released_line(&before, names)),
            Op::Update => {
                let told = rebooked_lines(&before, &after, names);
                match names.booking(change.id) {
                    Some(of) => lines.extend(told.into_iter().map(|line| format!("{of}: {line}"))),
                    None => lines.extend(told),
                }
            }
        }
    }
}

fn booked_line(row: &Row, names: &dyn Names) -> String {
    let (what, when) = (units(row, names), when(row, names));
    let line = if text(row, "kind") == Some("block") {
        let why = text(row, "note").map(|note| format!(": {note}")).unwrap_or_default();
        format!("Blocked {what}, {when}{why}")
    } else {
        format!("Booked {what}{}, {when}", event_words("for", row, names))
    };
    match text(row, "override_reason") {
        Some(reason) => format!("{line}, although it clashes: {reason}"),
        None => line,
    }
}

fn released_line(row: &Row, names: &dyn Names) -> String {
    let (what, when) = (units(row, names), when(row, names));
    if text(row, "kind") == Some("block") {
        return format!("Unblocked {what}, {when}");
    }
    format!("Released {what}{}, {when}", event_words("from", row, names))
}

fn rebooked_lines(before: &Row, after: &Row, names: &dyn Names) -> Vec<String> {
    let mut lines = Vec::new();
    let resource = |row| person(row, "resource_id", |id| names.resource(id));
    if let (Some(was), Some(is)) = (resource(before), resource(after)) {
        lines.push(format!("Changed the booking from {was} to {is}"));
    }
    let tz = zone(names);
    for (column, called) in [("starts_at", "start"), ("ends_at", "end")] {
        let told = |row| Some(time::moment(instant(row, column)?, tz, names.locale()));
        if let (Some(was), Some(is)) = (told(before), told(after)) {
            lines.push(format!("Moved the booking’s {called} from {was} to {is}"));
        }
    }
    if before.get("override_reason") != after.get("override_reason") {
        lines.push(match text(after, "override_reason") {
            Some(reason) => format!("Let it stand although it clashes: {reason}"),
            None => "No longer lets it clash".to_owned(),
        });
    }
    lines.extend(column_lines(before, after));
    lines
}

pub(super) fn member_lines(change: &RowChange, lines: &mut Vec<String>) {
    let (before, after) = both(change);
    match change.op {
        Op::Insert => {
            let name = text(&after, "display_name").unwrap_or("Somebody");
            let role = role_label(text(&after, "role").unwrap_or_default());
            lines.push(format!("{name} joined the team as {role}"));
        }
        Op::Delete => lines.push("Removed the membership".to_owned()),
        Op::Update => {
            if before.get("ended_at") != after.get("ended_at") {
                let ended = text(&after, "ended_at").is_some();
                let line = if ended { "Ended the membership" } else { "Taken back into the team" };
                lines.push(line.to_owned());
            }
            if let (Some(was), Some(is)) = (text(&before, "role"), text(&after, "role")) {
                let (was, is) = (role_label(was), role_label(is));
                lines.push(format!("Changed role from {was} to {is}"));
            }
            lines.extend(renamed("display_name", &before, &after));
        }
    }
}

pub(super) fn grant_line(change: &RowChange) -> Option<String> {
    let (before, after) = both(change);
    let told = |row: &Row, may: &str| {
        let role = role_label(text(row, "role")?).to_owned();
        Some(format!("{role} {may} {}", permission::label(text(row, "permission")?)))
    };
    match change.op {
        Op::Insert => told(&after, "may now"),
        Op::Delete => told(&before, "may no longer"),
        Op::Update => None,
    }
}

/// `Ana Ruiz`, `20 of Folding chairs`.
fn units(row: &Row, names: &dyn Names) -> String {
    let name = person(row, "resource_id", |id| names.resource(id)).unwrap_or_default();
    match row.get("quantity").and_then(Value::as_i64) {
        Some(quantity) if quantity > 1 => format!("{quantity} of {name}"),
        _ => name,
    }
}

fn when(row: &Row, names: &dyn Names) -> String {
    match (instant(row, "starts_at"), instant(row, "ends_at")) {
        (Some(from), Some(until)) => span_words(from, until, zone(names)),
        _ => "at a time no longer on record".to_owned(),
    }
}

fn event_words(link: &str, row: &Row, names: &dyn Names) -> String {
    let known = id(row, "event_id").and_then(|id| names.event(id));
    known.map(|name| format!(" {link} {}", quoted(&name))).unwrap_or_default()
}

/// The name behind an id; nothing where there is no id.
fn person(row: &Row, column: &str, name: impl Fn(Uuid) -> Option<String>) -> Option<String> {
    let id = id(row, column)?;
    Some(name(id).unwrap_or_else(|| "somebody no longer on record".to_owned()))
}

fn id(row: &Row, column: &str) -> Option<Uuid> {
    text(row, column)?.parse().ok()
}

fn category_label(category: &str) -> &str {
    TaskCategory::parse(category).map_or(category, |known| known.label())
}

fn type_label(kind: &str) -> &str {
    ResourceType::parse(kind).map_or(kind, |known| known.label())
}

fn zone(names: &dyn Names) -> Tz {
    time::zone(names.time_zone()).unwrap_or(Tz::UTC)
}
