//! Which tables and columns belong to an organization, asked of the catalog.

use super::ArchiveError;
use sqlx::PgConnection;
use uuid::Uuid;

/// Tables that belong in an archive although desks never see them: history, undo and what imports brought.
pub const ALSO_ARCHIVED: &[&str] =
    &["feeds", "commands", "journal", "journal_rows", "redactions", "import_keys"];

/// Tables with `org_id` that stay out of archives, each with the reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("member_views", "made again from the memberships"),
    ("invites", "links to a server; people get fresh ones where the organization goes"),
    ("staged_changes", "imports that nobody has applied yet"),
    ("moves", "says where the original went"),
];

/// Columns that are made anew where an organization is restored: desks that knew the original start over.
const MADE_ANEW: &[&str] = &["feeds.epoch"];

/// The people of the organization; they belong to the server, so they are looked up and not simply loaded.
pub(super) const USERS: &str = "users";

/// A table of an archive.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Where in a line the organization stands; `organizations` is its own.
    pub(super) org_column: Option<i32>,
    /// What copies it out, in an order that depends on nothing but the rows.
    pub(super) copy_out: String,
}

/// The tables of an archive in their order: people, then parents before children, then history.
const TABLES: &str = r#"
with wanted(name, place) as (
    select 'users'::text, -1
    union all select r.table_name, r.position from app.replicated r
    union all select a.name, 1000000 + a.place::integer from unnest($2::text[]) with ordinality a(name, place)
), columns as (
    select w.name, w.place, a.attname::text as attname, a.attcollation <> 0 as collates,
           row_number() over (partition by w.name order by a.attnum) as nth,
           array_position(i.indkey::smallint[], a.attnum) as key_place,
           i.indrelid is not null as has_key
    from wanted w
    join pg_catalog.pg_attribute a on a.attrelid = to_regclass('app.' || quote_ident(w.name)) and a.attnum > 0
         and not a.attisdropped and a.attgenerated = ''
    left join pg_catalog.pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where w.name || '.' || a.attname <> all ($3::text[])
      and (w.name <> 'users' or a.attname in ('id', 'email', 'is_active', 'created_at'))
)
select c.name, array_agg(c.attname order by c.nth) as columns,
    max(c.nth) filter (where c.attname = case c.name when 'organizations' then 'id' else 'org_id' end)::integer - 1 as org_column,
    format('copy (select %s from app.%I where %s order by %s) to stdout',
        string_agg(quote_ident(c.attname), ', ' order by c.nth), c.name,
        case c.name when 'users' then format('id in (select m.user_id from app.memberships m where m.org_id = %L)', $1)
                    else format('org_id = %L', $1) end,
        coalesce(string_agg(format(case when c.collates then '%I collate pg_catalog."C"' else '%I' end, c.attname), ', '
            order by c.key_place, c.nth) filter (where c.key_place is not null or not c.has_key), 'id')) as copy_out
from columns c
group by c.name, c.place
order by c.place"#;

/// The tables of `org` as this database has them.
pub(super) async fn tables(
    connection: &mut PgConnection,
    org: Uuid,
) -> Result<Vec<Table>, ArchiveError> {
    let also: Vec<String> = ALSO_ARCHIVED.iter().map(|name| (*name).to_owned()).collect();
    let anew: Vec<String> = MADE_ANEW.iter().map(|name| (*name).to_owned()).collect();
    Ok(sqlx::query_as(TABLES).bind(org).bind(also).bind(anew).fetch_all(connection).await?)
}

/// The steps of the schema that a database has taken, oldest first.
pub(super) async fn schema(connection: &mut PgConnection) -> Result<Vec<i64>, ArchiveError> {
    let sql = "select version from public._sqlx_migrations where success order by version";
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}

/// Makes texts of values the same on every server, and nothing end a long copy.
pub(super) async fn settle(connection: &mut PgConnection) -> Result<(), ArchiveError> {
    sqlx::raw_sql(
        "set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set timezone = 'UTC'; set extra_float_digits = 1;
         set bytea_output = 'hex'; set client_encoding = 'UTF8'; set search_path = pg_catalog;
         set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = '30s'",
    )
    .execute(connection)
    .await?;
    Ok(())
}
