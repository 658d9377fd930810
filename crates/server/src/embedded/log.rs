//! PostgreSQL's log: one file, opened for appending, kept small.

use super::error::EmbeddedError;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Past this size the log is set aside as `server.log.1`, of which there is one.
const LARGE: u64 = 2 * 1024 * 1024;

/// The log of one server.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    /// The log at `path`.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Opens it for a server; answers where the new part begins, too.
    pub(super) fn open(&self) -> Result<(File, u64), EmbeddedError> {
        self.trim();
        let failed = |e| EmbeddedError::io("opening", &self.path, e);
        let file = OpenOptions::new().create(true).append(true).open(&self.path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Ok((file, size))
    }

    /// What was written after `offset`, the last 64 KiB of it.
    pub(super) fn since(&self, offset: u64) -> String {
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(offset.max(size.saturating_sub(64 * 1024))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }

    /// Sets a large log aside. The server goes on appending to the same file, which is emptied, not replaced.
    pub(super) fn trim(&self) {
        let large = fs::metadata(&self.path).is_ok_and(|m| m.len() > LARGE);
        if large && fs::copy(&self.path, self.path.with_extension("log.1")).is_ok() {
            // A log that cannot be emptied is no reason to stop an office.
            let _ = OpenOptions::new().write(true).open(&self.path).and_then(|f| f.set_len(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_large_log_is_set_aside_once_and_stays_open_for_its_writer() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::new(folder.path().join("server.log"));
        let (mut writer, begin) = log.open().unwrap();
        assert_eq!(begin, 0);
        writer.write_all(&vec![b'x'; usize::try_from(LARGE).unwrap() + 1]).unwrap();
        log.trim();
        writer.write_all(b"after").unwrap();
        assert_eq!(log.since(0), "after");
        assert!(fs::metadata(folder.path().join("server.log.1")).unwrap().len() > LARGE);
    }
}
