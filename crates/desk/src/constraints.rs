//! Constraint names are API: what each means to the person, and to which field of a form it belongs.

/// A desk of this version cleans text before it sends any.
const UNSEEN: &str =
    "The text holds characters that cannot be seen, or spaces at its ends. Type it again.";

/// The form field and the sentence of a constraint; no sentence where the server's own is finished already.
#[must_use]
pub fn explain(constraint: &str) -> Option<(Option<&'static str>, Option<&'static str>)> {
    let (field, sentence) = events(constraint).or_else(|| clients(constraint))?;
    Some((Some(field).filter(|f| !f.is_empty()), Some(sentence).filter(|s| !s.is_empty())))
}

/// Field and sentence; empty where there is none.
fn events(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "events_name_length" | "events_name_trimmed" => {
            ("name", "An event's name has 1 to 255 characters, without spaces at its ends.")
        }
        "events_event_type_length" | "events_event_type_trimmed" => {
            ("event_type", "An event's type has 1 to 100 characters, without spaces at its ends.")
        }
        "events_time_order" => {
            ("ends_local", "The event ends before it starts. Set an end after the start.")
        }
        "events_duration" => ("ends_local", "An event lasts at most 31 days."),
        "events_starts_at_range" => {
            ("starts_local", "An event starts between the years 2000 and 2099.")
        }
        "events_time_zone_known" => ("time_zone", ""),
        "events_location_length" => ("location", "A location has at most 500 characters."),
        "events_notes_length" => ("notes", "Notes have at most 10,000 characters."),
        "events_attendees_range" => {
            ("estimated_attendees", "The headcount is between 1 and 100,000.")
        }
        "events_cancel_reason_present" | "events_cancel_reason_length" => {
            ("reason", "Say in a few words why it was cancelled, in at most 1,000 characters.")
        }
        "events_archived_status" => {
            ("", "Only completed, followed-up or cancelled events can be archived.")
        }
        "events_already_cancelled" => ("reason", ""),
        "events_name_visible" => ("name", UNSEEN),
        "events_event_type_visible" => ("event_type", UNSEEN),
        "events_location_visible" => ("location", UNSEEN),
        "events_notes_visible" => ("notes", UNSEEN),
        "events_cancel_reason_visible" => ("reason", UNSEEN),
        "events_client_exists" => ("", "The client is not there any more, or still has events."),
        "events_pkey" => ("", "This event is there already."),
        _ => return None,
    })
}

fn clients(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "clients_company_name_length" | "clients_company_name_trimmed" => {
            ("company_name", "A client's name has 1 to 255 characters, without spaces at its ends.")
        }
        "clients_contact_name_length" => {
            ("contact_name", "A contact's name has at most 255 characters.")
        }
        "clients_company_name_visible" => ("company_name", UNSEEN),
        "clients_contact_name_visible" => ("contact_name", UNSEEN),
        "clients_email_visible" => ("email", UNSEEN),
        "clients_phone_visible" => ("phone", UNSEEN),
        "clients_address_visible" => ("address", UNSEEN),
        "clients_notes_visible" => ("notes", UNSEEN),
        "clients_email_format" | "clients_email_unbroken" => {
            ("email", "That is not an e-mail address.")
        }
        "clients_phone_length" => ("phone", "A phone number has at most 50 characters."),
        "clients_address_length" => ("address", "An address has at most 1,000 characters."),
        "clients_notes_length" => ("notes", "Notes have at most 10,000 characters."),
        "clients_pkey" => ("", "This client is there already."),
        _ => return None,
    })
}
