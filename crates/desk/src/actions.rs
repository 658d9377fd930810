//! Every action by its command name, with JSON in and out: what `deskctl`, benchmarks and scripted checks call.
//! The window has typed commands of the same names.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::{
    clients, devices, events, export, imports, resources, schedule, search, tasks, team, today,
    undo,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

macro_rules! actions {
    ($($called:literal => $action:path,)+ @ $($asked:literal => $question:path,)+) => {
        /// The names of all actions.
        pub const NAMES: &[&str] = &[$($called,)+ $($asked,)+ "sync_status", "session"];

        /// Runs one action.
        ///
        /// # Errors
        /// `invalid` for an unknown name or input of another shape; else what the action answers.
        pub async fn run(desk: &Desk, name: &str, input: Value) -> Result<Value, ActionError> {
            match name {
                $($called => output(&$action(desk, parse(input)?).await?),)+
                $($asked => output(&$question(desk).await?),)+
                "sync_status" => output(&desk.sync_status()),
                "session" => output(&desk.view()),
                _ => Err(invalid(format!("There is no action called “{name}”."))),
            }
        }
    };
}

actions! {
    "event_list" => events::event_list,
    "event_board" => events::event_board,
    "event_page" => events::event_page,
    "event_form_check" => events::event_form_check,
    "event_create" => events::event_create,
    "event_edit" => events::event_edit,
    "event_move_preview" => events::event_move_preview,
    "event_advance" => events::event_advance,
    "event_cancel" => events::event_cancel,
    "event_reinstate" => events::event_reinstate,
    "event_archive" => events::event_archive,
    "event_unarchive" => events::event_unarchive,
    "event_activity" => events::event_activity,
    "client_list" => clients::client_list,
    "client_page" => clients::client_page,
    "client_create" => clients::client_create,
    "client_edit" => clients::client_edit,
    "client_delete" => clients::client_delete,
    "client_activity" => clients::client_activity,
    "task_list" => tasks::task_list,
    "event_tasks" => tasks::event_tasks,
    "task_due_check" => tasks::task_due_check,
    "task_create" => tasks::task_create,
    "task_edit" => tasks::task_edit,
    "task_move" => tasks::task_move,
    "task_assign" => tasks::task_assign,
    "task_delete" => tasks::task_delete,
    "resource_list" => resources::resource_list,
    "resource_page" => resources::resource_page,
    "resource_schedule" => resources::resource_schedule,
    "resource_create" => resources::resource_create,
    "resource_edit" => resources::resource_edit,
    "resource_delete" => resources::resource_delete,
    "resource_activity" => resources::resource_activity,
    "event_staffing" => schedule::event_staffing,
    "event_release_preview" => schedule::event_release_preview,
    "assignment_check" => schedule::assignment_check,
    "assignment_candidates" => schedule::assignment_candidates,
    "assignment_create" => schedule::assignment_create,
    "assignment_edit" => schedule::assignment_edit,
    "assignment_release" => schedule::assignment_release,
    "block_check" => schedule::block_check,
    "block_create" => schedule::block_create,
    "block_remove" => schedule::block_remove,
    "person_day" => today::person_day,
    "event_sheet" => today::event_sheet,
    "member_invite" => team::member_invite,
    "invitation_withdraw" => team::invitation_withdraw,
    "member_reset_link" => team::member_reset_link,
    "member_role" => team::member_role,
    "member_rename" => team::member_rename,
    "member_end" => team::member_end,
    "member_reinstate" => team::member_reinstate,
    "matrix_set" => team::matrix_set,
    "search" => search::search,
    "undo" => undo::undo,
    "device_revoke" => devices::device_revoke,
    "import_open" => imports::import_open_named,
    "import_fields" => imports::import_fields,
    "import_preview" => imports::import_preview,
    "import_rows" => imports::import_rows,
    "import_apply" => imports::import_apply,
    "books_export" => export::books_export,
    "import_folder_open" => imports::import_folder_open_named,
    "import_books_preview" => imports::import_books_preview,
    "import_books_apply" => imports::import_books_apply,
    "import_cancel" => imports::import_cancel,
    @
    "task_counts" => tasks::task_counts,
    "today" => today::today,
    "team" => team::team,
    "team_members" => team::team_members,
    "event_types" => events::event_types,
    "device_list" => devices::device_list,
}

fn parse<T: DeserializeOwned>(input: Value) -> Result<T, ActionError> {
    serde_json::from_value(input)
        .map_err(|error| invalid(format!("The input does not fit: {error}.")))
}

fn output<T: Serialize>(answer: &T) -> Result<Value, ActionError> {
    serde_json::to_value(answer).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: String) -> ActionError {
    ActionError::App(AppError::plain(Code::Invalid, &message))
}
