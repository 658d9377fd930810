//! One person's day, as it is printed.

use crate::resources::ResourceRow;
use crate::schedule::BookingRow;
use crate::tasks::{TaskFilter, TaskRow};
use crate::{Replica, ReplicaError, Viewer};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Tasks that a day shows at most.
const MOST_TASKS: u32 = 200;

/// What a person's day shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct PersonDayParts {
    /// Who.
    pub resource: ResourceRow,
    /// What the person is booked for, in order of time.
    pub bookings: Vec<DayBooking>,
    /// Their tasks that are due that day or have been overdue since, and are not completed, at most 200.
    pub tasks: Vec<TaskRow>,
}

/// A booking with where to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct DayBooking {
    /// As everywhere.
    pub booking: BookingRow,
    /// The event's venue.
    pub event_location: Option<String>,
}

impl Replica {
    /// What a person does from one instant until another, usually a day; `None` when there is no such resource.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn person_day(
        &self,
        resource_id: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        viewer: &Viewer,
    ) -> Result<Option<PersonDayParts>, ReplicaError> {
        let Some(resource) = self.resource_rows(&[resource_id], viewer.now).await?.pop() else {
            return Ok(None);
        };
        let bookings = self.bookings_with_venues(resource_id, from, until).await?;
        let filter = TaskFilter { assigned_to: Some(resource_id), ..TaskFilter::default() };
        // What was due before and is still open has to be done that day, unless the day is over.
        let due_from = if until > viewer.now { i64::MIN } else { from.timestamp_micros() };
        let tasks = self
            .tasks_due(&filter, (due_from, until.timestamp_micros()), MOST_TASKS, viewer)
            .await?;
        let bookings = bookings.into_iter();
        Ok(Some(PersonDayParts {
            resource,
            bookings: bookings
                .map(|(booking, event_location)| DayBooking { booking, event_location })
                .collect(),
            tasks: tasks.rows,
        }))
    }
}
