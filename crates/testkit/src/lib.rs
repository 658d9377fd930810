//! Development only: throw-away servers, organizations with real sign-ins.
//!
//! One PostgreSQL serves all tests of a run; every test takes a database of its own, copied from a migrated
//! template. Failures panic: this is for tests, and a test that cannot be set up has failed.

mod cuts;
mod database;
mod desks;
mod fill;
mod office;
mod organization;
mod own_server;
mod proxy;
mod run;
mod server;
pub mod sign_in;
mod starts;

pub use cuts::{Cut, Direction};
pub use database::TestDatabase;
pub use desks::{Recorder, SimulatedDesk, event_form};
pub use office::{Colleague, Office};
pub use organization::{Organization, OrganizationBuilder, Person};
pub use own_server::OwnServer;
pub use proxy::{Relay, Weather};
pub use run::{RunFolder, binaries};
pub use server::TestServer;
pub use starts::{Starts, measure_starts};
