//! What differs between operating systems: users, permissions, processes. One implementation each, same names.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(super) use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(super) use windows::*;

/// What a start of `postgres` needs.
pub(super) struct Launch<'a> {
    /// The program.
    pub(super) postgres: &'a Path,
    /// Its companion, which starts it where a plain start does not do.
    #[cfg_attr(unix, expect(dead_code, reason = "Windows starts PostgreSQL through it"))]
    pub(super) pg_ctl: &'a Path,
    /// A folder that the server's user can enter.
    pub(super) home: &'a Path,
    /// The data.
    pub(super) cluster: &'a Path,
    /// `postgresql.conf`.
    pub(super) config: &'a Path,
    /// Where everything it says goes.
    pub(super) log: File,
    /// The server's lock, held.
    #[cfg_attr(windows, expect(dead_code, reason = "pg_ctl passes nothing on"))]
    pub(super) lock: File,
}

impl Launch<'_> {
    /// `config_file=…`.
    fn config_setting(&self) -> OsString {
        let mut setting = OsString::from("config_file=");
        setting.push(self.config);
        setting
    }
}
