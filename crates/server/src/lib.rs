//! PostgreSQL: connect, sign in, call the door, set up and migrate, the embedded server.
pub mod account;
pub mod archive;
mod connections;
pub mod doctor;
pub mod door;
pub mod embedded;
pub mod error;
pub mod feed;
pub mod identity;
pub mod link;
mod pinned;
pub mod session;
pub mod setup;
pub mod team;
pub mod upkeep;
