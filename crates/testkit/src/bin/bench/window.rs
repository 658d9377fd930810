//! Cold start to a usable screen, and memory, beside an empty Tauri window of the same size.
//!
//! What counts is what can be seen: from starting the process until the pixels of the first screen are those that stay.

use crate::lag::copy_folder;
use crate::processes::{pss, tree};
use crate::report::{Report, median};
use crate::screen::{HEIGHT, Part, Screen, WIDTH};
use crate::stage::Stage;
use desk::profile::Profile;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use testkit::sign_in::{Fault, known};

/// When nothing has changed for so long, the window is finished.
const STILL: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(40);
/// So much of a screen is other than its background; an empty page or a form is below.
const INK: f64 = 0.03;

/// What the first screen says: right of the navigation, below its heading.
const FIRST: Part = Part { left: 220, top: 160, right: WIDTH - 24, bottom: HEIGHT - 8 };
const ALL: Part = Part { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let (cloche, empty) = (beside_us("cloche")?, beside_us("empty-window")?);
    if !cfg!(target_os = "linux") || !cloche.exists() || !empty.exists() {
        report.figure(
            "cold start and memory",
            "not measured",
            "needs Linux and all programs built",
        );
        return Ok(());
    }
    let mut screen = match Screen::turn_on() {
        Ok(screen) => screen,
        Err(fault) => {
            report.figure("cold start and memory", "not measured", &fault.to_string());
            return Ok(());
        }
    };
    prepare(stage, &screen)?;
    let times = stage.scale.times(5);
    let seen = tokio::task::spawn_blocking(move || all_starts(&mut screen, &cloche, &empty, times));
    let (ours, theirs) = seen.await??;
    let middle = |starts: &[Start]| -> (Duration, u64) {
        let mut sizes: Vec<u64> = starts.iter().map(|s| s.memory).collect();
        sizes.sort_unstable();
        let times: Vec<Duration> = starts.iter().map(|s| s.painted).collect();
        (median(&times), sizes[sizes.len() / 2])
    };
    let ((start, memory), (least, smallest)) = (middle(&ours), middle(&theirs));
    let what = format!("cold start to the first screen of {} events", stage.scale.events);
    report.ratio(&what, start, ("an empty window", least), 1.3);
    report.size_ratio("memory of all its processes", memory, ("an empty window", smallest), 1.5);
    Ok(())
}

pub fn beside_us(name: &str) -> Result<PathBuf, Fault> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// A data folder as Cloche left it yesterday: signed in, with everything in the local copy.
pub fn prepare(stage: &Stage<'_>, screen: &Screen) -> Result<(), Fault> {
    let data = screen.home().join("cloche");
    copy_folder(&stage.synced, &data)?;
    let device = &stage.devices[0];
    let mut profile = Profile::default();
    profile.remember(known(&stage.office.link, &device.who, stage.office.organization));
    profile.save(&data)?;
    screen.keep(stage.office.link.server_id, &device.sign_in)
}

struct Start {
    painted: Duration,
    memory: u64,
}

type Starts = (Vec<Start>, Vec<Start>);

fn all_starts(
    screen: &mut Screen,
    cloche: &std::path::Path,
    empty: &std::path::Path,
    times: u32,
) -> Result<Starts, Fault> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=times {
        let without = start(screen, screen.command(empty), &ALL, 0.0)?;
        let mut command = screen.command(cloche);
        command.env("CLOCHE_DATA_DIR", screen.home().join("cloche"));
        let with = start(screen, command, &FIRST, INK)?;
        // The first time reads programs and libraries from the disk.
        if turn > 0 {
            theirs.push(without);
            ours.push(with);
        }
    }
    Ok((ours, theirs))
}

/// Starts a program and watches its part of the screen until nothing changes any more.
fn start(screen: &mut Screen, mut command: Command, part: &Part, ink: f64) -> Result<Start, Fault> {
    let blank = screen.pixels(part)?;
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let outcome = watch(screen, &mut child, part, (begun, &blank), ink);
    let _ = child.kill();
    child.wait()?;
    // Its windows go with it; the next one begins with an empty screen.
    while screen.pixels(part)? != blank {
        if begun.elapsed() > PATIENCE * 2 {
            return Err("a window stayed on the screen".into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    outcome
}

fn watch(
    screen: &mut Screen,
    child: &mut Child,
    part: &Part,
    (begun, blank): (Instant, &[u8]),
    ink: f64,
) -> Result<Start, Fault> {
    let mut frames: Vec<(Duration, Vec<u8>)> = vec![(Duration::ZERO, blank.to_vec())];
    loop {
        let frame = screen.pixels(part)?;
        let (at, last) = &frames[frames.len() - 1];
        let now = begun.elapsed();
        if frame != *last {
            frames.push((now, frame));
        } else if frames.len() > 1 && now - *at > STILL {
            break;
        }
        if now > PATIENCE || child.try_wait()?.is_some() {
            return Err("a program showed nothing that lasts".into());
        }
        std::thread::sleep(Duration::from_millis(8));
    }
    let memory = pss(&tree(child.id()));
    let last = frames.last().map(|(_, frame)| frame.clone()).unwrap_or_default();
    if inked(&last, screen.bytes_per_pixel()) < ink {
        return Err("the window did not show its first screen".into());
    }
    let painted = frames.iter().find(|(_, frame)| *frame == last).map(|(at, _)| *at);
    Ok(Start { painted: painted.unwrap_or_default(), memory })
}

/// Which part of the pixels is not background.
fn inked(frame: &[u8], bytes_per_pixel: usize) -> f64 {
    let mut counts: HashMap<&[u8], u32> = HashMap::new();
    for pixel in frame.chunks_exact(bytes_per_pixel) {
        *counts.entry(pixel).or_default() += 1;
    }
    let all: u32 = counts.values().sum();
    let most = counts.values().max().copied().unwrap_or(0);
    f64::from(all - most) / f64::from(all.max(1))
}
