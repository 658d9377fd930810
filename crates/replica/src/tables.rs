//! The replicated tables: which columns of an image become columns here, and how images are written in bulk.
//!
//! A batch travels to SQLite as one JSON array of arrays (`[id, column, …, rest]`); row-by-row inserts are ten times
//! slower. Every statement takes the batch as `?1` and the images' n as `?2`.

use crate::ReplicaError;
use crate::image::Columns;
use crate::text::sort_key;
use serde_json::{Value, json};
use uuid::Uuid;

/// The replicated tables in the order of a first load: events are usable as soon as they are there, because the
/// clients and names they show came before them.
pub const TABLES: &[&str] =
    &["organizations", "memberships", "role_permissions", "clients", "events", "event_status_log"];

/// How one table is merged.
pub(crate) struct Table {
    pub name: &'static str,
    /// Turns an image into the array that `upsert` reads, without the leading id.
    pub flatten: fn(&mut Columns) -> Result<Vec<Value>, ReplicaError>,
    pub upsert: &'static str,
}

/// The table called `name`; `None` for tables that a newer server has and this desk does not know.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    ALL.iter().find(|table| table.name == name)
}

/// `[id, columns …, rest]` of one image.
pub(crate) fn flatten(table: &Table, id: Uuid, row: &Value) -> Result<Value, ReplicaError> {
    let mut columns = Columns::of(table.name, row)?;
    let mut array = vec![json!(id.simple().to_string())];
    array.extend((table.flatten)(&mut columns)?);
    array.push(columns.rest());
    Ok(Value::Array(array))
}

/// The place of a status in the lifecycle, which is also its order in lists; statuses of a newer Cloche come last.
pub(crate) fn status_rank(status: &str) -> i64 {
    const ORDER: [&str; 7] = [
        "inquiry",
        "planning",
        "preparation",
        "in_progress",
        "completed",
        "follow_up",
        "cancelled",
    ];
    ORDER.iter().position(|known| *known == status).unwrap_or(ORDER.len()) as i64
}

/// A later delete wins over an earlier image; the name of the table is filled in by the macro.
macro_rules! unless_buried {
    ($table:literal) => {
        concat!(
            " where not exists (select 1 from tombstones t where t.table_name = '",
            $table,
            "' and t.id = unhex(j.value ->> 0) and t.n > ?2) "
        )
    };
}

static ALL: [Table; 6] = [
    Table {
        name: "organizations",
        flatten: |_| Ok(vec![]),
        upsert: concat!(
            "insert into organizations (id, n, body)
             select unhex(j.value ->> 0), ?2, j.value -> 1 from json_each(?1) j",
            unless_buried!("organizations"),
            "on conflict (id) do update set n = excluded.n, body = excluded.body
             where excluded.n >= organizations.n"
        ),
    },
    Table {
        name: "memberships",
        flatten: |c| {
            Ok(vec![json!(c.id("user_id")?), json!(c.text("display_name")?), json!(c.text("role")?)])
        },
        upsert: concat!(
            "insert into memberships (id, n, user_id, display_name, role, body)
             select unhex(j.value ->> 0), ?2, unhex(j.value ->> 1), j.value ->> 2, j.value ->> 3, j.value -> 4
             from json_each(?1) j",
            unless_buried!("memberships"),
            "on conflict (id) do update set n = excluded.n, user_id = excluded.user_id,
                 display_name = excluded.display_name, role = excluded.role, body = excluded.body
             where excluded.n >= memberships.n"
        ),
    },
    Table {
        name: "role_permissions",
        flatten: |c| Ok(vec![json!(c.text("role")?), json!(c.text("permission")?)]),
        upsert: concat!(
            "insert into role_permissions (id, n, role, permission, body)
             select unhex(j.value ->> 0), ?2, j.value ->> 1, j.value ->> 2, j.value -> 3 from json_each(?1) j",
            unless_buried!("role_permissions"),
            "on conflict (id) do update set n = excluded.n, role = excluded.role,
                 permission = excluded.permission, body = excluded.body
             where excluded.n >= role_permissions.n"
        ),
    },
    Table {
        name: "clients",
        flatten: client,
        upsert: concat!(
            "insert into clients (id, n, company_name, company_key, contact_name, email, phone, body)
             select unhex(j.value ->> 0), ?2, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4,
                 j.value ->> 5, j.value -> 6
             from json_each(?1) j",
            unless_buried!("clients"),
            "on conflict (id) do update set n = excluded.n, company_name = excluded.company_name,
                 company_key = excluded.company_key, contact_name = excluded.contact_name,
                 email = excluded.email, phone = excluded.phone, body = excluded.body
             where excluded.n >= clients.n"
        ),
    },
    Table { name: "events", flatten: event, upsert: EVENTS },
    Table {
        name: "event_status_log",
        flatten: |c| Ok(vec![json!(c.id("event_id")?), json!(c.instant("changed_at")?)]),
        upsert: concat!(
            "insert into event_status_log (id, n, event_id, changed_at, body)
             select unhex(j.value ->> 0), ?2, unhex(j.value ->> 1), j.value ->> 2, j.value -> 3
             from json_each(?1) j",
            unless_buried!("event_status_log"),
            "on conflict (id) do update set n = excluded.n, event_id = excluded.event_id,
                 changed_at = excluded.changed_at, body = excluded.body
             where excluded.n >= event_status_log.n"
        ),
    },
];

fn client(c: &mut Columns) -> Result<Vec<Value>, ReplicaError> {
    let name = c.text("company_name")?;
    let key = sort_key(&name);
    Ok(vec![
        json!(name),
        json!(key),
        json!(c.optional_text("contact_name")?),
        json!(c.optional_text("email")?),
        json!(c.optional_text("phone")?),
    ])
}

fn event(c: &mut Columns) -> Result<Vec<Value>, ReplicaError> {
    let client_id = c.id("client_id")?;
    let name = c.text("name")?;
    let event_type = c.text("event_type")?;
    let status = c.text("status")?;
    let (name_key, type_key) = (sort_key(&name), sort_key(&event_type));
    let rank = status_rank(&status);
    Ok(vec![
        json!(client_id),
        json!(name),
        json!(name_key),
        json!(event_type),
        json!(type_key),
        json!(c.instant("starts_at")?),
        json!(c.instant("ends_at")?),
        json!(c.text("time_zone")?),
        json!(c.optional_text("location")?),
        json!(status),
        json!(rank),
        json!(c.optional_integer("estimated_attendees")?),
        json!(i32::from(c.boolean("is_archived")?)),
    ])
}

const EVENTS: &str = concat!(
    "insert into events (id, n, client_id, client_name, client_key, name, name_key, event_type, type_key,
         starts_at, ends_at, time_zone, location, status, status_rank, attendees, is_archived, body)
     select unhex(j.value ->> 0), ?2, unhex(j.value ->> 1), coalesce(c.company_name, ''),
         coalesce(c.company_key, ''), j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5,
         j.value ->> 6, j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11,
         j.value ->> 12, j.value ->> 13, j.value -> 14
     from json_each(?1) j left join clients c on c.id = unhex(j.value ->> 1)",
    unless_buried!("events"),
    "on conflict (id) do update set n = excluded.n, client_id = excluded.client_id,
         client_name = excluded.client_name, client_key = excluded.client_key, name = excluded.name,
         name_key = excluded.name_key, event_type = excluded.event_type, type_key = excluded.type_key,
         starts_at = excluded.starts_at, ends_at = excluded.ends_at, time_zone = excluded.time_zone,
         location = excluded.location, status = excluded.status, status_rank = excluded.status_rank,
         attendees = excluded.attendees, is_archived = excluded.is_archived, body = excluded.body
     where excluded.n >= events.n"
);

/// Brings the search index up to date with what the triggers noted.
pub(crate) const REINDEX: &[&str] = &[
    "delete from events_search where rowid in (select number from events_unindexed)",
    "insert into events_search (rowid, name, client_name, location, event_type, state)
     select e.number, e.name, e.client_name, e.location, e.event_type,
         case e.is_archived when 0 then 'live' else 'archived' end || ' s' || e.status_rank
     from events_unindexed u join events e on e.number = u.number",
    "delete from events_unindexed",
    "delete from clients_search where rowid in (select number from clients_unindexed)",
    "insert into clients_search (rowid, company_name, contact_name, email, phone)
     select c.number, c.company_name, c.contact_name, c.email, c.phone
     from clients_unindexed u join clients c on c.number = u.number",
    "delete from clients_unindexed",
];
