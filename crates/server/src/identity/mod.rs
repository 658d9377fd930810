//! Who somebody is: PostgreSQL signs people in, the desk makes the secrets.
//!
//! Nothing here talks to a server. Source: design of the identity layer in `docs/SECURITY.md`.

pub mod kdf;
pub mod scram;

use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The login role of a person on one server.
#[must_use]
pub fn account_role(server_id: Uuid, email: &str) -> String {
    format!("cloche_u_{}", short_hash(server_id, email))
}

/// The login role of a device on one server.
#[must_use]
pub fn device_role(server_id: Uuid, device_id: Uuid) -> String {
    format!("cloche_d_{}", short_hash(server_id, &device_id.to_string()))
}

/// The login role of an invitation or a reset on one server, from the token in its link.
#[must_use]
pub fn invite_role(server_id: Uuid, token: &SecretString) -> String {
    format!("cloche_i_{}", short_hash(server_id, &invite_subject(token)))
}

/// The login role of the service that looks after a server.
#[must_use]
pub fn service_role(server_id: Uuid) -> String {
    format!("cloche_h_{}", short_hash(server_id, "hub"))
}

/// What the server is told of a link's token, so that it can name the role without knowing the token.
#[must_use]
pub fn invite_subject(token: &SecretString) -> String {
    hex(&Sha256::digest(format!("cloche-invite\n{}", token.expose_secret())))
}

/// A fresh random 256-bit secret, as 64 hexadecimal digits.
///
/// # Panics
/// When the operating system has no randomness to give, for nothing safe can be done then.
#[must_use]
pub fn new_secret() -> SecretString {
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    SysRng.try_fill_bytes(bytes.as_mut()).expect("the operating system gives randomness");
    hex(bytes.as_ref()).into()
}

/// A 256-bit key for `purpose`, derived from a secret of ours.
///
/// # Panics
/// Never: the output has a permitted length.
#[must_use]
pub fn derive_key(secret: &str, purpose: &[u8]) -> [u8; 32] {
    let mut key = [0_u8; 32];
    hkdf::Hkdf::<Sha256>::new(Some(b"cloche"), secret.as_bytes())
        .expand(purpose, &mut key)
        .expect("32 bytes are a permitted length");
    key
}

fn short_hash(server_id: Uuid, what: &str) -> String {
    let mut digest = hex(&Sha256::digest(format!("{server_id}\n{what}")));
    digest.truncate(40);
    digest
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
