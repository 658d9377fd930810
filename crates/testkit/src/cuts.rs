//! A way to a server that can be cut at any step of a call.

use ::server::link::{Place, ServerLink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use uuid::Uuid;

/// Where in a call the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The request never leaves.
    BeforeRequest,
    /// Half of the request arrives.
    InRequest,
    /// The whole request arrives; nobody waits for the answer.
    AfterRequest,
    /// The server has answered, but nothing of it arrives.
    BeforeAnswer,
    /// A piece of the answer arrives.
    InAnswer,
}

impl Cut {
    /// Every step.
    pub const ALL: [Self; 5] = [
        Self::BeforeRequest,
        Self::InRequest,
        Self::AfterRequest,
        Self::BeforeAnswer,
        Self::InAnswer,
    ];
}

#[derive(Debug)]
struct State {
    armed: Mutex<Option<(Uuid, Cut, bool)>>,
    down: AtomicBool,
    /// Raised to end every open connection.
    ends: watch::Sender<u64>,
}

/// A relay on this computer, on a port that the system picked. Connections end with it.
#[derive(Debug)]
pub struct Relay {
    link: ServerLink,
    state: Arc<State>,
    listening: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// A relay to the server of `link`.
    ///
    /// # Panics
    /// When this computer has no loopback.
    pub async fn to(link: &ServerLink) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let state = Arc::new(State {
            armed: Mutex::default(),
            down: AtomicBool::new(false),
            ends: watch::Sender::new(0),
        });
        let (place, shared) = (link.place.clone(), state.clone());
        let listening = tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                if !shared.down.load(Ordering::SeqCst) {
                    tokio::spawn(relay(desk, place.clone(), shared.clone()));
                }
            }
        });
        let place = Place::Host { host: "127.0.0.1".to_owned(), port };
        Self { link: ServerLink { place, ..link.clone() }, state, listening }
    }

    /// The link through the relay.
    #[must_use]
    pub fn link(&self) -> &ServerLink {
        &self.link
    }

    /// Cuts the connection at that step of the call that carries `command`; then, if `stay_down`, every other
    /// connection too, until [`Self::up`].
    pub fn cut(&self, command: Uuid, cut: Cut, stay_down: bool) {
        *self.state.armed.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((command, cut, stay_down));
    }

    /// Whether the cut has been made.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        self.state.armed.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Ends all connections and takes no new ones.
    pub fn down(&self) {
        self.state.go_down();
    }

    /// Takes connections again.
    pub fn up(&self) {
        self.state.down.store(false, Ordering::SeqCst);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listening.abort();
        self.state.go_down();
    }
}

impl State {
    fn go_down(&self) {
        self.down.store(true, Ordering::SeqCst);
        self.ends.send_modify(|ends| *ends += 1);
    }

    /// The cut to make, if `request` is the call it was meant for.
    fn take(&self, request: &[u8]) -> Option<Cut> {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        let (command, cut, stay_down) = (*armed)?;
        request.windows(16).find(|bytes| *bytes == command.as_bytes())?;
        *armed = None;
        if stay_down {
            self.down.store(true, Ordering::SeqCst);
        }
        Some(cut)
    }
}

async fn relay(desk: TcpStream, place: Place, state: Arc<State>) {
    match place {
        Place::Socket { folder, port } => {
            if let Ok(server) = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await {
                between(desk, server, state).await;
            }
        }
        Place::Host { host, port } => {
            if let Ok(server) = TcpStream::connect((host, port)).await {
                between(desk, server, state).await;
            }
        }
    }
}

/// Passes bytes both ways until either side ends, or the cut is made.
async fn between(
    mut desk: TcpStream,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
    state: Arc<State>,
) {
    let mut ends = state.ends.subscribe();
    let (mut request, mut answer) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut cut = None;
    loop {
        tokio::select! {
            read = desk.read(&mut request) => {
                let Ok(n @ 1..) = read else { return };
                cut = cut.or(state.take(&request[..n]));
                let passed = match cut {
                    Some(Cut::BeforeRequest) => 0,
                    Some(Cut::InRequest) => n / 2,
                    _ => n,
                };
                if server.write_all(&request[..passed]).await.is_err() || passed < n {
                    break;
                }
                if cut == Some(Cut::AfterRequest) {
                    break;
                }
            }
            read = server.read(&mut answer) => {
                let Ok(n @ 1..) = read else { return };
                let passed = match cut {
                    Some(Cut::BeforeAnswer) => 0,
                    Some(Cut::InAnswer) => n / 2,
                    _ => n,
                };
                if desk.write_all(&answer[..passed]).await.is_err() || passed < n {
                    break;
                }
            }
            _ = ends.changed() => return,
        }
    }
    if state.down.load(Ordering::SeqCst) {
        state.go_down();
    }
}
