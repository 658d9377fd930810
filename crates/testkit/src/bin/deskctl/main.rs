//! `deskctl`: one action of a desk from the command line, JSON in and out. Development only.
//!
//! The answer goes to stdout; a refusal goes to stderr as the JSON that the window would get, with exit code 1; a
//! command line that cannot be read ends with 2.

mod arguments;
mod profile;

use arguments::{Arguments, Input, Stdin, USAGE};
use desk::actions;
use desk::error::{ActionError, AppError, Code};
use desk::open::Desk;
use profile::{Kept, Profile};
use serde_json::Value;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use testkit::sign_in::{Fault, Onlooker, Seen, enroll, known, opening, until_live};

/// How long a first copy may take.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> ExitCode {
    let (arguments, input, stdin) = match arguments::read(std::env::args().skip(1)) {
        Ok(read) => read,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments, input, stdin).await {
        Ok(answer) => {
            let written = writeln!(std::io::stdout(), "{answer}");
            if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            let error = as_window_sees_it(fault);
            let text = serde_json::to_string(&error).unwrap_or(error.message);
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, input: Input, stdin: Stdin) -> Result<Value, Fault> {
    let profile = Profile::open(arguments.profile.as_deref())?;
    let (desk, mut seen) = sign_in(arguments, &profile, stdin).await?;
    let answer = act(arguments, &desk, &mut seen, input).await;
    if !profile.is_kept() {
        // A device of one call must not count among the ten that a person may have.
        let _ = desk.session().sign_out().await;
    } else if desk.is_over() {
        profile.forget();
    }
    desk.close().await;
    Ok(answer?)
}

async fn act(
    arguments: &Arguments,
    desk: &Desk,
    seen: &mut Seen,
    input: Input,
) -> Result<Value, ActionError> {
    if !arguments.no_wait {
        until_live(desk, seen, PATIENCE).await?;
    }
    actions::run(desk, &arguments.action, input).await
}

/// Opens the desk that the profile keeps, or signs in with the password.
async fn sign_in(
    arguments: &Arguments,
    profile: &Profile,
    stdin: Stdin,
) -> Result<(Desk, Seen), Fault> {
    let (surface, seen) = Onlooker::new();
    let kept = profile.kept().filter(|kept| fits(kept, arguments));
    if let Some(kept) = kept {
        let opening = opening(profile.places(), kept.server, kept.sign_in, surface);
        return Ok((Desk::reopen(opening).await?, seen));
    }
    let (Some(link), Some(email)) = (&arguments.server, &arguments.email) else {
        return Err(refused("Nobody is signed in here yet: name --server and --email."));
    };
    let Some(password) = stdin.password else {
        return Err(refused(
            "Nobody is signed in here yet: give the password with --password-stdin.",
        ));
    };
    let (sign_in, who) = enroll(link, email, &password, "deskctl").await?;
    let organization = match arguments.organization {
        Some(id) => id,
        None => match who.organizations.first() {
            Some(first) => first.id,
            None => return Err(refused("You are not a member of any organization there.")),
        },
    };
    let kept = Kept { server: known(link, &who, organization), sign_in };
    profile.keep(&kept)?;
    let opening = opening(profile.places(), kept.server, kept.sign_in, surface);
    Ok((Desk::open(opening, who).await?, seen))
}

/// Whether what the profile keeps is what the command line asks for.
fn fits(kept: &Kept, arguments: &Arguments) -> bool {
    let server = &kept.server;
    arguments.server.as_ref().is_none_or(|link| link.server_id == server.server_id)
        && arguments.email.as_ref().is_none_or(|email| Some(email) == server.email.as_ref())
        && arguments.organization.is_none_or(|id| Some(id) == server.organization_id)
}

fn refused(message: &str) -> Fault {
    ActionError::App(AppError::plain(Code::SignedOut, message)).into()
}

fn as_window_sees_it(fault: Fault) -> AppError {
    match fault.downcast::<ActionError>() {
        Ok(error) => error.to_app_error(),
        Err(fault) => AppError::plain(Code::Internal, &fault.to_string()),
    }
}
