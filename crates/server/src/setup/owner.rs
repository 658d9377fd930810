//! How the owner of a server is reached: an address, a name and a password, never written down and never shown.

use super::SetupError;
use crate::link::Place;
use crate::pinned::Way;
use secrecy::{ExposeSecret, SecretString};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// How long an answer to a first knock may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The owner of a PostgreSQL server: a superuser, who sets it up and keeps it up to date.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Where the server is.
    pub place: Place,
    /// The superuser's name.
    pub user: String,
    /// Its password; empty where being the same user of this computer is enough.
    pub password: SecretString,
    /// PEM of the certificate authority that vouches for the server; needed for a server elsewhere.
    pub ca_pem: Option<String>,
}

impl Owner {
    /// Reads `postgres://name:password@host:port` or `postgres://name@/?host=/var/run/postgresql`.
    ///
    /// # Errors
    /// [`SetupError::Address`] for anything else, and for parameters that would change how Cloche connects.
    pub fn parse(text: &str, ca_pem: Option<String>) -> Result<Self, SetupError> {
        // An empty host beside a name is common for sockets and no URL to the parser.
        let text = text.trim().replacen("@/", "@socket.invalid/", 1);
        let url = Url::parse(&text).map_err(|_| SetupError::Address)?;
        if !["postgres", "postgresql"].contains(&url.scheme()) {
            return Err(SetupError::Address);
        }
        let mut folder = None;
        let mut user = plain(url.username());
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "host" if value.starts_with('/') => folder = Some(value.into_owned()),
                "user" if user.is_empty() => user = value.into_owned(),
                _ => return Err(SetupError::Address),
            }
        }
        let port = url.port().unwrap_or(5432);
        let host = url.host_str().filter(|host| *host != "socket.invalid").map(unbracketed);
        let place = match (folder, host) {
            (Some(folder), _) => Place::Socket { folder: folder.into(), port },
            (None, Some(host)) => Place::Host { host, port },
            (None, None) => return Err(SetupError::Address),
        };
        if user.is_empty() {
            user = "postgres".to_owned();
        }
        let password = plain(url.password().unwrap_or_default()).into();
        Ok(Self { place, user, password, ca_pem })
    }

    /// Whether the connection never leaves this computer.
    #[must_use]
    pub fn is_on_this_computer(&self) -> bool {
        match &self.place {
            Place::Socket { .. } => true,
            Place::Host { host, .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        }
    }

    /// Connection options; nothing of the environment's `PG*` variables is meant to be used.
    ///
    /// # Errors
    /// [`SetupError::NotPinned`] for a server elsewhere without a certificate authority: the password would travel in
    /// the open, or to whoever answers.
    pub fn options(&self, database: &str) -> Result<OwnerOptions, SetupError> {
        let options = PgConnectOptions::new_without_pgpass()
            .username(&self.user)
            .password(self.password.expose_secret())
            .database(database)
            .application_name("cloche owner")
            // Settings of the owner's own role must not lead a migration elsewhere or cut it in two.
            .options([("search_path", "public"), ("statement_timeout", "0")])
            .ssl_mode(PgSslMode::Disable);
        let options = match &self.place {
            Place::Socket { folder, port } => options.socket(folder).port(*port),
            Place::Host { host, port } => options.host(host).port(*port),
        };
        match &self.ca_pem {
            Some(pem) if !matches!(self.place, Place::Socket { .. }) => {
                Ok(OwnerOptions(Way::of(options, Some(pem.clone()))))
            }
            _ if self.is_on_this_computer() => Ok(OwnerOptions::here(options)),
            _ => Err(SetupError::NotPinned),
        }
    }
}

/// How the owner of a server connects: to one elsewhere over TLS that the pinned authority alone can vouch for.
#[derive(Clone)]
pub struct OwnerOptions(Way);

impl OwnerOptions {
    /// To a server of this computer.
    pub(crate) fn here(options: PgConnectOptions) -> Self {
        Self(Way::of(options, None))
    }

    /// Into another database of the server.
    #[must_use]
    pub fn database(self, database: &str) -> Self {
        Self(self.0.into(database))
    }

    /// What the driver alone would be told: enough for a server of this computer, and no more than that.
    #[must_use]
    pub fn driver(&self) -> &PgConnectOptions {
        self.0.options()
    }

    /// Connects.
    ///
    /// # Errors
    /// What the driver says; a fault of TLS is an [`std::io::Error`] around [`rustls::Error`], or [`sqlx::Error::Tls`].
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        self.0.connect().await
    }
}

/// It holds a password.
impl fmt::Debug for OwnerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerOptions").finish_non_exhaustive()
    }
}

fn unbracketed(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

/// A part of a URL without its percent signs; a plus is a plus there.
fn plain(part: &str) -> String {
    let pair = format!("x={}", part.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Connects as owner and says in plain words why not.
///
/// # Errors
/// [`SetupError::Unreachable`], [`SetupError::WrongPassword`], [`SetupError::WrongCertificate`],
/// [`SetupError::NotAdmitted`], [`SetupError::NoDatabase`].
pub(crate) async fn connect(owner: &OwnerOptions) -> Result<PgConnection, SetupError> {
    match tokio::time::timeout(PATIENCE, owner.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(refused(error)),
        Err(_) => Err(SetupError::Unreachable(sqlx::Error::PoolTimedOut)),
    }
}

fn refused(error: sqlx::Error) -> SetupError {
    if crate::error::is_connection_loss(&error) {
        return SetupError::Unreachable(error);
    }
    if crate::error::is_untrusted(&error) {
        return SetupError::WrongCertificate(error);
    }
    match error.as_database_error().and_then(|e| e.code()).as_deref() {
        Some("28P01") => SetupError::WrongPassword,
        Some("28000") => SetupError::NotAdmitted,
        Some("3D000") => SetupError::NoDatabase,
        _ => SetupError::Database(error),
    }
}

/// What a server is, as its owner sees it, before anything is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// PostgreSQL's version, such as `17.10`.
    pub version: String,
    /// Whether the database is there.
    pub database: bool,
    /// Which server the database is, once Cloche was set up in it.
    pub server_id: Option<uuid::Uuid>,
    /// How many organizations it holds.
    pub organizations: i64,
}

/// Looks at a server; changes nothing.
///
/// # Errors
/// That it cannot be reached, is too old, or that the owner is no superuser.
pub async fn survey(owner: &Owner, database: &str) -> Result<Survey, SetupError> {
    let (inside, cluster) = (owner.options(database)?, owner.options("postgres")?);
    let database = database.to_owned();
    super::apart(move || async move { survey_here(&cluster, &inside, &database).await }).await
}

async fn survey_here(
    cluster: &OwnerOptions,
    inside: &OwnerOptions,
    database: &str,
) -> Result<Survey, SetupError> {
    let mut connection = connect(cluster).await?;
    super::require_version(&mut connection).await?;
    super::require_superuser(&mut connection).await?;
    let version: String =
        sqlx::query_scalar("select split_part(current_setting('server_version'), ' ', 1)")
            .fetch_one(&mut connection)
            .await?;
    let there = super::has_database(&mut connection, database).await?;
    connection.close().await?;
    let mut survey = Survey { version, database: there, server_id: None, organizations: 0 };
    if there {
        let mut connection = connect(inside).await?;
        let is_ours: bool = sqlx::query_scalar("select to_regclass('app.schema_info') is not null")
            .fetch_one(&mut connection)
            .await?;
        if is_ours {
            survey.server_id = Some(super::identity(&mut connection).await?.server_id);
            survey.organizations = sqlx::query_scalar("select count(*) from app.organizations")
                .fetch_one(&mut connection)
                .await?;
        }
        connection.close().await?;
    }
    Ok(survey)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Owner {
        Owner::parse(text, None).unwrap()
    }

    #[test]
    fn addresses_of_hosts_and_sockets_are_read() {
        let owner = parsed("postgres://boss:p%40ss+word@db.example.org:5433");
        assert_eq!(owner.place, Place::Host { host: "db.example.org".into(), port: 5433 });
        assert_eq!((owner.user.as_str(), owner.password.expose_secret()), ("boss", "p@ss+word"));
        for text in [
            "postgres://postgres@/?host=/var/run/postgresql",
            "postgresql:///?host=/var/run/postgresql",
            "postgres:///?host=/var/run/postgresql&user=postgres",
        ] {
            let owner = parsed(text);
            let folder = "/var/run/postgresql".into();
            assert_eq!(owner.place, Place::Socket { folder, port: 5432 }, "{text}");
            assert_eq!(owner.user, "postgres");
        }
        assert!(parsed("postgres://a@[::1]").is_on_this_computer());
    }

    #[test]
    fn what_would_change_how_cloche_connects_is_refused() {
        for text in [
            "",
            "db.example.org",
            "https://db.example.org",
            "postgres://db.example.org?sslmode=disable",
            "postgres://db.example.org?options=-csearch_path%3Dpublic",
            "postgres://",
        ] {
            assert!(Owner::parse(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_never_travels_in_the_open() {
        let owner = parsed("postgres://boss:secret@db.example.org");
        assert!(matches!(owner.options("postgres"), Err(SetupError::NotPinned)));
        assert!(parsed("postgres://boss:secret@127.0.0.1").options("postgres").is_ok());
        assert!(!format!("{owner:?}").contains("secret"));
    }
}
