//! The schema step by step: archives of an older schema are restored into a database that has taken only their steps.

use super::{
    HARDEN, MIGRATIONS, OwnerOptions, ROLES, SETUP_LOCK, SetupError, connect, create_database,
};
use sqlx::Connection;
use sqlx::migrate::Migrator;

/// Sets a new `database` up with only these steps of the schema.
///
/// # Errors
/// As [`super::provision`].
pub(crate) async fn provision_with(
    owner: &OwnerOptions,
    database: &str,
    steps: &[i64],
) -> Result<(), SetupError> {
    let mut cluster = connect(&owner.clone().database("postgres")).await?;
    sqlx::query("select pg_advisory_lock($1)").bind(SETUP_LOCK).execute(&mut cluster).await?;
    sqlx::raw_sql(ROLES).execute(&mut cluster).await?;
    create_database(&mut cluster, database).await?;
    let mut inside = connect(&owner.clone().database(database)).await?;
    sqlx::raw_sql(HARDEN).execute(&mut inside).await?;
    sqlx::raw_sql("set role cloche_owner").execute(&mut inside).await?;
    let taken = MIGRATIONS.iter().filter(|migration| steps.contains(&migration.version)).cloned();
    let migrator = Migrator { migrations: taken.collect::<Vec<_>>().into(), ..Migrator::DEFAULT };
    migrator.run(&mut inside).await?;
    sqlx::raw_sql("select setup.refresh_time_zones()").execute(&mut inside).await?;
    inside.close().await?;
    cluster.close().await?;
    Ok(())
}
