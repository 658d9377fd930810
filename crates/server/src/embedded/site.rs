//! Starting and stopping one server; whoever calls this holds the start lock.

use super::binaries::Binaries;
use super::config::{self, Door, SOCKET_PORT, SUPERUSER};
use super::error::EmbeddedError;
use super::folder::{Folder, TICK};
use super::log::Log;
use super::platform::{self, Account, Launch};
use super::postmaster::{self, Postmaster, Status};
use super::{EmbeddedOptions, Listen, Progress, cluster};
use crate::identity;
use crate::link::Place;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A server that is started and has no file to say where it listens must be gone after this time.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a server may be out of reach, or sessions outlive their server, before they are ended.
const GRACE: Duration = Duration::from_secs(2);
/// How long the remains of a killed server may keep a new one from starting.
const REMAINS: Duration = Duration::from_secs(30);
/// How long a server may take to write everything when asked to stop.
const FAREWELL: Duration = Duration::from_secs(60);

/// One data folder with the PostgreSQL that serves it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) options: EmbeddedOptions,
    pub(super) account: Account,
    pub(super) folder: Folder,
    binaries: Binaries,
    log: Log,
    cluster: PathBuf,
}

/// A server that answers.
#[derive(Debug)]
pub(super) struct Running {
    /// When we started it ourselves; it must be waited for then.
    pub(super) child: Option<Child>,
    pub(super) place: Place,
}

impl Running {
    /// Waits for a child that ended, or it would stay in the list of processes.
    pub(super) fn reap(&mut self) {
        if self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None))) {
            self.child = None;
        }
    }
}

impl Site {
    /// Gets everything ready except the server itself.
    pub(super) fn prepare(
        options: &EmbeddedOptions,
        mut account: Account,
        folder: Folder,
    ) -> Result<Self, EmbeddedError> {
        account.adopt(&folder.cluster());
        let cache = if account.lends() { &options.shared } else { folder.data() };
        let binaries = Binaries::prepare(&options.binaries, cache, &account)?;
        if !folder.cluster().exists() {
            options.tell(Progress::Creating);
        }
        let (cluster, new) = cluster::find_or_make(&folder, &binaries, options.profile, &account)?;
        tracing::debug!(new, cluster = %cluster.display(), "the embedded server's data is there");
        let log = Log::new(folder.log());
        Ok(Self { options: options.clone(), account, folder, binaries, log, cluster })
    }

    /// Uses the server that runs already, or starts one.
    pub(super) fn attach_or_start(&self) -> Result<Running, EmbeddedError> {
        self.log.trim();
        let deadline = Instant::now() + self.options.patience;
        let mut silent_since = None;
        while let Some(found) = Postmaster::find(&self.cluster, &self.account) {
            if found.status == Status::Ready && found.answers() {
                return Ok(Running { child: None, place: found.place });
            }
            // Its socket may have been swept away with a temporary folder: nobody can reach it again.
            let since = silent_since.get_or_insert_with(Instant::now);
            if found.status == Status::Ready && since.elapsed() > GRACE {
                self.stop(&mut None)?;
                break;
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::TooSlow { output: self.log.since(0) });
            }
            sleep(TICK);
        }
        self.start()
    }

    fn start(&self) -> Result<Running, EmbeddedError> {
        self.options.tell(Progress::Starting);
        let begun = Instant::now();
        let mut ports = 0;
        loop {
            let door = door(&self.options, &self.account, &self.folder, ports)?;
            let config = config::write(
                &self.folder.conf(),
                &door,
                self.options.profile,
                self.account.user(),
            )?;
            self.make_secret(&door, &config)?;
            self.sweep(&door);
            let (log, offset) = self.log.open()?;
            let child = self
                .account
                .launch(Launch {
                    postgres: &self.binaries.program("postgres"),
                    pg_ctl: &self.binaries.program("pg_ctl"),
                    home: self.folder.home(),
                    cluster: &self.cluster,
                    config: &config,
                    log,
                })
                .map_err(|e| EmbeddedError::BinariesBroken { output: e.to_string() })?;
            let said = match self.await_ready(child, offset)? {
                Ok(running) => return Ok(running),
                Err(said) => said,
            };
            if said.contains("pre-existing shared memory block") && begun.elapsed() < REMAINS {
                // Sessions of a killed server notice within moments; one in a long computation does not.
                if begun.elapsed() > GRACE {
                    self.account.kill_orphans(&self.cluster);
                }
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
            match Postmaster::find(&self.cluster, &self.account) {
                Some(found) if child.as_ref().is_none_or(|own| own.id() == found.pid) => {
                    if found.status == Status::Ready && found.answers() {
                        return Ok(Ok(Running { child, place: found.place }));
                    }
                }
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

    /// Stops whatever server runs on this data; asks first.
    pub(super) fn stop(&self, child: &mut Option<Child>) -> Result<(), EmbeddedError> {
        let Some(found) = Postmaster::find(&self.cluster, &self.account) else { return Ok(()) };
        let pg_ctl = self.binaries.program("pg_ctl");
        self.account.ask_to_stop(&pg_ctl, &self.cluster, found.pid);
        if !found.wait_gone(&self.cluster, &self.account, child, FAREWELL) {
            self.account.make_stop(&pg_ctl, &self.cluster, found.pid);
            if !found.wait_gone(&self.cluster, &self.account, child, REMAINS) {
                return Err(EmbeddedError::TooSlow { output: self.log.since(0) });
            }
        }
        if let Place::Socket { folder, .. } = &found.place {
            // Only an empty one goes; the next start makes it again.
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    /// Has a leftover server stopped once every process that uses it is gone, killed ones included.
    pub(super) fn watch(&self) -> Option<Child> {
        let users: File = self.folder.users().ok()?;
        platform::watch(&self.account, users, &self.binaries.program("pg_ctl"), &self.cluster)
    }

    /// The owner's password, where the owner signs in with one.
    pub(super) fn secret(&self) -> Result<Option<SecretString>, EmbeddedError> {
        if matches!(self.options.listen, Listen::Socket) {
            return Ok(None);
        }
        let path = self.secret_path();
        fs::read_to_string(&path)
            .map(|text| Some(text.trim().to_owned().into()))
            .map_err(|e| EmbeddedError::io("reading", &path, e))
    }

    fn secret_path(&self) -> PathBuf {
        self.folder.data().join("owner.secret")
    }

    /// Gives the owner a new password if there is none: whoever has the folder owns the data anyway.
    fn make_secret(&self, door: &Door, config: &Path) -> Result<(), EmbeddedError> {
        let path = self.secret_path();
        if matches!(door, Door::Socket(_)) || path.exists() {
            return Ok(());
        }
        let secret = identity::new_secret();
        let verifier = identity::scram::scram_verifier(secret.expose_secret());
        self.alone(config, &format!("alter role {SUPERUSER} password '{verifier}'\n"))?;
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

    /// Runs one statement with PostgreSQL's single-user mode, which asks nobody for a password.
    fn alone(&self, config: &Path, statement: &str) -> Result<(), EmbeddedError> {
        let broken = |e: std::io::Error| EmbeddedError::BinariesBroken { output: e.to_string() };
        let mut setting = std::ffi::OsString::from("config_file=");
        setting.push(config);
        let mut command =
            self.account.command(&self.binaries.program("postgres"), self.folder.home());
        command.arg("--single").arg("-D").arg(&self.cluster).arg("-c").arg(setting);
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
        Err(EmbeddedError::from_output(&said, &self.cluster))
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
