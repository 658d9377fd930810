//! Where this computer keeps a sign-in: the operating system's keychain, or only this process's memory.

use crate::error::ActionError;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use server::session::DeviceSecret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use uuid::Uuid;

/// How long a sign-in is to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Until signed out, in the operating system's keychain.
    Keychain,
    /// Until Cloche closes, in memory only.
    UntilClose,
}

/// What one sign-in on one server needs to go on: the device's secret and the key of its local copies.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The device.
    pub device_id: Uuid,
    /// Its secret in hexadecimal.
    secret: String,
    /// 256 random bits in hexadecimal, from which each local copy's key is derived.
    copies: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("device_id", &self.device_id).finish_non_exhaustive()
    }
}

impl SignIn {
    /// A new device with fresh secrets.
    #[must_use]
    pub fn new() -> Self {
        Self {
            device_id: Uuid::new_v4(),
            secret: server::identity::new_secret().expose_secret().to_owned(),
            copies: server::identity::new_secret().expose_secret().to_owned(),
        }
    }

    /// What the server session needs.
    #[must_use]
    pub fn device(&self) -> DeviceSecret {
        DeviceSecret { device_id: self.device_id, secret: SecretString::from(self.secret.clone()) }
    }

    /// The raw key of the local copy of `organization`.
    #[must_use]
    pub fn copy_key(&self, organization: Uuid) -> [u8; 32] {
        server::identity::derive_key(&self.copies, organization.as_bytes())
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self::new()
    }
}

/// Keeps sign-ins by server.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    memory: Arc<Mutex<HashMap<Uuid, SignIn>>>,
}

const SERVICE: &str = "Cloche";
/// Another name for this process's entries.
static NAMED: OnceLock<String> = OnceLock::new();

impl Secrets {
    /// Whether this computer has a keychain that really keeps things: it is tried once with a throw-away entry.
    #[must_use]
    pub fn keychain_works() -> bool {
        let attempt = || -> keyring_core::Result<bool> {
            let entry = entry("round trip")?;
            let canary = Uuid::new_v4().to_string();
            entry.set_password(&canary)?;
            let kept = entry.get_password()? == canary;
            entry.delete_credential()?;
            Ok(kept)
        };
        attempt().unwrap_or_else(|error| {
            tracing::info!(%error, "no keychain on this computer");
            false
        })
    }

    /// Keeps a sign-in as asked, in place of an earlier one.
    ///
    /// # Errors
    /// A refusal of kind `no_keychain` where the keychain was asked for and there is none.
    pub fn keep(&self, server: Uuid, sign_in: &SignIn, keep: Keep) -> Result<(), ActionError> {
        if keep == Keep::Keychain {
            let text = serde_json::to_string(sign_in).unwrap_or_default();
            if let Err(error) = entry(&server.to_string()).and_then(|e| e.set_password(&text)) {
                tracing::info!(%error, "the keychain did not take the sign-in");
                return Err(no_keychain());
            }
        } else {
            // An earlier one in the keychain would be found first.
            self.forget(server);
        }
        self.memory().insert(server, sign_in.clone());
        Ok(())
    }

    /// The sign-in kept for a server, if any.
    #[must_use]
    pub fn find(&self, server: Uuid) -> Option<(SignIn, Keep)> {
        let kept = entry(&server.to_string()).and_then(|e| e.get_password()).ok();
        if let Some(sign_in) = kept.and_then(|text| serde_json::from_str(&text).ok()) {
            return Some((sign_in, Keep::Keychain));
        }
        self.memory().get(&server).cloned().map(|sign_in| (sign_in, Keep::UntilClose))
    }

    /// Forgets everything that was to last until Cloche closes.
    pub fn forget_until_close(&self) {
        self.memory().clear();
    }

    /// Forgets a sign-in everywhere; its local copies can never be read again.
    pub fn forget(&self, server: Uuid) {
        self.memory().remove(&server);
        match entry(&server.to_string()).and_then(|e| e.delete_credential()) {
            Ok(()) | Err(keyring_core::Error::NoEntry | keyring_core::Error::NoDefaultStore) => {}
            Err(error) => tracing::warn!(%error, "the keychain did not forget a sign-in"),
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, SignIn>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the operating system's keychain be used; called once when the app starts. Tests set a store of their own.
pub fn use_keychain() {
    if let Err(error) = keyring::v1::Entry::store_status() {
        tracing::info!(%error, "no keychain on this computer");
    }
}

/// Keeps this process's entries apart from those of another profile, which may be signed in on the same server. Called
/// before anything is kept or found.
pub fn name_keychain(service: &str) {
    let _ = NAMED.set(service.to_owned());
}

/// The refusal that makes the window offer "keep me signed in until I quit Cloche".
#[must_use]
pub fn no_keychain() -> ActionError {
    ActionError::refused(
        "no_keychain",
        "This computer has no keychain to keep you signed in. You can stay signed in until you close Cloche.",
    )
}

fn entry(name: &str) -> keyring_core::Result<keyring_core::Entry> {
    keyring_core::Entry::new(NAMED.get().map_or(SERVICE, String::as_str), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_kept_found_and_forgotten() {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let (server, sign_in) = (Uuid::new_v4(), SignIn::new());
        assert!(Secrets::keychain_works());
        Secrets::default().keep(server, &sign_in, Keep::Keychain).unwrap();
        // Another process: nothing in memory, all from the keychain.
        let (found, kept) = Secrets::default().find(server).unwrap();
        assert_eq!((found.device_id, kept), (sign_in.device_id, Keep::Keychain));
        assert_eq!(found.copy_key(server), sign_in.copy_key(server));
        Secrets::default().forget(server);
        assert!(Secrets::default().find(server).is_none());
    }

    #[test]
    fn until_close_never_reaches_the_keychain() {
        keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
        let (server, secrets) = (Uuid::new_v4(), Secrets::default());
        secrets.keep(server, &SignIn::new(), Keep::UntilClose).unwrap();
        assert_eq!(secrets.find(server).unwrap().1, Keep::UntilClose);
        assert!(Secrets::default().find(server).is_none(), "a restart forgets it");
    }

    #[test]
    fn a_sign_in_prints_no_secret() {
        let sign_in = SignIn::new();
        let printed = format!("{sign_in:?}");
        assert!(!printed.contains(&sign_in.secret) && !printed.contains(&sign_in.copies));
    }
}
