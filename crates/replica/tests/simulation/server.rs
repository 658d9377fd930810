//! A model of the server: a journal, rows, who sees what.

use replica::RowImage;
use replica::sync::{CursorReply, Fault, Position, PullReply, Reply, Request, SnapshotReply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub type Rows = BTreeMap<(String, Uuid), Value>;

#[derive(Clone)]
struct Command {
    id: Uuid,
    touched: Vec<(String, Uuid)>,
}

#[derive(Clone)]
pub struct Server {
    journal: Vec<Command>,
    rows: Rows,
    epoch: u64,
    view: i64,
    /// Sees only every second event.
    narrow: bool,
    pub member: bool,
    /// Rows per page, whatever is asked.
    page: usize,
    commands: u128,
}

impl Server {
    pub fn new(page: usize) -> Self {
        Self {
            journal: vec![],
            rows: Rows::new(),
            epoch: 1,
            view: 1,
            narrow: false,
            member: true,
            page,
            commands: 0,
        }
    }

    fn n(&self) -> i64 {
        self.journal.len() as i64
    }

    fn sees(&self, table: &str, id: Uuid) -> bool {
        !(self.narrow && table == "events" && id.as_u128().is_multiple_of(2))
    }

    /// What this desk's user may see.
    pub fn shown(&self) -> Rows {
        let seen = self.rows.iter().filter(|((table, id), _)| self.sees(table, *id));
        seen.map(|(key, row)| (key.clone(), row.clone())).collect()
    }

    fn image(&self, (table, id): &(String, Uuid)) -> RowImage {
        let row = self.rows.get(&(table.clone(), *id)).filter(|_| self.sees(table, *id)).cloned();
        RowImage { table: table.clone(), id: *id, row }
    }

    /// Sets or deletes rows as one command; answers its n and the rows.
    pub fn apply(&mut self, changes: Vec<((String, Uuid), Option<Value>)>) -> (i64, Vec<RowImage>) {
        let mut touched = vec![];
        for (key, row) in changes {
            match row {
                Some(row) => self.rows.insert(key.clone(), row),
                None => self.rows.remove(&key),
            };
            touched.push(key);
        }
        // Unique across restores, as random ids are.
        self.commands += 1;
        let id = Uuid::from_u128((u128::from(self.epoch) << 64) + self.commands);
        let images = touched.iter().map(|key| self.image(key)).collect();
        self.journal.push(Command { id, touched });
        (self.n(), images)
    }

    /// Puts the server back to `earlier`, as a restore from a backup does.
    pub fn restore(&mut self, earlier: &Self, epoch: u64) {
        let (member, commands) = (self.member, self.commands);
        *self = Self { epoch, member, commands, ..earlier.clone() };
    }

    /// The user's role changes: other rows are visible without having been touched.
    pub fn change_view(&mut self) {
        self.view += 1;
        self.narrow = !self.narrow;
    }

    pub fn keys(&self) -> Vec<(String, Uuid)> {
        self.rows.keys().cloned().collect()
    }

    pub fn answer(&self, request: &Request) -> Reply {
        if !self.member {
            return Reply::Fault(Fault::Removed);
        }
        match request {
            Request::Cursor | Request::Start => Reply::Cursor(CursorReply {
                n: self.n(),
                epoch: self.epoch.to_string(),
                view: self.view,
                ..CursorReply::default()
            }),
            Request::Snapshot { table, after_id, .. } => {
                Reply::Snapshot(self.snapshot(table, *after_id))
            }
            Request::Pull { after, .. } => Reply::Pull(self.pull(after)),
        }
    }

    fn snapshot(&self, table: &str, after: Option<Uuid>) -> SnapshotReply {
        let shown = self.shown();
        let mut left: Vec<Value> = shown
            .iter()
            .filter(|((name, id), _)| name == table && after.is_none_or(|after| *id > after))
            .map(|(_, row)| row.clone())
            .collect();
        let done = left.len() < self.page;
        left.truncate(self.page);
        let printed = |row| serde_json::from_value(row).expect("prints");
        SnapshotReply { n: self.n(), rows: left.into_iter().map(printed).collect(), done }
    }

    fn command_at(&self, n: i64) -> Option<Uuid> {
        let index = usize::try_from(n - 1).ok()?;
        self.journal.get(index).map(|command| command.id)
    }

    fn pull(&self, after: &Position) -> PullReply {
        let answer = PullReply {
            resync: false,
            n: self.n(),
            epoch: self.epoch.to_string(),
            view: self.view,
            rows: vec![],
            next: None,
            done: false,
        };
        let known = self.command_at(after.n);
        if after.n > self.n() || (after.command.is_some() && after.command != known) {
            return PullReply { resync: true, ..answer };
        }
        let mut entries = vec![];
        for (index, command) in self.journal.iter().enumerate() {
            let n = index as i64 + 1;
            for (seq, key) in command.touched.iter().enumerate() {
                let seq = seq as i64;
                if n > after.n || (n == after.n && after.seq.is_some_and(|after| seq > after)) {
                    entries.push((n, seq, key));
                }
            }
        }
        let done = entries.len() < self.page;
        entries.truncate(self.page);
        let next = match entries.last() {
            Some((n, seq, _)) if !done => {
                Position { n: *n, seq: Some(*seq), command: self.command_at(*n) }
            }
            _ => Position { n: self.n(), seq: None, command: self.command_at(self.n()) },
        };
        let rows = entries.iter().map(|(_, _, key)| self.image(key)).collect();
        PullReply { rows, next: Some(next), done, ..answer }
    }
}

/// The tables that are written, the most frequent most often.
pub const WRITTEN: [&str; 9] = [
    "clients",
    "events",
    "events",
    "events",
    "resources",
    "tasks",
    "tasks",
    "resource_schedule",
    "resource_schedule",
];

/// A row that every layer takes. References name one of few ids, whether there is such a row or not.
pub fn row(table: &str, id: Uuid, word: u64) -> Value {
    let other = |sides: u64| Uuid::from_u128(1 + u128::from(word % sides));
    let hour = |hour: u64| format!("2026-05-{:02}T{:02}:00:00+00:00", 1 + hour / 24, hour % 24);
    match table {
        "clients" => json!({"id": id, "company_name": format!("Client {word}")}),
        "events" => json!({
            "id": id, "client_id": other(3), "name": format!("Event {word}"), "event_type": "gala",
            "starts_at": hour(18), "ends_at": hour(23), "time_zone": "Europe/Madrid",
            "status": if word.is_multiple_of(2) { "inquiry" } else { "planning" },
            "is_archived": word.is_multiple_of(5),
        }),
        "resources" => json!({
            "id": id, "name": format!("Resource {word}"), "type": "staff", "quantity": 1 + word % 3,
            "setup_minutes": word % 2 * 60, "teardown_minutes": 0, "is_available": !word.is_multiple_of(7),
        }),
        "tasks" => json!({
            "id": id, "event_id": other(10), "title": format!("Task {word}"), "category": "pre_event",
            "status": if word.is_multiple_of(3) { "completed" } else { "pending" }, "due_at": hour(word % 48),
            "assigned_to": (!word.is_multiple_of(4)).then(|| other(9)),
        }),
        _ => json!({
            "id": id, "resource_id": other(9), "event_id": other(10), "task_id": other(11), "kind": "assignment",
            "quantity": 1, "starts_at": hour(word % 48), "ends_at": hour(word % 48 + 1 + word % 5),
            "override_reason": word.is_multiple_of(6).then_some("known"),
        }),
    }
}
