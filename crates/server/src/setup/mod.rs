//! Setting a server up and keeping it up to date: roles, database, hardening, migrations. Forward only.
//!
//! Everything here runs as the cluster's owner, never as a desk, and may be repeated at any time: the first
//! set-up, the upgrade after an update of Cloche, and the repair after a set-up that was cut short are one path.

mod admin;
mod error;
mod founding;

pub use admin::{
    NewMember, NewOrganization, add_member, create_organization, create_user, set_password,
};
pub use error::SetupError;
pub use founding::{found, reset_password};

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
/// How the owner of a server connects; only `server` knows the driver.
pub use sqlx::postgres::PgConnectOptions as OwnerOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
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
pub async fn provision(
    owner: &PgConnectOptions,
    database: &str,
) -> Result<ServerIdentity, SetupError> {
    let (owner, database) = (owner.clone(), database.to_owned());
    apart(move || async move { provision_here(&owner, &database).await }).await
}

async fn provision_here(
    owner: &PgConnectOptions,
    database: &str,
) -> Result<ServerIdentity, SetupError> {
    let mut cluster = owner.clone().database("postgres").connect().await?;
    require_version(&mut cluster).await?;
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
pub async fn adopt_copy(owner: &PgConnectOptions) -> Result<ServerIdentity, SetupError> {
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

async fn create_database(cluster: &mut PgConnection, database: &str) -> Result<(), SetupError> {
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut *cluster)
            .await?;
    if there {
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

async fn upgrade(owner: &PgConnectOptions) -> Result<ServerIdentity, SetupError> {
    let mut connection = owner.connect().await?;
    // Desks may be at work: better to give up than to make all of them wait behind us.
    sqlx::raw_sql("set lock_timeout = '15s'").execute(&mut connection).await?;
    sqlx::raw_sql(HARDEN).execute(&mut connection).await?;
    // Tables and functions belong to a role that is no superuser and that nobody signs in as.
    sqlx::raw_sql("set role cloche_owner").execute(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await?;
    sqlx::raw_sql("select setup.refresh_time_zones()").execute(&mut connection).await?;
    sqlx::raw_sql("reset role").execute(&mut connection).await?;
    sqlx::raw_sql(HARDEN).execute(&mut connection).await?;
    let identity = identity(&mut connection).await?;
    connection.close().await?;
    Ok(identity)
}

async fn identity(connection: &mut PgConnection) -> Result<ServerIdentity, SetupError> {
    let server_id =
        sqlx::query_scalar("select server_id from app.schema_info").fetch_one(connection).await?;
    Ok(ServerIdentity { server_id })
}
