//! Development only: throw-away servers, organizations with real sign-ins.
//!
//! One PostgreSQL serves all tests of a run; every test takes a database of its own, copied from a migrated
//! template. Failures panic: this is for tests, and a test that cannot be set up has failed.

mod database;
mod organization;
mod run;
mod server;
mod starts;

pub use database::TestDatabase;
pub use organization::{Organization, OrganizationBuilder, Person};
pub use run::{RunFolder, binaries};
pub use server::TestServer;
pub use starts::{Starts, measure_starts};
