//! A resource as a form shows it, and what filling in such a form plans.

use super::{MAX_MARGIN, MAX_QUANTITY, Resource, ResourceType};
use crate::change::{Plan, merge};
use crate::may::May;
use crate::permission::{Permissions, Reach};
use crate::refusal::Refusal;
use crate::schedule::{Candidate, Load, conflicts, may_block};
use crate::text::TextField;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const NAME: TextField = TextField::line("name", "the name", 255);
pub(crate) const ROLE: TextField = TextField::line("role", "the role", 100);
pub(crate) const NOTES: TextField = TextField::lines("notes", "the notes", 10_000);

/// A resource as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ResourceForm {
    /// Its name.
    pub name: String,
    /// Staff, equipment or materials.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// What it is there for, such as `head chef`.
    pub role: Option<String>,
    /// How many units there are; 1 for a person.
    pub quantity: i32,
    /// Minutes held before every assignment.
    pub setup_minutes: i32,
    /// Minutes held after every assignment.
    pub teardown_minutes: i32,
    /// Whether it may be booked at all.
    pub is_available: bool,
    /// The member who signs in as this person.
    pub user_id: Option<Uuid>,
    /// Notes.
    pub notes: Option<String>,
}

impl ResourceForm {
    /// The form that shows `resource`; handed back unchanged, it plans nothing.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        Self {
            name: resource.name.clone(),
            kind: resource.kind,
            role: resource.role.clone(),
            quantity: resource.quantity,
            setup_minutes: resource.setup_minutes,
            teardown_minutes: resource.teardown_minutes,
            is_available: resource.is_available,
            user_id: resource.user_id,
            notes: resource.notes.clone(),
        }
    }
}

/// How much hangs on a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceUse {
    /// Entries of its schedule, past ones too.
    pub entries: u32,
    /// Tasks that are assigned to it, completed ones too.
    pub tasks: u32,
}

impl ResourceUse {
    fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Plans a new resource.
///
/// # Errors
/// [`Refusal::NotPermitted`], or what is wrong with the first field that cannot be taken.
pub fn plan_create(may: &Permissions, id: Uuid, form: &ResourceForm) -> Result<Plan, Refusal> {
    may.require("resources.create")?;
    let resource = resource_of(id, form)?;
    if resource.user_id.is_some() {
        may.require("members.edit")?;
    }
    Ok(Plan::creating(&resource))
}

/// The resource that `form` describes; what the server stamps is empty.
pub(crate) fn resource_of(id: Uuid, form: &ResourceForm) -> Result<Resource, Refusal> {
    let resource = Resource {
        id,
        name: NAME.required(&form.name)?,
        kind: form.kind,
        role: ROLE.optional(form.role.as_deref())?,
        quantity: form.quantity,
        setup_minutes: form.setup_minutes,
        teardown_minutes: form.teardown_minutes,
        is_available: form.is_available,
        user_id: form.user_id,
        notes: NOTES.optional(form.notes.as_deref())?,
        created_by: None,
        created_at: None,
        updated_at: None,
    };
    check(&resource)?;
    Ok(resource)
}

/// Passes where the numbers of `resource` can be, and agree with its type.
fn check(resource: &Resource) -> Result<(), Refusal> {
    if !(1..=MAX_QUANTITY).contains(&resource.quantity) {
        return Err(Refusal::invalid("quantity", "The quantity is between 1 and 100,000."));
    }
    let is_staff = resource.kind == ResourceType::Staff;
    if is_staff && resource.quantity != 1 {
        return Err(Refusal::invalid(
            "quantity",
            "A person is one. Add each person on their own, so that each can be booked.",
        ));
    }
    for (field, minutes) in
        [("setup_minutes", resource.setup_minutes), ("teardown_minutes", resource.teardown_minutes)]
    {
        if !(0..=MAX_MARGIN).contains(&minutes) {
            return Err(Refusal::invalid(field, "Set 0 to 1,440 minutes: at most a day."));
        }
    }
    if resource.user_id.is_some() && !is_staff {
        return Err(Refusal::invalid("user_id", "Only a person can sign in."));
    }
    Ok(())
}

/// Plans what was changed between `base`, the form as it was opened, and `form`, as it was handed in.
///
/// `load` is the resource now with all its entries; see [`crate::events::plan_edit`] for what happens to fields that
/// others changed.
///
/// # Errors
/// [`Refusal::NotPermitted`], what is wrong with the first changed field, [`Refusal::TypeFixed`], or
/// [`Refusal::QuantityNeeded`] where what is booked from `now` on would no longer fit.
pub fn plan_edit(
    may: &Permissions,
    load: &Load,
    used: ResourceUse,
    base: &ResourceForm,
    form: &ResourceForm,
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let resource = &load.resource;
    let (mut seen, mut wanted) = (resource.clone(), resource.clone());
    if base.name != form.name {
        let (old, new) = (NAME.required(&base.name)?, NAME.required(&form.name)?);
        merge(old, new, &mut seen.name, &mut wanted.name);
    }
    if base.role != form.role {
        let new = ROLE.optional(form.role.as_deref())?;
        let old = ROLE.optional(base.role.as_deref())?;
        merge(old, new, &mut seen.role, &mut wanted.role);
    }
    if base.notes != form.notes {
        let new = NOTES.optional(form.notes.as_deref())?;
        let old = NOTES.optional(base.notes.as_deref())?;
        merge(old, new, &mut seen.notes, &mut wanted.notes);
    }
    merge(base.kind, form.kind, &mut seen.kind, &mut wanted.kind);
    merge(base.quantity, form.quantity, &mut seen.quantity, &mut wanted.quantity);
    let margins = (&mut seen.setup_minutes, &mut wanted.setup_minutes);
    merge(base.setup_minutes, form.setup_minutes, margins.0, margins.1);
    let margins = (&mut seen.teardown_minutes, &mut wanted.teardown_minutes);
    merge(base.teardown_minutes, form.teardown_minutes, margins.0, margins.1);
    merge(base.is_available, form.is_available, &mut seen.is_available, &mut wanted.is_available);
    if base != form {
        let linked = Resource { user_id: wanted.user_id, ..resource.clone() };
        if wanted != linked || base.user_id == form.user_id {
            may.require("resources.edit")?;
        }
    }
    if base.user_id != form.user_id {
        may.require("members.edit")?;
        merge(base.user_id, form.user_id, &mut seen.user_id, &mut wanted.user_id);
    }
    check(&wanted)?;
    if wanted.kind != resource.kind && !used.is_none() {
        let (resource, resource_type) = (resource.name.clone(), resource.kind);
        return Err(Refusal::TypeFixed { resource, resource_type });
    }
    must_suffice(load, &wanted, now)?;
    Ok(Plan::changing(&seen, &wanted))
}

/// Passes where all that is booked from `now` on still fits `wanted`; what stands although it clashes is left alone.
fn must_suffice(load: &Load, wanted: &Resource, now: DateTime<Utc>) -> Result<(), Refusal> {
    let is = &load.resource;
    let is_tighter = wanted.quantity < is.quantity
        || wanted.setup_minutes > is.setup_minutes
        || wanted.teardown_minutes > is.teardown_minutes;
    if !is_tighter {
        return Ok(());
    }
    let then = Load { resource: wanted.clone(), ..load.clone() };
    let mut running: Vec<_> = load
        .entries
        .iter()
        .filter(|entry| entry.ends_at > now && entry.override_reason.is_none())
        .collect();
    running.sort_by_key(|entry| (entry.starts_at, entry.id));
    for entry in running {
        let found = conflicts(&then, &Candidate::of(entry));
        let is_alone_too_much = entry.quantity > wanted.quantity;
        if is_alone_too_much || !found.is_empty() {
            let title = entry.event_id.and_then(|id| load.titles.get(&id)).or(entry.note.as_ref());
            let other = found.into_iter().next().filter(|_| !is_alone_too_much);
            return Err(Refusal::QuantityNeeded {
                resource: is.name.clone(),
                title: title.cloned().unwrap_or_else(|| "another booking".to_owned()),
                needed: entry.quantity,
                starts_at: entry.starts_at,
                clashes_with: other.map(|conflict| conflict.title),
            });
        }
    }
    Ok(())
}

/// Plans deleting `resource`, which is `used` that much.
///
/// # Errors
/// [`Refusal::ResourceInUse`], [`Refusal::NotPermitted`].
pub fn plan_delete(
    may: &Permissions,
    resource: &Resource,
    used: ResourceUse,
) -> Result<Plan, Refusal> {
    if !used.is_none() {
        let ResourceUse { entries, tasks } = used;
        return Err(Refusal::ResourceInUse { resource: resource.name.clone(), entries, tasks });
    }
    may.require("resources.delete")?;
    Ok(Plan::deleting(resource))
}

/// What may be done with one resource now, with the reason for each that may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ResourceMay {
    /// Change its details.
    pub edit: May,
    /// Delete it.
    pub delete: May,
    /// Keep it from being booked for some time.
    pub block: May,
    /// Say who signs in as this person.
    pub link: May,
    /// Book it.
    pub assign: May,
}

impl ResourceMay {
    /// Nothing may be done, for one and the same reason.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        let no = || May::refused(reason);
        Self { edit: no(), delete: no(), block: no(), link: no(), assign: no() }
    }
}

/// The verdict on everything that can be done with `resource`, which is `used` that much.
#[must_use]
pub fn verdicts(
    may: &Permissions,
    reach: Reach,
    resource: &Resource,
    used: ResourceUse,
) -> ResourceMay {
    let is_staff = resource.kind == ResourceType::Staff;
    let link = if is_staff {
        may.require("members.edit")
    } else {
        Err(Refusal::invalid("user_id", "Only a person can sign in."))
    };
    let assign = if resource.is_available {
        may.require("resources.assign")
    } else {
        Err(Refusal::Unavailable { resource: resource.name.clone() })
    };
    ResourceMay {
        edit: May::of(&may.require("resources.edit")),
        delete: May::of(&plan_delete(may, resource, used).map(drop)),
        block: May::of(&may_block(may, reach, resource.id)),
        link: May::of(&link),
        assign: May::of(&assign),
    }
}
