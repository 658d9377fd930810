//! Constraint names are API: what each means to the person, and to which field of a form it belongs.

/// The form field and the sentence of a constraint; `None` as sentence where the server's own is finished already.
#[must_use]
pub fn explain(constraint: &str) -> Option<(Option<&'static str>, Option<&'static str>)> {
    let known = match constraint {
        "events_name_length" | "events_name_trimmed" => {
            (Some("name"), Some("An event's name has 1 to 255 characters."))
        }
        "events_event_type_length" | "events_event_type_trimmed" => {
            (Some("event_type"), Some("An event's type has 1 to 100 characters."))
        }
        "events_time_order" => (
            Some("ends_local"),
            Some("The event ends before it starts. Set an end after the start."),
        ),
        "events_duration" => (Some("ends_local"), Some("An event lasts at most 31 days.")),
        "events_years" => {
            (Some("starts_local"), Some("An event is between the years 2000 and 2100."))
        }
        "events_time_zone" => (Some("time_zone"), None),
        "events_location_length" => {
            (Some("location"), Some("A location has at most 500 characters."))
        }
        "events_notes_length" => (Some("notes"), Some("Notes have at most 10 000 characters.")),
        "events_attendees_range" => {
            (Some("estimated_attendees"), Some("The headcount is between 1 and 100 000."))
        }
        "events_cancel_reason" => {
            (Some("reason"), Some("Say in a few words why it was cancelled."))
        }
        "events_client_exists" => {
            (None, Some("The client is not there any more, or still has events."))
        }
        "clients_company_name_length" | "clients_company_name_trimmed" => {
            (Some("company_name"), Some("A client's name has 1 to 255 characters."))
        }
        "clients_contact_name_length" => {
            (Some("contact_name"), Some("A contact's name has at most 255 characters."))
        }
        "clients_email_form" => (Some("email"), Some("That is not an e-mail address.")),
        "clients_phone_length" => {
            (Some("phone"), Some("A phone number has at most 50 characters."))
        }
        "clients_address_length" => {
            (Some("address"), Some("An address has at most 1 000 characters."))
        }
        "clients_notes_length" => (Some("notes"), Some("Notes have at most 10 000 characters.")),
        _ => return None,
    };
    Some(known)
}
