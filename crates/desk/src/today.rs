//! What needs somebody today, one person's day, and an event on one sheet of paper.

use crate::error::ActionError;
use crate::events::{EventPage, EventRef, event_page};
use crate::open::Desk;
use crate::tasks::{EventTask, event_tasks, viewer};
use chrono::NaiveDate;
use domain::permission::Role;
use replica::{BookingRow, ClashRow, DayBooking, ResourceRow, TaskRow, TodayEvent, Viewer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TodayScope {
    /// The whole office's.
    All,
    /// The person's own.
    Mine,
}

/// What needs somebody today.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Today {
    /// The day, in the organization's zone.
    pub date: NaiveDate,
    /// Whose.
    pub scope: TodayScope,
    /// Tasks that should be done by now, the oldest first.
    pub tasks_overdue: Vec<TaskRow>,
    /// How many of them.
    pub tasks_overdue_total: u32,
    /// Tasks of today and the next 24 hours.
    pub tasks_due: Vec<TaskRow>,
    /// How many of them.
    pub tasks_due_total: u32,
    /// Where somebody or something is booked twice, or cannot be had.
    pub clashes: Vec<ClashRow>,
    /// How many of them.
    pub clashes_total: u32,
    /// This week's events.
    pub events: Vec<TodayEvent>,
    /// Staff without a booking now.
    pub free_now: Vec<ResourceRow>,
    /// How many of them.
    pub free_total: u32,
    /// How many are busy.
    pub busy_total: u32,
    /// The person's own bookings today.
    pub my_day: Vec<BookingRow>,
}

/// One person's day.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct PersonDayInput {
    /// Whose.
    pub resource_id: Uuid,
    /// Which, in the organization's zone.
    pub date: NaiveDate,
}

/// One person's day, to be printed.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct PersonDay {
    /// Whose.
    pub resource: ResourceRow,
    /// Which.
    pub date: NaiveDate,
    /// Where they are needed.
    pub bookings: Vec<DayBooking>,
    /// What they have to do.
    pub tasks: Vec<TaskRow>,
}

/// An event on one sheet.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct EventSheet {
    /// Its page.
    pub page: EventPage,
    /// Its tasks.
    pub tasks: Vec<EventTask>,
    /// Who and what it has.
    pub bookings: Vec<BookingRow>,
}

/// What needs somebody today: everything for whoever sees everything, for staff what is theirs.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn today(desk: &Desk) -> Result<Today, ActionError> {
    let mine = desk.role() == Role::Staff;
    let viewer = viewer(desk).await?;
    let parts = desk.read(|replica| async move { replica.today(&viewer, mine).await }).await?;
    Ok(Today {
        date: viewer.today,
        scope: if mine { TodayScope::Mine } else { TodayScope::All },
        tasks_overdue: parts.tasks_overdue,
        tasks_overdue_total: parts.tasks_overdue_total,
        tasks_due: parts.tasks_due,
        tasks_due_total: parts.tasks_due_total,
        clashes: parts.clashes,
        clashes_total: parts.clashes_total,
        events: parts.events,
        free_now: parts.free_now,
        free_total: parts.free_total,
        busy_total: parts.busy_total,
        my_day: parts.my_day,
    })
}

/// One person's day.
///
/// # Errors
/// `not_found`.
pub async fn person_day(desk: &Desk, input: PersonDayInput) -> Result<PersonDay, ActionError> {
    let PersonDayInput { resource_id, date } = input;
    let (from, until) = Viewer::day(date, &desk.time_zone());
    let viewer = viewer(desk).await?;
    let parts = desk
        .read(|replica| async move { replica.person_day(resource_id, from, until, &viewer).await })
        .await?
        .ok_or_else(|| ActionError::not_found("resource"))?;
    Ok(PersonDay { resource: parts.resource, date, bookings: parts.bookings, tasks: parts.tasks })
}

/// An event on one sheet.
///
/// # Errors
/// `not_found`.
pub async fn event_sheet(desk: &Desk, input: EventRef) -> Result<EventSheet, ActionError> {
    let id = input.event_id;
    let page = event_page(desk, input.clone()).await?;
    let tasks = event_tasks(desk, input).await?.tasks;
    let bookings = desk.read(|replica| async move { replica.event_bookings(id).await }).await?;
    Ok(EventSheet { page, tasks, bookings })
}
