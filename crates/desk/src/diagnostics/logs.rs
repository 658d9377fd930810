//! Reading the end of the log, however many files it is spread over.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Of each file at most so much is read: two hundred lines are far less, unless one of them is monstrous.
const MOST: u64 = 512 * 1024;

/// The last `count` lines, the oldest first. No log is an empty one.
#[must_use]
pub fn tail(folder: &Path, count: usize) -> Vec<String> {
    let mut files = log_files(folder);
    // Their names end in their dates.
    files.sort();
    let mut lines: Vec<String> = Vec::new();
    for file in files.iter().rev() {
        let mut older = last_lines(file, count - lines.len());
        older.append(&mut lines);
        lines = older;
        if lines.len() >= count {
            break;
        }
    }
    lines
}

/// How many bytes the files of a folder and its folders hold.
#[must_use]
pub fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => size(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}

fn log_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "log")).collect()
}

fn last_lines(path: &Path, count: usize) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        if length > MOST {
            // It begins in the middle of a line, whose beginning would say what to hide in it.
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            bytes.drain(..end);
        }
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_goes_back_over_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("cloche.2026-11-18.log", "a\nb\n");
        write("cloche.2026-11-19.log", "c\n\nd\n");
        write("cloche.2026-11-20.log", "e\n");
        write("notes.txt", "not a log\n");
        assert_eq!(tail(folder.path(), 4), ["b", "c", "d", "e"]);
        assert_eq!(tail(folder.path(), 50), ["a", "b", "c", "d", "e"]);
        assert_eq!(tail(&folder.path().join("missing"), 4), Vec::<String>::new());
    }

    #[test]
    fn a_huge_log_is_read_from_a_whole_line_on() {
        let folder = tempfile::tempdir().unwrap();
        let line = "x".repeat(1000);
        let text: String = (0..2000).map(|n| format!("{n} {line}\n")).collect();
        std::fs::write(folder.path().join("cloche.log"), text).unwrap();
        let lines = tail(folder.path(), 100_000);
        assert!(lines.len() > 400 && lines.len() < 600, "{}", lines.len());
        assert!(
            lines
                .iter()
                .all(|line| line.split(' ').next().is_some_and(|n| n.parse::<u32>().is_ok()))
        );
        assert!(lines.last().is_some_and(|line| line.starts_with("1999 ")));
    }
}
