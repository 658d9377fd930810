//! What happened to a row and to what belongs to it, from the server's journal; offline, the last answer with its date.

use crate::error::ActionError;
use crate::names::{Found, Wanted};
use crate::open::Desk;
use chrono::{DateTime, Duration, Utc};
use domain::activity::{Names, RowChange, activity_lines};
use domain::change::Op;
use domain::permission::Role;
use replica::Answer;
use serde::Serialize;
use server::feed::{History, HistoryChange, HistoryEntry};
use std::collections::HashMap;
use uuid::Uuid;

const PAGE: i32 = 30;

/// A page of what happened, newest first.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ActivityPage {
    /// The entries.
    pub entries: Vec<ActivityEntry>,
    /// Whether there is nothing older.
    pub done: bool,
    /// When this was the server's answer; `None` for just now.
    pub as_of: Option<DateTime<Utc>>,
}

/// One command, in sentences.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ActivityEntry {
    /// The feed's number, to page by.
    pub n: u32,
    /// The command, to undo it.
    pub command_id: Uuid,
    /// Its name.
    pub command: String,
    /// Who.
    pub actor_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// What, in finished sentences.
    pub lines: Vec<String>,
    /// Whether it was undone since.
    pub undone: bool,
    /// Whether this person may undo it now.
    pub may_undo: bool,
}

struct DeskNames {
    found: Found,
    subject: Uuid,
    time_zone: String,
    locale: String,
}

impl Names for DeskNames {
    fn client(&self, id: Uuid) -> Option<String> {
        self.found.clients.get(&id).cloned()
    }
    fn resource(&self, id: Uuid) -> Option<String> {
        self.found.resources.get(&id).cloned()
    }
    fn task(&self, id: Uuid) -> Option<String> {
        self.found.tasks.get(&id).cloned()
    }
    fn booking(&self, entry_id: Uuid) -> Option<String> {
        self.found.bookings.get(&entry_id).cloned()
    }
    fn subject(&self) -> Option<Uuid> {
        Some(self.subject)
    }
    fn time_zone(&self) -> &str {
        &self.time_zone
    }
    fn locale(&self) -> &str {
        &self.locale
    }
}

/// What happened to a row of `table`, told in `time_zone`.
///
/// # Errors
/// `offline` when this was never asked before.
pub(crate) async fn of_row(
    desk: &Desk,
    table: &str,
    id: Uuid,
    before_n: Option<u32>,
    time_zone: String,
) -> Result<ActivityPage, ActionError> {
    let key = format!("history/{table}/{id}/{}", before_n.unwrap_or(0));
    let asked =
        desk.session().history(desk.organization(), table, id, before_n.map(i64::from), PAGE);
    let (history, as_of) = match asked.await {
        Ok(history) => {
            keep(desk, &key, &history).await;
            (history, None)
        }
        Err(error) if error.is_passing() => match kept(desk, &key).await? {
            Some(kept) => match serde_json::from_value::<History>(kept.body) {
                Ok(history) => (history, Some(kept.at)),
                Err(_) => return Err(error.into()),
            },
            None => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    };
    let names = names_for(desk, &history, id, time_zone).await;
    let entries = history.entries.iter().map(|entry| told(desk, entry, &names)).collect();
    Ok(ActivityPage { entries, done: history.done, as_of })
}

/// Keeps an answer for when the server is away; that it cannot be kept is no reason not to show it.
async fn keep(desk: &Desk, key: &str, history: &History) {
    let Ok(value) = serde_json::to_value(history) else { return };
    if let Err(error) = desk.replica().put_answer(key, &value, desk.now()).await {
        tracing::info!(%error, "an answer could not be kept");
    }
}

async fn kept(desk: &Desk, key: &str) -> Result<Option<Answer>, ActionError> {
    desk.read(|replica| async move { replica.answer(key).await }).await
}

fn told(desk: &Desk, entry: &HistoryEntry, names: &DeskNames) -> ActivityEntry {
    let who = desk.whoami();
    let administrator = desk.role() == Role::Administrator;
    let mine = entry.actor == Some(who.user_id) && desk.now() - entry.at < Duration::hours(24);
    let changes: Vec<RowChange> = entry.changes.iter().map(row_change).collect();
    ActivityEntry {
        n: u32::try_from(entry.n).unwrap_or(u32::MAX),
        command_id: entry.command_id,
        command: entry.command.clone(),
        actor_name: entry.actor_name.clone(),
        at: entry.at,
        lines: activity_lines(&entry.command, &changes, entry.more, names),
        undone: entry.undone_by.is_some(),
        may_undo: entry.undone_by.is_none() && (mine || administrator),
    }
}

fn row_change(change: &HistoryChange) -> RowChange {
    RowChange {
        table: change.table.clone(),
        id: change.id,
        op: match change.op.as_str() {
            "insert" => Op::Insert,
            "delete" => Op::Delete,
            _ => Op::Update,
        },
        before: change.before.clone(),
        after: change.after.clone(),
    }
}

/// The names of all that the entries mention: as they are called now, or as they were when they went.
async fn names_for(desk: &Desk, history: &History, subject: Uuid, time_zone: String) -> DeskNames {
    let (mut wanted, mut titles) = (Wanted::default(), HashMap::new());
    for change in history.entries.iter().flat_map(|entry| &entry.changes) {
        wanted.add(&change.table, change.id);
        for row in [&change.before, &change.after].into_iter().flatten() {
            let text = |column: &str| row.get(column)?.as_str();
            let id = |column: &str| text(column)?.parse::<Uuid>().ok();
            wanted.clients.extend(id("client_id"));
            wanted.tasks.extend([id("task_id"), id("prerequisite_id")].into_iter().flatten());
            wanted.resources.extend([id("resource_id"), id("assigned_to")].into_iter().flatten());
            if let Some(title) = text("title").filter(|_| change.table == "tasks") {
                titles.entry(change.id).or_insert_with(|| title.to_owned());
            }
        }
    }
    let mut found = wanted.find(desk).await;
    for (id, title) in titles {
        found.tasks.entry(id).or_insert(title);
    }
    DeskNames { found, subject, time_zone, locale: desk.locale() }
}
