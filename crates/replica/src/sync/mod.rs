//! Keeping the replica in step with the server: a pure state machine, without I/O, clock or randomness of its own.
//!
//! # The driver's contract
//! One task owns the [`Machine`] and a [`crate::ReplicaSlot`]:
//! 1. `Machine::new(slot.remembered().await?, seed)`, then `step(now, Input::Started)`.
//! 2. Perform the outputs **in order, each to its end**, before the next step:
//!    - [`Output::Store`]: `slot.perform(store).await`. Its `changed` tables go to the UI. On an error drop the rest of
//!      the outputs (if it is [`crate::ReplicaError::Damaged`], call `slot.rebuild()` first) and feed
//!      [`Input::StoreFailed`] with `slot.remembered()`.
//!    - [`Output::Request`]: send it from a task of its own (never dropped half-way) and feed its answer back as
//!      [`Input::Reply`] with the same id. Late, repeated and lost answers are harmless.
//!    - [`Output::Status`]: show it.
//!    - [`Output::Wake`]: replaces any earlier wake; at that moment feed [`Input::Tick`].
//!    - [`Output::LostAccess`]: the replica was wiped (by the `Store` before it); sign the user out and stop.
//! 3. Whoever notices that the computer slept feeds [`Input::Woke`].
//! 4. An action of this desk takes `slot.ticket()` before it is sent; its answer's rows go through
//!    `slot.merge_answer(&ticket, rows, n)`, and what that returns goes in as [`Input::Written`].
//!
//! `Now::mono_ms` counts from any start, never backwards (`Instant`); `Now::wall` is only shown ("as of 14:32").

mod load;
mod machine;
mod status;
mod wire;

pub use machine::Machine;
pub use status::{SyncState, SyncStatus};
pub use wire::{CursorReply, PullReply, SnapshotReply};

use crate::Batch;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A moment, twice: for counting and for showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since any fixed start; never runs backwards.
    pub mono_ms: u64,
    /// The wall clock.
    pub wall: DateTime<Utc>,
}

/// Names one request; an answer counts only for the request that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// A place in the feed, as `api.pull` takes and answers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Number of the command.
    pub n: i64,
    /// Row within that command after which to go on; `None` when all of it was read.
    #[serde(default)]
    pub seq: Option<i64>,
    /// The command that has this number; `None` where not known (it is then not compared).
    #[serde(default)]
    pub command: Option<Uuid>,
}

/// What a replica file remembers about its place in the feed. Stored in the same transaction as the rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// Where to pull from; `None` until a first load reached every table.
    pub position: Option<Position>,
    /// The server's epoch; another one means that it was restored.
    pub epoch: String,
    /// The membership's view; another one means that this user sees other rows now.
    pub view: i64,
    /// The highest n seen, own answers included.
    pub known_n: i64,
    /// The server's last sign of life.
    pub as_of: Option<DateTime<Utc>>,
    /// How far an unfinished first load came.
    pub first: Option<FirstLoad>,
}

/// How far a first load came; it goes on from there after a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstLoad {
    /// The n before the first page; the catch-up begins there.
    pub start_n: i64,
    /// The command of that n, where the server said it.
    pub start_command: Option<Uuid>,
    /// Index in [`crate::TABLES`] of the table being read.
    pub table: usize,
    /// The last id read of it.
    pub after_id: Option<Uuid>,
    /// Rows read so far.
    pub rows_done: u32,
}

/// How closely the user is looking; decides how often the server is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// A window is visible and in use: twice a second.
    #[default]
    Visible,
    /// Hidden or minimised: every five seconds.
    Hidden,
    /// Untouched for ten minutes: every thirty seconds.
    Idle,
}

/// What the server is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `api.cursor`.
    Cursor,
    /// `api.cursor` where a load begins, and about how many rows it will bring.
    Start,
    /// `api.snapshot`.
    Snapshot {
        /// One of [`crate::TABLES`].
        table: &'static str,
        /// Ids after this one.
        after_id: Option<Uuid>,
        /// Rows at most.
        limit: u32,
    },
    /// `api.pull`.
    Pull {
        /// From here on.
        after: Position,
        /// Rows at most.
        limit: u32,
    },
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// To [`Request::Cursor`] and [`Request::Start`].
    Cursor(CursorReply),
    /// To [`Request::Snapshot`].
    Snapshot(SnapshotReply),
    /// To [`Request::Pull`].
    Pull(PullReply),
    /// No usable answer.
    Fault(Fault),
}

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The server cannot be reached, or the connection broke.
    Offline,
    /// CL401: this device was revoked or signed out, said by a server that proved itself.
    SignedOut,
    /// CL403: no longer a member.
    Removed,
    /// Anything else, with a finished sentence; tried again like an outage.
    Other(String),
}

/// What happens to the machine.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The driver is ready.
    Started,
    /// Time passed.
    Tick,
    /// An answer arrived.
    Reply(RequestId, Reply),
    /// An action of this desk was applied. `n` as answered by [`crate::ReplicaSlot::merge_answer`].
    Written {
        /// Its number, where it counts for the file that is followed.
        n: Option<i64>,
    },
    /// The user looks more or less closely.
    Activity(Activity),
    /// The computer slept: what was asked is not answered any more, and what is shown may be long out of date.
    Woke,
    /// A store failed; everything goes on from what the file remembers now.
    StoreFailed {
        /// `slot.remembered()`, or the default where even that fails.
        remembered: Box<Remembered>,
        /// A finished sentence for the status.
        message: String,
    },
}

/// What the driver does.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Ask the server.
    Request(RequestId, Request),
    /// Write to the replica.
    Store(Store),
    /// Show this; sent when it changed (a newer `as_of` alone is not a change).
    Status(SyncStatus),
    /// Step with [`Input::Tick`] at this `mono_ms`; replaces the wake before.
    Wake(u64),
    /// Access is lost and the replica wiped; the machine does nothing any more.
    LostAccess(Fault),
}

/// A write to the replica, performed by [`crate::ReplicaSlot::perform`].
#[derive(Debug, Clone, PartialEq)]
pub enum Store {
    /// Begin an empty file: beside the current one, or in its place.
    Begin {
        /// Beside, so that the current one stays readable.
        beside: bool,
    },
    /// One transaction on one of the files.
    Batch {
        /// On the file beside.
        beside: bool,
        /// What to write.
        batch: Batch,
    },
    /// The file beside is complete and becomes the current one.
    SwapIn,
    /// The server was there.
    Contact {
        /// When.
        at: DateTime<Utc>,
    },
    /// Delete everything.
    Wipe,
}
