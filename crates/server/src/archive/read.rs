//! Reading an archive: every piece is counted and hashed, and nothing is believed before its end was seen.

use super::ArchiveError;
use super::file::{PIECE, Tally};
use super::manifest::{ABOUT, About, FORMAT, MANIFEST, Manifest, piece_of};
use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// No JSON of ours is longer.
const LONGEST_JSON: u64 = 16 << 20;
/// A piece ends with the first row that reaches its size; no row is longer than a few calls of the door.
const LONGEST_PIECE: u64 = PIECE as u64 + (64 << 20);

pub(super) type Packed = GzDecoder<BufReader<File>>;

/// What the first entry of a file says; fast, and no promise that the rest is whole.
///
/// # Errors
/// [`ArchiveError::NotAnArchive`], [`ArchiveError::Newer`], or that the file cannot be read.
pub fn about(path: &Path) -> Result<About, ArchiveError> {
    let mut archive = open(path)?;
    Ok(Walk::begin(&mut archive)?.about)
}

/// Reads a whole archive and compares it with what its manifest says.
///
/// # Errors
/// What is wrong with it, in a sentence; see [`ArchiveError`].
pub fn verify(path: &Path) -> Result<Manifest, ArchiveError> {
    let mut archive = open(path)?;
    let mut walk = Walk::begin(&mut archive)?;
    let mut piece = Vec::new();
    while walk.next_piece(&mut piece)?.is_some() {}
    let manifest = walk.finish()?;
    until_the_end(archive)?;
    Ok(manifest)
}

pub(super) fn open(path: &Path) -> Result<tar::Archive<Packed>, ArchiveError> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(ArchiveError::NotAnArchive);
    }
    Ok(tar::Archive::new(GzDecoder::new(BufReader::with_capacity(1 << 16, file))))
}

/// The checksum of the packing is at its very end.
pub(super) fn until_the_end(archive: tar::Archive<Packed>) -> Result<(), ArchiveError> {
    let mut packed = archive.into_inner();
    io::copy(&mut packed, &mut io::sink()).map(|_| ()).map_err(|e| unreadable(e, "its end"))
}

/// A walk through an archive, piece by piece.
pub(super) struct Walk<'a> {
    entries: tar::Entries<'a, Packed>,
    pub(super) about: About,
    /// The table at hand.
    table: Option<String>,
    tally: Tally,
    done: Vec<(String, Tally)>,
    manifest: Option<Manifest>,
}

impl<'a> Walk<'a> {
    pub(super) fn begin(archive: &'a mut tar::Archive<Packed>) -> Result<Self, ArchiveError> {
        let foreign = |error: io::Error| match ArchiveError::from(error) {
            ArchiveError::Files(error) if error.raw_os_error().is_some() => error.into(),
            ArchiveError::Files(_) => ArchiveError::NotAnArchive,
            other => other,
        };
        let mut entries = archive.entries().map_err(foreign)?;
        let mut first = entries.next().ok_or(ArchiveError::NotAnArchive)?.map_err(foreign)?;
        if first.path_bytes().as_ref() != ABOUT.as_bytes() || first.size() > LONGEST_JSON {
            return Err(ArchiveError::NotAnArchive);
        }
        let mut text = Vec::new();
        first.read_to_end(&mut text).map_err(|e| unreadable(e, "its beginning"))?;
        let about = about_of(&text)?;
        let (tally, done) = (Tally::default(), Vec::new());
        Ok(Self { entries, about, table: None, tally, done, manifest: None })
    }

    /// Reads the next piece into `piece` and answers its table; `None` once the manifest was read.
    pub(super) fn next_piece(
        &mut self,
        piece: &mut Vec<u8>,
    ) -> Result<Option<String>, ArchiveError> {
        piece.clear();
        let at = self.table.clone().map_or_else(|| "its beginning".to_owned(), |t| part_named(&t));
        let Some(entry) = self.entries.next() else { return Err(ArchiveError::Truncated) };
        let mut entry = entry.map_err(|e| unreadable(e, &at))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let longest = if name == MANIFEST { LONGEST_JSON } else { LONGEST_PIECE };
        if entry.size() > longest {
            return Err(ArchiveError::damaged(at));
        }
        entry.read_to_end(piece).map_err(|e| unreadable(e, &at))?;
        if (piece.len() as u64) < entry.size() {
            return Err(ArchiveError::Truncated);
        }
        if name == MANIFEST {
            self.close_table();
            self.manifest = Some(json(piece, "its list of contents")?);
            return match self.entries.next() {
                None => Ok(None),
                Some(_) => Err(ArchiveError::damaged("its end")),
            };
        }
        let (table, number) = piece_of(&name).ok_or_else(|| ArchiveError::damaged(at))?;
        if self.table.as_deref() != Some(table) {
            self.close_table();
            self.table = Some(table.to_owned());
        }
        if number != self.tally.pieces + 1 || piece.last() != Some(&b'\n') {
            return Err(ArchiveError::damaged(part_named(table)));
        }
        self.tally.add(piece);
        Ok(Some(table.to_owned()))
    }

    fn close_table(&mut self) {
        if let Some(table) = self.table.take() {
            self.done.push((table, std::mem::take(&mut self.tally)));
        }
    }

    /// Compares what was read with what the manifest says.
    pub(super) fn finish(self) -> Result<Manifest, ArchiveError> {
        let manifest = self.manifest.ok_or(ArchiveError::Truncated)?;
        if manifest.about != self.about {
            return Err(ArchiveError::damaged("its beginning"));
        }
        let mut read = self.done.into_iter().peekable();
        for part in &manifest.parts {
            let tally = read.next_if(|(table, _)| *table == part.table).map(|(_, tally)| tally);
            if tally.unwrap_or_default().part(&part.table, &part.columns) != *part {
                return Err(ArchiveError::damaged(part_named(&part.table)));
            }
        }
        match read.next() {
            None => Ok(manifest),
            Some((table, _)) => Err(ArchiveError::damaged(part_named(&table))),
        }
    }
}

/// A format of the future may say anything else than its number in ways that nobody here can read.
fn about_of(text: &[u8]) -> Result<About, ArchiveError> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let format: Format = serde_json::from_slice(text).map_err(|_| ArchiveError::NotAnArchive)?;
    if format.format > FORMAT {
        return Err(ArchiveError::Newer);
    }
    json(text, "its beginning")
}

fn json<T: DeserializeOwned>(text: &[u8], what: &str) -> Result<T, ArchiveError> {
    serde_json::from_slice(text).map_err(|_| ArchiveError::damaged(what))
}

fn part_named(table: &str) -> String {
    format!("the part with {}", table.replace('_', " "))
}

/// What the packing or the container says, or the disk beneath them.
fn unreadable(error: io::Error, at: &str) -> ArchiveError {
    if error.raw_os_error().is_some() {
        return error.into();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Truncated,
        // The container says so in words of its own where a block ends early.
        io::ErrorKind::Other if error.to_string().contains("entire block") => {
            ArchiveError::Truncated
        }
        _ => ArchiveError::damaged(at),
    }
}
