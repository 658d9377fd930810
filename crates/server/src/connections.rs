//! The few connections of one sign-in: made when they are needed, used in turn, given up when they break.
//!
//! Not a general pool: a desk has so few that both stay warm by being used in turn, and whoever waits for one decides
//! how long. Connecting goes on after they stopped waiting, so that a slow network gets its connection all the same.

use crate::error::is_connection_loss;
use crate::pinned::Way;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, SqlSafeStr};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout, timeout_at};

/// One follows the feed while the other does what the person asked for; the role has room for those of a desk that was
/// killed and whose end the server has not noticed.
pub(crate) const MOST_CONNECTIONS: u32 = 2;
/// Half a dozen round trips over a network that takes two seconds for each.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// A server that was out of reach a moment ago keeps nobody waiting for long.
const RELUCTANT: Duration = Duration::from_secs(3);
/// What is unused for so long may have been forgotten by a router on the way.
const STALE_AFTER: Duration = Duration::from_secs(300);
/// Ending waits this long for calls that are on their way.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);
/// Prepared while connecting, so that no action pays for it.
const PREPARED: &str = crate::door::APPLY;

#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    way: RwLock<Way>,
    idle: Mutex<VecDeque<Idle>>,
    free: Arc<Semaphore>,
    /// Raised when what is open or being opened leads nowhere any more.
    era: watch::Sender<u64>,
    closed: AtomicBool,
    out_of_reach: AtomicBool,
}

struct Idle {
    connection: PgConnection,
    since: Instant,
    era: u64,
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

/// A connection in use; it goes back by itself unless it is [`Lease::broken`].
pub(crate) struct Lease {
    connection: Option<PgConnection>,
    era: u64,
    home: Connections,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("it is there until the lease ends")
    }

    /// The connection failed: neither it nor those as old as it are used again.
    pub fn broken(mut self) {
        self.connection = None;
        self.home.forget_of(self.era);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && self.era == self.home.era()
            && !self.home.0.closed.load(Ordering::SeqCst)
        {
            let (since, era) = (Instant::now(), self.era);
            self.home.idle().push_back(Idle { connection, since, era });
        }
    }
}

/// A connection that may be had without waiting for anybody else.
pub(crate) struct Spare {
    home: Connections,
    permit: OwnedSemaphorePermit,
}

impl Spare {
    /// As [`Connections::lease`].
    pub async fn lease(self, end: Instant) -> Result<Lease, sqlx::Error> {
        self.home.lease_with(self.permit, end).await
    }
}

impl Connections {
    /// Connects when it is first asked.
    pub fn new(way: Way) -> Self {
        Self(Arc::new(Inner {
            way: RwLock::new(way),
            idle: Mutex::default(),
            free: Arc::new(Semaphore::new(MOST_CONNECTIONS as usize)),
            era: watch::Sender::new(0),
            closed: AtomicBool::new(false),
            out_of_reach: AtomicBool::new(false),
        }))
    }

    /// A connection, until `end` at the latest, sooner where the server was out of reach a moment ago.
    pub async fn lease(&self, end: Instant) -> Result<Lease, sqlx::Error> {
        let end = if self.0.out_of_reach.load(Ordering::Relaxed) {
            end.min(Instant::now() + RELUCTANT)
        } else {
            end
        };
        self.lease_by(end).await
    }

    /// The right to a connection that nobody uses at this moment.
    pub fn spare(&self) -> Option<Spare> {
        let permit = self.0.free.clone().try_acquire_owned().ok()?;
        Some(Spare { home: self.clone(), permit })
    }

    async fn lease_by(&self, end: Instant) -> Result<Lease, sqlx::Error> {
        let waiting = self.0.free.clone().acquire_owned();
        let permit = match timeout_at(end, waiting).await {
            Ok(Ok(permit)) if !self.0.closed.load(Ordering::SeqCst) => permit,
            Ok(_) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        self.lease_with(permit, end).await
    }

    async fn lease_with(
        &self,
        permit: OwnedSemaphorePermit,
        end: Instant,
    ) -> Result<Lease, sqlx::Error> {
        if let Some(idle) = self.warm() {
            let (connection, era) = (Some(idle.connection), idle.era);
            return Ok(Lease { connection, era, home: self.clone(), _permit: permit });
        }
        let connecting = tokio::spawn(self.clone().connect(permit));
        let connected = match timeout_at(end, connecting).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(_)) => Err(sqlx::Error::WorkerCrashed),
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        };
        if connected.as_ref().is_err_and(is_connection_loss) {
            self.heard(false);
        }
        connected
    }

    async fn connect(self, permit: OwnedSemaphorePermit) -> Result<Lease, sqlx::Error> {
        let mut eras = self.0.era.subscribe();
        let era = *eras.borrow_and_update();
        let way = self.0.way.read().unwrap_or_else(PoisonError::into_inner).clone();
        let connecting = async {
            let mut connection = way.connect().await?;
            // A server without this function says so to whoever calls it.
            let _ = connection.prepare(PREPARED.into_sql_str()).await;
            Ok(connection)
        };
        let connected = tokio::select! {
            connected = timeout(CONNECT_LIMIT, connecting) => connected,
            _ = eras.changed() => return Err(sqlx::Error::PoolTimedOut),
        };
        let connection = Some(connected.unwrap_or(Err(sqlx::Error::PoolTimedOut))?);
        Ok(Lease { connection, era, home: self, _permit: permit })
    }

    fn warm(&self) -> Option<Idle> {
        let (mut idle, era) = (self.idle(), self.era());
        // The one that waited longest first: so both are used in turn.
        while let Some(next) = idle.pop_front() {
            if next.era == era && next.since.elapsed() < STALE_AFTER {
                return Some(next);
            }
        }
        None
    }

    /// Whether the last call came to an answer.
    pub fn heard(&self, heard: bool) {
        self.0.out_of_reach.store(!heard, Ordering::Relaxed);
    }

    /// From now on connects this way.
    pub fn move_to(&self, way: Way) {
        *self.0.way.write().unwrap_or_else(PoisonError::into_inner) = way;
        self.forget();
    }

    /// Gives up what is open or being opened: this computer slept, or is in another network.
    pub fn forget(&self) {
        self.forget_of(self.era());
        self.heard(true);
    }

    fn forget_of(&self, era: u64) {
        let raised = self.0.era.send_if_modified(|now| {
            let current = *now == era;
            *now += u64::from(current);
            current
        });
        if raised {
            self.idle().clear();
        }
    }

    /// Ends the connections, those in use when their calls have ended.
    pub async fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        let idle: Vec<Idle> = self.idle().drain(..).collect();
        for idle in idle {
            let _ = timeout(Duration::from_secs(1), idle.connection.close()).await;
        }
        // What is only just connecting is not waited for.
        self.0.era.send_modify(|era| *era += 1);
        let all = self.0.free.acquire_many(MOST_CONNECTIONS);
        let _ended = timeout(CLOSE_LIMIT, all).await;
        self.0.free.close();
    }

    fn era(&self) -> u64 {
        *self.0.era.borrow()
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
