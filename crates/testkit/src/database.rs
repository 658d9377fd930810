//! A database for one test.

use crate::fill::fill_with_work;
use crate::organization::{OrganizationBuilder, Person};
use crate::server::{TestServer, run_sql};
use ::server::link::ServerLink;
use ::server::session::{DeviceSecret, Session};
use ::server::setup;
use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::runtime::Handle;
use uuid::Uuid;

/// A database of its own for one test. It goes after it was dropped, with the roles of its people and devices, before
/// the test's runtime ends.
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static TestServer,
    link: ServerLink,
    admin: PgPool,
}

impl TestDatabase {
    pub(crate) async fn copy_of(server: &'static TestServer) -> Self {
        let name = format!("cloche_t_{}", Uuid::new_v4().simple());
        let mut cluster =
            server.owner_options("postgres").connect().await.expect("the test server answers");
        let template = server.template();
        let create = format!("create database {name} template {template} owner cloche_owner");
        run_sql(&mut cluster, create).await;
        cluster.close().await.expect("the connection closes");
        let owner = server.owner_options(&name);
        let identity = setup::adopt_copy(&owner).await.expect("the copy becomes a server");
        let link = ServerLink {
            server_id: identity.server_id,
            place: server.place().clone(),
            database: name,
            ca_pem: None,
        };
        let admin =
            PgPoolOptions::new().max_connections(10).connect_lazy_with(owner.driver().clone());
        Self { server, link, admin }
    }

    /// The superuser's pool.
    #[must_use]
    pub fn admin(&self) -> &PgPool {
        &self.admin
    }

    /// How the superuser connects.
    #[must_use]
    pub fn owner_options(&self) -> setup::OwnerOptions {
        self.server.owner_options(&self.link.database)
    }

    /// The link that a desk would get.
    #[must_use]
    pub fn link(&self) -> &ServerLink {
        &self.link
    }

    /// Which server this database is.
    #[must_use]
    pub fn server_id(&self) -> Uuid {
        self.link.server_id
    }

    /// Connection options for any role, as a desk would connect.
    #[must_use]
    pub fn options_for(&self, role: &str, password: &str) -> PgConnectOptions {
        self.link.options(role, password)
    }

    /// Begins an organization: `db.organization("Linden Catering").administrator("ana@example.org").build().await`.
    #[must_use]
    pub fn organization(&self, name: &str) -> OrganizationBuilder<'_> {
        OrganizationBuilder::new(&self.admin, &self.link, name)
    }

    /// A raw connection as a person's device: what an employee with `psql` has.
    ///
    /// # Panics
    /// When the server refuses it.
    pub async fn connect_as(&self, person: &Person) -> PgConnection {
        self.device_options(&person.device).connect().await.expect("the device signs in")
    }

    /// A pool as a person's device; a device has at most 4 connections.
    #[must_use]
    pub fn pool_as(&self, person: &Person) -> PgPool {
        let options = self.device_options(&person.device);
        PgPoolOptions::new().max_connections(4).connect_lazy_with(options)
    }

    /// A desk's session as a person's device.
    #[must_use]
    pub fn session_as(&self, person: &Person) -> Session {
        Session::open(&self.link, &person.device)
    }

    /// Brings `events` events in through the door, with their clients, tasks, resources and bookings.
    ///
    /// # Panics
    /// When the server refuses any of it.
    pub async fn fill(&self, org: Uuid, person: &Person, events: u32) {
        let session = self.session_as(person);
        fill_with_work(&session, org, events).await.expect("the office is filled");
        session.close().await;
    }

    fn device_options(&self, device: &DeviceSecret) -> PgConnectOptions {
        let role = ::server::identity::device_role(self.link.server_id, device.device_id);
        self.link.options(&role, device.secret.expose_secret())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, database) = (self.server, self.link.database.clone());
        // Best effort: whatever stays is dropped with the server, or by the next run.
        let clean = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let _ = runtime.block_on(drop_database(server, &database));
            }
        };
        match Handle::try_current() {
            Ok(running) => begin_blocking(&running, clean),
            Err(_) => drop(std::thread::spawn(clean).join()),
        }
    }
}

/// Begins `work`, which `running` waits for at its end. Waiting for it here could stop both: a database is not dropped
/// before every connection to the server has answered, and one that is signing in waits for this very thread.
fn begin_blocking(running: &Handle, work: impl FnOnce() + Send + 'static) {
    let (begun, begins) = std::sync::mpsc::channel();
    running.spawn_blocking(move || {
        let _ = begun.send(());
        work();
    });
    // What has not begun is not waited for.
    let _ = begins.recv();
}

async fn drop_database(server: &TestServer, database: &str) -> Result<(), sqlx::Error> {
    let mut inside = server.owner_options(database).connect().await?;
    let roles: Vec<String> = sqlx::query_scalar(
        "select role_name::text from app.devices union select role_name::text from app.users
         union select role_name::text from app.invites",
    )
    .fetch_all(&mut inside)
    .await?;
    inside.close().await?;
    let mut cluster = server.owner_options("postgres").connect().await?;
    let mut statements = vec![format!("drop database {database} with (force)")];
    statements.extend(roles.iter().map(|role| format!("drop role if exists {role}")));
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut cluster).await?;
    }
    cluster.close().await
}
