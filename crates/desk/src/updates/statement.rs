//! What a release says of itself, signed as a whole.

use super::Refused;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use minisign_verify::{PublicKey, Signature};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tells a statement from anything else that the same key signs.
const KIND: &str = "cloche release 1";

/// The key that releases of this build must be signed with.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    key: PublicKey,
    id: String,
}

impl TrustedKey {
    /// Reads a key as the configuration has it: the whole text of a minisign `.pub` file in base64.
    #[must_use]
    pub fn parse(configured: &str) -> Option<Self> {
        let text = unwrapped(configured)?;
        let key = PublicKey::decode(&text).ok()?;
        // Two bytes name the algorithm, eight the key, the rest is the key.
        let bytes = STANDARD.decode(text.lines().nth(1)?.trim()).ok()?;
        let id = bytes.get(2..10)?.iter().rev().map(|byte| format!("{byte:02X}")).collect();
        Some(Self { key, id })
    }

    /// The key's number, as minisign writes it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Where one system's package is, and its own signature (the text of its `.sig` file).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Where to fetch it.
    pub url: String,
    /// Its signature, which also names the version it was signed for.
    pub signature: String,
}

/// What a release says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Statement {
    pub(super) kind: String,
    /// The version.
    pub version: Version,
    /// What is new, in plain text.
    pub notes: String,
    /// When it was signed.
    pub published: DateTime<Utc>,
    /// From when on it is not believed any more.
    pub expires: DateTime<Utc>,
    /// How many of a hundred computers it is offered to unasked.
    #[serde(default = "everybody")]
    pub rollout: u8,
    /// The package of each system, e.g. `linux-x86_64-deb`.
    pub platforms: BTreeMap<String, Package>,
}

fn everybody() -> u8 {
    100
}

/// The part of the manifest that is believed; everything beside it is there for the updater's own reading only.
#[derive(Deserialize)]
struct Signed {
    statement: String,
    signature: String,
}

impl Statement {
    /// Takes the statement out of a fetched manifest, once its signature holds.
    ///
    /// # Errors
    /// [`Refused::Unsigned`] without one, [`Refused::Forged`] where another key signed it or a letter was changed,
    /// [`Refused::Unreadable`] where this version does not understand it.
    pub fn verified(manifest: &Value, key: &TrustedKey) -> Result<Self, Refused> {
        let signed = manifest.get("cloche").cloned().ok_or(Refused::Unsigned)?;
        let Signed { statement, signature } =
            serde_json::from_value(signed).map_err(|_| Refused::Unsigned)?;
        let signature = unwrapped(&signature).ok_or(Refused::Forged)?;
        let signature = Signature::decode(&signature).map_err(|_| Refused::Forged)?;
        let holds = key.key.verify(statement.as_bytes(), &signature, false);
        holds.map_err(|_| Refused::Forged)?;
        let statement: Self = serde_json::from_str(&statement).map_err(|_| Refused::Unreadable)?;
        if statement.kind == KIND { Ok(statement) } else { Err(Refused::Unreadable) }
    }

    /// The release as the updater reads one, made of signed words only.
    #[must_use]
    pub fn to_release(&self) -> Value {
        json!({
            "version": self.version,
            "notes": self.notes,
            "pub_date": self.published.to_rfc3339(),
            "platforms": self.platforms,
        })
    }

    #[cfg(test)]
    pub(super) fn sample(version: &str) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: version.parse().expect("a version"),
            notes: "Faster mornings.".to_owned(),
            published: "2026-11-20T08:00:00Z".parse().expect("a time"),
            expires: "2026-12-20T08:00:00Z".parse().expect("a time"),
            rollout: 100,
            platforms: BTreeMap::new(),
        }
    }
}

/// Keys and signatures travel as text in base64, so that they fit on one line of JSON.
fn unwrapped(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("fixtures/release.key.pub");
    const OTHER_KEY: &str = include_str!("fixtures/other.key.pub");

    fn manifest() -> Value {
        serde_json::from_str(include_str!("fixtures/latest.json")).unwrap()
    }

    fn read(manifest: &Value, key: &str) -> Result<Statement, Refused> {
        Statement::verified(manifest, &TrustedKey::parse(key).unwrap())
    }

    #[test]
    fn a_statement_of_the_trusted_key_is_read() {
        let statement = read(&manifest(), KEY).unwrap();
        assert_eq!(statement.version, Version::new(0, 2, 0));
        assert_eq!(statement.platforms.keys().collect::<Vec<_>>(), ["linux-x86_64-deb"]);
    }

    #[test]
    fn another_keys_statement_is_forged() {
        assert_eq!(read(&manifest(), OTHER_KEY), Err(Refused::Forged));
    }

    #[test]
    fn a_changed_letter_is_noticed() {
        let mut manifest = manifest();
        let statement = manifest["cloche"]["statement"].as_str().unwrap().replace("0.2.0", "9.2.0");
        manifest["cloche"]["statement"] = statement.into();
        assert_eq!(read(&manifest, KEY), Err(Refused::Forged));
    }

    #[test]
    fn what_stands_beside_the_statement_is_not_believed() {
        let mut manifest = manifest();
        manifest["version"] = "99.0.0".into();
        manifest["platforms"] = json!({});
        let release = read(&manifest, KEY).unwrap().to_release();
        assert_eq!(release["version"], "0.2.0");
        assert!(release["platforms"]["linux-x86_64-deb"].is_object());
    }

    #[test]
    fn a_manifest_without_a_statement_is_unsigned() {
        assert_eq!(read(&json!({ "version": "0.2.0" }), KEY), Err(Refused::Unsigned));
        assert_eq!(read(&json!({ "cloche": { "statement": "{}" } }), KEY), Err(Refused::Unsigned));
    }

    #[test]
    fn a_package_cannot_pass_for_a_statement() {
        let mut manifest = manifest();
        manifest["cloche"] =
            serde_json::from_str(include_str!("fixtures/signed-note.json")).unwrap();
        assert_eq!(read(&manifest, KEY), Err(Refused::Unreadable), "signed, but not as a release");
    }

    #[test]
    fn a_key_is_named_as_minisign_names_it() {
        let named = String::from_utf8(STANDARD.decode(KEY.trim()).unwrap()).unwrap();
        let first = named.lines().next().unwrap().to_owned();
        assert!(first.ends_with(TrustedKey::parse(KEY).unwrap().id()), "{first}");
        assert!(TrustedKey::parse("").is_none(), "a build without a key trusts nobody");
    }
}
