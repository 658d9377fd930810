//! An import of tasks with what they wait for. Work that was finished out of order is history: taken, and flagged.

use super::dates::{DateOrder, Moment, is_serial};
use super::keys::{digest, said};
use super::known::{Known, KnownBooks, KnownEvent};
use super::mapping::plain;
use super::outcome::{ImportPlan, Left, Seen, check_name, check_width, shortened};
use super::references::{EventNumbers, Events, Resources};
use super::{ImportKind, Mapping, Sheet, SheetRow};
use crate::change::Plan;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::resources::ResourceType;
use crate::tasks::{DESCRIPTION, TITLE, Task, TaskCategory, TaskDependency, TaskStatus};
use crate::text;
use crate::time;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Plans adding the tasks of `sheet` that are not there yet, and then what they wait for.
///
/// # Errors
/// [`Refusal::NotPermitted`], or a mapping that does not fit.
pub(super) fn plan_tasks(
    may: &Permissions,
    sheet: &Sheet,
    mapping: &Mapping,
    known: Known<'_>,
    numbers: &EventNumbers,
    keys: Vec<String>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ImportPlan, Refusal> {
    may.require("tasks.create")?;
    mapping.check(ImportKind::Tasks, sheet)?;
    let reader = Reader {
        may,
        columns: TaskColumns::of(sheet, mapping),
        events: Events::of(known.books, numbers),
        resources: Resources::of(known.books),
        on_record: on_record(known.books),
    };
    let mut seen = Seen::new(known.imported, sheet.rows.len());
    let mut read: Vec<Read> = Vec::with_capacity(sheet.rows.len());
    for (row, key) in sheet.rows.iter().zip(keys) {
        let task = check_width(row, sheet.columns.len(), sheet.delimiter)
            .and_then(|()| reader.task(row))
            .and_then(|(task, event)| seen.check(&key).map(|()| (task, event)))
            .and_then(|(task, event)| reader.events.must_be_open(event).map(|()| task));
        let task = task.map(|task| Task { id: new_id(), ..task });
        if let Ok(task) = &task {
            seen.note(&key, row.line, Some(task.id));
        }
        read.push(Read {
            key,
            number: row.cell(reader.columns.number).to_owned(),
            after: references(row.cell(reader.columns.after)),
            event_id: reader.events.find(row.cell(reader.columns.event)).ok().map(|e| e.id),
            waits_for: Vec::new(),
            task,
        });
    }
    connect(may, &mut read);
    Ok(outcome(sheet, &reader.columns, read))
}

/// A row as far as it was understood.
struct Read {
    key: String,
    number: String,
    after: Vec<String>,
    event_id: Option<Uuid>,
    /// Places of the rows that it waits for.
    waits_for: Vec<usize>,
    task: Result<Task, Left>,
}

/// Finds what each row waits for. A row goes with what it waits for; rows that wait in a circle all go.
fn connect(may: &Permissions, read: &mut [Read]) {
    let mut by_number: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, row) in read.iter().enumerate() {
        if !row.number.is_empty() {
            by_number.entry(row.number.clone()).or_default().push(place);
        }
    }
    for place in 0..read.len() {
        if read[place].task.is_err() || read[place].after.is_empty() {
            continue;
        }
        match prerequisites(may, read, &by_number, place) {
            Ok(found) => read[place].waits_for = found,
            Err(left) => read[place].task = Err(left),
        }
    }
    leave_with_what_is_left(read);
    leave_circles(read);
}

fn prerequisites(
    may: &Permissions,
    read: &[Read],
    by_number: &HashMap<String, Vec<usize>>,
    place: usize,
) -> Result<Vec<usize>, Left> {
    let no = |reason: String| Left::refused("after", reason);
    if !may.may("tasks.edit") {
        return Err(no(Refusal::not_permitted("tasks.edit").to_string()));
    }
    let mut found = Vec::new();
    for number in &read[place].after {
        let other = match by_number.get(number).map(Vec::as_slice) {
            Some([only]) => *only,
            Some(_) => return Err(no(format!("Two tasks have the number {number}."))),
            None => return Err(no(format!("There is no task {number} in this file."))),
        };
        if other == place {
            return Err(no("A task cannot wait for itself.".to_owned()));
        }
        if read[other].event_id.is_some_and(|theirs| Some(theirs) != read[place].event_id) {
            return Err(no(format!("Task {number} is for another event.")));
        }
        if !found.contains(&other) {
            found.push(other);
        }
    }
    Ok(found)
}

/// A row that waits for one that cannot be taken cannot be taken either, and so on along the line.
fn leave_with_what_is_left(read: &mut [Read]) {
    loop {
        let lost = (0..read.len()).filter(|place| read[*place].task.is_ok()).find_map(|place| {
            let gone = |other: &&usize| matches!(&read[**other].task, Err(left) if !is_there(left));
            read[place].waits_for.iter().find(gone).map(|other| (place, *other))
        });
        let Some((place, other)) = lost else { return };
        let number = read[other].number.clone();
        let reason = format!("It waits for task {number}, which cannot be taken.");
        read[place].task = Err(Left::refused("after", reason));
    }
}

fn is_there(left: &Left) -> bool {
    matches!(left, Left::AlreadyThere { id: Some(_), .. })
}

/// Rows that wait for each other, or for such rows: nobody could ever start them.
fn leave_circles(read: &mut [Read]) {
    let mut waiting: Vec<usize> = read
        .iter()
        .map(|row| row.waits_for.iter().filter(|other| read[**other].task.is_ok()).count())
        .collect();
    let mut dependants: Vec<Vec<usize>> = vec![Vec::new(); read.len()];
    for (place, row) in read.iter().enumerate() {
        for other in &row.waits_for {
            dependants[*other].push(place);
        }
    }
    let mut free: Vec<usize> =
        (0..read.len()).filter(|p| read[*p].task.is_ok() && waiting[*p] == 0).collect();
    while let Some(place) = free.pop() {
        for dependant in &dependants[place] {
            waiting[*dependant] -= 1;
            if waiting[*dependant] == 0 {
                free.push(*dependant);
            }
        }
    }
    let stuck: Vec<usize> =
        (0..read.len()).filter(|p| read[*p].task.is_ok() && waiting[*p] > 0).collect();
    for place in &stuck {
        let names = circle(read, &waiting, *place).join(" → ");
        let reason = format!("These tasks wait for each other: {names}.");
        read[*place].task = Err(Left::refused("after", reason));
    }
}

/// The numbers of the circle that a stuck row is in or waits for.
fn circle(read: &[Read], waiting: &[usize], from: usize) -> Vec<String> {
    let mut path = vec![from];
    loop {
        let last = path[path.len() - 1];
        let next = read[last].waits_for.iter().copied().find(|other| waiting[*other] > 0);
        let Some(next) = next else { break };
        if let Some(start) = path.iter().position(|place| *place == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
    }
    path.iter().map(|place| read[*place].number.clone()).collect()
}

/// The plan: every task, then what waits for what, since a task may wait for one on a later line.
fn outcome(sheet: &Sheet, columns: &TaskColumns, read: Vec<Read>) -> ImportPlan {
    let mut outcome = ImportPlan::new(ImportKind::Tasks, sheet.rows.len());
    let mut edges = Vec::new();
    let flags: Vec<Option<String>> = read.iter().map(|row| flag(&read, row)).collect();
    let ids: Vec<Option<Uuid>> = read
        .iter()
        .map(|row| match &row.task {
            Ok(task) => Some(task.id),
            Err(Left::AlreadyThere { id, .. }) => *id,
            Err(_) => None,
        })
        .collect();
    for ((row, read), flag) in sheet.rows.iter().zip(read).zip(flags) {
        let title = shortened(row.cell(columns.title));
        match read.task {
            Ok(task) => {
                let others = read.waits_for.iter().filter_map(|other| ids[*other]);
                edges
                    .extend(others.map(|other| TaskDependency::new(task.event_id, task.id, other)));
                outcome.add_flagged(row.line, title, read.key, &task, flag);
            }
            Err(left) => outcome.leave(row.line, title, left),
        }
    }
    outcome.plan.changes.extend(edges.iter().flat_map(|edge| Plan::creating(edge).changes));
    outcome
}

/// What is odd about a row that is taken: it was begun although what it waits for is not done.
fn flag(read: &[Read], row: &Read) -> Option<String> {
    let task = row.task.as_ref().ok().filter(|task| task.status != TaskStatus::Pending)?;
    let open = row.waits_for.iter().filter_map(|other| read[*other].task.as_ref().ok());
    let open = open.into_iter().find(|other| other.status != TaskStatus::Completed)?;
    let done = if task.status == TaskStatus::Completed { "completed" } else { "in progress" };
    Some(format!(
        "It is {done} although “{}” is not completed; taken over as it is.",
        shortened(&open.title)
    ))
}

/// `3`, `3, 5` or `3;5`.
fn references(cell: &str) -> Vec<String> {
    cell.split([',', ';', ' ', '+', '\n'])
        .map(str::trim)
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
        .collect()
}

type SameTask = (Uuid, String, Option<DateTime<Utc>>);

fn on_record(books: &KnownBooks) -> HashMap<SameTask, Uuid> {
    let tasks = books.tasks.iter();
    tasks.map(|task| ((task.event_id, text::key(&task.title), task.due_at), task.id)).collect()
}

/// What reading a row takes.
struct Reader<'a> {
    may: &'a Permissions,
    columns: TaskColumns,
    events: Events<'a>,
    resources: Resources<'a>,
    on_record: HashMap<SameTask, Uuid>,
}

impl Reader<'_> {
    /// The task of a row, all but its id and what it waits for, and its event.
    fn task(&self, row: &SheetRow) -> Result<(Task, &KnownEvent), Left> {
        let columns = &self.columns;
        let title = row.cell(columns.title);
        check_name("title", title)?;
        let title = TITLE.required(title)?;
        let event = self.events.find(row.cell(columns.event))?;
        let description = DESCRIPTION.optional(Some(row.cell(columns.description)))?;
        let due_at = columns.due(row, &event.time_zone)?;
        let category = read_category(row.cell(columns.category))?;
        let status = self.status(row.cell(columns.status))?;
        let assigned_to = self.assignee(row.cell(columns.assigned_to))?;
        let same = (event.id, text::key(&title), due_at);
        if let Some(id) = self.on_record.get(&same) {
            return Err(Left::on_record("task", *id));
        }
        let task = Task {
            id: Uuid::nil(),
            event_id: event.id,
            title,
            description,
            due_at,
            status,
            category,
            assigned_to,
            completed_at: None,
            completed_by: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        };
        Ok((task, event))
    }

    fn status(&self, cell: &str) -> Result<TaskStatus, Left> {
        let Some(status) = read_status(cell) else {
            let reason = format!(
                "“{}” is not a status of a task. Use pending, in progress or completed.",
                shortened(cell)
            );
            return Err(Left::refused("status", reason));
        };
        if status != TaskStatus::Pending && !self.may.may("events.import") {
            let reason = Refusal::not_permitted("events.import").to_string();
            return Err(Left::refused("status", reason));
        }
        Ok(status)
    }

    fn assignee(&self, cell: &str) -> Result<Option<Uuid>, Left> {
        if cell.is_empty() {
            return Ok(None);
        }
        let no = |reason: String| Left::refused("assigned_to", reason);
        if !self.may.may("tasks.assign") {
            return Err(no(Refusal::not_permitted("tasks.assign").to_string()));
        }
        match self.resources.find(cell) {
            Some(person) if person.resource_type == ResourceType::Staff => Ok(Some(person.id)),
            Some(other) => Err(no(format!(
                "A task is assigned to a person, and {} is not one.",
                shortened(&other.name)
            ))),
            None => Err(no(format!(
                "There is nobody called “{}” on the staff. Import the file of resources together with this one.",
                shortened(cell)
            ))),
        }
    }
}

/// Columns of a file of tasks, and how its dates are read.
pub(super) struct TaskColumns {
    title: Option<usize>,
    pub event: Option<usize>,
    number: Option<usize>,
    category: Option<usize>,
    due: Option<usize>,
    status: Option<usize>,
    assigned_to: Option<usize>,
    after: Option<usize>,
    description: Option<usize>,
    order: DateOrder,
    due_serial: bool,
}

impl TaskColumns {
    pub(super) fn of(sheet: &Sheet, mapping: &Mapping) -> Self {
        let due = mapping.column("due");
        let cells = || sheet.rows.iter().map(|row| row.cell(due));
        Self {
            title: mapping.column("title"),
            event: mapping.column("event"),
            number: mapping.column("number"),
            category: mapping.column("category"),
            due,
            status: mapping.column("status"),
            assigned_to: mapping.column("assigned_to"),
            after: mapping.column("after"),
            description: mapping.column("description"),
            order: DateOrder::proved_by(cells()),
            due_serial: is_serial(cells()),
        }
    }

    /// Title and due time within its event, and its number there: `event` is that event's own key.
    pub(super) fn key(&self, row: &SheetRow, event: &str) -> String {
        let due = row.cell(self.due);
        let due = said(self.order.read(due, self.due_serial), due);
        let (title, number) = (text::key(row.cell(self.title)), row.cell(self.number));
        digest(&format!("task\n{event}\n{title}\n{due}\n{number}"))
    }

    fn due(&self, row: &SheetRow, time_zone: &str) -> Result<Option<DateTime<Utc>>, Left> {
        let cell = row.cell(self.due);
        if cell.is_empty() {
            return Ok(None);
        }
        let due = match self.order.read(cell, self.due_serial) {
            Ok(Moment::Wall(local)) => {
                time::local_instant("due", local, None, time::zone(time_zone)?)?
            }
            Ok(Moment::Instant(at)) => at,
            Err(reason) => return Err(Left::refused("due", reason)),
        };
        if !time::in_range(due) {
            return Err(Left::refused("due", "A task is due between the years 2000 and 2099."));
        }
        Ok(Some(due))
    }
}

/// When in the event's life, in the words of the office's own books.
fn read_category(cell: &str) -> Result<TaskCategory, Left> {
    Ok(match plain(cell).as_str() {
        "" | "preevent" | "pre" | "before" | "beforeevent" | "antes" | "previo" | "vorher"
        | "vor" | "avant" => TaskCategory::PreEvent,
        "duringevent" | "during" | "event" | "durante" | "wahrend" | "pendant" => {
            TaskCategory::DuringEvent
        }
        "postevent" | "post" | "after" | "afterevent" | "despues" | "posterior" | "nachher"
        | "nach" | "apres" => TaskCategory::PostEvent,
        _ => {
            let reason = format!(
                "“{}” does not say when. Use pre-event, during-event or post-event.",
                shortened(cell)
            );
            return Err(Left::refused("category", reason));
        }
    })
}

/// A status in the words of the office's own books.
fn read_status(cell: &str) -> Option<TaskStatus> {
    Some(match plain(cell).as_str() {
        "" | "pending" | "open" | "todo" | "new" | "notstarted" | "pendiente" | "abierto"
        | "offen" | "ausstehend" | "afaire" | "ouvert" => TaskStatus::Pending,
        "inprogress" | "started" | "doing" | "ongoing" | "running" | "encurso" | "empezado"
        | "inarbeit" | "laufend" | "begonnen" | "encours" => TaskStatus::InProgress,
        "completed" | "complete" | "done" | "finished" | "closed" | "completado" | "completada"
        | "hecho" | "hecha" | "terminado" | "terminada" | "erledigt" | "abgeschlossen"
        | "fertig" | "termine" | "terminee" | "fait" => TaskStatus::Completed,
        _ => return None,
    })
}
