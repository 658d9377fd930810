//! Backing an office up and restoring it in another database of the same server: how long, how big, how much memory.

use crate::report::{Report, size, time};
use server::archive::{self, Onto};
use server::setup;
use std::fs;
use std::time::{Duration, Instant};
use testkit::Office;
use testkit::sign_in::Fault;

const AGAIN: &str = "cloche_again";
/// What a backup or a restore may need on top, in KiB, however big the office is.
const MOST_MEMORY: u64 = 48 * 1024;

pub async fn measure(office: &Office, report: &mut Report) -> Result<(), Fault> {
    let (owner, org) = (office.owner(), office.organization);
    let path = office.folder().join("bench.cloche-backup");

    let before = begin_watching();
    let begun = Instant::now();
    let manifest = archive::write(&owner, org, &path).await?;
    let wrote = begun.elapsed();
    let memory = grown_since(before);
    let rows = manifest.rows();
    let bytes = fs::metadata(&path)?.len();
    let plain: u64 = manifest.parts.iter().map(|part| part.bytes).sum();
    report.time(&format!("backup of {rows} rows, verified"), wrote, Duration::from_secs(60));
    report.figure("backup: rows a second", &rate(rows, wrote), &packed(bytes, plain));
    tell_memory("backup", memory, report);

    let begun = Instant::now();
    archive::verify(&path)?;
    report.figure("backup: reading and comparing it", &time(begun.elapsed()), "");

    setup::provision(&owner, AGAIN).await?;
    let before = begin_watching();
    let begun = Instant::now();
    archive::restore_compared(&owner.clone().database(AGAIN), &path, Onto::Empty).await?;
    let restored = begun.elapsed();
    let memory = grown_since(before);
    report.time("restore elsewhere, checked and compared", restored, Duration::from_secs(180));
    report.figure("restore: rows a second", &rate(rows, restored), "");
    tell_memory("restore", memory, report);
    Ok(())
}

fn rate(rows: u64, took: Duration) -> String {
    format!("{:.0}", rows as f64 / took.as_secs_f64())
}

fn packed(bytes: u64, plain: u64) -> String {
    format!("{:.1} MB in the file, {:.1} MB unpacked", bytes as f64 / 1e6, plain as f64 / 1e6)
}

fn tell_memory(what: &str, grown: Option<u64>, report: &mut Report) {
    if let Some(grown) = grown {
        let most = format!("at most {} whatever the size", size(MOST_MEMORY));
        report.figure(&format!("{what}: memory on top"), &size(grown), &most);
        let over = usize::from(grown > MOST_MEMORY);
        report.none(&format!("{what}: too much memory"), over, "");
    }
}

/// What this process holds now, with its peak forgotten; in KiB, where the system tells.
fn begin_watching() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS:")
}

fn grown_since(before: Option<u64>) -> Option<u64> {
    Some(status("VmHWM:")?.saturating_sub(before?))
}

fn status(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
