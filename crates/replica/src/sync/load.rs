//! The machine: loading a whole copy. Cursor first, then every table page by page, then a catch-up from that cursor.
//!
//! A first load fills the current file, usable as soon as the events are there; after a restore or a change of view the
//! copy is filled beside the old one and swapped in when complete.

use super::machine::{InFlight, Machine, Phase};
use super::{
    CursorReply, FirstLoad, Now, Output, Position, PullReply, Remembered, Request, SnapshotReply,
    Store,
};
use crate::{Batch, Page, RowImage, TABLES};
use serde_json::Value;
use uuid::Uuid;

/// Rows per page of a load.
const SNAPSHOT_LIMIT: u32 = 2_000;
/// Rows of a load per transaction: every order's index is touched all over by a few thousand rows, so larger
/// transactions encrypt and write each of its pages less often.
const LOAD_ROWS: usize = 10_000;
const NOT_UNDERSTOOD: &str = "The server's answer could not be understood.";

/// A load under way. How far it came is in `Machine::remembered`, so that the file knows it too.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// Into a file beside the current one.
    pub beside: bool,
    /// Whether the server said in this run where the load starts.
    begun: bool,
    pub rows_done: u32,
    /// The highest n of its pages; a lower one afterwards tells of a restore meanwhile.
    seen_n: i64,
}

impl Load {
    /// The load of a new file, or the rest of one that was interrupted.
    pub fn first(remembered: &Remembered) -> Self {
        let rows_done = remembered.first.as_ref().map_or(0, |first| first.rows_done);
        Self { beside: false, begun: false, rows_done, seen_n: 0 }
    }

    /// A fresh load beside the current file.
    pub fn beside() -> Self {
        Self { beside: true, begun: false, rows_done: 0, seen_n: 0 }
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
            _ => Request::Cursor,
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
        let Some(ids) = ids_of(&page.rows) else {
            return self.fail(now, Some(NOT_UNDERSTOOD.to_owned()));
        };
        let last = ids.last().copied();
        if !page.done && (last.is_none() || last == first.after_id) {
            return self.fail(now, Some(NOT_UNDERSTOOD.to_owned()));
        }
        load.seen_n = page.n;
        load.rows_done =
            load.rows_done.saturating_add(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        let table = TABLES[first.table.min(TABLES.len() - 1)];
        first.rows_done = load.rows_done;
        first.after_id = last;
        if page.done {
            (first.table, first.after_id) = (first.table + 1, None);
        }
        let rows = ids
            .into_iter()
            .zip(page.rows)
            .map(|(id, row)| RowImage { table: table.to_owned(), id, row: Some(row) })
            .collect();
        let beside = load.beside;
        if first.table >= TABLES.len() {
            self.remembered.position =
                Some(Position { n: first.start_n, seq: None, command: first.start_command });
            self.remembered.first = None;
        }
        self.remembered.known_n = self.remembered.known_n.max(page.n);
        self.pages.push(Page { n: page.n, rows });
        let rows: usize = self.pages.iter().map(|page| page.rows.len()).sum();
        if page.done || rows >= LOAD_ROWS {
            let batch = Batch {
                pages: std::mem::take(&mut self.pages),
                defer_search: !page.done,
                remember: Some(self.remembered.clone()),
            };
            out.push(Output::Store(Store::Batch { beside, batch }));
        }
    }

    /// Whether tables are being read; the pages in memory then stay good through an outage.
    pub(super) fn is_reading_tables(&self) -> bool {
        matches!(&self.phase, Phase::Loading(load) if load.begun && self.remembered.first.is_some())
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

/// The ids of whole rows; `None` if one has none.
fn ids_of(rows: &[Value]) -> Option<Vec<Uuid>> {
    rows.iter().map(|row| row.get("id")?.as_str()?.parse().ok()).collect()
}
