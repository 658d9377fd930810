//! What an import would do, row by row, and what it sends when it does.

use super::{ImportKind, SheetRow, grouped};
use crate::change::{Entity, Plan};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// What would become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It would be added.
    New,
    /// It is on record or on an earlier line.
    AlreadyThere,
    /// It cannot be taken.
    Refused,
    /// It waits for an answer.
    Question,
    /// What it books is booked already.
    Clash,
}

/// A row and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// What would become of it.
    pub verdict: Verdict,
    /// The client's or event's name.
    pub title: String,
    /// The field that is wrong, where one is.
    pub field: Option<String>,
    /// Why it is not new, in a finished sentence.
    pub reason: Option<String>,
    /// What is odd about it although it is taken, in a finished sentence.
    pub flag: Option<String>,
}

/// Something that only a person can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportQuestion {
    /// What an answer names.
    pub key: String,
    /// The question.
    pub text: String,
    /// How many rows wait for it.
    pub rows: u32,
    /// What can be answered.
    pub choices: Vec<ImportChoice>,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportChoice {
    /// What an answer names.
    pub id: String,
    /// For a person.
    pub label: String,
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportAnswer {
    /// The question's key.
    pub key: String,
    /// The choice's id; none leaves those rows out.
    pub choice: Option<String>,
}

/// By what an imported row is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportKey {
    /// [`ImportKind::as_str`].
    pub kind: String,
    /// The row's key.
    pub key: String,
    /// What it became.
    pub id: Uuid,
}

/// The dry run's figures and first rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportPreview {
    /// Rows of the file.
    pub total: u32,
    /// Rows that would be added.
    pub fine: u32,
    /// Rows that are there already.
    pub already_there: u32,
    /// Rows that cannot be taken.
    pub refused: u32,
    /// Rows that book what is booked already.
    pub clashes: u32,
    /// Rows that are taken although something is odd about them.
    pub flagged: u32,
    /// What only a person can tell.
    pub questions: Vec<ImportQuestion>,
    /// The first rows, those that need attention first.
    pub rows: Vec<ImportRow>,
    /// All of it in a sentence or two.
    pub summary: String,
}

/// What an import would do with every row, and what it sends.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportPlan {
    /// What the rows are.
    pub kind: ImportKind,
    /// Every row of the file, in its order.
    pub rows: Vec<ImportRow>,
    /// What only a person can tell.
    pub questions: Vec<ImportQuestion>,
    /// The changes for the rows that are new.
    pub plan: Plan,
    /// Their keys, in the same order.
    pub keys: Vec<ImportKey>,
    /// What each row of the file is from now on: a new thing, or one that is on record.
    pub(super) became: Vec<Option<Uuid>>,
}

impl AsRef<Self> for ImportPlan {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl ImportPlan {
    /// An import of which no row has been looked at.
    pub(super) fn new(kind: ImportKind, rows: usize) -> Self {
        Self {
            kind,
            rows: Vec::with_capacity(rows),
            questions: Vec::new(),
            plan: Plan { changes: Vec::with_capacity(rows) },
            keys: Vec::with_capacity(rows),
            became: Vec::with_capacity(rows),
        }
    }

    /// How many rows have that verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> u32 {
        self.rows.iter().map(|row| u32::from(row.verdict == verdict)).sum()
    }

    /// Whether every row can be taken or is there already.
    #[must_use]
    pub fn all_fine(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.verdict, Verdict::New | Verdict::AlreadyThere))
    }

    /// The figures, and at most `limit` rows: questions and refusals first, then the rest, each in the file's order.
    #[must_use]
    pub fn preview(&self, limit: usize) -> ImportPreview {
        let order = [
            Verdict::Question,
            Verdict::Refused,
            Verdict::Clash,
            Verdict::AlreadyThere,
            Verdict::New,
        ];
        let rows = order
            .iter()
            .flat_map(|verdict| {
                let those = || self.rows.iter().filter(|row| row.verdict == *verdict);
                let odd = those().filter(|row| row.flag.is_some());
                odd.chain(those().filter(|row| row.flag.is_none()))
            })
            .take(limit)
            .cloned()
            .collect();
        ImportPreview {
            total: u32::try_from(self.rows.len()).unwrap_or(u32::MAX),
            fine: self.count(Verdict::New),
            already_there: self.count(Verdict::AlreadyThere),
            refused: self.count(Verdict::Refused),
            clashes: self.count(Verdict::Clash),
            flagged: self.flagged(),
            questions: self.questions.clone(),
            rows,
            summary: self.summary(),
        }
    }

    /// How many rows are taken although something is odd about them.
    #[must_use]
    pub fn flagged(&self) -> u32 {
        self.rows.iter().map(|row| u32::from(row.flag.is_some())).sum()
    }

    fn summary(&self) -> String {
        let mut summary = match self.count(Verdict::New) {
            0 => "Nothing would be added.".to_owned(),
            new => format!("{} would be added.", self.kind.counted(new)),
        };
        let rows = |count| {
            if count == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(count)) }
        };
        let is = |count| if count == 1 { "is" } else { "are" };
        let there = self.count(Verdict::AlreadyThere);
        if there > 0 {
            summary += &format!(" {} {} there already.", rows(there), is(there));
        }
        let refused = self.count(Verdict::Refused);
        if refused > 0 {
            summary += &format!(" {} cannot be taken.", rows(refused));
        }
        let clashes = self.count(Verdict::Clash);
        if clashes > 0 {
            let book = if clashes == 1 { "books" } else { "book" };
            summary += &format!(" {} {book} what is booked already.", rows(clashes));
        }
        let flagged = self.flagged();
        if flagged > 0 {
            summary += &format!(" {} {} taken as history.", rows(flagged), is(flagged));
        }
        match self.count(Verdict::Question) {
            0 => {}
            1 => summary += " 1 row waits for your answer.",
            open => summary += &format!(" {} wait for your answer.", rows(open)),
        }
        summary
    }

    /// Records a row that would be added.
    pub(super) fn add<E: Entity>(&mut self, line: u32, title: String, key: String, entity: &E) {
        self.add_flagged(line, title, key, entity, None);
    }

    /// Records a row that would be added although something is odd about it.
    pub(super) fn add_flagged<E: Entity>(
        &mut self,
        line: u32,
        title: String,
        key: String,
        entity: &E,
        flag: Option<String>,
    ) {
        self.plan.changes.extend(Plan::creating(entity).changes);
        self.keys.push(ImportKey { kind: self.kind.as_str().to_owned(), key, id: entity.id() });
        self.became.push(Some(entity.id()));
        let verdict = Verdict::New;
        self.rows.push(ImportRow { line, verdict, title, field: None, reason: None, flag });
    }

    /// Records a row that is not added.
    pub(super) fn leave(&mut self, line: u32, title: String, left: Left) {
        let (verdict, field, reason, id) = match left {
            Left::AlreadyThere { reason, id } => (Verdict::AlreadyThere, None, reason, id),
            Left::Refused { field, reason } => (Verdict::Refused, field, reason, None),
            Left::Question(reason) => (Verdict::Question, Some("client"), reason, None),
            Left::Clash(reason) => (Verdict::Clash, Some("resource"), reason, None),
        };
        let field = field.map(str::to_owned);
        self.became.push(id);
        self.rows.push(ImportRow { line, verdict, title, field, reason: Some(reason), flag: None });
    }
}

/// Why a row is not added.
pub(super) enum Left {
    /// `id`: what is there, where it is or will be on record.
    AlreadyThere {
        reason: String,
        id: Option<Uuid>,
    },
    Refused {
        field: Option<&'static str>,
        reason: String,
    },
    Question(String),
    Clash(String),
}

impl Left {
    pub(super) fn refused(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { field: Some(field), reason: reason.into() }
    }

    pub(super) fn on_record(what: &str, id: Uuid) -> Self {
        Self::AlreadyThere { reason: format!("This {what} is on record."), id: Some(id) }
    }
}

/// A form's field is a file's field, but for the times.
impl From<Refusal> for Left {
    fn from(refusal: Refusal) -> Self {
        let field = match refusal.field() {
            Some("starts_local") => Some("starts"),
            Some("ends_local") => Some("ends"),
            Some("reason") => Some("cancel_reason"),
            Some("due_local") => Some("due"),
            other => other,
        };
        Self::Refused { field, reason: refusal.to_string() }
    }
}

/// What came before on record or in this file.
pub(super) struct Seen<'a> {
    imported: &'a HashMap<String, Uuid>,
    lines: HashMap<String, (u32, Option<Uuid>)>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(imported: &'a HashMap<String, Uuid>, rows: usize) -> Self {
        Self { imported, lines: HashMap::with_capacity(rows) }
    }

    /// Passes a key that neither an earlier import nor an earlier line had.
    pub(super) fn check(&self, key: &str) -> Result<(), Left> {
        if let Some(id) = self.imported.get(key) {
            let reason = "It was imported before.".to_owned();
            return Err(Left::AlreadyThere { reason, id: Some(*id) });
        }
        match self.lines.get(key) {
            Some((line, id)) => {
                let reason = format!("It is the same as line {line}.");
                Err(Left::AlreadyThere { reason, id: *id })
            }
            None => Ok(()),
        }
    }

    /// Notes a row that was taken as `id`, or that waits for an answer.
    pub(super) fn note(&mut self, key: &str, line: u32, id: Option<Uuid>) {
        self.lines.insert(key.to_owned(), (line, id));
    }
}

/// Passes a row with no more cells than headings: with more, cells have slipped into wrong columns.
pub(super) fn check_width(row: &SheetRow, columns: usize, delimiter: char) -> Result<(), Left> {
    let Some(cells) = row.surplus else { return Ok(()) };
    let between = if delimiter == '\t' { "a tab".to_owned() } else { format!("“{delimiter}”") };
    Err(Left::Refused {
        field: None,
        reason: format!(
            "This row has {cells} cells under {columns} headings. Put a cell that holds {between} in quotation marks."
        ),
    })
}

/// Passes a name that no spreadsheet would run as a formula.
pub(super) fn check_name(field: &'static str, name: &str) -> Result<(), Left> {
    if !name.starts_with(['=', '@']) {
        return Ok(());
    }
    let sign = &name[..1];
    Err(Left::refused(
        field,
        format!("“{}” starts with “{sign}”: it is a formula, not a name.", shortened(name)),
    ))
}

/// A name that fits a line of a list.
pub(super) fn shortened(text: &str) -> String {
    crate::text::shortened(text, 100)
}
