//! Writing an office's books as tables that any spreadsheet opens and [`crate::imports`] takes back.
//!
//! Times are wall times of the event's place, as people keep them; where clocks repeat an hour, the cell names its
//! distance from UTC instead, so that it can only mean one moment.

use crate::clients::Client;
use crate::events::Event;
use crate::resources::Resource;
use crate::schedule::{EntryKind, ScheduleEntry};
use crate::tasks::{Task, TaskDependency};
use crate::time;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;
use uuid::Uuid;

/// Everything that is written.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Every client.
    pub clients: Vec<Client>,
    /// Every event.
    pub events: Vec<Event>,
    /// Every resource.
    pub resources: Vec<Resource>,
    /// Every task.
    pub tasks: Vec<Task>,
    /// What waits for what.
    pub dependencies: Vec<TaskDependency>,
    /// The schedule; only assignments are written.
    pub entries: Vec<ScheduleEntry>,
}

/// One written table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// `clients.csv` …
    pub file_name: &'static str,
    /// Rows below the headings.
    pub rows: usize,
    /// The text, UTF-8.
    pub text: String,
}

impl Books {
    /// The five tables, each after those that it refers to.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        let clients: HashMap<Uuid, &str> =
            self.clients.iter().map(|c| (c.id, c.company_name.as_str())).collect();
        let events: HashMap<Uuid, (usize, Tz)> = (1..)
            .zip(&self.events)
            .map(|(number, event)| (event.id, (number, zone(&event.time_zone))))
            .collect();
        let resources: HashMap<Uuid, &str> =
            self.resources.iter().map(|r| (r.id, r.name.as_str())).collect();
        vec![
            self.clients(),
            self.events(&clients),
            self.resources(),
            self.tasks(&events, &resources),
            self.assignments(&events, &resources),
        ]
    }

    fn clients(&self) -> Table {
        let rows = self.clients.iter().map(|c| {
            let optional = |text: &Option<String>| text.clone().unwrap_or_default();
            vec![
                c.company_name.clone(),
                optional(&c.contact_name),
                optional(&c.email),
                optional(&c.phone),
                optional(&c.address),
                optional(&c.notes),
            ]
        });
        table("clients.csv", &["Company", "Contact", "Email", "Phone", "Address", "Notes"], rows)
    }

    fn events(&self, clients: &HashMap<Uuid, &str>) -> Table {
        let headings = [
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
            "Archived",
            "Notes",
            "Cancel reason",
        ];
        let rows = (1..).zip(&self.events).map(|(number, e): (usize, &Event)| {
            let tz = zone(&e.time_zone);
            vec![
                number.to_string(),
                e.name.clone(),
                clients.get(&e.client_id).copied().unwrap_or_default().to_owned(),
                e.event_type.clone(),
                cell(e.starts_at, tz),
                cell(e.ends_at, tz),
                e.time_zone.clone(),
                e.location.clone().unwrap_or_default(),
                e.estimated_attendees.map(|n| n.to_string()).unwrap_or_default(),
                e.status.as_str().to_owned(),
                if e.is_archived { "yes" } else { "" }.to_owned(),
                e.notes.clone().unwrap_or_default(),
                e.cancel_reason.clone().unwrap_or_default(),
            ]
        });
        table("events.csv", &headings, rows)
    }

    fn resources(&self) -> Table {
        let headings =
            ["Name", "Role", "Type", "Quantity", "Setup minutes", "Teardown minutes", "Notes"];
        let rows = self.resources.iter().map(|r| {
            vec![
                r.name.clone(),
                r.role.clone().unwrap_or_default(),
                r.kind.as_str().to_owned(),
                r.quantity.to_string(),
                r.setup_minutes.to_string(),
                r.teardown_minutes.to_string(),
                r.notes.clone().unwrap_or_default(),
            ]
        });
        table("resources.csv", &headings, rows)
    }

    fn tasks(&self, events: &HashMap<Uuid, (usize, Tz)>, resources: &HashMap<Uuid, &str>) -> Table {
        let headings = [
            "No",
            "Event no",
            "Task",
            "Category",
            "Due",
            "Status",
            "Assigned to",
            "After task",
            "Description",
        ];
        let tasks: Vec<&Task> =
            self.tasks.iter().filter(|task| events.contains_key(&task.event_id)).collect();
        let numbers: HashMap<Uuid, usize> =
            (1..).zip(&tasks).map(|(number, task)| (task.id, number)).collect();
        let mut after: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for edge in &self.dependencies {
            let number = numbers.get(&edge.prerequisite_id).copied();
            after.entry(edge.task_id).or_default().extend(number);
        }
        let rows = (1..).zip(&tasks).map(|(number, task): (usize, &&Task)| {
            let (event, tz) = events[&task.event_id];
            let mut waits_for = after.get(&task.id).cloned().unwrap_or_default();
            waits_for.sort_unstable();
            let waits_for: Vec<String> = waits_for.iter().map(usize::to_string).collect();
            let person = task.assigned_to.and_then(|id| resources.get(&id).copied());
            vec![
                number.to_string(),
                event.to_string(),
                task.title.clone(),
                task.category.as_str().to_owned(),
                task.due_at.map(|due| cell(due, tz)).unwrap_or_default(),
                task.status.as_str().to_owned(),
                person.unwrap_or_default().to_owned(),
                waits_for.join("; "),
                task.description.clone().unwrap_or_default(),
            ]
        });
        table("tasks.csv", &headings, rows)
    }

    fn assignments(
        &self,
        events: &HashMap<Uuid, (usize, Tz)>,
        resources: &HashMap<Uuid, &str>,
    ) -> Table {
        let entries = self.entries.iter().filter(|entry| entry.kind == EntryKind::Assignment);
        let rows = entries.filter_map(|entry| {
            let (event, tz) = events.get(&entry.event_id?)?;
            Some(vec![
                (*resources.get(&entry.resource_id)?).to_owned(),
                event.to_string(),
                entry.quantity.to_string(),
                cell(entry.starts_at, *tz),
                cell(entry.ends_at, *tz),
            ])
        });
        table("assignments.csv", &["Resource", "Event no", "Quantity", "From", "To"], rows)
    }
}

/// A zone that only the server knows is told in UTC.
fn zone(name: &str) -> Tz {
    time::zone(name).unwrap_or(Tz::UTC)
}

fn cell(at: DateTime<Utc>, tz: Tz) -> String {
    let local = at.with_timezone(&tz);
    match time::wall_text(at, tz) {
        (_, None) => local.format("%Y-%m-%d %H:%M").to_string(),
        (_, Some(_)) => local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

fn table(
    file_name: &'static str,
    headings: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Table {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut count = 0;
    let mut write = |row: &[String]| {
        writer.write_record(row).expect("writing to memory cannot fail");
    };
    write(&headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>());
    for row in rows {
        write(&row.iter().map(|text| harmless(text)).collect::<Vec<_>>());
        count += 1;
    }
    let bytes = writer.into_inner().expect("writing to memory cannot fail");
    let text = String::from_utf8(bytes).expect("it was written from texts");
    Table { file_name, rows: count, text }
}

/// A cell that no spreadsheet runs as a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
