//! A throw-away office: a PostgreSQL of its own with an office's settings, people with passwords, events.
//!
//! For tools (`dev-server`, `bench`), where the disk counts; tests share one faster server, see [`crate::TestServer`].

use crate::fill;
use crate::run::binaries;
use crate::sign_in::{Fault, derive, enroll};
use ::server::embedded::{Embedded, EmbeddedOptions, Listen};
use ::server::identity::new_secret;
use ::server::link::ServerLink;
use ::server::session::Session;
use ::server::setup::{self, NewMember, NewOrganization, OwnerOptions};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection};
use std::path::Path;
use uuid::Uuid;

const DATABASE: &str = "cloche";

/// Somebody who works there.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Normalised e-mail.
    pub email: String,
    /// What they type to sign in.
    pub password: SecretString,
    /// `administrator`, `manager` or `staff`.
    pub role: &'static str,
}

/// A running office. [`Office::close`] stops its server and removes everything.
#[derive(Debug)]
pub struct Office {
    // Before the folder: fields are dropped in order, and a server needs its folder to stop.
    embedded: Embedded,
    folder: tempfile::TempDir,
    /// The link that a desk gets.
    pub link: ServerLink,
    /// The organization.
    pub organization: Uuid,
    /// Who works there, the administrator first.
    pub people: Vec<Colleague>,
}

impl Office {
    /// Starts a server in a temporary folder and founds an organization without events.
    ///
    /// # Errors
    /// When the server does not start or refuses.
    pub async fn open(listen: Listen) -> Result<Self, Fault> {
        Self::open_with(listen, None).await
    }

    /// As [`Self::open`], for more desks than a server of one computer admits.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_for_many(listen: Listen) -> Result<Self, Fault> {
        Self::open_with(listen, Some("alter system set max_connections = 200")).await
    }

    async fn open_with(listen: Listen, setting: Option<&str>) -> Result<Self, Fault> {
        let folder = tempfile::Builder::new().prefix("cloche-office-").tempdir()?;
        // As root, PostgreSQL runs as somebody else, who must be able to get in.
        open_to_all(folder.path())?;
        let mut options = EmbeddedOptions::new(binaries(), folder.path().join("server"));
        options.shared = folder.path().join("shared");
        options.listen = listen;
        let mut embedded = Embedded::start(&options).await?;
        if let Some(setting) = setting {
            let mut owner = embedded.owner_options("postgres").connect().await?;
            sqlx::query(AssertSqlSafe(setting)).execute(&mut owner).await?;
            owner.close().await?;
            embedded.stop().await?;
            embedded = Embedded::start(&options).await?;
        }
        let identity = setup::provision(&embedded.owner_options(DATABASE), DATABASE).await?;
        let link = ServerLink {
            server_id: identity.server_id,
            place: embedded.location(),
            database: DATABASE.to_owned(),
            ca_pem: None,
        };
        let mut office =
            Self { embedded, folder, link, organization: Uuid::now_v7(), people: Vec::new() };
        office.found().await?;
        Ok(office)
    }

    async fn found(&mut self) -> Result<(), Fault> {
        let organization = NewOrganization {
            id: self.organization,
            name: "Olivar Catering".to_owned(),
            kind: "caterer".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
            currency: "EUR".to_owned(),
            locale: "en-GB".to_owned(),
        };
        let mut owner = self.owner().connect().await?;
        setup::create_organization(&mut owner, &organization).await?;
        owner.close().await?;
        self.hire("pilar@olivar.example", "Pilar Novák", "administrator").await?;
        self.hire("marco@olivar.example", "Marco Ibáñez", "manager").await?;
        self.hire("sofia@olivar.example", "Sofía Okafor", "staff").await
    }

    /// Makes a person with a random password a member.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn hire(
        &mut self,
        email: &str,
        display_name: &str,
        role: &'static str,
    ) -> Result<(), Fault> {
        let secret = new_secret();
        // Typed by hand now and then; 64 random bits do for a server that lives for minutes.
        let digits = &secret.expose_secret()[..16];
        let (a, b, c, d) = (&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]);
        let password = SecretString::from(format!("{a}-{b}-{c}-{d}"));
        let key = derive(&password, self.link.server_id, email).await?;
        let mut owner = self.owner().connect().await?;
        let user_id = setup::create_user(&mut owner, email, &key).await?;
        let member = NewMember {
            org_id: self.organization,
            user_id,
            display_name: display_name.to_owned(),
            role: role.to_owned(),
        };
        setup::add_member(&mut owner, &member).await?;
        owner.close().await?;
        self.people.push(Colleague { email: email.to_owned(), password, role });
        Ok(())
    }

    /// Brings `events` events with their clients in through the door, as imports do.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn fill(&self, events: u32) -> Result<(), Fault> {
        self.fill_as(events, false).await
    }

    /// As [`Self::fill`], with ten tasks an event, the resources that they need, and six bookings an event.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn fill_with_work(&self, events: u32) -> Result<(), Fault> {
        self.fill_as(events, true).await
    }

    async fn fill_as(&self, events: u32, with_work: bool) -> Result<(), Fault> {
        if events == 0 {
            return Ok(());
        }
        let administrator = &self.people[0];
        let (sign_in, _) =
            enroll(&self.link, &administrator.email, &administrator.password, "filling").await?;
        let session = Session::open(&self.link, &sign_in.device());
        if with_work {
            fill::fill_with_work(&session, self.organization, events).await?;
        } else {
            fill::fill(&session, self.organization, events).await?;
        }
        session.sign_out().await?;
        session.close().await;
        let mut owner = self.owner().connect().await?;
        // An office's tables were analysed long ago.
        sqlx::raw_sql("vacuum analyze").execute(&mut owner).await?;
        owner.close().await?;
        Ok(())
    }

    /// How the owner of the data connects.
    #[must_use]
    pub fn owner(&self) -> OwnerOptions {
        self.embedded.owner_options(DATABASE)
    }

    /// A folder that goes with the office.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the server and removes everything.
    ///
    /// # Errors
    /// When the server does not stop, or files stay behind.
    pub async fn close(self) -> Result<(), Fault> {
        self.embedded.stop().await?;
        self.folder.close()?;
        Ok(())
    }
}

#[cfg(unix)]
fn open_to_all(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open_to_all(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
