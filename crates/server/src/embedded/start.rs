//! Starting a server: nothing of an earlier one left, a door chosen, settings written, and waiting until it answers.

use super::config::{self, Door, SOCKET_PORT};
use super::error::EmbeddedError;
use super::folder::Folder;
use super::locks::TICK;
use super::platform::{Account, Launch};
use super::postmaster::{self, Postmaster, Status};
use super::site::{GRACE, REMAINS, Running, Site};
use super::{EmbeddedOptions, Listen, Progress, secret};
use crate::identity;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A server that is started and has no file to say where it listens must be gone after this time.
const SILENCE: Duration = Duration::from_secs(5);
impl Site {
    /// Starts a server, once nothing of an earlier one is left.
    pub(super) fn start(&self) -> Result<Running, EmbeddedError> {
        self.options.tell(Progress::Starting);
        let lock = self.await_end()?;
        let begun = Instant::now();
        let mut ports = 0;
        loop {
            let door = door(&self.options, &self.account, &self.folder, ports)?;
            let said = match self.launch(&door, &lock)? {
                Ok(running) => return Ok(running),
                Err(said) => said,
            };
            if said.contains("pre-existing shared memory block") && begun.elapsed() < REMAINS {
                // The system may take a moment to give a dead process's memory back.
                sleep(TICK * 10);
            } else if said.contains("could not bind IPv4 address") {
                match (&self.options.listen, door) {
                    (Listen::Loopback { port: None }, _) if ports < 5 => ports += 1,
                    (_, Door::Loopback(port)) => return Err(EmbeddedError::PortTaken { port }),
                    _ => return Err(EmbeddedError::from_output(&said, &self.cluster)),
                }
            } else {
                return Err(EmbeddedError::from_output(&said, &self.cluster));
            }
        }
    }

    /// Starts PostgreSQL once; the inner error is what it said before it ended.
    fn launch(&self, door: &Door, lock: &File) -> Result<Result<Running, String>, EmbeddedError> {
        let (conf, user) = (self.folder.conf(), self.account.user());
        let config = config::write(&conf, door, self.options.profile, user)?;
        if matches!(door, Door::Loopback(_)) {
            secret::ensure(self, &config)?;
        }
        self.sweep(door);
        let (log, offset) = self.log.open()?;
        // A second handle of the same lock: it is held as long as either is open.
        let lock = lock.try_clone().map_err(|e| EmbeddedError::io("holding", &self.cluster, e))?;
        let child = self
            .account
            .launch(Launch {
                postgres: &self.binaries.program("postgres"),
                pg_ctl: &self.binaries.program("pg_ctl"),
                home: self.folder.home(),
                cluster: &self.cluster,
                config: &config,
                log,
                lock,
            })
            .map_err(|e| EmbeddedError::BinariesBroken { output: e.to_string() })?;
        self.await_ready(child, offset)
    }

    /// Waits until nothing of an earlier server works on the data any more, and keeps it so.
    fn await_end(&self) -> Result<File, EmbeddedError> {
        let begun = Instant::now();
        loop {
            if let Some(lock) = self.locks.server()? {
                return Ok(lock);
            }
            // Sessions of a killed server notice within moments; one in a long computation does not.
            if begun.elapsed() > GRACE {
                self.account.kill_orphans(&self.cluster);
            }
            if begun.elapsed() > REMAINS.min(self.options.patience) {
                return Err(EmbeddedError::InUse { path: self.cluster.clone() });
            }
            sleep(TICK);
        }
    }

    /// Waits for the server to answer; the inner error is what it said before it ended.
    fn await_ready(
        &self,
        mut child: Option<Child>,
        offset: u64,
    ) -> Result<Result<Running, String>, EmbeddedError> {
        let begun = Instant::now();
        let mut recovering = false;
        loop {
            let ended = match &mut child {
                Some(own) => !matches!(own.try_wait(), Ok(None)),
                None => begun.elapsed() > SILENCE,
            };
            let ours = |pid| child.as_ref().is_none_or(|own| own.id() == pid);
            match Postmaster::find(&self.cluster, &self.account) {
                Some(found)
                    if found.status == Status::Ready && ours(found.pid) && found.answers() =>
                {
                    return Ok(Ok(Running { child, place: found.place }));
                }
                // Not our child, and on its way.
                Some(_) if child.is_none() => {}
                _ if ended => return Ok(Err(self.log.since(offset))),
                _ => {}
            }
            if !recovering && begun.elapsed() > TICK * 20 && recovers(&self.log.since(offset)) {
                recovering = true;
                self.options.tell(Progress::Recovering);
            }
            if begun.elapsed() > self.options.patience {
                return Err(EmbeddedError::TooSlow { output: self.log.since(offset) });
            }
            sleep(TICK);
        }
    }

    /// Removes what a dead server left behind and PostgreSQL itself would take for a live one,
    /// when its number belongs to another program by now.
    fn sweep(&self, door: &Door) {
        let mut left = vec![self.cluster.join("postmaster.pid")];
        if let Door::Socket(folder) = door {
            let socket = postmaster::socket(folder, SOCKET_PORT);
            left.push(socket.with_extension(format!("{SOCKET_PORT}.lock")));
            left.push(socket);
        }
        for path in left {
            // Not there: the usual case. Not removable: PostgreSQL will say why.
            let _ = fs::remove_file(path);
        }
    }
}

fn door(
    options: &EmbeddedOptions,
    account: &Account,
    folder: &Folder,
    attempts: u32,
) -> Result<Door, EmbeddedError> {
    let port = match options.listen {
        Listen::Socket => {
            let name = folder.cluster();
            let name = &identity::hex(&Sha256::digest(name.as_os_str().as_encoded_bytes()))[..12];
            return Ok(Door::Socket(account.socket_folder(name, &options.shared)?));
        }
        Listen::Loopback { port: Some(port) } => port,
        Listen::Loopback { port: None } => return free_port(folder, attempts),
    };
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        return Err(EmbeddedError::PortTaken { port });
    }
    Ok(Door::Loopback(port))
}

/// The port of last time while it is free, so that links keep working.
fn free_port(folder: &Folder, attempts: u32) -> Result<Door, EmbeddedError> {
    let path = folder.data().join("port");
    let failed = |e| EmbeddedError::io("writing", &path, e);
    let last: Option<u16> = fs::read_to_string(&path).ok().and_then(|t| t.trim().parse().ok());
    let free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = last.filter(|port| attempts == 0 && free(*port).is_ok()) {
        return Ok(Door::Loopback(port));
    }
    let port = free(0).and_then(|listener| listener.local_addr()).map_err(failed)?.port();
    fs::write(&path, port.to_string()).map_err(failed)?;
    Ok(Door::Loopback(port))
}

fn recovers(said: &str) -> bool {
    ["was interrupted", "not properly shut down", "redo starts at"].iter().any(|s| said.contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_is_recognised_by_what_the_server_says() {
        assert!(recovers("LOG:  database system was interrupted; last known up at 2026-11-20"));
        assert!(recovers("LOG:  database system was not properly shut down; automatic recovery"));
        assert!(!recovers("LOG:  database system was shut down at 2026-11-20 10:00:00 UTC"));
    }
}
