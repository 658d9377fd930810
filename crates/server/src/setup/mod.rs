//! Setting a server up and keeping it up to date: roles, database, hardening, migrations. Forward only.
//!
//! Everything here runs as the cluster's owner, never as a desk, and may be repeated at any time: the first
//! set-up, the upgrade after an update of Cloche, and the repair after a set-up that was cut short are one path.

mod admin;
mod error;
mod founding;
mod links;
mod owner;
mod redaction;
mod steps;
mod versions;

pub use admin::{
    NewMember, NewOrganization, add_member, create_organization, create_user, set_password,
};
pub use error::SetupError;
pub use founding::{found, reset_password};
pub use links::{AdministratorLink, administrator_link, make_service};
pub(crate) use owner::connect;
pub use owner::{Owner, OwnerOptions, Survey, survey};
pub use redaction::{Redacted, redact_client, redact_person};
pub(crate) use steps::provision_with;
pub use versions::{OldestDesk, require_desk};

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Duration;
use uuid::Uuid;

/// What belongs to the cluster, not to one database.
const ROLES: &str = include_str!("roles.sql");
/// What a database grants to everybody and Cloche does not.
const HARDEN: &str = include_str!("harden.sql");
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The oldest PostgreSQL that is served: before it, CREATEROLE is nearly a superuser.
const OLDEST: i32 = 160_000;
/// Two desks may set the same server up at once; any number nobody else uses.
const SETUP_LOCK: i64 = 0x0063_6c6f_6368_6500;
/// Desks are at work while a migration runs: each waits at most so long for a table, so that nobody waits long behind it …
const LOCK_TIMEOUT: &str = "set lock_timeout = '2s'";
/// … and tries again this often.
const LOCK_ATTEMPTS: u32 = 20;

/// Which server a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerIdentity {
    /// Role names and password salts hash it.
    pub server_id: Uuid,
}

/// Sets `database` up on the server that `owner` reaches as superuser, or brings it up to date.
///
/// # Errors
/// [`SetupError`]; a set-up that was cut short is completed by calling this again.
pub async fn provision(owner: &OwnerOptions, database: &str) -> Result<ServerIdentity, SetupError> {
    let (owner, database) = (owner.clone(), database.to_owned());
    apart(move || async move { provision_here(&owner, &database).await }).await
}

async fn provision_here(
    owner: &OwnerOptions,
    database: &str,
) -> Result<ServerIdentity, SetupError> {
    let mut cluster = connect(&owner.clone().database("postgres")).await?;
    require_version(&mut cluster).await?;
    require_superuser(&mut cluster).await?;
    sqlx::query("select pg_advisory_lock($1)").bind(SETUP_LOCK).execute(&mut cluster).await?;
    sqlx::raw_sql(ROLES).execute(&mut cluster).await?;
    create_database(&mut cluster, database).await?;
    let identity = upgrade(&owner.clone().database(database)).await?;
    // Ends the session and with it the lock; an error on the way out does the same.
    cluster.close().await?;
    Ok(identity)
}

/// Runs `work` to its end on a thread of its own, whatever becomes of the caller: a set-up is never dropped half-way,
/// and the driver's futures need not be sendable.
pub(crate) async fn apart<T, W, F>(work: W) -> T
where
    T: Send + 'static,
    W: FnOnce() -> F + Send + 'static,
    F: Future<Output = T>,
{
    let runtime = tokio::runtime::Handle::current();
    // A panic in there cannot be handled any better than passing it on.
    tokio::task::spawn_blocking(move || runtime.block_on(work()))
        .await
        .expect("a set-up does not panic")
}

/// Gives a database that was copied from a template an identity and privileges of its own.
///
/// A copy loses database privileges, and two databases with one server id would share role names.
///
/// # Errors
/// That the copy cannot be reached or is not a database of Cloche.
pub async fn adopt_copy(owner: &OwnerOptions) -> Result<ServerIdentity, SetupError> {
    let mut connection = owner.connect().await?;
    sqlx::raw_sql(HARDEN).execute(&mut connection).await?;
    sqlx::raw_sql("select setup.new_server_identity()").execute(&mut connection).await?;
    let identity = identity(&mut connection).await?;
    connection.close().await?;
    Ok(identity)
}

/// Changes whenever roles, hardening or a migration do.
#[must_use]
pub fn fingerprint() -> String {
    let mut digest = Sha256::new();
    digest.update(ROLES);
    digest.update(HARDEN);
    for migration in MIGRATIONS.iter() {
        digest.update(migration.version.to_be_bytes());
        digest.update(&migration.checksum);
    }
    crate::identity::hex(&digest.finalize())
}

async fn require_version(cluster: &mut PgConnection) -> Result<(), SetupError> {
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(cluster)
        .await?;
    if version < OLDEST { Err(SetupError::TooOld { version: version / 10_000 }) } else { Ok(()) }
}

async fn require_superuser(cluster: &mut PgConnection) -> Result<(), SetupError> {
    let (user, is_superuser): (String, bool) = sqlx::query_as(
        "select current_user::text, rolsuper from pg_roles where rolname = current_user",
    )
    .fetch_one(cluster)
    .await?;
    if is_superuser { Ok(()) } else { Err(SetupError::NotSuperuser { user }) }
}

async fn has_database(cluster: &mut PgConnection, database: &str) -> Result<bool, SetupError> {
    Ok(sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(database)
        .fetch_one(cluster)
        .await?)
}

async fn create_database(cluster: &mut PgConnection, database: &str) -> Result<(), SetupError> {
    if has_database(cluster, database).await? {
        return Ok(());
    }
    // PostgreSQL quotes the name; `create database` takes no parameters.
    let statement: String = sqlx::query_scalar(
        "select format('create database %I owner cloche_owner template template0 encoding ''UTF8''', $1)
             || case when current_setting('server_version_num')::int >= 170000
                     then ' locale_provider builtin builtin_locale ''C.UTF-8'' locale ''C''' else '' end",
    )
    .bind(database)
    .fetch_one(&mut *cluster)
    .await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(cluster).await?;
    Ok(())
}

async fn upgrade(owner: &OwnerOptions) -> Result<ServerIdentity, SetupError> {
    let mut connection = owner.connect().await?;
    let mut attempt = 1;
    loop {
        match upgrade_once(&mut connection).await {
            Err(SetupError::Busy) if attempt < LOCK_ATTEMPTS => {
                tracing::info!(
                    attempt,
                    "a table is busy; the server is brought up to date in a moment"
                );
                // Desks that waited behind this get their turn first.
                let pause = 200 * u64::from(attempt.min(10)) + rand::random_range(0..300_u64);
                tokio::time::sleep(Duration::from_millis(pause)).await;
                attempt += 1;
            }
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    let identity = identity(&mut connection).await?;
    connection.close().await?;
    Ok(identity)
}

/// Each migration is a transaction of its own, or one statement that may be repeated (an index built while desks write):
/// what is done stays done, and trying again goes on behind it.
async fn upgrade_once(connection: &mut PgConnection) -> Result<(), SetupError> {
    sqlx::raw_sql("reset role").execute(&mut *connection).await?;
    sqlx::raw_sql(LOCK_TIMEOUT).execute(&mut *connection).await?;
    sqlx::raw_sql(HARDEN).execute(&mut *connection).await?;
    // Tables and functions belong to a role that is no superuser and that nobody signs in as.
    sqlx::raw_sql("set role cloche_owner").execute(&mut *connection).await?;
    drop_unfinished_indexes(connection).await?;
    MIGRATIONS.run(&mut *connection).await?;
    sqlx::raw_sql("select setup.refresh_time_zones()").execute(&mut *connection).await?;
    sqlx::raw_sql("reset role").execute(&mut *connection).await?;
    sqlx::raw_sql(HARDEN).execute(&mut *connection).await?;
    Ok(())
}

/// An index that is built while desks go on writing stays behind, of no use, where that was cut short; the step that builds
/// it would take it for done.
async fn drop_unfinished_indexes(connection: &mut PgConnection) -> Result<(), SetupError> {
    let statements: Vec<String> = sqlx::query_scalar(
        "select format('drop index concurrently if exists %I.%I', n.nspname, c.relname)
         from pg_catalog.pg_index i
         join pg_catalog.pg_class c on c.oid = i.indexrelid
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = 'app'
         where not i.indisvalid",
    )
    .fetch_all(&mut *connection)
    .await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The numbers of the migrations that this build brings.
pub(crate) fn known_migrations() -> Vec<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).collect()
}

async fn identity(connection: &mut PgConnection) -> Result<ServerIdentity, SetupError> {
    let server_id =
        sqlx::query_scalar("select server_id from app.schema_info").fetch_one(connection).await?;
    Ok(ServerIdentity { server_id })
}
