//! An import of bookings. What clashes is named with what it clashes with, and never forced.

use super::dates::{DateOrder, Moment, is_serial};
use super::keys::{digest, said};
use super::known::{Known, KnownBooks, KnownEvent, KnownResource};
use super::outcome::{ImportPlan, Left, Seen, check_width, shortened};
use super::references::{EventNumbers, Events, Resources};
use super::resources::whole;
use super::{ImportKind, Mapping, Sheet, SheetRow};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::resources::Resource;
use crate::schedule::{Candidate, EntryKind, Load, ScheduleEntry, Window, clash_sentence, fit};
use crate::text;
use crate::time;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Plans adding the bookings of `sheet` that are not there yet and fit; an earlier row comes before a later one.
///
/// # Errors
/// [`Refusal::NotPermitted`], or a mapping that does not fit.
pub(super) fn plan_assignments(
    may: &Permissions,
    sheet: &Sheet,
    mapping: &Mapping,
    known: Known<'_>,
    numbers: &EventNumbers,
    keys: Vec<String>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ImportPlan, Refusal> {
    may.require("resources.assign")?;
    mapping.check(ImportKind::Assignments, sheet)?;
    let reader = Reader {
        columns: AssignmentColumns::of(sheet, mapping),
        events: Events::of(known.books, numbers),
        resources: Resources::of(known.books),
        on_record: on_record(known.books),
    };
    let mut loads = loads(known.books);
    let mut seen = Seen::new(known.imported, sheet.rows.len());
    let mut outcome = ImportPlan::new(ImportKind::Assignments, sheet.rows.len());
    for (row, key) in sheet.rows.iter().zip(keys) {
        let title = reader.title(row);
        let entry = check_width(row, sheet.columns.len(), sheet.delimiter)
            .and_then(|()| reader.entry(row))
            .and_then(|found| seen.check(&key).map(|()| found))
            .and_then(|found| reader.events.must_be_open(found.1).map(|()| found))
            .and_then(|(entry, event)| {
                let load = loads.get_mut(&entry.resource_id);
                let load = load.expect("every resource on record has a load");
                must_fit(load, &entry, &event.time_zone).map(|()| (entry, event, load))
            });
        match entry {
            Ok((mut entry, event, load)) => {
                entry.id = new_id();
                seen.note(&key, row.line, Some(entry.id));
                outcome.add(row.line, title, key, &entry);
                // A later row may clash with this one.
                load.titles.entry(event.id).or_insert_with(|| event.name.clone());
                load.entries.push(entry);
            }
            Err(left) => outcome.leave(row.line, title, left),
        }
    }
    Ok(outcome)
}

fn must_fit(load: &Load, entry: &ScheduleEntry, zone: &str) -> Result<(), Left> {
    let wanted = Candidate { entry: None, ..Candidate::of(entry) };
    let fit = fit(load, &wanted);
    if fit.conflicts.is_empty() {
        return Ok(());
    }
    let numbers = (load.resource.quantity, entry.quantity, fit.free);
    Err(Left::Clash(clash_sentence(&load.resource.name, numbers, &fit.conflicts, zone)))
}

type SameBooking = (Uuid, Uuid, DateTime<Utc>, DateTime<Utc>, i32);

fn on_record(books: &KnownBooks) -> HashMap<SameBooking, Uuid> {
    let assignments = books.entries.iter().filter_map(|entry| {
        let same =
            (entry.resource_id, entry.event_id?, entry.starts_at, entry.ends_at, entry.quantity);
        Some((same, entry.id))
    });
    assignments.collect()
}

/// What holds each resource so far.
fn loads(books: &KnownBooks) -> HashMap<Uuid, Load> {
    let mut loads: HashMap<Uuid, Load> = books
        .resources
        .iter()
        .map(|resource| {
            let load = Load {
                resource: resource_of(resource),
                entries: Vec::new(),
                titles: HashMap::new(),
            };
            (resource.id, load)
        })
        .collect();
    let names: HashMap<Uuid, &str> =
        books.events.iter().map(|event| (event.id, event.name.as_str())).collect();
    for entry in &books.entries {
        let Some(load) = loads.get_mut(&entry.resource_id) else { continue };
        if let Some((id, name)) = entry.event_id.and_then(|id| Some((id, names.get(&id)?))) {
            load.titles.insert(id, (*name).to_owned());
        }
        load.entries.push(ScheduleEntry {
            id: entry.id,
            event_id: entry.event_id,
            kind: entry.kind,
            ..entry_of(entry.resource_id, entry.quantity, (entry.starts_at, entry.ends_at))
        });
    }
    loads
}

fn resource_of(known: &KnownResource) -> Resource {
    Resource {
        id: known.id,
        name: known.name.clone(),
        kind: known.resource_type,
        role: None,
        quantity: known.quantity,
        setup_minutes: known.setup_minutes,
        teardown_minutes: known.teardown_minutes,
        is_available: known.is_available,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

fn entry_of(
    resource_id: Uuid,
    quantity: i32,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> ScheduleEntry {
    ScheduleEntry {
        id: Uuid::nil(),
        resource_id,
        event_id: None,
        task_id: None,
        kind: EntryKind::Assignment,
        quantity,
        starts_at,
        ends_at,
        pool_size: None,
        note: None,
        override_reason: None,
        override_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// What reading a row takes.
struct Reader<'a> {
    columns: AssignmentColumns,
    events: Events<'a>,
    resources: Resources<'a>,
    on_record: HashMap<SameBooking, Uuid>,
}

impl Reader<'_> {
    fn title(&self, row: &SheetRow) -> String {
        let (resource, event) = (row.cell(self.columns.resource), row.cell(self.columns.event));
        let event = self.events.find(event).map_or(event, |event| event.name.as_str());
        shortened(&format!("{resource} · {event}"))
    }

    /// The booking of a row, all but its id, and its event.
    fn entry(&self, row: &SheetRow) -> Result<(ScheduleEntry, &KnownEvent), Left> {
        let event = self.events.find(row.cell(self.columns.event))?;
        if event.is_cancelled {
            let name = shortened(&event.name);
            let reason = format!("“{name}” is cancelled, so nothing is booked for it.");
            return Err(Left::refused("event", reason));
        }
        let resource = self.resource(row.cell(self.columns.resource))?;
        let quantity = whole("quantity", row.cell(self.columns.quantity), 1)?;
        if quantity < 1 {
            return Err(Left::refused("quantity", "At least one has to be booked."));
        }
        if quantity > resource.quantity {
            let (has, name) = (resource.quantity, shortened(&resource.name));
            let reason = format!("{quantity} of {name} would be needed and there are only {has}.");
            return Err(Left::refused("quantity", reason));
        }
        let window = self.columns.window(row, event)?;
        let times = (window.starts_at, window.ends_at);
        let same = (resource.id, event.id, times.0, times.1, quantity);
        if let Some(id) = self.on_record.get(&same) {
            return Err(Left::on_record("booking", *id));
        }
        let entry = entry_of(resource.id, quantity, times);
        Ok((ScheduleEntry { event_id: Some(event.id), ..entry }, event))
    }

    fn resource(&self, cell: &str) -> Result<&KnownResource, Left> {
        if cell.is_empty() {
            return Err(Left::refused("resource", "It does not say who or what is booked."));
        }
        let Some(resource) = self.resources.find(cell) else {
            let reason = format!(
                "There is no resource “{}”. Import the file of resources together with this one.",
                shortened(cell)
            );
            return Err(Left::refused("resource", reason));
        };
        if !resource.is_available {
            let reason = format!("{} is marked as not available.", shortened(&resource.name));
            return Err(Left::refused("resource", reason));
        }
        Ok(resource)
    }
}

/// Columns of a file of bookings, and how its dates are read.
pub(super) struct AssignmentColumns {
    resource: Option<usize>,
    pub event: Option<usize>,
    quantity: Option<usize>,
    starts: Option<usize>,
    ends: Option<usize>,
    order: DateOrder,
    starts_serial: bool,
    ends_serial: bool,
}

impl AssignmentColumns {
    pub(super) fn of(sheet: &Sheet, mapping: &Mapping) -> Self {
        let (starts, ends) = (mapping.column("starts"), mapping.column("ends"));
        let cells = |column| sheet.rows.iter().map(move |row| row.cell(column));
        Self {
            resource: mapping.column("resource"),
            event: mapping.column("event"),
            quantity: mapping.column("quantity"),
            starts,
            ends,
            order: DateOrder::proved_by(cells(starts).chain(cells(ends))),
            starts_serial: is_serial(cells(starts)),
            ends_serial: is_serial(cells(ends)),
        }
    }

    /// Who, when, how many, and for which event: `event` is that event's own key.
    pub(super) fn key(&self, row: &SheetRow, event: &str) -> String {
        let resource = text::key(row.cell(self.resource));
        let [starts, ends] = self.moments(row);
        let starts = said(starts, row.cell(self.starts));
        let ends = said(ends, row.cell(self.ends));
        let quantity = row.cell(self.quantity);
        digest(&format!("assignment\n{event}\n{resource}\n{starts}\n{ends}\n{quantity}"))
    }

    fn moments(&self, row: &SheetRow) -> [Result<Moment, String>; 2] {
        [
            self.order.read(row.cell(self.starts), self.starts_serial),
            self.order.read(row.cell(self.ends), self.ends_serial),
        ]
    }

    /// Wall times are those of the event's place.
    fn window(&self, row: &SheetRow, event: &KnownEvent) -> Result<Window, Left> {
        let zone = time::zone(&event.time_zone)?;
        let [starts, ends] = self.moments(row);
        let instant = |field, moment: Result<Moment, String>, cell: &str| match moment {
            Ok(Moment::Wall(local)) => Ok(time::local_instant(field, local, None, zone)?),
            Ok(Moment::Instant(at)) => Ok(at),
            Err(_) if cell.is_empty() => {
                let called = if field == "starts" { "start" } else { "end" };
                Err(Left::refused(field, format!("It has no {called}.")))
            }
            Err(reason) => Err(Left::refused(field, reason)),
        };
        let window = Window {
            starts_at: instant("starts", starts, row.cell(self.starts))?,
            ends_at: instant("ends", ends, row.cell(self.ends))?,
            zone,
        };
        window.check(EntryKind::Assignment)?;
        Ok(window)
    }
}
