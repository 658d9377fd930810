//! Due times move along with their event: what was due the day before at noon is due the day before at noon.

use super::{Task, TaskStatus};
use crate::change::Plan;
use crate::refusal::Refusal;
use crate::time::{self, Wall};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What becomes of the due times of an event's open tasks once the event has moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DueTimes {
    /// They move as far as the event's start does.
    #[default]
    Along,
    /// They stay where they are.
    Stay,
}

/// A moment on the clock of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// When the event starts.
    pub at: DateTime<Utc>,
    /// The zone of its venue.
    pub zone: Tz,
}

/// The tasks of an event that goes from `old` to `new` that would be due at another moment, each with that moment.
///
/// Told on the clock: the shift is the one that the clocks of the venue show, so that noon stays noon where summer time
/// begins in between. Completed tasks stay. A time that the clocks skip becomes the one after it; of one that comes twice
/// it is the first, unless the task was due at a second one before.
#[must_use]
pub fn moved_due_times(tasks: &[Task], old: Start, new: Start) -> Vec<(&Task, DateTime<Utc>)> {
    let local = |start: Start| start.at.with_timezone(&start.zone).naive_local();
    let by = local(new) - local(old);
    let moved = |due: DateTime<Utc>| {
        let was = due.with_timezone(&old.zone).naive_local();
        match time::resolve(was + by, new.zone) {
            Wall::Fine(at) => at,
            Wall::Skipped([_, later]) => later.instant,
            Wall::Repeated([first, second]) => match time::resolve(was, old.zone) {
                Wall::Repeated([_, twice]) if twice.instant == due => second.instant,
                _ => first.instant,
            },
        }
    };
    let open = tasks.iter().filter(|task| task.status != TaskStatus::Completed);
    open.filter_map(|task| task.due_at.map(|due| (task, moved(due))))
        .filter(|(task, due)| task.due_at != Some(*due))
        .collect()
}

/// Plans those due times. It is part of moving the event, so whoever may do that needs no permission to change tasks.
///
/// # Errors
/// [`Refusal::OutOfRangeDate`] where a task would be due outside the years kept.
pub fn plan_due_times(tasks: &[Task], old: Start, new: Start) -> Result<Plan, Refusal> {
    let mut plan = Plan::nothing();
    for (task, due) in moved_due_times(tasks, old, new) {
        if !time::in_range(due) {
            let date = time::long_date(due.with_timezone(&new.zone).naive_local());
            return Err(Refusal::OutOfRangeDate { field: "starts_local", date });
        }
        plan = plan.and(Plan::changing(task, &Task { due_at: Some(due), ..task.clone() }));
    }
    Ok(plan)
}
