//! `dev-server [--events N] [--json]`: a throw-away server with a seeded organization, until Ctrl-C.
//!
//! Prints its link and who can sign in, with `--json` as one line for scripts, and removes everything at the end.

use secrecy::ExposeSecret;
use server::embedded::Listen;
use std::io::Write;
use std::process::ExitCode;
use testkit::Office;
use testkit::sign_in::Fault;

struct Wanted {
    events: u32,
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(wanted) = wanted(std::env::args().skip(1)) else {
        let _ = writeln!(std::io::stderr(), "usage: dev-server [--events N] [--json]");
        return ExitCode::from(2);
    };
    match serve(&wanted).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "{fault}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(mut args: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted { events: 500, json: false };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--events" => wanted.events = args.next()?.parse().ok()?,
            "--json" => wanted.json = true,
            _ => return None,
        }
    }
    Some(wanted)
}

async fn serve(wanted: &Wanted) -> Result<(), Fault> {
    // Listened to from the start: an early Ctrl-C must not leave a server behind.
    let asked = asked_to_stop()?;
    let office = Office::open(Listen::default()).await?;
    let outcome = match office.fill(wanted.events).await {
        Ok(()) => announce(&office, wanted),
        Err(fault) => Err(fault),
    };
    if outcome.is_ok() {
        asked.await;
    }
    office.close().await?;
    outcome
}

fn announce(office: &Office, wanted: &Wanted) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    if wanted.json {
        let people: Vec<_> = office
            .people
            .iter()
            .map(|p| {
                serde_json::json!({
                    "email": p.email, "password": p.password.expose_secret(), "role": p.role,
                })
            })
            .collect();
        let ready = serde_json::json!({
            "link": office.link.to_string(), "organization": office.organization, "people": people,
        });
        writeln!(out, "{ready}")?;
    } else {
        writeln!(out, "\nServer link   {}\n", office.link)?;
        for person in &office.people {
            let password = person.password.expose_secret();
            writeln!(out, "{:13} {}   {password}", person.role, person.email)?;
        }
        writeln!(
            out,
            "\n{} events. Ctrl-C stops the server and removes everything.",
            wanted.events
        )?;
    }
    out.flush()?;
    Ok(())
}

#[cfg(unix)]
fn asked_to_stop() -> Result<impl Future<Output = ()>, Fault> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> Result<impl Future<Output = ()>, Fault> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
