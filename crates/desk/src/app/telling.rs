//! What the app tells about itself.

use super::App;
use crate::diagnostics::{Diagnostics, Fact, diagnostics};
use crate::local::blocking;

impl App {
    /// What somebody who helps needs to know, redacted. `shell` are the facts that only the window's program knows.
    pub async fn diagnostics(&self, shell: Vec<Fact>) -> Diagnostics {
        let (places, desk) = (self.places.clone(), self.desk().await.ok());
        let postgres = self.local.version();
        blocking(move || diagnostics(&places, desk.as_ref(), postgres, shell)).await
    }
}
