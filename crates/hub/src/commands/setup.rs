//! `setup`: roles, database, schema, certificate, the first organization, the service's sign-in, and the link for desks.
//! Each step says what it did or that it was done before.

use crate::certificates::{self, AUTHORITY, SERVER};
use crate::cli::{FolderArgs, OwnerArgs};
use crate::configuration;
use crate::error::HubError;
use crate::folder::Folder;
use crate::terminal::{self, say};
use clap::Args;
use domain::account::{check_founding, check_password, normalise_email, normalise_password};
use secrecy::{ExposeSecret, SecretString};
use server::identity::{kdf::sign_in_key, new_secret};
use server::link::{Place, ServerLink};
use server::setup::{self as setting_up, AdministratorLink, NewOrganization, Owner, Survey};
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;

/// How long the first administrator's link lets in.
const FIRST_LINK: Duration = Duration::from_secs(24 * 3600);

/// Set a PostgreSQL server up for Cloche.
#[derive(Debug, Args)]
pub struct Setup {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    folder: FolderArgs,
    /// Make the database if it is not there.
    #[arg(long)]
    create_database: bool,
    /// The name (or address) by which desks reach the server.
    #[arg(long)]
    host: Option<String>,
    /// The port by which desks reach it.
    #[arg(long)]
    port: Option<u16>,
    /// Make a certificate for the server, with a private authority made for it if there is none yet.
    #[arg(long)]
    certificate: bool,
    /// Another name or address that the certificate is to be good for; may be repeated. Without it, those of the last one.
    #[arg(long = "name", value_name = "NAME", requires = "certificate")]
    names: Vec<String>,
    /// Make the sign-in of the service (`cloche-hub run`), or give it a new secret.
    #[arg(long)]
    service: bool,
    #[command(flatten)]
    first: First,
}

/// The first organization and its administrator.
#[derive(Debug, Args)]
struct First {
    /// The organization's name.
    #[arg(long, requires = "email", requires = "person")]
    organization: Option<String>,
    /// The first administrator's e-mail.
    #[arg(long)]
    email: Option<String>,
    /// The first administrator's name.
    #[arg(long)]
    person: Option<String>,
    /// The organization's time zone, such as Europe/Madrid.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Its currency.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// How it writes dates and numbers.
    #[arg(long, default_value = "en-GB")]
    locale: String,
    /// Make a link by which the administrator chooses a password, instead of asking for one here.
    #[arg(long)]
    link: bool,
}

impl Setup {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let (owner, folder) = (self.owner.open()?, self.folder.open());
        let before = setting_up::survey(&owner, &self.owner.database).await?;
        self.announce(&before)?;
        let place = self.place(&owner, folder.link()?.as_ref());
        if self.certificate {
            self.make_certificate(&folder, &place)?;
        }
        let mut link = ServerLink {
            server_id: Uuid::nil(),
            place,
            database: self.owner.database.clone(),
            ca_pem: folder.read(AUTHORITY)?,
        };
        if link.ca_pem.is_none() && !link.is_on_this_computer() {
            return Err(HubError::Refused(
                "Desks on other computers need a certificate: run this again with --certificate, or put the authority of your own certificate into the folder as ca.pem.".to_owned(),
            ));
        }
        let options = owner.options(&self.owner.database)?;
        link.server_id = setting_up::provision(&options, &self.owner.database).await?.server_id;
        say(if before.server_id.is_some() {
            "Roles, tables and privileges are up to date."
        } else {
            "Roles, tables and privileges are made."
        });
        folder.write("server.link", &format!("{link}\n"))?;
        self.found(&owner, &link, &before).await?;
        if self.service {
            let secret = setting_up::make_service(&options).await?;
            folder.write_secret("service.secret", &secret)?;
            say(format!(
                "The service can sign in; its secret is in {}.",
                folder.path("service.secret").display()
            ));
        }
        self.show_configuration(&folder, &link)?;
        say("\nThe link for desks (it holds no secret):");
        say(link.to_string());
        Ok(ExitCode::SUCCESS)
    }

    fn announce(&self, before: &Survey) -> Result<(), HubError> {
        say(format!("PostgreSQL {} answers its owner.", before.version));
        let database = &self.owner.database;
        match (before.database, before.server_id) {
            (false, _) if !self.create_database => Err(HubError::Refused(format!(
                "There is no database “{database}” yet. Run this again with --create-database to make it."
            ))),
            (false, _) => {
                say(format!("The database “{database}” will be made."));
                Ok(())
            }
            (true, None) => {
                say(format!("The database “{database}” is there and empty."));
                Ok(())
            }
            (true, Some(_)) => {
                say(format!("Cloche is in the database “{database}” already."));
                Ok(())
            }
        }
    }

    /// Where desks find the server: as was said, else as they do so far, else as its owner does.
    fn place(&self, owner: &Owner, so_far: Option<&ServerLink>) -> Place {
        let mut place = so_far.map_or(&owner.place, |link| &link.place).clone();
        let (Place::Socket { port, .. } | Place::Host { port, .. }) = &mut place;
        *port = self.port.unwrap_or(*port);
        match &self.host {
            Some(host) => Place::Host { host: host.clone(), port: *port },
            None => place,
        }
    }

    fn make_certificate(&self, folder: &Folder, place: &Place) -> Result<(), HubError> {
        let Place::Host { host, .. } = place else {
            return Err(HubError::Refused(
                "A certificate is made for a name: say with --host how desks reach the server."
                    .to_owned(),
            ));
        };
        let mut names = vec![host.clone()];
        // A certificate that only runs out is renewed for the names that it is good for.
        let further =
            if self.names.is_empty() { certificates::names(folder)? } else { self.names.clone() };
        names.extend(further.into_iter().filter(|name| name != host));
        let made = certificates::make(folder, &names)?;
        say(if made.authority {
            "A private certificate authority and a certificate are made."
        } else {
            "A new certificate of the same authority is made; links stay good."
        });
        Ok(())
    }

    async fn found(
        &self,
        owner: &Owner,
        link: &ServerLink,
        before: &Survey,
    ) -> Result<(), HubError> {
        let First { organization, email, person, .. } = &self.first;
        let (Some(name), Some(email), Some(person)) = (organization, email, person) else {
            if before.organizations == 0 {
                say(
                    "There is no organization yet: run this again with --organization, --email and --person.",
                );
            }
            return Ok(());
        };
        if before.organizations > 0 {
            say("There is an organization already; nothing was added.");
            return Ok(());
        }
        check_founding(name, person)?;
        let email = normalise_email(email)?;
        let key = if self.first.link { new_secret() } else { ask_password(link, &email)? };
        let organization = NewOrganization {
            id: Uuid::now_v7(),
            name: name.trim().to_owned(),
            kind: "caterer".to_owned(),
            time_zone: self.first.time_zone.clone(),
            currency: self.first.currency.clone(),
            locale: self.first.locale.clone(),
        };
        let options = owner.options(&self.owner.database)?;
        let person = person.trim();
        let made = setting_up::found(&options, &organization, &email, person, &key).await?;
        say(if made {
            format!("{} is made, with {person} as its administrator.", organization.name)
        } else {
            "There is an organization already; nothing was added.".to_owned()
        });
        if made && self.first.link {
            let wanted = AdministratorLink { email, appoint: None, valid: FIRST_LINK };
            let (join, _) = setting_up::administrator_link(&options, link, &wanted).await?;
            say(format!("\nThe link by which {person} chooses a password, once, within a day:"));
            say(join.reveal());
        }
        Ok(())
    }

    fn show_configuration(&self, folder: &Folder, link: &ServerLink) -> Result<(), HubError> {
        if link.ca_pem.is_none() {
            return Ok(());
        }
        say("\npostgresql.conf needs these lines:");
        for line in configuration::postgresql(folder, folder.read(SERVER)?.is_some()) {
            say(format!("    {line}"));
        }
        say("pg_hba.conf needs this line, and no `host` line for other computers:");
        for line in configuration::access(&self.owner.database) {
            say(format!("    {line}"));
        }
        say("Then restart PostgreSQL, and run `cloche-hub doctor`.");
        Ok(())
    }
}

/// Asks twice, or takes one line where a script hands the password over.
fn ask_password(link: &ServerLink, email: &str) -> Result<SecretString, HubError> {
    let typed = if terminal::is_attended() {
        let first =
            terminal::ask_secret(&format!("A password for {email} (12 characters or more)"))?;
        let again = terminal::ask_secret("The same again")?;
        if first.expose_secret() != again.expose_secret() {
            return Err(HubError::Refused(
                "The two passwords differ. Nothing was made for them; run this again.".to_owned(),
            ));
        }
        first
    } else {
        terminal::line_of_stdin()?.into()
    };
    check_password(typed.expose_secret(), email)?;
    let typed = SecretString::from(normalise_password(typed.expose_secret()));
    Ok(sign_in_key(&typed, link.server_id, email))
}
