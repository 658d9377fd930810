//! Constraint names are API: what each means to the person, and to which field of a form it belongs.

/// A desk of this version cleans text before it sends any.
const UNSEEN: &str =
    "The text holds characters that cannot be seen, or spaces at its ends. Type it again.";

/// The form field and the sentence of a constraint; no sentence where the server's own is finished already.
#[must_use]
pub fn explain(constraint: &str) -> Option<(Option<&'static str>, Option<&'static str>)> {
    let (field, sentence) = events(constraint)
        .or_else(|| clients(constraint))
        .or_else(|| tasks(constraint))
        .or_else(|| resources(constraint))
        .or_else(|| schedule(constraint))
        .or_else(|| members(constraint))?;
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

fn tasks(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "tasks_title_length" => ("title", "A task's title has 1 to 255 characters."),
        "tasks_title_visible" => ("title", UNSEEN),
        "tasks_description_length" => {
            ("description", "A description has at most 10,000 characters.")
        }
        "tasks_description_visible" => ("description", UNSEEN),
        "tasks_due_at_range" => ("due_local", "A task is due between the years 2000 and 2099."),
        "tasks_assigned_to_exists" => ("assigned_to", "This person is not on the list any more."),
        "tasks_assigned_to_staff" => ("assigned_to", ""),
        "tasks_event_exists" => ("", "The event is not there any more, or still has tasks."),
        "tasks_pkey" => ("", "This task is there already."),
        "task_dependencies_self" => ("prerequisites", "A task cannot wait for itself."),
        "task_dependencies_unique" | "task_dependencies_pkey" => {
            ("prerequisites", "It waits for that task already. Look again.")
        }
        "task_dependencies_same_event" | "task_dependencies_cycle" | "task_dependencies_open" => {
            ("prerequisites", "")
        }
        "task_dependencies_task_exists" | "task_dependencies_prerequisite_exists" => (
            "prerequisites",
            "One of these tasks was deleted or came to be waited for meanwhile. Look again.",
        ),
        _ => return None,
    })
}

fn resources(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "resources_name_unique" => ("name", "There is a resource of this name already."),
        "resources_name_length" => ("name", "A name has 1 to 255 characters."),
        "resources_name_visible" => ("name", UNSEEN),
        "resources_role_length" => ("role", "A role has at most 100 characters."),
        "resources_role_visible" => ("role", UNSEEN),
        "resources_notes_length" => ("notes", "Notes have at most 10,000 characters."),
        "resources_notes_visible" => ("notes", UNSEEN),
        "resources_quantity_range" => ("quantity", "There are between 1 and 100,000 of it."),
        "resources_staff_single" => ("quantity", "A member of staff is one person."),
        "resources_quantity_needed" => ("quantity", ""),
        "resources_setup_range" => ("setup_minutes", "Setup takes at most 24 hours."),
        "resources_teardown_range" => ("teardown_minutes", "Teardown takes at most 24 hours."),
        "resources_type_in_use" => ("type", ""),
        "resources_user_unique" => {
            ("user_id", "This sign-in belongs to somebody else on the list already.")
        }
        "resources_user_member" => ("user_id", "This person is not a member of the team."),
        "resources_user_staff" => ("user_id", "Only a member of staff can have a sign-in."),
        "resources_pkey" => ("", "This resource is there already."),
        _ => return None,
    })
}

fn schedule(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "resource_schedule_time_order" => {
            ("ends_local", "The booking ends before it starts. Set an end after the start.")
        }
        "resource_schedule_time_range" => {
            ("starts_local", "A booking lies between the years 2000 and 2099.")
        }
        "resource_schedule_duration" => {
            ("ends_local", "A booking lasts at most 31 days, a blocked time at most three years.")
        }
        "resource_schedule_quantity" => ("quantity", "There are not so many of it."),
        "resource_schedule_note_length" => ("note", "A note has at most 500 characters."),
        "resource_schedule_note_visible" => ("note", UNSEEN),
        "resource_schedule_override_reason_length" => {
            ("override_reason", "Say in a few words why, in at most 1,000 characters.")
        }
        "resource_schedule_override_reason_visible" => ("override_reason", UNSEEN),
        "resource_schedule_resource_exists" => {
            ("resource_id", "This resource is not there any more, or has bookings on record.")
        }
        "resource_schedule_event_exists" => {
            ("", "The event is not there any more, or still has bookings.")
        }
        "resource_schedule_task_exists" => {
            ("", "The task is not there any more, or somebody was booked for it meanwhile.")
        }
        "resource_schedule_unavailable" | "resource_schedule_event_cancelled" => {
            ("resource_id", "")
        }
        "resource_schedule_no_overlap" => {
            ("resource_id", "Somebody else booked this a moment ago. Look again.")
        }
        "resource_schedule_pkey" => ("", "This booking is there already."),
        _ => return None,
    })
}

fn members(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "memberships_display_name_length" => ("display_name", "A name has 1 to 255 characters."),
        "role_permissions_unique" => ("", "Somebody else changed this meanwhile. Look again."),
        "invites_display_name_length" => ("display_name", "A name has 1 to 255 characters."),
        "users_email_normalised" => ("email", "That is not an e-mail address."),
        _ => return None,
    })
}
