//! What can go wrong between a desk and its server, typed once.

use crate::pinned::NotEncrypted;
use serde_json::Value;
use sqlx::postgres::PgDatabaseError;

/// A refusal or failure of the server. Messages that came from our own SQL are finished sentences.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The device's sign-in is over: revoked, expired, signed out (CL401), or its role may no longer log in.
    #[error("{message}")]
    SignedOut {
        /// A finished sentence.
        message: String,
    },
    /// E-mail and password do not fit.
    #[error("E-mail and password do not fit together.")]
    WrongPassword,
    /// The server does not take this device's secret: its enrolment has run out, most likely. Nothing is proved.
    #[error("Your sign-in on this computer has expired. Sign in again.")]
    Expired,
    /// Not permitted, or an organization that is not the caller's (CL403).
    #[error("{message}")]
    NotPermitted {
        /// A finished sentence.
        message: String,
        /// What exactly, as the server said it.
        details: Option<Value>,
    },
    /// The row is not there, or not visible (CL404).
    #[error("{message}")]
    NotFound {
        /// A finished sentence.
        message: String,
    },
    /// Somebody changed it first (CL409), or something stands in the way.
    #[error("{message}")]
    Conflict {
        /// The constraint that names the conflict.
        constraint: String,
        /// A finished sentence.
        message: String,
        /// Structured facts: the row as it is now, what blocks.
        details: Option<Value>,
    },
    /// A rule or constraint of the database refused it (CL422 and class 22/23).
    #[error("{message}")]
    Refused {
        /// The constraint's name, which is API.
        constraint: String,
        /// A finished sentence, or PostgreSQL's words for a constraint of class 23.
        message: String,
        /// Structured facts.
        details: Option<Value>,
    },
    /// The server could not be reached, or the connection broke before anything was sent.
    #[error("The server cannot be reached.")]
    Unreachable(#[source] sqlx::Error),
    /// The connection broke while a change was on its way and could not be asked again yet.
    #[error("The connection broke while the change was being saved.")]
    Unknown(#[source] sqlx::Error),
    /// The server's certificate is not the pinned one.
    #[error("This is not the server the link was made for: its certificate is a different one.")]
    WrongCertificate(#[source] sqlx::Error),
    /// The server offers no encryption.
    #[error(
        "The server does not answer encrypted, so it cannot prove that it is the one the link was made for. Whoever looks after it has to switch encryption on."
    )]
    NotEncrypted(#[source] sqlx::Error),
    /// The server's certificate does not count today: it has run out, or this computer's clock is wrong.
    #[error(
        "The server's certificate is not valid on the date of this computer. Check the computer's clock; if it is right, the certificate has run out, and whoever looks after the server has to renew it."
    )]
    CertificateDate(#[source] sqlx::Error),
    /// The server needs a newer desk.
    #[error("The server needs Cloche {needed} or newer.")]
    UpdateRequired {
        /// The oldest version it serves.
        needed: String,
    },
    /// Anything else.
    #[error("The server answered something unexpected.")]
    Internal(#[source] sqlx::Error),
}

impl ServerError {
    /// Whether trying the same call again, with the same command id, may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Unknown(_))
    }
}

/// SQLSTATEs after which the same statement may simply be sent again.
pub(crate) fn is_lost_race(error: &sqlx::Error) -> bool {
    matches!(database(error).map(|e| e.code().to_owned()).as_deref(), Some("40P01" | "40001"))
}

/// Whether the connection, not the statement, failed.
pub(crate) fn is_connection_loss(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) if tls(error).is_some() => false,
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        // 57P01–57P03: the server is stopping or starting; 08xxx: connection errors; 53300: no slot left.
        sqlx::Error::Database(_) => database(error).is_some_and(|e| {
            matches!(e.code(), "57P01" | "57P02" | "57P03" | "53300") || e.code().starts_with("08")
        }),
        _ => false,
    }
}

/// What went wrong in the handshake, which the driver reports as a fault of the connection.
fn tls(error: &sqlx::Error) -> Option<&rustls::Error> {
    match error {
        sqlx::Error::Io(io) => io.get_ref()?.downcast_ref(),
        sqlx::Error::Tls(fault) => fault.downcast_ref(),
        _ => None,
    }
}

/// Whether the server could not prove who it is.
pub(crate) fn is_untrusted(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Tls(_)) || tls(error).is_some()
}

fn certificate_error(error: sqlx::Error) -> ServerError {
    if matches!(&error, sqlx::Error::Tls(fault) if fault.is::<NotEncrypted>()) {
        return ServerError::NotEncrypted(error);
    }
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    match tls(&error) {
        Some(rustls::Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. },
        )) => ServerError::CertificateDate(error),
        Some(rustls::Error::InvalidCertificate(_)) | None => ServerError::WrongCertificate(error),
        // Broken off or garbled on the way.
        Some(_) => ServerError::Unreachable(error),
    }
}

fn database(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>())
}

impl From<sqlx::Error> for ServerError {
    fn from(error: sqlx::Error) -> Self {
        if is_connection_loss(&error) {
            return Self::Unreachable(error);
        }
        if is_untrusted(&error) {
            return certificate_error(error);
        }
        let Some(db) = database(&error) else { return Self::Internal(error) };
        let message = db.message().to_owned();
        let constraint = db.constraint().unwrap_or_default().to_owned();
        let details = db.detail().and_then(|d| serde_json::from_str(d).ok());
        match db.code() {
            // The embedded server says the same in its own words when it cannot even start.
            "53100" => Self::Refused {
                constraint: "disk_full".to_owned(),
                message: "The server's disk is full, so nothing was changed. Free some space and try again.".to_owned(),
                details: None,
            },
            "CL401" => Self::SignedOut { message },
            // A role that authenticated (the server proved itself) but may not log in was revoked. The same code from
            // elsewhere (no entry in pg_hba.conf) comes before any proof and says nothing about the device.
            "28000" if db.routine() == Some("InitializeSessionUserId") => {
                Self::SignedOut { message: "This device was signed out.".to_owned() }
            }
            "28P01" => Self::WrongPassword,
            "CL403" => Self::NotPermitted { message, details },
            "CL404" => Self::NotFound { message },
            "CL409" => Self::Conflict { constraint, message, details },
            "CL422" => Self::Refused { constraint, message, details },
            code if code.starts_with("22") || code.starts_with("23") => {
                Self::Refused { constraint, message, details }
            }
            _ => Self::Internal(error),
        }
    }
}
