//! What the window may call, by feature. A command unwraps state and calls one action; it decides nothing.

pub mod app;
pub mod backups;
pub mod clients;
pub mod comfort;
pub mod devices;
pub mod events;
pub mod imports;
pub mod resources;
pub mod schedule;
pub mod search;
pub mod tasks;
pub mod team;
pub mod today;
pub mod undo;
pub mod updates;
