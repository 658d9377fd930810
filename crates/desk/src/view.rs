//! What the window is shown and told: shapes that cross IPC.

use crate::clock::Clock;
use crate::error::AppError;
use crate::profile::ServerKind;
use crate::secrets::Keep;
use chrono::{DateTime, Utc};
use domain::permission::Role;
use replica::sync::{SyncState, SyncStatus};
use serde::Serialize;
use uuid::Uuid;

/// Which screen the window shows first.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum AppState {
    /// Nothing is set up on this computer, or the person wants to choose again.
    FirstRun {
        /// What was set up or connected to before; the last one first.
        known: Vec<ServerSummary>,
    },
    /// The local server is starting, or a first set-up is running.
    Starting {
        /// What is happening, in plain words.
        message: String,
    },
    /// A server is known, but nobody is signed in.
    SignIn {
        /// The server.
        server: ServerSummary,
        /// Who signed in last.
        email: Option<String>,
        /// Why one has to sign in (revoked, expired …).
        message: Option<String>,
    },
    /// Signed in.
    Ready {
        /// Who and where.
        session: Box<SessionView>,
    },
    /// This Cloche is too old for its server; nothing is lost.
    UpdateRequired {
        /// The server.
        server: ServerSummary,
        /// The oldest version it serves.
        needed: String,
    },
    /// It could not start; `app_start` tries again.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// A server as the window names it.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ServerSummary {
    /// Its id.
    pub server_id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is to this computer.
    pub kind: ServerKind,
    /// Whether a forgotten password can be set anew from here.
    pub can_reset_password: bool,
}

/// An organization as the window names it.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct OrganizationSummary {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// The person's role there.
    pub role: Role,
}

/// Who is signed in, where, and what they may do.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(rename = "Session")]
pub struct SessionView {
    /// The person.
    pub user_id: Uuid,
    /// E-mail.
    pub email: String,
    /// Name in the open organization.
    pub display_name: String,
    /// The server.
    pub server: ServerSummary,
    /// The open organization.
    pub organization: OrganizationSummary,
    /// All the person's organizations.
    pub organizations: Vec<OrganizationSummary>,
    /// Role in the open organization.
    pub role: Role,
    /// Permissions in the open organization.
    pub permissions: Vec<String>,
    /// How long the sign-in lasts.
    pub kept: Keep,
    /// This desk's version.
    pub version: String,
}

/// A step of a set-up.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct SetUpProgress {
    /// What is happening, in plain words.
    pub step: String,
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub of: u32,
}

/// Where an import stands.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ImportProgress {
    /// Rows done.
    pub done: u32,
    /// Rows in all.
    pub of: u32,
    /// What is being done with them.
    pub phase: ImportPhase,
}

/// The phases of an import.
#[derive(Debug, Clone, Copy, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportPhase {
    /// Reading the file.
    Reading,
    /// Checking its rows.
    Checking,
    /// Sending them to the server.
    Sending,
    /// The server applies them.
    Saving,
}

/// Sync as the window shows it, and how far this computer's clock is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "SyncStatus")]
pub struct SyncView {
    /// Where sync stands.
    pub state: SyncState,
    /// The server's last sign of life.
    pub as_of: Option<DateTime<Utc>>,
    /// Rows loaded so far in a first or fresh load.
    pub rows_done: u32,
    /// Rows to load, where known.
    pub rows_total: Option<u32>,
    /// A finished sentence, where there is more to say.
    pub message: Option<String>,
    /// By how many milliseconds the server's clock is ahead of this computer's, as far as it is known.
    #[specta(type = i32)]
    pub server_ahead_ms: i64,
}

impl SyncView {
    pub(crate) fn of(status: SyncStatus, clock: &Clock) -> Self {
        let SyncStatus { state, as_of, rows_done, rows_total, message } = status;
        Self { state, as_of, rows_done, rows_total, message, server_ahead_ms: clock.server_ahead() }
    }
}

/// Something the person should know though they did not ask.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Notice {
    /// A finished sentence.
    pub message: String,
    /// Whether it is bad news.
    pub is_warning: bool,
}

/// What the desk tells its window unasked.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Another screen is due.
    AppState(AppState),
    /// A set-up goes on.
    SetUp(SetUpProgress),
    /// The sync state changed, or what is known of the clocks.
    Sync(SyncView),
    /// Tables of the local copy changed.
    Changed(Vec<String>),
    /// An import goes on.
    Import(ImportProgress),
    /// A notice.
    Notice(Notice),
}

/// Whoever shows what happens: the window, or nobody in a tool.
pub trait Surface: Send + Sync + 'static {
    /// Shows it; must not block.
    fn show(&self, happening: Happening);
}

/// What an action answers.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Applied {
    /// The command, to undo it.
    pub command_id: Uuid,
    /// What happened, for the toast.
    pub label: String,
    /// It already was so.
    pub nothing_to_do: bool,
    /// Whether undo can be offered.
    pub undoable: bool,
}

/// A device of the person.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// The computer's name.
    pub name: String,
    /// Enrolled when.
    pub created_at: DateTime<Utc>,
    /// Seen last, to about a day.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Until when it may sign in.
    pub expires_at: DateTime<Utc>,
    /// When it was signed out for good.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether it is this one.
    pub current: bool,
}
