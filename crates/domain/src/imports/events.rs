//! An import of events: history comes in as history.

use super::dates::Moment;
use super::keys::EventColumns;
use super::known::{Known, KnownClient, KnownEvent, clients_by_name};
use super::mapping::plain;
use super::outcome::{
    ImportAnswer, ImportChoice, ImportPlan, ImportQuestion, Left, Seen, check_name, check_width,
    shortened,
};
use super::{ImportKind, Mapping, Sheet, SheetRow};
use crate::events::{self, Event, Status};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::text;
use crate::time;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;
use uuid::Uuid;

/// Why an event that comes in as cancelled was cancelled, where the file does not say.
const IMPORTED_AS_CANCELLED: &str = "Imported as cancelled";
/// What an event is, where the file does not say.
const UNNAMED_TYPE: &str = "event";

/// Plans adding the events of `sheet` that are not there yet, and answers them too.
///
/// `answers` are those to the questions of an earlier run; `default_zone` is where wall times are, for rows that name
/// no zone.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::UnknownTimeZone`] for `default_zone`, or a mapping that does not fit. What is
/// wrong with single rows is in the outcome.
pub(super) fn plan_events(
    may: &Permissions,
    sheet: &Sheet,
    mapping: &Mapping,
    known: Known<'_>,
    answers: &[ImportAnswer],
    default_zone: &str,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<(ImportPlan, Vec<Event>), Refusal> {
    may.require("events.create")?;
    mapping.check(ImportKind::Events, sheet)?;
    let reader = EventReader {
        may,
        columns: EventColumns::of(sheet, mapping),
        default_zone: time::zone(default_zone)?,
        zones: chrono_tz::TZ_VARIANTS.iter().map(|tz| (tz.name().to_lowercase(), *tz)).collect(),
        clients: clients_by_name(&known.books.clients),
        answers: answers.iter().map(|a| (a.key.as_str(), a.choice.as_deref())).collect(),
        on_record: on_record(&known),
    };
    let mut seen = Seen::new(known.imported, sheet.rows.len());
    let mut outcome = ImportPlan::new(ImportKind::Events, sheet.rows.len());
    let mut added = Vec::new();
    let mut asked = Asked::default();
    for row in &sheet.rows {
        let title = shortened(row.cell(reader.columns.name));
        let key = reader.columns.key(row);
        let event = check_width(row, sheet.columns.len(), sheet.delimiter)
            .and_then(|()| reader.event(row))
            .and_then(|event| seen.check(&key).map(|()| event))
            .and_then(|event| reader.with_client(row, event, &mut asked));
        match event {
            Ok(mut event) => {
                event.id = new_id();
                seen.note(&key, row.line, Some(event.id));
                outcome.add(row.line, title, key, &event);
                added.push(event);
            }
            Err(left) => {
                if matches!(left, Left::Question(_)) {
                    seen.note(&key, row.line, None);
                }
                outcome.leave(row.line, title, left);
            }
        }
    }
    outcome.questions = asked.into_questions();
    Ok((outcome, added))
}

type OnRecord<'a> = HashMap<(Uuid, DateTime<Utc>), Vec<&'a KnownEvent>>;

fn on_record<'a>(known: &Known<'a>) -> OnRecord<'a> {
    let mut by_start = OnRecord::with_capacity(known.books.events.len());
    for event in &known.books.events {
        by_start.entry((event.client_id, event.starts_at)).or_default().push(event);
    }
    by_start
}

/// What reading a row takes.
struct EventReader<'a> {
    may: &'a Permissions,
    columns: EventColumns,
    default_zone: Tz,
    zones: HashMap<String, Tz>,
    clients: HashMap<String, Vec<&'a KnownClient>>,
    answers: HashMap<&'a str, Option<&'a str>>,
    on_record: OnRecord<'a>,
}

impl EventReader<'_> {
    /// The event of a row, all but its id and client.
    fn event(&self, row: &SheetRow) -> Result<Event, Left> {
        let columns = &self.columns;
        let name = row.cell(columns.name);
        check_name("name", name)?;
        let name = events::NAME.required(name)?;
        let event_type = events::EVENT_TYPE.optional(Some(row.cell(columns.event_type)))?;
        let times = self.times(row)?;
        let location = events::LOCATION.optional(Some(row.cell(columns.location)))?;
        let estimated_attendees = headcount(row.cell(columns.attendees))?;
        let notes = events::NOTES.optional(Some(row.cell(columns.notes)))?;
        let (status, is_archived) = self.status(row)?;
        let cancel_reason = match status {
            Status::Cancelled => {
                let given = events::REASON.optional(Some(row.cell(columns.cancel_reason)))?;
                Some(given.unwrap_or_else(|| IMPORTED_AS_CANCELLED.to_owned()))
            }
            _ => None,
        };
        Ok(Event {
            id: Uuid::nil(),
            client_id: Uuid::nil(),
            name,
            event_type: event_type.unwrap_or_else(|| UNNAMED_TYPE.to_owned()),
            starts_at: times.starts_at,
            ends_at: times.ends_at,
            time_zone: times.time_zone,
            location,
            status,
            estimated_attendees,
            notes,
            cancel_reason,
            is_archived,
            archived_at: None,
            archived_by: None,
            cancelled_at: None,
            cancelled_by: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        })
    }

    fn times(&self, row: &SheetRow) -> Result<events::Times, Left> {
        let tz = match row.cell(self.columns.time_zone) {
            "" => self.default_zone,
            name => *self
                .zones
                .get(&name.to_lowercase())
                .ok_or_else(|| Refusal::UnknownTimeZone { time_zone: name.to_owned() })?,
        };
        let instant = |field, moment: Result<Moment, String>, cell: &str| match moment {
            Ok(Moment::Wall(local)) => Ok(time::local_instant(field, local, None, tz)?),
            Ok(Moment::Instant(at)) => Ok(at),
            Err(_) if cell.is_empty() => {
                let called = if field == "starts" { "start" } else { "end" };
                Err(Left::refused(field, format!("It has no {called}.")))
            }
            Err(reason) => Err(Left::refused(field, reason)),
        };
        let columns = &self.columns;
        let starts_at = instant("starts", columns.starts(row), row.cell(columns.starts))?;
        let ends_at = instant("ends", columns.ends(row), row.cell(columns.ends))?;
        let times = events::Times { starts_at, ends_at, time_zone: tz.name().to_owned() };
        Ok(times.check()?)
    }

    /// Where the event stands, and whether it is filed away.
    fn status(&self, row: &SheetRow) -> Result<(Status, bool), Left> {
        let cell = row.cell(self.columns.status);
        let Some((status, said_archived)) = read_status(cell) else {
            let names: Vec<&str> =
                Status::all().iter().map(|s| s.label()).chain(["Archived"]).collect();
            return Err(Left::refused(
                "status",
                format!(
                    "“{}” is not a status. Use {}.",
                    shortened(cell),
                    crate::refusal::one_of(&names)
                ),
            ));
        };
        if status != Status::Inquiry && !self.may.may("events.import") {
            let reason = Refusal::not_permitted("events.import").to_string();
            return Err(Left::refused("status", reason));
        }
        // Books have it either way: as the status itself, or beside what the status was.
        let is_archived = said_archived || self.archived(row)?;
        if is_archived && !status.may_be_archived() {
            let reason = Refusal::NotArchivable { status }.to_string();
            return Err(Left::refused("archived", reason));
        }
        Ok((status, is_archived))
    }

    fn archived(&self, row: &SheetRow) -> Result<bool, Left> {
        let cell = row.cell(self.columns.archived);
        match plain(cell).as_str() {
            "" | "no" | "n" | "0" | "false" | "not" | "nein" | "non" => Ok(false),
            "yes" | "y" | "1" | "true" | "x" | "archived" | "si" | "ja" | "oui" => Ok(true),
            _ => Err(Left::refused(
                "archived",
                format!(
                    "“{}” does not say whether it is archived. Write yes or no.",
                    shortened(cell)
                ),
            )),
        }
    }

    /// The event with its client, unless that is unknown or has to be asked, or the event is on record.
    fn with_client(&self, row: &SheetRow, event: Event, asked: &mut Asked) -> Result<Event, Left> {
        let cell = row.cell(self.columns.client);
        if cell.is_empty() {
            return Err(Left::refused("client", "It has no client."));
        }
        let name = text::key(cell);
        let shown = shortened(cell);
        let client_id = match self.clients.get(&name).map(Vec::as_slice) {
            None | Some([]) => {
                return Err(Left::refused(
                    "client",
                    format!("There is no client “{shown}”. Add or import your clients first."),
                ));
            }
            Some([only]) => only.id,
            Some(several) => {
                let key = format!("client:{name}");
                let choice = self.answers.get(key.as_str()).copied();
                let chosen =
                    choice.flatten().and_then(|id| several.iter().find(|c| c.id.to_string() == id));
                asked.note(key, &shown, several);
                match (choice, chosen) {
                    (_, Some(client)) => client.id,
                    (Some(None), None) => {
                        return Err(Left::refused(
                            "client",
                            format!("You chose to leave out the events of “{shown}”."),
                        ));
                    }
                    _ => {
                        return Err(Left::Question(format!(
                            "“{shown}” fits {} clients.",
                            several.len()
                        )));
                    }
                }
            }
        };
        let same_start = self.on_record.get(&(client_id, event.starts_at));
        let name = text::key(&event.name);
        if let Some(same) =
            same_start.and_then(|events| events.iter().find(|e| text::key(&e.name) == name))
        {
            return Err(Left::on_record("event", same.id));
        }
        Ok(Event { client_id, ..event })
    }
}

/// The questions that rows raise, answered ones too: an answer may be changed.
#[derive(Default)]
struct Asked {
    questions: Vec<ImportQuestion>,
    places: HashMap<String, usize>,
}

impl Asked {
    fn note(&mut self, key: String, client: &str, candidates: &[&KnownClient]) {
        let place = *self.places.entry(key).or_insert_with_key(|key| {
            self.questions.push(ImportQuestion {
                key: key.clone(),
                text: format!("“{client}” fits {} clients. Which one is meant?", candidates.len()),
                rows: 0,
                choices: candidates
                    .iter()
                    .map(|c| ImportChoice { id: c.id.to_string(), label: c.label() })
                    .collect(),
            });
            self.questions.len() - 1
        });
        self.questions[place].rows += 1;
    }

    fn into_questions(self) -> Vec<ImportQuestion> {
        self.questions
    }
}

/// A whole number, with or without separators at the thousands.
fn headcount(cell: &str) -> Result<Option<i32>, Left> {
    if cell.is_empty() {
        return Ok(None);
    }
    let whole = cell.strip_suffix(".0").or_else(|| cell.strip_suffix(",0")).unwrap_or(cell);
    let groups: Vec<&str> = whole.split([',', '.', ' ', '\u{a0}', '\u{202f}', '’', '\'']).collect();
    let grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3));
    let digits = groups.concat();
    match digits.parse::<i32>() {
        Ok(count) if grouped && digits.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(Some(events::attendees(count)?))
        }
        _ => Err(Left::refused(
            "estimated_attendees",
            format!("“{}” is not a headcount. Write a whole number, such as 120.", shortened(cell)),
        )),
    }
}

/// A status in the words of the office's own books, and whether it says that the event is filed away.
fn read_status(cell: &str) -> Option<(Status, bool)> {
    if cell.is_empty() {
        return Some((Status::Inquiry, false));
    }
    let status = match plain(cell).as_str() {
        "inquiry" | "enquiry" | "lead" | "request" | "consulta" | "solicitud" | "peticion"
        | "anfrage" | "demande" => Status::Inquiry,
        "planning" | "planned" | "inplanning" | "planificacion" | "enplanificacion"
        | "planificado" | "planung" | "inplanung" | "geplant" | "planification"
        | "enplanification" | "planifie" => Status::Planning,
        "preparation" | "preparing" | "inpreparation" | "preparacion" | "enpreparacion"
        | "vorbereitung" | "invorbereitung" | "enpreparation" => Status::Preparation,
        "inprogress" | "running" | "ongoing" | "underway" | "encurso" | "enmarcha" | "laufend"
        | "lauft" | "inarbeit" | "encours" => Status::InProgress,
        "completed" | "complete" | "done" | "finished" | "completado" | "completada"
        | "terminado" | "terminada" | "finalizado" | "realizado" | "abgeschlossen" | "erledigt"
        | "beendet" | "termine" | "acheve" => Status::Completed,
        "followup" | "infollowup" | "seguimiento" | "enseguimiento" | "nachbereitung"
        | "nachfassen" | "suivi" => Status::FollowUp,
        "cancelled" | "canceled" | "calledoff" | "cancelado" | "cancelada" | "anulado"
        | "anulada" | "storniert" | "abgesagt" | "annule" | "annulee" => Status::Cancelled,
        "archived" | "archive" | "archivado" | "archivada" | "archiviert" | "archivee" => {
            return Some((Status::Completed, true));
        }
        _ => return None,
    };
    Some((status, false))
}
