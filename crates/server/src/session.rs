//! Connections to a server: as a person's account (to enroll a device or change the password) and as a device
//! (everything else).
//!
//! A database call runs in a task of its own that is never dropped half-way: a dropped future could leave a
//! connection in the middle of a transaction in the pool. Each sign-in has its own pool.

use crate::error::{ServerError, is_connection_loss, is_lost_race};
use crate::identity::{account_role, device_role};
#[cfg(unix)]
use crate::link::Place;
use crate::link::ServerLink;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use sqlx::Connection;
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgPoolOptions};
use sqlx::types::Json;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// One for sync, one for the person, one for an import that takes its time; the role has one more.
const MOST_CONNECTIONS: u32 = 3;
/// How long one call may take before its connection is given up as half-open.
const CALL_LIMIT: Duration = Duration::from_secs(30);
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

/// A device's session: a small pool of its own.
#[derive(Debug, Clone)]
pub struct Session {
    pool: PgPool,
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

impl Session {
    /// A session that connects when it is first used, so that a desk can open without its server.
    #[must_use]
    pub fn open(link: &ServerLink, device: &DeviceSecret) -> Self {
        let role = device_role(link.server_id, device.device_id);
        let options = link.options(&role, device.secret.expose_secret());
        let pool = PgPoolOptions::new()
            .max_connections(MOST_CONNECTIONS)
            .min_connections(0)
            .idle_timeout(Duration::from_secs(300))
            .acquire_timeout(Duration::from_secs(4))
            // A ping before each call would double its round trips; calls repeat themselves instead.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Self { pool, link: Arc::new(RwLock::new(link.clone())), device: device.clone() }
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
        let role = device_role(link.server_id, self.device.device_id);
        self.pool.set_connect_options(link.options(&role, self.device.secret.expose_secret()));
        *self.link.write().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// Ends the session's connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Fails at once where a server of this computer does not run: the pool would wait for it to start up, and whoever
    /// could start it would not hear of it.
    async fn knock(&self) -> Result<(), sqlx::Error> {
        #[cfg(unix)]
        if self.pool.num_idle() == 0
            && let Place::Socket { folder, port } = self.link().place
        {
            tokio::net::UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?;
        }
        Ok(())
    }

    /// Calls a function that answers one jsonb.
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
        let session = self.clone();
        let task = tokio::spawn(async move { insist(&session, sql, &arguments, repeat).await });
        match task.await {
            Ok(Err(ServerError::WrongPassword)) => Err(ServerError::Expired),
            Ok(answer) => answer,
            Err(_) => Err(ServerError::Internal(sqlx::Error::WorkerCrashed)),
        }
    }
}

async fn insist<T>(
    session: &Session,
    sql: &'static str,
    arguments: &(impl Fn() -> PgArguments + Send + Sync),
    repeat: Repeat,
) -> Result<T, ServerError>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    let until = Instant::now() + ASK_AGAIN_FOR;
    let (mut maybe_sent, mut attempt) = (false, 0_u32);
    loop {
        attempt += 1;
        let error = match once(session, sql, arguments()).await {
            Ok(answer) => return Ok(answer),
            Err(Failed::BeforeSending(e)) => e,
            Err(Failed::Sent(e)) => {
                maybe_sent |= is_connection_loss(&e);
                e
            }
        };
        let lost = is_connection_loss(&error);
        let again = match repeat {
            _ if is_lost_race(&error) => attempt <= 4,
            // Each connection of the pool may have died with the server.
            Repeat::Once => lost && maybe_sent && attempt <= MOST_CONNECTIONS,
            Repeat::UntilKnown => lost && maybe_sent && Instant::now() < until,
        };
        if !again {
            return Err(if lost && maybe_sent && repeat == Repeat::UntilKnown {
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

async fn once<T>(session: &Session, sql: &'static str, arguments: PgArguments) -> Result<T, Failed>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    session.knock().await.map_err(Failed::BeforeSending)?;
    let mut connection = session.pool.acquire().await.map_err(Failed::BeforeSending)?;
    let answer = tokio::select! {
        answer = sqlx::query_scalar_with::<_, Json<T>, _>(sql, arguments).fetch_one(&mut *connection) => answer,
        () = sleep(CALL_LIMIT) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    };
    match answer {
        Ok(Json(value)) => Ok(value),
        Err(error) => {
            if is_connection_loss(&error) {
                // It may still carry half an answer: never back into the pool.
                let _ = connection.detach().close_hard().await;
            }
            Err(Failed::Sent(error))
        }
    }
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
    let options = link.options(&account_role(link.server_id, email), key.expose_secret());
    let connecting = PgConnection::connect_with(&options);
    let connection = match tokio::time::timeout(Duration::from_secs(10), connecting).await {
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
