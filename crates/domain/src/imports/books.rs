//! Importing several files as one: each kind of row may name what another file brings.

use super::assignments::{AssignmentColumns, plan_assignments};
use super::clients::plan_clients;
use super::events::plan_events;
use super::keys::{ClientColumns, EventColumns};
use super::known::{Known, KnownBooks, KnownClient, KnownEvent, KnownResource};
use super::outcome::{ImportAnswer, ImportPlan};
use super::references::EventNumbers;
use super::resources::{ResourceColumns, plan_resources};
use super::tasks::{TaskColumns, plan_tasks};
use super::{ImportKind, Mapping, Sheet};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::text;
use std::collections::HashMap;
use uuid::Uuid;

/// One file of an office's books.
#[derive(Debug, Clone, Copy)]
pub struct BookFile<'a> {
    /// What its rows are.
    pub kind: ImportKind,
    /// What it says.
    pub sheet: &'a Sheet,
    /// Which column is which field.
    pub mapping: &'a Mapping,
    /// Which of its [`books_keys`] were imported before, and as what.
    pub imported: &'a HashMap<String, Uuid>,
}

/// The key of every row of every file, in their order; ask the server which of them were imported before.
///
/// # Errors
/// As [`Mapping::check`].
pub fn books_keys(files: &[BookFile<'_>]) -> Result<Vec<Vec<String>>, Refusal> {
    for file in files {
        file.mapping.check(file.kind, file.sheet)?;
    }
    let mut of_events: HashMap<String, String> = HashMap::new();
    for file in files.iter().filter(|file| file.kind == ImportKind::Events) {
        let columns = EventColumns::of(file.sheet, file.mapping);
        for row in &file.sheet.rows {
            of_events
                .entry(text::key(row.cell(columns.number)))
                .or_insert_with(|| columns.key(row));
        }
    }
    // An event by its number in the files, otherwise by what the row calls it.
    let event =
        |cell: &str| of_events.get(&text::key(cell)).cloned().unwrap_or_else(|| text::key(cell));
    let keys = files.iter().map(|file| {
        let rows = file.sheet.rows.iter();
        match file.kind {
            ImportKind::Clients => {
                let columns = ClientColumns::of(file.mapping);
                rows.map(|row| columns.key(row)).collect()
            }
            ImportKind::Events => {
                let columns = EventColumns::of(file.sheet, file.mapping);
                rows.map(|row| columns.key(row)).collect()
            }
            ImportKind::Resources => {
                let columns = ResourceColumns::of(file.mapping);
                rows.map(|row| columns.key(row)).collect()
            }
            ImportKind::Tasks => {
                let columns = TaskColumns::of(file.sheet, file.mapping);
                rows.map(|row| columns.key(row, &event(row.cell(columns.event)))).collect()
            }
            ImportKind::Assignments => {
                let columns = AssignmentColumns::of(file.sheet, file.mapping);
                rows.map(|row| columns.key(row, &event(row.cell(columns.event)))).collect()
            }
        }
    });
    Ok(keys.collect())
}

/// Plans adding what the files hold and is not there yet; answers one plan for each file, in their order. Applied one
/// kind after the other ([`ImportKind::all`]), they are one step.
///
/// `answers` are those to the questions of an earlier run; `default_zone` is where wall times are, for events that name
/// no zone; `new_id` makes the ids of new rows.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::UnknownTimeZone`] for `default_zone`, or a mapping that does not fit. What is
/// wrong with single rows is in the outcome.
pub fn plan_books(
    may: &Permissions,
    files: &[BookFile<'_>],
    mut known: KnownBooks,
    answers: &[ImportAnswer],
    default_zone: &str,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Vec<ImportPlan>, Refusal> {
    let mut keys = books_keys(files)?;
    let mut numbers = EventNumbers::default();
    let mut plans: Vec<Option<ImportPlan>> = files.iter().map(|_| None).collect();
    let ordered = ImportKind::all()
        .iter()
        .flat_map(|kind| files.iter().enumerate().filter(move |(_, file)| file.kind == *kind));
    for (place, file) in ordered {
        let BookFile { sheet, mapping, imported, .. } = *file;
        let compared = Known { books: &known, imported };
        let keys = std::mem::take(&mut keys[place]);
        let plan = match file.kind {
            ImportKind::Clients => {
                let (plan, added) = plan_clients(may, sheet, mapping, compared, new_id)?;
                known.clients.extend(added.iter().map(KnownClient::from));
                plan
            }
            ImportKind::Events => {
                let (plan, added) =
                    plan_events(may, sheet, mapping, compared, answers, default_zone, new_id)?;
                let number = EventColumns::of(sheet, mapping).number;
                for (row, became) in sheet.rows.iter().zip(&plan.became) {
                    numbers.note(row.cell(number), *became);
                }
                added.iter().for_each(|event| numbers.note_added(event.id));
                known.events.extend(added.iter().map(KnownEvent::from));
                plan
            }
            ImportKind::Resources => {
                let (plan, added) = plan_resources(may, sheet, mapping, compared, new_id)?;
                known.resources.extend(added.iter().map(KnownResource::from));
                plan
            }
            ImportKind::Tasks => plan_tasks(may, sheet, mapping, compared, &numbers, keys, new_id)?,
            ImportKind::Assignments => {
                plan_assignments(may, sheet, mapping, compared, &numbers, keys, new_id)?
            }
        };
        plans[place] = Some(plan);
    }
    Ok(plans.into_iter().flatten().collect())
}
