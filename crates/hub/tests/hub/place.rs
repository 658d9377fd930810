//! A PostgreSQL of its own for a test: with TLS, with whatever access rules, to be broken at will.

use base64::{Engine, engine::general_purpose::STANDARD};
use hub::certificates::{SERVER, SERVER_KEY};
use hub::folder::Folder;
use secrecy::SecretString;
use server::embedded::{Embedded, EmbeddedOptions, Listen, Profile};
use server::link::Place;
use server::setup::Owner;
use sqlx::{AssertSqlSafe, Connection};
use std::fs;
use std::process::{Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// The owner's name and password: those of nobody else.
pub const BOSS: &str = "boss";
pub const BOSS_PASSWORD: &str = "the-owner-s-own-secret";

/// What a server as `cloche-hub setup` leaves it lets in; the first two lines are the test's own ways in.
pub const ACCESS: &str = "\
host all cloche_superuser 127.0.0.1/32 scram-sha-256
host all boss 127.0.0.1/32 scram-sha-256
hostssl cloche +cloche_account,+cloche_device,+cloche_invite,+cloche_hub all scram-sha-256
";

pub struct Server {
    embedded: Embedded,
    place: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        // As root, PostgreSQL runs as somebody else, who must get through.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut options = EmbeddedOptions::new(testkit::binaries(), place.path().join("server"));
        options.listen = Listen::Loopback { port: None };
        options.profile = Profile::Office;
        options.shared = place.path().join("shared");
        options.patience = Duration::from_secs(60);
        let embedded = Embedded::start(&options).await.unwrap();
        let server = Self { embedded, place };
        server
            .run(
                "postgres",
                &format!("create role {BOSS} superuser login password '{BOSS_PASSWORD}'"),
            )
            .await;
        server
    }

    /// The folder that the hub is told to use.
    pub fn folder(&self) -> Folder {
        Folder::at(self.place.path().join("etc"))
    }

    pub fn port(&self) -> u16 {
        match self.embedded.location() {
            Place::Host { port, .. } | Place::Socket { port, .. } => port,
        }
    }

    pub fn owner(&self) -> Owner {
        Owner {
            place: self.embedded.location(),
            user: BOSS.to_owned(),
            password: SecretString::from(BOSS_PASSWORD),
            ca_pem: None,
        }
    }

    pub fn superuser(&self, database: &str) -> server::setup::OwnerOptions {
        self.embedded.owner_options(database)
    }

    pub async fn run(&self, database: &str, sql: &str) {
        let mut connection = self.superuser(database).connect().await.unwrap();
        let ran = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
        ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.unwrap();
    }

    pub async fn ask<T>(&self, database: &str, sql: &str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let mut connection = self.superuser(database).connect().await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
    }

    /// Changes a setting for good, as an administrator would in `postgresql.conf`.
    pub async fn set(&self, name: &str, value: &str) {
        self.run("postgres", &format!("alter system set {name} = {value}")).await;
        self.reload().await;
    }

    pub async fn unset(&self, name: &str) {
        self.run("postgres", &format!("alter system reset {name}")).await;
        self.reload().await;
    }

    /// Other rules in `pg_hba.conf`.
    pub async fn admit(&self, rules: &str) {
        let path: String = self.ask("postgres", "show hba_file").await;
        fs::write(path, rules).unwrap();
        self.reload().await;
    }

    /// Turns encryption on with the folder's certificate. The server writes the files itself: they must be its own.
    pub async fn encrypt(&self, folder: &Folder) {
        for name in [SERVER, SERVER_KEY] {
            let text = STANDARD.encode(folder.read(name).unwrap().unwrap());
            let keep = format!("copy (select '{text}') to program 'umask 077; base64 -d > {name}'");
            self.run("postgres", &keep).await;
        }
        self.set("ssl_cert_file", "'server.crt'").await;
        self.set("ssl_key_file", "'server.key'").await;
        self.set("ssl", "on").await;
    }

    async fn reload(&self) {
        let before: chrono::DateTime<chrono::Utc> =
            self.ask("postgres", "select pg_conf_load_time()").await;
        self.run("postgres", "select pg_reload_conf()").await;
        // A new session has what the server has by then.
        while self
            .ask::<chrono::DateTime<chrono::Utc>>("postgres", "select pg_conf_load_time()")
            .await
            <= before
        {
            tokio::task::yield_now().await;
        }
    }

    /// Runs `cloche-hub` with this server's folder, its owner's address on the standard input.
    pub async fn hub(&self, arguments: &[&str]) -> Answer {
        let url = format!("postgres://{BOSS}:{BOSS_PASSWORD}@127.0.0.1:{}", self.port());
        self.hub_with(&url, arguments).await
    }

    /// The same with another address, and whatever else is to be read.
    pub async fn hub_with(&self, input: &str, arguments: &[&str]) -> Answer {
        let mut command = command(&self.folder());
        command.args(arguments).env("CLOCHE_OWNER", "-");
        let input = format!("{input}\n");
        tokio::task::spawn_blocking(move || answer(command, &input)).await.unwrap()
    }

    pub async fn stop(self) {
        self.embedded.stop().await.unwrap();
    }
}

/// The program, with a folder.
pub fn command(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloche-hub"));
    command.env("CLOCHE_HUB_FOLDER", folder.root()).env_remove("CLOCHE_LOG");
    command
}

fn answer(mut command: Command, input: &str) -> Answer {
    use std::io::Write;
    use std::process::Stdio;
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Answer(child.wait_with_output().unwrap())
}

pub struct Answer(Output);

impl Answer {
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.0;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// Everything it said, where it succeeded.
    pub fn well(&self) -> String {
        assert_eq!(self.code(), 0, "{}", self.said());
        let said = self.said();
        assert!(!said.contains(BOSS_PASSWORD), "the owner's password is never shown: {said}");
        said
    }

    pub fn line(&self, beginning: &str) -> String {
        let said = self.well();
        let line = said.lines().find(|line| line.starts_with(beginning));
        line.unwrap_or_else(|| panic!("no line begins with {beginning}: {said}")).to_owned()
    }
}
