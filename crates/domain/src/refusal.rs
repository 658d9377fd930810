//! Why something may not be done, in a finished sentence a person can act on.
//!
//! Wording lives here and nowhere else; the kind (`snake_case` of the variant) is what programs look at.

use crate::events::Status;
use crate::permission;
use crate::time::TimeChoice;
use serde::Serialize;

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
    #[error("{date} is out of range: an event starts between the years 2000 and 2099.")]
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
            | Self::OutOfRangeDate { field, .. } => Some(field),
            Self::EndsBeforeStart | Self::LastsTooLong => Some("ends_local"),
            Self::UnknownTimeZone { .. } => Some("time_zone"),
            Self::CancelNeedsReason => Some("reason"),
            _ => None,
        }
    }
}

fn transition_sentence(from: Status, to: Status) -> String {
    let (was, wanted) = (from.label(), to.label());
    if from == to {
        return format!("This event is {} already.", from.label_inside());
    }
    if from == Status::Cancelled {
        return format!(
            "A cancelled event can only go back to {}; from there it can move on.",
            Status::Planning.label()
        );
    }
    let steps: Vec<&str> =
        Status::all().iter().filter(|s| from.may_become(**s)).map(|s| s.label()).collect();
    format!(
        "An event cannot go from {was} to {wanted}. From {was} it can go to {}.",
        one_of(&steps)
    )
}

fn client_has_events(company_name: &str, events: u32) -> String {
    let what = if events == 1 { "an event".to_owned() } else { format!("{events} events") };
    format!("“{company_name}” has {what} on record, so it cannot be deleted.")
}

/// "a", "a or b", "a, b or c".
pub(crate) fn one_of(choices: &[&str]) -> String {
    match choices {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
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
}
