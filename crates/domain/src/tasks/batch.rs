//! What is done to several tasks at once: giving them to somebody, and deleting them with all that hangs on them.

use super::{EventTasks, Task};
use crate::change::Plan;
use crate::events::Event;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::resources::{Resource, ResourceType};
use crate::schedule::ScheduleEntry;
use uuid::Uuid;

/// Plans giving `tasks` of `event` to `assignee`, or to nobody.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::NotPermitted`], [`Refusal::NotStaff`].
pub fn plan_assign(
    may: &Permissions,
    event: &Event,
    tasks: &[Task],
    assignee: Option<&Resource>,
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    may.require("tasks.assign")?;
    if let Some(resource) = assignee {
        must_be_staff(resource)?;
    }
    let assigned_to = assignee.map(|resource| resource.id);
    Ok(tasks.iter().fold(Plan::nothing(), |plan, task| {
        plan.and(Plan::changing(task, &Task { assigned_to, ..task.clone() }))
    }))
}

/// Passes where tasks can be given to `resource`.
pub(super) fn must_be_staff(resource: &Resource) -> Result<(), Refusal> {
    if resource.kind == ResourceType::Staff {
        return Ok(());
    }
    Err(Refusal::NotStaff { resource: resource.name.clone() })
}

/// Plans deleting the tasks `ids` of `event`: first what waits for them and what they wait for is let go and what is
/// `booked` for them released, then they go. A task that is gone already is no obstacle.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::NotPermitted`] for the tasks or for what goes with them.
pub fn plan_delete(
    may: &Permissions,
    event: &Event,
    tasks: &EventTasks,
    booked: &[ScheduleEntry],
    ids: &[Uuid],
) -> Result<Plan, Refusal> {
    event.must_be_live()?;
    may.require("tasks.delete")?;
    let mut plan = Plan::nothing();
    for edge in &tasks.dependencies {
        if ids.contains(&edge.task_id) || ids.contains(&edge.prerequisite_id) {
            may.require("tasks.edit")?;
            plan = plan.and(Plan::deleting(edge));
        }
    }
    for entry in booked {
        if entry.task_id.is_some_and(|id| ids.contains(&id)) {
            may.require("resources.assign")?;
            plan = plan.and(Plan::deleting(entry));
        }
    }
    for task in tasks.tasks.iter().filter(|task| ids.contains(&task.id)) {
        plan = plan.and(Plan::deleting(task));
    }
    Ok(plan)
}
