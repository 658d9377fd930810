//! PostgreSQL's data folder: made once, completely or not at all; never deleted.

use super::binaries::Binaries;
use super::config::{Profile, SUPERUSER};
use super::error::EmbeddedError;
use super::folder::Folder;
use super::platform::Account;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Finds the data, or makes it; answers its real path and whether it is new.
pub(super) fn find_or_make(
    folder: &Folder,
    binaries: &Binaries,
    profile: Profile,
    account: &Account,
) -> Result<(PathBuf, bool), EmbeddedError> {
    let cluster = folder.cluster();
    // What could not be looked at may be there: only a clear "no" lets anything be made.
    let new = match fs::symlink_metadata(&cluster) {
        Ok(_) => false,
        Err(e) if e.kind() == ErrorKind::NotFound => true,
        Err(e) => return Err(EmbeddedError::io("looking at", &cluster, e)),
    };
    for leftover in folder.unfinished() {
        // The `initdb` of a killed desk may be at it yet; then it goes next time.
        let _ = fs::remove_dir_all(leftover);
    }
    if new {
        make(folder, binaries, profile, account)?;
    }
    account.must_serve(&cluster)?;
    check_version(&cluster, binaries)?;
    let cluster =
        fs::canonicalize(&cluster).map_err(|e| EmbeddedError::io("looking at", &cluster, e))?;
    Ok((cluster, new))
}

/// PostgreSQL's files change with every major version: another one must not touch them.
fn check_version(cluster: &Path, binaries: &Binaries) -> Result<(), EmbeddedError> {
    let path = cluster.join("PG_VERSION");
    let found = match fs::read_to_string(&path) {
        Ok(text) => text.trim().to_owned(),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err(EmbeddedError::Damaged { output: "PG_VERSION is missing".to_owned() });
        }
        Err(e) => return Err(EmbeddedError::io("reading", &path, e)),
    };
    if found == binaries.major() {
        return Ok(());
    }
    Err(EmbeddedError::OtherVersion {
        path: cluster.to_path_buf(),
        found,
        ours: binaries.major().to_owned(),
    })
}

/// Makes the data under another name and renames it once it is complete and on the disk.
///
/// Whatever interrupts this leaves at most an unfinished folder, which a later start removes.
fn make(
    folder: &Folder,
    binaries: &Binaries,
    profile: Profile,
    account: &Account,
) -> Result<(), EmbeddedError> {
    let staged = folder.new_unfinished();
    account.make_private(&staged)?;
    let made = initialise(&staged, folder, binaries, profile, account).and_then(|()| {
        fs::rename(&staged, folder.cluster())
            .and_then(|()| sync_folder(folder.home()))
            .map_err(|e| EmbeddedError::io("finishing", &staged, e))
    });
    if made.is_err() {
        // Gives a full disk its space back; the error that matters is the first one.
        let _ = fs::remove_dir_all(&staged);
    }
    made
}

fn initialise(
    staged: &Path,
    folder: &Folder,
    binaries: &Binaries,
    profile: Profile,
    account: &Account,
) -> Result<(), EmbeddedError> {
    let mut command = account.command(&binaries.program("initdb"), folder.home());
    command.arg("-D").arg(staged).args([
        "--username",
        SUPERUSER,
        // Our own pg_hba.conf is used, always; PostgreSQL's own lets nobody in.
        "--auth=reject",
        "--encoding=UTF8",
        // The same order of text on every system, whatever libraries it has.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--text-search-config=simple",
    ]);
    match profile {
        Profile::Office if cfg!(target_os = "linux") => {
            command.args(["--data-checksums", "--sync-method=syncfs"]);
        }
        Profile::Office => {
            command.arg("--data-checksums");
        }
        Profile::Throwaway => {
            command.arg("--no-sync");
        }
    }
    let output =
        command.output().map_err(|e| EmbeddedError::BinariesBroken { output: e.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(EmbeddedError::from_output(&String::from_utf8_lossy(&said), staged))
}

/// The rename itself must survive a power cut.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
