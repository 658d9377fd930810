//! The machine: loading a whole copy. Cursor first, then every table page by page, then a catch-up from that cursor.
//!
//! A first load fills the current file, usable as soon as the events are there; after a restore or a change of view the
//! copy is filled beside the old one and swapped in when complete.

use super::machine::{InFlight, Machine, Phase};
use super::{
    CursorReply, FirstLoad, Now, Output, Position, PullReply, Remembered, Request, SnapshotReply,
    Store,
};
use crate::{Batch, Portion, PrintedRow, TABLES};

/// Rows per page of a load, and per transaction: the server reads the next page while one is stored, so the two should
/// take about as long.
const SNAPSHOT_LIMIT: u32 = 5_000;
const NOT_UNDERSTOOD: &str = "The server's answer could not be understood.";

/// A load under way. How far it came is in `Machine::remembered`, so that the file knows it too.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// Into a file beside the current one.
    pub beside: bool,
    /// Whether the server said in this run where the load starts.
    begun: bool,
    pub rows_done: u32,
    /// About how many there will be, where the server said it.
    pub rows_total: Option<u32>,
    /// The highest n of its pages; a lower one afterwards tells of a restore meanwhile.
    seen_n: i64,
}

impl Load {
    /// The load of a new file, or the rest of one that was interrupted.
    pub fn first(remembered: &Remembered) -> Self {
        let rows_done = remembered.first.as_ref().map_or(0, |first| first.rows_done);
        Self { beside: false, begun: false, rows_done, rows_total: None, seen_n: 0 }
    }

    /// A fresh load beside the current file.
    pub fn beside() -> Self {
        Self { beside: true, begun: false, rows_done: 0, rows_total: None, seen_n: 0 }
    }

    /// What to ask next.
    pub fn request(&self, remembered: &Remembered) -> Request {
        match (&remembered.first, &remembered.position) {
            (Some(first), _) if self.begun && first.table < TABLES.len() => Request::Snapshot {
                table: TABLES[first.table],
                after_id: first.after_id,
                limit: SNAPSHOT_LIMIT,
            },
            (None, Some(position)) if self.begun => {
                Request::Pull { after: position.clone(), limit: SNAPSHOT_LIMIT }
            }
            _ => Request::Start,
        }
    }
}

impl Machine {
    fn load(&mut self) -> &mut Load {
        match &mut self.phase {
            Phase::Loading(load) => load,
            _ => unreachable!("called only while loading"),
        }
    }

    /// The start of a load: goes on with an interrupted one if the server is still the same, else begins anew.
    pub(super) fn load_cursor(&mut self, now: Now, cursor: &CursorReply, out: &mut Vec<Output>) {
        self.due = now.mono_ms;
        let same = self.remembered.epoch == cursor.epoch
            && self.remembered.view == cursor.view
            && cursor.n >= self.remembered.known_n;
        let interrupted = !self.load().beside && self.remembered.first.is_some();
        self.load().begun = true;
        self.load().rows_total = cursor.rows;
        if interrupted && same {
            self.load().seen_n = self.remembered.known_n;
            return;
        }
        let beside = self.load().beside;
        self.load().rows_done = 0;
        self.load().seen_n = cursor.n;
        self.remembered = Remembered {
            position: None,
            epoch: cursor.epoch.clone(),
            view: cursor.view,
            known_n: cursor.n,
            as_of: Some(now.wall),
            first: Some(FirstLoad {
                start_n: cursor.n,
                start_command: cursor.command,
                ..FirstLoad::default()
            }),
        };
        let batch = Batch { remember: Some(self.remembered.clone()), ..Batch::default() };
        out.push(Output::Store(Store::Begin { beside }));
        out.push(Output::Store(Store::Batch { beside, batch }));
    }

    /// One page of one table.
    pub(super) fn load_page(&mut self, now: Now, page: SnapshotReply, out: &mut Vec<Output>) {
        self.due = now.mono_ms;
        let Phase::Loading(load) = &mut self.phase else { return };
        let Some(first) = &mut self.remembered.first else { return };
        if page.n < load.seen_n {
            // The server was restored meanwhile: what was read so far is of another time.
            return self.load_anew(now);
        }
        let last = page.rows.last().map(PrintedRow::id);
        // Every page leads on, or the load would never end.
        let leads_on = match last {
            Some(last) => last.is_some() && last != first.after_id,
            None => page.done,
        };
        if !leads_on {
            return self.fail(now, Some(NOT_UNDERSTOOD.to_owned()));
        }
        load.seen_n = page.n;
        load.rows_done =
            load.rows_done.saturating_add(u32::try_from(page.rows.len()).unwrap_or(u32::MAX));
        let portion = Portion {
            table: TABLES[first.table.min(TABLES.len() - 1)],
            n: page.n,
            since: first.start_n,
            rows: page.rows,
            last: page.done,
        };
        first.rows_done = load.rows_done;
        first.after_id = last.flatten();
        if page.done {
            (first.table, first.after_id) = (first.table + 1, None);
        }
        let beside = load.beside;
        if first.table >= TABLES.len() {
            self.remembered.position =
                Some(Position { n: first.start_n, seq: None, command: first.start_command });
            self.remembered.first = None;
        }
        self.remembered.known_n = self.remembered.known_n.max(page.n);
        let remember = Some(self.remembered.clone());
        let batch = Batch { portion: Some(Box::new(portion)), remember, ..Batch::default() };
        out.push(Output::Store(Store::Batch { beside, batch }));
    }

    /// The catch-up at the end of a load; afterwards the copy is complete.
    pub(super) fn load_pull(
        &mut self,
        now: Now,
        flight: &InFlight,
        pull: PullReply,
        out: &mut Vec<Output>,
    ) {
        let moved = pull.resync
            || self.is_restored(flight, &pull.epoch, pull.n)
            || pull.view != self.remembered.view;
        if moved {
            return self.load_anew(now);
        }
        let (n, done, beside) = (pull.n, pull.done, self.load().beside);
        if !self.take_page(now, pull) {
            return;
        }
        if let Some(batch) = self.finished_pages(n, done) {
            out.push(Output::Store(Store::Batch { beside, batch }));
        }
        if !done {
            return;
        }
        if beside {
            out.push(Output::Store(Store::SwapIn));
        }
        self.phase = Phase::Live;
        self.restarts = 0;
        self.pull = None;
        self.rest(now);
    }

    /// Begins the load again from nothing, after a pause that grows: a server that keeps moving is not pestered.
    fn load_anew(&mut self, now: Now) {
        self.remembered.position = None;
        self.remembered.first = None;
        let load = self.load();
        (load.begun, load.rows_done) = (false, 0);
        self.restarts = self.restarts.saturating_add(1);
        let restarts = self.restarts;
        self.forget_pull();
        self.due = now.mono_ms + self.pause(restarts - 1);
    }
}
