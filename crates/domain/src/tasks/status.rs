//! Where a task stands, and moving it on: it starts only when all that it waits for is completed.

use super::{EventTasks, Task, graph};
use crate::change::Plan;
use crate::events::Event;
use crate::may::May;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Not begun.
    Pending,
    /// Begun.
    InProgress,
    /// Done.
    Completed,
}

impl TaskStatus {
    /// Every status, in order.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::Pending, Self::InProgress, Self::Completed]
    }

    /// The status as screens name it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
        }
    }

    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }

    /// The status that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().iter().copied().find(|status| status.as_str() == text)
    }

    /// Whether work on it has begun: then all that it waits for is completed.
    #[must_use]
    pub const fn is_started(self) -> bool {
        !matches!(self, Self::Pending)
    }
}

/// When a task is done, as seen from its event.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskCategory {
    /// Before it.
    #[default]
    PreEvent,
    /// During it.
    DuringEvent,
    /// After it.
    PostEvent,
}

impl TaskCategory {
    /// Every category, in order of time.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::PreEvent, Self::DuringEvent, Self::PostEvent]
    }

    /// The category as screens name it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PreEvent => "Before the event",
            Self::DuringEvent => "During the event",
            Self::PostEvent => "After the event",
        }
    }

    /// As the database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreEvent => "pre_event",
            Self::DuringEvent => "during_event",
            Self::PostEvent => "post_event",
        }
    }

    /// The category that the database spells so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().iter().copied().find(|category| category.as_str() == text)
    }
}

/// Plans moving tasks of `event`, each to its status, judged as the set that they become: a task and what it waits for
/// may be completed in one go. `me` is the caller's own resource.
///
/// Judged is what would get worse: starting what waits, reopening what others built on. History that was imported out
/// of order stays as it is. Of several moves of one task the last counts; tasks that already stand there are left alone.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::Gone`], [`Refusal::NotPermitted`] or [`Refusal::OnlyOwnTasks`],
/// [`Refusal::PrerequisitesOpen`], [`Refusal::DependantsStarted`].
pub fn plan_status(
    may: &Permissions,
    me: Option<Uuid>,
    event: &Event,
    tasks: &EventTasks,
    moves: &[(Uuid, TaskStatus)],
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    let now: HashMap<Uuid, TaskStatus> = tasks.tasks.iter().map(|t| (t.id, t.status)).collect();
    let mut then = now.clone();
    for (id, to) in moves {
        let Some(status) = then.get_mut(id) else {
            return Err(Refusal::Gone { field: "task_id", what: "task" });
        };
        *status = *to;
    }
    let moved = |task: &Task| then[&task.id] != task.status;
    for task in tasks.tasks.iter().filter(|task| moved(task)) {
        must_be_own_or_permitted(may, me, tasks, task)?;
    }
    must_stay_in_order(tasks, &now, &then)?;
    let in_order = graph::prerequisites_first(tasks).into_iter().filter(|task| moved(task));
    Ok(in_order.fold(Plan::nothing(), |plan, task| {
        plan.and(Plan::changing(task, &Task { status: then[&task.id], ..task.clone() }))
    }))
}

/// Passes where no task starts before, and none is reopened after, what it belongs with.
fn must_stay_in_order(
    tasks: &EventTasks,
    now: &HashMap<Uuid, TaskStatus>,
    then: &HashMap<Uuid, TaskStatus>,
) -> Result<(), Refusal> {
    let done = |status: TaskStatus| status == TaskStatus::Completed;
    let starts = |id: Uuid| !now[&id].is_started() && then[&id].is_started();
    let reopens = |id: Uuid| done(now[&id]) && !done(then[&id]);
    let known = |id: &Uuid| then.contains_key(id);
    let edges = graph::edges(&tasks.dependencies);
    let broken: Vec<(Uuid, Uuid)> = edges
        .into_iter()
        .filter(|(task, prerequisite)| known(task) && known(prerequisite))
        .filter(|(task, prerequisite)| then[task].is_started() && !done(then[prerequisite]))
        .collect();
    let titles = |ids: Vec<Uuid>| -> Vec<String> {
        let named = tasks.tasks.iter().filter(|task| ids.contains(&task.id));
        named.map(|task| task.title.clone()).collect()
    };
    let title = |id: Uuid| titles(vec![id]).pop().unwrap_or_default();
    if let Some((task, _)) = broken.iter().find(|(task, _)| starts(*task)) {
        let open = broken.iter().filter(|(t, _)| t == task).map(|(_, p)| *p).collect();
        return Err(Refusal::PrerequisitesOpen { task: title(*task), open: titles(open) });
    }
    if let Some((_, reopened)) = broken.iter().find(|(_, p)| reopens(*p)) {
        let started = broken.iter().filter(|(_, p)| p == reopened).map(|(t, _)| *t).collect();
        let (task, started) = (title(*reopened), titles(started));
        return Err(Refusal::DependantsStarted { task, started });
    }
    Ok(())
}

/// Passes where the caller may move `task` at all.
fn must_be_own_or_permitted(
    may: &Permissions,
    me: Option<Uuid>,
    tasks: &EventTasks,
    task: &Task,
) -> Result<(), Refusal> {
    if may.may("tasks.status") {
        return Ok(());
    }
    if !may.may("tasks.status_own") {
        return Err(Refusal::not_permitted("tasks.status"));
    }
    let own = tasks.mine.contains(&task.id) || (me.is_some() && task.assigned_to == me);
    if own { Ok(()) } else { Err(Refusal::OnlyOwnTasks) }
}

/// What may be done with one task now, with the reason for each that may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskMay {
    /// Change its details and what it waits for.
    pub edit: May,
    /// Give it to somebody.
    pub assign: May,
    /// Delete it.
    pub delete: May,
    /// Move it to each status that it does not have.
    pub moves: Vec<MoveMay>,
}

/// Whether a task may move to one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MoveMay {
    /// The status.
    pub to: TaskStatus,
    /// The verdict.
    pub may: May,
}

/// The verdict on everything that can be done with `task`.
#[must_use]
pub fn verdicts(
    may: &Permissions,
    me: Option<Uuid>,
    event: &Event,
    tasks: &EventTasks,
    task: &Task,
) -> TaskMay {
    let live = |permission| event.must_be_live().and_then(|()| may.require(permission));
    let others = TaskStatus::all().iter().copied().filter(|to| *to != task.status);
    let moves = others.map(|to| {
        let outcome = plan_status(may, me, event, tasks, &[(task.id, to)]);
        MoveMay { to, may: May::of(&outcome.map(drop)) }
    });
    TaskMay {
        edit: May::of(&live("tasks.edit")),
        assign: May::of(&live("tasks.assign")),
        delete: May::of(&live("tasks.delete")),
        moves: moves.collect(),
    }
}

/// What may be done with the tasks of one event, whichever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TasksMay {
    /// Add one.
    pub create: May,
    /// Change them.
    pub edit: May,
    /// Delete them.
    pub delete: May,
    /// Give them to people.
    pub assign: May,
    /// Move them on, or at least one's own.
    pub status: May,
}

impl TasksMay {
    /// Nothing may be done, for one and the same reason.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        let no = || May::refused(reason);
        Self { create: no(), edit: no(), delete: no(), assign: no(), status: no() }
    }
}

impl MoveMay {
    /// No move is possible, for one and the same reason.
    #[must_use]
    pub fn refused(reason: &str) -> Vec<Self> {
        let no = |to: &TaskStatus| Self { to: *to, may: May::refused(reason) };
        TaskStatus::all().iter().map(no).collect()
    }
}

/// The verdict on what can be done with the tasks of `event`.
#[must_use]
pub fn event_verdicts(may: &Permissions, event: &Event) -> TasksMay {
    let live = |permission| May::of(&event.must_be_live().and_then(|()| may.require(permission)));
    let status = if may.may("tasks.status_own") { "tasks.status_own" } else { "tasks.status" };
    TasksMay {
        create: live("tasks.create"),
        edit: live("tasks.edit"),
        delete: live("tasks.delete"),
        assign: live("tasks.assign"),
        status: live(status),
    }
}
