//! Clients: who events are for.

use crate::change::{Entity, Plan, merge};
use crate::may::May;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::text::TextField;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A client of the office. Fields are the columns of `clients`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Row id.
    pub id: Uuid,
    /// Company or family name, 1–255 characters, trimmed.
    pub company_name: String,
    /// The person to talk to, at most 255 characters.
    pub contact_name: Option<String>,
    /// At most 254 characters, contains one `@`; kept as typed, compared without case.
    pub email: Option<String>,
    /// At most 50 characters, as typed.
    pub phone: Option<String>,
    /// At most 1 000 characters, may hold line breaks.
    pub address: Option<String>,
    /// At most 10 000 characters.
    pub notes: Option<String>,
    /// The client's own organization, where it has one in Cloche.
    pub client_org_id: Option<Uuid>,
    /// Who created it; set by the server.
    pub created_by: Option<Uuid>,
    /// When; set by the server.
    pub created_at: Option<DateTime<Utc>>,
    /// Last change; set by the server.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Entity for Client {
    const TABLE: &'static str = "clients";
    const DESK_COLUMNS: &'static [&'static str] =
        &["company_name", "contact_name", "email", "phone", "address", "notes"];
    fn id(&self) -> Uuid {
        self.id
    }
}

pub(crate) const COMPANY_NAME: TextField =
    TextField::line("company_name", "the company’s or family’s name", 255);
const CONTACT_NAME: TextField = TextField::line("contact_name", "the contact’s name", 255);
const EMAIL: TextField = TextField::line("email", "the e-mail address", 254);
const PHONE: TextField = TextField::line("phone", "the phone number", 50);
const ADDRESS: TextField = TextField::lines("address", "the address", 1_000);
const NOTES: TextField = TextField::lines("notes", "the notes", 10_000);

/// A client as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClientForm {
    /// Company or family name.
    pub company_name: String,
    /// The person to talk to.
    pub contact_name: Option<String>,
    /// Kept as typed.
    pub email: Option<String>,
    /// Kept as typed.
    pub phone: Option<String>,
    /// May hold line breaks.
    pub address: Option<String>,
    /// Notes.
    pub notes: Option<String>,
}

impl ClientForm {
    /// The form that shows `client`; handed back unchanged, it plans nothing.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self {
            company_name: client.company_name.clone(),
            contact_name: client.contact_name.clone(),
            email: client.email.clone(),
            phone: client.phone.clone(),
            address: client.address.clone(),
            notes: client.notes.clone(),
        }
    }
}

/// The client that `form` describes; what the server stamps is empty.
///
/// # Errors
/// What is wrong with the first field that cannot be taken.
pub(crate) fn client_of(id: Uuid, form: &ClientForm) -> Result<Client, Refusal> {
    Ok(Client {
        id,
        company_name: COMPANY_NAME.required(&form.company_name)?,
        contact_name: CONTACT_NAME.optional(form.contact_name.as_deref())?,
        email: email(form.email.as_deref())?,
        phone: PHONE.optional(form.phone.as_deref())?,
        address: ADDRESS.optional(form.address.as_deref())?,
        notes: NOTES.optional(form.notes.as_deref())?,
        client_org_id: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    })
}

/// An address to write to: only what makes delivery impossible is refused, the rest is the mail server's to say.
fn email(raw: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(email) = EMAIL.optional(raw)? else { return Ok(None) };
    let deliverable = email
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if deliverable && !email.contains(char::is_whitespace) {
        return Ok(Some(email));
    }
    Err(Refusal::invalid(
        "email",
        format!(
            "“{email}” is not an e-mail address. Write it like ana@example.org, or leave it empty."
        ),
    ))
}

/// Plans a new client.
///
/// # Errors
/// [`Refusal::NotPermitted`], or what is wrong with the first field that cannot be taken.
pub fn plan_create(may: &Permissions, id: Uuid, form: &ClientForm) -> Result<Plan, Refusal> {
    may.require("clients.create")?;
    Ok(Plan::creating(&client_of(id, form)?))
}

/// Plans what was changed between `base`, the form as it was opened, and `form`, as it was handed in.
///
/// `client` is the client now; see [`crate::events::plan_edit`] for what happens to fields that others changed.
///
/// # Errors
/// [`Refusal::NotPermitted`], or what is wrong with the first changed field.
pub fn plan_edit(
    may: &Permissions,
    client: &Client,
    base: &ClientForm,
    form: &ClientForm,
) -> Result<Plan, Refusal> {
    may.require("clients.edit")?;
    let (mut seen, mut wanted) = (client.clone(), client.clone());
    if base.company_name != form.company_name {
        let new = COMPANY_NAME.required(&form.company_name)?;
        let old = COMPANY_NAME.required(&base.company_name)?;
        merge(old, new, &mut seen.company_name, &mut wanted.company_name);
    }
    if base.contact_name != form.contact_name {
        let new = CONTACT_NAME.optional(form.contact_name.as_deref())?;
        let old = CONTACT_NAME.optional(base.contact_name.as_deref())?;
        merge(old, new, &mut seen.contact_name, &mut wanted.contact_name);
    }
    if base.email != form.email {
        let (new, old) = (email(form.email.as_deref())?, email(base.email.as_deref())?);
        merge(old, new, &mut seen.email, &mut wanted.email);
    }
    if base.phone != form.phone {
        let new = PHONE.optional(form.phone.as_deref())?;
        let old = PHONE.optional(base.phone.as_deref())?;
        merge(old, new, &mut seen.phone, &mut wanted.phone);
    }
    if base.address != form.address {
        let new = ADDRESS.optional(form.address.as_deref())?;
        let old = ADDRESS.optional(base.address.as_deref())?;
        merge(old, new, &mut seen.address, &mut wanted.address);
    }
    if base.notes != form.notes {
        let new = NOTES.optional(form.notes.as_deref())?;
        let old = NOTES.optional(base.notes.as_deref())?;
        merge(old, new, &mut seen.notes, &mut wanted.notes);
    }
    Ok(Plan::changing(&seen, &wanted))
}

/// Plans deleting `client`, which has that many `events`, archived ones counted.
///
/// # Errors
/// [`Refusal::ClientHasEvents`], [`Refusal::NotPermitted`].
pub fn plan_delete(may: &Permissions, client: &Client, events: u32) -> Result<Plan, Refusal> {
    if events > 0 {
        return Err(Refusal::ClientHasEvents { company_name: client.company_name.clone(), events });
    }
    may.require("clients.delete")?;
    Ok(Plan::deleting(client))
}

/// What may be done with one client now, with the reason for each that may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ClientMay {
    /// Change its details.
    pub edit: May,
    /// Delete it.
    pub delete: May,
    /// Create an event for it.
    pub create_event: May,
}

/// The verdict on everything that can be done with `client`, which has that many `events`.
#[must_use]
pub fn verdicts(may: &Permissions, client: &Client, events: u32) -> ClientMay {
    ClientMay {
        edit: May::of(&may.require("clients.edit")),
        delete: May::of(&plan_delete(may, client, events).map(drop)),
        create_event: May::of(&may.require("events.create")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Op;
    use crate::permission::Role;

    fn everything() -> Permissions {
        Permissions::default_of(Role::Administrator)
    }

    fn hotel() -> Client {
        let form = ClientForm {
            company_name: "Hotel Peña".into(),
            email: Some("ana@example.org".into()),
            ..ClientForm::default()
        };
        client_of(Uuid::from_u128(1), &form).unwrap()
    }

    fn edit(change: impl FnOnce(&mut ClientForm)) -> Result<Plan, Refusal> {
        let base = ClientForm::of(&hotel());
        let mut form = base.clone();
        change(&mut form);
        plan_edit(&everything(), &hotel(), &base, &form)
    }

    #[test]
    fn a_new_client_sends_what_was_filled_in() {
        let form = ClientForm { phone: Some("  ".into()), ..ClientForm::of(&hotel()) };
        let plan = plan_create(&everything(), Uuid::from_u128(1), &form).unwrap();
        let columns: Vec<&str> = plan.changes[0].set.keys().map(String::as_str).collect();
        assert_eq!(columns, ["company_name", "email"]);
    }

    #[test]
    fn an_edit_names_only_what_it_changes() {
        assert_eq!(edit(|_| {}), Ok(Plan::nothing()));
        assert_eq!(edit(|f| f.company_name = " Hotel Peña ".into()), Ok(Plan::nothing()));
        let plan = edit(|f| f.address = Some("C/ Sol 4\r\n2º izq.".into())).unwrap();
        assert_eq!(plan.changes[0].set["address"], "C/ Sol 4\n2º izq.");
        assert_eq!(plan.changes[0].was["address"], serde_json::Value::Null);
        assert_eq!(plan.changes[0].set.len(), 1);
    }

    #[test]
    fn fields_that_cannot_be_taken_are_refused_by_name() {
        let long = |n| Some("x".repeat(n));
        for (field, outcome) in [
            ("company_name", edit(|f| f.company_name = "\t".into())),
            ("company_name", edit(|f| f.company_name = "x".repeat(256))),
            ("contact_name", edit(|f| f.contact_name = long(256))),
            ("email", edit(|f| f.email = Some("not-an-email".into()))),
            ("email", edit(|f| f.email = Some("a b@example.org".into()))),
            ("email", edit(|f| f.email = Some(format!("{}@example.org", "x".repeat(243))))),
            ("phone", edit(|f| f.phone = long(51))),
            ("address", edit(|f| f.address = long(1_001))),
            ("notes", edit(|f| f.notes = long(10_001))),
        ] {
            assert_eq!(outcome.unwrap_err().field(), Some(field));
        }
    }

    #[test]
    fn an_e_mail_keeps_its_case() {
        let plan = edit(|f| f.email = Some("Ana@Example.org".into())).unwrap();
        assert_eq!(plan.changes[0].set["email"], "Ana@Example.org");
    }

    #[test]
    fn a_client_with_events_cannot_be_deleted() {
        let refusal = plan_delete(&everything(), &hotel(), 3).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "“Hotel Peña” has 3 events on record, so it cannot be deleted."
        );
        assert!(!verdicts(&everything(), &hotel(), 3).delete.allowed);
        let plan = plan_delete(&everything(), &hotel(), 0).unwrap();
        assert_eq!((plan.changes[0].op, plan.changes[0].set.is_empty()), (Op::Delete, true));
    }

    #[test]
    fn without_permission_nothing_is_planned() {
        let nobody = Permissions::default_of(Role::Staff);
        let form = ClientForm::of(&hotel());
        let no = |permission: &str| Err(Refusal::not_permitted(permission));
        assert_eq!(plan_create(&nobody, hotel().id, &form), no("clients.create"));
        assert_eq!(plan_edit(&nobody, &hotel(), &form, &form), no("clients.edit"));
        assert_eq!(plan_delete(&nobody, &hotel(), 0), no("clients.delete"));
        let may = verdicts(&nobody, &hotel(), 0);
        assert!(!may.edit.allowed && !may.delete.allowed && !may.create_event.allowed);
    }
}
