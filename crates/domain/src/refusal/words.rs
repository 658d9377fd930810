//! The longer sentences of refusals, and lists inside them.

use crate::events::Status;
use crate::schedule::{self, Conflict};

pub(super) fn transition_sentence(from: Status, to: Status) -> String {
    let (was, wanted) = (from.label(), to.label());
    if from == to {
        return format!("This event is {} already.", from.label_inside());
    }
    if from == Status::Cancelled {
        return format!(
            "A cancelled event can only go back to {}; from there it can move on.",
            Status::Planning.label()
        );
    }
    let steps: Vec<&str> =
        Status::all().iter().filter(|s| from.may_become(**s)).map(|s| s.label()).collect();
    format!(
        "An event cannot go from {was} to {wanted}. From {was} it can go to {}.",
        one_of(&steps)
    )
}

pub(super) fn client_has_events(company_name: &str, events: u32) -> String {
    let what = if events == 1 { "an event".to_owned() } else { format!("{events} events") };
    format!("“{company_name}” has {what} on record, so it cannot be deleted.")
}

/// Most titles that a sentence names.
const MOST_NAMED: usize = 5;

/// `“a”`, `“a” and “b”`, `“a”, “b” and 3 more`.
pub(super) fn quoted_list(titles: &[String]) -> String {
    let mut named: Vec<String> = titles
        .iter()
        .take(MOST_NAMED)
        .map(|title| format!("“{}”", crate::text::shortened(title, 80)))
        .collect();
    if titles.len() > MOST_NAMED {
        named.push(format!("{} more", titles.len() - MOST_NAMED));
    }
    match named.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

pub(super) fn built_on(started: &[String]) -> String {
    let verb = if started.len() == 1 { "has" } else { "have" };
    format!(
        "{} {verb} started and {}",
        quoted_list(started),
        if started.len() == 1 { "waits for it" } else { "wait for it" }
    )
}

/// `A → B → C → A`; of a long circle, the beginning and the end.
pub(super) fn circle_words(path: &[String]) -> String {
    let short = |title: &String| crate::text::shortened(title, 60);
    let names: Vec<String> = match path.len() {
        0..=8 => path.iter().map(short).collect(),
        n => {
            let ends = path[..4].iter().map(short).chain(["…".to_owned()]);
            ends.chain(path[n - 3..].iter().map(short)).collect()
        }
    };
    names.join(" → ")
}

pub(super) fn clash_words(
    resource: &str,
    numbers: (i32, i32, i32),
    conflicts: &[Conflict],
    time_zone: &str,
    only_margins: bool,
) -> String {
    let sentence = schedule::clash_sentence(resource, numbers, conflicts, time_zone);
    if only_margins { format!("{sentence} Setup and teardown count too.") } else { sentence }
}

pub(super) fn quantity_needed(
    resource: &str,
    title: &str,
    needed: i32,
    clashes_with: Option<&str>,
) -> String {
    match clashes_with {
        None => format!("{title} needs {needed} of {resource}. Change that booking first."),
        Some(other) => format!(
            "Then {resource} would be overbooked: {title} and {other} need it at the same time. Change one of these bookings first."
        ),
    }
}

pub(super) fn resource_in_use(resource: &str, entries: u32, tasks: u32) -> String {
    let count = |n: u32, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{} {many}", crate::imports::grouped(n))),
    };
    let used = [count(entries, "booking", "bookings"), count(tasks, "task", "tasks")];
    let used: Vec<String> = used.into_iter().flatten().collect();
    format!(
        "{resource} has {} on record, so it cannot be deleted. Mark it as not available instead.",
        used.join(" and ")
    )
}

/// "a", "a or b", "a, b or c".
pub(crate) fn one_of(choices: &[&str]) -> String {
    match choices {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// Why one row of an undo stays as it is. `reason` is the server's word, `what` the row's name and `by` that of what
/// stands in the way, where they are known.
#[must_use]
pub fn undo_reason(reason: &str, table: &str, what: Option<&str>, by: Option<&str>) -> String {
    let kind = |table: &str| match table {
        "events" => "an event",
        "tasks" => "a task",
        "clients" => "a client",
        "resources" => "a resource",
        "resource_schedule" => "a booking",
        "task_dependencies" => "what a task waits for",
        "memberships" => "a member",
        _ => "something",
    };
    let named = |name: Option<&str>, unknown: &str| {
        name.map_or_else(|| unknown.to_owned(), |name| format!("“{name}”"))
    };
    let what = match table {
        // Told by whom or what is booked.
        "resource_schedule" => match what {
            Some(name) => format!("the booking of “{name}”"),
            None => "a booking".to_owned(),
        },
        _ => named(what, kind(table)),
    };
    let said = match reason {
        "changed" => format!("{what} has been changed since."),
        "gone" => format!("{what} is no longer there."),
        "exists" => format!("{what} is there again already."),
        "in_use" => format!(
            "{what} is in use by now{}.",
            match by {
                Some(by) => format!(": “{by}”"),
                None => String::new(),
            }
        ),
        "parent_gone" => format!("what {what} belongs to is no longer there."),
        "archived" => format!("{} is archived, so {what} stays as it is.", named(by, "the event")),
        "taken" => format!("{what} finds no room any more: something else is booked then."),
        "dependants_started" => {
            format!("{} waits for {what} and has started since.", named(by, "another task"))
        }
        "prerequisites_open" => {
            format!("{what} would wait for {}, which is not completed.", named(by, "a task"))
        }
        "circle" => "tasks would wait for each other.".to_owned(),
        _ => format!("{what} cannot be undone."),
    };
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::undo_reason;

    #[test]
    fn what_an_undo_leaves_out_is_told_in_a_sentence_each() {
        for (reason, table, what, by, sentence) in [
            (
                "dependants_started",
                "tasks",
                Some("Cook"),
                Some("Serve"),
                "“Serve” waits for “Cook” and has started since.",
            ),
            (
                "dependants_started",
                "tasks",
                None,
                None,
                "Another task waits for a task and has started since.",
            ),
            (
                "prerequisites_open",
                "task_dependencies",
                Some("Serve"),
                Some("Cook"),
                "“Serve” would wait for “Cook”, which is not completed.",
            ),
            (
                "taken",
                "resource_schedule",
                Some("Ana Ruiz"),
                None,
                "The booking of “Ana Ruiz” finds no room any more: something else is booked then.",
            ),
            ("changed", "events", Some("Gala"), None, "“Gala” has been changed since."),
            (
                "in_use",
                "clients",
                Some("Hotel Peña"),
                Some("Gala"),
                "“Hotel Peña” is in use by now: “Gala”.",
            ),
            (
                "archived",
                "tasks",
                Some("Cook"),
                Some("Gala"),
                "“Gala” is archived, so “Cook” stays as it is.",
            ),
            ("circle", "task_dependencies", None, None, "Tasks would wait for each other."),
            ("of a newer server", "tables", None, None, "Something cannot be undone."),
        ] {
            assert_eq!(undo_reason(reason, table, what, by), sentence);
        }
    }
}
