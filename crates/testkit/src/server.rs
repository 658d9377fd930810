//! One throw-away PostgreSQL for all tests of a run, with a migrated template database.

use crate::database::TestDatabase;
use crate::run::RunFolder;
use ::server::embedded::{Embedded, owner_options, stop_server};
use ::server::link::Place;
use ::server::setup::{self, OwnerOptions};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::fs;
use tokio::sync::OnceCell;

static SHARED: OnceCell<TestServer> = OnceCell::const_new();

/// The server of this test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestServer {
    place: Place,
    template: String,
}

impl TestServer {
    /// The server of this run; the first who asks starts it and makes the template.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::find_or_start).await
    }

    /// A database of its own for one test, with the schema of a fresh set-up; it goes when it is dropped.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn database() -> TestDatabase {
        TestDatabase::copy_of(Self::shared().await).await
    }

    /// Stops the server of this run and removes what it left.
    ///
    /// # Panics
    /// When it does not stop.
    pub async fn stop() {
        let run = RunFolder::current();
        if !run.options().data.exists() {
            return;
        }
        stop_server(&run.options()).await.expect("the test server stops");
        run.clear();
    }

    /// How the owner of the server connects.
    #[must_use]
    pub fn owner_options(&self, database: &str) -> OwnerOptions {
        owner_options(&self.place, "", database)
    }

    /// Where it listens.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The database that test databases are copied from.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    async fn find_or_start() -> Self {
        let run = RunFolder::current();
        let template = format!("cloche_template_{}", &setup::fingerprint()[..16]);
        if let Some(server) = Self::noted(&run, &template).await {
            return server;
        }
        let locking = run.clone();
        let _lock = tokio::task::spawn_blocking(move || locking.lock()).await.expect("no panic");
        if let Some(server) = Self::noted(&run, &template).await {
            return server;
        }
        let embedded = Embedded::start(&run.options()).await.expect("the test server starts");
        let server = Self { place: embedded.location(), template };
        embedded.leave_running();
        server.make_template().await;
        let note = serde_json::to_vec(&server).expect("a note is plain JSON");
        fs::write(run.note(), note).expect("the note can be written");
        server
    }

    /// The server that an earlier process started, if it still answers and its template is ours.
    async fn noted(run: &RunFolder, template: &str) -> Option<Self> {
        let server: Self = serde_json::from_slice(&fs::read(run.note()).ok()?).ok()?;
        let connection = server.owner_options("postgres").connect().await.ok()?;
        connection.close().await.ok()?;
        (server.template == template).then_some(server)
    }

    async fn make_template(&self) {
        let mut cluster =
            self.owner_options("postgres").connect().await.expect("the test server answers");
        let there: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(&self.template)
                .fetch_one(&mut cluster)
                .await
                .expect("the catalog answers");
        if !there {
            drop_leftovers(&mut cluster).await;
            let building = self.template.replace("template", "building");
            setup::provision(&self.owner_options("postgres"), &building)
                .await
                .unwrap_or_else(|error| panic!("the template cannot be set up: {error:?}"));
            // Renamed once it is complete, and closed: a connection to it would stop every copy.
            for statement in [
                format!("alter database {building} rename to {}", self.template),
                format!("alter database {} allow_connections false", self.template),
            ] {
                run_sql(&mut cluster, statement).await;
            }
        }
        cluster.close().await.expect("the connection closes");
    }
}

/// Templates of older schemas, and databases of tests whose process is gone.
async fn drop_leftovers(cluster: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar(
        "select datname from pg_database d where datname like 'cloche\\_template\\_%'
             or datname like 'cloche\\_building\\_%'
             or datname like 'cloche\\_t\\_%' and not exists
                (select from pg_stat_activity a where a.datname = d.datname)",
    )
    .fetch_all(&mut *cluster)
    .await
    .expect("the catalog answers");
    for name in names {
        // Another run may be copying from it; then it stays for the next time.
        let drop = format!("drop database if exists {name} with (force)");
        let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *cluster).await;
    }
}

/// Runs a statement made of names that this crate made itself.
pub(crate) async fn run_sql(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}
