//! The desk's encrypted local copy: schema, merges, read models, search, the sync state machine.
//!
//! [`Replica`] is one open file; [`ReplicaSlot`] is the place of the current file of one (server, organization, user)
//! and swaps in a fresh one. [`sync::Machine`] decides what to ask the server and what to store; it does no I/O.
//! Nothing here knows PostgreSQL or the network.

mod answers;
mod clients;
mod error;
mod events;
mod image;
mod key;
mod known;
mod merge;
mod open;
mod organization;
mod replica;
mod search;
mod slot;
pub mod sync;
mod tables;
mod text;

pub use answers::Answer;
pub use clients::{
    ClientDetail, ClientListInput, ClientListPage, ClientRow, ClientSort, ClientSortBy,
};
pub use error::{OpenError, ReplicaError};
pub use events::{
    Archived, EventBoard, EventBoardColumn, EventBoardInput, EventDetail, EventFilter,
    EventListInput, EventListPage, EventRow, EventSort, EventSortBy, EventType, EventTypes,
    StatusChange,
};
pub use image::RowImage;
pub use key::ReplicaKey;
pub use merge::{Batch, Changed, Page};
pub use open::Opened;
pub use organization::{Membership, Organization};
pub use replica::Replica;
pub use search::{Hit, HitKind, SearchHits, SearchInput};
pub use slot::{Merged, ReplicaSlot, Ticket};
pub use tables::TABLES;
pub use text::fold;

// The cipher comes with this crate's build of SQLite: naming it here keeps the feature from being dropped as unused.
use libsqlite3_sys as _;
