//! Where the person is signed in.

use crate::error::ActionError;
use crate::open::Desk;
use crate::view::Device;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The person's devices.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct DeviceListing {
    /// Newest first.
    pub devices: Vec<Device>,
}

/// Which device to sign out.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct DeviceRevoke {
    /// Its id.
    pub device_id: Uuid,
}

/// The person's devices, asked of the server.
///
/// # Errors
/// `offline`: the local copy does not hold them.
pub async fn device_list(desk: &Desk) -> Result<DeviceListing, ActionError> {
    let devices = desk.session().devices().await?;
    let devices = devices
        .into_iter()
        .map(|d| Device {
            id: d.id,
            name: d.name,
            created_at: d.created_at,
            last_seen_at: d.last_seen_at,
            expires_at: d.expires_at,
            revoked_at: d.revoked_at,
            current: d.current,
        })
        .collect();
    Ok(DeviceListing { devices })
}

/// Signs a device out for good; it loses its local copy at its next contact.
///
/// # Errors
/// `offline`, or `not_found` for a device that is not the person's.
pub async fn device_revoke(desk: &Desk, input: DeviceRevoke) -> Result<DeviceListing, ActionError> {
    desk.session().revoke_device(input.device_id).await?;
    device_list(desk).await
}
