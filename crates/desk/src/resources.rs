//! Staff, equipment and materials: lists and pages from the local copy, changes through the door.

use crate::activity::{self, ActivityPage};
use crate::error::ActionError;
use crate::events::or_why;
use crate::open::Desk;
use crate::tasks::viewer;
use crate::view::Applied;
use chrono::{DateTime, Utc};
use domain::resources::{self, Resource, ResourceUse};
pub use domain::resources::{ResourceForm, ResourceMay};
use domain::schedule::Load;
pub use replica::{ResourceListInput, ResourceListPage, ResourceSchedule};
use replica::{ResourceRow, TaskRow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A resource.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceRef {
    /// Which.
    pub resource_id: Uuid,
}

/// A stretch of a resource's schedule.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceScheduleInput {
    /// Whose.
    pub resource_id: Uuid,
    /// From this instant.
    pub from: DateTime<Utc>,
    /// Until before this one.
    pub until: DateTime<Utc>,
}

/// A page of a resource's activity.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceActivityInput {
    /// Which.
    pub resource_id: Uuid,
    /// Only what is older.
    pub before_n: Option<u32>,
}

/// A resource's page.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ResourcePage {
    /// As lists show it.
    pub row: ResourceRow,
    /// Notes.
    pub notes: Option<String>,
    /// When it was added.
    pub created_at: Option<DateTime<Utc>>,
    /// What it has to do, soonest first.
    pub open_tasks: Vec<TaskRow>,
    /// What may be done.
    pub may: ResourceMay,
}

/// A new resource.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceCreate {
    /// The command's id.
    pub command_id: Uuid,
    /// The new resource's id.
    pub resource_id: Uuid,
    /// As typed.
    pub form: ResourceForm,
}

/// Changes to a resource.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceEdit {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub resource_id: Uuid,
    /// As typed.
    pub form: ResourceForm,
    /// As the form was opened.
    pub base: ResourceForm,
}

/// Something done to a resource.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ResourceAction {
    /// The command's id.
    pub command_id: Uuid,
    /// Which.
    pub resource_id: Uuid,
}

/// Resources by filter, sorted, a window of them, with what each is doing now.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn resource_list(
    desk: &Desk,
    input: ResourceListInput,
) -> Result<ResourceListPage, ActionError> {
    let (input, now) = (&input, desk.now());
    desk.read(|replica| async move { replica.resource_list(input, now).await }).await
}

/// A resource's page.
///
/// # Errors
/// `not_found`.
pub async fn resource_page(desk: &Desk, input: ResourceRef) -> Result<ResourcePage, ActionError> {
    let (id, viewer) = (input.resource_id, viewer(desk).await?);
    let detail =
        desk.read(|replica| async move { replica.resource_detail(id, &viewer).await }).await?;
    let detail = detail.ok_or_else(|| ActionError::not_found("resource"))?;
    let used = used(desk, id).await?;
    let may = match or_why(find(desk, id).await)? {
        Ok(resource) => {
            let reach = crate::tasks::reach(desk).await?;
            resources::verdicts(&desk.permissions(), reach, &resource, used)
        }
        Err(why) => ResourceMay::refused(&why),
    };
    Ok(ResourcePage {
        row: detail.row,
        notes: detail.notes,
        created_at: detail.created_at,
        open_tasks: detail.open_tasks,
        may,
    })
}

/// A stretch of a resource's schedule, with its load and where it clashes.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn resource_schedule(
    desk: &Desk,
    input: ResourceScheduleInput,
) -> Result<ResourceSchedule, ActionError> {
    let ResourceScheduleInput { resource_id, from, until } = input;
    desk.read(|replica| async move { replica.resource_schedule(resource_id, from, until).await })
        .await
}

/// Adds a resource.
///
/// # Errors
/// What is wrong with the form, or the door's refusal.
pub async fn resource_create(desk: &Desk, input: ResourceCreate) -> Result<Applied, ActionError> {
    let plan = resources::plan_create(&desk.permissions(), input.resource_id, &input.form)?;
    desk.apply("resource.create", input.command_id, &input.form.name, plan).await
}

/// Changes a resource; only what the form changed.
///
/// # Errors
/// What is wrong with the form, bookings that would no longer fit, or the door's refusal.
pub async fn resource_edit(desk: &Desk, input: ResourceEdit) -> Result<Applied, ActionError> {
    let ResourceEdit { command_id, resource_id, form, base } = input;
    let now = desk.now();
    let load = desk.read(|replica| async move { replica.load_of(resource_id).await }).await;
    let load: Load = load?.ok_or_else(|| ActionError::not_found("resource"))?;
    let used = used(desk, resource_id).await?;
    let plan = resources::plan_edit(&desk.permissions(), &load, used, &base, &form, now)?;
    desk.apply("resource.edit", command_id, &load.resource.name, plan).await
}

/// Deletes a resource that nothing was ever booked on.
///
/// # Errors
/// A refusal for one that has a history.
pub async fn resource_delete(desk: &Desk, input: ResourceAction) -> Result<Applied, ActionError> {
    let resource = find(desk, input.resource_id).await?;
    let used = used(desk, input.resource_id).await?;
    let plan = resources::plan_delete(&desk.permissions(), &resource, used)?;
    desk.apply("resource.delete", input.command_id, &resource.name, plan).await
}

/// What happened to a resource.
///
/// # Errors
/// `offline` when it was never asked before.
pub async fn resource_activity(
    desk: &Desk,
    input: ResourceActivityInput,
) -> Result<ActivityPage, ActionError> {
    activity::of_row(desk, "resources", input.resource_id, input.before_n, desk.time_zone()).await
}

pub(crate) async fn find(desk: &Desk, id: Uuid) -> Result<Resource, ActionError> {
    let resource = desk.read(|replica| async move { replica.resource(id).await }).await?;
    resource.ok_or_else(|| ActionError::not_found("resource"))
}

async fn used(desk: &Desk, id: Uuid) -> Result<ResourceUse, ActionError> {
    desk.read(|replica| async move { replica.resource_use(id).await }).await
}
