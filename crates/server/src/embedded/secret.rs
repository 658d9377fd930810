//! The owner's password, for a server on loopback: a file that only the person who started Cloche can read.
//!
//! Whoever has the data folder owns the data anyway; so a lost file is no loss, a new one is made at the next start.

use super::config::SUPERUSER;
use super::error::EmbeddedError;
use super::folder::Folder;
use super::platform;
use super::site::Site;
use crate::identity;
use secrecy::{ExposeSecret, SecretString};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The password.
pub(super) fn read(folder: &Folder) -> Result<SecretString, EmbeddedError> {
    let path = path(folder);
    fs::read_to_string(&path)
        .map(|text| text.trim().to_owned().into())
        .map_err(|e| EmbeddedError::io("reading", &path, e))
}

/// Gives the owner a password if there is none; the server must not be running.
pub(super) fn ensure(site: &Site, config: &Path) -> Result<(), EmbeddedError> {
    let path = path(&site.folder);
    if path.exists() {
        return Ok(());
    }
    let secret = identity::new_secret();
    let verifier = identity::scram::scram_verifier(secret.expose_secret());
    run_alone(site, config, &format!("alter role {SUPERUSER} password '{verifier}'\n"))?;
    let staged = path.with_extension("new");
    // Closed before the secret is in it, and in place only once PostgreSQL knows it.
    File::create(&staged)
        .and_then(|mut file| {
            platform::close_file(&staged)?;
            file.write_all(secret.expose_secret().as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&staged, &path))
        .map_err(|e| EmbeddedError::io("writing", &path, e))
}

fn path(folder: &Folder) -> PathBuf {
    folder.data().join("owner.secret")
}

/// Runs one statement in PostgreSQL's single-user mode, which asks nobody for a password.
fn run_alone(site: &Site, config: &Path, statement: &str) -> Result<(), EmbeddedError> {
    let broken = |e: std::io::Error| EmbeddedError::BinariesBroken { output: e.to_string() };
    let mut setting = OsString::from("config_file=");
    setting.push(config);
    let mut command = site.account.command(&site.binaries.program("postgres"), site.folder.home());
    command.arg("--single").arg("-D").arg(&site.cluster).arg("-c").arg(setting);
    command.arg("postgres").stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(broken)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(statement.as_bytes()).map_err(broken)?;
    }
    let output = child.wait_with_output().map_err(broken)?;
    let said = String::from_utf8_lossy(&output.stderr);
    // Single-user mode goes on after an error and ends well.
    if output.status.success() && !said.contains("ERROR:") {
        return Ok(());
    }
    Err(EmbeddedError::from_output(&said, &site.cluster))
}
