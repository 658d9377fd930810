//! `soak [--desks N] [--minutes N | --seconds N] [--rtt MS] [--visible PERCENT]`: many desks on one server over a slow
//! network, for a while: how long an action takes, how late others see it, and what it all costs.
//!
//! Prints a table and fails where a target is missed. Desks, network and server share this computer.

mod cost;
mod crowd;
mod table;

use cost::Cost;
use crowd::{Crowd, Outcome};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use table::{Table, ms};
use testkit::OwnServer;

/// How the soak is run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    desks: usize,
    lasts: Duration,
    rtt: Duration,
    visible_percent: usize,
}

const USAGE: &str =
    "usage: soak [--desks N] [--minutes N | --seconds N] [--rtt MS] [--visible PERCENT]";

#[tokio::main]
async fn main() -> ExitCode {
    let Some(plan) = plan(std::env::args().skip(1)) else {
        let _ = writeln!(std::io::stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    let table = soak(plan).await;
    let _ = write!(std::io::stdout(), "{table}");
    if table.is_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plan(mut args: impl Iterator<Item = String>) -> Option<Plan> {
    let mut plan = Plan {
        desks: 200,
        lasts: Duration::from_secs(300),
        rtt: Duration::from_millis(30),
        visible_percent: 100,
    };
    while let Some(name) = args.next() {
        let number: u64 = args.next()?.parse().ok()?;
        match name.as_str() {
            "--desks" => plan.desks = usize::try_from(number).ok().filter(|n| *n >= 2)?,
            "--minutes" => plan.lasts = Duration::from_secs(number * 60),
            "--seconds" => plan.lasts = Duration::from_secs(number),
            "--rtt" => plan.rtt = Duration::from_millis(number),
            "--visible" => plan.visible_percent = usize::try_from(number.min(100)).ok()?,
            _ => return None,
        }
    }
    Some(plan)
}

async fn soak(plan: Plan) -> Table {
    say("Starting a server and its office");
    // Two for each desk, and as many again while the server has not noticed that the first ones are gone.
    let server = OwnServer::start(&["alter system set max_connections = 1000"]).await;
    let mut crowd = Crowd::gather(&server, plan).await;
    say(&format!("{} desks at work for {} s", plan.desks, plan.lasts.as_secs()));
    let watching = Cost::watch(&server, plan.desks);
    let outcome = crowd.work(plan).await;
    let cost = watching.end().await;
    say("Restarting the server under all of them");
    let back = crowd.herd(&server).await;
    crowd.close().await;
    let table = tell(plan, &outcome, &cost, back);
    server.stop().await;
    table
}

fn tell(plan: Plan, outcome: &Outcome, cost: &Cost, back: Option<Duration>) -> Table {
    let build = if cfg!(debug_assertions) { ", NOT an optimised build" } else { "" };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut table = Table::new(&format!(
        "{} desks, {} s, {} ms round trip, {cores} cores shared with the server{build}",
        plan.desks,
        plan.lasts.as_secs(),
        plan.rtt.as_millis(),
    ));
    let confirmed = plan.rtt + Duration::from_millis(30);
    let (p95, p50) =
        (table::quantile(&outcome.confirmed, 0.95), table::quantile(&outcome.confirmed, 0.5));
    let note = format!("of {}; median {}", outcome.confirmed.len(), ms(p50));
    table.row(
        "action confirmed, p95",
        &ms(p95),
        &format!("≤ {}", ms(confirmed)),
        p95 <= confirmed,
        &note,
    );
    let (p95, p50) =
        (table::quantile(&outcome.visible, 0.95), table::quantile(&outcome.visible, 0.5));
    let note = format!("of {}; median {}", outcome.visible.len(), ms(p50));
    let visible = Duration::from_millis(1_500);
    table.row("change visible elsewhere, p95", &ms(p95), "≤ 1500 ms", p95 <= visible, &note);
    let first = outcome.faults.first().map_or("", String::as_str);
    table.row("faults", &outcome.faults.len().to_string(), "0", outcome.faults.is_empty(), first);
    cost.tell(&mut table);
    match back {
        Some(back) => table.row(
            "all back after a restart",
            &format!("{:.1} s", back.as_secs_f64()),
            "< 30 s",
            back < Duration::from_secs(30),
            "",
        ),
        None => {
            table.row("all back after a restart", "not all", "< 30 s", false, "within a minute")
        }
    }
    table
}

/// Progress goes beside the table, not into it.
pub fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what} …");
}
