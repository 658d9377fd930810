//! The one door: every change goes through `api.apply` or its companions.

use crate::error::ServerError;
use crate::session::{Patience, Repeat, Session};
use domain::change::{Change, RowImage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use sqlx::types::Json;
use std::sync::Arc;
use uuid::Uuid;

/// The door takes at most this many changes a call.
pub const MOST_CHANGES: usize = 2_000;
/// So many changes at once take their time on a slow line.
const MANY_CHANGES: usize = 100;
/// What a person's action calls.
pub(crate) const APPLY: &str = "select api.apply($1, $2, $3, $4, false)";

/// What an applied command answers.
#[derive(Debug, Clone, Deserialize)]
pub struct Applied {
    /// The feed's number of the command: the stamp of its rows.
    pub n: i64,
    /// Whether the server had applied it before and only repeated its answer.
    #[serde(default)]
    pub replayed: bool,
    /// The rows as they are now; `None` for a deleted one.
    #[serde(default)]
    pub rows: Vec<RowImage>,
}

/// A key under which an import remembers what it brought in.
#[derive(Debug, Clone, Serialize)]
pub struct ImportKey {
    /// `client`, `event`.
    pub kind: String,
    /// What makes the row recognisable in a second file.
    pub key: String,
    /// The row it became.
    pub id: Uuid,
}

/// What a staged import answers; its rows come through the feed.
#[derive(Debug, Clone, Deserialize)]
pub struct AppliedStaged {
    /// The feed's number of the import.
    pub n: i64,
}

macro_rules! arguments {
    ($($value:expr),+ $(,)?) => {
        move || {
            let mut arguments = PgArguments::default();
            // Uuids, texts and JSON always encode.
            $(let _ = arguments.add($value.clone());)+
            arguments
        }
    };
}
pub(crate) use arguments;

impl Session {
    /// Applies a change set in one transaction and one round trip.
    ///
    /// The same `command_id` may be sent again: the server answers with the first outcome.
    ///
    /// # Errors
    /// The server's refusal; [`ServerError::Unknown`] when the connection broke on the way and the server did not
    /// come back in time to be asked.
    pub async fn apply(
        &self,
        org: Uuid,
        command_id: Uuid,
        command: &str,
        changes: &[Change],
    ) -> Result<Applied, ServerError> {
        let patience = if changes.len() > MANY_CHANGES { Patience::Long } else { Patience::Short };
        let (command, changes) = (command.to_owned(), Arc::new(Json(changes.to_vec())));
        let arguments = arguments!(org, command_id, command, changes);
        self.patient_call(APPLY, arguments, Repeat::UntilKnown, patience).await
    }

    /// What [`Self::apply`] would do, leaving nothing behind.
    ///
    /// # Errors
    /// The refusal that the change set would meet.
    pub async fn preview(
        &self,
        org: Uuid,
        command: &str,
        changes: &[Change],
    ) -> Result<Vec<RowImage>, ServerError> {
        #[derive(Deserialize)]
        struct Preview {
            rows: Vec<RowImage>,
        }
        let (command, changes) = (command.to_owned(), Arc::new(Json(changes.to_vec())));
        let id = Uuid::now_v7();
        let preview: Preview = self
            .call(
                "select api.apply($1, $2, $3, $4, true)",
                arguments!(org, id, command, changes),
                Repeat::Once,
            )
            .await?;
        Ok(preview.rows)
    }

    /// Uploads one part of an import; the same part may be sent again.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn stage(
        &self,
        org: Uuid,
        command_id: Uuid,
        part: i32,
        changes: &[Change],
    ) -> Result<(), ServerError> {
        let changes = Arc::new(Json(changes.to_vec()));
        let _: Value = self
            .patient_call(
                "select api.stage($1, $2, $3, $4)",
                arguments!(org, command_id, part, changes),
                Repeat::UntilKnown,
                Patience::Long,
            )
            .await?;
        Ok(())
    }

    /// Applies everything staged under `command_id` in one transaction: one journal entry, one undo.
    ///
    /// # Errors
    /// As [`Self::apply`]; a key that was imported before is refused as `import_keys_unique`.
    pub async fn apply_staged(
        &self,
        org: Uuid,
        command_id: Uuid,
        command: &str,
        keys: Vec<ImportKey>,
    ) -> Result<AppliedStaged, ServerError> {
        let (command, keys) = (command.to_owned(), Arc::new(Json(keys)));
        self.patient_call(
            "select api.apply_staged($1, $2, $3, $4)",
            arguments!(org, command_id, command, keys),
            Repeat::UntilKnown,
            Patience::Long,
        )
        .await
    }

    /// Throws away what was staged.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn discard_staged(&self, org: Uuid, command_id: Uuid) -> Result<(), ServerError> {
        let _: Value = self
            .call(
                "select to_jsonb(api.discard_staged($1, $2))",
                arguments!(org, command_id),
                Repeat::Once,
            )
            .await?;
        Ok(())
    }

    /// Whether this person's command was applied: asked after an answer was lost.
    ///
    /// # Errors
    /// That the server cannot be reached.
    pub async fn was_applied(&self, org: Uuid, command_id: Uuid) -> Result<bool, ServerError> {
        self.call(
            "select to_jsonb(api.was_applied($1, $2))",
            arguments!(org, command_id),
            Repeat::Once,
        )
        .await
    }

    /// Undoes the command `target`: all or nothing, or with `rest` what is not blocked.
    ///
    /// # Errors
    /// [`ServerError::Conflict`] `undo_blocked` naming what blocks each row.
    pub async fn undo(
        &self,
        org: Uuid,
        command_id: Uuid,
        target: Uuid,
        rest: bool,
    ) -> Result<Applied, ServerError> {
        self.call(
            "select api.undo($1, $2, $3, $4)",
            arguments!(org, command_id, target, rest),
            Repeat::UntilKnown,
        )
        .await
    }
}
