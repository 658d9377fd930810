//! Where a simulated desk keeps its rows: a model of the replica, which can be told to trust too much, or the real one.

use crate::server::Rows;
use replica::sync::{Remembered, Store};
use replica::{
    Archived, Batch, EventFilter, EventListInput, PrintedRow, Replica, ReplicaKey, ReplicaSlot,
    RowImage, SearchInput, TaskFilter, TaskListInput, TaskState, TasksArchived, Viewer,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the model trusts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Images that are not older than what is there, as the replica does.
    Stamps,
    /// Every image (negative control).
    Everything,
    /// Answers to actions from before the copy was begun (negative control).
    AnyTicket,
}

/// What the office needs of a copy.
pub trait Copy {
    type Ticket;
    async fn perform(&mut self, store: Store);
    fn ticket(&self) -> Self::Ticket;
    async fn answer(&mut self, ticket: &Self::Ticket, rows: Vec<RowImage>, n: i64) -> Option<i64>;
    async fn remembered(&self) -> Remembered;
    /// The desk is closed and opened again.
    async fn reopen(&mut self);
    /// What differs from `shown`; empty when nothing does.
    async fn difference(&self, shown: &Rows) -> String;
    async fn is_wiped(&self) -> bool;
}

#[derive(Default, Clone)]
struct File {
    generation: u64,
    rows: BTreeMap<(String, Uuid), (i64, Option<serde_json::Value>)>,
    remembered: Remembered,
}

impl File {
    fn merge(&mut self, rows: Vec<RowImage>, n: i64, trust: Trust) {
        for image in rows {
            let key = (image.table, image.id);
            let known = self.rows.get(&key).map_or(0, |(n, _)| *n);
            if n >= known || trust == Trust::Everything {
                self.rows.insert(key, (n, image.row));
            }
        }
    }

    fn store(&mut self, batch: Batch, trust: Trust) {
        if let Some(portion) = batch.portion {
            let image = |row: &PrintedRow| RowImage {
                table: portion.table.to_owned(),
                id: row.id().expect("rows have ids"),
                row: serde_json::from_str(row.json()).ok(),
            };
            self.merge(portion.rows.iter().map(image).collect(), portion.n, trust);
        }
        for page in batch.pages {
            self.merge(page.rows, page.n, trust);
        }
        if let Some(remembered) = batch.remember {
            let known_n = self.remembered.known_n.max(remembered.known_n);
            self.remembered = Remembered { known_n, ..remembered };
        }
    }
}

/// The model of a replica slot.
pub struct InMemory {
    trust: Trust,
    current: File,
    beside: Option<File>,
    wiped: bool,
}

impl InMemory {
    pub fn new(trust: Trust) -> Self {
        Self { trust, current: File::default(), beside: None, wiped: false }
    }

    fn newest(&self) -> u64 {
        self.beside.as_ref().map_or(self.current.generation, |file| file.generation)
    }
}

impl Copy for InMemory {
    type Ticket = u64;

    async fn perform(&mut self, store: Store) {
        match store {
            Store::Begin { beside } => {
                if !beside && self.current.remembered == Remembered::default() {
                    return;
                }
                let file = File { generation: self.newest() + 1, ..File::default() };
                if beside {
                    self.beside = Some(file);
                } else {
                    (self.current, self.beside) = (file, None);
                }
            }
            Store::Batch { beside: false, batch } => self.current.store(batch, self.trust),
            Store::Batch { beside: true, batch } => {
                self.beside.as_mut().expect("begun before").store(batch, self.trust);
            }
            Store::SwapIn => self.current = self.beside.take().expect("begun before"),
            Store::Contact { at } => self.current.remembered.as_of = Some(at),
            Store::Wipe => self.wiped = true,
        }
    }

    fn ticket(&self) -> u64 {
        if self.trust == Trust::AnyTicket { u64::MAX } else { self.newest() }
    }

    async fn answer(&mut self, ticket: &u64, rows: Vec<RowImage>, n: i64) -> Option<i64> {
        if self.current.generation <= *ticket {
            self.current.merge(rows.clone(), n, self.trust);
            self.current.remembered.known_n = self.current.remembered.known_n.max(n);
        }
        if let Some(beside) = self.beside.as_mut().filter(|b| b.generation <= *ticket) {
            beside.merge(rows, n, self.trust);
            beside.remembered.known_n = beside.remembered.known_n.max(n);
        }
        (self.newest() <= *ticket && self.trust != Trust::AnyTicket).then_some(n)
    }

    async fn remembered(&self) -> Remembered {
        self.current.remembered.clone()
    }

    async fn reopen(&mut self) {
        self.beside = None;
    }

    async fn difference(&self, shown: &Rows) -> String {
        let live = self.current.rows.iter();
        let here: Rows =
            live.filter_map(|(key, (_, row))| Some((key.clone(), row.clone()?))).collect();
        let missing = shown.iter().filter(|(key, row)| here.get(*key) != Some(row));
        let extra = here.keys().filter(|key| !shown.contains_key(*key));
        let mut text: Vec<String> =
            missing.map(|(key, _)| format!("missing or other {key:?}")).collect();
        text.extend(extra.map(|key| format!("should be gone {key:?}")));
        text.join(", ")
    }

    async fn is_wiped(&self) -> bool {
        self.wiped
    }
}

/// The real thing, in a folder that vanishes.
pub struct OnDisk {
    folder: tempfile::TempDir,
    slot: ReplicaSlot,
}

fn key() -> ReplicaKey {
    ReplicaKey::from_bytes([3; 32])
}

impl OnDisk {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (slot, _) = ReplicaSlot::open(&folder.path().join("copy"), key()).await.expect("opens");
        Self { folder, slot }
    }
}

impl Copy for OnDisk {
    type Ticket = replica::Ticket;

    async fn perform(&mut self, store: Store) {
        self.slot.perform(store).await.expect("stores");
    }

    fn ticket(&self) -> replica::Ticket {
        self.slot.ticket()
    }

    async fn answer(
        &mut self,
        ticket: &replica::Ticket,
        rows: Vec<RowImage>,
        n: i64,
    ) -> Option<i64> {
        self.slot.merge_answer(ticket, rows, n).await.expect("merges").n
    }

    async fn remembered(&self) -> Remembered {
        self.slot.remembered().await.expect("reads")
    }

    async fn reopen(&mut self) {
        self.slot.close().await;
        let path = self.folder.path().join("copy");
        self.slot = ReplicaSlot::open(&path, key()).await.expect("opens").0;
    }

    async fn difference(&self, shown: &Rows) -> String {
        let copy = self.slot.current();
        let filter = EventFilter { archived: Archived::With, ..Default::default() };
        let input = EventListInput { filter, limit: 1_000, ..Default::default() };
        let list = copy.event_list(&input).await.expect("reads");
        assert_eq!(list.total as usize, list.rows.len(), "the counters agree with the rows");
        let clients = copy.known_clients().await.expect("reads");
        let mut here: Vec<(Uuid, String)> =
            list.rows.iter().map(|row| (row.id, row.name.clone())).collect();
        here.extend(clients.iter().map(|c| (c.id, c.company_name.clone())));
        let resources = copy.known_resources().await.expect("reads");
        here.extend(resources.iter().map(|r| (r.id, r.name.clone())));
        let tasks = copy.known_tasks().await.expect("reads");
        here.extend(tasks.iter().map(|t| (t.id, t.title.clone())));
        let entries = copy.known_entries().await.expect("reads");
        here.extend(entries.iter().map(|e| (e.id, e.starts_at.to_rfc3339())));
        here.sort();
        let mut there: Vec<(Uuid, String)> = shown
            .iter()
            .filter_map(|((table, id), row)| {
                let column = match table.as_str() {
                    "clients" => "company_name",
                    "tasks" => "title",
                    "resource_schedule" => "starts_at",
                    _ => "name",
                };
                Some((*id, row[column].as_str()?.to_owned()))
            })
            .collect();
        there.sort();
        if here != there {
            return format!("{here:?} is not {there:?}");
        }
        check_tasks(&copy, shown).await;
        check_clashes(&copy, &resources).await;
        for row in list.rows.iter().filter(|row| !row.is_archived).take(5) {
            let input = SearchInput { text: row.name.clone(), limit: 200 };
            let found = copy.search(&input).await.expect("searches").hits;
            assert!(found.iter().any(|hit| hit.id == row.id), "search finds {}", row.name);
        }
        String::new()
    }

    async fn is_wiped(&self) -> bool {
        !self.folder.path().join("copy").exists()
    }
}

/// Lists and counters agree with each other and with the rows, and so does what tasks take from other tables.
async fn check_tasks(copy: &Replica, shown: &Rows) {
    let viewer = Viewer::of(Some(Uuid::from_u128(2)), now(), "UTC");
    let filter = TaskFilter {
        state: TaskState::Any,
        archived: TasksArchived::With,
        ..TaskFilter::default()
    };
    let input = TaskListInput { filter, limit: 1_000, ..TaskListInput::default() };
    let list = copy.task_list(&input, &viewer).await.expect("reads");
    assert_eq!(list.total as usize, list.rows.len(), "the counters agree with the rows");
    let name = |table: &str, id: Uuid| {
        let row = shown.get(&(table.to_owned(), id))?;
        row["name"].as_str().map(str::to_owned)
    };
    let booked = |task: Uuid| {
        shown.iter().any(|((table, _), row)| {
            table == "resource_schedule"
                && row["task_id"] == serde_json::json!(task)
                && row["resource_id"] == serde_json::json!(viewer.resource_id)
        })
    };
    let mut mine = 0;
    for row in &list.rows {
        assert_eq!(row.event_name, name("events", row.event_id).unwrap_or_default());
        assert_eq!(row.assigned_to_name, row.assigned_to.and_then(|id| name("resources", id)));
        assert_eq!(row.is_mine, row.assigned_to == viewer.resource_id || booked(row.id), "{row:?}");
        mine += u32::from(row.is_mine && row.status != "completed" && !row.is_archived);
        let input = SearchInput { text: row.title.clone(), limit: 200 };
        let found = copy.search(&input).await.expect("searches").hits;
        assert!(found.iter().any(|hit| hit.id == row.id), "search finds {}", row.title);
    }
    let counts = copy.task_counts(&viewer).await.expect("reads");
    let live = || list.rows.iter().filter(|row| !row.is_archived && row.status != "completed");
    assert_eq!(counts.all_open as usize, live().count());
    assert_eq!(counts.all_overdue as usize, live().filter(|row| row.is_overdue).count());
    assert_eq!(
        counts.unassigned_open as usize,
        live().filter(|row| row.assigned_to.is_none()).count()
    );
    assert_eq!(counts.mine_open, mine);
}

/// The clashes that are kept are those that the domain finds now.
async fn check_clashes(copy: &Replica, resources: &[domain::imports::KnownResource]) {
    for resource in resources {
        let load = copy.load_of(resource.id).await.expect("reads").expect("there");
        let long_ago = chrono::DateTime::UNIX_EPOCH;
        let found: Vec<_> = domain::schedule::clashes(&load, long_ago)
            .into_iter()
            .map(|clash| {
                (
                    clash.starts_at,
                    clash.ends_at,
                    clash.peak as u32,
                    clash.accepted,
                    clash.entries.len(),
                )
            })
            .collect();
        let kept =
            copy.resource_schedule(resource.id, long_ago, now() + chrono::Duration::days(99)).await;
        let kept: Vec<_> = kept
            .expect("reads")
            .clashes
            .into_iter()
            .map(|clash| {
                (clash.starts_at, clash.ends_at, clash.peak, clash.accepted, clash.bookings.len())
            })
            .collect();
        assert_eq!(kept, found, "{}", resource.name);
    }
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-05-01T20:00:00Z".parse().expect("an instant")
}
