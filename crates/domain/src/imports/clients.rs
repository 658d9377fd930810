//! An import of clients.

use super::keys::{ClientColumns, client_identity};
use super::known::Known;
use super::outcome::{ImportPlan, Left, Seen, check_name, check_width, shortened};
use super::{ImportKind, Mapping, Sheet, SheetRow};
use crate::clients::{Client, ClientForm, client_of};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use std::collections::HashMap;
use uuid::Uuid;

/// Plans adding the clients of `sheet` that are not there yet, and answers them too.
///
/// # Errors
/// [`Refusal::NotPermitted`], or a mapping that does not fit. What is wrong with single rows is in the outcome.
pub(super) fn plan_clients(
    may: &Permissions,
    sheet: &Sheet,
    mapping: &Mapping,
    known: Known<'_>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<(ImportPlan, Vec<Client>), Refusal> {
    may.require("clients.create")?;
    mapping.check(ImportKind::Clients, sheet)?;
    let columns = ClientColumns::of(mapping);
    let on_record: HashMap<String, Uuid> = known
        .books
        .clients
        .iter()
        .map(|client| {
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            let (email, contact) = (text(&client.email), text(&client.contact_name));
            let phone = text(&client.phone);
            (client_identity(&client.company_name, &email, &contact, &phone), client.id)
        })
        .collect();
    let mut seen = Seen::new(known.imported, sheet.rows.len());
    let mut outcome = ImportPlan::new(ImportKind::Clients, sheet.rows.len());
    let mut added = Vec::new();
    for row in &sheet.rows {
        let title = title(row, &columns);
        let key = columns.key(row);
        let verdict = check_width(row, sheet.columns.len(), sheet.delimiter)
            .and_then(|()| client(row, &columns, new_id))
            .and_then(|client| seen.check(&key).map(|()| client))
            .and_then(|client| not_on_record(row, &columns, &on_record).map(|()| client));
        match verdict {
            Ok(client) => {
                seen.note(&key, row.line, Some(client.id));
                outcome.add(row.line, title, key, &client);
                added.push(client);
            }
            Err(left) => outcome.leave(row.line, title, left),
        }
    }
    Ok((outcome, added))
}

fn client(
    row: &SheetRow,
    columns: &ClientColumns,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Client, Left> {
    check_name("company_name", row.cell(columns.company_name))?;
    let cell = |column| Some(row.cell(column).to_owned());
    let form = ClientForm {
        company_name: row.cell(columns.company_name).to_owned(),
        contact_name: cell(columns.contact_name),
        email: cell(columns.email),
        phone: cell(columns.phone),
        address: cell(columns.address),
        notes: cell(columns.notes),
    };
    Ok(client_of(new_id(), &form)?)
}

fn not_on_record(
    row: &SheetRow,
    columns: &ClientColumns,
    on_record: &HashMap<String, Uuid>,
) -> Result<(), Left> {
    let identity = client_identity(
        row.cell(columns.company_name),
        row.cell(columns.email),
        row.cell(columns.contact_name),
        row.cell(columns.phone),
    );
    match on_record.get(&identity) {
        Some(id) => Err(Left::on_record("client", *id)),
        None => Ok(()),
    }
}

fn title(row: &SheetRow, columns: &ClientColumns) -> String {
    let name = [columns.company_name, columns.contact_name, columns.email]
        .into_iter()
        .map(|column| row.cell(column))
        .find(|cell| !cell.is_empty());
    shortened(name.unwrap_or_default())
}
