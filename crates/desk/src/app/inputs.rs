//! What the first screens ask for.

use crate::secrets::Keep;
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

/// The organization and person for *Use this computer*.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct FirstRunLocal {
    /// Organization name.
    pub organization_name: String,
    /// The administrator's name.
    pub your_name: String,
    /// E-mail to sign in with.
    pub email: String,
    /// Password.
    #[specta(type = String)]
    pub password: SecretString,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// How long to stay signed in.
    pub keep: Keep,
}

/// A server link for *Connect to a server*.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ServerConnect {
    /// The link's text.
    pub link: String,
}

/// A server to set up, by its owner, with the first organization and its administrator.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ServerSetUp {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The owner's name there, usually `postgres`.
    pub owner_name: String,
    /// The owner's password; used now and never kept.
    #[specta(type = String)]
    pub owner_password: SecretString,
    /// PEM of the certificate authority that vouches for it; none only for this computer.
    pub certificate: Option<String>,
    /// Organization name.
    pub organization_name: String,
    /// The administrator's name.
    pub your_name: String,
    /// E-mail to sign in with.
    pub email: String,
    /// Password.
    #[specta(type = String)]
    pub password: SecretString,
    /// IANA zone.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// How long to stay signed in.
    pub keep: Keep,
}

/// Which known server to open.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ServerOpen {
    /// Its id.
    pub server_id: Uuid,
}

/// E-mail and password.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SignIn {
    /// E-mail.
    pub email: String,
    /// Password.
    #[specta(type = String)]
    pub password: SecretString,
    /// How long to stay signed in.
    pub keep: Keep,
}

/// Old and new password.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct PasswordChange {
    /// The password so far.
    #[specta(type = String)]
    pub current: SecretString,
    /// The new one.
    #[specta(type = String)]
    pub new: SecretString,
}

/// A new password for somebody who forgot theirs, on this computer's own server.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct PasswordResetLocal {
    /// Whose.
    pub email: String,
    /// The new one.
    #[specta(type = String)]
    pub new: SecretString,
}

/// Which organization to open.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct OrganizationSwitch {
    /// Its id.
    pub organization_id: Uuid,
}
