//! What a desk does when the network, the server, the clock or the disk fails: it goes on showing what it has, says how
//! old that is, and whatever it sent is there once or not at all.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod clocks;
mod disk;
mod killed;
mod network;
mod steps;
mod viewing;
mod world;
