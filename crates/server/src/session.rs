//! Connections to a server: as a person's account (to enroll a device or change the password) and as a device
//! (everything else).
//!
//! A database call runs in a task of its own that is never dropped half-way, and a connection whose call did not end is
//! never used again. Each sign-in has its own connections.

use crate::connections::{Connections, MOST_CONNECTIONS};
use crate::error::{ServerError, is_connection_loss, is_lost_race};
use crate::identity::{account_role, device_role};
use crate::link::ServerLink;
use crate::pinned::Way;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use sqlx::Connection;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::types::Json;
use std::io::ErrorKind::TimedOut;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

/// How long a person waits for a call, whatever the network does; then its connection is given up as half-open.
const CALL_LIMIT: Duration = Duration::from_secs(8);
/// How long a call may take that moves much, as long as the server answers others meanwhile.
const LONG_CALL_LIMIT: Duration = Duration::from_secs(120);
/// Without an answer for so long, a long call looks whether the server is still there.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a change keeps asking after a lost answer before it is reported as unknown.
const ASK_AGAIN_FOR: Duration = Duration::from_secs(6);

/// A device's secret on one server.
#[derive(Debug, Clone)]
pub struct DeviceSecret {
    /// The device.
    pub device_id: Uuid,
    /// 256 random bits in hexadecimal.
    pub secret: SecretString,
}

/// A device's session: two connections of its own at most.
#[derive(Debug, Clone)]
pub struct Session {
    connections: Connections,
    link: Arc<RwLock<ServerLink>>,
    device: DeviceSecret,
}

/// Whether a call may be sent a second time after its answer was lost.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Repeat {
    /// Reads: sent once more on a fresh connection, not longer.
    Once,
    /// Changes with a command id: the server answers a repeat with the first outcome.
    UntilKnown,
}

/// How long a call may take.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Patience {
    /// Somebody waits.
    Short,
    /// It moves much: a page of a table, an import.
    Long,
}

impl Session {
    /// A session that connects when it is first used, so that a desk can open without its server.
    #[must_use]
    pub fn open(link: &ServerLink, device: &DeviceSecret) -> Self {
        let connections = Connections::new(way(link, device));
        Self { connections, link: Arc::new(RwLock::new(link.clone())), device: device.clone() }
    }

    /// The device this session signs in as.
    #[must_use]
    pub fn device_id(&self) -> Uuid {
        self.device.device_id
    }

    /// Where it signs in.
    #[must_use]
    pub fn link(&self) -> ServerLink {
        self.link.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on at another place: this computer's own server may listen elsewhere after a restart.
    pub fn move_to(&self, link: ServerLink) {
        self.connections.move_to(way(&link, &self.device));
        *self.link.write().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// Uses none of the connections made so far: the computer slept, and whatever was at their other end has gone.
    pub fn refresh(&self) {
        self.connections.forget();
    }

    /// Ends the session's connections.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    /// Calls a function that answers one jsonb, and soon.
    ///
    /// # Errors
    /// What the server refused, or that it cannot be reached.
    pub(crate) async fn call<T>(
        &self,
        sql: &'static str,
        arguments: impl Fn() -> PgArguments + Send + Sync + 'static,
        repeat: Repeat,
    ) -> Result<T, ServerError>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        self.patient_call(sql, arguments, repeat, Patience::Short).await
    }

    /// As [`Self::call`], for as long as `patience` says.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(crate) async fn patient_call<T>(
        &self,
        sql: &'static str,
        arguments: impl Fn() -> PgArguments + Send + Sync + 'static,
        repeat: Repeat,
        patience: Patience,
    ) -> Result<T, ServerError>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        let connections = self.connections.clone();
        let task =
            tokio::spawn(
                async move { insist(&connections, sql, &arguments, repeat, patience).await },
            );
        match task.await {
            Ok(Err(ServerError::WrongPassword)) => Err(ServerError::Expired),
            Ok(answer) => answer,
            Err(_) => Err(ServerError::Internal(sqlx::Error::WorkerCrashed)),
        }
    }
}

fn way(link: &ServerLink, device: &DeviceSecret) -> Way {
    let role = device_role(link.server_id, device.device_id);
    Way::new(link, &role, device.secret.expose_secret())
}

async fn insist<T>(
    connections: &Connections,
    sql: &'static str,
    arguments: &(impl Fn() -> PgArguments + Send + Sync),
    repeat: Repeat,
    patience: Patience,
) -> Result<T, ServerError>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    let limit = if patience == Patience::Long { LONG_CALL_LIMIT } else { CALL_LIMIT };
    let end = Instant::now() + limit;
    let (mut lost_at, mut attempt) = (None, 0_u32);
    loop {
        attempt += 1;
        let error = match once(connections, sql, arguments(), patience, end).await {
            Ok(answer) => return Ok(answer),
            Err(Failed::BeforeSending(e)) => e,
            Err(Failed::Sent(e)) => {
                if is_connection_loss(&e) {
                    lost_at.get_or_insert_with(Instant::now);
                }
                e
            }
        };
        let lost = is_connection_loss(&error);
        let again = match (repeat, lost_at) {
            _ if is_lost_race(&error) => attempt <= 4,
            // Each connection may have died with the server.
            (Repeat::Once, Some(_)) => lost && attempt <= MOST_CONNECTIONS,
            (Repeat::UntilKnown, Some(at)) => lost && at.elapsed() < ASK_AGAIN_FOR,
            (_, None) => false,
        };
        if !again || Instant::now() >= end {
            return Err(if lost && lost_at.is_some() && repeat == Repeat::UntilKnown {
                ServerError::Unknown(error)
            } else {
                error.into()
            });
        }
        let jitter = rand::random_range(10..60_u64);
        sleep(Duration::from_millis(jitter * u64::from(attempt.min(10)))).await;
    }
}

enum Failed {
    BeforeSending(sqlx::Error),
    Sent(sqlx::Error),
}

async fn once<T>(
    connections: &Connections,
    sql: &'static str,
    arguments: PgArguments,
    patience: Patience,
    end: Instant,
) -> Result<T, Failed>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    let mut lease = connections.lease(end).await.map_err(Failed::BeforeSending)?;
    let asking = sqlx::query_scalar_with::<_, Json<T>, _>(sql, arguments);
    let asking = asking.fetch_one(lease.connection());
    let answer = match patience {
        Patience::Short => timeout_at(end, asking).await.unwrap_or_else(|_| Err(given_up())),
        Patience::Long => tokio::select! {
            answer = asking => answer,
            error = until_silent(connections, end) => Err(error),
        },
    };
    match answer {
        Ok(Json(value)) => {
            connections.heard(true);
            Ok(value)
        }
        Err(error) => {
            let lost = is_connection_loss(&error);
            connections.heard(!lost);
            if lost {
                // It may still carry half an answer: never used again.
                lease.broken();
            }
            Err(Failed::Sent(error))
        }
    }
}

/// Looks now and then whether the server still answers; comes back with how it does not. Where the other connection is
/// busy too, there is nothing to look with.
async fn until_silent(connections: &Connections, end: Instant) -> sqlx::Error {
    while Instant::now() < end {
        sleep(LOOK_EVERY).await;
        let Some(looking) = connections.spare() else { continue };
        let look_until = Instant::now() + CALL_LIMIT;
        let look = async {
            let mut lease = looking.lease(look_until).await?;
            let answer = timeout_at(look_until, lease.connection().ping()).await;
            let answer = answer.unwrap_or_else(|_| Err(given_up()));
            if answer.is_err() {
                lease.broken();
            }
            answer
        };
        match look.await {
            Err(error) if is_connection_loss(&error) => return error,
            _ => {}
        }
    }
    given_up()
}

fn given_up() -> sqlx::Error {
    sqlx::Error::Io(TimedOut.into())
}

/// Signs in as a person's account, for one task: enrolling a device or changing the password.
///
/// `key` is [`crate::identity::kdf::sign_in_key`]'s answer, `email` normalised.
///
/// # Errors
/// [`ServerError::WrongPassword`] for an unknown e-mail as well, or that the server cannot be reached.
pub async fn sign_in_account(
    link: &ServerLink,
    email: &str,
    key: &SecretString,
) -> Result<AccountSession, ServerError> {
    let way = Way::new(link, &account_role(link.server_id, email), key.expose_secret());
    let connection = match tokio::time::timeout(Duration::from_secs(10), way.connect()).await {
        Ok(connection) => connection?,
        Err(_) => return Err(sqlx::Error::PoolTimedOut.into()),
    };
    Ok(AccountSession { connection })
}

/// A person's account, signed in with the password.
#[derive(Debug)]
pub struct AccountSession {
    connection: PgConnection,
}

impl AccountSession {
    /// Enrolls a device whose secret only this computer knows; answers when the enrolment ends.
    ///
    /// # Errors
    /// [`ServerError::Refused`] when the person has ten devices already.
    pub async fn enroll_device(
        &mut self,
        device: &DeviceSecret,
        name: &str,
    ) -> Result<(), ServerError> {
        let verifier = crate::identity::scram::scram_verifier(device.secret.expose_secret());
        sqlx::query("select account.enroll_device($1, $2, $3)")
            .bind(device.device_id)
            .bind(name)
            .bind(verifier)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Changes the password to one whose key is `key`; every other device than `keep` is signed out.
    ///
    /// # Errors
    /// That the server cannot be reached.
    pub async fn change_password(
        &mut self,
        key: &SecretString,
        keep: Uuid,
    ) -> Result<(), ServerError> {
        let verifier = crate::identity::scram::scram_verifier(key.expose_secret());
        sqlx::query("select account.change_password($1, $2)")
            .bind(verifier)
            .bind(keep)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Ends the connection.
    pub async fn close(self) {
        let _ = self.connection.close().await;
    }
}
