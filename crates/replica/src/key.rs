//! The key of a replica file. It lives in the operating system's keychain, never in a file.

use std::fmt;
use zeroize::Zeroizing;

/// 32 random bytes that encrypt one replica; overwritten when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplicaKey(Zeroizing<[u8; 32]>);

impl ReplicaKey {
    /// A new key from the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// The key made of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes to keep in the keychain.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value of SQLCipher's `key` pragma: a raw key, which skips the (slow, needless) derivation.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        use fmt::Write;
        let mut text = Zeroizing::new(String::with_capacity(69));
        text.push_str("\"x'");
        for byte in self.0.iter() {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        }
        text.push_str("'\"");
        text
    }
}

impl fmt::Debug for ReplicaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplicaKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let key = ReplicaKey::from_bytes([0xab; 32]);
        assert_eq!(format!("{key:?}"), "ReplicaKey(…)");
    }

    #[test]
    fn two_keys_differ() {
        assert_ne!(ReplicaKey::generate().as_bytes(), ReplicaKey::generate().as_bytes());
    }

    #[test]
    fn the_pragma_is_a_raw_key() {
        let pragma = ReplicaKey::from_bytes([0x0f; 32]).pragma();
        assert_eq!(pragma.as_str(), format!("\"x'{}'\"", "0f".repeat(32)));
    }
}
