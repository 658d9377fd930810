//! The domain's side: what its planners, used one after the other, make of a row.

use super::{Row, columns};
use chrono::{DateTime, Utc};
use domain::change::{Entity, Plan};
use domain::clients::{self, Client, ClientForm};
use domain::events::{self, Event, EventForm, Status};
use domain::permission::{Permissions, Role};
use domain::refusal::Refusal;
use domain::schedule::MovingChoice;
use domain::tasks::DueTimes;
use domain::time;
use serde_json::Value;
use uuid::Uuid;

/// An entity whose planners can be asked.
pub trait Judged: Entity + std::fmt::Debug + Send + Sync {
    /// A row with nothing in it that a desk has written.
    fn blank(id: Uuid) -> Self;
    /// A good new row, from which bad ones are made.
    fn plain() -> Row;
    /// What follows from the change itself, which a desk need not say.
    fn settled(_before: Option<&Self>, wanted: Self) -> Self {
        wanted
    }
    /// What the planners make of `before` on the way to `wanted`, in one command.
    fn changed(before: &Self, wanted: &Self) -> Result<Self, Refusal>;
    /// What the planners create for `wanted`.
    fn created(wanted: &Self, is_import: bool) -> Result<Self, Refusal>;
}

fn everything() -> Permissions {
    Permissions::default_of(Role::Administrator)
}

/// What the server makes of a plan, where nothing stands in the way.
fn applied<E: Entity>(row: &E, plan: &Plan) -> E {
    let mut row = serde_json::to_value(row).unwrap();
    for change in &plan.changes {
        row.as_object_mut().unwrap().extend(change.set.clone());
    }
    serde_json::from_value(row).unwrap()
}

impl Judged for Event {
    fn blank(id: Uuid) -> Self {
        let epoch = DateTime::<Utc>::UNIX_EPOCH;
        Self {
            id,
            client_id: Uuid::nil(),
            name: String::new(),
            event_type: String::new(),
            starts_at: epoch,
            ends_at: epoch,
            time_zone: String::new(),
            location: None,
            status: Status::Inquiry,
            estimated_attendees: None,
            notes: None,
            cancel_reason: None,
            is_archived: false,
            archived_at: None,
            archived_by: None,
            cancelled_at: None,
            cancelled_by: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }

    fn plain() -> Row {
        columns(&Self {
            name: "Autumn gala".into(),
            event_type: "gala".into(),
            starts_at: "2026-10-03T17:00:00Z".parse().unwrap(),
            ends_at: "2026-10-03T22:00:00Z".parse().unwrap(),
            time_zone: "Europe/Madrid".into(),
            ..Self::blank(Uuid::nil())
        })
    }

    fn settled(before: Option<&Self>, wanted: Self) -> Self {
        // Reinstating forgets the reason, whether or not the desk says so.
        let was_cancelled = before.is_some_and(|b| b.status == Status::Cancelled);
        if was_cancelled && wanted.status != Status::Cancelled {
            return Self { cancel_reason: None, ..wanted };
        }
        wanted
    }

    /// Details first, then the lifecycle, then the archive; taking it out of the archive stands alone.
    fn changed(before: &Self, wanted: &Self) -> Result<Self, Refusal> {
        let may = everything();
        let (base, form) = (EventForm::of(before), form_of(wanted, Some(before)));
        let moves =
            (before.status, &before.cancel_reason) != (wanted.status, &wanted.cancel_reason);
        let is_filed = before.is_archived && !wanted.is_archived;
        let mut now = before.clone();
        if base != form || before.is_archived && !is_filed {
            now = applied(
                &now,
                &events::plan_edit(
                    &may,
                    &now,
                    &base,
                    &form,
                    (&[], &[]),
                    (&MovingChoice::Refuse, DueTimes::Along),
                )?,
            );
        }
        if moves {
            now = applied(&now, &moved(&may, &now, wanted)?);
        }
        let filing = if wanted.is_archived {
            events::plan_archive(&may, &now, &[], Utc::now())?
        } else {
            events::plan_unarchive(&may, &now)?
        };
        Ok(applied(&now, &filing))
    }

    /// A new event is an inquiry; an import's may stand anywhere that an event of its kind could stand.
    fn created(wanted: &Self, is_import: bool) -> Result<Self, Refusal> {
        let may = everything();
        let inquiry = events::plan_create(&may, wanted.id, &form_of(wanted, None))?;
        let mut now = applied(&Self::blank(wanted.id), &inquiry);
        if !is_import {
            return Ok(now);
        }
        if wanted.status == Status::Cancelled {
            now = applied(&now, &moved(&may, &now, wanted)?);
        }
        now.status = wanted.status;
        if wanted.is_archived {
            now = applied(&now, &events::plan_archive(&may, &now, &[], Utc::now())?);
        }
        Ok(now)
    }
}

fn moved(may: &Permissions, now: &Event, wanted: &Event) -> Result<Plan, Refusal> {
    match wanted.status {
        Status::Cancelled => {
            let reason = wanted.cancel_reason.as_deref().unwrap_or_default();
            events::plan_cancel(may, now, reason, &[], Utc::now())
        }
        to => events::plan_advance(may, now, to),
    }
}

/// The form that asks for `wanted`. Forms show minutes, but seconds are read; what stays is left as it was shown.
fn form_of(wanted: &Event, before: Option<&Event>) -> EventForm {
    let mut form = EventForm::of(wanted);
    if let Ok(tz) = time::zone(&wanted.time_zone) {
        let wall = |at: DateTime<Utc>| {
            at.with_timezone(&tz).naive_local().format("%Y-%m-%dT%H:%M:%S").to_string()
        };
        let same_zone = before.is_some_and(|b| b.time_zone == wanted.time_zone);
        if !same_zone || before.is_some_and(|b| b.starts_at != wanted.starts_at) {
            form.starts_local = wall(wanted.starts_at);
        }
        if !same_zone || before.is_some_and(|b| b.ends_at != wanted.ends_at) {
            form.ends_local = wall(wanted.ends_at);
        }
    }
    form
}

impl Judged for Client {
    fn blank(id: Uuid) -> Self {
        Self {
            id,
            company_name: String::new(),
            contact_name: None,
            email: None,
            phone: None,
            address: None,
            notes: None,
            client_org_id: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }

    fn plain() -> Row {
        let mut row = columns(&Self::blank(Uuid::nil()));
        row.insert("company_name".into(), Value::from("Tanaka Weddings"));
        row
    }

    fn changed(before: &Self, wanted: &Self) -> Result<Self, Refusal> {
        let (base, form) = (ClientForm::of(before), ClientForm::of(wanted));
        Ok(applied(before, &clients::plan_edit(&everything(), before, &base, &form)?))
    }

    fn created(wanted: &Self, _is_import: bool) -> Result<Self, Refusal> {
        let plan = clients::plan_create(&everything(), wanted.id, &ClientForm::of(wanted))?;
        Ok(applied(&Self::blank(wanted.id), &plan))
    }
}
