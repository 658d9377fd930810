//! Imports of an office's books: read the file, show what it would do, do it as one step with one undo.
//!
//! Opened files and their dry runs stay in memory, by source, until they are applied or cancelled.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::view::{Happening, ImportPhase, ImportProgress};
use domain::activity::imported_label;
pub use domain::imports::ImportPreview;
use domain::imports::{
    self, ImportAnswer, ImportField, ImportKind, ImportPlan, ImportRow, Known, KnownClient,
    KnownEvent, Mapping, Sheet, Verdict,
};
use serde::{Deserialize, Serialize};
use server::door::{ImportKey, MOST_CHANGES};
use server::error::ServerError;
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

/// The dry run: what would become of every row. Nothing is sent.
///
/// # Errors
/// `invalid` for a mapping without a required field; `offline`, since only the server knows earlier imports.
pub async fn import_preview(
    desk: &Desk,
    input: ImportPreviewInput,
) -> Result<ImportPreview, ActionError> {
    let source = desk.shelf().find(input.source_id)?;
    let may = desk.permissions().await?;
    let keys = imports::row_keys(input.kind, &source.sheet, &input.mapping)?;
    let imported = desk.session().imported(desk.organization(), input.kind.as_str(), keys).await?;
    let clients: Vec<KnownClient> =
        desk.read(|replica| async move { replica.known_clients().await }).await?;
    let events: Vec<KnownEvent> = match input.kind {
        ImportKind::Clients => Vec::new(),
        ImportKind::Events => {
            desk.read(|replica| async move { replica.known_events().await }).await?
        }
    };
    let sheet = source.clone();
    let planned = crate::local::blocking(move || {
        let known = Known { clients: &clients, events: &events, imported: &imported };
        let mut new_id = Uuid::now_v7;
        match input.kind {
            ImportKind::Clients => {
                imports::plan_clients(&may, &sheet.sheet, &input.mapping, known, &mut new_id)
            }
            ImportKind::Events => imports::plan_events(
                &may,
                &sheet.sheet,
                &input.mapping,
                known,
                &input.answers,
                &input.default_time_zone,
                &mut new_id,
            ),
        }
    })
    .await?;
    let preview = planned.preview(FIRST_ROWS);
    *source.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(planned));
    Ok(preview)
}

/// A window of the dry run's rows.
///
/// # Errors
/// `not_found` before a dry run.
pub async fn import_rows(desk: &Desk, input: ImportRowsInput) -> Result<ImportRows, ActionError> {
    let source = desk.shelf().find(input.source_id)?;
    let plan = planned(&source)?;
    let matching = || {
        plan.rows.iter().filter(|row| input.verdict.is_none_or(|verdict| row.verdict == verdict))
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

/// Does what the last dry run showed.
///
/// # Errors
/// `refused` where all rows were wanted and not all are right, or it was cancelled; whatever the door refuses.
/// Nothing was added in any of them.
pub async fn import_apply(
    desk: &Desk,
    input: ImportApplyInput,
) -> Result<ImportApplied, ActionError> {
    let source = desk.shelf().find(input.source_id)?;
    let plan = planned(&source)?;
    if !input.only_valid && !plan.all_fine() {
        return Err(ActionError::refused(
            "import_not_all_valid",
            "Not every row can be taken, so none was. Mend the file, or import only the rows that are right.",
        ));
    }
    let imported = count(plan.plan.changes.len());
    let skipped = count(plan.rows.len()).saturating_sub(imported);
    let applied = ImportApplied {
        command_id: input.command_id,
        label: imported_label(plan.kind, imported),
        nothing_to_do: imported == 0,
        undoable: imported > 0,
        imported,
        skipped,
    };
    if imported == 0 {
        return Ok(applied);
    }
    send(desk, &source, &plan, input.command_id).await?;
    desk.shelf().take(input.source_id);
    Ok(applied)
}

async fn send(
    desk: &Desk,
    source: &Source,
    plan: &ImportPlan,
    command_id: Uuid,
) -> Result<(), ActionError> {
    let (session, org) = (desk.session(), desk.organization());
    let of = count(plan.plan.changes.len());
    let tell = |done: usize, phase| {
        desk.show(Happening::Import(ImportProgress { done: count(done), of, phase }));
    };
    let mut done = 0;
    for (part, chunk) in (0_i32..).zip(plan.plan.changes.chunks(MOST_CHANGES / 2)) {
        tell(done, ImportPhase::Sending);
        stop_if_cancelled(desk, source, command_id).await?;
        session.stage(org, command_id, part, chunk).await.map_err(nothing_added)?;
        done += chunk.len();
    }
    tell(done, ImportPhase::Saving);
    stop_if_cancelled(desk, source, command_id).await?;
    let keys = plan
        .keys
        .iter()
        .map(|key| ImportKey { kind: key.kind.clone(), key: key.key.clone(), id: key.id })
        .collect();
    let command = format!("import.{}", plan.kind.as_str());
    let label = imported_label(plan.kind, of);
    let answer = session.apply_staged(org, command_id, &command, keys).await;
    let applied = answer.map_err(|e| desk.explain(e, command_id, &label, &[]))?;
    desk.written(applied.n);
    desk.until_shown(applied.n).await;
    Ok(())
}

async fn stop_if_cancelled(
    desk: &Desk,
    source: &Source,
    command_id: Uuid,
) -> Result<(), ActionError> {
    if !source.cancelled.load(Ordering::Relaxed) {
        return Ok(());
    }
    // What stays behind without a connection is removed by the server after a day.
    if let Err(error) = desk.session().discard_staged(desk.organization(), command_id).await {
        tracing::info!(%error, "the parts of a stopped import stay for now");
    }
    Err(ActionError::refused("import_cancelled", "The import was stopped. Nothing was added."))
}

/// Staging adds nothing, so even a lost answer has a known outcome.
fn nothing_added(error: ServerError) -> ActionError {
    match error {
        ServerError::Unknown(source) => ServerError::Unreachable(source).into(),
        other => other.into(),
    }
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
