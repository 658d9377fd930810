//! Events: lists, boards and pages from the local copy, changes through the door.

use crate::activity::{self, ActivityPage};
use crate::clients::ClientRow;
use crate::error::ActionError;
use crate::open::Desk;
use crate::schedule::around;
use crate::tasks::tasks_of;
use crate::view::Applied;
use chrono::{DateTime, Utc};
use domain::change::Plan;
use domain::events::{self, Event, Status};
pub use domain::events::{EventForm, EventMay, FormTimes as EventFormVerdict};
use domain::permission::Permissions;
use domain::refusal::Refusal;
pub use domain::schedule::MovingChoice;
use domain::schedule::ScheduleEntry;
pub use domain::tasks::DueTimes;
pub use replica::{
    EventBoard, EventBoardInput, EventListInput, EventListPage as EventListing, EventRow,
    EventTypes, StatusChange,
};
use replica::{ReplicaError, Viewer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An event.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventRef {
    /// Which.
    pub event_id: Uuid,
}

/// A page of an event's activity.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventActivityInput {
    /// Which.
    pub event_id: Uuid,
    /// Only what is older.
    pub before_n: Option<u32>,
}

/// A new event.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new event's id.
    pub event_id: Uuid,
    /// As typed.
    pub form: EventForm,
}

/// Changes to an event.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventEdit {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub event_id: Uuid,
    /// As typed.
    pub form: EventForm,
    /// As the form was opened.
    pub base: EventForm,
    /// What to do with bookings that would clash at the event's new times.
    #[serde(default)]
    pub moving: MovingChoice,
    /// Whether the due times of its open tasks move along with the event.
    #[serde(default)]
    pub due_times: DueTimes,
}

/// An event's form, before it is handed in.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventMoveCheck {
    /// Which.
    pub event_id: Uuid,
    /// As typed.
    pub form: EventForm,
    /// As the form was opened.
    pub base: EventForm,
}

/// What would move along with an event.
#[derive(Debug, Clone, Default, Serialize, specta::Type)]
pub struct EventMovePreview {
    /// Open tasks that would be due at another moment.
    pub due_times: Vec<MovedDueTime>,
}

/// A task that would be due at another moment.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct MovedDueTime {
    /// Which.
    pub task_id: Uuid,
    /// Its title.
    pub title: String,
    /// When it is due now.
    pub from: DateTime<Utc>,
    /// When it would be.
    pub to: DateTime<Utc>,
}

/// A step along the lifecycle.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventAdvance {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub event_id: Uuid,
    /// To where.
    pub to: Status,
}

/// Calling an event off.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventCancel {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub event_id: Uuid,
    /// Why.
    pub reason: String,
}

/// Something done to an event.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EventAction {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub event_id: Uuid,
}

/// An event's page.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventPage {
    /// As lists show it.
    pub row: EventRow,
    /// Notes.
    pub notes: Option<String>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
    /// Archived when.
    pub archived_at: Option<DateTime<Utc>>,
    /// By whom.
    pub archived_by_name: Option<String>,
    /// Called off when.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// By whom.
    pub cancelled_by_name: Option<String>,
    /// Created when.
    pub created_at: Option<DateTime<Utc>>,
    /// By whom.
    pub created_by_name: Option<String>,
    /// The client, unless it is not visible.
    pub client: Option<ClientRow>,
    /// Every status it had, oldest first.
    pub status_history: Vec<StatusChange>,
    /// Tasks that are not completed.
    pub tasks_open: u32,
    /// Those of them that are overdue.
    pub tasks_overdue: u32,
    /// All tasks.
    pub tasks_total: u32,
    /// Who and what is booked.
    pub bookings: u32,
    /// Bookings that clash.
    pub clashes: u32,
    /// What may be done.
    pub may: EventMay,
}

/// Events by filter, sorted, a window of them.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn event_list(desk: &Desk, input: EventListInput) -> Result<EventListing, ActionError> {
    let (input, today) = (&input, Viewer::of(None, desk.now(), &desk.time_zone()).day_starts_at);
    desk.read(|replica| async move { replica.event_list_on(input, today).await }).await
}

/// Events by status.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn event_board(desk: &Desk, input: EventBoardInput) -> Result<EventBoard, ActionError> {
    let input = &input;
    desk.read(|replica| async move { replica.event_board(input).await }).await
}

/// The types in use, for filters and suggestions.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn event_types(desk: &Desk) -> Result<EventTypes, ActionError> {
    desk.read(|replica| async move { replica.event_types().await }).await
}

/// An event's page.
///
/// # Errors
/// `not_found`.
pub async fn event_page(desk: &Desk, input: EventRef) -> Result<EventPage, ActionError> {
    let (id, now) = (input.event_id, desk.now());
    let detail = desk.read(|replica| async move { replica.event_detail(id, now).await }).await?;
    let detail = detail.ok_or_else(|| ActionError::not_found("event"))?;
    let event = find_or_why(desk, id).await?;
    let viewer = crate::tasks::viewer(desk).await?;
    let counts =
        desk.read(|replica| async move { replica.event_counts(id, &viewer).await }).await?;
    Ok(EventPage {
        tasks_open: counts.tasks_open,
        tasks_overdue: counts.tasks_overdue,
        tasks_total: counts.tasks_total,
        bookings: counts.bookings,
        clashes: counts.clashes,
        may: match event {
            Ok(event) => events::verdicts(&desk.permissions(), &event),
            Err(why) => EventMay::refused(&why),
        },
        row: detail.row,
        notes: detail.notes,
        cancel_reason: detail.cancel_reason,
        archived_at: detail.archived_at,
        archived_by_name: detail.archived_by_name,
        cancelled_at: detail.cancelled_at,
        cancelled_by_name: detail.cancelled_by_name,
        created_at: detail.created_at,
        created_by_name: detail.created_by_name,
        client: detail.client,
        status_history: detail.status_history,
    })
}

/// What a form's two wall times mean, while somebody types.
///
/// # Errors
/// None; whatever is wrong is part of the verdict.
pub async fn event_form_check(
    _desk: &Desk,
    input: EventForm,
) -> Result<EventFormVerdict, ActionError> {
    Ok(events::check_times(&input))
}

/// Creates an event, as an inquiry.
///
/// # Errors
/// What is wrong with the form, or the door's refusal.
pub async fn event_create(desk: &Desk, input: EventCreate) -> Result<Applied, ActionError> {
    let plan = events::plan_create(&desk.permissions(), input.event_id, &input.form)?;
    desk.apply("event.create", input.command_id, &input.form.name, plan).await
}

/// Changes an event; only what the form changed.
///
/// # Errors
/// What is wrong with the form, a conflict with both values, or the door's refusal.
pub async fn event_edit(desk: &Desk, input: EventEdit) -> Result<Applied, ActionError> {
    let EventEdit { command_id, event_id, form, base, moving, due_times } = input;
    let event = find(desk, event_id).await?;
    let (loads, to_do) = match events::times_wanted(&event, &base, &form)? {
        Some(wanted) => {
            let (from, until) =
                around(event.starts_at.min(wanted.starts_at), event.ends_at.max(wanted.ends_at));
            let loads = desk
                .read(|replica| async move { replica.loads_of_event(event_id, from, until).await })
                .await?;
            (loads, tasks_of(desk, event_id, None).await?.tasks)
        }
        None => (vec![], vec![]),
    };
    let (may, choices) = (desk.permissions(), (&moving, due_times));
    let plan = events::plan_edit(&may, &event, &base, &form, (&loads, &to_do), choices)?;
    desk.apply("event.edit", command_id, &event.name, plan).await
}

/// What would move along with an event, while somebody types its new times.
///
/// # Errors
/// `not_found`; times that mean nothing yet move nothing.
pub async fn event_move_preview(
    desk: &Desk,
    input: EventMoveCheck,
) -> Result<EventMovePreview, ActionError> {
    let EventMoveCheck { event_id, form, base } = input;
    let event = find(desk, event_id).await?;
    let to_do = tasks_of(desk, event_id, None).await?.tasks;
    let Ok(moved) = events::due_times_wanted(&event, &base, &form, &to_do) else {
        return Ok(EventMovePreview::default());
    };
    let told = moved.into_iter().filter_map(|(task, to)| {
        Some(MovedDueTime { task_id: task.id, title: task.title.clone(), from: task.due_at?, to })
    });
    Ok(EventMovePreview { due_times: told.collect() })
}

/// Moves an event along its lifecycle and waits until this desk shows it.
///
/// # Errors
/// The lifecycle's refusal, or that somebody else moved it first.
pub async fn event_advance(desk: &Desk, input: EventAdvance) -> Result<Applied, ActionError> {
    let EventAdvance { command_id, event_id, to } = input;
    plan_and_apply(desk, "event.advance", command_id, event_id, |may, event| {
        events::plan_advance(may, event, to)
    })
    .await
}

/// Calls an event off and releases what is booked for it.
///
/// # Errors
/// As [`event_advance`], or a missing reason.
pub async fn event_cancel(desk: &Desk, input: EventCancel) -> Result<Applied, ActionError> {
    let EventCancel { command_id, event_id, reason } = input;
    let held = held(desk, event_id).await?;
    plan_and_apply(desk, "event.cancel", command_id, event_id, |may, event| {
        events::plan_cancel(may, event, &reason, &held, desk.now())
    })
    .await
}

/// Brings a cancelled event back to planning.
///
/// # Errors
/// As [`event_advance`].
pub async fn event_reinstate(desk: &Desk, input: EventAction) -> Result<Applied, ActionError> {
    plan_and_apply(
        desk,
        "event.reinstate",
        input.command_id,
        input.event_id,
        events::plan_reinstate,
    )
    .await
}

/// Files an event away, read-only, and releases what is still booked for it.
///
/// # Errors
/// As [`event_advance`].
pub async fn event_archive(desk: &Desk, input: EventAction) -> Result<Applied, ActionError> {
    let held = held(desk, input.event_id).await?;
    plan_and_apply(desk, "event.archive", input.command_id, input.event_id, |may, event| {
        events::plan_archive(may, event, &held, desk.now())
    })
    .await
}

/// Takes an event out of the archive.
///
/// # Errors
/// As [`event_advance`].
pub async fn event_unarchive(desk: &Desk, input: EventAction) -> Result<Applied, ActionError> {
    plan_and_apply(
        desk,
        "event.unarchive",
        input.command_id,
        input.event_id,
        events::plan_unarchive,
    )
    .await
}

/// What happened to an event.
///
/// # Errors
/// `offline` when it was never asked before.
pub async fn event_activity(
    desk: &Desk,
    input: EventActivityInput,
) -> Result<ActivityPage, ActionError> {
    let id = input.event_id;
    let event = find_or_why(desk, id).await;
    let zone = event.ok().and_then(Result::ok).map(|event| event.time_zone);
    let zone = zone.unwrap_or_else(|| desk.time_zone());
    activity::of_row(desk, "events", input.event_id, input.before_n, zone).await
}

/// Read, plan, apply: the whole story of every change to one event.
async fn plan_and_apply(
    desk: &Desk,
    command: &str,
    command_id: Uuid,
    event_id: Uuid,
    plan: impl FnOnce(&Permissions, &Event) -> Result<Plan, Refusal>,
) -> Result<Applied, ActionError> {
    let event = find(desk, event_id).await?;
    let plan = plan(&desk.permissions(), &event)?;
    desk.apply(command, command_id, &event.name, plan).await
}

/// What the event holds.
async fn held(desk: &Desk, id: Uuid) -> Result<Vec<ScheduleEntry>, ActionError> {
    desk.read(|replica| async move { replica.entries_of_event(id).await }).await
}

/// The event, or in a sentence why this version of Cloche can only show it.
pub(crate) async fn find_or_why(
    desk: &Desk,
    id: Uuid,
) -> Result<Result<Event, String>, ActionError> {
    or_why(find(desk, id).await)
}

/// What was found, or in a sentence that only a newer Cloche understands it.
pub(crate) fn or_why<T>(found: Result<T, ActionError>) -> Result<Result<T, String>, ActionError> {
    match found {
        Err(ActionError::Replica(error @ ReplicaError::NotUnderstood(_))) => {
            Ok(Err(error.to_string()))
        }
        found => found.map(Ok),
    }
}

pub(crate) async fn find(desk: &Desk, id: Uuid) -> Result<Event, ActionError> {
    let event = desk.read(|replica| async move { replica.event(id).await }).await?;
    event.ok_or_else(|| ActionError::not_found("event"))
}
