//! From a password to the key that signs in: slow on purpose, and never faster because a server says so.

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Memory in KiB: the floor fixed in the client, so that no server can ask for less.
pub const MEMORY_KIB: u32 = 64 * 1024;
/// Passes over the memory.
pub const PASSES: u32 = 3;
/// Lanes.
pub const LANES: u32 = 1;

/// What PostgreSQL is told as the person's password: derived, so that the server never sees what was typed.
///
/// `email` must be normalised. Takes about a fifth of a second and 64 MiB: call it off the async threads.
///
/// # Panics
/// Never for the fixed parameters used here.
#[must_use]
pub fn sign_in_key(password: &SecretString, server_id: Uuid, email: &str) -> SecretString {
    let salt = Sha256::new()
        .chain_update(b"cloche")
        .chain_update(server_id.as_bytes())
        .chain_update(email.as_bytes())
        .finalize();
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32))
        .expect("the fixed parameters are in range");
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.expose_secret().as_bytes(), &salt, key.as_mut())
        .expect("salt and output have permitted lengths");
    // Domain separation: the key that signs in tells nothing of keys that may be derived for other uses.
    let mut auth = Zeroizing::new([0_u8; 32]);
    Hkdf::<Sha256>::new(None, key.as_ref())
        .expand(b"cloche sign-in", auth.as_mut())
        .expect("32 bytes are a permitted length");
    super::hex(auth.as_ref()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_what_the_design_asks() {
        const { assert!(MEMORY_KIB >= 64 * 1024 && PASSES >= 3 && LANES == 1) };
    }

    #[test]
    fn another_server_or_another_person_gives_another_key() {
        let password: SecretString = "correct horse battery".to_owned().into();
        let key = |server: u128, email: &str| {
            sign_in_key(&password, Uuid::from_u128(server), email).expose_secret().to_owned()
        };
        let one = key(1, "ana@example.org");
        assert_eq!(one, key(1, "ana@example.org"));
        assert_eq!(one.len(), 64);
        assert_ne!(one, key(2, "ana@example.org"));
        assert_ne!(one, key(1, "eve@example.org"));
    }
}
