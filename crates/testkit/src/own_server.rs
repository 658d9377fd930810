//! A PostgreSQL of its own, that may be killed, filled up or measured without disturbing anybody.

use crate::organization::OrganizationBuilder;
use crate::run::binaries;
use ::server::embedded::{Embedded, EmbeddedOptions, Listen};
use ::server::link::ServerLink;
use ::server::setup;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const DATABASE: &str = "cloche";

/// A server with an office's settings, in a folder that goes with it. [`OwnServer::stop`] ends it.
#[derive(Debug)]
pub struct OwnServer {
    // Before the folder: fields are dropped in order, and a server needs its folder to stop.
    embedded: Embedded,
    folder: tempfile::TempDir,
    link: ServerLink,
    admin: PgPool,
}

impl OwnServer {
    /// Starts it and sets it up. `settings` are whole statements, `alter system set …`.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(settings: &[&'static str]) -> Self {
        let folder = tempfile::Builder::new().prefix("cloche-own-").tempdir().expect("a folder");
        open_to_all(&folder);
        let mut options = EmbeddedOptions::new(binaries(), folder.path().join("server"));
        options.shared = folder.path().join("shared");
        options.listen = Listen::default();
        options.patience = Duration::from_secs(60);
        let mut embedded = Embedded::start(&options).await.expect("the server starts");
        if !settings.is_empty() {
            let owner = embedded.owner_options("postgres").connect().await;
            let mut owner = owner.expect("the server answers");
            for setting in settings {
                let set = sqlx::query(AssertSqlSafe(*setting)).execute(&mut owner).await;
                set.expect("the setting is taken");
            }
            owner.close().await.expect("the connection closes");
            embedded.stop().await.expect("the server stops");
            embedded = Embedded::start(&options).await.expect("the server starts again");
        }
        let owner = embedded.owner_options(DATABASE);
        let identity = setup::provision(&owner, DATABASE).await.expect("it is set up");
        let link = ServerLink {
            server_id: identity.server_id,
            place: embedded.location(),
            database: DATABASE.to_owned(),
            ca_pem: None,
        };
        let admin =
            PgPoolOptions::new().max_connections(4).connect_lazy_with(owner.driver().clone());
        Self { embedded, folder, link, admin }
    }

    /// The link that a desk would get.
    #[must_use]
    pub fn link(&self) -> &ServerLink {
        &self.link
    }

    /// The superuser's pool.
    #[must_use]
    pub fn admin(&self) -> &PgPool {
        &self.admin
    }

    /// Begins an organization, as [`crate::TestDatabase::organization`] does.
    #[must_use]
    pub fn organization(&self, name: &str) -> OrganizationBuilder<'_> {
        OrganizationBuilder::new(&self.admin, &self.link, name)
    }

    /// A folder that goes with the server.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The server's first process.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn postmaster(&self) -> u32 {
        let file: PathBuf = self.folder.path().join("server/cluster/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("the server runs");
        text.lines().next().and_then(|line| line.parse().ok()).expect("it says its number")
    }

    /// Kills its first process without a warning, and with `everything` its sessions in the same moment.
    ///
    /// # Panics
    /// When nobody can be killed here.
    pub fn kill(&self, everything: bool) {
        let first = self.postmaster();
        let mut doomed = vec![first];
        if everything {
            let children = format!("/proc/{first}/task/{first}/children");
            let children = std::fs::read_to_string(children).unwrap_or_default();
            doomed.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        let pids = doomed.iter().map(u32::to_string);
        // Some sessions end by themselves between being listed and being killed.
        let _ = Command::new("kill").arg("-9").args(pids).output().expect("there is a kill");
        while is_alive(first) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Gets it going again.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn revive(&self) {
        self.embedded.ensure_running().await.expect("the server starts again");
    }

    /// Stops it cleanly and starts it again: every session ends.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&self) {
        let first = self.postmaster();
        // What `pg_ctl stop --mode fast` sends.
        let stop = ["-INT".to_owned(), first.to_string()];
        let _ = Command::new("kill").args(stop).output().expect("there is a kill");
        while is_alive(first) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.revive().await;
    }

    /// Ends it.
    ///
    /// # Panics
    /// When it does not stop.
    pub async fn stop(self) {
        self.admin.close().await;
        self.embedded.stop().await.expect("the server stops");
    }
}

/// Whether a process runs; one whose end nobody has taken note of does not.
fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|s| !s.is_empty() && !s.trim_start().starts_with('Z'))
}

/// As root, PostgreSQL runs as somebody else, who must be able to get in.
fn open_to_all(folder: &tempfile::TempDir) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), mode).expect("the folder is ours");
    }
    #[cfg(not(unix))]
    let _ = folder;
}
