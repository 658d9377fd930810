//! One function per user action: read the replica, plan, apply through the door, merge.
//!
//! [`app::App`] is the desk's life (first run, signing in, opening again); [`open::Desk`] is a signed-in desk, which
//! every action takes as its first argument.

pub mod actions;
pub mod activity;
pub mod app;
mod apply;
pub mod backups;
pub mod clients;
pub mod clock;
mod constraints;
pub mod devices;
pub mod diagnostics;
pub mod due;
pub mod error;
pub mod events;
pub mod export;
pub mod imports;
pub mod json;
pub mod kept;
pub mod links;
mod live;
mod local;
pub mod moving;
mod names;
pub mod open;
pub mod profile;
pub mod resources;
mod sample;
pub mod schedule;
pub mod search;
pub mod secrets;
pub mod tasks;
pub mod team;
pub mod today;
pub mod undo;
pub mod updates;
pub mod view;
