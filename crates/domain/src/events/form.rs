//! An event as a form shows it, and what filling in such a form plans.

use super::{Event, Status};
use crate::change::{Plan, merge};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::schedule::{self, Load, MovingChoice, Window};
use crate::tasks::{self, DueTimes, Start, Task};
use crate::text::TextField;
use crate::time::{self, Choice, WallVerdict};
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const NAME: TextField = TextField::line("name", "the event’s name", 255);
pub(crate) const EVENT_TYPE: TextField =
    TextField::line("event_type", "the type, such as wedding", 100);
pub(crate) const LOCATION: TextField = TextField::line("location", "the location", 500);
pub(crate) const NOTES: TextField = TextField::lines("notes", "the notes", 10_000);

/// Most people an event may be for.
pub const MAX_ATTENDEES: i32 = 100_000;
/// Most days from an event's first to its last moment.
pub const MAX_DAYS: i64 = 31;

/// An event as typed: wall times in the event's own zone, text as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventForm {
    /// The client's id; empty while none is chosen.
    pub client_id: String,
    /// The event's name.
    pub name: String,
    /// Free text such as `wedding`.
    pub event_type: String,
    /// `YYYY-MM-DDTHH:MM` in `time_zone`.
    pub starts_local: String,
    /// Which moment is meant, where the clocks skip or repeat `starts_local`.
    pub starts_choice: Option<Choice>,
    /// `YYYY-MM-DDTHH:MM` in `time_zone`.
    pub ends_local: String,
    /// Which moment is meant, where the clocks skip or repeat `ends_local`.
    pub ends_choice: Option<Choice>,
    /// IANA zone of the venue.
    pub time_zone: String,
    /// Where it takes place.
    pub location: Option<String>,
    /// Expected headcount.
    pub estimated_attendees: Option<i32>,
    /// Notes.
    pub notes: Option<String>,
}

impl EventForm {
    /// The form that shows `event`; handed back unchanged, it plans nothing.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        // A zone that only the server knows still has to open; its times cannot be changed then.
        let tz = time::zone(&event.time_zone).unwrap_or(Tz::UTC);
        let (starts_local, starts_choice) = time::wall_text(event.starts_at, tz);
        let (ends_local, ends_choice) = time::wall_text(event.ends_at, tz);
        Self {
            client_id: event.client_id.to_string(),
            name: event.name.clone(),
            event_type: event.event_type.clone(),
            starts_local,
            starts_choice,
            ends_local,
            ends_choice,
            time_zone: event.time_zone.clone(),
            location: event.location.clone(),
            estimated_attendees: event.estimated_attendees,
            notes: event.notes.clone(),
        }
    }

    fn client(&self) -> Result<Uuid, Refusal> {
        let id = self.client_id.trim();
        if id.is_empty() {
            return Err(Refusal::invalid("client_id", "Choose the client."));
        }
        id.parse().map_err(|_| Refusal::invalid("client_id", "Choose the client from the list."))
    }

    fn attendees(&self) -> Result<Option<i32>, Refusal> {
        self.estimated_attendees.map(attendees).transpose()
    }

    fn times(&self) -> Result<Times, Refusal> {
        let tz = time::zone(&self.time_zone)?;
        let starts_at =
            time::wall_instant("starts_local", &self.starts_local, self.starts_choice, tz)?;
        let ends_at = time::wall_instant("ends_local", &self.ends_local, self.ends_choice, tz)?;
        Ok(Times { starts_at, ends_at, time_zone: tz.name().to_owned() })
    }

    /// Whether `other` shows the same moments; a choice left out means the one that `other` made.
    fn same_times(&self, other: &Self) -> bool {
        self.time_zone.trim() == other.time_zone.trim()
            && self.same_start(other)
            && self.same_end(other)
    }

    fn same_start(&self, other: &Self) -> bool {
        same_wall(
            (&self.starts_local, self.starts_choice),
            (&other.starts_local, other.starts_choice),
        )
    }

    fn same_end(&self, other: &Self) -> bool {
        same_wall((&self.ends_local, self.ends_choice), (&other.ends_local, other.ends_choice))
    }
}

fn same_wall(one: (&str, Option<Choice>), other: (&str, Option<Choice>)) -> bool {
    let same_text = match (time::parse_local(one.0), time::parse_local(other.0)) {
        (Some(a), Some(b)) => a == b,
        _ => one.0.trim() == other.0.trim(),
    };
    same_text && (one.1.is_none() || one.1 == other.1)
}

/// When an event takes place: compared and sent as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Times {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub time_zone: String,
}

impl Times {
    fn of(event: &Event) -> Self {
        Self {
            starts_at: event.starts_at,
            ends_at: event.ends_at,
            time_zone: event.time_zone.clone(),
        }
    }

    fn put(self, event: &mut Event) {
        event.starts_at = self.starts_at;
        event.ends_at = self.ends_at;
        event.time_zone = self.time_zone;
    }

    /// Passes where an event may take place then.
    pub(crate) fn check(self) -> Result<Self, Refusal> {
        if !time::in_range(self.starts_at) {
            let tz = time::zone(&self.time_zone)?;
            let date = time::long_date(self.starts_at.with_timezone(&tz).naive_local());
            return Err(Refusal::OutOfRangeDate { field: "starts_local", date });
        }
        if self.ends_at <= self.starts_at {
            return Err(Refusal::EndsBeforeStart);
        }
        if self.ends_at - self.starts_at > Duration::days(MAX_DAYS) {
            return Err(Refusal::LastsTooLong);
        }
        Ok(self)
    }
}

/// Checks a headcount.
pub(crate) fn attendees(count: i32) -> Result<i32, Refusal> {
    if (1..=MAX_ATTENDEES).contains(&count) {
        return Ok(count);
    }
    Err(Refusal::invalid(
        "estimated_attendees",
        "The headcount is between 1 and 100,000; leave it empty if you do not know it yet.",
    ))
}

/// What a form's times are, for showing while somebody types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FormTimes {
    /// Of the start.
    pub starts_at: WallVerdict,
    /// Of the end.
    pub ends_at: WallVerdict,
}

/// Checks the two times of `form`, each on its own and then together.
#[must_use]
pub fn check_times(form: &EventForm) -> FormTimes {
    let verdict = |field, text: &str, choice| {
        time::zone(&form.time_zone).and_then(|tz| time::wall_instant(field, text, choice, tz))
    };
    let starts = verdict("starts_local", &form.starts_local, form.starts_choice);
    let ends = verdict("ends_local", &form.ends_local, form.ends_choice);
    let (mut starts_at, mut ends_at) =
        (WallVerdict::of(starts.clone()), WallVerdict::of(ends.clone()));
    if let (Ok(starts_at_), Ok(ends_at_)) = (starts, ends) {
        let time_zone = form.time_zone.trim().to_owned();
        let times = Times { starts_at: starts_at_, ends_at: ends_at_, time_zone };
        if let Err(refusal) = times.check() {
            let invalid = WallVerdict::Invalid { message: refusal.to_string() };
            match refusal.field() {
                Some("starts_local") => starts_at = invalid,
                _ => ends_at = invalid,
            }
        }
    }
    FormTimes { starts_at, ends_at }
}

/// Plans a new event, which starts its life as an inquiry.
///
/// # Errors
/// [`Refusal::NotPermitted`], or what is wrong with the first field that cannot be taken.
pub fn plan_create(may: &Permissions, id: Uuid, form: &EventForm) -> Result<Plan, Refusal> {
    may.require("events.create")?;
    Ok(Plan::creating(&event_of(id, form)?))
}

/// The event that `form` describes, as an inquiry; what the server stamps is empty.
fn event_of(id: Uuid, form: &EventForm) -> Result<Event, Refusal> {
    let client_id = form.client()?;
    let name = NAME.required(&form.name)?;
    let event_type = EVENT_TYPE.required(&form.event_type)?;
    let times = form.times()?.check()?;
    Ok(Event {
        id,
        client_id,
        name,
        event_type,
        starts_at: times.starts_at,
        ends_at: times.ends_at,
        time_zone: times.time_zone,
        location: LOCATION.optional(form.location.as_deref())?,
        status: Status::Inquiry,
        estimated_attendees: form.attendees()?,
        notes: NOTES.optional(form.notes.as_deref())?,
        cancel_reason: None,
        is_archived: false,
        archived_at: None,
        archived_by: None,
        cancelled_at: None,
        cancelled_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    })
}

/// Plans what was changed between `base`, the form as it was opened, and `form`, as it was handed in.
///
/// `event` is the event now. A field that somebody else changed meanwhile is left alone unless the form changes it
/// too; then the plan says what the form had seen, so that the server finds the conflict instead of overwriting.
///
/// Where the time changes, what is booked for the event moves along, and so do the due times of its open tasks: `loads`
/// holds each resource that is booked, once, with what else holds it around the old and the new time, `to_do` the event's
/// tasks; `choice` says what becomes of bookings that no longer fit, `due_times` whether due times move at all.
///
/// # Errors
/// [`Refusal::Archived`], [`Refusal::NotPermitted`], what is wrong with the first changed field, a due time outside the
/// years kept, or [`Refusal::MovingClashes`].
pub fn plan_edit(
    may: &Permissions,
    event: &Event,
    base: &EventForm,
    form: &EventForm,
    (loads, to_do): (&[Load], &[Task]),
    (choice, due_times): (&MovingChoice, DueTimes),
) -> Result<Plan, Refusal> {
    event.must_be_editable(may)?;
    let (seen, wanted) = merged(event, base, form)?;
    let edited = Plan::changing(&seen, &wanted);
    let moves = match moved_to(event, &wanted)? {
        // What a cancelled event held is history, and stays where it was; so does what was to be done for it.
        Some(_) if event.status == Status::Cancelled => Plan::nothing(),
        Some((old, new)) => {
            let due = match due_times {
                DueTimes::Along => tasks::plan_due_times(to_do, start(event)?, start(&wanted)?)?,
                DueTimes::Stay => Plan::nothing(),
            };
            schedule::plan_moves(may, event.id, (&old, &new), loads, choice)?.and(due)
        }
        None => Plan::nothing(),
    };
    Ok(edited.and(moves))
}

/// The open tasks that such an edit would make due at another moment, each with that moment.
///
/// # Errors
/// As [`plan_edit`].
pub fn due_times_wanted<'a>(
    event: &Event,
    base: &EventForm,
    form: &EventForm,
    to_do: &'a [Task],
) -> Result<Vec<(&'a Task, DateTime<Utc>)>, Refusal> {
    let (_, wanted) = merged(event, base, form)?;
    if event.status == Status::Cancelled || moved_to(event, &wanted)?.is_none() {
        return Ok(Vec::new());
    }
    Ok(tasks::moved_due_times(to_do, start(event)?, start(&wanted)?))
}

/// When the event starts, on the clock of its venue.
fn start(event: &Event) -> Result<Start, Refusal> {
    Ok(Start { at: event.starts_at, zone: time::zone(&event.time_zone)? })
}

/// When the event would take place after such an edit; `None` where its time stays.
///
/// # Errors
/// As [`plan_edit`].
pub fn times_wanted(
    event: &Event,
    base: &EventForm,
    form: &EventForm,
) -> Result<Option<Window>, Refusal> {
    let (_, wanted) = merged(event, base, form)?;
    Ok(moved_to(event, &wanted)?.map(|(_, new)| new))
}

/// When the event is and would be, where that differs.
fn moved_to(event: &Event, wanted: &Event) -> Result<Option<(Window, Window)>, Refusal> {
    if (event.starts_at, event.ends_at) == (wanted.starts_at, wanted.ends_at) {
        return Ok(None);
    }
    let zone = time::zone(&wanted.time_zone)?;
    let window = |e: &Event| Window { starts_at: e.starts_at, ends_at: e.ends_at, zone };
    Ok(Some((window(event), window(wanted))))
}

/// The event as the form had seen it, and as it is wanted.
fn merged(event: &Event, base: &EventForm, form: &EventForm) -> Result<(Event, Event), Refusal> {
    let (mut seen, mut wanted) = (event.clone(), event.clone());
    if base.client_id.trim() != form.client_id.trim() {
        merge(base.client()?, form.client()?, &mut seen.client_id, &mut wanted.client_id);
    }
    if base.name != form.name {
        let (old, new) = (NAME.required(&base.name)?, NAME.required(&form.name)?);
        merge(old, new, &mut seen.name, &mut wanted.name);
    }
    if base.event_type != form.event_type {
        let new = EVENT_TYPE.required(&form.event_type)?;
        let old = EVENT_TYPE.required(&base.event_type)?;
        merge(old, new, &mut seen.event_type, &mut wanted.event_type);
    }
    if !form.same_times(base) {
        merge_times(event, base, form, &mut seen, &mut wanted)?;
    }
    if base.location != form.location {
        let new = LOCATION.optional(form.location.as_deref())?;
        let old = LOCATION.optional(base.location.as_deref())?;
        merge(old, new, &mut seen.location, &mut wanted.location);
    }
    if base.estimated_attendees != form.estimated_attendees {
        let (new, old) = (form.attendees()?, base.attendees()?);
        merge(old, new, &mut seen.estimated_attendees, &mut wanted.estimated_attendees);
    }
    if base.notes != form.notes {
        let new = NOTES.optional(form.notes.as_deref())?;
        let old = NOTES.optional(base.notes.as_deref())?;
        merge(old, new, &mut seen.notes, &mut wanted.notes);
    }
    Ok((seen, wanted))
}

fn merge_times(
    event: &Event,
    base: &EventForm,
    form: &EventForm,
    seen: &mut Event,
    wanted: &mut Event,
) -> Result<(), Refusal> {
    let now = EventForm::of(event);
    let mut form = form.clone();
    if form.time_zone.trim() == base.time_zone.trim() {
        // Whoever changes the end has not answered again which of two moments the start means.
        if form.same_start(base) {
            form.starts_choice = base.starts_choice;
        }
        if form.same_end(base) {
            form.ends_choice = base.ends_choice;
        }
    }
    let mut new = form.times()?;
    // A form shows minutes; what it leaves alone keeps its seconds.
    if form.time_zone.trim() == now.time_zone {
        if form.same_start(&now) {
            new.starts_at = event.starts_at;
        }
        if form.same_end(&now) {
            new.ends_at = event.ends_at;
        }
    }
    let new = new.check()?;
    let old = if base.same_times(&now) { Times::of(event) } else { base.times()? };
    if new != old && new != Times::of(event) {
        old.put(seen);
        new.put(wanted);
    }
    Ok(())
}
