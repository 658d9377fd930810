//! Simulated desks: real desks without a window, whose happenings are kept for whoever waits for them.

use crate::database::TestDatabase;
use crate::organization::Person;
use ::server::link::ServerLink;
use ::server::session::Session;
use desk::clock::Clock;
use desk::error::{ActionError, AppError};
use desk::open::{Desk, Opening};
use desk::profile::{KnownServer, Places, ServerKind};
use desk::secrets::{Keep, Secrets, SignIn};
use desk::view::{Happening, Surface};
use replica::sync::SyncState;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A surface that keeps what it is shown. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    seen: Arc<Mutex<Vec<Happening>>>,
    count: watch::Sender<usize>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { seen: Arc::default(), count: watch::Sender::new(0) }
    }
}

impl Surface for Recorder {
    fn show(&self, happening: Happening) {
        self.seen().push(happening);
        self.count.send_modify(|count| *count += 1);
    }
}

impl Recorder {
    fn seen(&self) -> MutexGuard<'_, Vec<Happening>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything shown so far.
    #[must_use]
    pub fn happenings(&self) -> Vec<Happening> {
        self.seen().clone()
    }

    /// Counts what is shown, for whoever looks again after each.
    #[must_use]
    pub fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// Forgets what was shown so far.
    pub fn forget(&self) {
        self.seen().clear();
    }

    /// Waits until something shown satisfies `look`; what was shown before counts.
    ///
    /// # Panics
    /// When it does not happen in time.
    pub async fn until<T>(&self, what: &str, mut look: impl FnMut(&Happening) -> Option<T>) -> T {
        self.until_all(what, async |seen| seen.iter().find_map(&mut look)).await
    }

    /// Waits until `look` finds what it looks for; it looks again after everything that is shown.
    ///
    /// # Panics
    /// When it does not happen in time.
    pub async fn until_all<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut(&[Happening]) -> Option<T>,
    ) -> T {
        let mut count = self.count.subscribe();
        let waiting = async {
            loop {
                count.mark_unchanged();
                let seen = self.happenings();
                if let Some(found) = look(&seen).await {
                    return found;
                }
                count.changed().await.expect("the recorder outlives whoever waits");
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("{what} did not happen; shown was {:#?}", self.happenings()),
        }
    }

    /// Waits for the notice that `wanted` recognises; answers its sentence.
    ///
    /// # Panics
    /// When it does not come in time.
    pub async fn notice(&self, wanted: &str) -> String {
        self.until(wanted, |happening| match happening {
            Happening::Notice(notice) if notice.message.contains(wanted) => {
                Some(notice.message.clone())
            }
            _ => None,
        })
        .await
    }
}

/// A desk of one person, in a folder of its own that is removed with it.
pub struct SimulatedDesk {
    /// The desk.
    pub desk: Desk,
    /// What it showed.
    pub shown: Recorder,
    /// Where it keeps its sign-in.
    pub secrets: Secrets,
    /// The clock of its computer.
    pub clock: Clock,
    folder: tempfile::TempDir,
    server: KnownServer,
    sign_in: SignIn,
}

impl SimulatedDesk {
    /// Opens a desk as the person's device, in their first organization, and waits until it holds everything.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(database: &TestDatabase, person: &Person) -> Self {
        Self::open_at(database.link(), person).await
    }

    /// As [`Self::open`], over another way to the same server.
    ///
    /// # Panics
    /// As [`Self::open`].
    pub async fn open_at(link: &ServerLink, person: &Person) -> Self {
        let sign_in = sign_in_of(person);
        let session = Session::open(link, &sign_in.device());
        let who = session.whoami().await.expect("the person is signed in");
        session.close().await;
        let server = KnownServer {
            server_id: link.server_id,
            kind: ServerKind::Remote,
            name: "Test".to_owned(),
            link: link.clone(),
            email: Some(who.email.clone()),
            user_id: Some(who.user_id),
            organization_id: who.organizations.first().map(|o| o.id),
            devices: BTreeMap::new(),
        };
        let folder = tempfile::tempdir().expect("a folder for the desk");
        let (secrets, shown) = (Secrets::default(), Recorder::default());
        secrets
            .keep(server.server_id, &sign_in, Keep::UntilClose)
            .expect("memory takes every sign-in");
        let clock = Clock::default();
        let opening = opening(folder.path(), &server, &sign_in, &secrets, &shown, &clock);
        let desk = Desk::open(opening, who).await.expect("the desk opens");
        let desk = Self { desk, shown, secrets, clock, folder, server, sign_in };
        desk.live().await;
        desk
    }

    /// Closes the desk and opens it again from its folder, as after a restart; does not wait for the server.
    ///
    /// # Errors
    /// What [`Desk::reopen`] answers.
    ///
    /// # Panics
    /// Never.
    pub async fn reopen(&mut self) -> Result<(), ActionError> {
        self.desk.close().await;
        self.shown = Recorder::default();
        let kept = (&self.server, &self.sign_in, &self.secrets);
        let opening = opening(self.folder.path(), kept.0, kept.1, kept.2, &self.shown, &self.clock);
        self.desk = Desk::reopen(opening).await?;
        Ok(())
    }

    /// From the next opening on, over another way to the same server.
    pub fn move_to(&mut self, link: &ServerLink) {
        self.server.link = link.clone();
    }

    /// From the next opening on, its computer's clock is wrong by so much, and the desk knows of it only what it kept.
    pub fn forget_clock(&mut self, wrong: chrono::TimeDelta) {
        self.clock = Clock::default();
        self.clock.set_wrong_by(wrong);
    }

    /// Waits until the desk has everything the server has.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn live(&self) {
        self.until_state(SyncState::Live).await;
    }

    /// Waits until sync is in this state.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn until_state(&self, state: SyncState) {
        let mut shown = self.shown.count();
        let reached = async {
            while self.desk.sync_status().state != state {
                shown.changed().await.expect("the recorder outlives whoever waits");
            }
        };
        if timeout(PATIENCE, reached).await.is_err() {
            panic!("{state:?} did not happen; shown was {:#?}", self.shown.happenings());
        }
    }

    /// Runs an action by its command's name.
    ///
    /// # Errors
    /// What the window would be told.
    pub async fn run(&self, name: &str, input: Value) -> Result<Value, AppError> {
        desk::actions::run(&self.desk, name, input).await.map_err(|e| e.to_app_error())
    }

    /// Runs an action that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn done(&self, name: &str, input: Value) -> Value {
        match self.run(name, input.clone()).await {
            Ok(answer) => answer,
            Err(error) => panic!("{name} {input}: {error:?}"),
        }
    }

    /// Adds a client; answers its id.
    ///
    /// # Panics
    /// When the desk refuses.
    pub async fn client(&self, company_name: &str) -> Uuid {
        let id = Uuid::now_v7();
        let form = json!({ "company_name": company_name });
        self.done("client_create", json!({ "command_id": id, "client_id": id, "form": form }))
            .await;
        id
    }

    /// Adds an event in Vienna on a plain day; answers its id.
    ///
    /// # Panics
    /// When the desk refuses.
    pub async fn event(&self, client: Uuid, name: &str) -> Uuid {
        let id = Uuid::now_v7();
        let form = event_form(client, name);
        self.done("event_create", json!({ "command_id": id, "event_id": id, "form": form })).await;
        id
    }

    /// Where the desk keeps its copies and everything else.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the open organization's copy.
    ///
    /// # Panics
    /// Never: a simulated desk has a person and an organization.
    #[must_use]
    pub fn copy(&self) -> std::path::PathBuf {
        let user = self.server.user_id.expect("somebody is signed in");
        let places = places(self.folder.path());
        places.replica(self.server.server_id, self.desk.organization(), user)
    }
}

/// The form of an event in Vienna on a plain day.
#[must_use]
pub fn event_form(client: Uuid, name: &str) -> Value {
    json!({
        "client_id": client, "name": name, "event_type": "wedding",
        "starts_local": "2026-06-12T15:00", "ends_local": "2026-06-12T23:00",
        "time_zone": "Europe/Vienna",
    })
}

fn sign_in_of(person: &Person) -> SignIn {
    let copies = ::server::identity::new_secret();
    let kept = json!({
        "device_id": person.device.device_id,
        "secret": person.device.secret.expose_secret(),
        "copies": copies.expose_secret(),
    });
    serde_json::from_value(kept).expect("a sign-in is kept like this")
}

fn places(folder: &Path) -> Places {
    Places { data: folder.to_owned(), postgres: crate::binaries() }
}

fn opening(
    folder: &Path,
    server: &KnownServer,
    sign_in: &SignIn,
    secrets: &Secrets,
    shown: &Recorder,
    clock: &Clock,
) -> Opening {
    Opening {
        places: places(folder),
        server: server.clone(),
        sign_in: sign_in.clone(),
        keep: Keep::UntilClose,
        local: None,
        secrets: secrets.clone(),
        surface: Arc::new(shown.clone()),
        clock: clock.clone(),
    }
}
