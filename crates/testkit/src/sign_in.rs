//! Signing in and opening a desk without a window, as `desk::app` does with one.

use desk::error::ActionError;
use desk::open::{Desk, Opening};
use desk::profile::{KnownServer, Places, ServerKind};
use desk::secrets::{Keep, Secrets, SignIn};
use desk::view::{AppState, Happening, Surface};
use replica::sync::SyncState;
use secrecy::SecretString;
use server::account::Whoami;
use server::identity::kdf;
use server::link::ServerLink;
use server::session::{Session, sign_in_account};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;
use uuid::Uuid;

/// Whatever stopped a tool.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The key a password derives to, computed off the async threads.
///
/// # Errors
/// Never in practice: only when the computation panics.
pub async fn derive(
    password: &SecretString,
    server_id: Uuid,
    email: &str,
) -> Result<SecretString, Fault> {
    let (password, email) = (password.clone(), email.to_owned());
    let key = move || kdf::sign_in_key(&password, server_id, &email);
    Ok(tokio::task::spawn_blocking(key).await?)
}

/// Signs in with a password and enrolls a device.
///
/// # Errors
/// The server's refusal, as [`ActionError`].
pub async fn enroll(
    link: &ServerLink,
    email: &str,
    password: &SecretString,
    device: &str,
) -> Result<(SignIn, Whoami), Fault> {
    let key = derive(password, link.server_id, email).await?;
    enroll_with_key(link, email, &key, device).await
}

/// As [`enroll`], with a key that was derived before.
///
/// # Errors
/// The server's refusal, as [`ActionError`].
pub async fn enroll_with_key(
    link: &ServerLink,
    email: &str,
    key: &SecretString,
    device: &str,
) -> Result<(SignIn, Whoami), Fault> {
    let mut account = sign_in_account(link, email, key).await.map_err(ActionError::from)?;
    let sign_in = SignIn::new();
    account.enroll_device(&sign_in.device(), device).await.map_err(ActionError::from)?;
    account.close().await;
    let session = Session::open(link, &sign_in.device());
    let who = session.whoami().await.map_err(ActionError::from)?;
    session.close().await;
    Ok((sign_in, who))
}

/// What a desk's folder remembers of a server elsewhere.
#[must_use]
pub fn known(link: &ServerLink, who: &Whoami, organization: Uuid) -> KnownServer {
    KnownServer {
        server_id: link.server_id,
        kind: ServerKind::Remote,
        name: "This computer".to_owned(),
        link: link.clone(),
        email: Some(who.email.clone()),
        user_id: Some(who.user_id),
        organization_id: Some(organization),
        devices: BTreeMap::default(),
    }
}

/// All it takes to open a desk that shows what happens to `surface`.
#[must_use]
pub fn opening(
    places: Places,
    server: KnownServer,
    sign_in: SignIn,
    surface: Arc<dyn Surface>,
) -> Opening {
    let (keep, secrets) = (Keep::UntilClose, Secrets::default());
    let clock = desk::clock::Clock::default();
    Opening { places, server, sign_in, keep, local: None, secrets, surface, clock }
}

/// A surface that keeps what it is shown, with the moment, for whoever waits.
#[derive(Debug)]
pub struct Onlooker(mpsc::UnboundedSender<(Instant, Happening)>);

/// What an [`Onlooker`] saw.
pub type Seen = mpsc::UnboundedReceiver<(Instant, Happening)>;

impl Onlooker {
    /// A surface and what it sees.
    #[must_use]
    pub fn new() -> (Arc<Self>, Seen) {
        let (sender, seen) = mpsc::unbounded_channel();
        (Arc::new(Self(sender)), seen)
    }
}

impl Surface for Onlooker {
    fn show(&self, happening: Happening) {
        // Nobody may be looking any more.
        let _ = self.0.send((Instant::now(), happening));
    }
}

/// Waits until the desk holds everything the server has; answers when it did.
///
/// # Errors
/// `signed_out` when access was lost, `offline` when the server cannot be reached or takes longer than `patience`.
pub async fn until_live(
    desk: &Desk,
    seen: &mut Seen,
    patience: Duration,
) -> Result<Instant, ActionError> {
    if desk.sync_status().state == SyncState::Live {
        return Ok(Instant::now());
    }
    let looking = async {
        while let Some((at, happening)) = seen.recv().await {
            match happening {
                Happening::Sync(status) if status.state == SyncState::Live => return Ok(at),
                Happening::Sync(status) if status.state == SyncState::Offline => break,
                Happening::AppState(AppState::SignIn { .. }) => {
                    return Err(ActionError::signed_out());
                }
                _ => {}
            }
        }
        Err(unreachable_server())
    };
    timeout(patience, looking).await.unwrap_or_else(|_| Err(unreachable_server()))
}

fn unreachable_server() -> ActionError {
    let waited = sqlx::Error::PoolTimedOut;
    server::error::ServerError::Unreachable(waited).into()
}
