//! The command line of `deskctl`.

use domain::account::normalise_email;
use secrecy::SecretString;
use serde_json::Value;
use server::link::ServerLink;
use std::io::BufRead;
use std::path::PathBuf;
use uuid::Uuid;

pub const USAGE: &str = "\
usage: deskctl [--server LINK] [--email E-MAIL] [--password-stdin] [--organization ID]
               [--profile FOLDER] [--no-wait] ACTION [JSON | -]

With --profile the sign-in and the local copy are kept in that folder, and later calls need neither link nor password.
With --password-stdin the first line of stdin is the password; with - the rest of it is the action's JSON.
With --no-wait the action runs on the local copy as it is.";

/// What an action is given.
pub type Input = Value;

/// What was asked for.
#[derive(Debug, Default)]
pub struct Arguments {
    pub server: Option<ServerLink>,
    pub email: Option<String>,
    pub organization: Option<Uuid>,
    pub profile: Option<PathBuf>,
    pub no_wait: bool,
    pub action: String,
    password_stdin: bool,
    json: Option<String>,
}

/// What came in over stdin.
#[derive(Debug, Default)]
pub struct Stdin {
    pub password: Option<SecretString>,
}

/// Reads the command line, and of stdin what it says is there.
pub fn read(args: impl Iterator<Item = String>) -> Result<(Arguments, Input, Stdin), String> {
    let arguments = parse(args)?;
    let mut stdin = Stdin::default();
    let mut lines = std::io::stdin().lock();
    if arguments.password_stdin {
        let mut line = String::new();
        lines.read_line(&mut line).map_err(|e| format!("The password cannot be read: {e}."))?;
        stdin.password = Some(SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let text = match arguments.json.as_deref() {
        Some("-") => std::io::read_to_string(lines).map_err(|e| format!("No input: {e}."))?,
        Some(text) => text.to_owned(),
        None => "{}".to_owned(),
    };
    let input = serde_json::from_str(&text).map_err(|e| format!("The input is not JSON: {e}."))?;
    Ok((arguments, input, stdin))
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut found = Arguments::default();
    let mut words = Vec::new();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value."));
        match arg.as_str() {
            "--server" => found.server = Some(value()?.parse().map_err(say)?),
            "--email" => found.email = Some(normalise_email(&value()?).map_err(say)?),
            "--organization" => found.organization = Some(value()?.parse().map_err(say)?),
            "--profile" => found.profile = Some(value()?.into()),
            "--password-stdin" => found.password_stdin = true,
            "--no-wait" => found.no_wait = true,
            option if option.starts_with("--") => {
                return Err(format!("There is no option {option}."));
            }
            _ => words.push(arg),
        }
    }
    let mut words = words.into_iter();
    found.action = words.next().ok_or("Which action?")?;
    found.json = words.next();
    match words.next() {
        Some(stray) => Err(format!("“{stray}” is one word too many; quote the JSON.")),
        None => Ok(found),
    }
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, String> {
        parse(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn an_action_and_its_input_are_told_from_options() {
        let found = parsed("--email Ana@Example.org --no-wait event_list {}").unwrap();
        assert_eq!(found.email.as_deref(), Some("ana@example.org"), "e-mails are normalised");
        assert_eq!((found.action.as_str(), found.json.as_deref()), ("event_list", Some("{}")));
        assert!(found.no_wait && !found.password_stdin);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(parsed("--loud event_list").unwrap_err(), "There is no option --loud.");
        assert_eq!(parsed("event_list --email").unwrap_err(), "--email needs a value.");
        assert_eq!(parsed("--no-wait").unwrap_err(), "Which action?");
        assert!(parsed("event_list { }").unwrap_err().contains("quote the JSON"));
    }
}
