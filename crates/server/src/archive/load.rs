//! Loading what an archive holds into a database whose tables have the same columns.

use super::ArchiveError;
use super::manifest::{Manifest, Part};
use super::people::{self, Rename};
use super::read::{self, Walk};
use super::tables::{Table, USERS};
use super::write::quoted;
use sqlx::PgConnection;
use std::path::Path;
use uuid::Uuid;

/// Loads the archive at `path`, which was verified before and is compared once more; answers who has another id here.
pub(super) async fn load(
    connection: &mut PgConnection,
    path: &Path,
    manifest: &Manifest,
    tables: &[Table],
) -> Result<Vec<Rename>, ArchiveError> {
    fits(manifest, tables)?;
    people::prepare(connection).await?;
    let org = manifest.about.organization.id;
    let mut archive = read::open(path)?;
    let mut walk = Walk::begin(&mut archive)?;
    let (mut renames, mut piece) = (Vec::new(), Vec::new());
    let mut next = walk.next_piece(&mut piece)?;
    while let Some(name) = next {
        let (table, part) = found(manifest, tables, &name)?;
        let mut copy = connection.copy_in_raw(&copy_in(part)).await?;
        loop {
            people::rename(&mut piece, &renames);
            if !(is_as_written(&piece) && belongs(&piece, table, org)) {
                return Err(ArchiveError::damaged(&name));
            }
            copy.send(piece.as_slice()).await?;
            next = walk.next_piece(&mut piece)?;
            if next.as_deref() != Some(name.as_str()) {
                break;
            }
        }
        if copy.finish().await? != part.rows {
            return Err(ArchiveError::damaged(&name));
        }
        if name == USERS {
            renames = people::settle(connection).await?;
        }
    }
    if walk.finish()? != *manifest {
        return Err(ArchiveError::damaged("its list of contents"));
    }
    read::until_the_end(archive)?;
    Ok(renames)
}

/// Names come from the archive and end up in SQL: only what the catalog knows is taken, all of it, and in its order; for
/// whose a row is, is told by where it stands.
fn fits(manifest: &Manifest, tables: &[Table]) -> Result<(), ArchiveError> {
    let same = manifest.parts.len() == tables.len()
        && manifest
            .parts
            .iter()
            .zip(tables)
            .all(|(part, table)| part.table == table.name && part.columns == table.columns);
    if same { Ok(()) } else { Err(ArchiveError::damaged("its list of contents")) }
}

fn found<'a>(
    manifest: &'a Manifest,
    tables: &'a [Table],
    name: &str,
) -> Result<(&'a Table, &'a Part), ArchiveError> {
    let table = tables.iter().find(|table| table.name == name);
    let part = manifest.parts.iter().find(|part| part.table == name);
    table.zip(part).ok_or_else(|| ArchiveError::damaged(name))
}

fn copy_in(part: &Part) -> String {
    let schema = if part.table == USERS { "pg_temp.archived_users" } else { "app." };
    let table = if part.table == USERS { String::new() } else { quoted(&part.table) };
    let columns: Vec<_> = part.columns.iter().map(|column| quoted(column)).collect();
    format!("copy {schema}{table} ({}) from stdin", columns.join(", "))
}

/// Whether PostgreSQL ends lines and fields where this does. What it writes has a tab or a line feed only between them;
/// what it would take besides (a tab after a backslash, lines that end otherwise, an end of the data) is never written.
fn is_as_written(piece: &[u8]) -> bool {
    let mut bytes = piece.iter();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'\r' => false,
            b'\\' => bytes.next().is_some_and(|escaped| br"\bfnrtvN".contains(escaped)),
            _ => true,
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// Whether every line is the organization's: an archive must not reach into another one of the server.
fn belongs(piece: &[u8], table: &Table, org: Uuid) -> bool {
    // Accounts are the server's, and looked up one by one. Everything else begins with its organization.
    if table.org_column != Some(0) {
        return table.name == USERS;
    }
    let begin = format!("{org}\t");
    let mut lines = piece.strip_suffix(b"\n").unwrap_or(piece).split(|byte| *byte == b'\n');
    lines.all(|line| line.starts_with(begin.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_postgresql_writes_is_taken() {
        let written = "a\\tb\\\\\t\\N\t\\b\\f\\n\\r\\v\tPe\u{f1}a \u{b}\n";
        assert!(is_as_written(written.as_bytes()), "{written}");
        for forged in ["a\\\tb\n", "a\\\nb\n", "a\rb\n", "a\n\\.\n", "\\x41\n", "\\101\n", "a\\"] {
            assert!(!is_as_written(forged.as_bytes()), "{forged:?}");
        }
    }
}
