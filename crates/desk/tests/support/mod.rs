//! What the tests of a whole app share: an app without a window, in a folder of its own.
#![allow(dead_code, reason = "every test program uses its own part of this")]

use desk::app::{App, FirstRunLocal, SignIn};
use desk::error::AppError;
use desk::profile::Places;
use desk::secrets::Keep;
use desk::view::{AppState, Happening, SessionView};
use replica::sync::SyncState;
use secrecy::SecretString;
use server::embedded::{EmbeddedOptions, stop_server};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::Recorder;

pub const EMAIL: &str = "ana@example.org";
pub const PASSWORD: &str = "quiet otters fold maps";
pub const NEW_PASSWORD: &str = "seven lamps near Granada";

/// A computer: its data folder, and what its desk showed.
pub struct Computer {
    folder: tempfile::TempDir,
}

impl Computer {
    /// Reachable for other users, as an ordinary home's parents are: as root, PostgreSQL runs as one of them.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cloche-desk-").tempdir_in("/tmp").unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn places(&self) -> Places {
        Places { data: self.data(), postgres: testkit::binaries() }
    }

    /// Cloche is started.
    pub fn app(&self) -> (App, Recorder) {
        self.app_with(self.places())
    }

    pub fn app_with(&self, places: Places) -> (App, Recorder) {
        let shown = Recorder::default();
        (App::new(places, Arc::new(shown.clone())), shown)
    }

    /// The process of this computer's own server.
    pub fn postmaster(&self) -> i32 {
        let path = self.places().server().join("cluster/postmaster.pid");
        std::fs::read_to_string(path).unwrap().lines().next().unwrap().parse().unwrap()
    }

    /// Stops this computer's own server, whoever uses it.
    pub async fn stop_server(&self) {
        stop_server(&self.options()).await.unwrap();
    }

    pub fn options(&self) -> EmbeddedOptions {
        EmbeddedOptions::new(testkit::binaries(), self.places().server())
    }

    /// Every file below the folder of local copies.
    pub fn copies(&self) -> Vec<PathBuf> {
        files(&self.data().join("copies"))
    }
}

impl Drop for Computer {
    /// A failed test must not leave a server behind.
    fn drop(&mut self) {
        let options = self.options();
        if !options.data.exists() {
            return;
        }
        let stop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let _ = runtime.block_on(stop_server(&options));
            }
        };
        let _ = std::thread::spawn(stop).join();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => files(&path),
            path => vec![path],
        })
        .collect()
}

pub fn first_run(keep: Keep) -> FirstRunLocal {
    FirstRunLocal {
        organization_name: "Linden Catering".to_owned(),
        your_name: "Ana Linden".to_owned(),
        email: EMAIL.to_owned(),
        password: SecretString::from(PASSWORD),
        time_zone: "Europe/Vienna".to_owned(),
        currency: "EUR".to_owned(),
        locale: "en-GB".to_owned(),
        keep,
    }
}

pub fn sign_in(email: &str, password: &str, keep: Keep) -> SignIn {
    SignIn { email: email.to_owned(), password: SecretString::from(password), keep }
}

pub fn ready(state: AppState) -> SessionView {
    match state {
        AppState::Ready { session } => *session,
        other => panic!("not ready: {other:?}"),
    }
}

pub fn told<T: std::fmt::Debug>(answer: Result<T, desk::error::ActionError>) -> AppError {
    answer.expect_err("it is refused").to_app_error()
}

/// Waits until the app's desk is in that state with its server.
pub async fn until_state(app: &App, shown: &Recorder, state: SyncState) {
    let desk = app.desk().await.expect("somebody is signed in");
    let reached = async |_: &[Happening]| (desk.sync_status().state == state).then_some(());
    shown.until_all(&format!("{state:?}"), reached).await;
}

/// A keychain that lasts as long as the test's process.
pub fn use_a_keychain() {
    keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
}
