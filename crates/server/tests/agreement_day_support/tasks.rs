//! Questions about tasks: what waits for what, what starts, what is reopened.

use super::world::{ARCHIVED, Draft, LIVE, OTHER, World, resource};
use super::{Question, pick};
use crate::door_support::{delete, insert_dependency, insert_task, move_task};
use domain::change::Plan;
use domain::events::Event;
use domain::permission::Permissions;
use domain::refusal::Refusal;
use domain::resources::ResourceType;
use domain::schedule::{EntryKind, ScheduleEntry};
use domain::tasks::{
    EventTasks, Task, TaskCategory, TaskDependency, TaskForm, TaskStatus, plan_create, plan_delete,
    plan_edit, plan_status,
};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Tasks in three events, each after some of those before it: in order, or as books bring history in.
pub fn draft(rng: &mut StdRng, draft: &mut Draft) {
    let mut person = resource(ResourceType::Staff, 1, (0, 0));
    if draft.user.is_some() {
        (person.user_id, draft.me) = (draft.user, Some(person.id));
    }
    draft.add(&person);
    let is_history = rng.random_bool(0.35);
    for (event, count) in [(LIVE, 9), (OTHER, 5), (ARCHIVED, 4)] {
        let event_id = draft.events[event];
        let mut tasks: Vec<Task> = Vec::new();
        let mut edges = Vec::new();
        for place in 0..count {
            let mut task = task(event_id, &format!("Task {event}.{place}"));
            let before: Vec<&Task> = tasks.iter().filter(|_| rng.random_bool(0.3)).collect();
            let is_free = before.iter().all(|task| task.status == TaskStatus::Completed);
            task.status = match TaskStatus::all()[rng.random_range(0..3)] {
                _ if !is_free && !is_history => TaskStatus::Pending,
                // Most of what nothing holds back is done, or little would ever be free to start.
                TaskStatus::Pending if rng.random_bool(0.4) => TaskStatus::Completed,
                status => status,
            };
            edges.extend(before.iter().map(|b| TaskDependency::new(event_id, task.id, b.id)));
            // Who is staff works on two of the events, and mostly moves their own tasks.
            let is_mine = draft.me.is_some() && event != OTHER;
            task.assigned_to = (is_mine && rng.random_bool(0.6)).then_some(person.id);
            if is_mine && place == 0 {
                task.assigned_to = Some(person.id);
            }
            tasks.push(task);
        }
        for task in &tasks {
            draft.add(task);
            draft.tasks.push(task.id);
        }
        edges.iter().for_each(|edge| draft.add(edge));
        if event == LIVE {
            draft.add(&booked(draft, &person.id, &pick(rng, &tasks)));
        }
    }
}

fn booked(draft: &Draft, resource_id: &Uuid, task: &Task) -> ScheduleEntry {
    let starts_at = draft.clock.at_noon();
    ScheduleEntry {
        id: Uuid::now_v7(),
        resource_id: *resource_id,
        event_id: Some(task.event_id),
        task_id: Some(task.id),
        kind: EntryKind::Assignment,
        quantity: 1,
        starts_at,
        ends_at: starts_at + chrono::Duration::hours(1),
        pool_size: None,
        note: None,
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

fn task(event_id: Uuid, title: &str) -> Task {
    Task {
        id: Uuid::now_v7(),
        event_id,
        title: title.to_owned(),
        description: None,
        due_at: None,
        status: TaskStatus::Pending,
        category: TaskCategory::PreEvent,
        assigned_to: None,
        completed_at: None,
        completed_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// A random wish about the tasks of a known event.
pub fn question(rng: &mut StdRng, may: &Permissions, world: &World) -> Question {
    let known: Vec<&Event> = world
        .events
        .iter()
        .filter(|event| world.tasks.iter().any(|task| task.event_id == event.id))
        .collect();
    // The first is where most happens; the archived one only ever says no.
    let event = if rng.random_bool(0.8) { known[LIVE] } else { pick(rng, &known) };
    let tasks = world.event_tasks(event.id);
    let mut question = match rng.random_range(0..100) {
        0..45 => edit(rng, may, world, event, &tasks),
        45..55 => create(rng, may, world, event, &tasks),
        55..96 => moves(rng, may, world, event, &tasks),
        _ => remove(rng, may, world, event, &tasks),
    };
    question.about = told(event, &tasks);
    question
}

fn told(event: &Event, tasks: &EventTasks) -> String {
    let tasks_told = tasks.tasks.iter().map(|task| {
        let waits: Vec<&str> = tasks.prerequisites(task.id).map(|p| p.title.as_str()).collect();
        format!("    {} {} {} after {waits:?}\n", task.id, task.title, task.status.as_str())
    });
    format!("    archived: {}\n{}", event.is_archived, tasks_told.collect::<String>())
}

/// Something to wait for: mostly another task of the event, else one elsewhere, nothing that is, or the task itself.
fn prerequisite(rng: &mut StdRng, world: &World, tasks: &EventTasks, of: Uuid) -> Uuid {
    match rng.random_range(0..40) {
        0 => of,
        1 => Uuid::now_v7(),
        2 => pick(rng, &world.every_task),
        _ => pick(rng, &tasks.tasks).id,
    }
}

fn edit(
    rng: &mut StdRng,
    may: &Permissions,
    world: &World,
    event: &Event,
    tasks: &EventTasks,
) -> Question {
    let task = pick(rng, &tasks.tasks);
    let base = TaskForm::of(&task, event, tasks);
    let mut form = base.clone();
    form.prerequisites.retain(|_| rng.random_bool(0.8));
    for _ in 0..pick(rng, &[0, 1, 1, 1, 2, 3]) {
        let wanted = prerequisite(rng, world, tasks, task.id);
        if !form.prerequisites.contains(&wanted) {
            form.prerequisites.push(wanted);
        }
    }
    let edges = tasks.dependencies.iter().filter(|edge| edge.task_id == task.id);
    let dropped = edges.filter(|edge| !form.prerequisites.contains(&edge.prerequisite_id));
    let mut raw: Vec<Value> = dropped.map(|edge| delete("task_dependencies", edge.id)).collect();
    let added = form.prerequisites.iter().filter(|id| !base.prerequisites.contains(id));
    raw.extend(added.map(|id| insert_dependency(Uuid::now_v7(), event.id, task.id, *id)));
    raw.shuffle(rng);
    let planned = plan_edit(may, event, &task, &base, &form, None, tasks);
    Question { command: "task.edit", planned, raw, about: String::new() }
}

fn create(
    rng: &mut StdRng,
    may: &Permissions,
    world: &World,
    event: &Event,
    tasks: &EventTasks,
) -> Question {
    let id = Uuid::now_v7();
    let mut form = TaskForm { title: "New".to_owned(), ..TaskForm::default() };
    for _ in 0..rng.random_range(0..4) {
        let wanted = prerequisite(rng, world, tasks, id);
        if !form.prerequisites.contains(&wanted) {
            form.prerequisites.push(wanted);
        }
    }
    let mut raw = vec![insert_task(id, event.id, "New")];
    let edge = |wanted: &Uuid| insert_dependency(Uuid::now_v7(), event.id, id, *wanted);
    raw.extend(form.prerequisites.iter().map(edge));
    let planned = plan_create(may, event, id, &form, None, tasks);
    Question { command: "task.create", planned, raw, about: String::new() }
}

/// Several tasks moved at once, sometimes of two events.
fn moves(
    rng: &mut StdRng,
    may: &Permissions,
    world: &World,
    event: &Event,
    tasks: &EventTasks,
) -> Question {
    let (mut planned, mut raw) = some_moves(rng, may, world, event, tasks);
    let other = pick(rng, &world.events);
    let others = world.event_tasks(other.id);
    if other.id != event.id && !others.tasks.is_empty() && rng.random_bool(0.2) {
        let (and, more) = some_moves(rng, may, world, &other, &others);
        planned = planned.and_then(|plan| Ok(plan.and(and?)));
        raw.extend(more);
    }
    raw.shuffle(rng);
    Question { command: "task.move", planned, raw, about: String::new() }
}

fn some_moves(
    rng: &mut StdRng,
    may: &Permissions,
    world: &World,
    event: &Event,
    tasks: &EventTasks,
) -> (Result<Plan, Refusal>, Vec<Value>) {
    let mut moves: Vec<(Uuid, TaskStatus)> = Vec::new();
    for _ in 0..pick(rng, &[1, 1, 2, 2, 3, 5]) {
        let mut id = pick(rng, &tasks.tasks).id;
        // What is one's own is what one mostly asks about.
        let mine: Vec<&Task> =
            tasks.tasks.iter().filter(|task| task.assigned_to.is_some()).collect();
        if world.me.is_some() && !mine.is_empty() && rng.random_bool(0.9) {
            id = pick(rng, &mine).id;
        }
        if rng.random_bool(0.01) {
            id = Uuid::now_v7();
        }
        moves.push((id, pick(rng, TaskStatus::all())));
        // Mostly together with what it waits for: a set that is in order as a set.
        if rng.random_bool(0.5) {
            let before = tasks.prerequisites(id).map(|task| (task.id, TaskStatus::Completed));
            moves.extend(before);
        }
    }
    let planned = plan_status(may, world.me, event, tasks, &moves);
    let last: BTreeMap<Uuid, TaskStatus> = moves.into_iter().collect();
    let raw = last.into_iter().filter_map(|(id, to)| {
        let from = tasks.find(id).map_or(TaskStatus::Pending, |task| task.status);
        let stays = tasks.find(id).is_some() && from == to;
        (!stays).then(|| move_task(id, from.as_str(), to.as_str()))
    });
    let raw: Vec<Value> = raw.collect();
    // What is asked of nothing is not refused either.
    (if raw.is_empty() { Ok(Plan::nothing()) } else { planned }, raw)
}

fn remove(
    rng: &mut StdRng,
    may: &Permissions,
    world: &World,
    event: &Event,
    tasks: &EventTasks,
) -> Question {
    let ids = [pick(rng, &tasks.tasks).id, pick(rng, &tasks.tasks).id];
    let edges = tasks.dependencies.iter();
    let edges = edges.filter(|e| ids.contains(&e.task_id) || ids.contains(&e.prerequisite_id));
    let mut raw: Vec<Value> = edges.map(|edge| delete("task_dependencies", edge.id)).collect();
    let entries = world.entries.iter();
    let entries = entries.filter(|entry| entry.task_id.is_some_and(|id| ids.contains(&id)));
    raw.extend(entries.map(|entry| delete("resource_schedule", entry.id)));
    let gone = tasks.tasks.iter().filter(|task| ids.contains(&task.id));
    raw.extend(gone.map(|task| delete("tasks", task.id)));
    let planned = plan_delete(may, event, tasks, &world.entries, &ids);
    let about = json!(ids).to_string();
    Question { command: "task.delete", planned, raw, about }
}
