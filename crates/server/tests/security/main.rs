//! The server as an employee with `psql` and a valid sign-in meets it: each attack really tried, on a raw connection of a
//! real role, and over what the catalog knows, so that functions and tables nobody has written yet are covered.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

#[path = "../door_support/mod.rs"]
mod door_support;

mod aloud;
mod calls;
mod certificates;
mod cross;
mod definers;
mod fuzz;
mod leftovers;
mod relations;
mod sessions;
mod settings;
mod sign_ins;
mod told_of;
mod world;
