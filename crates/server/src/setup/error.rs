//! Why a server could not be set up, as finished sentences.

use sqlx::migrate::MigrateError;

/// What can go wrong while a server is set up or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// PostgreSQL is too old.
    #[error("The server runs PostgreSQL {version}. Cloche needs PostgreSQL 16 or newer.")]
    TooOld {
        /// Its major version.
        version: i32,
    },
    /// A newer Cloche was here already.
    #[error("This data was already used by a newer version of Cloche. Update Cloche to open it.")]
    NewerData,
    /// A migration that ran here is not the one this Cloche brings.
    #[error(
        "This data was set up by a different build of Cloche (step {version} differs). Nothing was changed."
    )]
    DifferentBuild {
        /// The migration.
        version: i64,
    },
    /// The owner's address could not be read.
    #[error(
        "This is not the address of a server. It looks like postgres://name:password@host:5432, or postgres:///?host=/var/run/postgresql for the server of this computer."
    )]
    Address,
    /// A server elsewhere without a certificate authority.
    #[error(
        "A server on another computer needs a certificate: without one, the owner's password could go to anybody. Give its certificate authority."
    )]
    NotPinned,
    /// Nobody answers there.
    #[error(
        "The server does not answer. Check host and port, that PostgreSQL runs and listens there, and that no firewall is in between."
    )]
    Unreachable(#[source] sqlx::Error),
    /// The owner's name and password do not fit.
    #[error("The server does not take this owner name and password.")]
    WrongPassword,
    /// No line of `pg_hba.conf` lets the owner in.
    #[error(
        "The server lets nobody of this name in from here. Add a line for the owner to pg_hba.conf, or run this on the server itself."
    )]
    NotAdmitted,
    /// The server's certificate is not of that authority, or not for that name, or there is none.
    #[error(
        "The server could not prove who it is: it offers no encrypted connection, or its certificate is not from this authority or not for this host name."
    )]
    WrongCertificate(#[source] sqlx::Error),
    /// The database to work in is not there.
    #[error("The server has no database of this name.")]
    NoDatabase,
    /// The owner has too little power.
    #[error(
        "{user} is not a superuser of the server, so it cannot set Cloche up. Use the owner, usually postgres."
    )]
    NotSuperuser {
        /// Who it is.
        user: String,
    },
    /// Other work kept tables locked until patience ended.
    #[error(
        "Other work on the server kept a table busy for too long. Nothing was changed by the step that waited; try again in a quieter moment."
    )]
    Busy,
    /// What was to be created is there already, or breaks a rule.
    #[error("{message}")]
    Refused {
        /// The name of the constraint.
        constraint: String,
        /// A finished sentence.
        message: String,
    },
    /// A migration did not run; what it had begun was undone.
    #[error("The data could not be brought up to date. Nothing was changed.")]
    Migration(#[source] MigrateError),
    /// Anything else of the database.
    #[error("The server could not be set up.")]
    Database(#[source] sqlx::Error),
}

/// SQLSTATE: a lock was not to be had in time.
const LOCK_TIMEOUT: &str = "55P03";

/// Whether a statement gave up waiting for a lock.
pub(super) fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|db| db.code().as_deref() == Some(LOCK_TIMEOUT))
}

impl From<MigrateError> for SetupError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) => Self::NewerData,
            MigrateError::VersionMismatch(version) => Self::DifferentBuild { version },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
                if is_lock_timeout(&error) =>
            {
                Self::Busy
            }
            other => Self::Migration(other),
        }
    }
}

impl From<sqlx::Error> for SetupError {
    fn from(error: sqlx::Error) -> Self {
        let Some(db) = error.as_database_error() else { return Self::Database(error) };
        let code = db.code().unwrap_or_default().into_owned();
        if code == LOCK_TIMEOUT {
            return Self::Busy;
        }
        let constraint = db.constraint().unwrap_or_default().to_owned();
        if code.starts_with("CL") {
            return Self::Refused { constraint, message: db.message().to_owned() };
        }
        match refused(&constraint) {
            Some(message) => Self::Refused { constraint, message: message.to_owned() },
            None => Self::Database(error),
        }
    }
}

/// Sentences for the constraints that a set-up form can run into.
fn refused(constraint: &str) -> Option<&'static str> {
    Some(match constraint {
        "users_email_unique" => "There is already a person with this e-mail address.",
        "users_email_normalised" => "This is not an e-mail address.",
        "memberships_user_unique" => "This person already belongs to the organization.",
        "memberships_display_name_length" => "The person's name must have 1 to 255 characters.",
        "memberships_role_known" => "The role must be administrator, manager or staff.",
        "organizations_name_length" => "The organization's name must have 1 to 255 characters.",
        "organizations_time_zone_known" => "The server does not know this time zone.",
        "organizations_currency_code" => "The currency must be a code of three letters, like EUR.",
        "organizations_locale_tag" => "The language must be a tag like en or de-AT.",
        "organizations_id_unique" | "organizations_pkey" => "The organization is already there.",
        _ => return None,
    })
}
