//! Why something may not be done, in a finished sentence a person can act on.
//!
//! Wording lives here and nowhere else; the kind (`snake_case` of the variant) is what programs look at.

mod words;

pub use words::undo_reason;

pub(crate) use words::one_of;

use words::{
    built_on, circle_words, clash_words, client_has_events, quantity_needed, quoted_list,
    resource_in_use, transition_sentence,
};

use crate::events::Status;
use crate::permission;
use crate::resources::ResourceType;
use crate::schedule::{self, Conflict, MovedClash};
use crate::time::TimeChoice;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A typed "no". Its `Display` is a finished sentence without jargon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// A field's value cannot be taken.
    #[error("{message}")]
    Invalid {
        /// The input field, as the form names it.
        field: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The member lacks a permission.
    #[error(
        "You may not {} here. Ask an administrator if you need to.",
        permission::label(permission)
    )]
    NotPermitted {
        /// As [`permission::PERMISSIONS`] spells it.
        permission: String,
    },
    /// The lifecycle has no such step.
    #[error("{}", transition_sentence(*from, *to))]
    Transition {
        /// Where the event stands.
        from: Status,
        /// Where it was asked to go.
        to: Status,
    },
    /// Calling an event off needs a reason, so a plain move will not do.
    #[error("Say why the event is called off: cancelling needs a reason.")]
    CancelNeedsReason,
    /// Too late to call it off.
    #[error("An event that is {} can no longer be cancelled.", from.label_inside())]
    NotCancellable {
        /// Where the event stands.
        from: Status,
    },
    /// It is called off already, for another reason.
    #[error("This event was already cancelled: {reason}")]
    AlreadyCancelled {
        /// The reason on record.
        reason: String,
    },
    /// Only what was called off can be reinstated.
    #[error("Only a cancelled event can be reinstated; this one is {}.", status.label_inside())]
    NotCancelled {
        /// Where the event stands.
        status: Status,
    },
    /// The event is filed away.
    #[error(
        "This event is archived, so it can only be read. Take it out of the archive to change it."
    )]
    Archived,
    /// Only what was filed away can be taken out again.
    #[error("This event is not archived.")]
    NotArchived,
    /// Only finished or cancelled events are filed away.
    #[error(
        "Only events that are completed, in follow-up or cancelled can be archived; this one is {}.",
        status.label_inside()
    )]
    NotArchivable {
        /// Where the event stands.
        status: Status,
    },
    /// A client that events hang on cannot go.
    #[error("{}", client_has_events(company_name, *events))]
    ClientHasEvents {
        /// The client.
        company_name: String,
        /// How many events it has.
        events: u32,
    },
    /// A wall time that the clocks skip.
    #[error("{message}")]
    SkippedTime {
        /// The input field.
        field: &'static str,
        /// Names the time, the zone and the two times it could mean.
        message: String,
        /// The two times it could mean, earlier first.
        choices: Vec<TimeChoice>,
    },
    /// A wall time that comes twice in one night.
    #[error("{message}")]
    RepeatedTime {
        /// The input field.
        field: &'static str,
        /// Names the time, the zone and the two times it could mean.
        message: String,
        /// The two times it could mean, earlier first.
        choices: Vec<TimeChoice>,
    },
    /// A date outside the years Cloche keeps.
    #[error("{date} is out of range: choose a date between the years 2000 and 2099.")]
    OutOfRangeDate {
        /// The input field.
        field: &'static str,
        /// The date as a person reads it.
        date: String,
    },
    /// The end is not after the start.
    #[error("The event ends before it starts, or at the same moment. Set an end after the start.")]
    EndsBeforeStart,
    /// Longer than an event may be.
    #[error("An event lasts at most 31 days. Enter a longer stretch as several events.")]
    LastsTooLong,
    /// No such zone.
    #[error("“{time_zone}” is not a time zone Cloche knows. Use a name such as Europe/Madrid.")]
    UnknownTimeZone {
        /// What was given.
        time_zone: String,
    },
    /// What a form or a command names is not there any more, or was never visible.
    #[error("This {what} is no longer there. Somebody may have deleted it.")]
    Gone {
        /// The input field.
        field: &'static str,
        /// What is gone, in a word.
        what: &'static str,
    },
    /// Nobody is booked for what is called off.
    #[error("This event is cancelled, so nothing can be booked for it. Reinstate it first.")]
    EventCancelled,
    /// The member may move only tasks of their own.
    #[error(
        "You may only move tasks that are yours: assigned to you, or with you booked for them."
    )]
    OnlyOwnTasks,
    /// Somebody else's time, beside any event, is not theirs to dispose of.
    #[error(
        "You may only block your own time. Ask somebody who sees the whole schedule to block this."
    )]
    OnlyOwnTime,
    /// A task starts only when all that it waits for is completed.
    #[error("“{task}” cannot start yet: it waits for {}.", quoted_list(open))]
    PrerequisitesOpen {
        /// The task.
        task: String,
        /// What it waits for and is not completed.
        open: Vec<String>,
    },
    /// What started tasks have been waiting for stays completed.
    #[error("“{task}” cannot be reopened: {}.", built_on(started))]
    DependantsStarted {
        /// The task.
        task: String,
        /// What waits for it and has started.
        started: Vec<String>,
    },
    /// A started task cannot begin to wait.
    #[error(
        "“{task}” has started already, so it cannot wait for “{prerequisite}”, which is not completed."
    )]
    DependencyOpen {
        /// The task.
        task: String,
        /// What it would wait for.
        prerequisite: String,
    },
    /// Tasks would wait for each other.
    #[error("These tasks would wait for each other in a circle: {}.", circle_words(path))]
    PrerequisiteCircle {
        /// The titles, each waiting for the next; the last is the first again.
        path: Vec<String>,
    },
    /// A task would wait for itself.
    #[error("“{task}” cannot wait for itself.")]
    PrerequisiteSelf {
        /// The task.
        task: String,
    },
    /// What a task would wait for belongs to another event, or is gone.
    #[error("A task can only wait for tasks of the same event. Choose one from the list.")]
    PrerequisiteElsewhere,
    /// Tasks are given to people.
    #[error(
        "{resource} is not a person, so no task can be assigned to it. Book it for the task instead."
    )]
    NotStaff {
        /// Its name.
        resource: String,
    },
    /// It is marked as not available.
    #[error("{resource} is marked as not available, so it cannot be booked.")]
    Unavailable {
        /// Its name.
        resource: String,
    },
    /// Somebody or something else needs it then.
    #[error("{}", clash_words(resource, (*quantity, *needed, *free), conflicts, time_zone, *only_margins))]
    Clash {
        /// What is wanted.
        resource_id: Uuid,
        /// Its name.
        resource: String,
        /// How many there are.
        quantity: i32,
        /// How many are wanted.
        needed: i32,
        /// How many are free.
        free: i32,
        /// What stands in the way, in order of time.
        conflicts: Vec<Conflict>,
        /// On whose clock the times are told.
        time_zone: String,
        /// Whether only setup and teardown get into each other's way.
        only_margins: bool,
        /// Whether the member may let it stand.
        may_override: bool,
    },
    /// Bookings of an event would no longer fit at its new time.
    #[error("{}", schedule::moving_sentence(clashes, time_zone))]
    MovingClashes {
        /// Each booking that would not fit.
        clashes: Vec<MovedClash>,
        /// On whose clock the times are told.
        time_zone: String,
        /// Whether the member may let them stand.
        may_override: bool,
    },
    /// What is booked needs more than there would be.
    #[error("{}", quantity_needed(resource, title, *needed, clashes_with.as_deref()))]
    QuantityNeeded {
        /// What is booked.
        resource: String,
        /// What for.
        title: String,
        /// How many.
        needed: i32,
        /// When that begins.
        starts_at: DateTime<Utc>,
        /// What it would clash with; nothing where it alone is too much.
        clashes_with: Option<String>,
    },
    /// The type of what is in use stays.
    #[error("{resource} stays {}: it is booked or has tasks already. Add a new resource instead.", resource_type.label().to_lowercase())]
    TypeFixed {
        /// Its name.
        resource: String,
        /// What it is.
        resource_type: ResourceType,
    },
    /// What bookings or tasks name cannot go.
    #[error("{}", resource_in_use(resource, *entries, *tasks))]
    ResourceInUse {
        /// Its name.
        resource: String,
        /// How many entries its schedule has.
        entries: u32,
        /// How many tasks are assigned to it.
        tasks: u32,
    },
    /// Only an administrator decides that.
    #[error("Only an administrator can change who is an administrator and what a role may do.")]
    AdministratorsOnly,
    /// Somebody has to be able to do everything.
    #[error(
        "An organization needs at least one administrator. Make somebody else an administrator first."
    )]
    LastAdministrator,
    /// Nobody locks themselves out.
    #[error("You cannot end your own access. Ask another administrator.")]
    OwnEnd,
    /// A former member has no role to change.
    #[error("{name} no longer belongs to the team. Take them back first.")]
    MemberEnded {
        /// Who.
        name: String,
    },
    /// Only a former member can be taken back.
    #[error("{name} belongs to the team.")]
    MemberBelongs {
        /// Who.
        name: String,
    },
}

impl Refusal {
    /// A field's value cannot be taken, and why.
    #[must_use]
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// A permission is missing.
    #[must_use]
    pub fn not_permitted(permission: &str) -> Self {
        Self::NotPermitted { permission: permission.to_owned() }
    }

    /// The input field that the refusal is about, as the form names it; `None` when it is about the whole thing.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. }
            | Self::SkippedTime { field, .. }
            | Self::RepeatedTime { field, .. }
            | Self::OutOfRangeDate { field, .. }
            | Self::Gone { field, .. } => Some(field),
            Self::EndsBeforeStart | Self::LastsTooLong => Some("ends_local"),
            Self::UnknownTimeZone { .. } => Some("time_zone"),
            Self::CancelNeedsReason => Some("reason"),
            Self::DependencyOpen { .. }
            | Self::PrerequisiteCircle { .. }
            | Self::PrerequisiteSelf { .. }
            | Self::PrerequisiteElsewhere => Some("prerequisites"),
            Self::NotStaff { .. } => Some("assigned_to"),
            Self::Unavailable { .. } => Some("resource_id"),
            Self::QuantityNeeded { .. } => Some("quantity"),
            Self::TypeFixed { .. } => Some("type"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_step_names_the_steps_that_exist() {
        let refusal = Refusal::Transition { from: Status::Inquiry, to: Status::Completed };
        assert_eq!(
            refusal.to_string(),
            "An event cannot go from Inquiry to Completed. From Inquiry it can go to Planning or Cancelled."
        );
    }

    #[test]
    fn a_refusal_tells_programs_its_kind_and_people_a_sentence() {
        let refusal = Refusal::ClientHasEvents { company_name: "Hotel Peña".into(), events: 1 };
        assert_eq!(
            serde_json::to_value(&refusal).unwrap(),
            serde_json::json!({"kind": "client_has_events", "company_name": "Hotel Peña", "events": 1})
        );
        assert_eq!(
            refusal.to_string(),
            "“Hotel Peña” has an event on record, so it cannot be deleted."
        );
    }

    #[test]
    fn refusals_about_a_field_name_the_form_s_field() {
        assert_eq!(Refusal::EndsBeforeStart.field(), Some("ends_local"));
        assert_eq!(Refusal::invalid("name", "Give it a name.").field(), Some("name"));
        assert_eq!(Refusal::Archived.field(), None);
    }

    #[test]
    fn a_missing_permission_is_said_in_plain_words() {
        assert_eq!(
            Refusal::not_permitted("events.cancel").to_string(),
            "You may not cancel or reinstate events here. Ask an administrator if you need to."
        );
    }

    #[test]
    fn long_lists_and_circles_are_cut_so_that_a_sentence_stays_one() {
        let titles = |n: usize| (1..=n).map(|n| format!("T{n}")).collect::<Vec<_>>();
        let open = |n| Refusal::PrerequisitesOpen { task: "Serve".into(), open: titles(n) };
        assert_eq!(open(1).to_string(), "“Serve” cannot start yet: it waits for “T1”.");
        assert_eq!(
            open(7).to_string(),
            "“Serve” cannot start yet: it waits for “T1”, “T2”, “T3”, “T4”, “T5” and 2 more."
        );
        let circle = |n| Refusal::PrerequisiteCircle { path: titles(n) }.to_string();
        assert!(circle(8).ends_with("T1 → T2 → T3 → T4 → T5 → T6 → T7 → T8."));
        assert!(circle(30).ends_with("T1 → T2 → T3 → T4 → … → T28 → T29 → T30."));
    }
}
