//! Actions through the door, beside writing the same rows statement by statement.

use crate::raw::Raw;
use crate::report::{Report, median, time};
use crate::stage::Stage;
use chrono::{DateTime, Utc};
use domain::change::{Change, Op, Plan};
use domain::events::{Event, Status};
use serde_json::{Map, Value, json};
use server::session::Session;
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use uuid::Uuid;

/// Rows of an action, how often it is measured, and the most its ratio may be.
const SIZES: [(usize, u32, f64); 3] = [(1, 300, 2.0), (100, 40, 0.6), (2_000, 6, 0.4)];
/// Calls until PL/pgSQL and the driver have settled on their plans.
const WARM_UP: u32 = 7;

/// What is done to the rows.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Edit,
    Create,
}

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let session = stage.session(&stage.devices[0]);
    let mut bench = Bench {
        org: stage.office.organization,
        actor: stage.devices[0].who.user_id,
        raw: Raw::new(stage.owner().await?).await?,
        events: stage.events("inquiry").await?,
        session,
        at: 0,
        turn: 0,
    };
    for (deed, name) in [(Deed::Edit, "edit"), (Deed::Create, "create")] {
        for (rows, times, most) in SIZES {
            if rows > bench.events.len() {
                continue;
            }
            let (mut door, mut raw) = (Vec::new(), Vec::new());
            let warm_up = if rows > 100 { 1 } else { WARM_UP };
            for turn in 0..warm_up + stage.scale.times(times) {
                let (by_door, by_statements) = bench.both(deed, rows).await?;
                if turn >= warm_up {
                    door.push(by_door);
                    raw.push(by_statements);
                }
            }
            let plural = if rows == 1 { "" } else { "s" };
            let what = format!("{name} {rows} event{plural} through the door");
            report.ratio(&what, median(&door), ("by prepared statements", median(&raw)), most);
        }
    }
    let floor = bench.raw.empty_commits(stage.scale.times(100)).await?;
    report.figure(
        "a commit with one row",
        &time(median(&floor)),
        "the floor of every change on this disk",
    );
    bench.session.close().await;
    Ok(())
}

struct Bench {
    org: Uuid,
    actor: Uuid,
    raw: Raw,
    session: Session,
    events: Vec<Uuid>,
    at: usize,
    turn: i32,
}

impl Bench {
    /// Does the same deed both ways, each to rows of its own, in turns first and second.
    async fn both(&mut self, deed: Deed, rows: usize) -> Result<(Duration, Duration), Fault> {
        let (one, two) = (self.images(rows).await?, self.images(rows).await?);
        self.turn += 1;
        if self.turn % 2 == 0 {
            let door = self.by_door(deed, &one).await?;
            Ok((door, self.by_statements(deed, two).await?))
        } else {
            let raw = self.by_statements(deed, two).await?;
            Ok((self.by_door(deed, &one).await?, raw))
        }
    }

    async fn by_door(&self, deed: Deed, images: &[Event]) -> Result<Duration, Fault> {
        let changes: Vec<Change> = match deed {
            Deed::Edit => images.iter().map(|image| edit(image, self.turn)).collect(),
            Deed::Create => images.iter().flat_map(|e| Plan::creating(&fresh(e)).changes).collect(),
        };
        let name = if deed == Deed::Edit { "event.edit" } else { "event.create" };
        let begun = Instant::now();
        let applied = self.session.apply(self.org, Uuid::now_v7(), name, &changes).await?;
        let took = begun.elapsed();
        // A creation answers the event and its status log.
        let rows = if deed == Deed::Edit { images.len() } else { images.len() * 2 };
        if applied.rows.len() != rows {
            return Err(format!("{} rows came back, not {rows}", applied.rows.len()).into());
        }
        Ok(took)
    }

    async fn by_statements(&mut self, deed: Deed, images: Vec<Event>) -> Result<Duration, Fault> {
        let (org, actor) = (self.org, self.actor);
        let now = Utc::now();
        match deed {
            Deed::Edit => {
                let edits: Vec<(Event, Event)> = images
                    .into_iter()
                    .map(|before| (before.clone(), edited(before, self.turn, now)))
                    .collect();
                self.raw.edit(org, actor, &edits).await
            }
            Deed::Create => {
                let fresh: Vec<Event> =
                    images.iter().map(|image| stamped(fresh(image), actor, now)).collect();
                self.raw.create(org, actor, &fresh).await
            }
        }
    }

    /// The next events as they are now; reading them is not measured.
    async fn images(&mut self, rows: usize) -> Result<Vec<Event>, Fault> {
        if self.at + rows > self.events.len() {
            self.at = 0;
        }
        let ids = &self.events[self.at..self.at + rows];
        self.at += rows;
        self.raw.images(self.org, ids).await
    }
}

fn edit(image: &Event, turn: i32) -> Change {
    let after = edited(image.clone(), turn, Utc::now());
    let values = |event: &Event| -> Map<String, Value> {
        let all =
            json!({ "location": event.location, "estimated_attendees": event.estimated_attendees });
        all.as_object().cloned().unwrap_or_default()
    };
    Change {
        table: "events".to_owned(),
        id: image.id,
        op: Op::Update,
        set: values(&after),
        was: values(image),
    }
}

fn edited(mut event: Event, turn: i32, now: DateTime<Utc>) -> Event {
    event.location = Some(format!("Hall {turn}"));
    event.estimated_attendees = Some(1 + turn);
    event.updated_at = Some(now);
    event
}

/// Another event like this one, as a desk would create it.
fn fresh(like: &Event) -> Event {
    Event { id: Uuid::now_v7(), status: Status::Inquiry, ..like.clone() }
}

fn stamped(event: Event, actor: Uuid, now: DateTime<Utc>) -> Event {
    Event { created_by: Some(actor), created_at: Some(now), updated_at: Some(now), ..event }
}
