//! Handing an import to the server: part by part, then all of it in one transaction.

use super::{Source, count};
use crate::error::ActionError;
use crate::open::Desk;
use crate::view::{Happening, ImportPhase, ImportProgress};
use domain::change::Change;
use domain::imports::{ImportKind, ImportPlan};
use server::door::{ImportKey, MOST_CHANGES};
use server::error::ServerError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// Sends the plans of all files, those first that others refer to, and waits until this desk shows them.
pub(super) async fn send(
    desk: &Desk,
    sources: &[Arc<Source>],
    plans: &[Arc<ImportPlan>],
    command_id: Uuid,
    label: &str,
) -> Result<(), ActionError> {
    let (session, org) = (desk.session(), desk.organization());
    let ordered = || {
        let kinds = ImportKind::all().iter();
        kinds.flat_map(|kind| plans.iter().filter(move |plan| plan.kind == *kind))
    };
    let changes: Vec<&Change> = ordered().flat_map(|plan| &plan.plan.changes).collect();
    let of = count(changes.len());
    let tell = |done: usize, phase| {
        desk.show(Happening::Import(ImportProgress { done: count(done), of, phase }));
    };
    let mut done = 0;
    for (part, chunk) in (0_i32..).zip(changes.chunks(MOST_CHANGES / 2)) {
        tell(done, ImportPhase::Sending);
        stop_if_cancelled(desk, sources, command_id).await?;
        let chunk: Vec<Change> = chunk.iter().map(|change| (*change).clone()).collect();
        session.stage(org, command_id, part, &chunk).await.map_err(nothing_added)?;
        done += chunk.len();
    }
    tell(done, ImportPhase::Saving);
    stop_if_cancelled(desk, sources, command_id).await?;
    let keys = ordered()
        .flat_map(|plan| &plan.keys)
        .map(|key| ImportKey { kind: key.kind.clone(), key: key.key.clone(), id: key.id })
        .collect();
    let command = match plans {
        [only] => format!("import.{}", only.kind.as_str()),
        _ => "import.books".to_owned(),
    };
    let answer = session.apply_staged(org, command_id, &command, keys).await;
    let applied = answer.map_err(|e| desk.explain(e, command_id, label, &[]))?;
    desk.written(applied.n);
    desk.until_shown(applied.n).await;
    Ok(())
}

async fn stop_if_cancelled(
    desk: &Desk,
    sources: &[Arc<Source>],
    command_id: Uuid,
) -> Result<(), ActionError> {
    if !sources.iter().any(|source| source.cancelled.load(Ordering::Relaxed)) {
        return Ok(());
    }
    // What stays behind without a connection is removed by the server after a day.
    if let Err(error) = desk.session().discard_staged(desk.organization(), command_id).await {
        tracing::info!(%error, "the parts of a stopped import stay for now");
    }
    Err(ActionError::refused("import_cancelled", "The import was stopped. Nothing was added."))
}

/// Staging adds nothing, so even a lost answer has a known outcome.
fn nothing_added(error: ServerError) -> ActionError {
    match error {
        ServerError::Unknown(source) => ServerError::Unreachable(source).into(),
        other => other.into(),
    }
}
