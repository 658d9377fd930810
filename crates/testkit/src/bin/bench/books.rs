//! An office moves in: its whole books looked through, previewed and imported by a desk, into an office with nothing yet.

use crate::report::{Report, time};
use crate::stage::{Filling, Scale, Stage};
use desk::actions;
use desk::open::Desk;
use serde_json::{Value, json};
use server::embedded::Listen;
use std::time::{Duration, Instant};
use testkit::Office;
use testkit::sign_in::{Fault, until_live};
use uuid::Uuid;

const BOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/books");
/// The same clients once more, for tests of untidy files.
const NOT_BOOKS: &str = "clients-messy.csv";

pub async fn measure(scale: Scale, report: &mut Report) -> Result<(), Fault> {
    let mut office = Office::open(Listen::Loopback { port: None }).await?;
    let outcome = import(&mut office, scale, report).await;
    office.close().await?;
    outcome
}

async fn import(office: &mut Office, scale: Scale, report: &mut Report) -> Result<(), Fault> {
    let stage = Stage::set(office, Scale { events: 0, ..scale }, Filling::Events).await?;
    let (desk, mut seen) = stage.desk(&stage.synced, &stage.devices[0]).await?;
    until_live(&desk, &mut seen, Duration::from_secs(60)).await?;
    let outcome = bring_in(&desk, report).await;
    desk.close().await;
    outcome
}

async fn bring_in(desk: &Desk, report: &mut Report) -> Result<(), Fault> {
    let begun = Instant::now();
    let folder = actions::run(desk, "import_folder_open", json!({ "path": BOOKS })).await?;
    let opened = begun.elapsed();
    let files: Vec<&Value> = folder["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|file| file["file_name"] != NOT_BOOKS)
        .collect();
    let rows: u64 = files.iter().filter_map(|file| file["rows"].as_u64()).sum();
    let chosen: Vec<Value> = files
        .iter()
        .map(|f| json!({ "source_id": f["source_id"], "kind": f["kind"], "mapping": f["mapping"] }))
        .collect();
    let ask = json!({ "files": chosen, "answers": [], "default_time_zone": "Europe/Madrid" });
    actions::run(desk, "import_books_preview", ask).await?;
    let previewed = begun.elapsed();
    let sources: Vec<&Value> = files.iter().map(|file| &file["source_id"]).collect();
    let command = Uuid::now_v7();
    let apply = json!({ "source_ids": sources, "command_id": command, "only_valid": true });
    let done = actions::run(desk, "import_books_apply", apply).await?;
    let all = begun.elapsed();
    report.time(
        &format!("whole books ({rows} rows) previewed and imported"),
        all,
        Duration::from_secs(20),
    );
    let beside = format!(
        "preview {}, import {} ({} rows taken)",
        time(previewed - opened),
        time(all - previewed),
        done["imported"]
    );
    report.figure("books: opening five files", &time(opened), &beside);
    Ok(())
}
