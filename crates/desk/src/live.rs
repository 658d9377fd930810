//! Running sync: performs what [`replica::sync::Machine`] decides, as its driver's contract says.

use crate::open::Desk;
use crate::view::{Happening, SyncView};
use replica::sync::{
    Activity, CursorReply, Fault, Input, Machine, Now, Output, Remembered, Reply, Request,
    RequestId, Store, SyncState, SyncStatus,
};
use replica::{Changed, ReplicaError, TABLES, Ticket};
use server::account::serves_us;
use server::error::ServerError;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

/// How long an action waits for its rows to come through the feed.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);
/// Where a sleep counts as time, everything comes later than that.
const SLEPT: Duration = Duration::from_secs(20);
/// Who one is and may be is asked this often; membership changes are noticed by `view` at once.
const WHOAMI_EVERY: Duration = Duration::from_secs(6 * 3600);

/// What the driver is told.
enum Turn {
    /// For the machine.
    Machine(Input),
    /// A read found the file damaged that was in use then.
    Damaged(Ticket),
}

/// The handle of a running sync.
pub(crate) struct Live {
    inputs: mpsc::UnboundedSender<Turn>,
    waiting: Mutex<Option<mpsc::UnboundedReceiver<Turn>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    stopping: watch::Sender<bool>,
    activity: Mutex<Activity>,
    status: watch::Sender<SyncStatus>,
    shown: watch::Sender<i64>,
    remembered: Mutex<Option<Remembered>>,
    /// The membership's view as the server said it last; 0 before it did.
    view: AtomicI64,
}

impl Live {
    pub(crate) fn new(remembered: Remembered) -> Self {
        let (inputs, waiting) = mpsc::unbounded_channel();
        let status = SyncStatus { as_of: remembered.as_of, ..SyncStatus::default() };
        Self {
            inputs,
            waiting: Mutex::new(Some(waiting)),
            task: Mutex::default(),
            stopping: watch::Sender::new(false),
            activity: Mutex::new(Activity::Visible),
            status: watch::Sender::new(status),
            shown: watch::Sender::new(0),
            view: AtomicI64::new(remembered.view),
            remembered: Mutex::new(Some(remembered)),
        }
    }

    /// Starts following the server; once.
    pub(crate) fn start(&self, desk: Desk) {
        let (waiting, remembered) = (take(&self.waiting), take(&self.remembered));
        if let (Some(waiting), Some(remembered)) = (waiting, remembered) {
            let driver = Driver {
                machine: Machine::new(remembered, rand::random()),
                inputs: self.inputs.clone(),
                waiting,
                since: Instant::now(),
                wake: None,
                stopping: self.stopping.subscribe(),
                desk,
            };
            *lock(&self.task) = Some(tokio::spawn(driver.run()));
        }
    }

    /// Stops following; whatever is being stored is stored to its end.
    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        let task = take(&self.task);
        if let Some(task) = task {
            // The driver ends at its next turn; requests on the way answer into nothing.
            let _ = task.await;
        }
    }

    /// Whether the desk is being closed.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    pub(crate) fn written(&self, n: Option<i64>) {
        let _ = self.inputs.send(Turn::Machine(Input::Written { n }));
    }

    pub(crate) fn activity(&self, activity: Activity) {
        *lock(&self.activity) = activity;
        let _ = self.inputs.send(Turn::Machine(Input::Activity(activity)));
    }

    /// Whether the server just said another view than before.
    fn is_new_view(&self, view: i64) -> bool {
        self.view.swap(view, Ordering::Relaxed) != view
    }

    /// Asks at once although the server could not be reached: it was just started.
    pub(crate) fn poke(&self) {
        for activity in [Activity::Hidden, Activity::Visible, *lock(&self.activity)] {
            let _ = self.inputs.send(Turn::Machine(Input::Activity(activity)));
        }
    }

    /// The file that was in use at `ticket` is damaged: it is to be set aside.
    pub(crate) fn damaged(&self, ticket: Ticket) {
        let _ = self.inputs.send(Turn::Damaged(ticket));
    }

    pub(crate) fn status(&self) -> SyncStatus {
        self.status.borrow().clone()
    }

    pub(crate) async fn until_shown(&self, n: i64) {
        let mut shown = self.shown.subscribe();
        let _ = timeout(SHOWN_WITHIN, shown.wait_for(|there| *there >= n)).await;
    }

    /// Tells whoever waits how far the local copy is.
    pub(crate) fn reached(&self, n: i64) {
        self.shown.send_if_modified(|there| {
            let further = n > *there;
            *there = n.max(*there);
            further
        });
    }
}

struct Driver {
    machine: Machine,
    inputs: mpsc::UnboundedSender<Turn>,
    waiting: mpsc::UnboundedReceiver<Turn>,
    since: Instant,
    wake: Option<Instant>,
    stopping: watch::Receiver<bool>,
    desk: Desk,
}

impl Driver {
    async fn run(mut self) {
        let mut input = Input::Started;
        let mut whoami_due = Instant::now();
        if self.desk.is_local() {
            // In a task of its own: a start that is given up half-way would leave a server behind.
            let desk = self.desk.clone();
            let starting = tokio::spawn(async move { desk.revive_server().await });
            tokio::select! {
                _ = starting => {}
                _ = self.stopping.wait_for(|stop| *stop) => return,
            }
        }
        loop {
            let now = self.now();
            let heard = matches!(input, Input::Reply(..));
            let outputs = self.machine.step(now, input);
            if !self.perform(outputs).await {
                return;
            }
            // Its own server may have died again; anybody else's is waited for.
            if heard && self.desk.is_local() && self.machine.status().state == SyncState::Offline {
                let desk = self.desk.clone();
                tokio::spawn(async move { desk.revive_server().await });
            }
            if self.machine.status().state == SyncState::Live && Instant::now() >= whoami_due {
                whoami_due = Instant::now() + WHOAMI_EVERY;
                self.look_after_the_sign_in();
            }
            let (turn, slept) = self.turn().await;
            if slept {
                whoami_due = Instant::now();
                if !self.wake_up().await {
                    return;
                }
            }
            input = match turn {
                None => return,
                Some(Turn::Machine(next)) => next,
                Some(Turn::Damaged(ticket)) => {
                    // Several reads may have met the same damage; the first had it mended.
                    if ticket == self.desk.slot().ticket() {
                        self.store_failed(ReplicaError::Damaged).await;
                    }
                    Input::Tick
                }
            };
        }
    }

    /// Whatever was connected before a sleep is not any more, and what was true then need not be.
    async fn wake_up(&mut self) -> bool {
        self.desk.session().refresh();
        let outputs = self.machine.step(self.now(), Input::Woke);
        self.perform(outputs).await
    }

    /// Performs outputs in order; answers whether to go on.
    async fn perform(&mut self, outputs: Vec<Output>) -> bool {
        for output in outputs {
            match output {
                Output::Request(id, request) => self.request(id, request),
                Output::Status(status) => self.show(status),
                Output::Wake(at) => self.wake = Some(self.since + Duration::from_millis(at)),
                Output::Store(store) => {
                    let fresh_file = matches!(store, Store::Begin { .. } | Store::SwapIn);
                    match self.desk.slot().perform(store).await {
                        Ok(changed) => self.stored(changed, fresh_file).await,
                        Err(error) => {
                            self.store_failed(error).await;
                            return true;
                        }
                    }
                }
                Output::LostAccess(fault) => {
                    let message = match fault {
                        Fault::Removed => {
                            "You are no longer a member of this organization. Its data was deleted from this computer."
                        }
                        _ => {
                            "This device was signed out. Its data was deleted from this computer; sign in to go on."
                        }
                    };
                    self.desk.lose_access(message.to_owned()).await;
                    return false;
                }
            }
        }
        true
    }

    async fn stored(&self, changed: Changed, fresh_file: bool) {
        if fresh_file {
            self.desk.keep_whoami().await;
        }
        // What the window knows of the person comes from the server; these rows say that it changed.
        if ["memberships", "role_permissions", "organizations"].iter().any(|t| changed.contains(*t))
        {
            refresh_whoami(&self.desk);
        }
        if !changed.is_empty() {
            self.desk.show(Happening::Changed(changed.into_iter().collect()));
        }
        self.reached().await;
    }

    async fn reached(&self) {
        if let Ok(Remembered { position: Some(position), .. }) = self.desk.slot().remembered().await
            && position.seq.is_none()
        {
            self.desk.live().reached(position.n);
        }
    }

    async fn store_failed(&mut self, error: ReplicaError) {
        tracing::warn!(%error, "sync could not write to the local copy");
        if matches!(error, ReplicaError::Damaged)
            && let Err(error) = self.desk.slot().rebuild().await
        {
            tracing::error!(%error, "a damaged local copy could not be set aside");
        }
        self.desk.keep_whoami().await;
        let remembered = self.desk.slot().remembered().await.unwrap_or_default();
        let _ = self.inputs.send(Turn::Machine(Input::StoreFailed {
            remembered: Box::new(remembered),
            message: error.to_string(),
        }));
    }

    fn show(&self, status: SyncStatus) {
        let before = self.desk.live().status.send_replace(status.clone());
        if status.state == SyncState::Offline && before.state != SyncState::Offline {
            let desk = self.desk.clone();
            if desk.is_local() {
                tokio::spawn(async move {
                    desk.revive_server().await;
                    desk.live().poke();
                });
            }
        }
        self.desk.show(Happening::Sync(SyncView::of(status, self.desk.clock())));
    }

    /// Renews the device's enrolment and asks who one is, now and then.
    fn look_after_the_sign_in(&self) {
        let desk = self.desk.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.session().renew_device().await {
                tracing::info!(%error, "the device was not renewed");
            }
            if let Err(error) = desk.session().record_desk().await {
                tracing::info!(%error, "the server was not told this version");
            }
            if let Err(error) = desk.refresh_whoami().await {
                tracing::info!(%error, "the server did not say who this is");
            }
        });
    }

    /// Asks from a task of its own, which is never dropped half-way.
    fn request(&self, id: RequestId, request: Request) {
        let (desk, inputs) = (self.desk.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let asked = desk.clock().mark();
            let reply = match ask(&desk, request).await {
                Ok(reply) => reply,
                Err(ServerError::UpdateRequired { needed }) => {
                    desk.turn_away(&needed).await;
                    return;
                }
                Err(error) => Reply::Fault(fault(&error)),
            };
            if let Reply::Cursor(CursorReply { at: Some(at), .. }) = &reply {
                desk.hear_time(*at, &asked).await;
            }
            // What one may do now is known at once; the rows that one may see now take a fresh copy.
            if let Reply::Cursor(cursor) = &reply
                && desk.live().is_new_view(cursor.view)
            {
                refresh_whoami(&desk);
            }
            let _ = inputs.send(Turn::Machine(Input::Reply(id, reply)));
        });
    }

    fn now(&self) -> Now {
        let elapsed = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now { mono_ms: elapsed, wall: self.desk.now() }
    }

    /// Waits for what comes next; answers also whether the computer slept meanwhile. Most systems stop counting then
    /// and only their clock goes on; on the others, everything comes late.
    async fn turn(&mut self) -> (Option<Turn>, bool) {
        let (begun, mark) = (Instant::now(), self.desk.clock().mark());
        let wake = self.wake.unwrap_or_else(|| begun + Duration::from_secs(60));
        let turn = tokio::select! {
            turn = self.waiting.recv() => turn,
            () = sleep_until(wake) => Some(Turn::Machine(Input::Tick)),
            _ = self.stopping.wait_for(|stop| *stop) => None,
        };
        let jumped = self.desk.clock().jumped_since(&mark);
        (turn, jumped || Instant::now() > wake.max(begun) + SLEPT)
    }
}

/// Asks in the background what the person is and may do now.
fn refresh_whoami(desk: &Desk) {
    let desk = desk.clone();
    tokio::spawn(async move {
        if let Err(error) = desk.refresh_whoami().await {
            tracing::info!(%error, "the server did not say who this is");
        }
    });
}

/// Where the feed stands, and which desks the server serves.
#[derive(serde::Deserialize)]
struct Looked {
    #[serde(flatten)]
    cursor: CursorReply,
    #[serde(default)]
    min_desk_version: Option<String>,
}

async fn ask(desk: &Desk, request: Request) -> Result<Reply, ServerError> {
    let (session, org) = (desk.session(), desk.organization());
    let rows = |limit: u32| i32::try_from(limit).unwrap_or(i32::MAX);
    Ok(match request {
        Request::Cursor => {
            let looked: Looked = session.cursor(org).await?;
            serves_us(looked.min_desk_version.as_deref().unwrap_or_default())?;
            Reply::Cursor(looked.cursor)
        }
        Request::Start => {
            let looked: Looked = session.cursor(org).await?;
            serves_us(looked.min_desk_version.as_deref().unwrap_or_default())?;
            Reply::Cursor(CursorReply { rows: rows_to_come(desk).await, ..looked.cursor })
        }
        Request::Snapshot { table, after_id, limit } => {
            Reply::Snapshot(session.snapshot(org, table, after_id, rows(limit)).await?)
        }
        Request::Pull { after, limit } => {
            Reply::Pull(session.pull(org, (after.n, after.seq, after.command), rows(limit)).await?)
        }
    })
}

/// About how many rows a whole copy will hold. Only its progress hangs on that, so a server that cannot say it is no fault.
async fn rows_to_come(desk: &Desk) -> Option<u32> {
    match desk.session().sizes(desk.organization()).await {
        Ok(sizes) => Some(TABLES.iter().filter_map(|table| sizes.get(*table)).sum()),
        Err(error) => {
            tracing::info!(%error, "the server did not say how much there is to load");
            None
        }
    }
}

/// Only a server that proved itself may make a desk wipe: a wrong password or an expired role looks the same to
/// anybody, so it counts as an outage that says why.
fn fault(error: &ServerError) -> Fault {
    match error {
        ServerError::SignedOut { .. } => Fault::SignedOut,
        ServerError::NotPermitted { .. } => Fault::Removed,
        ServerError::Unreachable(_) | ServerError::Unknown(_) => Fault::Offline,
        ServerError::Expired => Fault::Other(error.to_string()),
        other => {
            tracing::warn!(error = ?other, "sync was refused");
            Fault::Other(other.to_string())
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take<T>(mutex: &Mutex<Option<T>>) -> Option<T> {
    lock(mutex).take()
}
