//! What was just done, in a line: for the toast that offers to undo it.

use super::{COLUMNS, quoted, status_label, text};
use crate::change::{Op, Plan};
use crate::imports::grouped;
use crate::permission::Role;
use crate::tasks::TaskStatus;

/// What was just done, for the toast that offers to undo it: `Moved “Gala dinner” to Planning`.
///
/// `subject` is the event's or client's name, `plan` what was sent.
#[must_use]
pub fn applied_label(command: &str, subject: &str, plan: &Plan) -> String {
    let plain = crate::text::shortened(subject, 80);
    let subject = quoted(&plain);
    if plan.is_nothing() && command != "undo" {
        return format!("Nothing to change: {subject} is like that already");
    }
    match command.split_once('.').map_or(command, |(kind, _)| kind) {
        "event" => event_label(command, &subject, plan),
        "task" => task_label(command, &subject, plan),
        "assignment" | "block" | "member" | "matrix" => plain_label(command, &plain, plan),
        _ => match command {
            "client.create" | "resource.create" => format!("Created {subject}"),
            "client.delete" | "resource.delete" => format!("Deleted {subject}"),
            "undo" => format!("Undid the change to {subject}"),
            _ => edited_label(&subject, plan),
        },
    }
}

fn event_label(command: &str, subject: &str, plan: &Plan) -> String {
    let done = match command {
        "event.create" => format!("Created {subject}"),
        "event.advance" => match set(plan, "status") {
            Some(status) => format!("Moved {subject} to {}", status_label(status)),
            None => format!("Moved {subject}"),
        },
        "event.cancel" => format!("Cancelled {subject}"),
        "event.reinstate" => format!("Reinstated {subject}"),
        "event.archive" => format!("Archived {subject}"),
        "event.unarchive" => format!("Took {subject} out of the archive"),
        _ => edited_label(subject, plan),
    };
    let entries = plan.changes.iter().filter(|change| change.table == "resource_schedule");
    let (gone, moved): (Vec<_>, Vec<_>) = entries.partition(|change| {
        // What runs while its event is called off is cut short: that is a release too.
        change.op == Op::Delete || command != "event.edit"
    });
    let due = plan.changes.iter().filter(|change| change.table == "tasks").count();
    let due = match due {
        0 => None,
        1 => Some("1 due time".to_owned()),
        many => Some(format!("{many} due times")),
    };
    let counted = |count: usize| (count > 0).then(|| bookings(count));
    let told = |verb: &str, what: Vec<String>| match what.join(" and ") {
        none if none.is_empty() => None,
        what => Some(format!("{verb} {what}")),
    };
    let moved = told("moved", [counted(moved.len()), due].into_iter().flatten().collect());
    let released = told("released", counted(gone.len()).into_iter().collect());
    [moved, released].into_iter().flatten().fold(done, |done, part| format!("{done} and {part}"))
}

fn task_label(command: &str, subject: &str, plan: &Plan) -> String {
    let tasks = plan.changes.iter().filter(|change| change.table == "tasks").count();
    let many = format!("{} tasks", grouped(u32::try_from(tasks).unwrap_or(u32::MAX)));
    let subject = if tasks > 1 { many.as_str() } else { subject };
    match command {
        "task.create" => format!("Added {subject}"),
        "task.delete" => format!("Deleted {subject}"),
        "task.move" => {
            let mut reached = plan.changes.iter().filter_map(|c| text(&c.set, "status"));
            let first = reached.next();
            match first.filter(|first| reached.all(|status| status == *first)) {
                Some(status) => format!("Moved {subject} to {}", task_status_label(status)),
                None => format!("Moved {subject}"),
            }
        }
        "task.assign" => match set(plan, "assigned_to") {
            Some(_) => format!("Assigned {subject}"),
            None => format!("Took {subject} from whoever had it"),
        },
        _ => edited_label(subject, plan),
    }
}

/// Where the subject is no title: `Booked Ana Ruiz for Gala dinner`.
fn plain_label(command: &str, subject: &str, plan: &Plan) -> String {
    let clashing = match set(plan, "override_reason") {
        Some(_) => ", although it clashes",
        None => "",
    };
    match command {
        "assignment.create" => format!("Booked {subject}{clashing}"),
        "assignment.edit" => format!("Changed the booking of {subject}{clashing}"),
        "assignment.release" => format!("Released {subject}"),
        "block.create" => format!("Blocked {subject}{clashing}"),
        "block.remove" => format!("Unblocked {subject}"),
        "member.role" => {
            let role = set(plan, "role").unwrap_or_default();
            format!("{subject} is now {}", role_label(role))
        }
        "member.rename" => {
            format!("Renamed {subject} to {}", set(plan, "display_name").unwrap_or_default())
        }
        "member.end" => format!("Ended the membership of {subject}"),
        "member.reinstate" => format!("Took {subject} back into the team"),
        "matrix.set" if plan.changes.iter().any(|change| change.op == Op::Delete) => {
            format!("Taken away: {subject}")
        }
        "matrix.set" => format!("Granted: {subject}"),
        _ => format!("Changed {subject}"),
    }
}

/// "1 booking", "12 bookings".
pub(super) fn bookings(count: usize) -> String {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    if count == 1 { "1 booking".to_owned() } else { format!("{} bookings", grouped(count)) }
}

/// A task's status in words; a newer server may know one that this desk does not.
pub(super) fn task_status_label(status: &str) -> &str {
    TaskStatus::parse(status).map_or(status, |known| known.label())
}

/// A role in words; a newer server may know one that this desk does not.
pub(super) fn role_label(role: &str) -> &str {
    Role::parse(role).map_or(role, |known| known.label())
}

/// The first value that `plan` gives to `column`.
fn set<'a>(plan: &'a Plan, column: &str) -> Option<&'a str> {
    plan.changes.iter().find_map(|change| text(&change.set, column))
}

/// What was just imported: `Imported 1,400 events`.
#[must_use]
pub fn imported_label(kind: crate::imports::ImportKind, imported: u32) -> String {
    format!("Imported {}", kind.counted(imported))
}

/// Names the field, where only one was changed.
fn edited_label(subject: &str, plan: &Plan) -> String {
    let Some(change) = plan.changes.first() else { return format!("Changed {subject}") };
    if change.table == "task_dependencies" {
        return format!("Changed what {subject} waits for");
    }
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
        "title" => "title",
        "due_at" => "due date",
        "category" => "category",
        "assigned_to" => "assignment",
        "is_available" => "availability",
        "type" => "type",
        "user_id" => "sign-in",
        other => COLUMNS.iter().find(|(c, ..)| *c == other).map_or("details", |(_, name, _)| name),
    }
}
