//! Server links: where a server is and which one it is; never a secret.
//!
//! `cloche://server?host=db.example.org&port=5432&db=cloche&id=<server id>&ca=<base64url of the pinned CA's PEM>`;
//! a server on this computer has `socket=<folder>` instead of `host`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};
use url::Url;
use uuid::Uuid;

/// How to reach a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A Unix socket in a folder of this computer.
    Socket {
        /// The folder that holds `.s.PGSQL.<port>`.
        folder: PathBuf,
        /// The port in the socket's name.
        port: u16,
    },
    /// A TCP address.
    Host {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
    },
}

/// A parsed server link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLink {
    /// Which server: role names and password salts hash it.
    pub server_id: Uuid,
    /// Where it is.
    pub place: Place,
    /// The database.
    pub database: String,
    /// PEM of the one certificate authority that may vouch for it.
    pub ca_pem: Option<String>,
}

/// Why a link cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LinkError {
    /// Not a link at all.
    #[error(
        "This is not a Cloche link. It starts with cloche:// and comes from your administrator."
    )]
    NotALink,
    /// A part is missing or unreadable.
    #[error("The link is incomplete: its {0} is missing or unreadable. Copy it again, whole.")]
    Part(&'static str),
    /// A server elsewhere without a pinned certificate authority.
    #[error("The link carries no certificate, so the server could not prove who it is.")]
    NotPinned,
}

impl FromStr for ServerLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let url = Url::parse(text.trim()).map_err(|_| LinkError::NotALink)?;
        if url.scheme() != "cloche" || url.host_str() != Some("server") {
            return Err(LinkError::NotALink);
        }
        Self::of(&url)
    }
}

/// A link's part by its name, unless it is empty.
fn part_of(url: &Url, name: &str) -> Option<String> {
    let found = url.query_pairs().find(|(k, _)| k == name);
    found.map(|(_, v)| v.into_owned()).filter(|v| !v.is_empty())
}

impl ServerLink {
    fn of(url: &Url) -> Result<Self, LinkError> {
        let part = |name: &str| part_of(url, name);
        let server_id =
            part("id").and_then(|v| v.parse().ok()).ok_or(LinkError::Part("server id"))?;
        let port = match part("port") {
            None => 5432,
            Some(p) => p.parse().map_err(|_| LinkError::Part("port"))?,
        };
        let place = match (part("socket"), part("host")) {
            (Some(folder), None) => Place::Socket { folder: folder.into(), port },
            (None, Some(host)) => Place::Host { host, port },
            _ => return Err(LinkError::Part("host")),
        };
        let ca_pem = match part("ca") {
            None => None,
            Some(text) => Some(
                URL_SAFE_NO_PAD
                    .decode(text)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .filter(|pem| pem.contains("BEGIN CERTIFICATE"))
                    .ok_or(LinkError::Part("certificate"))?,
            ),
        };
        let link = Self {
            server_id,
            place,
            database: part("db").ok_or(LinkError::Part("database"))?,
            ca_pem,
        };
        if link.ca_pem.is_none() && !link.is_on_this_computer() {
            return Err(LinkError::NotPinned);
        }
        Ok(link)
    }
}

impl fmt::Display for ServerLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = Url::parse("cloche://server").map_err(|_| fmt::Error)?;
        self.write_to(&mut url);
        f.write_str(url.as_str())
    }
}

/// A link that lets one person in, or lets them choose a new password:
/// `cloche://join?<the parts of a server link>&email=…&token=…`. Whoever holds it can use it, once.
#[derive(Debug, Clone)]
pub struct JoinLink {
    /// Where to.
    pub server: ServerLink,
    /// Whose sign-in it makes or mends; normalised.
    pub email: String,
    /// 256 random bits in hexadecimal: the password of the link's own role.
    pub token: SecretString,
}

impl FromStr for JoinLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let url = Url::parse(text.trim()).map_err(|_| LinkError::NotALink)?;
        if url.scheme() != "cloche" || url.host_str() != Some("join") {
            return Err(LinkError::NotALink);
        }
        let token = part_of(&url, "token")
            .filter(|token| token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or(LinkError::Part("token"))?;
        Ok(Self {
            server: ServerLink::of(&url)?,
            email: part_of(&url, "email").ok_or(LinkError::Part("e-mail"))?,
            token: token.into(),
        })
    }
}

impl JoinLink {
    /// Whether a text is meant as such a link, whole or not.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        text.trim_start().starts_with("cloche://join")
    }

    /// The link in full, to be handed to that person and nobody else: hence no `Display`.
    ///
    /// # Panics
    /// Never: the fixed beginning is a URL.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut url = Url::parse("cloche://join").expect("it is a URL");
        self.server.write_to(&mut url);
        url.query_pairs_mut()
            .append_pair("email", &self.email)
            .append_pair("token", self.token.expose_secret());
        url.into()
    }
}

impl ServerLink {
    fn write_to(&self, url: &mut Url) {
        let mut query = url.query_pairs_mut();
        match &self.place {
            Place::Socket { folder, port } => query
                .append_pair("socket", &folder.to_string_lossy())
                .append_pair("port", &port.to_string()),
            Place::Host { host, port } => {
                query.append_pair("host", host).append_pair("port", &port.to_string())
            }
        };
        query.append_pair("db", &self.database).append_pair("id", &self.server_id.to_string());
        if let Some(pem) = &self.ca_pem {
            query.append_pair("ca", &URL_SAFE_NO_PAD.encode(pem));
        }
    }

    /// Whether the connection never leaves this computer, so that no certificate is needed.
    #[must_use]
    pub fn is_on_this_computer(&self) -> bool {
        match &self.place {
            Place::Socket { .. } => true,
            Place::Host { host, .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        }
    }

    /// Connection options for `role`; nothing of the environment's `PG*` variables is used.
    #[must_use]
    pub fn options(&self, role: &str, password: &str) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .username(role)
            .password(password)
            .database(&self.database)
            .application_name("cloche")
            // Startup options beat what a role was altered to; a hanging call must not hang the desk.
            .options([
                ("search_path", "pg_catalog"),
                ("default_transaction_isolation", "read committed"),
                ("default_transaction_read_only", "off"),
                ("timezone", "UTC"),
                ("row_security", "on"),
                ("lock_timeout", "0"),
                ("statement_timeout", "120000"),
                ("idle_in_transaction_session_timeout", "30000"),
            ]);
        // A desk that left its network without a word must not go on occupying its few connections for hours.
        let options = if self.is_on_this_computer() {
            options
        } else {
            options.options([
                ("tcp_keepalives_idle", "30"),
                ("tcp_keepalives_interval", "10"),
                ("tcp_keepalives_count", "3"),
                ("tcp_user_timeout", "60000"),
            ])
        };
        let options = match &self.place {
            Place::Socket { folder, port } => options.socket(folder).port(*port),
            Place::Host { host, port } => options.host(host).port(*port),
        };
        match &self.ca_pem {
            Some(pem) => options
                .ssl_root_cert_from_pem(pem.clone().into_bytes())
                .ssl_mode(PgSslMode::VerifyFull),
            None => options.ssl_mode(PgSslMode::Disable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(place: Place, ca: Option<&str>) -> ServerLink {
        ServerLink {
            server_id: Uuid::from_u128(7),
            place,
            database: "cloche".into(),
            ca_pem: ca.map(Into::into),
        }
    }

    #[test]
    fn a_link_survives_being_written_and_read() {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n";
        for link in [
            sample(Place::Socket { folder: "/run/a b/ü".into(), port: 5432 }, None),
            sample(Place::Host { host: "127.0.0.1".into(), port: 6000 }, None),
            sample(Place::Host { host: "db.example.org".into(), port: 5433 }, Some(pem)),
        ] {
            assert_eq!(link.to_string().parse(), Ok(link));
        }
    }

    #[test]
    fn a_server_elsewhere_notices_soon_that_a_desk_has_left() {
        let here = sample(Place::Host { host: "127.0.0.1".into(), port: 1 }, None);
        let there = sample(Place::Host { host: "db.example.org".into(), port: 1 }, Some("-"));
        let asked = |link: &ServerLink| {
            let options = link.options("somebody", "secret");
            options.get_options().is_some_and(|all| all.contains("tcp_keepalives_idle=30"))
        };
        assert_eq!((asked(&here), asked(&there)), (false, true));
    }

    #[test]
    fn a_server_elsewhere_must_be_pinned() {
        let link =
            "cloche://server?host=db.example.org&db=cloche&id=00000000-0000-0000-0000-000000000007";
        assert_eq!(link.parse::<ServerLink>(), Err(LinkError::NotPinned));
    }

    #[test]
    fn an_invitation_s_link_survives_being_written_and_read() {
        let link = JoinLink {
            server: sample(Place::Socket { folder: "/run/a b/ü".into(), port: 5432 }, None),
            email: "ana+x@example.org".into(),
            token: "0f".repeat(32).into(),
        };
        let read: JoinLink = link.reveal().parse().unwrap();
        assert_eq!((read.server, read.email), (link.server.clone(), link.email.clone()));
        assert_eq!(read.token.expose_secret(), link.token.expose_secret());
        assert!(!format!("{link:?}").contains("0f0f"), "a link's token is not logged");
        assert!(link.reveal().parse::<ServerLink>().is_err(), "it is not a server link");
    }

    #[test]
    fn an_invitation_s_link_without_its_token_is_named() {
        let whole = "cloche://join?host=127.0.0.1&db=c&id=00000000-0000-0000-0000-000000000007&email=a%40b.c";
        assert_eq!(whole.parse::<JoinLink>().unwrap_err(), LinkError::Part("token"));
    }

    #[test]
    fn nonsense_is_named() {
        assert_eq!("hello".parse::<ServerLink>(), Err(LinkError::NotALink));
        assert_eq!("https://server?x=1".parse::<ServerLink>(), Err(LinkError::NotALink));
        assert_eq!(
            "cloche://server?host=x&db=c".parse::<ServerLink>(),
            Err(LinkError::Part("server id"))
        );
    }
}
