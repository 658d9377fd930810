//! What somebody who helps needs to know of this desk, and nothing about the office: versions, how sync stands, how big
//! the local copies are, and the end of the log, redacted.

pub mod logs;
pub mod redact;

use crate::open::Desk;
use crate::profile::{Places, Profile, ServerKind};
use crate::view::SyncView;
use redact::Known;
use replica::sync::SyncState;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// How much of the log is shown and copied.
const LINES: usize = 200;
/// A longer line is cut, once it is redacted: nobody reads on.
const LONGEST_LINE: usize = 2000;

/// One thing that is so here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Fact {
    /// What.
    pub name: String,
    /// How.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// A line of the log, redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LogLine {
    /// How bad it is.
    pub level: LogLevel,
    /// The whole line.
    pub text: String,
}

/// How bad a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Something happened, or the line belongs to the one above.
    Plain,
}

/// What is shown, and copied as one text.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Diagnostics {
    /// Versions and states.
    pub facts: Vec<Fact>,
    /// The end of the log, the oldest line first.
    pub lines: Vec<LogLine>,
    /// All of it, to be copied.
    pub text: String,
}

/// What is known of this desk without asking anybody. `shell` are the facts that only the window's program knows.
#[must_use]
pub fn diagnostics(
    places: &Places,
    desk: Option<&Desk>,
    postgres: Option<String>,
    shell: Vec<Fact>,
) -> Diagnostics {
    let mut facts = shell;
    facts.push(Fact::new("Database", database(desk, postgres)));
    facts.push(Fact::new(
        "Sync",
        desk.map_or("nobody is signed in".to_owned(), |d| sync(&d.sync_status())),
    ));
    facts.push(Fact::new("Local copies", copies(&places.data.join("copies"))));
    let known = known(places, desk);
    let lines: Vec<LogLine> = logs::tail(&places.data.join("logs"), LINES)
        .iter()
        .map(|line| LogLine { level: level(line), text: cut(redact::redact(line, &known)) })
        .collect();
    let text = written(&facts, &lines);
    Diagnostics { facts, lines, text }
}

fn written(facts: &[Fact], lines: &[LogLine]) -> String {
    let mut text = String::new();
    for Fact { name, value } in facts {
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    for line in lines {
        let _ = writeln!(text, "{}", line.text);
    }
    text
}

fn cut(line: String) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Only the place where the log writes it counts; a message may contain the word.
fn level(line: &str) -> LogLevel {
    match line.split_whitespace().nth(1) {
        Some("ERROR") => LogLevel::Error,
        Some("WARN") => LogLevel::Warning,
        _ => LogLevel::Plain,
    }
}

fn database(desk: Option<&Desk>, postgres: Option<String>) -> String {
    match (desk.map(|desk| desk.server().kind), postgres) {
        (Some(ServerKind::Remote), _) => "PostgreSQL on a server elsewhere".to_owned(),
        (_, Some(version)) => format!("PostgreSQL {version} on this computer"),
        (Some(_), None) => "PostgreSQL on this computer, not running".to_owned(),
        (None, None) => "not running".to_owned(),
    }
}

fn sync(status: &SyncView) -> String {
    let state = match status.state {
        SyncState::Live => "up to date",
        SyncState::Syncing => "catching up",
        SyncState::FirstSync => "getting the first copy",
        SyncState::Offline => "offline",
        SyncState::OldCopy => "older copy",
    };
    match status.as_of {
        Some(at) => format!("{state}, as of {}", at.format("%Y-%m-%d %H:%M UTC")),
        None => state.to_owned(),
    }
}

/// How many local copies there are, and how big: their folders' names are ids and stay out.
fn copies(folder: &Path) -> String {
    let mut sizes = Vec::new();
    for person in folders(folder) {
        sizes.extend(folders(&person).iter().map(|copy| logs::size(copy)));
    }
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    if sizes.is_empty() {
        return "none".to_owned();
    }
    let words: Vec<String> = sizes.iter().map(|bytes| mebibytes(*bytes)).collect();
    format!("{} ({})", sizes.len(), words.join(", "))
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// The names that this desk knows: whose they are does not matter to whoever helps.
fn known(places: &Places, desk: Option<&Desk>) -> Known {
    let mut known = Known::of_this_computer();
    known.folder(&places.data);
    for server in Profile::load(&places.data).unwrap_or_default().servers {
        known.text(&server.name, "server");
        known.text(server.email.as_deref().unwrap_or_default(), "e-mail");
        known.text(&server.link.database, "database");
        match &server.link.place {
            server::link::Place::Host { host, .. } => known.text(host, "host"),
            server::link::Place::Socket { folder, .. } => known.folder(folder),
        }
    }
    if let Some(desk) = desk {
        let view = desk.view();
        known.person(&view.display_name);
        known.text(&view.email, "e-mail");
        for organization in &view.organizations {
            known.text(&organization.name, "organization");
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_signed_in_still_has_something_to_send() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        std::fs::create_dir_all(&logs).unwrap();
        let line = "2026-11-20T16:10:27.123456Z  WARN desk::open: a word with ana@olivar.example";
        std::fs::write(logs.join("cloche.2026-11-20.log"), format!("{line}\n")).unwrap();
        let places = Places { data: folder.path().to_owned(), postgres: "/nowhere".into() };
        let told = diagnostics(&places, None, None, vec![Fact::new("Cloche", "0.1.0")]);
        assert_eq!(told.lines[0].level, LogLevel::Warning);
        assert_eq!(
            told.text,
            "Cloche: 0.1.0\nDatabase: not running\nSync: nobody is signed in\nLocal copies: none\n\n\
             2026-11-20T16:10:27.123456Z  WARN desk::open: a word with <e-mail>\n"
        );
    }

    #[test]
    fn copies_are_counted_and_measured_without_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for (name, size) in [("a", 1024 * 1024), ("b", 3 * 1024 * 1024 + 600 * 1024)] {
            let copy = folder.path().join("person").join(name);
            std::fs::create_dir_all(&copy).unwrap();
            std::fs::write(copy.join("replica.db"), vec![0; size]).unwrap();
        }
        assert_eq!(copies(folder.path()), "2 (3.5 MiB, 1.0 MiB)");
        assert_eq!(copies(&folder.path().join("missing")), "none");
    }

    #[test]
    fn a_monstrous_line_is_cut_between_letters() {
        assert_eq!(cut("é".repeat(5000)).chars().count(), LONGEST_LINE + 1);
        assert_eq!(cut("short".to_owned()), "short");
    }

    #[test]
    fn a_line_is_as_bad_as_the_log_says_not_as_its_words_say() {
        assert_eq!(level("2026-11-20T16:10:27Z ERROR desk::live: it failed"), LogLevel::Error);
        assert_eq!(
            level("2026-11-20T16:10:27Z  INFO desk::live: no ERROR at all"),
            LogLevel::Plain
        );
    }
}
