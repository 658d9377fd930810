//! An import of staff, equipment and materials.

use super::keys::digest;
use super::known::Known;
use super::mapping::plain;
use super::outcome::{ImportPlan, Left, Seen, check_name, check_width, shortened};
use super::{ImportKind, Mapping, Sheet, SheetRow};
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::resources::{Resource, ResourceForm, ResourceType, resource_of};
use crate::text;
use std::collections::HashMap;
use uuid::Uuid;

/// Plans adding the resources of `sheet` that are not there yet, and answers them too.
///
/// # Errors
/// [`Refusal::NotPermitted`], or a mapping that does not fit.
pub(super) fn plan_resources(
    may: &Permissions,
    sheet: &Sheet,
    mapping: &Mapping,
    known: Known<'_>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<(ImportPlan, Vec<Resource>), Refusal> {
    may.require("resources.create")?;
    mapping.check(ImportKind::Resources, sheet)?;
    let columns = ResourceColumns::of(mapping);
    let on_record: HashMap<String, Uuid> =
        known.books.resources.iter().map(|r| (text::key(&r.name), r.id)).collect();
    let mut seen = Seen::new(known.imported, sheet.rows.len());
    let mut outcome = ImportPlan::new(ImportKind::Resources, sheet.rows.len());
    let mut added = Vec::new();
    for row in &sheet.rows {
        let title = shortened(row.cell(columns.name));
        let key = columns.key(row);
        let resource = check_width(row, sheet.columns.len(), sheet.delimiter)
            .and_then(|()| columns.resource(row, new_id))
            .and_then(|resource| seen.check(&key).map(|()| resource))
            .and_then(|resource| match on_record.get(&text::key(&resource.name)) {
                Some(id) => Err(Left::on_record("resource", *id)),
                None => Ok(resource),
            });
        match resource {
            Ok(resource) => {
                seen.note(&key, row.line, Some(resource.id));
                outcome.add(row.line, title, key, &resource);
                added.push(resource);
            }
            Err(left) => outcome.leave(row.line, title, left),
        }
    }
    Ok((outcome, added))
}

/// Columns of a file of resources.
pub(super) struct ResourceColumns {
    name: Option<usize>,
    kind: Option<usize>,
    role: Option<usize>,
    quantity: Option<usize>,
    setup_minutes: Option<usize>,
    teardown_minutes: Option<usize>,
    notes: Option<usize>,
}

impl ResourceColumns {
    pub(super) fn of(mapping: &Mapping) -> Self {
        Self {
            name: mapping.column("name"),
            kind: mapping.column("type"),
            role: mapping.column("role"),
            quantity: mapping.column("quantity"),
            setup_minutes: mapping.column("setup_minutes"),
            teardown_minutes: mapping.column("teardown_minutes"),
            notes: mapping.column("notes"),
        }
    }

    pub(super) fn key(&self, row: &SheetRow) -> String {
        digest(&format!("resource\n{}", text::key(row.cell(self.name))))
    }

    fn resource(&self, row: &SheetRow, new_id: &mut dyn FnMut() -> Uuid) -> Result<Resource, Left> {
        let name = row.cell(self.name);
        check_name("name", name)?;
        let form = ResourceForm {
            name: name.to_owned(),
            kind: read_type(row.cell(self.kind))?,
            role: Some(row.cell(self.role).to_owned()),
            quantity: whole("quantity", row.cell(self.quantity), 1)?,
            setup_minutes: whole("setup_minutes", row.cell(self.setup_minutes), 0)?,
            teardown_minutes: whole("teardown_minutes", row.cell(self.teardown_minutes), 0)?,
            is_available: true,
            user_id: None,
            notes: Some(row.cell(self.notes).to_owned()),
        };
        Ok(resource_of(new_id(), &form)?)
    }
}

/// A whole number; `otherwise` where the cell is empty.
pub(super) fn whole(field: &'static str, cell: &str, otherwise: i32) -> Result<i32, Left> {
    if cell.is_empty() {
        return Ok(otherwise);
    }
    let digits = cell.strip_suffix(".0").or_else(|| cell.strip_suffix(",0")).unwrap_or(cell);
    digits
        .parse()
        .map_err(|_| Left::refused(field, format!("“{}” is not a whole number.", shortened(cell))))
}

/// A type in the words of the office's own books.
fn read_type(cell: &str) -> Result<ResourceType, Left> {
    Ok(match plain(cell).as_str() {
        "staff" | "person" | "people" | "employee" | "personal" | "persona" | "empleado"
        | "mitarbeiter" | "personne" | "personnel" | "employe" => ResourceType::Staff,
        "equipment" | "device" | "vehicle" | "tool" | "equipo" | "equipamiento" | "vehiculo"
        | "gerat" | "gerate" | "ausrustung" | "fahrzeug" | "equipement" | "materiel"
        | "vehicule" => ResourceType::Equipment,
        "materials" | "material" | "supplies" | "materiales" | "verbrauchsmaterial"
        | "materialien" | "materiaux" | "fournitures" => ResourceType::Materials,
        "" => return Err(Left::refused("type", "It has no type.")),
        _ => {
            let reason = format!(
                "“{}” is not a type of resource. Use staff, equipment or materials.",
                shortened(cell)
            );
            return Err(Left::refused("type", reason));
        }
    })
}
