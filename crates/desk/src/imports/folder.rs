//! Several files as one import: a folder of books is one dry run, one step and one undo.

use super::{FIRST_ROWS, ImportApplied, ImportSource, Source, count, import_open, planned, send};
use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use domain::imports::{
    self, BookFile, ImportAnswer, ImportKind, ImportPlan, ImportPreview, KnownBooks, Mapping,
    Verdict, books_label,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use uuid::Uuid;

/// A folder that was looked through.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportFolder {
    /// Its name without the folders above it.
    pub name: String,
    /// Its tables, each after those that it refers to.
    pub files: Vec<ImportSource>,
    /// What else is in it.
    pub left_out: Vec<ImportLeftOut>,
}

/// A file of the folder that is no table Cloche knows.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportLeftOut {
    /// Its name.
    pub file_name: String,
    /// Why it is left out, in a sentence.
    pub reason: String,
}

/// A folder by its path, for tools without a file dialog.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportFolderOpen {
    /// Where it is.
    pub path: PathBuf,
}

/// An opened file as it is to be read.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BookFileInput {
    /// The file.
    pub source_id: Uuid,
    /// What its rows are.
    pub kind: ImportKind,
    /// Which column is which field.
    pub mapping: Mapping,
}

/// What to try.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportBooksPreviewInput {
    /// The files.
    pub files: Vec<BookFileInput>,
    /// Answers to the questions of an earlier dry run.
    pub answers: Vec<ImportAnswer>,
    /// The zone of events that name none.
    pub default_time_zone: String,
}

/// The dry run of several files.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportBooksPreview {
    /// File by file, in the order they were asked for.
    pub files: Vec<ImportFilePreview>,
    /// All of it in a sentence.
    pub summary: String,
}

/// The dry run of one of several files.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportFilePreview {
    /// The file.
    pub source_id: Uuid,
    /// What its rows are.
    pub kind: ImportKind,
    /// What would become of them.
    pub preview: ImportPreview,
}

/// Doing it.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ImportBooksApply {
    /// The files.
    pub source_ids: Vec<Uuid>,
    /// The import's command id: one entry in the journal, one undo.
    pub command_id: Uuid,
    /// Take the rows that are right; otherwise all or none.
    pub only_valid: bool,
}

/// Opens a folder by its path.
///
/// # Errors
/// As [`import_folder_open`].
pub async fn import_folder_open_named(
    desk: &Desk,
    input: ImportFolderOpen,
) -> Result<ImportFolder, ActionError> {
    import_folder_open(desk, input.path).await
}

/// Looks through a folder, but not through the folders in it: opens every table and says what each seems to hold.
///
/// # Errors
/// `invalid` for a folder that cannot be read or has no tables.
pub async fn import_folder_open(desk: &Desk, path: PathBuf) -> Result<ImportFolder, ActionError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    for file in tables(&path).await? {
        match import_open(desk, file.clone()).await {
            Ok(source) if source.problems.is_empty() || is_named_for(&source) => files.push(source),
            Ok(source) => left_out.push(ImportLeftOut {
                file_name: source.file_name,
                reason: "Cloche cannot tell what it holds. Import it on its own to say so."
                    .to_owned(),
            }),
            Err(error) => left_out.push(ImportLeftOut {
                file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                reason: error.to_app_error().message,
            }),
        }
    }
    if files.is_empty() {
        return Err(unreadable("There are no lists in this folder that Cloche can read."));
    }
    let place = |kind| ImportKind::all().iter().position(|other| *other == kind);
    files.sort_by_key(|file| place(file.kind));
    Ok(ImportFolder { name, files, left_out })
}

/// Whether a file is called after what it seems to hold: then odd headings are no reason to doubt it.
fn is_named_for(source: &ImportSource) -> bool {
    source.file_name.to_lowercase().starts_with(source.kind.as_str())
}

/// The files of a folder that may be tables, by name.
async fn tables(folder: &Path) -> Result<Vec<PathBuf>, ActionError> {
    let cannot = |_| unreadable("This folder cannot be read.");
    let mut entries = tokio::fs::read_dir(folder).await.map_err(cannot)?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(cannot)? {
        let path = entry.path();
        let extension = path.extension().and_then(|e| e.to_str()).map(str::to_lowercase);
        if matches!(extension.as_deref(), Some("csv" | "tsv" | "txt")) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(message: &str) -> ActionError {
    ActionError::App(AppError {
        field: Some("file".to_owned()),
        ..AppError::plain(Code::Invalid, message)
    })
}

/// The dry run: what would become of every row of every file. Nothing is sent.
///
/// # Errors
/// `invalid` for a mapping without a required field; `offline`, since only the server knows earlier imports.
pub async fn import_books_preview(
    desk: &Desk,
    input: ImportBooksPreviewInput,
) -> Result<ImportBooksPreview, ActionError> {
    let ImportBooksPreviewInput { files, answers, default_time_zone } = input;
    let sources: Vec<Arc<Source>> =
        files.iter().map(|file| desk.shelf().find(file.source_id)).collect::<Result<_, _>>()?;
    let imported = imported_before(desk, &files, &sources).await?;
    let known = known(desk, &files).await?;
    let may = desk.permissions();
    let read = sources.clone();
    let (plans, files) = crate::local::blocking(move || {
        let books: Vec<BookFile<'_>> = files
            .iter()
            .zip(&read)
            .zip(&imported)
            .map(|((file, source), imported)| BookFile {
                kind: file.kind,
                sheet: &source.sheet,
                mapping: &file.mapping,
                imported,
            })
            .collect();
        let mut new_id = Uuid::now_v7;
        let plans =
            imports::plan_books(&may, &books, known, &answers, &default_time_zone, &mut new_id);
        plans.map(|plans| (plans, files))
    })
    .await?;
    let summary = format!("{} would be added.", books_label(&counts(&plans)));
    let previews = files.iter().zip(&plans).map(|(file, plan)| ImportFilePreview {
        source_id: file.source_id,
        kind: file.kind,
        preview: plan.preview(FIRST_ROWS),
    });
    let previews = previews.collect();
    for (source, plan) in sources.iter().zip(plans) {
        *source.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(plan));
    }
    Ok(ImportBooksPreview { files: previews, summary })
}

/// What each file's rows became, where they were imported before.
async fn imported_before(
    desk: &Desk,
    files: &[BookFileInput],
    sources: &[Arc<Source>],
) -> Result<Vec<HashMap<String, Uuid>>, ActionError> {
    let nothing = HashMap::new();
    let books: Vec<BookFile<'_>> = files
        .iter()
        .zip(sources)
        .map(|(file, source)| BookFile {
            kind: file.kind,
            sheet: &source.sheet,
            mapping: &file.mapping,
            imported: &nothing,
        })
        .collect();
    let keys = imports::books_keys(&books)?;
    let mut before = Vec::with_capacity(keys.len());
    for (file, keys) in files.iter().zip(keys) {
        let (session, org) = (desk.session(), desk.organization());
        before.push(session.imported(org, file.kind.as_str(), keys).await?);
    }
    Ok(before)
}

/// What the office has already of what these files are compared with.
async fn known(desk: &Desk, files: &[BookFileInput]) -> Result<KnownBooks, ActionError> {
    use ImportKind::{Assignments, Clients, Events, Resources, Tasks};
    let any = |kinds: &[ImportKind]| files.iter().any(|file| kinds.contains(&file.kind));
    let mut known = KnownBooks::default();
    if any(&[Clients, Events]) {
        known.clients = desk.read(|replica| async move { replica.known_clients().await }).await?;
    }
    if any(&[Events, Tasks, Assignments]) {
        known.events = desk.read(|replica| async move { replica.known_events().await }).await?;
    }
    if any(&[Resources, Tasks, Assignments]) {
        let read = desk.read(|replica| async move { replica.known_resources().await });
        known.resources = read.await?;
    }
    if any(&[Tasks]) {
        known.tasks = desk.read(|replica| async move { replica.known_tasks().await }).await?;
    }
    if any(&[Assignments]) {
        known.entries = desk.read(|replica| async move { replica.known_entries().await }).await?;
    }
    Ok(known)
}

fn counts<P: AsRef<ImportPlan>>(plans: &[P]) -> Vec<(ImportKind, u32)> {
    let plans = plans.iter().map(AsRef::as_ref);
    plans.map(|plan| (plan.kind, plan.count(Verdict::New))).collect()
}

/// Does what the last dry run showed, as one step.
///
/// # Errors
/// `refused` where all rows were wanted and not all are right, or it was cancelled; whatever the door refuses.
/// Nothing was added in any of them.
pub async fn import_books_apply(
    desk: &Desk,
    input: ImportBooksApply,
) -> Result<ImportApplied, ActionError> {
    let ImportBooksApply { source_ids, command_id, only_valid } = input;
    let sources: Vec<Arc<Source>> =
        source_ids.iter().map(|id| desk.shelf().find(*id)).collect::<Result<_, _>>()?;
    let plans: Vec<Arc<ImportPlan>> =
        sources.iter().map(|source| planned(source)).collect::<Result<_, _>>()?;
    if !only_valid && !plans.iter().all(|plan| plan.all_fine()) {
        return Err(ActionError::refused(
            "import_not_all_valid",
            "Not every row can be taken, so none was. Mend the file, or import only the rows that are right.",
        ));
    }
    let counts = counts(&plans);
    let imported = counts.iter().map(|(_, rows)| rows).sum();
    let rows: usize = plans.iter().map(|plan| plan.rows.len()).sum();
    let applied = ImportApplied {
        command_id,
        label: format!("Imported {}", books_label(&counts)),
        nothing_to_do: imported == 0,
        undoable: imported > 0,
        imported,
        skipped: count(rows).saturating_sub(imported),
    };
    if imported == 0 {
        return Ok(applied);
    }
    send::send(desk, &sources, &plans, command_id, &applied.label).await?;
    for source in source_ids {
        desk.shelf().take(source);
    }
    Ok(applied)
}
