//! The container: a gzip-packed tar, written under a temporary name and renamed once it is whole and verified.

use super::ArchiveError;
use super::manifest::{Manifest, Part, piece_name};
use super::people::{self, Rename};
use super::tables::Table;
use crate::identity::hex;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// A piece is closed once it has this many bytes; a reader takes none that is much longer.
pub(super) const PIECE: usize = 1 << 20;
/// The begin of the name of what is not finished.
pub(super) const UNFINISHED: &str = ".cloche-unfinished-";

/// No backup takes so long.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// Takes the pieces of a table.
pub(super) trait Pieces {
    /// The next piece.
    fn piece(&mut self, table: &str, number: u32, bytes: &[u8]) -> Result<(), ArchiveError>;
}

/// Where only hashes are wanted.
pub(super) struct Nowhere;

impl Pieces for Nowhere {
    fn piece(&mut self, _: &str, _: u32, _: &[u8]) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// An archive that is being written. Dropping it leaves nothing behind.
pub(super) struct ArchiveFile {
    tar: tar::Builder<GzEncoder<BufWriter<NamedTempFile>>>,
    path: PathBuf,
    written_at: u64,
}

impl ArchiveFile {
    /// Begins an archive that will be called `path`.
    pub(super) fn create(path: &Path, written_at: i64) -> Result<Self, ArchiveError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        sweep(folder);
        let file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        // An office fits in a few megabytes; the disk is slower than the fastest level.
        let packed = GzEncoder::new(BufWriter::with_capacity(1 << 16, file), Compression::fast());
        let written_at = u64::try_from(written_at).unwrap_or_default();
        Ok(Self { tar: tar::Builder::new(packed), path: path.to_owned(), written_at })
    }

    /// Adds an entry of JSON.
    pub(super) fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), ArchiveError> {
        let text = serde_json::to_vec_pretty(value).map_err(std::io::Error::from)?;
        self.entry(name, &text)
    }

    fn entry(&mut self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.written_at);
        Ok(self.tar.append_data(&mut header, name, bytes)?)
    }

    /// Brings everything to the disk, verifies it, and gives it its name; what had that name before is replaced.
    pub(super) fn finish(self) -> Result<Manifest, ArchiveError> {
        let mut buffer = self.tar.into_inner()?.finish()?;
        buffer.flush()?;
        let file = buffer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let manifest = super::read::verify(file.path())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        // The name is only there for good once the folder is on the disk; not every system can do that.
        if let Some(Ok(folder)) = self.path.parent().map(File::open) {
            let _ = folder.sync_all();
        }
        Ok(manifest)
    }
}

/// Removes what a killed program left half-written a day ago or earlier; whatever is younger may be in the making.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let modified = entry.metadata().and_then(|found| found.modified()).ok();
        let age = modified.and_then(|at| at.elapsed().ok());
        if is_ours && age.is_some_and(|age| age > STALE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Pieces for ArchiveFile {
    fn piece(&mut self, table: &str, number: u32, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.entry(&piece_name(table, number), bytes)
    }
}

/// Counts and hashes what a table's part is made of.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) pieces: u32,
    hash: Sha256,
}

impl Tally {
    /// One more piece. A line feed within a value is written as `\n`, so each one ends a row.
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.pieces += 1;
        self.bytes += piece.len() as u64;
        self.rows += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.hash.update(piece);
    }

    /// The part as the manifest tells it.
    pub(super) fn part(self, table: &str, columns: &[String]) -> Part {
        Part {
            table: table.to_owned(),
            columns: columns.to_owned(),
            rows: self.rows,
            bytes: self.bytes,
            pieces: self.pieces,
            sha256: hex(&self.hash.finalize()),
        }
    }
}

/// Cuts what a table is copied out as into pieces of whole lines.
pub(super) struct Cutter<'a, P> {
    pieces: &'a mut P,
    table: &'a Table,
    renames: &'a [Rename],
    piece: Vec<u8>,
    tally: Tally,
}

impl<'a, P: Pieces> Cutter<'a, P> {
    pub(super) fn new(pieces: &'a mut P, table: &'a Table, renames: &'a [Rename]) -> Self {
        Self { pieces, table, renames, piece: Vec::new(), tally: Tally::default() }
    }

    /// More of the table.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE && self.piece.ends_with(b"\n") { self.cut() } else { Ok(()) }
    }

    fn cut(&mut self) -> Result<(), ArchiveError> {
        people::rename(&mut self.piece, self.renames);
        self.tally.add(&self.piece);
        self.pieces.piece(&self.table.name, self.tally.pieces, &self.piece)?;
        self.piece.clear();
        Ok(())
    }

    /// The end of the table.
    pub(super) fn finish(mut self) -> Result<Part, ArchiveError> {
        if !self.piece.is_empty() {
            self.cut()?;
        }
        Ok(self.tally.part(&self.table.name, &self.table.columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn what_a_killed_program_left_goes_a_day_later_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = SystemTime::now() - 2 * STALE;
        for (name, at) in [("a", old), ("b", SystemTime::now())] {
            let path = folder.path().join(format!("{UNFINISHED}{name}"));
            let file = File::create(path).expect("a file");
            file.set_modified(at).expect("its time");
        }
        let kept = folder.path().join("office.cloche-backup");
        File::create(&kept).and_then(|file| file.set_modified(old)).expect("a backup");
        drop(ArchiveFile::create(&kept, 0).expect("a new one begins"));
        let left = fs::read_dir(folder.path()).expect("the folder").flatten();
        let mut left: Vec<_> = left.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        left.sort();
        assert_eq!(left, [format!("{UNFINISHED}b"), "office.cloche-backup".to_owned()]);
    }
}
