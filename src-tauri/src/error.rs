//! The one place where a typed error of an action becomes the shape that crosses IPC.

use desk::error::{ActionError, AppError};

/// Maps an action's answer for the window.
pub fn answer<T>(result: Result<T, ActionError>) -> Result<T, AppError> {
    result.map_err(|error| error.to_app_error())
}
