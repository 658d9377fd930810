//! From a plan to the server and back: the way every action of a desk takes.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::view::{Applied, Happening, Notice};
use domain::activity::applied_label;
use domain::change::{Change, Plan};
use serde_json::{Map, Value, json};
use server::error::ServerError;
use std::time::Duration;
use uuid::Uuid;

/// How often the server is asked about a change whose answer was lost.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A change whose answer was lost: the desk asks about it as soon as the server is back.
#[derive(Debug, Clone)]
pub struct Unsettled {
    /// The command.
    pub command_id: Uuid,
    /// What it was to do, for the person.
    pub label: String,
}

impl Desk {
    /// Sends a plan through the door and waits until this desk shows it.
    ///
    /// # Errors
    /// Offline, refused, or in conflict with somebody else's change; nothing happened then.
    pub async fn apply(
        &self,
        command: &str,
        command_id: Uuid,
        subject: &str,
        plan: Plan,
    ) -> Result<Applied, ActionError> {
        let label = applied_label(command, subject, &plan);
        if plan.is_nothing() {
            return Ok(Applied { command_id, label, nothing_to_do: true, undoable: false });
        }
        let ticket = self.slot().ticket();
        let org = self.organization();
        let mut command_id = self.usable(command_id);
        let mut answer = self.session().apply(org, command_id, command, &plan.changes).await;
        if let Err(ServerError::Refused { constraint, .. }) = &answer
            && constraint == "commands_reused"
            && self.usable(command_id) != command_id
        {
            // It was settled as "not saved" while this was on its way.
            command_id = Uuid::now_v7();
            answer = self.session().apply(org, command_id, command, &plan.changes).await;
        }
        let applied = match answer {
            Ok(applied) => applied,
            Err(error) => return Err(self.explain(error, command_id, &label, &plan.changes)),
        };
        self.unsettled().retain(|lost| lost.command_id != command_id);
        self.merge_own(&ticket, applied.rows, applied.n).await;
        Ok(Applied { command_id, label, nothing_to_do: false, undoable: true })
    }

    /// The id under which a command can be sent: one that was settled as "not saved" is used up on the server.
    fn usable(&self, command_id: Uuid) -> Uuid {
        if self.used_up().contains(&command_id) { Uuid::now_v7() } else { command_id }
    }

    /// Turns a refusal of the door into what the person can act on, and remembers a change whose fate is unknown.
    pub(crate) fn explain(
        &self,
        error: ServerError,
        command_id: Uuid,
        label: &str,
        changes: &[Change],
    ) -> ActionError {
        match &error {
            ServerError::Unknown(_) => {
                self.unsettled().push(Unsettled { command_id, label: label.to_owned() });
                let desk = self.clone();
                tokio::spawn(async move { desk.settle_when_possible().await });
                error.into()
            }
            // Sync finds out for itself, and does what losing access asks for.
            ServerError::SignedOut { .. } => {
                self.look_again();
                error.into()
            }
            ServerError::Conflict { constraint, details: Some(details), .. }
                if constraint == "changed_by_someone_else" =>
            {
                conflict(details, changes)
            }
            _ => error.into(),
        }
    }

    /// Asks until the server says what became of every change whose answer was lost: the person waits for that.
    async fn settle_when_possible(&self) {
        while !self.live().is_stopping() && !self.is_over() {
            self.settle().await;
            if self.unsettled().is_empty() {
                // The server is back, whatever sync thinks.
                return self.live().poke();
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
    }

    /// Asks the server about changes whose answers were lost, and tells the person what became of each.
    async fn settle(&self) {
        let open: Vec<Unsettled> = std::mem::take(&mut *self.unsettled());
        for lost in open {
            match self.session().was_applied(self.organization(), lost.command_id).await {
                Ok(applied) => {
                    if !applied {
                        self.used_up().insert(lost.command_id);
                    }
                    let message = if applied {
                        format!("Saved after all: {}.", lost.label)
                    } else {
                        format!(
                            "Not saved, because the connection broke: {}. Please do it again.",
                            lost.label
                        )
                    };
                    self.show(Happening::Notice(Notice { message, is_warning: !applied }));
                }
                Err(error) if error.is_passing() => self.unsettled().push(lost),
                Err(error) => {
                    tracing::warn!(%error, "the fate of a change stays unknown");
                    let message = format!(
                        "Cloche could not find out whether this was saved: {}. Look before you do it again.",
                        lost.label
                    );
                    self.show(Happening::Notice(Notice { message, is_warning: true }));
                }
            }
        }
    }
}

/// Both values of each field that two people changed: what this desk wanted, and what is there now.
fn conflict(details: &Value, changes: &[Change]) -> ActionError {
    let empty = Map::new();
    let current = details.get("current").and_then(Value::as_object);
    let id = details.get("id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let mine = changes.iter().find(|change| Some(change.id) == id);
    let fields: Vec<Value> = mine
        .map(|change| {
            let now = current.unwrap_or(&empty);
            change
                .set
                .iter()
                .filter(|(column, _)| differs(now.get(*column), change.was.get(*column)))
                .map(|(column, yours)| {
                    json!({ "field": column, "yours": yours, "theirs": now.get(column), "before": change.was.get(column) })
                })
                .collect()
        })
        .unwrap_or_default();
    let message = if current.is_some() {
        "Somebody else changed this first."
    } else {
        "It is not there any more: somebody else removed it."
    };
    ActionError::App(AppError {
        details: Some(json!({
            "kind": "changed_by_someone_else",
            "table": details.get("table"), "id": details.get("id"), "fields": fields,
        })),
        ..AppError::plain(Code::Conflict, message)
    })
}

/// Instants are compared as instants: PostgreSQL and Rust write the same one differently.
fn differs(one: Option<&Value>, other: Option<&Value>) -> bool {
    let instant = |value: Option<&Value>| {
        value?.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok())
    };
    match (instant(one), instant(other)) {
        (Some(a), Some(b)) => a != b,
        _ => one.unwrap_or(&Value::Null) != other.unwrap_or(&Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::change::Op;

    #[test]
    fn a_conflict_shows_both_values_of_the_fields_that_clash_only() {
        let id = Uuid::from_u128(1);
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        let change = Change {
            table: "events".into(),
            id,
            op: Op::Update,
            set: object(json!({ "name": "Mine", "starts_at": "2026-05-01T10:00:00Z" })),
            was: object(json!({ "name": "Old", "starts_at": "2026-04-01T10:00:00Z" })),
        };
        let details = json!({ "table": "events", "id": id,
            "current": { "name": "Theirs", "starts_at": "2026-04-01T10:00:00+00:00" } });
        let error = conflict(&details, &[change]).to_app_error();
        assert_eq!(error.code, Code::Conflict);
        assert_eq!(
            error.details.unwrap()["fields"],
            json!([{ "field": "name", "yours": "Mine", "theirs": "Theirs", "before": "Old" }])
        );
    }
}
