//! Imports of an office's books: read the file, show what it would do, do it as one step with one undo.
//!
//! Opened files and their dry runs stay in memory, by source, until they are applied or cancelled.

mod folder;
mod send;

pub use folder::{
    BookFileInput, ImportBooksApply, ImportBooksPreview, ImportBooksPreviewInput,
    ImportFilePreview, ImportFolder, ImportFolderOpen, ImportLeftOut, import_books_apply,
    import_books_preview, import_folder_open, import_folder_open_named,
};

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
pub use domain::imports::ImportPreview;
use domain::imports::{
    self, ImportAnswer, ImportField, ImportKind, ImportPlan, ImportRow, Mapping, Sheet, Verdict,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Rows that a preview carries; more are fetched as the list is scrolled.
const FIRST_ROWS: usize = 200;

/// An opened file.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportSource {
    /// Names it in the calls that follow.
    pub source_id: Uuid,
    /// The file's name without its folder.
    pub file_name: String,
    /// What it looks like.
    pub kind: ImportKind,
    /// Its headings.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u32,
    /// The first five.
    pub samples: Vec<Vec<String>>,
    /// What separates its cells.
    pub delimiter: String,
    /// How its letters are written.
    pub encoding: String,
    /// Which column is which field, as guessed.
    pub mapping: Mapping,
    /// What looks odd, in sentences.
    pub problems: Vec<String>,
}

/// A file by its path, for tools without a file dialog.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportOpenInput {
    /// Where it is.
    pub path: PathBuf,
}

/// A kind of rows.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportFieldsInput {
    /// Which.
    pub kind: ImportKind,
}

/// The fields that a kind of rows has.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportFields {
    /// In the order of forms.
    pub fields: Vec<ImportField>,
}

/// What to try.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportPreviewInput {
    /// The file.
    pub source_id: Uuid,
    /// What its rows are.
    pub kind: ImportKind,
    /// Which column is which field.
    pub mapping: Mapping,
    /// Answers to the questions of an earlier dry run.
    pub answers: Vec<ImportAnswer>,
    /// The zone of rows that name none.
    pub default_time_zone: String,
}

/// A window of the dry run's rows.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportRowsInput {
    /// The file.
    pub source_id: Uuid,
    /// Only rows with this verdict.
    pub verdict: Option<Verdict>,
    /// Only rows that are taken although something is odd about them.
    #[serde(default)]
    pub flagged: bool,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to answer.
    pub limit: u32,
}

/// Rows of the dry run.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportRows {
    /// The window.
    pub rows: Vec<ImportRow>,
    /// How many match.
    pub total: u32,
}

/// Doing it.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportApplyInput {
    /// The file.
    pub source_id: Uuid,
    /// The import's command id: one entry in the journal, one undo.
    pub command_id: Uuid,
    /// Take the rows that are right; otherwise all or none.
    pub only_valid: bool,
}

/// A file to forget, or an import to stop.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportCancelInput {
    /// The file.
    pub source_id: Uuid,
}

/// What was imported.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportApplied {
    /// The command, to undo it.
    pub command_id: Uuid,
    /// What happened, for the toast.
    pub label: String,
    /// Every row was there already.
    pub nothing_to_do: bool,
    /// Whether undo can be offered.
    pub undoable: bool,
    /// Rows added.
    pub imported: u32,
    /// Rows left out.
    pub skipped: u32,
}

/// An opened file with its last dry run.
#[derive(Debug)]
pub struct Source {
    sheet: Sheet,
    plan: Mutex<Option<Arc<ImportPlan>>>,
    cancelled: AtomicBool,
}

/// The files a desk has open.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<HashMap<Uuid, Arc<Source>>>);

impl Shelf {
    fn put(&self, id: Uuid, source: Arc<Source>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, source);
    }

    fn find(&self, id: Uuid) -> Result<Arc<Source>, ActionError> {
        let sources = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sources.get(&id).cloned().ok_or_else(|| ActionError::not_found("file"))
    }

    fn take(&self, id: Uuid) -> Option<Arc<Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }
}

/// Opens a file by its path.
///
/// # Errors
/// As [`import_open`].
pub async fn import_open_named(
    desk: &Desk,
    input: ImportOpenInput,
) -> Result<ImportSource, ActionError> {
    import_open(desk, input.path).await
}

/// Reads a file and guesses what it holds.
///
/// # Errors
/// `invalid` for a file that cannot be read or is no table.
pub async fn import_open(desk: &Desk, path: PathBuf) -> Result<ImportSource, ActionError> {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = read(&path).await?;
    let sheet = crate::local::blocking(move || imports::read(&bytes)).await?;
    let (kind, mapping) = imports::guess(&sheet.columns);
    let mut problems = sheet.problems.clone();
    problems.extend(mapping.doubts(kind, &sheet));
    let source = ImportSource {
        source_id: Uuid::new_v4(),
        file_name,
        kind,
        columns: sheet.columns.clone(),
        rows: count(sheet.rows.len()),
        samples: sheet.rows.iter().take(5).map(|row| row.cells.clone()).collect(),
        delimiter: sheet.delimiter.to_string(),
        encoding: sheet.encoding.label().to_owned(),
        mapping,
        problems,
    };
    let opened = Source { sheet, plan: Mutex::default(), cancelled: AtomicBool::new(false) };
    desk.shelf().put(source.source_id, Arc::new(opened));
    Ok(source)
}

async fn read(path: &Path) -> Result<Vec<u8>, ActionError> {
    let no = |message: &str| {
        ActionError::App(AppError {
            field: Some("file".to_owned()),
            ..AppError::plain(Code::Invalid, message)
        })
    };
    let size =
        tokio::fs::metadata(path).await.map_err(|_| no("This file cannot be opened."))?.len();
    if size > imports::MAX_BYTES as u64 {
        return Err(no(
            "This file is larger than 64 MB. Split it, or save only the columns you need.",
        ));
    }
    tokio::fs::read(path).await.map_err(|_| no("This file cannot be read."))
}

/// The fields that a kind of rows has.
///
/// # Errors
/// None.
pub async fn import_fields(
    _desk: &Desk,
    input: ImportFieldsInput,
) -> Result<ImportFields, ActionError> {
    Ok(ImportFields { fields: imports::import_fields(input.kind) })
}

/// The dry run of one file: what would become of every row. Nothing is sent.
///
/// # Errors
/// As [`import_books_preview`].
pub async fn import_preview(
    desk: &Desk,
    input: ImportPreviewInput,
) -> Result<ImportPreview, ActionError> {
    let ImportPreviewInput { source_id, kind, mapping, answers, default_time_zone } = input;
    let files = vec![BookFileInput { source_id, kind, mapping }];
    let books = ImportBooksPreviewInput { files, answers, default_time_zone };
    let mut previews = import_books_preview(desk, books).await?;
    Ok(previews.files.remove(0).preview)
}

/// A window of the dry run's rows.
///
/// # Errors
/// `not_found` before a dry run.
pub async fn import_rows(desk: &Desk, input: ImportRowsInput) -> Result<ImportRows, ActionError> {
    let source = desk.shelf().find(input.source_id)?;
    let plan = planned(&source)?;
    let matching = || {
        plan.rows
            .iter()
            .filter(|row| input.verdict.is_none_or(|verdict| row.verdict == verdict))
            .filter(|row| !input.flagged || row.flag.is_some())
    };
    Ok(ImportRows {
        rows: matching()
            .skip(input.offset as usize)
            .take(input.limit.min(1_000) as usize)
            .cloned()
            .collect(),
        total: count(matching().count()),
    })
}

/// Does what the last dry run of one file showed.
///
/// # Errors
/// As [`import_books_apply`].
pub async fn import_apply(
    desk: &Desk,
    input: ImportApplyInput,
) -> Result<ImportApplied, ActionError> {
    let ImportApplyInput { source_id, command_id, only_valid } = input;
    let source_ids = vec![source_id];
    import_books_apply(desk, ImportBooksApply { source_ids, command_id, only_valid }).await
}

/// Forgets a file; an import that is still sending stops and leaves nothing.
///
/// # Errors
/// None.
pub async fn import_cancel(desk: &Desk, input: ImportCancelInput) -> Result<(), ActionError> {
    if let Some(source) = desk.shelf().take(input.source_id) {
        source.cancelled.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn planned(source: &Source) -> Result<Arc<ImportPlan>, ActionError> {
    let plan = source.plan.lock().unwrap_or_else(PoisonError::into_inner).clone();
    plan.ok_or_else(|| ActionError::not_found("dry run"))
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
