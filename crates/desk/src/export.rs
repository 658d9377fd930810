//! Writing the office's books into a folder, as the tables that an import takes back.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where to.
#[derive(Debug, Clone, Deserialize)]
pub struct BooksExportInput {
    /// A folder; files of the same names in it are replaced.
    pub folder: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct BooksExported {
    /// The folder, as a person reads it.
    pub folder: String,
    /// Its files.
    pub files: Vec<ExportedFile>,
}

/// A written file.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ExportedFile {
    /// Its name.
    pub file_name: String,
    /// Rows below the headings.
    pub rows: u32,
}

/// Writes clients, events, resources, tasks and assignments, as the local copy has them.
///
/// # Errors
/// `refused` where the folder cannot be written.
pub async fn books_export(
    desk: &Desk,
    input: BooksExportInput,
) -> Result<BooksExported, ActionError> {
    let books = desk.read(|replica| async move { replica.books().await }).await?;
    let folder = input.folder;
    crate::local::blocking(move || {
        let mut files = Vec::new();
        for table in books.tables() {
            write(&folder.join(table.file_name), table.text.as_bytes())?;
            files.push(ExportedFile {
                file_name: table.file_name.to_owned(),
                rows: u32::try_from(table.rows).unwrap_or(u32::MAX),
            });
        }
        Ok(BooksExported { folder: folder.display().to_string(), files })
    })
    .await
}

/// Writes a whole file or leaves the one that is there.
fn write(path: &Path, bytes: &[u8]) -> Result<(), ActionError> {
    let unfinished = path.with_extension("csv.part");
    let written =
        std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, path));
    written.map_err(|error| {
        tracing::info!(%error, "a table could not be written");
        let _ = std::fs::remove_file(&unfinished);
        ActionError::App(AppError::plain(
            Code::Refused,
            "The books could not be written there. Choose a folder that you may write to and that has room.",
        ))
    })
}
