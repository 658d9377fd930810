//! The server's certificate: fetched as a desk would, checked against the pinned authority, and read for its end.

use chrono::{DateTime, NaiveDateTime, Utc};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// PostgreSQL's question whether encryption is to be had.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// How the look at a certificate came out.
#[derive(Debug)]
pub(super) enum Seen {
    /// Valid, until then (the server's, and the authority's).
    Valid {
        /// The server's own end.
        server: Option<DateTime<Utc>>,
        /// The authority's end.
        authority: Option<DateTime<Utc>>,
    },
    /// The server offers no encryption.
    NotOffered,
    /// The certificate is not to be trusted, in the library's words.
    Refused(String),
    /// Nobody answers.
    Unreachable,
}

/// Fetches and checks the certificate of the server at `host`; waits, so call it off the async threads.
pub(super) fn look(host: &str, port: u16, ca_pem: &str) -> Seen {
    let Some(mut socket) = connect(host, port) else { return Seen::Unreachable };
    let mut answer = [0_u8; 1];
    if socket.write_all(&SSL_REQUEST).is_err() || socket.read_exact(&mut answer).is_err() {
        return Seen::Unreachable;
    }
    if answer != *b"S" {
        return Seen::NotOffered;
    }
    let mut roots = RootCertStore::empty();
    let mut authority = None;
    for der in CertificateDer::pem_slice_iter(ca_pem.as_bytes()).flatten() {
        authority = authority.or_else(|| expiry_of(&der));
        let _ = roots.add(der);
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|b| b.with_root_certificates(roots).with_no_client_auth());
    let name = ServerName::try_from(host.to_owned());
    let (Ok(config), Ok(name)) = (config, name) else {
        return Seen::Refused("the host name cannot stand in a certificate".to_owned());
    };
    let mut session = match ClientConnection::new(Arc::new(config), name) {
        Ok(session) => session,
        Err(error) => return Seen::Refused(error.to_string()),
    };
    while session.is_handshaking() {
        if let Err(error) = session.complete_io(&mut socket) {
            return Seen::Refused(error.to_string());
        }
    }
    let server = session.peer_certificates().and_then(|chain| expiry_of(chain.first()?));
    Seen::Valid { server, authority }
}

fn connect(host: &str, port: u16) -> Option<TcpStream> {
    let socket = (host, port)
        .to_socket_addrs()
        .ok()?
        .find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok())?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.set_write_timeout(Some(PATIENCE)).ok()?;
    Some(socket)
}

/// When a certificate (DER) ends: the second time of its `Validity`.
#[must_use]
pub fn expiry_of(der: &[u8]) -> Option<DateTime<Utc>> {
    let (_, certificate, _) = element(der)?;
    let (_, mut body, _) = element(certificate)?;
    // An explicit version comes first where there is one; then serial number, algorithm, issuer, validity.
    let (tag, _, after) = element(body)?;
    if tag == 0xa0 {
        body = after;
    }
    for _ in 0..3 {
        body = element(body)?.2;
    }
    let (_, validity, _) = element(body)?;
    let (_, _, after) = element(validity)?;
    let (tag, time, _) = element(after)?;
    let text = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    let text = match tag {
        // UTCTime has two digits of the year; from 50 on they are of the last century.
        0x17 if text >= "50" => format!("19{text}"),
        0x17 => format!("20{text}"),
        0x18 => text.to_owned(),
        _ => return None,
    };
    Some(NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%S").ok()?.and_utc())
}

/// The first element of DER: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length > 0x7f {
        let count = length & 0x7f;
        if count > 4 {
            return None;
        }
        let (digits, after) = rest.split_at_checked(count)?;
        length = digits.iter().fold(0, |n, digit| n << 8 | usize::from(*digit));
        rest = after;
    }
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}
