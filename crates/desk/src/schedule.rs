//! Who and what is booked: assignments to events and tasks, and times at which a resource cannot be had.

mod checks;

pub use checks::{
    AssignmentCandidate, AssignmentCandidates, AssignmentCandidatesInput, AssignmentCheck,
    AssignmentVerdict, BlockCheck, assignment_candidates, assignment_check, block_check,
};

use crate::error::ActionError;
use crate::events::{EventRef, find as find_event, find_or_why};
use crate::open::Desk;
use crate::view::Applied;
use chrono::{DateTime, Duration, Utc};
use domain::schedule::{self, Load, ScheduleEntry, ScheduleMay, Window, WindowForm};
use domain::time::Choice;
use replica::BookingRow;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Setup and teardown reach at most so far beyond an entry's own times.
const MARGIN: Duration = Duration::days(2);

/// Who and what an event has.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventStaffing {
    /// By type, then time.
    pub bookings: Vec<BookingRow>,
    /// What may be done.
    pub may: ScheduleMay,
}

/// What calling an event off or archiving it would release.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventReleasePreview {
    /// Bookings that would go or be cut short.
    pub entries: Vec<BookingRow>,
}

/// A new assignment.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssignmentCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new entry's id.
    pub entry_id: Uuid,
    /// For which event.
    pub event_id: Uuid,
    /// For which of its tasks.
    pub task_id: Option<Uuid>,
    /// Whom or what.
    pub resource_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// From, in the event's zone.
    pub starts_local: String,
    /// Until, in the event's zone.
    pub ends_local: String,
    /// Which of two times the start means.
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    pub ends_choice: Option<Choice>,
    /// Why it is booked although it clashes.
    pub override_reason: Option<String>,
}

/// Changes to an assignment.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssignmentEdit {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub entry_id: Uuid,
    /// Whom or what from now on.
    pub resource_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// From, in the event's zone.
    pub starts_local: String,
    /// Until, in the event's zone.
    pub ends_local: String,
    /// Which of two times the start means.
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    pub ends_choice: Option<Choice>,
    /// Why it is booked although it clashes.
    pub override_reason: Option<String>,
}

/// Assignments to release.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssignmentRelease {
    /// The command's id.
    pub command_id: Uuid,
    /// Which; all of one event.
    pub entry_ids: Vec<Uuid>,
}

/// A time at which a resource cannot be had.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BlockCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new entry's id.
    pub entry_id: Uuid,
    /// Whom or what.
    pub resource_id: Uuid,
    /// How many of them.
    pub quantity: i32,
    /// From, in `time_zone`.
    pub starts_local: String,
    /// Until, in `time_zone`.
    pub ends_local: String,
    /// Which of two times the start means.
    #[serde(default)]
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    #[serde(default)]
    pub ends_choice: Option<Choice>,
    /// IANA zone of the two times.
    pub time_zone: String,
    /// Why: leave, repair …
    pub note: Option<String>,
    /// Why it is blocked although it is booked then.
    pub override_reason: Option<String>,
}

/// Something done to an entry of the schedule.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BlockRemove {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub entry_id: Uuid,
}

/// Who and what an event has.
///
/// # Errors
/// `not_found`.
pub async fn event_staffing(desk: &Desk, input: EventRef) -> Result<EventStaffing, ActionError> {
    let id = input.event_id;
    let event = find_or_why(desk, id).await?;
    let bookings = desk.read(|replica| async move { replica.event_bookings(id).await }).await?;
    let may = match event {
        Ok(event) => schedule::verdicts(&desk.permissions(), &event),
        Err(why) => ScheduleMay::refused(&why),
    };
    Ok(EventStaffing { bookings, may })
}

/// What calling an event off or archiving it would release.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn event_release_preview(
    desk: &Desk,
    input: EventRef,
) -> Result<EventReleasePreview, ActionError> {
    let id = input.event_id;
    let held = desk.read(|replica| async move { replica.entries_of_event(id).await }).await?;
    let going: Vec<Uuid> =
        schedule::to_release(&held, desk.now()).iter().map(|entry| entry.id).collect();
    let mut entries = desk.read(|replica| async move { replica.event_bookings(id).await }).await?;
    entries.retain(|booking| going.contains(&booking.id));
    Ok(EventReleasePreview { entries })
}

/// Books a resource for an event or one of its tasks.
///
/// # Errors
/// A refusal `clash` that says what is in the way; what is wrong with the times; the door's refusal.
pub async fn assignment_create(
    desk: &Desk,
    input: AssignmentCreate,
) -> Result<Applied, ActionError> {
    let event = find_event(desk, input.event_id).await?;
    let task = match input.task_id {
        Some(id) => Some(crate::tasks::find(desk, id).await?),
        None => None,
    };
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let window = form.window(&event.time_zone)?;
    let load = load_around(desk, input.resource_id, &window).await?;
    let plan = schedule::plan_assign(
        &desk.permissions(),
        &event,
        task.as_ref(),
        input.entry_id,
        &load,
        input.quantity,
        &window,
        input.override_reason.as_deref(),
    )?;
    let subject = subject(&load, &event.name);
    desk.apply("assignment.create", input.command_id, &subject, plan).await
}

/// Changes an assignment: its times, how many, or who does it.
///
/// # Errors
/// As [`assignment_create`], or a conflict with both values.
pub async fn assignment_edit(desk: &Desk, input: AssignmentEdit) -> Result<Applied, ActionError> {
    let entry = find(desk, input.entry_id).await?;
    let event_id = entry.event_id.ok_or_else(|| ActionError::not_found("assignment"))?;
    let event = find_event(desk, event_id).await?;
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let window = form.window(&event.time_zone)?;
    let load = load_around(desk, input.resource_id, &window).await?;
    let plan = schedule::plan_change(
        &desk.permissions(),
        &event,
        &entry,
        &load,
        input.quantity,
        &window,
        input.override_reason.as_deref(),
    )?;
    let subject = subject(&load, &event.name);
    desk.apply("assignment.edit", input.command_id, &subject, plan).await
}

/// Releases assignments of one event.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn assignment_release(
    desk: &Desk,
    input: AssignmentRelease,
) -> Result<Applied, ActionError> {
    let ids = &input.entry_ids;
    let entries = desk.read(|replica| async move { replica.entries(ids).await }).await?;
    let event_id = entries.first().and_then(|entry| entry.event_id);
    let event_id = event_id.ok_or_else(|| ActionError::not_found("assignment"))?;
    let event = find_event(desk, event_id).await?;
    let plan = schedule::plan_release(&desk.permissions(), &event, &entries)?;
    let subject = match entries.as_slice() {
        [only] => {
            let resource = crate::resources::find(desk, only.resource_id).await?;
            format!("{} from {}", resource.name, event.name)
        }
        many => format!("{} bookings from {}", many.len(), event.name),
    };
    desk.apply("assignment.release", input.command_id, &subject, plan).await
}

/// Marks a time at which a resource cannot be had.
///
/// # Errors
/// As [`assignment_create`].
pub async fn block_create(desk: &Desk, input: BlockCreate) -> Result<Applied, ActionError> {
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let window = form.window(&input.time_zone)?;
    let load = load_around(desk, input.resource_id, &window).await?;
    let plan = schedule::plan_block(
        &desk.permissions(),
        crate::tasks::reach(desk).await?,
        input.entry_id,
        &load,
        input.quantity,
        &window,
        input.note.as_deref(),
        input.override_reason.as_deref(),
    )?;
    desk.apply("block.create", input.command_id, &load.resource.name, plan).await
}

/// Makes that time available again.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn block_remove(desk: &Desk, input: BlockRemove) -> Result<Applied, ActionError> {
    let entry = find(desk, input.entry_id).await?;
    let resource = crate::resources::find(desk, entry.resource_id).await?;
    let reach = crate::tasks::reach(desk).await?;
    let plan = schedule::plan_unblock(&desk.permissions(), reach, &entry)?;
    desk.apply("block.remove", input.command_id, &resource.name, plan).await
}

/// What holds a resource around a window.
async fn load_around(desk: &Desk, id: Uuid, window: &Window) -> Result<Load, ActionError> {
    let (from, until) = around(window.starts_at, window.ends_at);
    let load = desk.read(|replica| async move { replica.load(id, from, until).await }).await?;
    load.ok_or_else(|| ActionError::not_found("resource"))
}

/// The times whose entries can matter to `from..until`.
pub(crate) fn around(from: DateTime<Utc>, until: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (from - MARGIN, until + MARGIN)
}

fn subject(load: &Load, event: &str) -> String {
    format!("{} for {event}", load.resource.name)
}

async fn find(desk: &Desk, id: Uuid) -> Result<ScheduleEntry, ActionError> {
    let entry = desk.read(|replica| async move { replica.entry(id).await }).await?;
    entry.ok_or_else(|| ActionError::not_found("booking"))
}
