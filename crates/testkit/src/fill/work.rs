//! The work of a made-up office: people and things, ten tasks an event, and who is on what, without a clash.

use super::{COMPANIES, DAYS, client_at, event, pick};
use chrono::{DateTime, Duration, Utc};
use domain::change::{Change, Plan};
use domain::events::Event;
use domain::resources::{Resource, ResourceType};
use domain::schedule::{EntryKind, ScheduleEntry};
use domain::tasks::{Task, TaskCategory, TaskDependency, TaskStatus};
use uuid::Uuid;

/// Resources that one event has.
const HELD: u32 = 6;
/// Days over which events are spread; so many events later the same day comes again.
const ROUND: u32 = 2 * DAYS as u32;
/// Resources whose bookings go in one import.
const RESOURCES_A_COMMAND: usize = 20;

const FIRST_NAMES: &[&str] = &[
    "Siân", "Zoë", "Jorge", "Lucía", "Dmitri", "Tomás", "Amara", "Renée", "Hanna", "Iñaki",
    "Ngozi", "Yuki", "Marta",
];
const ROLES: &[&str] = &["chef", "waiter", "bartender", "coordinator", "driver"];
const THINGS: &[&str] = &["Van", "Oven", "Marquee", "Sound system", "Dance floor", "Fridge"];
const STOCKS: &[&str] = &["Chairs", "Round tables", "Champagne flutes", "Linen sets", "Candles"];
/// What has to be done; each of the first seven waits for the one before it, the others for nothing.
const TASKS: [(&str, TaskCategory); 10] = [
    ("Agree on the menu", TaskCategory::PreEvent),
    ("Order flowers", TaskCategory::PreEvent),
    ("Book the florist's van", TaskCategory::PreEvent),
    ("Print place cards", TaskCategory::PreEvent),
    ("Iron the linen", TaskCategory::PreEvent),
    ("Serve starters", TaskCategory::DuringEvent),
    ("Cut the cake", TaskCategory::DuringEvent),
    ("Confirm allergies with the kitchen", TaskCategory::PreEvent),
    ("Send the invoice", TaskCategory::PostEvent),
    ("Ask for a review", TaskCategory::PostEvent),
];
const IN_ORDER: usize = 7;

/// An office in the making.
pub(super) struct Work {
    now: DateTime<Utc>,
    resources: Vec<Resource>,
    /// The bookings of each resource.
    entries: Vec<Vec<Change>>,
}

impl Work {
    /// As many resources as an office with so many events needs: each is on one event every other day.
    pub fn new(events: u32, now: DateTime<Utc>) -> Self {
        let resources: Vec<_> = (0..2 * HELD * events.div_ceil(ROUND)).map(resource).collect();
        let entries = resources.iter().map(|_| Vec::new()).collect();
        Self { now, resources, entries }
    }

    pub fn resources(&self) -> Vec<Change> {
        self.resources.iter().flat_map(|resource| Plan::creating(resource).changes).collect()
    }

    /// Events with their clients and tasks, in the order in which they can be written; notes who is on them.
    pub fn events(&mut self, from: u32, until: u32) -> Vec<Change> {
        let (mut clients, mut events) = (Vec::new(), Vec::new());
        let (mut tasks, mut order) = (Vec::new(), Vec::new());
        let mut client = None;
        for i in from..until {
            let client = client_at(i, i == from, &mut client, &mut clients);
            let event = event(i, self.now, client);
            let own = self.tasks(i, &event);
            for pair in own[..IN_ORDER].windows(2) {
                let edge = TaskDependency::new(event.id, pair[1].id, pair[0].id);
                order.extend(Plan::creating(&edge).changes);
            }
            self.book(i, &event, own[IN_ORDER].id);
            tasks.extend(own.iter().flat_map(|task| Plan::creating(task).changes));
            events.extend(Plan::creating(&event).changes);
        }
        // Runs of one kind are written as one statement each.
        [clients, events, tasks, order].concat()
    }

    /// The bookings of a few resources at a time: the guard sweeps whole schedules, so each goes in once.
    pub fn bookings(self) -> impl Iterator<Item = Vec<Change>> {
        let mut entries = self.entries;
        std::iter::from_fn(move || {
            let rest = entries.split_off(entries.len().min(RESOURCES_A_COMMAND));
            let some = std::mem::replace(&mut entries, rest);
            (!some.is_empty()).then(|| some.concat())
        })
    }

    /// Which resources the `i`-th event has. Its day comes again every [`ROUND`] events, so that two events of one day
    /// or of two days in a row share none.
    fn held(&self, i: u32) -> impl Iterator<Item = usize> + use<> {
        let half = self.resources.len() / 2;
        let odd = (i.wrapping_mul(super::DAY_STRIDE) % ROUND) % 2;
        let first = (i / ROUND * HELD) as usize + half * odd as usize;
        first..first + HELD as usize
    }

    fn book(&mut self, i: u32, event: &Event, task: Uuid) {
        for (place, number) in self.held(i).enumerate() {
            let resource = &self.resources[number];
            let entry = ScheduleEntry {
                id: Uuid::now_v7(),
                resource_id: resource.id,
                event_id: Some(event.id),
                // The second person helps with the task that waits for nothing.
                task_id: (place == 1).then_some(task),
                kind: EntryKind::Assignment,
                quantity: (resource.quantity + 1) / 2,
                starts_at: event.starts_at,
                ends_at: event.ends_at,
                pool_size: None,
                note: None,
                override_reason: None,
                override_by: None,
                created_by: None,
                created_at: None,
                updated_at: None,
            };
            self.entries[number].extend(Plan::creating(&entry).changes);
        }
    }

    fn tasks(&self, i: u32, event: &Event) -> Vec<Task> {
        let staff: Vec<usize> = self.held(i).filter(|n| is_person(*n)).collect();
        let task = |place: usize| {
            let (title, category) = TASKS[place];
            let due_at = due(event, place);
            // Of some events the loose ends are still open.
            let forgotten = place >= IN_ORDER && i.is_multiple_of(20) && !event.is_archived;
            let status = match due_at {
                at if at < self.now && !forgotten => TaskStatus::Completed,
                at if place == IN_ORDER && at < self.now + Duration::days(3) => {
                    TaskStatus::InProgress
                }
                _ => TaskStatus::Pending,
            };
            Task {
                id: Uuid::now_v7(),
                event_id: event.id,
                title: title.to_owned(),
                description: (place == 3)
                    .then(|| "One card a guest, names as on the list.".to_owned()),
                due_at: Some(due_at),
                status,
                category,
                assigned_to: (!(i as usize + place).is_multiple_of(5))
                    .then(|| self.resources[staff[place % staff.len()]].id),
                completed_at: None,
                completed_by: None,
                created_by: None,
                created_at: None,
                updated_at: None,
            }
        };
        (0..TASKS.len()).map(task).collect()
    }
}

/// Later for each of those that wait for the one before.
fn due(event: &Event, place: usize) -> DateTime<Utc> {
    let days = |days: usize| Duration::days(i64::try_from(days).unwrap_or(0));
    match place {
        0..5 => event.starts_at - days(30 - 6 * place),
        5 => event.starts_at + Duration::hours(1),
        6 => event.ends_at,
        7 => event.starts_at - days(2),
        _ => event.ends_at + days(7 * (place - 7)),
    }
}

/// Four of the six that an event has are people, one is a thing and one a stock.
fn is_person(number: usize) -> bool {
    number % (HELD as usize) < 4
}

fn resource(i: u32) -> Resource {
    let (kind, name, role, quantity) = match i % HELD {
        4 => (ResourceType::Equipment, format!("{} {i}", pick(THINGS, i / HELD, 5)), None, 1),
        5 => (ResourceType::Materials, format!("{} {i}", pick(STOCKS, i / HELD, 3)), None, 200),
        _ => {
            let name = format!("{} {} {i}", pick(FIRST_NAMES, i, 5), pick(COMPANIES, i, 7));
            (ResourceType::Staff, name, Some((*pick(ROLES, i, 3)).to_owned()), 1)
        }
    };
    Resource {
        id: Uuid::now_v7(),
        name,
        kind,
        role,
        quantity,
        setup_minutes: if kind == ResourceType::Staff { 0 } else { 60 },
        teardown_minutes: if kind == ResourceType::Staff { 30 } else { 60 },
        is_available: true,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}
