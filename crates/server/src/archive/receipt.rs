//! What says that an organization arrived on a server: whoever restored it there hands it to whoever closes it here.

use super::Manifest;
use super::tables::USERS;
use crate::identity::hex;
use crate::link::{LinkError, ServerLink};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use url::Url;
use uuid::Uuid;

/// A receipt: `cloche://moved?<the parts of a server link>&org=…&n=…&digest=…`. No secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Where it arrived.
    pub server: ServerLink,
    /// What arrived.
    pub org: Uuid,
    /// Up to which place in its feed.
    pub n: i64,
    /// Hash over the hashes of all tables.
    pub digest: String,
}

impl Receipt {
    /// The receipt for what `manifest` holds.
    #[must_use]
    pub fn of(manifest: &Manifest, server: &ServerLink) -> Self {
        let about = &manifest.about;
        let digest = digest(manifest);
        Self { server: server.clone(), org: about.organization.id, n: about.n, digest }
    }

    /// Whether it is for exactly what `manifest` holds.
    #[must_use]
    pub fn is_for(&self, manifest: &Manifest) -> bool {
        *self == Self::of(manifest, &self.server)
    }
}

/// Accounts belong to a server and are not compared: who had one there before has it still.
fn digest(manifest: &Manifest) -> String {
    let mut digest = Sha256::new();
    for part in manifest.parts.iter().filter(|part| part.table != USERS) {
        digest.update(format!("{} {} {}\n", part.table, part.rows, part.sha256));
    }
    hex(&digest.finalize())
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.server.to_string().replacen("cloche://server", "cloche://moved", 1);
        let mut url = Url::parse(&text).map_err(|_| fmt::Error)?;
        url.query_pairs_mut()
            .append_pair("org", &self.org.to_string())
            .append_pair("n", &self.n.to_string())
            .append_pair("digest", &self.digest);
        f.write_str(url.as_str())
    }
}

impl FromStr for Receipt {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| LinkError::NotALink)?;
        if url.scheme() != "cloche" || url.host_str() != Some("moved") {
            return Err(LinkError::NotALink);
        }
        let part =
            |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        Ok(Self {
            server: text.replacen("cloche://moved", "cloche://server", 1).parse()?,
            org: part("org").and_then(|v| v.parse().ok()).ok_or(LinkError::Part("organization"))?,
            n: part("n").and_then(|v| v.parse().ok()).ok_or(LinkError::Part("place"))?,
            digest: part("digest").filter(|v| v.len() == 64).ok_or(LinkError::Part("digest"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Place;

    #[test]
    fn a_receipt_is_read_back_as_it_was_written_and_a_half_one_is_not() {
        let server = ServerLink {
            server_id: Uuid::from_u128(7),
            place: Place::Socket { folder: "/run/a b".into(), port: 5433 },
            database: "cloche".into(),
            ca_pem: None,
        };
        let receipt = Receipt { server, org: Uuid::from_u128(9), n: 42, digest: "ab".repeat(32) };
        let text = receipt.to_string();
        assert!(text.starts_with("cloche://moved?"), "{text}");
        assert_eq!(format!(" {text}\n").parse::<Receipt>(), Ok(receipt));
        assert!(text[..text.len() - 10].parse::<Receipt>().is_err());
        assert_eq!("cloche://server?id=1".parse::<Receipt>(), Err(LinkError::NotALink));
    }
}
