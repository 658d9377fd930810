//! SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677), made on the desk so that no server ever sees a password.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

/// PostgreSQL's own count; the secret behind it is 256 bits already, so more rounds would add nothing.
const ROUNDS: u32 = 4096;

/// The verifier PostgreSQL stores for `secret`, which must be plain ASCII (our secrets are hexadecimal).
///
/// # Panics
/// When the operating system has no randomness to give.
#[must_use]
pub fn scram_verifier(secret: &str) -> String {
    let mut salt = [0_u8; 16];
    SysRng.try_fill_bytes(&mut salt).expect("the operating system gives randomness");
    verifier_with_salt(secret, &salt)
}

fn verifier_with_salt(secret: &str, salt: &[u8]) -> String {
    let mut salted = zeroize::Zeroizing::new([0_u8; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(secret.as_bytes(), salt, ROUNDS, salted.as_mut());
    let stored = Sha256::digest(keyed(salted.as_ref(), b"Client Key"));
    let server = keyed(salted.as_ref(), b"Server Key");
    format!(
        "SCRAM-SHA-256${ROUNDS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(server)
    )
}

fn keyed(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_is_the_one_of_rfc_7677() {
        // The RFC's example exchange: user `user`, password `pencil`, salt W22ZaJ0SNY7soEsUEjb6gQ==, 4096 rounds.
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        assert_eq!(
            verifier_with_salt("pencil", &salt),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
    }

    #[test]
    fn two_verifiers_of_one_secret_differ() {
        assert_ne!(scram_verifier("secret"), scram_verifier("secret"));
    }
}
