//! Small files that are kept whole or not at all.

use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Writes `value` beside `file`, and puts it in its place once it is on the disk.
///
/// # Errors
/// When the folder cannot be written; what was there stays.
pub fn write<T: Serialize>(file: &Path, value: &T) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let aside = file.with_extension("json.new");
    let mut fresh = std::fs::File::create(&aside)?;
    fresh.write_all(&serde_json::to_vec_pretty(value)?)?;
    fresh.sync_all()?;
    std::fs::rename(aside, file)
}
