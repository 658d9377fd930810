//! Which new version of Cloche may be installed: decided from what was fetched, what was seen before and the time.
//!
//! Pure, but for the one file that remembers. Fetching and installing is the shell's. The signature of a package alone
//! stops neither an old release sold as new nor a server that hides new ones, so the release is announced by a signed
//! [`Statement`]: only what stands in it is believed, it expires, and nothing older than what was seen is taken.

mod memory;
mod statement;
mod verdict;
mod view;

pub use memory::{Attempt, Memory};
pub use statement::{Package, Statement, TrustedKey};
pub use verdict::{Circumstances, Refused, Verdict, decide};
pub use view::{Offer, UpdateState, UpdateStatus, UpdateWhen};
