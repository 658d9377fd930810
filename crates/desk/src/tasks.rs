//! Tasks: lists and an event's tasks from the local copy, changes through the door.

use crate::error::ActionError;
use crate::events::{find as find_event, find_or_why};
use crate::open::Desk;
use crate::view::Applied;
use domain::change::Plan;
use domain::events::Event;
use domain::permission::Reach;
use domain::resources::Resource;
use domain::tasks::{self, EventTasks, Task};
pub use domain::tasks::{MoveMay, TaskForm, TaskStatus, TasksMay};
use domain::time::Choice;
pub use domain::time::WallVerdict;
use replica::{BookingRow, NEWER, TaskLink, Viewer};
pub use replica::{TaskCounts, TaskListInput, TaskListPage, TaskRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An event whose tasks are asked for.
pub use crate::events::EventRef;

/// The tasks of one event.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventTaskList {
    /// By category, what comes first first.
    pub tasks: Vec<EventTask>,
    /// What may be done.
    pub may: TasksMay,
}

/// A task on its event's page.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventTask {
    /// As lists show it.
    pub row: TaskRow,
    /// What to do, at length.
    pub description: Option<String>,
    /// What it waits for.
    pub prerequisites: Vec<TaskLink>,
    /// What waits for it.
    pub dependants: Vec<TaskLink>,
    /// Where it may move, with the reason where it may not.
    pub may_move: Vec<MoveMay>,
    /// Completed although a prerequisite is not: so it came out of an office's old books.
    pub finished_out_of_order: bool,
    /// Who and what is booked for it.
    pub bookings: Vec<BookingRow>,
}

/// A new task.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new task's id.
    pub task_id: Uuid,
    /// Whose task it is.
    pub event_id: Uuid,
    /// As typed.
    pub form: TaskForm,
}

/// Changes to a task.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskEdit {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub task_id: Uuid,
    /// As typed.
    pub form: TaskForm,
    /// As the form was opened.
    pub base: TaskForm,
}

/// Tasks to delete.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskDelete {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub task_ids: Vec<Uuid>,
}

/// A task and where it is to stand.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskMoveTo {
    /// Which.
    pub task_id: Uuid,
    /// Where.
    pub to: TaskStatus,
}

/// Tasks to start, complete or reopen, all or none.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskMove {
    /// The command's id.
    pub command_id: Uuid,
    /// Which, and where to.
    pub moves: Vec<TaskMoveTo>,
}

/// Tasks to hand to somebody.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskAssign {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub task_ids: Vec<Uuid>,
    /// The member of staff; none takes it from whoever has it.
    pub assigned_to: Option<Uuid>,
}

/// A due time somebody is typing.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct TaskDueCheck {
    /// In whose zone.
    pub event_id: Uuid,
    /// As typed.
    pub due_local: String,
    /// Which of two times it means.
    pub due_choice: Option<Choice>,
}

/// Who looks, and when.
///
/// # Errors
/// Only a fault of the local copy.
pub(crate) async fn viewer(desk: &Desk) -> Result<Viewer, ActionError> {
    let mine = my_resource(desk).await?;
    Ok(Viewer::of(mine, desk.now(), &desk.time_zone()))
}

/// How far the person reaches.
pub(crate) async fn reach(desk: &Desk) -> Result<Reach, ActionError> {
    Ok(Reach::of(desk.role(), my_resource(desk).await?))
}

/// The person's own entry among the staff.
pub(crate) async fn my_resource(desk: &Desk) -> Result<Option<Uuid>, ActionError> {
    let me = desk.whoami().user_id;
    desk.read(|replica| async move { replica.linked_resource(me).await }).await
}

/// Tasks by filter, sorted, a window of them.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn task_list(desk: &Desk, input: TaskListInput) -> Result<TaskListPage, ActionError> {
    let (input, viewer) = (&input, &viewer(desk).await?);
    desk.read(|replica| async move { replica.task_list(input, viewer).await }).await
}

/// How many tasks there are to do.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn task_counts(desk: &Desk) -> Result<TaskCounts, ActionError> {
    let viewer = &viewer(desk).await?;
    desk.read(|replica| async move { replica.task_counts(viewer).await }).await
}

/// The tasks of one event, with what may be done with each.
///
/// # Errors
/// `not_found`.
pub async fn event_tasks(desk: &Desk, input: EventRef) -> Result<EventTaskList, ActionError> {
    let (id, viewer) = (input.event_id, viewer(desk).await?);
    let event = find_or_why(desk, id).await?;
    let parts = desk.read(|replica| async move { replica.event_tasks(id, &viewer).await }).await?;
    let all = tasks_of(desk, id, viewer.resource_id).await?;
    let permissions = desk.permissions();
    let moves = |task_id| match (&event, all.find(task_id)) {
        (Err(why), _) => MoveMay::refused(why),
        (Ok(event), Some(task)) => {
            tasks::verdicts(&permissions, viewer.resource_id, event, &all, task).moves
        }
        (Ok(_), None) => MoveMay::refused(NEWER),
    };
    let tasks = parts.into_iter().map(|part| EventTask {
        may_move: moves(part.row.id),
        row: part.row,
        description: part.description,
        prerequisites: part.prerequisites,
        dependants: part.dependants,
        finished_out_of_order: part.finished_out_of_order,
        bookings: part.bookings,
    });
    let may = match &event {
        Ok(event) => tasks::event_verdicts(&permissions, event),
        Err(why) => TasksMay::refused(why),
    };
    Ok(EventTaskList { tasks: tasks.collect(), may })
}

/// What a due time means, while somebody types.
///
/// # Errors
/// `not_found` for the event; whatever is wrong with the time is part of the verdict.
pub async fn task_due_check(desk: &Desk, input: TaskDueCheck) -> Result<WallVerdict, ActionError> {
    let event = find_event(desk, input.event_id).await?;
    Ok(tasks::check_due(&event, &input.due_local, input.due_choice))
}

/// Creates a task.
///
/// # Errors
/// What is wrong with the form, or the door's refusal.
pub async fn task_create(desk: &Desk, input: TaskCreate) -> Result<Applied, ActionError> {
    let TaskCreate { command_id, task_id, event_id, form } = input;
    let event = find_event(desk, event_id).await?;
    let all = tasks_of(desk, event_id, None).await?;
    let assignee = staff(desk, form.assigned_to).await?;
    let may = desk.permissions();
    let plan = tasks::plan_create(&may, &event, task_id, &form, assignee.as_ref(), &all)?;
    desk.apply("task.create", command_id, &form.title, plan).await
}

/// Changes a task; only what the form changed.
///
/// # Errors
/// What is wrong with the form, a conflict with both values, or the door's refusal.
pub async fn task_edit(desk: &Desk, input: TaskEdit) -> Result<Applied, ActionError> {
    let TaskEdit { command_id, task_id, form, base } = input;
    let task = find(desk, task_id).await?;
    let event = find_event(desk, task.event_id).await?;
    let all = tasks_of(desk, task.event_id, None).await?;
    let assignee = staff(desk, form.assigned_to).await?;
    let may = desk.permissions();
    let plan = tasks::plan_edit(&may, &event, &task, &base, &form, assignee.as_ref(), &all)?;
    desk.apply("task.edit", command_id, &task.title, plan).await
}

/// Starts, completes or reopens tasks: all of them or none.
///
/// # Errors
/// A refusal that names the prerequisites or dependants in the way.
pub async fn task_move(desk: &Desk, input: TaskMove) -> Result<Applied, ActionError> {
    let me = my_resource(desk).await?;
    let ids: Vec<Uuid> = input.moves.iter().map(|m| m.task_id).collect();
    let wanted: BTreeMap<Uuid, TaskStatus> =
        input.moves.iter().map(|m| (m.task_id, m.to)).collect();
    let may = desk.permissions();
    let (plan, subject) = by_event(desk, &ids, me, |event, all, tasks| {
        let moves: Vec<_> = tasks.iter().map(|task| (task.id, wanted[&task.id])).collect();
        tasks::plan_status(&may, me, event, all, &moves)
    })
    .await?;
    desk.apply("task.move", input.command_id, &subject, plan).await
}

/// Hands tasks to a member of staff, or takes them back.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn task_assign(desk: &Desk, input: TaskAssign) -> Result<Applied, ActionError> {
    let assignee = staff(desk, input.assigned_to).await?;
    let may = desk.permissions();
    let (plan, subject) = by_event(desk, &input.task_ids, None, |event, _, tasks| {
        tasks::plan_assign(&may, event, tasks, assignee.as_ref())
    })
    .await?;
    desk.apply("task.assign", input.command_id, &subject, plan).await
}

/// Deletes tasks, with what they waited for and who was booked for them.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn task_delete(desk: &Desk, input: TaskDelete) -> Result<Applied, ActionError> {
    let ids = &input.task_ids;
    let booked = desk.read(|replica| async move { replica.entries_of_tasks(ids).await }).await?;
    let may = desk.permissions();
    let (plan, subject) = by_event(desk, ids, None, |event, all, tasks| {
        let ids: Vec<Uuid> = tasks.iter().map(|task| task.id).collect();
        tasks::plan_delete(&may, event, all, &booked, &ids)
    })
    .await?;
    desk.apply("task.delete", input.command_id, &subject, plan).await
}

/// Plans for tasks of one event or several, event by event; answers also what to call them.
async fn by_event(
    desk: &Desk,
    ids: &[Uuid],
    me: Option<Uuid>,
    plan: impl Fn(&Event, &EventTasks, &[Task]) -> Result<Plan, domain::refusal::Refusal>,
) -> Result<(Plan, String), ActionError> {
    let tasks = desk.read(|replica| async move { replica.tasks(ids).await }).await?;
    if tasks.len() < ids.len() || tasks.is_empty() {
        return Err(ActionError::not_found("task"));
    }
    let subject = match tasks.as_slice() {
        [only] => only.title.clone(),
        many => format!("{} tasks", many.len()),
    };
    let mut events: BTreeMap<Uuid, Vec<Task>> = BTreeMap::new();
    for task in tasks {
        events.entry(task.event_id).or_default().push(task);
    }
    let mut whole = Plan::nothing();
    for (event_id, tasks) in events {
        let event = find_event(desk, event_id).await?;
        let all = tasks_of(desk, event_id, me).await?;
        whole = whole.and(plan(&event, &all, &tasks)?);
    }
    Ok((whole, subject))
}

pub(crate) async fn tasks_of(
    desk: &Desk,
    event_id: Uuid,
    me: Option<Uuid>,
) -> Result<EventTasks, ActionError> {
    desk.read(|replica| async move { replica.tasks_of_event(event_id, me).await }).await
}

async fn staff(desk: &Desk, id: Option<Uuid>) -> Result<Option<Resource>, ActionError> {
    match id {
        Some(id) => Ok(Some(crate::resources::find(desk, id).await?)),
        None => Ok(None),
    }
}

pub(crate) async fn find(desk: &Desk, id: Uuid) -> Result<Task, ActionError> {
    let task = desk.read(|replica| async move { replica.task(id).await }).await?;
    task.ok_or_else(|| ActionError::not_found("task"))
}
