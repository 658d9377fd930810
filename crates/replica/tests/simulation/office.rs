//! One simulated office: events in virtual time, driven by dice.

use crate::copies::Copy;
use crate::server::{Server, WRITTEN, row};
use chrono::{DateTime, Duration, Utc};
use replica::RowImage;
use replica::sync::{
    Activity, Fault, Input, Machine, Now, Output, Reply, Request, RequestId, SyncState,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The storm lasts this long; afterwards everything works.
const STORM_MS: u64 = 240_000;
/// By then the copy must agree.
const END_MS: u64 = STORM_MS + 240_000;

/// What became of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub converged: bool,
    pub difference: String,
    pub resyncs: u32,
    pub restarts: u32,
    pub lost_access: u32,
    pub own_writes: u32,
    pub sleeps: u32,
}

/// An action on its way: its answer meets nobody in a desk that was started again.
struct Sent<T> {
    ticket: T,
    life: u32,
}

/// What is going to happen.
enum Happening<T> {
    Wake(u64),
    /// A request reaches the server.
    Arrives(RequestId, Request),
    /// An answer reaches the desk.
    Delivered(RequestId, Reply),
    /// Somebody else's action.
    Write,
    /// This desk's action is sent, is executed, is answered.
    OwnWrite,
    OwnExecuted(Sent<T>),
    OwnAnswered(Sent<T>, Vec<RowImage>, i64),
    Backup,
    Restore,
    ViewChange,
    Restart,
    Activity,
    /// The lid was closed, and is opened again.
    Sleep,
    Removed,
}

pub struct Office<C: Copy> {
    dice: u64,
    now: u64,
    agenda: BTreeMap<(u64, u64), Happening<C::Ticket>>,
    entries: u64,
    server: Server,
    backup: Server,
    epochs: u64,
    machine: Option<Machine>,
    /// How often the desk was started.
    life: u32,
    /// Only the latest wake counts.
    wake: u64,
    status: SyncState,
    copy: C,
    outcome: Outcome,
}

impl<C: Copy> Office<C> {
    pub fn new(seed: u64, copy: C) -> Self {
        let mut office = Self {
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            now: 0,
            agenda: BTreeMap::new(),
            entries: 0,
            server: Server::new(2 + (seed % 5) as usize),
            backup: Server::new(3),
            epochs: 1,
            machine: None,
            life: 0,
            wake: 0,
            status: SyncState::Syncing,
            copy,
            outcome: Outcome::default(),
        };
        for _ in 0..office.roll(12) {
            office.somebody_writes();
        }
        office.backup = office.server.clone();
        office.plan(seed);
        office
    }

    fn plan(&mut self, seed: u64) {
        for (times, make) in [
            (60, (|| Happening::Write) as fn() -> Happening<C::Ticket>),
            (30, || Happening::OwnWrite),
            (4, || Happening::Backup),
            (3, || Happening::Activity),
            (2, || Happening::Sleep),
        ] {
            for _ in 0..self.roll(times + 1) {
                let at = self.roll(STORM_MS);
                self.at(at, make());
            }
        }
        for (times, make) in [
            (4, (|| Happening::Restore) as fn() -> Happening<C::Ticket>),
            (3, || Happening::ViewChange),
            (5, || Happening::Restart),
        ] {
            for _ in 0..self.roll(times) {
                let at = self.roll(STORM_MS);
                self.at(at, make());
            }
        }
        if seed % 10 == 9 {
            let at = self.roll(STORM_MS);
            self.at(at, Happening::Removed);
        }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % sides.max(1)
    }

    fn storm(&self) -> bool {
        self.now < STORM_MS
    }

    fn at(&mut self, at: u64, what: Happening<C::Ticket>) {
        self.entries += 1;
        self.agenda.insert((at, self.entries), what);
    }

    /// A delay on the way: mostly short, in the storm sometimes longer than anybody waits.
    fn way(&mut self) -> u64 {
        match self.roll(20) {
            0 if self.storm() && self.roll(4) == 0 => self.roll(70_000),
            1..=4 if self.storm() => self.roll(4_000),
            _ => 1 + self.roll(60),
        }
    }

    fn lost(&mut self) -> bool {
        self.storm() && self.roll(30) == 0
    }

    fn moment(&self) -> Now {
        let start = DateTime::<Utc>::from_timestamp(1_780_000_000, 0).expect("a date");
        Now { mono_ms: self.now, wall: start + Duration::milliseconds(self.now as i64) }
    }

    pub async fn run(mut self) -> Outcome {
        self.start_desk().await;
        let mut last_words = false;
        while let Some(((at, _), what)) = self.agenda.pop_first() {
            if at > END_MS {
                break;
            }
            self.now = at;
            if !self.storm() && !last_words {
                // A write after the storm, as offices go on working.
                last_words = true;
                self.somebody_writes();
            }
            self.happen(what).await;
        }
        self.judge().await
    }

    async fn judge(mut self) -> Outcome {
        if self.outcome.lost_access > 0 {
            self.outcome.converged = self.copy.is_wiped().await;
            return self.outcome;
        }
        self.outcome.difference = self.copy.difference(&self.server.shown()).await;
        if self.status != SyncState::Live {
            self.outcome.difference.push_str(&format!(" and the desk says {:?}", self.status));
        }
        self.outcome.converged = self.outcome.difference.is_empty();
        self.outcome
    }

    async fn start_desk(&mut self) {
        let seed = self.roll(u64::MAX);
        self.life += 1;
        self.machine = Some(Machine::new(self.copy.remembered().await, seed));
        self.feed(Input::Started).await;
    }

    async fn happen(&mut self, what: Happening<C::Ticket>) {
        match what {
            Happening::Wake(number) if number == self.wake => self.feed(Input::Tick).await,
            Happening::Wake(_) => {}
            Happening::Arrives(id, request) => self.answer(id, &request),
            Happening::Delivered(id, reply) => self.feed(Input::Reply(id, reply)).await,
            Happening::Write => self.somebody_writes(),
            Happening::OwnWrite | Happening::OwnExecuted(_) | Happening::OwnAnswered(..) => {
                self.own_write(what).await;
            }
            Happening::Backup => self.backup = self.server.clone(),
            Happening::Restore => {
                self.epochs += 1;
                self.server.restore(&self.backup.clone(), self.epochs);
            }
            Happening::ViewChange => self.server.change_view(),
            Happening::Restart => {
                self.outcome.restarts += 1;
                self.wake += 1;
                if self.outcome.lost_access == 0 {
                    self.copy.reopen().await;
                    self.start_desk().await;
                }
            }
            Happening::Activity => {
                let all = [Activity::Visible, Activity::Hidden, Activity::Idle];
                let activity = all[self.roll(3) as usize];
                self.feed(Input::Activity(activity)).await;
            }
            Happening::Sleep => {
                self.outcome.sleeps += 1;
                self.feed(Input::Woke).await;
            }
            Happening::Removed => self.server.member = false,
        }
    }

    fn changes(&mut self) -> Vec<((String, Uuid), Option<serde_json::Value>)> {
        let mut changes = vec![];
        for _ in 0..1 + self.roll(3) {
            let known = self.server.keys();
            let key = match known.get(self.roll(1 + known.len() as u64) as usize) {
                Some(key) => key.clone(),
                None => {
                    let table = WRITTEN[self.roll(WRITTEN.len() as u64) as usize];
                    let ids = if table == "events" { 24 } else { 6 };
                    (table.to_owned(), Uuid::from_u128(1 + u128::from(self.roll(ids))))
                }
            };
            let word = self.roll(1_000);
            let row = (self.roll(4) != 0).then(|| row(&key.0, key.1, word));
            changes.retain(|(other, _)| *other != key);
            changes.push((key, row));
        }
        changes
    }

    fn somebody_writes(&mut self) {
        let changes = self.changes();
        self.server.apply(changes);
    }

    async fn own_write(&mut self, what: Happening<C::Ticket>) {
        if self.outcome.lost_access > 0 {
            return;
        }
        match what {
            Happening::OwnWrite => {
                let sent = Sent { ticket: self.copy.ticket(), life: self.life };
                let at = self.now + self.way();
                if !self.lost() {
                    self.at(at, Happening::OwnExecuted(sent));
                }
            }
            Happening::OwnExecuted(sent) => {
                if !self.server.member {
                    return;
                }
                let changes = self.changes();
                let (n, rows) = self.server.apply(changes);
                let at = self.now + self.way();
                if !self.lost() {
                    self.at(at, Happening::OwnAnswered(sent, rows, n));
                }
            }
            Happening::OwnAnswered(sent, ..) if sent.life != self.life => {}
            Happening::OwnAnswered(sent, rows, n) => {
                self.outcome.own_writes += 1;
                let n = self.copy.answer(&sent.ticket, rows, n).await;
                // A killed desk merges nothing, but one that is killed right after merging has.
                self.feed(Input::Written { n }).await;
            }
            _ => unreachable!("only own writes come here"),
        }
    }

    /// The server answers now; the answer travels, gets lost or is doubled.
    fn answer(&mut self, id: RequestId, request: &Request) {
        let reply = self.server.answer(request);
        let copies = if self.storm() {
            [0, 2, 2, 3].get(self.roll(30) as usize).copied().unwrap_or(1)
        } else {
            1
        };
        for _ in 0..copies {
            let at = self.now + self.way();
            self.at(at, Happening::Delivered(id, reply.clone()));
        }
    }

    async fn feed(&mut self, input: Input) {
        let now = self.moment();
        let Some(machine) = &mut self.machine else { return };
        let outputs = machine.step(now, input);
        // The desk may be killed between any two outputs, and a store may fail.
        let stop_after = if self.storm() && self.roll(60) == 0 { self.roll(4) } else { u64::MAX };
        for (index, output) in outputs.into_iter().enumerate() {
            if index as u64 >= stop_after {
                self.outcome.restarts += 1;
                self.machine = None;
                let at = self.now + self.way();
                return self.at(at, Happening::Restart);
            }
            match output {
                Output::Request(id, request) => self.send(id, request),
                Output::Status(status) => self.status = status.state,
                Output::Wake(at) => {
                    self.wake += 1;
                    let (at, number) = (at.max(self.now + 1), self.wake);
                    self.at(at, Happening::Wake(number));
                }
                Output::Store(store) => {
                    self.outcome.resyncs +=
                        u32::from(matches!(store, replica::sync::Store::SwapIn));
                    if self.storm() && self.roll(100) == 0 && store != replica::sync::Store::Wipe {
                        let remembered = Box::new(self.copy.remembered().await);
                        let message = "The disk is full.".to_owned();
                        return Box::pin(self.feed(Input::StoreFailed { remembered, message }))
                            .await;
                    }
                    self.copy.perform(store).await;
                }
                Output::LostAccess(fault) => {
                    assert_eq!(fault, Fault::Removed, "the only one this server says");
                    self.outcome.lost_access += 1;
                }
            }
        }
    }

    fn send(&mut self, id: RequestId, request: Request) {
        if self.storm() && self.roll(12) == 0 {
            let at = self.now + self.way();
            return self.at(at, Happening::Delivered(id, Reply::Fault(Fault::Offline)));
        }
        let at = self.now + self.way();
        if !self.lost() {
            self.at(at, Happening::Arrives(id, request));
        }
    }
}
