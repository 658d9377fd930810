//! The machine: following the feed. Loading whole copies is in [`super::load`].

use super::load::Load;
use super::{
    Activity, CursorReply, Fault, Input, Now, Output, Position, PullReply, Remembered, Reply,
    Request, RequestId, Store, SyncState, SyncStatus,
};
use crate::{Batch, Page};

/// Rows per page of a catch-up.
const PULL_LIMIT: u32 = 2_000;
/// Rows of a catch-up held in memory; a longer one is stored in several transactions.
const CATCH_UP_ROWS: usize = 20_000;
/// An answer that takes longer counts as lost.
const CURSOR_PATIENCE_MS: u64 = 10_000;
const PAGE_PATIENCE_MS: u64 = 60_000;
/// Retries of a server that cannot be reached.
const FIRST_RETRY_MS: u64 = 1_000;
const LAST_RETRY_MS: u64 = 15_000;
const LEAST_RETRY_MS: u64 = 100;
/// Desks of one office begin a resync spread over this long.
const RESYNC_SPREAD_MS: u64 = 5_000;
/// The last contact is written down this often at most.
const CONTACT_EVERY_MS: u64 = 60_000;

/// What the machine is doing.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// Following the feed.
    Live,
    /// The server was restored; a fresh load begins when due.
    Waiting,
    /// Loading a whole copy.
    Loading(Load),
    /// Access is lost.
    Gone,
}

/// The request that is waited for.
#[derive(Debug, Clone)]
pub(super) struct InFlight {
    id: RequestId,
    /// What was known when it was sent: only a lower n in an answer to *this* tells of a restore.
    pub known_n: i64,
    deadline: u64,
}

/// Decides what to ask and what to store; see the module's contract for how to drive it.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Of the file that is followed or being loaded.
    pub(super) remembered: Remembered,
    pub(super) phase: Phase,
    in_flight: Option<InFlight>,
    next_id: u64,
    /// When to ask next, if nothing is waited for.
    pub(super) due: u64,
    /// Faults since the last good answer.
    failures: u32,
    /// Loads begun again since the last complete one.
    pub(super) restarts: u32,
    /// The last answer spoke of a restore; a second one decides.
    doubt: bool,
    activity: Activity,
    /// A catch-up that is running: where it is, and what it read.
    pub(super) pull: Option<Position>,
    pub(super) pages: Vec<Page>,
    /// The n up to which everything was read; may be ahead of the position's.
    pub(super) caught_up_to: i64,
    /// Whether the server was heard since the start.
    heard: bool,
    message: Option<String>,
    shown: Option<SyncStatus>,
    contact_due: u64,
    random: u64,
}

impl Machine {
    /// A machine that goes on from what the file remembers. `seed` spreads desks in time; any random number.
    #[must_use]
    pub fn new(remembered: Remembered, seed: u64) -> Self {
        let mut machine = Self {
            remembered: Remembered::default(),
            phase: Phase::Live,
            in_flight: None,
            next_id: 0,
            due: 0,
            failures: 0,
            restarts: 0,
            doubt: false,
            activity: Activity::Visible,
            pull: None,
            pages: vec![],
            caught_up_to: 0,
            heard: false,
            message: None,
            shown: None,
            contact_due: 0,
            random: seed,
        };
        // Answers to an earlier machine's requests must not fit this one's.
        machine.next_id = machine.draw() >> 20;
        machine.go_on_from(remembered);
        machine
    }

    fn go_on_from(&mut self, remembered: Remembered) {
        self.phase = match &remembered.position {
            Some(_) => Phase::Live,
            None => Phase::Loading(Load::first(&remembered)),
        };
        self.caught_up_to = match &remembered.position {
            Some(position) if position.seq.is_none() => position.n,
            Some(position) => position.n - 1,
            None => 0,
        };
        self.remembered = remembered;
        self.in_flight = None;
        self.forget_pull();
        self.doubt = false;
    }

    /// Sync as it is to be shown now.
    #[must_use]
    pub fn status(&self) -> SyncStatus {
        let (state, rows_done) = match &self.phase {
            Phase::Loading(load) if !load.beside => (SyncState::FirstSync, load.rows_done),
            Phase::Loading(load) => (SyncState::OldCopy, load.rows_done),
            Phase::Waiting => (SyncState::OldCopy, 0),
            Phase::Live if self.heard && self.pull.is_none() => (SyncState::Live, 0),
            // One page is read too quickly to be worth a flicker.
            Phase::Live if self.heard && self.pages.is_empty() => (SyncState::Live, 0),
            Phase::Live => (SyncState::Syncing, 0),
            Phase::Gone => (SyncState::Offline, 0),
        };
        SyncStatus {
            state: if self.failures > 0 { SyncState::Offline } else { state },
            as_of: self.remembered.as_of,
            rows_done,
            rows_total: match &self.phase {
                // An estimate: what came is never more than there is.
                Phase::Loading(load) => load.rows_total.map(|total| total.max(rows_done)),
                _ => None,
            },
            message: self.message.clone(),
        }
    }

    /// Takes one input and says what to do, in order; the last output is always a [`Output::Wake`], except after access
    /// was lost.
    #[must_use]
    pub fn step(&mut self, now: Now, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        if matches!(self.phase, Phase::Gone) {
            return out;
        }
        match input {
            Input::Started => self.due = now.mono_ms,
            Input::Tick => {}
            Input::Reply(id, reply) => self.take_reply(now, id, reply, &mut out),
            Input::Written { n } => self.written(now, n),
            Input::Activity(activity) => self.look(now, activity),
            Input::Woke => self.wake_up(now),
            Input::StoreFailed { remembered, message } => {
                self.go_on_from(*remembered);
                self.fail(now, Some(message));
            }
        }
        if matches!(self.phase, Phase::Gone) {
            return out;
        }
        self.go_on(now, &mut out);
        out
    }

    /// What follows from the time alone: lost answers, the next request, the status, the next wake.
    fn go_on(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.in_flight.as_ref().is_some_and(|f| now.mono_ms >= f.deadline) {
            self.fail(now, None);
        }
        if self.in_flight.is_none() && now.mono_ms >= self.due {
            self.ask(now, out);
        }
        let status = self.status();
        let same =
            |shown: &SyncStatus| SyncStatus { as_of: status.as_of, ..shown.clone() } == status;
        if !self.shown.as_ref().is_some_and(same) {
            self.shown = Some(status.clone());
            out.push(Output::Status(status));
        }
        out.push(Output::Wake(self.in_flight.as_ref().map_or(self.due, |f| f.deadline)));
    }

    fn ask(&mut self, now: Now, out: &mut Vec<Output>) {
        if matches!(self.phase, Phase::Waiting) {
            self.phase = Phase::Loading(Load::beside());
        }
        let request = match (&self.phase, &self.pull) {
            (Phase::Loading(load), None) => load.request(&self.remembered),
            (_, Some(after)) => Request::Pull { after: after.clone(), limit: PULL_LIMIT },
            (_, None) => Request::Cursor,
        };
        let patience = match request {
            Request::Cursor | Request::Start => CURSOR_PATIENCE_MS,
            Request::Snapshot { .. } | Request::Pull { .. } => PAGE_PATIENCE_MS,
        };
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.in_flight = Some(InFlight {
            id,
            known_n: self.remembered.known_n,
            deadline: now.mono_ms + patience,
        });
        // Before the stores of this step: the server works on the next page while this one is written.
        out.insert(0, Output::Request(id, request));
    }

    fn take_reply(&mut self, now: Now, id: RequestId, reply: Reply, out: &mut Vec<Output>) {
        let Some(flight) = self.in_flight.take_if(|f| f.id == id) else { return };
        if let Reply::Fault(fault) = reply {
            return self.take_fault(now, fault, out);
        }
        self.failures = 0;
        self.message = None;
        self.heard = true;
        self.remembered.as_of = Some(now.wall);
        match reply {
            Reply::Cursor(cursor) => match self.phase {
                Phase::Loading(_) => self.load_cursor(now, &cursor, out),
                _ => self.follow_cursor(now, &flight, &cursor),
            },
            Reply::Pull(pull) => match self.phase {
                Phase::Loading(_) => self.load_pull(now, &flight, pull, out),
                _ => self.follow_pull(now, &flight, pull, out),
            },
            Reply::Snapshot(page) => self.load_page(now, page, out),
            Reply::Fault(_) => {}
        }
        if now.mono_ms >= self.contact_due && matches!(self.phase, Phase::Live) {
            self.contact_due = now.mono_ms + CONTACT_EVERY_MS;
            out.push(Output::Store(Store::Contact { at: now.wall }));
        }
    }

    fn take_fault(&mut self, now: Now, fault: Fault, out: &mut Vec<Output>) {
        match fault {
            Fault::Offline => self.fail(now, None),
            Fault::Other(message) => self.fail(now, Some(message)),
            Fault::SignedOut | Fault::Removed => {
                self.phase = Phase::Gone;
                out.push(Output::Store(Store::Wipe));
                out.push(Output::LostAccess(fault));
            }
        }
    }

    fn follow_cursor(&mut self, now: Now, flight: &InFlight, cursor: &CursorReply) {
        if self.is_restored(flight, &cursor.epoch, cursor.n) {
            return self.suspect(now);
        }
        self.doubt = false;
        if cursor.view != self.remembered.view {
            return self.reload(now);
        }
        if cursor.n > self.caught_up_to {
            self.pull = self.remembered.position.clone();
            self.due = now.mono_ms;
        } else {
            self.rest(now);
        }
    }

    fn follow_pull(&mut self, now: Now, flight: &InFlight, pull: PullReply, out: &mut Vec<Output>) {
        if pull.resync || self.is_restored(flight, &pull.epoch, pull.n) {
            let said_so = pull.resync;
            self.forget_pull();
            // The second question is the one that was answered so strangely.
            self.pull = self.remembered.position.clone().filter(|_| said_so);
            return self.suspect(now);
        }
        self.doubt = false;
        if pull.view != self.remembered.view {
            return self.reload(now);
        }
        let (n, done) = (pull.n, pull.done);
        if !self.take_page(now, pull) {
            return;
        }
        if let Some(batch) = self.finished_pages(n, done) {
            out.push(Output::Store(Store::Batch { beside: false, batch }));
        }
        if done {
            self.pull = None;
            self.rest(now);
        }
    }

    /// Keeps one page of a catch-up and moves on behind it; `false` for an answer that leads nowhere.
    pub(super) fn take_page(&mut self, now: Now, pull: PullReply) -> bool {
        let next = match pull.next {
            Some(next) => next,
            None => Position { n: pull.n, ..Position::default() },
        };
        if !pull.done && self.pull.as_ref() == Some(&next) {
            self.fail(now, Some("The server's answer could not be understood.".to_owned()));
            return false;
        }
        self.pull = Some(next);
        self.pages.push(Page { n: pull.n, rows: pull.rows });
        self.remembered.known_n = self.remembered.known_n.max(pull.n);
        self.due = now.mono_ms;
        true
    }

    /// The pages to store now, with the place they lead to: all at the end of a catch-up, or when they are many.
    pub(super) fn finished_pages(&mut self, n: i64, done: bool) -> Option<Batch> {
        let rows: usize = self.pages.iter().map(|page| page.rows.len()).sum();
        if !done && rows < CATCH_UP_ROWS {
            return None;
        }
        self.remembered.position = self.pull.clone();
        if done {
            self.caught_up_to = n;
        }
        Some(Batch {
            pages: std::mem::take(&mut self.pages),
            remember: Some(self.remembered.clone()),
            ..Batch::default()
        })
    }

    /// Whether an answer tells of a server that was put back to an earlier state.
    pub(super) fn is_restored(&self, flight: &InFlight, epoch: &str, n: i64) -> bool {
        epoch != self.remembered.epoch || n < flight.known_n
    }

    /// The server seems to have been restored: the first time ask again, the second time believe it.
    fn suspect(&mut self, now: Now) {
        if !self.doubt {
            self.doubt = true;
            self.due = now.mono_ms;
            return;
        }
        self.doubt = false;
        self.forget_pull();
        self.phase = Phase::Waiting;
        self.due = now.mono_ms + self.draw() % RESYNC_SPREAD_MS;
    }

    /// This user sees other rows now: load a fresh copy beside the old one.
    fn reload(&mut self, now: Now) {
        self.forget_pull();
        self.phase = Phase::Loading(Load::beside());
        self.due = now.mono_ms;
    }

    pub(super) fn forget_pull(&mut self) {
        self.pull = None;
        self.pages.clear();
    }

    /// Everything known is here: ask again after a while, or at once if an own change is still ahead.
    pub(super) fn rest(&mut self, now: Now) {
        let behind = self.remembered.known_n > self.caught_up_to;
        self.due = if behind { now.mono_ms } else { now.mono_ms + self.interval() };
    }

    fn written(&mut self, now: Now, n: Option<i64>) {
        if let Some(n) = n {
            self.remembered.known_n = self.remembered.known_n.max(n);
        }
        if self.failures == 0 && matches!(self.phase, Phase::Live) {
            self.due = now.mono_ms;
        }
    }

    fn look(&mut self, now: Now, activity: Activity) {
        let closer = activity == Activity::Visible && self.activity != Activity::Visible;
        self.activity = activity;
        if matches!(self.phase, Phase::Waiting) {
            return;
        }
        if closer {
            self.due = now.mono_ms;
        } else if self.failures == 0 && self.in_flight.is_none() {
            self.due = self.due.max(now.mono_ms + self.interval());
        }
    }

    /// Asks anew and at once; until it is answered, nobody knows how old everything is.
    fn wake_up(&mut self, now: Now) {
        self.in_flight = None;
        (self.failures, self.heard, self.doubt) = (0, false, false);
        self.message = None;
        self.forget_pull();
        self.due = now.mono_ms;
    }

    /// No usable answer: wait longer each time. What was read of a catch-up but not stored is read again.
    pub(super) fn fail(&mut self, now: Now, message: Option<String>) {
        self.in_flight = None;
        self.doubt = false;
        self.forget_pull();
        self.message = message;
        self.due = now.mono_ms + self.pause(self.failures);
        self.failures = self.failures.saturating_add(1);
    }

    /// How long to wait after `failures` earlier ones: anything up to a limit that grows. A server that comes back is
    /// met by its desks one by one, not by all of them in step.
    pub(super) fn pause(&mut self, failures: u32) -> u64 {
        let most = (FIRST_RETRY_MS << failures.min(10)).min(LAST_RETRY_MS);
        LEAST_RETRY_MS + self.draw() % (most - LEAST_RETRY_MS)
    }

    fn interval(&mut self) -> u64 {
        let interval = match self.activity {
            Activity::Visible => 500,
            Activity::Hidden => 5_000,
            Activity::Idle => 30_000,
        };
        self.spread(interval)
    }

    /// 80 to 120 % of `ms`, so that desks do not ask in step.
    fn spread(&mut self, ms: u64) -> u64 {
        ms * (80 + self.draw() % 41) / 100
    }

    /// The next number of a fixed sequence (splitmix64): the same seed gives the same run.
    pub(super) fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
