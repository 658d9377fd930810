//! What would fit, while somebody types: answered from the local copy alone.

use super::{find, load_around};
use crate::error::ActionError;
use crate::events::find as find_event;
use crate::open::Desk;
use domain::events::{Event, FormTimes};
use domain::may::May;
use domain::refusal::Refusal;
use domain::resources::ResourceType;
use domain::schedule::{self, Candidate, Conflict, EntryKind, Load, Window, WindowForm};
use domain::time::{Choice, WallVerdict};
use replica::{ResourceFilter, ResourceListInput, ResourceRow};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// Most that are offered of those who are free, and of those who are not.
const MOST_FREE: u32 = 40;
const MOST_BUSY: u32 = 20;

/// An assignment that somebody is typing.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssignmentCheck {
    /// For which event.
    pub event_id: Uuid,
    /// For which of its tasks.
    pub task_id: Option<Uuid>,
    /// Whom or what.
    pub resource_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// From, in the event's zone.
    pub starts_local: String,
    /// Until, in the event's zone.
    pub ends_local: String,
    /// Which of two times the start means.
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    pub ends_choice: Option<Choice>,
    /// The assignment that is being changed.
    pub entry_id: Option<Uuid>,
}

/// A block that somebody is typing.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BlockCheck {
    /// Whom or what.
    pub resource_id: Uuid,
    /// How many of them.
    pub quantity: i32,
    /// From, in `time_zone`.
    pub starts_local: String,
    /// Until, in `time_zone`.
    pub ends_local: String,
    /// Which of two times the start means.
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    pub ends_choice: Option<Choice>,
    /// IANA zone of the two times.
    pub time_zone: String,
}

/// Whether it would fit.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct AssignmentVerdict {
    /// What the start means.
    pub starts_at: WallVerdict,
    /// What the end means.
    pub ends_at: WallVerdict,
    /// How many are free all that time; `None` while the times mean nothing.
    pub free: Option<i32>,
    /// What is in the way.
    pub conflicts: Vec<Conflict>,
    /// Whether this person may book it all the same.
    pub may_override: May,
    /// Why it cannot be done as it stands, in a sentence.
    pub message: Option<String>,
}

/// Whom or what somebody looks for to assign.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssignmentCandidatesInput {
    /// For which event.
    pub event_id: Uuid,
    /// From, in the event's zone.
    pub starts_local: String,
    /// Until, in the event's zone.
    pub ends_local: String,
    /// Which of two times the start means.
    pub starts_choice: Option<Choice>,
    /// Which of two times the end means.
    pub ends_choice: Option<Choice>,
    /// The assignment that is being changed.
    pub entry_id: Option<Uuid>,
    /// Words of the name or the role.
    pub text: Option<String>,
    /// Only of these types; none means any.
    pub types: Vec<ResourceType>,
}

/// What could be assigned.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct AssignmentCandidates {
    /// The free ones first, then the others; nobody while the times mean nothing.
    pub candidates: Vec<AssignmentCandidate>,
}

/// A resource that could be assigned, and what stands in the way.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct AssignmentCandidate {
    /// As lists show it.
    pub row: ResourceRow,
    /// How many are free all that time.
    pub free: i32,
    /// The first thing in the way of one of them.
    pub conflict: Option<Conflict>,
}

/// Whether an assignment would fit, while somebody types.
///
/// # Errors
/// `not_found` for the event or the resource; whatever is wrong with the rest is part of the verdict.
pub async fn assignment_check(
    desk: &Desk,
    input: AssignmentCheck,
) -> Result<AssignmentVerdict, ActionError> {
    let event = find_event(desk, input.event_id).await?;
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let may = desk.permissions();
    let checking = Checking {
        kind: EntryKind::Assignment,
        entry: input.entry_id,
        quantity: input.quantity,
        time_zone: &event.time_zone,
        may_override: schedule::verdicts(&may, &event).override_clash,
    };
    let Ok(window) = form.window(&event.time_zone) else { return Ok(checking.nothing(&form)) };
    let load = load_around(desk, input.resource_id, &window).await?;
    let task = match input.task_id {
        Some(id) => Some(crate::tasks::find(desk, id).await?),
        None => None,
    };
    let outcome = match input.entry_id {
        Some(id) => {
            let entry = find(desk, id).await?;
            schedule::plan_change(&may, &event, &entry, &load, input.quantity, &window, None)
        }
        None => {
            let (id, task) = (Uuid::nil(), task.as_ref());
            schedule::plan_assign(&may, &event, task, id, &load, input.quantity, &window, None)
        }
    };
    Ok(checking.verdict(&form, &load, &window, outcome.err()))
}

/// Whether a block would fit, while somebody types.
///
/// # Errors
/// `not_found` for the resource; whatever is wrong with the rest is part of the verdict.
pub async fn block_check(desk: &Desk, input: BlockCheck) -> Result<AssignmentVerdict, ActionError> {
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let may = desk.permissions();
    let may_override =
        may.require("resources.assign").and_then(|()| may.require("resources.override"));
    let checking = Checking {
        kind: EntryKind::Block,
        entry: None,
        quantity: input.quantity,
        time_zone: &input.time_zone,
        may_override: May::of(&may_override),
    };
    let Ok(window) = form.window(&input.time_zone) else { return Ok(checking.nothing(&form)) };
    let load = load_around(desk, input.resource_id, &window).await?;
    let (id, many) = (Uuid::nil(), input.quantity);
    let reach = crate::tasks::reach(desk).await?;
    let outcome = schedule::plan_block(&may, reach, id, &load, many, &window, None, None);
    Ok(checking.verdict(&form, &load, &window, outcome.err()))
}

/// What is wanted, of whichever kind.
struct Checking<'a> {
    kind: EntryKind,
    entry: Option<Uuid>,
    quantity: i32,
    time_zone: &'a str,
    may_override: May,
}

impl Checking<'_> {
    /// The verdict on times that mean nothing yet.
    fn nothing(&self, form: &WindowForm) -> AssignmentVerdict {
        let FormTimes { starts_at, ends_at } = form.check(self.time_zone, self.kind);
        AssignmentVerdict {
            starts_at,
            ends_at,
            free: None,
            conflicts: vec![],
            may_override: self.may_override.clone(),
            message: None,
        }
    }

    fn verdict(
        &self,
        form: &WindowForm,
        load: &Load,
        window: &Window,
        refused: Option<Refusal>,
    ) -> AssignmentVerdict {
        let (kind, entry, quantity) = (self.kind, self.entry, self.quantity);
        let (starts_at, ends_at) = (window.starts_at, window.ends_at);
        let fit = schedule::fit(load, &Candidate { entry, kind, quantity, starts_at, ends_at });
        AssignmentVerdict {
            free: Some(fit.free),
            conflicts: fit.conflicts,
            message: refused.map(|refusal| refusal.to_string()),
            ..self.nothing(form)
        }
    }
}

/// What could be assigned to an event at some time: all of them looked at in one go.
///
/// # Errors
/// `not_found` for the event.
pub async fn assignment_candidates(
    desk: &Desk,
    input: AssignmentCandidatesInput,
) -> Result<AssignmentCandidates, ActionError> {
    let event: Event = find_event(desk, input.event_id).await?;
    let form = WindowForm {
        starts_local: input.starts_local,
        starts_choice: input.starts_choice,
        ends_local: input.ends_local,
        ends_choice: input.ends_choice,
    };
    let Ok(window) = form.window(&event.time_zone) else {
        return Ok(AssignmentCandidates { candidates: vec![] });
    };
    let filter = ResourceFilter { text: input.text, types: input.types, ..Default::default() };
    let rows = offered(desk, &filter, &window).await?;
    let ids: &[Uuid] = &rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let (from, until) = super::around(window.starts_at, window.ends_at);
    let loads = desk.read(|replica| async move { replica.loads(ids, from, until).await }).await?;
    let wanted = Candidate {
        entry: input.entry_id,
        kind: EntryKind::Assignment,
        quantity: 1,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
    };
    let candidate = |row: ResourceRow| {
        let load = loads.iter().find(|load| load.resource.id == row.id)?;
        let fit = schedule::fit(load, &wanted);
        Some(AssignmentCandidate {
            row,
            free: fit.free,
            conflict: fit.conflicts.into_iter().next(),
        })
    };
    let mut candidates: Vec<AssignmentCandidate> = rows.into_iter().filter_map(candidate).collect();
    candidates.sort_by_key(|one| !one.row.is_available || one.conflict.is_some());
    Ok(AssignmentCandidates { candidates })
}

/// Those that are free all the time, by name, and after them some of the others.
async fn offered(
    desk: &Desk,
    filter: &ResourceFilter,
    window: &Window,
) -> Result<Vec<ResourceRow>, ActionError> {
    let list = async |filter: ResourceFilter, limit| {
        let (input, now) = (&ResourceListInput { filter, limit, ..Default::default() }, desk.now());
        desk.read(|replica| async move { replica.resource_list(input, now).await }).await
    };
    let free = ResourceFilter {
        free_from: Some(window.starts_at),
        free_until: Some(window.ends_at),
        ..filter.clone()
    };
    let mut rows = list(free, MOST_FREE).await?.rows;
    let known: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
    let others = list(filter.clone(), MOST_FREE + MOST_BUSY).await?.rows;
    let others = others.into_iter().filter(|row| !known.contains(&row.id));
    rows.extend(others.take(MOST_BUSY as usize));
    Ok(rows)
}
