//! Screens of the real window, from the press on a link until their rows are painted.
//!
//! The page itself takes the times: from the navigation until the first frame with the rows has been drawn, so
//! that the frame which shows them is over. What the page remembers of earlier answers is forgotten before each turn.

use crate::driver::Driver;
use crate::office::people;
use crate::report::Report;
use crate::screen::Screen;
use crate::stage::Stage;
use crate::window::{beside_us, prepare};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::sign_in::Fault;

/// What a screen may take until it is painted.
const PAINTED: Duration = Duration::from_millis(50);
/// Turns of each screen before the first that counts: the first reads its program.
const WARM_UP: usize = 3;

/// `arguments`: places to go to one after the other, what has to be there how often, and the callback.
const SCRIPT: &str = include_str!("painted.js");

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let cloche = beside_us("cloche")?;
    let screen = match Screen::turn_on() {
        Ok(screen) if cloche.exists() => screen,
        Ok(_) => return not_measured(report, "needs the window's program built"),
        Err(fault) => return not_measured(report, &fault.to_string()),
    };
    prepare(stage, &screen)?;
    let resources = people(stage).await?;
    let times = stage.scale.times(40) as usize;
    let seen = tokio::task::spawn_blocking(move || -> Result<Vec<Vec<Duration>>, Fault> {
        let driver = Driver::open(&screen, &cloche, &screen.home().join("cloche"))?;
        let same = |place: &str| vec![place.to_owned(); WARM_UP + times];
        let month =
            |turn: usize| format!("#/resources/{}?view=month", resources[turn % resources.len()]);
        let months = (0..WARM_UP + times).map(month).collect();
        [
            (same("#/today"), "main [data-item]", 1),
            (same("#/tasks"), "main [role=row]", 10),
            (months, "main [data-day]", 28),
        ]
        .into_iter()
        .map(|(places, rows, least)| turns(&driver, &places, rows, least))
        .collect()
    });
    let seen = match seen.await? {
        Ok(seen) => seen,
        Err(fault) => return not_measured(report, &fault.to_string()),
    };
    let names = ["Today, painted", "tasks, painted", "a resource's month, painted"];
    for (what, took) in names.into_iter().zip(&seen) {
        report.p95(what, took, PAINTED);
    }
    Ok(())
}

fn not_measured(report: &mut Report, why: &str) -> Result<(), Fault> {
    report.figure("screens until painted", "not measured", why);
    Ok(())
}

/// How long each turn took, the first few left out.
fn turns(
    driver: &Driver,
    places: &[String],
    rows: &str,
    least: u32,
) -> Result<Vec<Duration>, Fault> {
    let answer = driver.run(SCRIPT, &[json!(places), json!(rows), json!(least)])?;
    let Value::Array(took) = answer else { return Err(format!("the page says: {answer}").into()) };
    let took = took.iter().filter_map(Value::as_f64).skip(WARM_UP);
    Ok(took.map(|ms| Duration::from_secs_f64(ms / 1e3)).collect())
}
