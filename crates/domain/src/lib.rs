//! What a catering office may do: entities, rules and planners. Pure: no I/O, no clock, no SQL.
//!
//! A planner turns "what is" and "what the user wants" into a [`change::Plan`] or a [`refusal::Refusal`].
//! The same planner answers the check (may I?), the preview (what would happen?) and the action.

pub mod account;
pub mod activity;
pub mod change;
pub mod clients;
pub mod events;
pub mod exports;
pub mod imports;
pub mod may;
pub mod permission;
pub mod refusal;
pub mod resources;
#[cfg(test)]
mod samples;
pub mod schedule;
pub mod tasks;
pub mod team;
pub mod text;
pub mod time;
