//! The running server as its `postmaster.pid` describes it.

use super::locks::TICK;
use super::platform::Account;
use crate::link::Place;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How far a server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Starting or recovering.
    Starting,
    /// Takes connections.
    Ready,
    /// On its way out.
    Stopping,
}

/// A live server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: u32,
    pub(super) place: Place,
    pub(super) status: Status,
}

impl Postmaster {
    /// The server that runs on `cluster`, if any does: a file left by a dead one does not count.
    pub(super) fn find(cluster: &Path, account: &Account) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let found = Self::parse(&text)?;
        account.is_postgres(found.pid, cluster).then_some(found)
    }

    /// Format: pid, data folder, start, port, socket folder, address, shared memory, status.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok()?;
        let port = lines.get(3).and_then(|l| l.parse().ok()).unwrap_or_default();
        let place = match lines.get(4) {
            Some(folder) if !folder.is_empty() => Place::Socket { folder: (*folder).into(), port },
            _ => Place::Host { host: Ipv4Addr::LOCALHOST.to_string(), port },
        };
        let status = match lines.get(7) {
            Some(&"ready") => Status::Ready,
            Some(&"stopping") => Status::Stopping,
            _ => Status::Starting,
        };
        Some(Self { pid, place, status })
    }

    /// Whether somebody listens there.
    pub(super) fn answers(&self) -> bool {
        answers(&self.place)
    }

    /// Waits until the server is gone; `child` is waited for when the server is our child.
    pub(super) fn wait_gone(
        &self,
        cluster: &Path,
        account: &Account,
        child: &mut Option<Child>,
        patience: Duration,
    ) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(own) = child
                && own.id() == self.pid
                && !matches!(own.try_wait(), Ok(None))
            {
                *child = None;
                return true;
            }
            if !account.is_postgres(self.pid, cluster) {
                return true;
            }
            if Instant::now() > deadline {
                return false;
            }
            sleep(TICK);
        }
    }
}

/// Whether somebody listens at `place`.
pub(super) fn answers(place: &Place) -> bool {
    match place {
        Place::Socket { folder, port } => socket_answers(&socket(folder, *port)),
        Place::Host { host, port } => TcpStream::connect((host.as_str(), *port)).is_ok(),
    }
}

/// The socket's file.
pub(super) fn socket(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

#[cfg(unix)]
fn socket_answers(path: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(path).is_ok()
}

#[cfg(not(unix))]
fn socket_answers(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_ready_server_on_a_socket_is_understood() {
        let text = "4711\n/data/cluster\n1763632800\n5432\n/run/user/7/cloche-ab\n\n  5432001  12\nready   \n";
        let found = Postmaster::parse(text).unwrap();
        assert_eq!(found.pid, 4711);
        assert_eq!(
            found.place,
            Place::Socket { folder: "/run/user/7/cloche-ab".into(), port: 5432 }
        );
        assert_eq!(found.status, Status::Ready);
    }

    #[test]
    fn a_file_that_is_only_half_written_is_a_server_that_is_starting() {
        assert_eq!(Postmaster::parse("4711\n").unwrap().status, Status::Starting);
        assert_eq!(Postmaster::parse(""), None);
        assert_eq!(Postmaster::parse("-4711\n"), None, "a single-user session is no server");
    }
}
