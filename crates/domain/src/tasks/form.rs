//! A task as a form shows it, and what filling in such a form plans.

use super::batch::must_be_staff;
use super::{EventTasks, Task, TaskCategory, TaskDependency, TaskStatus, graph};
use crate::change::{Plan, merge};
use crate::events::Event;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::resources::Resource;
use crate::text::TextField;
use crate::time::{self, Choice, WallVerdict};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const TITLE: TextField = TextField::line("title", "the task’s title", 255);
pub(crate) const DESCRIPTION: TextField =
    TextField::lines("description", "the description", 10_000);

/// A task as typed: due on the event's clock, text as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TaskForm {
    /// What is to be done.
    pub title: String,
    /// How.
    pub description: Option<String>,
    /// `YYYY-MM-DDTHH:MM` in the event's zone; nothing while there is no deadline.
    pub due_local: Option<String>,
    /// Which moment is meant, where the clocks skip or repeat `due_local`.
    pub due_choice: Option<Choice>,
    /// Before, during or after the event.
    pub category: TaskCategory,
    /// The staff resource that does it.
    pub assigned_to: Option<Uuid>,
    /// The tasks of the same event that it waits for.
    pub prerequisites: Vec<Uuid>,
}

impl TaskForm {
    /// The form that shows `task`; handed back unchanged, it plans nothing.
    #[must_use]
    pub fn of(task: &Task, event: &Event, tasks: &EventTasks) -> Self {
        // A zone that only the server knows still has to open; the date cannot be changed then.
        let tz = time::zone(&event.time_zone).unwrap_or(Tz::UTC);
        let due = task.due_at.map(|due| time::wall_text(due, tz));
        let (due_local, due_choice) =
            due.map_or((None, None), |(text, choice)| (Some(text), choice));
        let edges = tasks.dependencies.iter().filter(|edge| edge.task_id == task.id);
        Self {
            title: task.title.clone(),
            description: task.description.clone(),
            due_local,
            due_choice,
            category: task.category,
            assigned_to: task.assigned_to,
            prerequisites: edges.map(|edge| edge.prerequisite_id).collect(),
        }
    }

    fn due(&self, event: &Event) -> Result<Option<DateTime<Utc>>, Refusal> {
        let Some(text) = self.due_text() else { return Ok(None) };
        due_at(event, text, self.due_choice).map(Some)
    }

    fn due_text(&self) -> Option<&str> {
        self.due_local.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether `other` shows the same moment; a choice left out means the one that `other` made.
    fn same_due(&self, other: &Self) -> bool {
        let (one, two) = (self.due_text(), other.due_text());
        let same_text = match (one.and_then(time::parse_local), two.and_then(time::parse_local)) {
            (Some(a), Some(b)) => a == b,
            _ => one == two,
        };
        same_text && (self.due_choice.is_none() || self.due_choice == other.due_choice)
    }
}

fn due_at(event: &Event, text: &str, choice: Option<Choice>) -> Result<DateTime<Utc>, Refusal> {
    let tz = time::zone(&event.time_zone)?;
    let due = time::wall_instant("due_local", text, choice, tz)?;
    if time::in_range(due) {
        return Ok(due);
    }
    let date = time::long_date(due.with_timezone(&tz).naive_local());
    Err(Refusal::OutOfRangeDate { field: "due_local", date })
}

/// What a due date is on the event's clock, while somebody types.
#[must_use]
pub fn check_due(event: &Event, due_local: &str, due_choice: Option<Choice>) -> WallVerdict {
    WallVerdict::of(due_at(event, due_local, due_choice))
}

/// Plans a new task of `event`, pending, after all its prerequisites. `assignee` is the resource that the form names.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::NotPermitted`], what is wrong with the first field that cannot be taken,
/// [`Refusal::PrerequisiteSelf`], [`Refusal::PrerequisiteElsewhere`].
pub fn plan_create(
    may: &Permissions,
    event: &Event,
    task_id: Uuid,
    form: &TaskForm,
    assignee: Option<&Resource>,
    tasks: &EventTasks,
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    may.require("tasks.create")?;
    let task = Task {
        id: task_id,
        event_id: event.id,
        title: TITLE.required(&form.title)?,
        description: DESCRIPTION.optional(form.description.as_deref())?,
        due_at: form.due(event)?,
        status: TaskStatus::Pending,
        category: form.category,
        assigned_to: found(form.assigned_to, assignee)?,
        completed_at: None,
        completed_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    };
    if task.assigned_to.is_some() {
        may.require("tasks.assign")?;
    }
    let added = plan_prerequisites(may, &task, &[], &form.prerequisites, tasks)?;
    Ok(Plan::creating(&task).and(added))
}

/// Plans what was changed between `base`, the form as it was opened, and `form`, as it was handed in.
///
/// `task` is the task now, `assignee` the resource that `form` names; see [`crate::events::plan_edit`] for what happens
/// to fields that others changed.
///
/// # Errors
/// As [`plan_create`], and [`Refusal::PrerequisiteCircle`], [`Refusal::DependencyOpen`].
pub fn plan_edit(
    may: &Permissions,
    event: &Event,
    task: &Task,
    base: &TaskForm,
    form: &TaskForm,
    assignee: Option<&Resource>,
    tasks: &EventTasks,
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    let (mut seen, mut wanted) = (task.clone(), task.clone());
    if base.title != form.title {
        let (old, new) = (TITLE.required(&base.title)?, TITLE.required(&form.title)?);
        merge(old, new, &mut seen.title, &mut wanted.title);
    }
    if base.description != form.description {
        let new = DESCRIPTION.optional(form.description.as_deref())?;
        let old = DESCRIPTION.optional(base.description.as_deref())?;
        merge(old, new, &mut seen.description, &mut wanted.description);
    }
    if !form.same_due(base) {
        let now = TaskForm::of(task, event, tasks);
        // A form shows minutes; what it leaves alone keeps its seconds.
        let old = if base.same_due(&now) { task.due_at } else { base.due(event)? };
        merge(old, form.due(event)?, &mut seen.due_at, &mut wanted.due_at);
    }
    merge(base.category, form.category, &mut seen.category, &mut wanted.category);
    if wanted != *task {
        may.require("tasks.edit")?;
    }
    if base.assigned_to != form.assigned_to {
        let new = found(form.assigned_to, assignee)?;
        merge(base.assigned_to, new, &mut seen.assigned_to, &mut wanted.assigned_to);
        may.require("tasks.assign")?;
    }
    let linked = plan_prerequisites(may, task, &base.prerequisites, &form.prerequisites, tasks)?;
    Ok(Plan::changing(&seen, &wanted).and(linked))
}

/// The person that `wanted` names, where that is who was found.
fn found(wanted: Option<Uuid>, assignee: Option<&Resource>) -> Result<Option<Uuid>, Refusal> {
    let Some(wanted) = wanted else { return Ok(None) };
    let Some(resource) = assignee.filter(|resource| resource.id == wanted) else {
        return Err(Refusal::Gone { field: "assigned_to", what: "person" });
    };
    must_be_staff(resource)?;
    Ok(Some(wanted))
}

/// Plans what `task` waits for: what the form no longer has goes, what it has beyond `base` comes.
fn plan_prerequisites(
    may: &Permissions,
    task: &Task,
    base: &[Uuid],
    wanted: &[Uuid],
    tasks: &EventTasks,
) -> Result<Plan, Refusal> {
    let own = |id: &Uuid| {
        tasks.dependencies.iter().find(|e| e.task_id == task.id && e.prerequisite_id == *id)
    };
    let dropped: Vec<&TaskDependency> =
        base.iter().filter(|id| !wanted.contains(id)).filter_map(own).collect();
    let mut added: Vec<TaskDependency> = Vec::new();
    for id in wanted.iter().filter(|id| !base.contains(id) && own(id).is_none()) {
        if added.iter().all(|edge| edge.prerequisite_id != *id) {
            added.push(TaskDependency::new(task.event_id, task.id, *id));
        }
    }
    if !dropped.is_empty() || !added.is_empty() {
        may.require("tasks.edit")?;
    }
    let mut edges = graph::edges(&tasks.dependencies);
    edges.retain(|edge| !dropped.iter().any(|d| (d.task_id, d.prerequisite_id) == *edge));
    for edge in &added {
        must_be_waited_for(task, edge, &edges, tasks)?;
        edges.push((edge.task_id, edge.prerequisite_id));
    }
    let plan = dropped.into_iter().fold(Plan::nothing(), |plan, e| plan.and(Plan::deleting(e)));
    Ok(added.iter().fold(plan, |plan, e| plan.and(Plan::creating(e))))
}

/// Passes where `task` can wait as `edge` says, beside all other `edges`.
fn must_be_waited_for(
    task: &Task,
    edge: &TaskDependency,
    edges: &[(Uuid, Uuid)],
    tasks: &EventTasks,
) -> Result<(), Refusal> {
    if edge.prerequisite_id == task.id {
        return Err(Refusal::PrerequisiteSelf { task: task.title.clone() });
    }
    let Some(prerequisite) = tasks.find(edge.prerequisite_id) else {
        return Err(Refusal::PrerequisiteElsewhere);
    };
    if let Some(circle) = graph::circle(edges, (task.id, prerequisite.id)) {
        let title = |id: &Uuid| tasks.find(*id).map_or_else(String::new, |t| t.title.clone());
        return Err(Refusal::PrerequisiteCircle { path: circle.iter().map(title).collect() });
    }
    if task.status.is_started() && prerequisite.status != TaskStatus::Completed {
        let (task, prerequisite) = (task.title.clone(), prerequisite.title.clone());
        return Err(Refusal::DependencyOpen { task, prerequisite });
    }
    Ok(())
}
