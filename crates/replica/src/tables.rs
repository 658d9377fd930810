//! The replicated tables: which columns of an image become columns here, and the SQL that writes them in bulk.
//!
//! Rows travel as the parameters of one statement over many rows, which costs a third of handing them over as JSON and a
//! tenth of row by row.

use crate::ReplicaError;
use crate::image::{Cell, Columns};
use crate::resources::type_rank;
use crate::schedule::LONGEST;
use crate::tasks::{NEVER_DUE, category_rank};
use crate::text::sort_key;
use uuid::Uuid;

/// The replicated tables in the order of a first load: events are usable as soon as they are there, because the
/// clients and names they show came before them.
pub const TABLES: &[&str] = &[
    "organizations",
    "memberships",
    "role_permissions",
    "clients",
    "events",
    "event_status_log",
    "resources",
    "tasks",
    "task_dependencies",
    "resource_schedule",
];

/// How one table is written.
pub(crate) struct Table {
    pub name: &'static str,
    /// Its own columns in the order of `cells`; before them come `id`, `n` and `body`.
    columns: &'static [&'static str],
    cells: fn(&mut Columns) -> Result<Vec<Cell>, ReplicaError>,
    looked_up: Option<LookedUp>,
    searched: Option<Searched>,
}

/// What the search index `<table>_search` holds of each row `r`.
struct Searched {
    columns: &'static str,
    values: &'static str,
}

/// Columns that are taken from another table here, by the row `v` that is being written.
struct LookedUp {
    columns: &'static [&'static str],
    values: &'static str,
    from: &'static str,
}

/// The table called `name`; `None` for tables that a newer server has and this desk does not know.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    ALL.iter().find(|table| table.name == name)
}

impl Table {
    /// The parameters of one row for [`Table::insert`]; without `id`, the row says its own.
    pub fn cells(&self, id: Option<Uuid>, n: i64, json: &str) -> Result<Vec<Cell>, ReplicaError> {
        let mut columns = Columns::of(self.name, json)?;
        let id = id.map_or_else(|| columns.own_id(), Ok)?;
        let own = (self.cells)(&mut columns)?;
        let mut cells = Vec::with_capacity(own.len() + 3);
        cells.extend([Cell::Id(id), Cell::Integer(n), Cell::Text(columns.rest())]);
        cells.extend(own);
        Ok(cells)
    }

    /// Every column but the row's number, which each table gives itself.
    pub fn columns(&self) -> String {
        let looked_up = self.looked_up.as_ref().map_or(&[][..], |found| found.columns);
        let names = ["id", "n", "body"];
        let names: Vec<&str> = names.iter().chain(self.columns).chain(looked_up).copied().collect();
        names.join(", ")
    }

    /// `insert into <target> … select …` from the parameters of that many rows, `v`.
    pub fn insert(&self, target: &str, rows: usize) -> String {
        let count = self.columns.len() + 3;
        // Without numbers: SQLite finds those one by one.
        let row = format!("({})", vec!["?"; count].join(", "));
        let mut values: Vec<String> = (1..=count).map(|c| format!("v.column{c}")).collect();
        let mut from = format!("(values {}) v", vec![row; rows].join(", "));
        if let Some(found) = &self.looked_up {
            values.push(found.values.to_owned());
            from = format!("{from} {}", found.from);
        }
        let columns = self.columns();
        format!("insert into {target} ({columns}) select {} from {from}", values.join(", "))
    }

    /// [`Table::insert`] as a merge: the newer image wins, and a later delete over an earlier image.
    pub fn upsert(&self, rows: usize) -> String {
        let (name, insert) = (self.name, self.insert(self.name, rows));
        let columns = self.columns();
        let others = columns.split(", ").filter(|column| *column != "id");
        let set: Vec<String> = others.map(|c| format!("{c} = excluded.{c}")).collect();
        format!(
            "{insert} where not exists
                 (select 1 from tombstones t where t.table_name = '{name}' and t.id = v.column1 and t.n > v.column2)
             on conflict (id) do update set {} where excluded.n >= {name}.n",
            set.join(", ")
        )
    }

    /// Brings the search index up to date with what the triggers noted.
    pub fn reindex(&self) -> Vec<String> {
        let (table, Some(search)) = (self.name, &self.searched) else { return vec![] };
        vec![
            format!(
                "delete from {table}_search where rowid in (select number from {table}_unindexed)"
            ),
            format!(
                "insert into {table}_search (rowid, {}) select r.number, {}
                 from {table}_unindexed u join {table} r on r.number = u.number",
                search.columns, search.values
            ),
            format!("delete from {table}_unindexed"),
        ]
    }

    /// Makes the search index anew over all rows.
    pub fn index_all(&self) -> Vec<String> {
        let (table, Some(search)) = (self.name, &self.searched) else { return vec![] };
        vec![
            format!("insert into {table}_search ({table}_search) values ('delete-all')"),
            format!(
                "insert into {table}_search (rowid, {}) select r.number, {} from {table} r order by r.number",
                search.columns, search.values
            ),
            format!("delete from {table}_unindexed"),
        ]
    }
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

static ALL: [Table; 10] = [
    Table { name: "organizations", columns: &[], cells: |_| Ok(vec![]), looked_up: None, searched: None },
    Table {
        name: "memberships",
        columns: &["user_id", "display_name", "role"],
        cells: |c| {
            Ok(vec![
                Cell::Id(c.id("user_id")?),
                Cell::Text(c.text("display_name")?),
                Cell::Text(c.text("role")?),
            ])
        },
        looked_up: None,
        searched: None,
    },
    Table {
        name: "role_permissions",
        columns: &["role", "permission"],
        cells: |c| Ok(vec![Cell::Text(c.text("role")?), Cell::Text(c.text("permission")?)]),
        looked_up: None,
        searched: None,
    },
    Table {
        name: "clients",
        columns: &["company_name", "company_key", "contact_name", "email", "phone"],
        cells: client,
        looked_up: None,
        searched: Some(Searched {
            columns: "company_name, contact_name, email, phone",
            values: "r.company_name, r.contact_name, r.email, r.phone",
        }),
    },
    Table {
        name: "events",
        columns: &[
            "client_id",
            "name",
            "name_key",
            "event_type",
            "type_key",
            "starts_at",
            "ends_at",
            "time_zone",
            "location",
            "status",
            "status_rank",
            "attendees",
            "is_archived",
        ],
        cells: event,
        looked_up: Some(LookedUp {
            columns: &["client_name", "client_key"],
            values: "coalesce(c.company_name, ''), coalesce(c.company_key, '')",
            // The first of the own columns is the client's id.
            from: "left join clients c on c.id = v.column4",
        }),
        searched: Some(Searched {
            columns: "name, client_name, location, event_type, state",
            values: "r.name, r.client_name, r.location, r.event_type,
                case r.is_archived when 0 then 'live' else 'archived' end || ' s' || r.status_rank",
        }),
    },
    Table {
        name: "event_status_log",
        columns: &["event_id", "changed_at"],
        cells: |c| Ok(vec![Cell::Id(c.id("event_id")?), Cell::Integer(c.instant("changed_at")?)]),
        looked_up: None,
        searched: None,
    },
    Table {
        name: "resources",
        columns: &[
            "name",
            "name_key",
            "type",
            "type_rank",
            "role",
            "role_key",
            "quantity",
            "setup_minutes",
            "teardown_minutes",
            "is_available",
            "user_id",
        ],
        cells: resource,
        looked_up: None,
        searched: Some(Searched { columns: "name, role", values: "r.name, r.role" }),
    },
    Table {
        name: "tasks",
        columns: &[
            "event_id",
            "assigned_to",
            "status_rank",
            "title",
            "title_key",
            "due_key",
            "status",
            "category",
            "category_rank",
            "unassigned",
        ],
        cells: task,
        looked_up: Some(LookedUp {
            columns: &["event_key", "shelf", "assignee_key"],
            values: TASK_PLACE,
            // The first of the own columns are the event's id, the person's id and the status's rank.
            from: "left join events e on e.id = v.column4 left join resources p on p.id = v.column5",
        }),
        searched: Some(Searched {
            columns: "title, event_name, assignee, state",
            values: "r.title, (select e.name from events e where e.id = r.event_id),
                (select p.name from resources p where p.id = r.assigned_to),
                's' || r.shelf || ' c' || r.category_rank
                    || case when r.assigned_to is null then ' u' else ' a' || hex(r.assigned_to) end
                    || coalesce((select ' ' || group_concat('h' || hex(h.assigned_to), ' ') from task_helpers h
                                 where h.number = r.number), '')",
        }),
    },
    Table {
        name: "task_dependencies",
        columns: &["event_id", "task_id", "prerequisite_id"],
        cells: |c| {
            let ids = [c.id("event_id")?, c.id("task_id")?, c.id("prerequisite_id")?];
            Ok(ids.map(Cell::Id).to_vec())
        },
        looked_up: None,
        searched: None,
    },
    Table {
        name: "resource_schedule",
        columns: &[
            "resource_id",
            "event_id",
            "task_id",
            "kind",
            "quantity",
            "starts_at",
            "ends_at",
            "is_long",
            "is_overridden",
        ],
        cells: entry,
        looked_up: None,
        searched: None,
    },
];

/// What is the event's and the person's of a task: `''` where it is nobody's, and after every name where it is that of
/// somebody who is not here.
const TASK_PLACE: &str = "coalesce(e.name_key, ''), v.column6 + 4 * coalesce(e.is_archived, 0),
    case when v.column5 is null then '' else coalesce(p.name_key, char(1114111)) end";

fn resource(c: &mut Columns) -> Result<Vec<Cell>, ReplicaError> {
    let name = c.text("name")?;
    let kind = c.text("type")?;
    let role = c.optional_text("role")?;
    let (name_key, rank) = (sort_key(&name), type_rank(&kind));
    let role_key = role.as_deref().map(sort_key).unwrap_or_default();
    Ok(vec![
        Cell::Text(name),
        Cell::Text(name_key),
        Cell::Text(kind),
        Cell::Integer(rank),
        role.into(),
        Cell::Text(role_key),
        Cell::Integer(c.optional_integer("quantity")?.unwrap_or(1)),
        Cell::Integer(c.optional_integer("setup_minutes")?.unwrap_or(0)),
        Cell::Integer(c.optional_integer("teardown_minutes")?.unwrap_or(0)),
        Cell::Integer(c.boolean("is_available")?.into()),
        c.optional_id("user_id")?.into(),
    ])
}

fn task(c: &mut Columns) -> Result<Vec<Cell>, ReplicaError> {
    let event_id = c.id("event_id")?;
    let assigned_to = c.optional_id("assigned_to")?;
    let title = c.text("title")?;
    let (status, category) = (c.text("status")?, c.text("category")?);
    let (title_key, rank) = (sort_key(&title), crate::tasks::status_rank(&status));
    let category_rank = category_rank(&category);
    Ok(vec![
        Cell::Id(event_id),
        assigned_to.into(),
        Cell::Integer(rank),
        Cell::Text(title),
        Cell::Text(title_key),
        Cell::Integer(c.optional_instant("due_at")?.unwrap_or(NEVER_DUE)),
        Cell::Text(status),
        Cell::Text(category),
        Cell::Integer(category_rank),
        Cell::Integer(assigned_to.is_none().into()),
    ])
}

fn entry(c: &mut Columns) -> Result<Vec<Cell>, ReplicaError> {
    let resource_id = c.id("resource_id")?;
    let (starts_at, ends_at) = (c.instant("starts_at")?, c.instant("ends_at")?);
    let is_long = ends_at.saturating_sub(starts_at) > LONGEST;
    let is_overridden = c.has("override_reason");
    Ok(vec![
        Cell::Id(resource_id),
        c.optional_id("event_id")?.into(),
        c.optional_id("task_id")?.into(),
        Cell::Text(c.text("kind")?),
        Cell::Integer(c.optional_integer("quantity")?.unwrap_or(1)),
        Cell::Integer(starts_at),
        Cell::Integer(ends_at),
        Cell::Integer(is_long.into()),
        Cell::Integer(is_overridden.into()),
    ])
}

fn client(c: &mut Columns) -> Result<Vec<Cell>, ReplicaError> {
    let name = c.text("company_name")?;
    let key = sort_key(&name);
    Ok(vec![
        Cell::Text(name),
        Cell::Text(key),
        c.optional_text("contact_name")?.into(),
        c.optional_text("email")?.into(),
        c.optional_text("phone")?.into(),
    ])
}

fn event(c: &mut Columns) -> Result<Vec<Cell>, ReplicaError> {
    let client_id = c.id("client_id")?;
    let name = c.text("name")?;
    let event_type = c.text("event_type")?;
    let status = c.text("status")?;
    let (name_key, type_key) = (sort_key(&name), sort_key(&event_type));
    let rank = status_rank(&status);
    Ok(vec![
        Cell::Id(client_id),
        Cell::Text(name),
        Cell::Text(name_key),
        Cell::Text(event_type),
        Cell::Text(type_key),
        Cell::Integer(c.instant("starts_at")?),
        Cell::Integer(c.instant("ends_at")?),
        Cell::Text(c.text("time_zone")?),
        c.optional_text("location")?.into(),
        Cell::Text(status),
        Cell::Integer(rank),
        c.optional_integer("estimated_attendees")?.into(),
        Cell::Integer(c.boolean("is_archived")?.into()),
    ])
}
