//! A private certificate authority for one server, and the server's certificate. Desks are told the authority by their
//! link, so a new certificate of the same authority changes nothing for them.

use crate::error::HubError;
use crate::folder::Folder;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use secrecy::SecretString;
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

/// Every link pins it, so it should outlive the server.
const AUTHORITY_DAYS: i64 = 20 * 365;
/// About two years; the doctor warns a month before.
const SERVER_DAYS: i64 = 800;

/// The authority's certificate.
pub const AUTHORITY: &str = "ca.pem";
/// The authority's key: needed for the next certificate only, so it may be kept elsewhere.
pub const AUTHORITY_KEY: &str = "ca.key";
/// The server's certificate.
pub const SERVER: &str = "server.crt";
/// The server's key.
pub const SERVER_KEY: &str = "server.key";

/// The names that the server's certificate is good for, one a line: what the next one is to be good for too.
const NAMES: &str = "server.names";

/// What was made, and what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Whether the authority is new: then every link made before is worthless.
    pub authority: bool,
}

/// Makes a certificate for the server under `names` (host names or addresses), with the folder's authority, or a new one
/// where it has none.
///
/// # Errors
/// A name that cannot stand in a certificate; a folder that holds an authority without its key.
pub fn make(folder: &Folder, names: &[String]) -> Result<Made, HubError> {
    make_at(folder, names, OffsetDateTime::now_utc())
}

fn make_at(folder: &Folder, names: &[String], now: OffsetDateTime) -> Result<Made, HubError> {
    let (key, is_new) = match (folder.read(AUTHORITY)?, folder.read(AUTHORITY_KEY)?) {
        (Some(_), Some(key)) => (KeyPair::from_pem(&key)?, false),
        (Some(_), None) => {
            return Err(HubError::Refused(format!(
                "The folder has a certificate authority ({AUTHORITY}) but not its key ({AUTHORITY_KEY}). Bring the key back for a moment, or move {AUTHORITY} away to begin with a new authority, which makes all links worthless."
            )));
        }
        (None, _) => (KeyPair::generate()?, true),
    };
    let authority = authority(now);
    if is_new {
        folder.write_secret(AUTHORITY_KEY, &SecretString::from(key.serialize_pem()))?;
        folder.write(AUTHORITY, &authority.self_signed(&key)?.pem())?;
    }
    let issuer = Issuer::new(authority, key);
    let server_key = KeyPair::generate()?;
    let certificate = certificate(names, now)?.signed_by(&server_key, &issuer)?;
    folder.write_secret(SERVER_KEY, &SecretString::from(server_key.serialize_pem()))?;
    folder.write(SERVER, &certificate.pem())?;
    folder.write(NAMES, &format!("{}\n", names.join("\n")))?;
    Ok(Made { authority: is_new })
}

/// The names of the folder's certificate; none where it has none.
///
/// # Errors
/// When they cannot be read.
pub fn names(folder: &Folder) -> Result<Vec<String>, HubError> {
    let text = folder.read(NAMES)?.unwrap_or_default();
    Ok(text.lines().map(str::to_owned).collect())
}

fn authority(now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Cloche private authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Clocks differ: it is valid since yesterday.
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(AUTHORITY_DAYS);
    params
}

fn certificate(names: &[String], now: OffsetDateTime) -> Result<CertificateParams, HubError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(names.first().map_or("Cloche server", String::as_str));
    for name in names {
        params.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into()?),
        });
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(SERVER_DAYS);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_certificate_keeps_the_authority_and_so_every_link() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        let names = ["db.example.org".to_owned(), "10.0.0.7".to_owned()];
        assert!(make(&folder, &names).unwrap().authority);
        let (authority, first) = (folder.read(AUTHORITY).unwrap(), folder.read(SERVER).unwrap());
        assert!(!make(&folder, &names).unwrap().authority);
        assert_eq!(folder.read(AUTHORITY).unwrap(), authority);
        assert_ne!(folder.read(SERVER).unwrap(), first);
        assert_eq!(super::names(&folder).unwrap(), names);
    }

    #[test]
    fn an_authority_without_its_key_is_not_replaced_behind_anybodys_back() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        make(&folder, &["a.example".to_owned()]).unwrap();
        std::fs::remove_file(folder.path(AUTHORITY_KEY)).unwrap();
        let error = make(&folder, &["a.example".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("ca.key"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        make(&folder, &["a.example".to_owned()]).unwrap();
        for name in [AUTHORITY_KEY, SERVER_KEY] {
            let mode = std::fs::metadata(folder.path(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
