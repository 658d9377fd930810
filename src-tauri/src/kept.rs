//! Small files of this computer's own choices. None of them is worth stopping for.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// What was kept; nothing, or nothing readable, is as it comes.
pub fn read<T: DeserializeOwned + Default>(file: &Path) -> T {
    std::fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Keeps it, whole or not at all; answers whether that went well.
pub fn write<T: Serialize>(file: &Path, value: &T) -> bool {
    let kept = desk::kept::write(file, value);
    if let Err(error) = &kept {
        tracing::info!(%error, "a choice of this computer could not be kept");
    }
    kept.is_ok()
}
