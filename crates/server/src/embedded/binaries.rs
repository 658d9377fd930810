//! The bundled PostgreSQL: complete, runnable, and within reach of the user it will run as.

use super::error::EmbeddedError;
use super::platform::{self, Account};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A PostgreSQL that can be run.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    folder: PathBuf,
    version: String,
}

/// One line of the package's `pg-symlinks.json`: npm packages cannot carry symbolic links.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

impl Binaries {
    /// Finds the tree in `native`; copies it below `cache` where it cannot be used in its place.
    pub(super) fn prepare(
        native: &Path,
        cache: &Path,
        account: &Account,
    ) -> Result<Self, EmbeddedError> {
        let native = fs::canonicalize(native)
            .map_err(|_| EmbeddedError::BinariesMissing { file: native.to_path_buf() })?;
        for name in ["postgres", "initdb", "pg_ctl"] {
            let file = native.join("bin").join(platform::executable(name));
            if !file.is_file() {
                return Err(EmbeddedError::BinariesMissing { file });
            }
        }
        let links = links(&native);
        let folder = if usable(&native, &links, account) {
            native
        } else {
            copied(&native, &links, cache, account)?
        };
        let version = version(&folder, account)?;
        Ok(Self { folder, version })
    }

    /// One of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(platform::executable(name))
    }

    /// The whole version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The major version, as `PG_VERSION` of a data folder has it.
    pub(super) fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

/// Asks the program itself, which also shows that it runs here.
fn version(folder: &Path, account: &Account) -> Result<String, EmbeddedError> {
    let program = folder.join("bin").join(platform::executable("postgres"));
    let output = account
        .command(&program, &folder.join("bin"))
        .arg("--version")
        .output()
        .map_err(|e| EmbeddedError::BinariesBroken { output: e.to_string() })?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|_| output.status.success())
        .map(str::to_owned)
        .ok_or_else(|| EmbeddedError::BinariesBroken {
            output: format!("{text}{}", String::from_utf8_lossy(&output.stderr)),
        })
}

/// Reads the list of links as (link, what it points to), paths inside the tree; foreign entries are left out.
fn links(native: &Path) -> Vec<(PathBuf, PathBuf)> {
    let Ok(text) = fs::read(native.join("pg-symlinks.json")) else { return Vec::new() };
    let entries: Vec<Link> = serde_json::from_slice(&text).unwrap_or_default();
    let inside = |path: &Path| {
        let path = path.strip_prefix("native").ok()?.to_path_buf();
        path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
    };
    let mut links = Vec::new();
    for entry in entries {
        if let (Some(source), Some(link)) = (inside(&entry.source), inside(&entry.target))
            && source.parent() == link.parent()
            && let Some(name) = source.file_name()
        {
            // Relative, so that the tree can be moved.
            links.push((link, PathBuf::from(name)));
        }
    }
    links
}

/// Whether the tree works where it is, after making missing links if that is permitted.
fn usable(native: &Path, links: &[(PathBuf, PathBuf)], account: &Account) -> bool {
    let runnable = |name| {
        let file = native.join("bin").join(platform::executable(name));
        fs::metadata(&file).is_ok_and(|m| platform::is_executable(&m)) && account.can_reach(&file)
    };
    ["postgres", "initdb", "pg_ctl"].into_iter().all(runnable) && make_links(native, links).is_ok()
}

fn make_links(native: &Path, links: &[(PathBuf, PathBuf)]) -> std::io::Result<()> {
    for (link, target) in links {
        let link = native.join(link);
        if !link.exists() {
            platform::link(target, &link)?;
        }
    }
    Ok(())
}

/// A copy below `cache`, named by what it was made from; made under another name first, so never half there.
fn copied(
    native: &Path,
    links: &[(PathBuf, PathBuf)],
    cache: &Path,
    account: &Account,
) -> Result<PathBuf, EmbeddedError> {
    let folder = cache.join(format!("postgresql-{}", fingerprint(native)));
    if folder.is_dir() {
        return Ok(folder);
    }
    account.make_folder(cache)?;
    account.must_reach(cache)?;
    let staging = tempfile::Builder::new()
        .prefix("postgresql-")
        .tempdir_in(cache)
        .map_err(|e| EmbeddedError::io("creating a folder in", cache, e))?;
    let tree = staging.path().join("native");
    let failed = |e| EmbeddedError::io("copying PostgreSQL to", cache, e);
    copy_tree(native, &tree).map_err(failed)?;
    make_links(&tree, links).map_err(failed)?;
    match fs::rename(&tree, &folder) {
        // Another process was faster; its copy is as good.
        Err(_) if folder.is_dir() => Ok(folder),
        Err(e) => Err(failed(e)),
        Ok(()) => Ok(folder),
    }
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    platform::open_for_all(to, true)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            platform::link(&fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
            // A bundle may have lost the permission to run on its way.
            let runs = from.file_name().is_some_and(|name| name == "bin")
                || platform::is_executable(&fs::metadata(&source)?);
            platform::open_for_all(&target, runs)?;
        }
    }
    Ok(())
}

/// Tells one installation of the tree from another without reading its 60 MB.
fn fingerprint(native: &Path) -> String {
    let file = native.join("bin").join(platform::executable("postgres"));
    let (size, changed) = match fs::metadata(&file) {
        Ok(m) => (m.len(), m.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok())),
        Err(e) if e.kind() == ErrorKind::NotFound => (0, None),
        Err(_) => (1, None),
    };
    let seed = format!("{}\n{size}\n{:?}", native.display(), changed);
    crate::identity::hex(&Sha256::digest(seed))[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_never_leave_the_tree() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("pg-symlinks.json"),
            r#"[{"source":"native/lib/a.so.1","target":"native/lib/a.so"},
                {"source":"native/lib/../../etc/x","target":"native/lib/x"},
                {"source":"/etc/passwd","target":"native/lib/y"},
                {"source":"native/lib/b","target":"native/bin/b"}]"#,
        )
        .unwrap();
        assert_eq!(
            links(folder.path()),
            [(PathBuf::from("lib/a.so"), PathBuf::from("a.so.1"))],
            "only a link to a neighbour inside the tree is made"
        );
    }
}
