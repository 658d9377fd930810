//! The person at the terminal: what they are told and asked. Secrets are never echoed.

use crate::error::HubError;
use secrecy::SecretString;
use std::io::{BufRead, IsTerminal, Write};

/// Says one line; a reader that went away is no reason to stop half-way.
pub fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
}

/// Says why a command ended, with the causes that help to find out more.
pub fn complain(error: &HubError) {
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "{error}");
    if let HubError::Setup(setup) = error {
        let mut cause = std::error::Error::source(setup);
        while let Some(error) = cause {
            let _ = writeln!(stderr, "  because: {error}");
            cause = error.source();
        }
    }
}

/// Whether somebody sits there who can be asked.
#[must_use]
pub fn is_attended() -> bool {
    std::io::stdin().is_terminal()
}

/// One line of the standard input, where a script hands something over.
///
/// # Errors
/// When there is none.
pub fn line_of_stdin() -> Result<String, HubError> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(HubError::files("Reading the standard input"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks for a secret without showing it.
///
/// # Errors
/// When nobody sits there.
pub fn ask_secret(question: &str) -> Result<SecretString, HubError> {
    rpassword::prompt_password(format!("{question}: "))
        .map(SecretString::from)
        .map_err(HubError::files("Asking for a password"))
}
