//! Backups: one organization in one file, in a format of our own; writing, verifying, restoring, moving.
//!
//! The embedded PostgreSQL brings no `pg_dump`, and a dump would carry cluster roles that mean nothing elsewhere. The
//! format is described in `docs/BACKUPS.md`. Everything here runs as the owner of a server, never as a desk, and holds
//! at most one piece of a table in memory.

mod check;
mod error;
mod file;
mod links;
mod load;
mod manifest;
mod moving;
mod people;
mod read;
mod receipt;
mod removed;
mod restore;
mod scratch;
mod since;
mod tables;
mod write;

pub use error::ArchiveError;
pub use links::{SignInLink, sign_in_links};
pub use manifest::{About, FORMAT, Manifest, Office, Part, Person};
pub use moving::{Closed, Moved, close_here, finish_move, move_to, moved, open_again};
pub use read::{about, verify};
pub use receipt::Receipt;
pub use restore::{Onto, Restored, restore, restore_compared};
pub use since::{Since, since};
pub use tables::{ALSO_ARCHIVED, LEFT_OUT};
pub use write::{organizations, write};
