//! `bench [--quick] [PART …]`: the figures Cloche is held to, from one run on one computer.
//!
//! Absolute times say more about the computer than about Cloche; so each figure stands beside what it is compared
//! with, measured a moment apart on the same server, and the ratio is what counts. `--quick` is a smoke run.

mod archive;
mod books;
mod desks;
mod door;
mod driver;
mod feed;
mod guard;
mod lag;
mod lists;
mod office;
mod offline;
mod painted;
mod processes;
mod raw;
mod report;
mod screen;
mod stage;
mod sync;
mod window;

use report::Report;
use server::embedded::Listen;
use stage::{Filling, Scale, Stage};
use std::io::Write;
use std::process::ExitCode;
use testkit::Office;
use testkit::sign_in::Fault;

const PARTS: &[&str] = &[
    "starts", "sync", "lists", "door", "polls", "lag", "offline", "window", "archive", "books",
    "office", "painted",
];
/// The parts with an office of events.
const WITH_EVENTS: &[&str] =
    &["sync", "lists", "door", "polls", "lag", "offline", "window", "archive"];

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // Called by this program itself, with the message bus of the screen it opened.
    if args.first().is_some_and(|arg| arg == screen::KEEP_SIGN_IN) {
        return screen::keep_sign_in();
    }
    let (options, parts): (Vec<String>, Vec<String>) =
        args.into_iter().partition(|arg| arg.starts_with("--"));
    let stray = options.iter().any(|o| o != "--quick");
    if stray || parts.iter().any(|part| !PARTS.contains(&part.as_str())) {
        let _ = writeln!(std::io::stderr(), "usage: bench [--quick] [{}]", PARTS.join("] ["));
        return ExitCode::from(2);
    }
    let scale = if options.is_empty() { Scale::FULL } else { Scale::QUICK };
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    match measure(scale, wanted).await {
        Ok(report) => {
            let _ = write!(std::io::stdout(), "{report}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "The benchmark stopped: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(scale: Scale, wanted: impl Fn(&str) -> bool) -> Result<Report, Fault> {
    let mut report = Report::new(scale);
    if wanted("starts") {
        say("Starting and stopping the embedded server");
        stage::starts(&mut report).await?;
    }
    if WITH_EVENTS.iter().any(|part| wanted(part)) {
        say(&format!("Filling an office with {} events", scale.events));
        let mut office = Office::open(Listen::Loopback { port: None }).await?;
        let outcome = measure_office(&mut office, scale, &wanted, &mut report).await;
        office.close().await?;
        outcome?;
    }
    if wanted("books") {
        say("Importing an office's books");
        books::measure(scale, &mut report).await?;
    }
    if wanted("office") || wanted("painted") {
        say(&format!("Filling an office with {} events and their work", scale.events));
        office::measure(scale, &wanted, &mut report).await?;
    }
    Ok(report)
}

async fn measure_office(
    office: &mut Office,
    scale: Scale,
    wanted: &impl Fn(&str) -> bool,
    report: &mut Report,
) -> Result<(), Fault> {
    let stage = Stage::set(office, scale, Filling::Events).await?;
    if wanted("sync") {
        say("First sync");
        sync::measure(&stage, report).await?;
    }
    if wanted("lists") {
        say("Lists");
        lists::measure(&stage, report).await?;
    }
    if wanted("polls") {
        say("Polls");
        feed::measure(&stage, report).await?;
    }
    if wanted("lag") {
        say("From one desk to the others");
        lag::measure(&stage, report).await?;
    }
    if wanted("offline") {
        say("Screens online and offline");
        offline::measure(&stage, report).await?;
    }
    if wanted("door") {
        say("Actions through the door");
        door::measure(&stage, report).await?;
    }
    if wanted("archive") {
        say("Backing up and restoring");
        archive::measure(stage.office, report).await?;
    }
    if wanted("window") {
        say("Opening windows");
        window::measure(&stage, report).await?;
    }
    Ok(())
}

/// Progress goes beside the table, not into it.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what} …");
}
