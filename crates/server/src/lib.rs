//! PostgreSQL: connect, sign in, call the door, set up and migrate, the embedded server.
pub mod account;
pub mod door;
pub mod embedded;
pub mod error;
pub mod feed;
pub mod identity;
pub mod link;
pub mod session;
pub mod setup;
pub mod team;
