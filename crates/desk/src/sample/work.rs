//! The sample office's people and things, what has to be done for its events, and who does it.

use chrono::{DateTime, Duration, Utc};
use domain::change::{Entity, Plan};
use domain::events::{Event, Status};
use domain::resources::{Resource, ResourceType};
use domain::schedule::{Candidate, EntryKind, Load, ScheduleEntry, fit};
use domain::tasks::{Task, TaskCategory, TaskDependency, TaskStatus};
use std::collections::HashMap;
use uuid::Uuid;

/// Name and role of everybody on the staff; the first is the person who explores.
const STAFF: &[(&str, &str)] = &[
    ("Pilar Novák", "event manager"),
    ("Amara García", "event manager"),
    ("Dmitri Peña", "head chef"),
    ("Zoë Nguyen", "chef"),
    ("Tomás Johansson", "chef"),
    ("Hanna O'Brien", "pastry chef"),
    ("Renée Okafor", "head waiter"),
    ("Siân Müller", "waiter"),
    ("Yuki Tanaka", "waiter"),
    ("Iñaki Haddad", "waiter"),
    ("Björn Ibáñez", "bartender"),
    ("Lucía Fernández", "driver"),
];
/// Name, type, how many, and minutes of setup and teardown.
const THINGS: &[(&str, ResourceType, i32, i32)] = &[
    ("Van 1", ResourceType::Equipment, 1, 15),
    ("Van 2", ResourceType::Equipment, 1, 15),
    ("Combi oven", ResourceType::Equipment, 3, 30),
    ("Chafing dishes", ResourceType::Equipment, 24, 0),
    ("Round tables", ResourceType::Equipment, 40, 60),
    ("Chairs", ResourceType::Equipment, 400, 60),
    ("Champagne glasses", ResourceType::Materials, 600, 0),
    ("Tablecloths", ResourceType::Materials, 80, 0),
];
/// Title, when in the event's life, hours from its start until when, and places of the tasks it waits for.
const TASKS: &[(&str, TaskCategory, i64, &[usize])] = &[
    ("Agree the menu", TaskCategory::PreEvent, -24 * 14, &[]),
    ("Order ingredients", TaskCategory::PreEvent, -24 * 4, &[0]),
    ("Print place cards", TaskCategory::PreEvent, -24 * 2, &[]),
    ("Load the van", TaskCategory::PreEvent, -4, &[1]),
    ("Set the tables", TaskCategory::PreEvent, -1, &[2, 3]),
    ("Serve the mains", TaskCategory::DuringEvent, 2, &[4]),
    ("Collect the glassware", TaskCategory::PostEvent, 12, &[5]),
];

/// Everything beside clients and events.
pub(super) fn plan(events: &[Event], me: Uuid, now: DateTime<Utc>) -> Plan {
    let resources = resources(me);
    let mut plan = Plan::nothing();
    for resource in &resources {
        plan = plan.and(Plan::creating(resource));
    }
    let mut schedule = Schedule::of(&resources);
    let (mut edges, mut entries) = (Plan::nothing(), Plan::nothing());
    let live = events.iter().filter(|e| !e.is_archived && e.status != Status::Cancelled);
    for (i, event) in live.enumerate() {
        let people = schedule.book(i, event);
        let tasks = tasks(i, event, &people, now);
        for (task, (.., after)) in tasks.iter().zip(TASKS) {
            plan = plan.and(Plan::creating(task));
            for place in *after {
                let edge = TaskDependency::new(event.id, task.id, tasks[*place].id);
                edges = edges.and(Plan::creating(&edge));
            }
        }
    }
    for load in schedule.loads.values() {
        for entry in &load.entries {
            entries = entries.and(Plan::creating(entry));
        }
    }
    // The map has no order of its own; the same day always gives the same office.
    entries.changes.sort_by_key(|change| change.id);
    plan.and(edges).and(entries)
}

fn resources(me: Uuid) -> Vec<Resource> {
    let staff = STAFF.iter().enumerate().map(|(i, (name, role))| Resource {
        user_id: (i == 0).then_some(me),
        role: Some((*role).to_owned()),
        ..resource(name, ResourceType::Staff, 1, 0)
    });
    let things = THINGS
        .iter()
        .map(|(name, kind, quantity, margin)| resource(name, *kind, *quantity, *margin));
    staff.chain(things).collect()
}

fn resource(name: &str, kind: ResourceType, quantity: i32, margin: i32) -> Resource {
    Resource {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        kind,
        role: None,
        quantity,
        setup_minutes: margin,
        teardown_minutes: margin,
        is_available: true,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// The tasks of one event; what lies behind is done, but not all of it.
fn tasks(i: usize, event: &Event, people: &[Uuid], now: DateTime<Utc>) -> Vec<Task> {
    let is_over = matches!(event.status, Status::Completed | Status::FollowUp);
    let task =
        |(place, (title, category, hours, _)): (usize, &(&str, TaskCategory, i64, &[usize]))| {
            let due_at = event.starts_at + Duration::hours(*hours);
            // Here and there somebody is late with the place cards; nothing but the tables waits for those.
            let is_late = place == 2 && i.is_multiple_of(4);
            let is_done =
                is_over || due_at < now && !is_late && (place != 4 || !i.is_multiple_of(4));
            Task {
                id: Uuid::now_v7(),
                event_id: event.id,
                title: (*title).to_owned(),
                description: None,
                due_at: Some(due_at),
                status: if is_done && (is_over || place < 5) {
                    TaskStatus::Completed
                } else {
                    TaskStatus::Pending
                },
                category: *category,
                assigned_to: people.get((i + place) % people.len().max(1)).copied(),
                completed_at: None,
                completed_by: None,
                created_by: None,
                created_at: None,
                updated_at: None,
            }
        };
    TASKS.iter().enumerate().map(task).collect()
}

/// Who and what is free for each event in turn.
struct Schedule {
    loads: HashMap<Uuid, Load>,
    staff: Vec<Uuid>,
    things: Vec<(Uuid, i32)>,
}

impl Schedule {
    fn of(resources: &[Resource]) -> Self {
        let load = |resource: &Resource| Load {
            resource: resource.clone(),
            entries: Vec::new(),
            titles: HashMap::new(),
        };
        let is_staff = |resource: &&Resource| resource.kind == ResourceType::Staff;
        Self {
            loads: resources.iter().map(|resource| (resource.id, load(resource))).collect(),
            staff: resources.iter().filter(is_staff).map(Entity::id).collect(),
            things: resources
                .iter()
                .filter(|resource| !is_staff(resource))
                .map(|resource| (resource.id, resource.quantity))
                .collect(),
        }
    }

    /// Books four people and some things for the `i`-th event, as far as they are free; answers the people.
    fn book(&mut self, i: usize, event: &Event) -> Vec<Uuid> {
        let mut people = Vec::new();
        for step in 0..self.staff.len() {
            let person = self.staff[(i * 5 + step) % self.staff.len()];
            if people.len() < 4 && self.hold(person, 1, event) {
                people.push(person);
            }
        }
        for step in 0..3 {
            let (thing, there) = self.things[(i * 3 + step) % self.things.len()];
            self.hold(thing, (there / 4).max(1), event);
        }
        people
    }

    fn hold(&mut self, resource: Uuid, quantity: i32, event: &Event) -> bool {
        let Some(load) = self.loads.get_mut(&resource) else { return false };
        let entry = ScheduleEntry {
            id: Uuid::now_v7(),
            resource_id: resource,
            event_id: Some(event.id),
            task_id: None,
            kind: EntryKind::Assignment,
            quantity,
            starts_at: event.starts_at - Duration::hours(1),
            ends_at: event.ends_at,
            pool_size: None,
            note: None,
            override_reason: None,
            override_by: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        };
        let fits =
            fit(load, &Candidate { entry: None, ..Candidate::of(&entry) }).conflicts.is_empty();
        if fits {
            load.entries.push(entry);
        }
        fits
    }
}
