//! The hub on real servers: set up over TLS, looked over while broken on purpose, looked after, mended.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod archives;
mod doctor;
mod mending;
mod place;
mod service;
mod setup;
