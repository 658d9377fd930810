//! The desk's encrypted local copy: schema, merges, read models, search, the sync state machine.
//!
//! [`Replica`] is one open file; [`ReplicaSlot`] is the place of the current file of one (server, organization, user)
//! and swaps in a fresh one. [`sync::Machine`] decides what to ask the server and what to store; it does no I/O.
//! Nothing here knows PostgreSQL or the network.

mod answers;
mod books;
mod catch_up;
mod clients;
mod entity;
mod error;
mod events;
mod hold;
mod image;
mod incoming;
mod key;
mod known;
mod members;
mod merge;
mod open;
mod organization;
mod person;
mod replica;
mod resources;
mod schedule;
mod search;
mod slot;
pub mod sync;
mod tables;
mod tasks;
mod text;
mod today;
mod viewer;

pub use answers::Answer;
pub use clients::{
    ClientDetail, ClientListInput, ClientListPage, ClientRow, ClientSort, ClientSortBy,
};
pub use error::{NEWER, OpenError, ReplicaError};
pub use events::{
    Archived, EventBoard, EventBoardColumn, EventBoardInput, EventDetail, EventFilter,
    EventListInput, EventListPage, EventRow, EventSort, EventSortBy, EventType, EventTypes,
    StatusChange,
};
pub use image::{PrintedRow, RowImage};
pub use incoming::Portion;
pub use key::ReplicaKey;
pub use members::MemberParts;
pub use merge::{Batch, Changed, Page};
pub use open::Opened;
pub use organization::{Membership, Organization};
pub use person::{DayBooking, PersonDayParts};
pub use replica::Replica;
pub use resources::{
    ResourceAvailable, ResourceDetail, ResourceFilter, ResourceListInput, ResourceListPage,
    ResourceNow, ResourceRow, ResourceSort, ResourceSortBy,
};
pub use schedule::{BookingRow, ClashRow, LoadStep, ResourceSchedule};
pub use search::{Hit, HitKind, SearchHits, SearchInput};
pub use slot::{Merged, ReplicaSlot, Ticket};
pub use tables::TABLES;
pub use tasks::{
    EventTaskParts, TaskCounts, TaskFilter, TaskLink, TaskListInput, TaskListPage, TaskRow,
    TaskScope, TaskSort, TaskSortBy, TaskState, TasksArchived,
};
pub use text::fold;
pub use today::{EventCounts, TodayEvent, TodayParts};
pub use viewer::Viewer;

// The cipher comes with this crate's build of SQLite: naming it here keeps the feature from being dropped as unused.
use libsqlite3_sys as _;
