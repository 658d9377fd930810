//! Every action by its command name, with JSON in and out: what `deskctl`, benchmarks and scripted checks call.
//! The window has typed commands of the same names.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::{clients, devices, events, imports, search, undo};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Runs one action.
///
/// # Errors
/// `invalid` for an unknown name or input of another shape; else what the action answers.
pub async fn run(desk: &Desk, name: &str, input: Value) -> Result<Value, ActionError> {
    macro_rules! actions {
        ($($called:literal => $action:path),+ $(,)?) => {
            match name {
                $($called => output(&$action(desk, parse(input)?).await?),)+
                "event_types" => output(&events::event_types(desk).await?),
                "device_list" => output(&devices::device_list(desk).await?),
                "sync_status" => output(&desk.sync_status()),
                "session" => output(&desk.view()),
                _ => Err(invalid(format!("There is no action called “{name}”."))),
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
        "search" => search::search,
        "undo" => undo::undo,
        "device_revoke" => devices::device_revoke,
        "import_open" => imports::import_open_named,
        "import_fields" => imports::import_fields,
        "import_preview" => imports::import_preview,
        "import_rows" => imports::import_rows,
        "import_apply" => imports::import_apply,
        "import_cancel" => imports::import_cancel,
    }
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
