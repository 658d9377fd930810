//! A way to a server that can be slow, lossy, silent, or cut at any step of a call.

use crate::cuts::{Connection, Cut, Cuts, Direction, Frames};
use ::server::link::{Place, ServerLink};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

/// What the network between is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// Each way.
    pub latency: Duration,
    /// Each piece takes up to so much longer.
    pub jitter: Duration,
    /// Of a hundred pieces, so many are lost: they are sent again after a while, and what is behind them waits.
    pub loss_percent: u64,
    /// Each way; 0 is no limit.
    pub bytes_a_second: u64,
}

/// What a sender waits before it sends again what was lost.
const SENT_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// What passes nothing, without anybody being told.
#[derive(Debug, Default)]
struct Held {
    all: bool,
    /// Connections up to this number.
    forgotten: usize,
}

#[derive(Debug)]
struct State {
    place: RwLock<Place>,
    weather: RwLock<Weather>,
    cuts: Cuts,
    down: AtomicBool,
    /// Raised to end every open connection.
    ends: watch::Sender<u64>,
    /// What is swallowed for now.
    held: watch::Sender<Held>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    opened: AtomicUsize,
    dice: AtomicU64,
}

/// A relay on this computer, on a port that the system picked. Connections end with it.
#[derive(Debug)]
pub struct Relay {
    link: ServerLink,
    state: Arc<State>,
    listening: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// A relay to the server of `link`, over a perfect network.
    ///
    /// # Panics
    /// When this computer has no loopback.
    pub async fn to(link: &ServerLink) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let state = Arc::new(State {
            place: RwLock::new(link.place.clone()),
            weather: RwLock::default(),
            cuts: Cuts::default(),
            down: AtomicBool::new(false),
            ends: watch::Sender::new(0),
            held: watch::Sender::default(),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            opened: AtomicUsize::new(0),
            dice: AtomicU64::new(1),
        });
        let shared = state.clone();
        let listening = tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                if !shared.down.load(Ordering::SeqCst) {
                    // As programs that talk to databases do.
                    let _ = desk.set_nodelay(true);
                    tokio::spawn(relay(desk, shared.clone()));
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

    /// From now on leads to another place: a server that was started again may listen elsewhere.
    pub fn lead_to(&self, place: Place) {
        *self.state.place.write().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// From now on the network is like this. `seed` makes its moods repeatable.
    pub fn set_weather(&self, weather: Weather, seed: u64) {
        self.state.dice.store(seed, Ordering::SeqCst);
        *self.state.weather.write().unwrap_or_else(PoisonError::into_inner) = weather;
    }

    /// Cuts the connection at that step of the call that carries `command`; then, if `stay_down`, every other
    /// connection too, until [`Self::up`].
    pub fn cut(&self, command: Uuid, cut: Cut, stay_down: bool) {
        self.state.cuts.arm_call(command, cut, stay_down);
    }

    /// Cuts the connection in which the so-manieth message from now goes that way, right after it (0: before any).
    pub fn cut_after(&self, direction: Direction, messages: u64) {
        self.state.cuts.arm_messages(direction, messages);
    }

    /// Whether the cut has been made.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        !self.state.cuts.is_armed()
    }

    /// Swallows everything both ways and answers no new connection, as a network that died without a word: nobody is
    /// told.
    pub fn hold(&self) {
        self.state.held.send_modify(|held| held.all = true);
    }

    /// Lets everything pass again, what was swallowed included.
    pub fn release(&self) {
        self.state.held.send_modify(|held| held.all = false);
    }

    /// Swallows for ever what goes through the connections that are open now, as a router that has forgotten them.
    pub fn forget(&self) {
        let newest = self.state.opened.load(Ordering::SeqCst);
        self.state.held.send_modify(|held| held.forgotten = newest);
    }

    /// Ends all connections and takes no new ones.
    pub fn down(&self) {
        self.state.go_down();
    }

    /// Takes connections again.
    pub fn up(&self) {
        self.state.down.store(false, Ordering::SeqCst);
    }

    /// How many connections are open, how many were at once at most, and how many there were in all.
    #[must_use]
    pub fn connections(&self) -> (usize, usize, usize) {
        let State { open, most_open, opened, .. } = &*self.state;
        let read = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (read(open), read(most_open), read(opened))
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

    /// When a piece arrives that is sent now; `line` says until when the line is busy.
    fn arrival(&self, length: usize, line: &mut Line) -> Instant {
        let weather = *self.weather.read().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if weather.bytes_a_second > 0 {
            let takes = Duration::from_secs_f64(length as f64 / weather.bytes_a_second as f64);
            line.busy_until = line.busy_until.max(now) + takes;
        }
        let mut at = line.busy_until.max(now) + weather.latency;
        let jitter = u64::try_from(weather.jitter.as_micros()).unwrap_or(u64::MAX);
        if jitter > 0 {
            at += Duration::from_micros(self.roll() % jitter);
        }
        let mut again = SENT_AGAIN_AFTER;
        while weather.loss_percent > 0 && self.roll() % 100 < weather.loss_percent {
            at += again;
            again *= 2;
        }
        // Nothing overtakes what was sent before it.
        line.arrived = line.arrived.max(at);
        line.arrived
    }

    /// The next number of a fixed sequence (splitmix64).
    fn roll(&self) -> u64 {
        let z = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Waits until a connection, by its number, is held no more.
    async fn released(&self, connection: usize) {
        let mut held = self.held.subscribe();
        let _ = held.wait_for(|held| !held.all && connection > held.forgotten).await;
    }
}

/// One direction of one connection.
struct Line {
    busy_until: Instant,
    arrived: Instant,
}

/// Counts itself.
struct Open<'a>(&'a State, usize);

impl<'a> Open<'a> {
    fn one(state: &'a State) -> Self {
        let open = state.open.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_open.fetch_max(open, Ordering::SeqCst);
        Self(state, state.opened.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn relay(desk: TcpStream, state: Arc<State>) {
    let open = Open::one(&state);
    let mut ends = state.ends.subscribe();
    tokio::select! {
        () = connected(desk, open.1, &state) => {}
        _ = ends.changed() => {}
    }
    if state.down.load(Ordering::SeqCst) {
        state.go_down();
    }
}

async fn connected(desk: TcpStream, number: usize, state: &State) {
    state.released(number).await;
    let place = state.place.read().unwrap_or_else(PoisonError::into_inner).clone();
    match place {
        Place::Socket { folder, port } => {
            if let Ok(server) = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await {
                between(desk, server, number, state).await;
            }
        }
        Place::Host { host, port } => {
            if let Ok(server) = TcpStream::connect((host, port)).await {
                let _ = server.set_nodelay(true);
                between(desk, server, number, state).await;
            }
        }
    }
}

/// Passes bytes both ways until either side ends, or the cut is made.
async fn between(
    desk: TcpStream,
    server: impl AsyncRead + AsyncWrite,
    number: usize,
    state: &State,
) {
    let ((from_desk, to_desk), (from_server, to_server)) = (split(desk), split(server));
    let connection = Connection::new(number);
    tokio::select! {
        () = pass(from_desk, to_server, Direction::ToServer, &connection, state) => {}
        () = pass(from_server, to_desk, Direction::ToDesk, &connection, state) => {}
    }
}

/// Passes bytes one way; what was let through before the end still arrives.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    direction: Direction,
    connection: &Connection,
    state: &State,
) {
    let (sent, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let sending = async move {
        let (mut piece, mut frames) = (vec![0; 1 << 16], Frames::new(direction));
        let mut line = Line { busy_until: Instant::now(), arrived: Instant::now() };
        while let Ok(n @ 1..) = from.read(&mut piece).await {
            let verdict =
                state.cuts.judge(connection, direction, &piece[..n], &frames.ends(&piece[..n]));
            if verdict.all_down {
                state.down.store(true, Ordering::SeqCst);
            }
            let at = state.arrival(n, &mut line);
            if sent.send((at, piece[..verdict.passed].to_vec())).is_err() || verdict.ends {
                return;
            }
        }
    };
    let receiving = async {
        while let Some((at, piece)) = arriving.recv().await {
            if at > Instant::now() {
                sleep_until(at).await;
            }
            state.released(connection.number).await;
            if to.write_all(&piece).await.is_err() || to.flush().await.is_err() {
                return;
            }
        }
    };
    tokio::join!(sending, receiving);
}
