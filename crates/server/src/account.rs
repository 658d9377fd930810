//! What a device asks about itself and its person.

use crate::error::ServerError;
use crate::session::{Repeat, Session};
use chrono::{DateTime, Utc};
use domain::permission::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use uuid::Uuid;

/// Who is signed in, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Whoami {
    /// The person.
    pub user_id: Uuid,
    /// Normalised e-mail.
    pub email: String,
    /// This device.
    pub device_id: Uuid,
    /// When its enrolment ends unless renewed.
    pub device_expires_at: DateTime<Utc>,
    /// Which server this is.
    pub server_id: Uuid,
    /// Its schema.
    pub schema_version: i32,
    /// The oldest desk it serves, as a version number.
    pub min_desk_version: String,
    /// The person's organizations, in order of name.
    pub organizations: Vec<Membership>,
}

/// One organization of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The organization.
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
    /// The person's name there.
    pub display_name: String,
    /// What the person may do there.
    pub permissions: Vec<String>,
}

/// One enrolled device.
#[derive(Debug, Clone, Deserialize)]
pub struct DeviceRow {
    /// The device.
    pub id: Uuid,
    /// The name its computer gave it.
    pub name: String,
    /// Enrolled when.
    pub created_at: DateTime<Utc>,
    /// Last call, to about a day.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Until when it may sign in.
    pub expires_at: DateTime<Utc>,
    /// When it was signed out for good.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether it is the asking one.
    pub current: bool,
}

#[derive(Deserialize)]
struct Devices {
    devices: Vec<DeviceRow>,
}

/// A version's numbers, to be compared one by one.
fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Whether a server that needs `oldest` serves this version.
///
/// # Errors
/// [`ServerError::UpdateRequired`].
pub fn serves_us(oldest: &str) -> Result<(), ServerError> {
    if numbers(env!("CARGO_PKG_VERSION")) < numbers(oldest) {
        return Err(ServerError::UpdateRequired { needed: oldest.to_owned() });
    }
    Ok(())
}

fn none() -> PgArguments {
    PgArguments::default()
}

fn one(id: Uuid) -> PgArguments {
    let mut arguments = PgArguments::default();
    // A uuid always encodes.
    let _ = arguments.add(id);
    arguments
}

impl Session {
    /// Who this device is, its organizations and permissions.
    ///
    /// # Errors
    /// [`ServerError::SignedOut`] for a revoked or expired device, [`ServerError::UpdateRequired`] where the server no
    /// longer serves this version.
    pub async fn whoami(&self) -> Result<Whoami, ServerError> {
        let who: Whoami = self.call("select api.whoami()", none, Repeat::Once).await?;
        serves_us(&who.min_desk_version)?;
        Ok(who)
    }

    /// Tells the server which version of Cloche this device runs, for whoever decides when older ones are turned away.
    ///
    /// # Errors
    /// As [`Self::whoami`].
    pub async fn record_desk(&self) -> Result<(), ServerError> {
        let version = || {
            let mut arguments = PgArguments::default();
            // A text always encodes.
            let _ = arguments.add(env!("CARGO_PKG_VERSION"));
            arguments
        };
        // A function without an answer gives an empty text.
        let sql = "select to_jsonb(api.record_desk($1)::text)";
        let _: Value = self.call(sql, version, Repeat::Once).await?;
        Ok(())
    }

    /// The person's devices, newest first.
    ///
    /// # Errors
    /// As [`Self::whoami`].
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, ServerError> {
        let answer: Devices = self.call("select account.devices()", none, Repeat::Once).await?;
        Ok(answer.devices)
    }

    /// Signs a device of the same person out for good, then ends what it has open.
    ///
    /// # Errors
    /// [`ServerError::NotFound`] for a device that is not the person's.
    pub async fn revoke_device(&self, device: Uuid) -> Result<(), ServerError> {
        let _: Value = self
            .call("select to_jsonb(account.revoke_device($1))", move || one(device), Repeat::Once)
            .await?;
        // In a second call, after the first has committed: a session could slip in between otherwise.
        let _: Value = self
            .call("select to_jsonb(account.end_sessions($1))", move || one(device), Repeat::Once)
            .await?;
        Ok(())
    }

    /// Moves the end of this device's enrolment on; the server does so at most once a day.
    ///
    /// # Errors
    /// As [`Self::whoami`].
    pub async fn renew_device(&self) -> Result<(), ServerError> {
        let _: Value =
            self.call("select to_jsonb(account.renew_device())", none, Repeat::Once).await?;
        Ok(())
    }

    /// Signs this device out for good.
    ///
    /// # Errors
    /// As [`Self::whoami`].
    pub async fn sign_out(&self) -> Result<(), ServerError> {
        let _: Value = self.call("select to_jsonb(account.sign_out())", none, Repeat::Once).await?;
        Ok(())
    }
}
