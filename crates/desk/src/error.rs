//! What an action answers when it does not succeed: typed inside, one closed shape across IPC.

use domain::refusal::Refusal;
use replica::ReplicaError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use server::archive::ArchiveError;
use server::embedded::EmbeddedError;
use server::error::ServerError;
use server::setup::SetupError;

/// The closed list of what can be wrong, as the window sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field's value cannot be taken.
    Invalid,
    /// A rule says no.
    Refused,
    /// Somebody else changed it first.
    Conflict,
    /// It is not there, or not visible.
    NotFound,
    /// The person's permissions do not cover it.
    NotPermitted,
    /// The sign-in is over, or e-mail and password do not fit.
    SignedOut,
    /// The server cannot be reached.
    Offline,
    /// The server needs a newer desk.
    UpdateRequired,
    /// A fault of ours; the log has the rest.
    Internal,
}

/// The one error shape that crosses IPC. `message` is a finished sentence without SQL, paths, hosts or secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct AppError {
    /// What kind.
    pub code: Code,
    /// What to tell the person.
    pub message: String,
    /// The form field it belongs to.
    pub field: Option<String>,
    /// Facts for `refused` and `conflict`.
    #[specta(type = Option<crate::json::JsonValue>)]
    pub details: Option<Value>,
    /// Where the log has more, for `internal`.
    pub reference: Option<String>,
}

/// Why an action did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A rule of the domain.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The local copy.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The embedded server.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Setting a server up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A backup that could not be made or restored.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A link that cannot be used.
    #[error(transparent)]
    Link(#[from] server::link::LinkError),
    /// Ours, with its code.
    #[error("{}", .0.message)]
    App(AppError),
    /// Files of this computer.
    #[error("{what}")]
    Files {
        /// A finished sentence.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl ActionError {
    /// A refusal worded here, with a kind that the window can tell apart.
    #[must_use]
    pub fn refused(kind: &str, message: &str) -> Self {
        Self::App(AppError {
            details: Some(json!({ "kind": kind })),
            ..AppError::plain(Code::Refused, message)
        })
    }

    /// It is not in the local copy (any more).
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::App(AppError::plain(Code::NotFound, &format!("This {what} is not there any more.")))
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn signed_out() -> Self {
        Self::App(AppError::plain(Code::SignedOut, "You are signed out. Sign in again."))
    }

    /// The oldest version that the server serves, where this one is too old for it.
    #[must_use]
    pub(crate) fn needed(&self) -> String {
        match self {
            Self::Server(ServerError::UpdateRequired { needed }) => needed.clone(),
            _ => String::new(),
        }
    }

    /// What the window is told.
    #[must_use]
    pub fn to_app_error(&self) -> AppError {
        match self {
            Self::App(error) => error.clone(),
            Self::Refusal(refusal) => AppError::of_refusal(refusal),
            Self::Server(error) => AppError::of_server(error),
            Self::Replica(error @ (ReplicaError::NotWritable | ReplicaError::NotUnderstood(_))) => {
                AppError::plain(Code::Refused, &error.to_string())
            }
            Self::Link(error) => AppError {
                field: Some("link".to_owned()),
                ..AppError::plain(Code::Invalid, &error.to_string())
            },
            Self::Embedded(error) => AppError {
                details: Some(json!({ "kind": "local_server" })),
                ..AppError::plain(Code::Refused, &error.to_string())
            },
            Self::Setup(SetupError::Refused { constraint, message }) => AppError {
                details: Some(json!({ "kind": constraint })),
                ..AppError::plain(Code::Refused, message)
            },
            Self::Setup(
                error @ (SetupError::TooOld { .. }
                | SetupError::NewerData
                | SetupError::DifferentBuild { .. }
                | SetupError::Address
                | SetupError::NotPinned
                | SetupError::Unreachable(_)
                | SetupError::WrongPassword
                | SetupError::NotAdmitted
                | SetupError::WrongCertificate(_)
                | SetupError::NoDatabase
                | SetupError::NotSuperuser { .. }
                | SetupError::Busy),
            ) => AppError::plain(Code::Refused, &error.to_string()),
            Self::Archive(error) => AppError::of_archive(error),
            Self::Replica(_) | Self::Setup(_) | Self::Files { .. } => AppError::internal(self),
        }
    }
}

impl AppError {
    /// A code and a sentence, nothing else.
    #[must_use]
    pub fn plain(code: Code, message: &str) -> Self {
        Self { code, message: message.to_owned(), field: None, details: None, reference: None }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        let code = match refusal {
            Refusal::NotPermitted { .. } => Code::NotPermitted,
            _ if refusal.field().is_some() => Code::Invalid,
            _ => Code::Refused,
        };
        Self {
            field: refusal.field().map(str::to_owned),
            details: serde_json::to_value(refusal).ok(),
            ..Self::plain(code, &refusal.to_string())
        }
    }

    fn of_server(error: &ServerError) -> Self {
        let message = error.to_string();
        match error {
            ServerError::SignedOut { .. } | ServerError::WrongPassword | ServerError::Expired => {
                Self::plain(Code::SignedOut, &message)
            }
            ServerError::NotPermitted { details, .. } => {
                Self { details: details.clone(), ..Self::plain(Code::NotPermitted, &message) }
            }
            ServerError::NotFound { .. } => Self::plain(Code::NotFound, &message),
            ServerError::Conflict { constraint, details: Some(details), .. }
                if constraint == "resource_schedule_conflict" =>
            {
                Self { details: Some(clash(details)), ..Self::plain(Code::Refused, &message) }
            }
            ServerError::Conflict { constraint, details, .. } => Self {
                details: Some(with_kind(constraint, details.as_ref())),
                ..Self::plain(
                    if constraint == "undo_blocked" { Code::Refused } else { Code::Conflict },
                    &message,
                )
            },
            ServerError::Refused { constraint, details, .. } => {
                match crate::constraints::explain(constraint) {
                    Some((field, sentence)) => Self {
                        field: field.map(str::to_owned),
                        details: Some(with_kind(constraint, details.as_ref())),
                        ..Self::plain(
                            if field.is_some() { Code::Invalid } else { Code::Refused },
                            sentence.unwrap_or(&message),
                        )
                    },
                    None => Self {
                        details: Some(with_kind(constraint, details.as_ref())),
                        ..Self::plain(Code::Refused, &message)
                    },
                }
            }
            ServerError::Unreachable(_) => {
                Self::plain(Code::Offline, "The server cannot be reached, so nothing was changed.")
            }
            ServerError::Unknown(_) => Self {
                details: Some(json!({ "kind": "unknown_outcome" })),
                ..Self::plain(
                    Code::Offline,
                    "The connection broke while this was being saved. Cloche will say whether it was, as soon as the server is back.",
                )
            },
            ServerError::WrongCertificate(_)
            | ServerError::CertificateDate(_)
            | ServerError::NotEncrypted(_) => Self::plain(Code::Offline, &message),
            ServerError::UpdateRequired { .. } => Self::plain(Code::UpdateRequired, &message),
            ServerError::Internal(_) => Self::internal(error),
        }
    }

    fn of_archive(error: &ArchiveError) -> Self {
        match error {
            ArchiveError::Database(_) => Self::internal(error),
            ArchiveError::Setup(SetupError::Database(_) | SetupError::Migration(_)) => {
                Self::internal(error)
            }
            _ => Self {
                details: Some(json!({ "kind": "backup" })),
                ..Self::plain(Code::Refused, &error.to_string())
            },
        }
    }

    /// Hides a fault behind a reference that the log carries too.
    fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let reference = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
        tracing::error!(reference, error = chain(error), "a fault was shown to the user");
        Self {
            reference: Some(reference),
            ..Self::plain(
                Code::Internal,
                "Something went wrong inside Cloche. Nothing was lost; try again, and if it comes back, send the log.",
            )
        }
    }
}

impl From<&ActionError> for AppError {
    fn from(error: &ActionError) -> Self {
        error.to_app_error()
    }
}

/// What the server found in the way of a booking, in the shape of [`Refusal::Clash`]: the window shows both alike.
fn clash(details: &Value) -> Value {
    let with = details.get("with").and_then(Value::as_array).cloned().unwrap_or_default();
    let conflicts: Vec<Value> = with
        .iter()
        .map(|entry| {
            let title = entry.get("event_name").filter(|name| !name.is_null());
            let title = title.cloned().unwrap_or_else(|| match entry["kind"].as_str() {
                Some("block") => entry
                    .get("note")
                    .filter(|n| !n.is_null())
                    .cloned()
                    .unwrap_or_else(|| "Not available".into()),
                _ => "Another booking".into(),
            });
            json!({
                "entry_id": entry["id"], "event_id": entry["event_id"], "title": title,
                "starts_at": entry["starts_at"], "ends_at": entry["ends_at"],
                "quantity": entry["quantity"], "kind": entry["kind"],
            })
        })
        .collect();
    json!({
        "kind": "clash", "resource": details["resource_name"], "needed": details["needed"],
        "free": details["free"], "conflicts": conflicts, "may_override": false,
    })
}

fn with_kind(constraint: &str, details: Option<&Value>) -> Value {
    let mut object = match details {
        Some(Value::Object(object)) => object.clone(),
        _ => serde_json::Map::new(),
    };
    object.entry("kind").or_insert_with(|| constraint.into());
    Value::Object(object)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
