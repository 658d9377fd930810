//! Questions about the schedule: bookings, blocks, changes of either, events that move, resources that change.

use super::world::{Clock, Draft, LIVE, OTHER, World, resource};
use super::{Area, Asker, Question, pick};
use crate::door_support::{delete, id_of, insert_task, update, with};
use chrono::{Duration, Utc};
use domain::change::Entity;
use domain::events::{self, Event, EventForm, Status};
use domain::permission::{Permissions, Reach, Role};
use domain::resources::{self, Resource, ResourceForm, ResourceType, ResourceUse};
use domain::schedule::{
    Candidate, EntryKind, Load, MovingChoice, ScheduleEntry, Window, WindowForm, conflicts,
    plan_assign, plan_block, plan_change, plan_release, plan_unblock,
};
use domain::tasks::DueTimes;
use domain::time::{self, Choice};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use uuid::Uuid;

const REASON: &str = "Both have agreed.";

/// Resources with bookings that fit, blocks, and some that were let stand; for each kind of event.
pub fn draft(rng: &mut StdRng, area: Area, draft: &mut Draft) {
    for event in [LIVE, OTHER] {
        let (task, event) = (Uuid::now_v7(), draft.events[event]);
        draft.changes.push(insert_task(task, event, "Set up"));
        draft.tasks.push(task);
    }
    let mut stock: Vec<Resource> = Vec::new();
    for place in 0..3 {
        let margins = pick(rng, &[(0, 0), (0, 0), (15, 30), (60, 45), (0, 20), (1440, 1440)]);
        let (kind, quantity) = match area {
            Area::Pools if place == 0 => (ResourceType::Equipment, rng.random_range(1..4)),
            Area::Pools => (ResourceType::Materials, rng.random_range(2..12)),
            _ if place == 1 => (ResourceType::Equipment, 1),
            _ => (ResourceType::Staff, 1),
        };
        stock.push(resource(kind, quantity, margins));
    }
    if draft.user.is_some() {
        // Who is staff is one of the people, or a person beside them.
        if stock[0].kind != ResourceType::Staff {
            stock.push(resource(ResourceType::Staff, 1, (0, 0)));
        }
        let me = stock.iter_mut().find(|r| r.kind == ResourceType::Staff).unwrap();
        (me.user_id, draft.me) = (draft.user, Some(me.id));
    }
    for resource in &stock {
        draft.add(resource);
    }
    if let Some(me) = draft.me {
        let mine = insert_task(Uuid::now_v7(), draft.events[LIVE], "Mine");
        draft.changes.push(with(mine, json!({"assigned_to": me})));
    }
    for resource in &stock {
        let mut load = Load { resource: resource.clone(), entries: Vec::new(), titles: [].into() };
        for _ in 0..rng.random_range(3..8) {
            if let Some(entry) = entry(rng, area, draft, &load) {
                match entry.override_reason {
                    Some(_) => draft.add_later(&entry),
                    None => draft.add(&entry),
                }
                load.entries.push(entry);
            }
        }
        if rng.random_bool(0.15) {
            let (was, set) = (json!({"is_available": true}), json!({"is_available": false}));
            draft.later.push(update("resources", resource.id, was, set));
        }
    }
}

/// One more entry that may stand beside those in `load`, on purpose where it clashes.
fn entry(rng: &mut StdRng, area: Area, draft: &Draft, load: &Load) -> Option<ScheduleEntry> {
    let is_block = rng.random_bool(0.2);
    let window = window(rng, area, draft.clock, load);
    let mut event = pick(rng, &draft.events);
    if draft.me == Some(load.resource.id) && event == draft.events[OTHER] {
        // Of this one, who is staff knows nothing.
        event = draft.events[LIVE];
    }
    let mut entry = ScheduleEntry {
        id: Uuid::now_v7(),
        resource_id: load.resource.id,
        event_id: (!is_block).then_some(event),
        task_id: None,
        kind: if is_block { EntryKind::Block } else { EntryKind::Assignment },
        quantity: rng.random_range(1..=load.resource.quantity),
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        pool_size: None,
        note: is_block.then(|| "Repair".to_owned()),
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    };
    window.check(entry.kind).ok()?;
    if !conflicts(load, &Candidate::of(&entry)).is_empty() {
        // Few of them, or everything would be overbooked.
        if !rng.random_bool(0.3) {
            return None;
        }
        entry.override_reason = Some(REASON.to_owned());
    } else if area == Area::Pools && rng.random_bool(0.2) {
        // What it was let stand beside has been released since.
        entry.override_reason = Some(REASON.to_owned());
    }
    Some(entry)
}

/// Makes some pools smaller, where that goes: then what is over, and what was let stand, is for more than there are.
pub async fn tighten(rng: &mut StdRng, draft: &Draft, asker: &Asker) {
    for change in draft.changes.iter().filter(|c| c["set"]["quantity"].is_number()) {
        let is_one =
            change["table"] != json!("resources") || change["set"]["type"] == json!("staff");
        if is_one || rng.random_bool(0.5) {
            continue;
        }
        let was = change["set"]["quantity"].clone();
        let set = json!({"quantity": rng.random_range(1..12)});
        let id = id_of(&change["id"]);
        let change = update("resources", id, json!({"quantity": was}), set);
        match asker.maker.apply("resource.edit", json!([change])).await {
            Ok(_) => {}
            Err(no) => assert_eq!(no.constraint, "resources_quantity_needed", "{no:?}"),
        }
    }
}

/// A stretch of time: mostly just beside, or just into, something that is booked already.
fn window(rng: &mut StdRng, area: Area, clock: Clock, load: &Load) -> Window {
    let zone = time::zone(clock.zone).unwrap();
    let Resource { setup_minutes, teardown_minutes, .. } = load.resource;
    if load.entries.is_empty() || rng.random_bool(0.35) {
        return typed(rng, area, clock);
    }
    let near = pick(rng, &load.entries);
    let margins = [0, setup_minutes, teardown_minutes, setup_minutes + teardown_minutes];
    let beside = Duration::minutes(i64::from(pick(rng, &margins)));
    let off = Duration::seconds(pick(rng, &[-900, -60, -1, 0, 0, 1, 60]));
    let length = Duration::minutes(pick(rng, &[1, 15, 30, 60, 240]));
    let (starts_at, ends_at) = match rng.random_range(0..5) {
        0 => (near.ends_at + beside + off, near.ends_at + beside + off + length),
        1 => (near.starts_at - beside - off - length, near.starts_at - beside - off),
        2 => (near.starts_at - off, near.ends_at + off),
        3 => (near.starts_at + off, near.starts_at + off + length),
        _ => (near.starts_at, near.ends_at),
    };
    Window { starts_at, ends_at, zone }
}

/// As somebody types it on that night's clock, also where that skips or repeats an hour; seldom what cannot be.
fn typed(rng: &mut StdRng, area: Area, clock: Clock) -> Window {
    let mut noon = time::parse_local(clock.noon).unwrap();
    if area == Area::Pools && rng.random_bool(0.3) {
        noon -= Duration::days(70 * 365);
    }
    let starts = noon + Duration::minutes(15 * rng.random_range(0..96));
    let mut length = Duration::minutes(pick(rng, &[15, 45, 60, 90, 240, 480, 720]));
    if rng.random_bool(0.04) {
        let month = 744 * 60;
        length = Duration::minutes(pick(
            rng,
            &[0, -60, month - 60, month, month + 61, 26_304 * 60, 26_304 * 60 + 61],
        ));
    }
    let mut choice = || Some(pick(rng, &[Choice::Earlier, Choice::Later]));
    let form = WindowForm {
        starts_local: starts.format("%Y-%m-%dT%H:%M").to_string(),
        starts_choice: choice(),
        ends_local: (starts + length).format("%Y-%m-%dT%H:%M").to_string(),
        ends_choice: choice(),
    };
    form.window(clock.zone).unwrap()
}

/// A random wish about what holds the resources of a world.
pub fn question(rng: &mut StdRng, area: Area, may: &Permissions, world: &World) -> Question {
    let resource = pick(rng, &world.resources);
    let asked = Asked { may, world, load: world.load(&resource) };
    let kind = match area {
        Area::Pools => rng.random_range(0..100),
        _ => rng.random_range(30..100),
    };
    let question = match kind {
        0..30 => asked.edited(rng),
        30..60 => Some(asked.assigned(rng, area)),
        60..78 => asked.changed(rng, area),
        78..88 => Some(asked.blocked(rng, area)),
        88..97 => asked.moved(rng),
        _ => asked.given_back(rng),
    };
    // Not everything can be asked of every resource.
    let mut question = question.unwrap_or_else(|| asked.assigned(rng, area));
    let _ = write!(question.about, "{}", asked.told());
    question
}

/// Whoever asks, and the resource that is asked about.
struct Asked<'a> {
    may: &'a Permissions,
    world: &'a World,
    load: Load,
}

impl Asked<'_> {
    fn told(&self) -> String {
        let Resource { id, quantity, setup_minutes, teardown_minutes, is_available, .. } =
            &self.load.resource;
        let mut told = format!(
            "    {id}: {quantity}, setup {setup_minutes}, teardown {teardown_minutes}, available {is_available}\n"
        );
        for e in &self.load.entries {
            let event = e.event_id.and_then(|id| self.world.event(id));
            let event = event.map(|event| (event.status, event.is_archived));
            let stands = e.override_reason.is_some();
            let _ = writeln!(
                told,
                "    {} {:?} {} of {:?} {} – {} for {event:?}, let stand: {stands}",
                e.id, e.kind, e.quantity, e.pool_size, e.starts_at, e.ends_at
            );
        }
        told
    }

    /// How far whoever asks reaches.
    fn reach(&self) -> Reach {
        let role = if self.world.me.is_some() { Role::Staff } else { Role::Administrator };
        Reach::of(role, self.world.me)
    }

    fn quantity(&self, rng: &mut StdRng, area: Area) -> i32 {
        let all = self.load.resource.quantity;
        match area {
            Area::Pools => pick(rng, &[0, -1, 1, 1, 2, all - 1, all, all, all + 1, rng_in(all)]),
            _ if rng.random_bool(0.03) => 2,
            _ => 1,
        }
    }

    fn window(&self, rng: &mut StdRng, area: Area) -> Window {
        let mut window = window(rng, area, self.world.clock, &self.load);
        if rng.random_bool(0.02) {
            let by = Duration::days(pick(rng, &[-80, 80, 64, -36]) * 365);
            (window.starts_at, window.ends_at) = (window.starts_at + by, window.ends_at + by);
        }
        window
    }

    fn assigned(&self, rng: &mut StdRng, area: Area) -> Question {
        // What is called off or filed away says no to everything; what is live is most of what is asked.
        let live =
            self.world.events.iter().filter(|e| !e.is_archived && e.status != Status::Cancelled);
        let live: Vec<&Event> = live.collect();
        let event = match rng.random_bool(0.92) {
            true => pick(rng, &live),
            false => &self.world.events[rng.random_range(0..self.world.events.len())],
        };
        let task = rng.random_bool(0.1).then(|| pick(rng, &self.world.tasks));
        let (quantity, window, id) =
            (self.quantity(rng, area), self.window(rng, area), Uuid::now_v7());
        let reason = rng.random_bool(0.1).then_some(REASON);
        let planned =
            plan_assign(self.may, event, task.as_ref(), id, &self.load, quantity, &window, reason);
        let set = json!({"resource_id": self.load.resource.id, "event_id": event.id,
            "task_id": task.map(|t| t.id), "kind": "assignment", "quantity": quantity,
            "starts_at": window.starts_at, "ends_at": window.ends_at, "override_reason": reason});
        question_of("schedule.assign", planned, vec![inserted(id, set)])
    }

    fn blocked(&self, rng: &mut StdRng, area: Area) -> Question {
        let (quantity, window, id) =
            (self.quantity(rng, area), self.window(rng, area), Uuid::now_v7());
        let reason = rng.random_bool(0.1).then_some(REASON);
        let planned = plan_block(
            self.may,
            self.reach(),
            id,
            &self.load,
            quantity,
            &window,
            Some("Holiday"),
            reason,
        );
        let set = json!({"resource_id": self.load.resource.id, "kind": "block", "quantity": quantity,
            "note": "Holiday", "starts_at": window.starts_at, "ends_at": window.ends_at,
            "override_reason": reason});
        question_of("schedule.block", planned, vec![inserted(id, set)])
    }

    /// Another time, quantity or resource of a booking: more of it, less of it, or something else.
    fn changed(&self, rng: &mut StdRng, area: Area) -> Option<Question> {
        let known = |entry: &&ScheduleEntry| {
            entry.event_id.is_some_and(|id| self.world.event(id).is_some())
        };
        // Seldom one of another resource, which is to become one of this.
        let is_own = rng.random_bool(0.75);
        let of = self
            .world
            .entries
            .iter()
            .filter(|e| (e.resource_id == self.load.resource.id) == is_own);
        let of: Vec<&ScheduleEntry> = of.filter(known).collect();
        if of.is_empty() {
            return None;
        }
        let entry = pick(rng, &of);
        let event = self.world.event(entry.event_id?)?;
        let mut window = Window {
            starts_at: entry.starts_at,
            ends_at: entry.ends_at,
            zone: time::zone(self.world.clock.zone).unwrap(),
        };
        let off = |rng: &mut StdRng| Duration::seconds(pick(rng, &[0, 0, 1, 60, 900, 3600]));
        match rng.random_range(0..6) {
            0 => {}
            // Within what it held, or a little beyond.
            1 | 2 => {
                (window.starts_at, window.ends_at) =
                    (window.starts_at + off(rng), window.ends_at - off(rng))
            }
            3 => {
                (window.starts_at, window.ends_at) =
                    (window.starts_at - off(rng), window.ends_at + off(rng))
            }
            _ => window = self.window(rng, area),
        }
        let quantity = match rng.random_range(0..4) {
            0 => self.quantity(rng, area),
            1 => entry.quantity - 1,
            _ => entry.quantity,
        };
        let kept = entry.override_reason.as_deref();
        let reason =
            pick(rng, &[kept, kept, kept, kept, None, Some(REASON), Some("Another reason.")]);
        let planned = plan_change(self.may, event, entry, &self.load, quantity, &window, reason);
        let set = json!({"resource_id": self.load.resource.id, "quantity": quantity,
            "starts_at": window.starts_at, "ends_at": window.ends_at, "override_reason": reason});
        let question = question_of("schedule.change", planned, vec![placed(entry, set)]);
        Some(Question { about: format!("    of {entry:?}\n"), ..question })
    }

    fn given_back(&self, rng: &mut StdRng) -> Option<Question> {
        let may_be = self.load.entries.iter().filter(|entry| match entry.event_id {
            Some(id) => self.world.event(id).is_some(),
            // What arrives masked is a block of somebody else, or looks like one.
            None => true,
        });
        let may_be: Vec<&ScheduleEntry> = may_be.collect();
        if may_be.is_empty() {
            return None;
        }
        let entry = pick(rng, &may_be);
        let planned = match entry.event_id.and_then(|id| self.world.event(id)) {
            Some(event) => plan_release(self.may, event, std::slice::from_ref(entry)),
            None => plan_unblock(self.may, self.reach(), entry),
        };
        Some(question_of("schedule.release", planned, vec![delete("resource_schedule", entry.id)]))
    }

    /// An event's dates, and with them all that is booked for it.
    fn moved(&self, rng: &mut StdRng) -> Option<Question> {
        let event = self.world.event(self.load.entries.iter().find_map(|entry| entry.event_id)?)?;
        if event.is_archived || event.status == Status::Cancelled {
            return None;
        }
        let by = Duration::minutes(pick(rng, &[-1440, -240, -60, -15, -1, 1, 15, 60, 240, 1440]));
        let longer = Duration::minutes(pick(rng, &[0, 0, 30, -30]));
        let (starts_at, ends_at) = (event.starts_at + by, event.ends_at + by + longer);
        let zone = time::zone(&event.time_zone).unwrap();
        let base = EventForm::of(event);
        let mut form = base.clone();
        (form.starts_local, form.starts_choice) = time::wall_text(starts_at, zone);
        (form.ends_local, form.ends_choice) = time::wall_text(ends_at, zone);
        let loads: Vec<Load> = self.world.resources.iter().map(|r| self.world.load(r)).collect();
        let is_forced = rng.random_bool(0.25);
        let choice = match is_forced {
            true => MovingChoice::Override { reason: REASON.to_owned() },
            false => MovingChoice::Refuse,
        };
        let to_do = self.world.event_tasks(event.id).tasks;
        let choices = (&choice, DueTimes::Along);
        let planned = events::plan_edit(self.may, event, &base, &form, (&loads, &to_do), choices);
        let was = json!({"starts_at": event.starts_at, "ends_at": event.ends_at, "time_zone": event.time_zone});
        let set = json!({"starts_at": starts_at, "ends_at": ends_at, "time_zone": event.time_zone});
        let mut raw = vec![update("events", event.id, was, set)];
        for entry in self.world.entries.iter().filter(|entry| entry.event_id == Some(event.id)) {
            let is_all_of_it = (entry.starts_at, entry.ends_at) == (event.starts_at, event.ends_at);
            let (from, until) = match is_all_of_it {
                true => (starts_at, ends_at),
                false => (entry.starts_at + by, entry.ends_at + by),
            };
            let forced = is_forced.then(|| REASON.to_owned());
            let reason = entry.override_reason.clone().or(forced);
            raw.push(placed(
                entry,
                json!({"starts_at": from, "ends_at": until, "override_reason": reason}),
            ));
        }
        let all = self.world.entries.iter().map(|e| format!("    {e:?}\n"));
        let question = question_of("event.edit", planned, raw);
        Some(Question { about: all.collect(), ..question })
    }

    /// Another quantity, setup or teardown of the resource, or something that has nothing to do with its schedule.
    fn edited(&self, rng: &mut StdRng) -> Option<Question> {
        let resource = &self.load.resource;
        let base = ResourceForm::of(resource);
        let mut form = base.clone();
        for _ in 0..pick(rng, &[1, 1, 2]) {
            match rng.random_range(0..12) {
                0..5 => {
                    form.quantity = pick(
                        rng,
                        &[0, 1, 2, 3, resource.quantity - 1, resource.quantity + 1, 100_001],
                    )
                }
                5..8 => form.setup_minutes = minutes(rng, resource.setup_minutes),
                8..10 => form.teardown_minutes = minutes(rng, resource.teardown_minutes),
                10 => form.is_available = !form.is_available,
                _ => form.kind = pick(rng, ResourceType::all()),
            }
        }
        let used =
            ResourceUse { entries: u32::try_from(self.load.entries.len()).unwrap(), tasks: 0 };
        let planned = resources::plan_edit(self.may, &self.load, used, &base, &form, Utc::now());
        let (mut was, mut set) = (Map::new(), Map::new());
        let (old, new) =
            (serde_json::to_value(&base).unwrap(), serde_json::to_value(&form).unwrap());
        for (column, value) in new.as_object().unwrap() {
            if old[column] != *value {
                was.insert(column.clone(), old[column].clone());
                set.insert(column.clone(), value.clone());
            }
        }
        let is_none = set.is_empty();
        let raw = update("resources", resource.id, json!(was), json!(set));
        (!is_none).then(|| question_of("resource.edit", planned, vec![raw]))
    }
}

fn rng_in(all: i32) -> i32 {
    all / 2 + 1
}

fn minutes(rng: &mut StdRng, now: i32) -> i32 {
    pick(rng, &[0, 15, 30, 60, now - 1, now + 1, now + 15, 1_440, 1_441])
}

fn question_of(
    command: &'static str,
    planned: Result<domain::change::Plan, domain::refusal::Refusal>,
    raw: Vec<Value>,
) -> Question {
    Question { command, planned, raw, about: String::new() }
}

/// A new entry; what is null is left out, as `override_reason: null` would say nothing.
fn inserted(id: Uuid, set: Value) -> Value {
    let set: Map<String, Value> = set
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    json!({"table": "resource_schedule", "id": id, "op": "insert", "set": set})
}

/// A change of an entry's group of columns.
fn placed(entry: &ScheduleEntry, set: Value) -> Value {
    let row = serde_json::to_value(entry).unwrap();
    let mut was = Map::new();
    for column in ScheduleEntry::GROUPS[0] {
        was.insert((*column).to_owned(), row[*column].clone());
    }
    let mut wanted = was.clone();
    wanted.extend(set.as_object().unwrap().clone());
    update("resource_schedule", entry.id, json!(was), json!(wanted))
}
