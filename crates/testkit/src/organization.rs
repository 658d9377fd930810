//! Organizations with people and devices, made the way a desk makes them: real LOGIN roles, real sign-ins.

use ::server::identity::{kdf::sign_in_key, new_secret};
use ::server::link::ServerLink;
use ::server::session::{DeviceSecret, sign_in_account};
use ::server::setup::{self, NewMember, NewOrganization};
use secrecy::SecretString;
use sqlx::PgPool;
use uuid::Uuid;

/// A person with one enrolled device.
#[derive(Debug, Clone)]
pub struct Person {
    /// Normalised e-mail.
    pub email: String,
    /// What the person types; only with [`OrganizationBuilder::with_passwords`], for deriving keys is slow on purpose.
    pub password: Option<SecretString>,
    /// What PostgreSQL takes for the account role's password.
    pub key: SecretString,
    /// The person.
    pub user_id: Uuid,
    /// The name colleagues see.
    pub display_name: String,
    /// `administrator`, `manager` or `staff`.
    pub role: String,
    /// The person's device.
    pub device: DeviceSecret,
}

/// A finished organization.
#[derive(Debug, Clone)]
pub struct Organization {
    /// The organization.
    pub org_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its people, in the order they were named.
    pub people: Vec<Person>,
}

impl Organization {
    /// The person with this e-mail.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn person(&self, email: &str) -> &Person {
        self.people.iter().find(|p| p.email == email).expect("somebody has this e-mail")
    }

    /// The first person with this role.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn first(&self, role: &str) -> &Person {
        self.people.iter().find(|p| p.role == role).expect("somebody has this role")
    }

    /// The first administrator.
    #[must_use]
    pub fn administrator(&self) -> &Person {
        self.first("administrator")
    }

    /// One of several administrators, by their order.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn administrator_at(&self, place: usize) -> &Person {
        let mut administrators = self.people.iter().filter(|p| p.role == "administrator");
        administrators.nth(place).expect("there are so many administrators")
    }

    /// The first manager.
    #[must_use]
    pub fn manager(&self) -> &Person {
        self.first("manager")
    }

    /// The first person of the staff.
    #[must_use]
    pub fn staff(&self) -> &Person {
        self.first("staff")
    }
}

/// An organization to be.
#[derive(Debug)]
pub struct OrganizationBuilder<'a> {
    admin: &'a PgPool,
    link: &'a ServerLink,
    organization: NewOrganization,
    people: Vec<(String, &'static str)>,
    joining: Vec<(Person, &'static str)>,
    with_passwords: bool,
}

impl<'a> OrganizationBuilder<'a> {
    pub(crate) fn new(admin: &'a PgPool, link: &'a ServerLink, name: &str) -> Self {
        let organization = NewOrganization {
            id: Uuid::now_v7(),
            name: name.to_owned(),
            kind: "caterer".to_owned(),
            time_zone: "Europe/Vienna".to_owned(),
            currency: "EUR".to_owned(),
            locale: "en-GB".to_owned(),
        };
        let (people, joining) = (Vec::new(), Vec::new());
        Self { admin, link, organization, people, joining, with_passwords: false }
    }

    /// Another zone than Europe/Vienna.
    #[must_use]
    pub fn time_zone(mut self, zone: &str) -> Self {
        self.organization.time_zone = zone.to_owned();
        self
    }

    /// With an administrator.
    #[must_use]
    pub fn administrator(self, email: &str) -> Self {
        self.person(email, "administrator")
    }

    /// With a manager.
    #[must_use]
    pub fn manager(self, email: &str) -> Self {
        self.person(email, "manager")
    }

    /// With a person of the staff.
    #[must_use]
    pub fn staff(self, email: &str) -> Self {
        self.person(email, "staff")
    }

    /// With a new person.
    #[must_use]
    pub fn person(mut self, email: &str, role: &'static str) -> Self {
        self.people.push((email.to_owned(), role));
        self
    }

    /// With a person of another organization of this database, with the same device.
    #[must_use]
    pub fn joined_by(mut self, person: &Person, role: &'static str) -> Self {
        self.joining.push((person.clone(), role));
        self
    }

    /// People sign in with passwords, derived for real: a fifth of a second each.
    #[must_use]
    pub fn with_passwords(mut self) -> Self {
        self.with_passwords = true;
        self
    }

    /// Makes it.
    ///
    /// # Panics
    /// When the database refuses any of it.
    pub async fn build(self) -> Organization {
        let mut owner = self.admin.acquire().await.expect("the database answers");
        setup::create_organization(&mut owner, &self.organization)
            .await
            .expect("the organization is made");
        let mut people = Vec::new();
        for (email, role) in &self.people {
            let (key, password) = self.secrets(email).await;
            let user_id =
                setup::create_user(&mut owner, email, &key).await.expect("the person is made");
            let display_name = name_of(email);
            let device = self.enroll(email, &key).await;
            let (email, role) = (email.clone(), (*role).to_owned());
            people.push(Person { email, password, key, user_id, display_name, role, device });
        }
        people.extend(
            self.joining
                .iter()
                .cloned()
                .map(|(person, role)| Person { role: role.to_owned(), ..person }),
        );
        for person in &people {
            let member = NewMember {
                org_id: self.organization.id,
                user_id: person.user_id,
                display_name: person.display_name.clone(),
                role: person.role.clone(),
            };
            setup::add_member(&mut owner, &member).await.expect("the person becomes a member");
        }
        Organization { org_id: self.organization.id, name: self.organization.name, people }
    }

    async fn secrets(&self, email: &str) -> (SecretString, Option<SecretString>) {
        if !self.with_passwords {
            return (new_secret(), None);
        }
        let password = SecretString::from(format!("a long enough password of {email}"));
        let (typed, server_id, email) = (password.clone(), self.link.server_id, email.to_owned());
        let key = tokio::task::spawn_blocking(move || sign_in_key(&typed, server_id, &email))
            .await
            .expect("deriving a key does not panic");
        (key, Some(password))
    }

    async fn enroll(&self, email: &str, key: &SecretString) -> DeviceSecret {
        let device = DeviceSecret { device_id: Uuid::now_v7(), secret: new_secret() };
        let mut account =
            sign_in_account(self.link, email, key).await.expect("the person signs in");
        account.enroll_device(&device, "test desk").await.expect("the device is enrolled");
        account.close().await;
        device
    }
}

/// `ana@example.org` is called Ana.
fn name_of(email: &str) -> String {
    let mut letters = email.split('@').next().unwrap_or_default().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
