//! The companion of a server: sets it up, looks it over, brings it up to date and looks after it. Thin: what it does to a
//! server is in [`server::setup`], [`server::doctor`] and [`server::upkeep`].

pub mod certificates;
pub mod cli;
pub mod commands;
pub mod configuration;
pub mod environment;
pub mod error;
pub mod folder;
pub mod terminal;
