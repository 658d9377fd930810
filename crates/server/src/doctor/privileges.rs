//! Roles, owners and privileges: the catalog rules that keep desks to their one door.

use super::Finding;
use crate::link::ServerLink;
use crate::setup::known_migrations;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

type Answer = Result<Finding, sqlx::Error>;

const MEND: &str = "Run `cloche-hub setup` again: it mends privileges and leaves data alone. Then find out who changed this.";

async fn list(owner: &mut PgConnection, sql: &'static str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_all(owner).await
}

/// That the database has exactly the schema of this build.
pub(super) async fn migrations(owner: &mut PgConnection) -> Answer {
    let check = "migrations";
    let applied: Vec<(i64, bool)> =
        sqlx::query_as("select version, success from public._sqlx_migrations order by 1")
            .fetch_all(owner)
            .await?;
    let known = known_migrations();
    let missing = known.iter().filter(|v| !applied.iter().any(|a| a.0 == **v && a.1)).count();
    if let Some(newer) = applied.iter().find(|a| !known.contains(&a.0)) {
        return Ok(Finding::problem(
            check,
            format!("A newer Cloche was here: this one does not know step {}.", newer.0),
            "Use the newest cloche-hub.",
        ));
    }
    Ok(if missing == 0 {
        Finding::ok(check, format!("All {} steps of the schema are there.", known.len()))
    } else {
        Finding::problem(
            check,
            format!("{missing} steps of the schema are missing."),
            "Run `cloche-hub migrate`; desks may go on working meanwhile.",
        )
    })
}

/// That the link leads to this database and no copy of it.
pub(super) async fn identity(owner: &mut PgConnection, link: Option<&ServerLink>) -> Answer {
    let id: Uuid =
        sqlx::query_scalar("select server_id from app.schema_info").fetch_one(owner).await?;
    Ok(match link {
        Some(link) if link.server_id != id => Finding::problem(
            "identity",
            "The link was made for another server than this.",
            "Run `cloche-hub setup` again for the right link, or look at the right server.",
        ),
        _ => Finding::ok("identity", format!("This is server {id}.")),
    })
}

/// That Cloche's roles are there and stand above nothing.
pub(super) async fn roles(owner: &mut PgConnection) -> Answer {
    let odd = list(
        owner,
        "with wanted(name, creates) as (values ('cloche_owner', false), ('cloche_api', false), ('cloche_guard', false),
             ('cloche_identity', true), ('cloche_keeper', false), ('cloche_account', false), ('cloche_device', false),
             ('cloche_invite', false), ('cloche_hub', false))
         select w.name || ' is missing' from wanted w where to_regrole(w.name) is null
         union all
         select r.rolname || case when r.rolsuper then ' is a superuser' when r.rolbypassrls then ' goes past row security'
                    when r.rolreplication then ' may replicate' when r.rolcreatedb then ' may create databases'
                    when r.rolcanlogin then ' may sign in' else ' may create roles' end
         from pg_roles r join wanted w on w.name = r.rolname
         where r.rolsuper or r.rolbypassrls or r.rolreplication or r.rolcreatedb or r.rolcanlogin or (r.rolcreaterole and not w.creates)
         union all
         select r.rolname || ' stands above a desk' from pg_roles r
         where r.rolname ~ '^cloche_[udih]_[0-9a-f]{40}$'
           and (r.rolsuper or r.rolbypassrls or r.rolreplication or r.rolcreatedb or r.rolcreaterole or r.rolconnlimit not between 1 and 4)
         union all
         select m.rolname || ' is a member of ' || g.rolname
         from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
         where m.rolname ~ '^cloche_[udih]_[0-9a-f]{40}$' and g.rolname not in ('cloche_account', 'cloche_device', 'cloche_invite', 'cloche_hub')
         union all
         select m.rolname || ' is a member of ' || g.rolname
         from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
         where m.rolname in ('cloche_account', 'cloche_device', 'cloche_invite', 'cloche_hub', 'cloche_api', 'cloche_guard')
         order by 1",
    )
    .await?;
    Ok(Finding::none_of(
        "roles",
        &odd,
        "Roles have what they need and nothing more.",
        "Roles are not as Cloche made them",
        MEND,
    ))
}

/// That no desk can touch a table, view or sequence, that row security is on and everything is owned as it was made.
pub(super) async fn tables(owner: &mut PgConnection) -> Answer {
    let odd = list(
        owner,
        "select r.rolname || ' reaches ' || c.oid::regclass::text from pg_class c
         cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite'), ('cloche_hub')) r(rolname)
         where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
           and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
           and case when c.relkind = 'S' then has_sequence_privilege(r.rolname, c.oid, 'usage, select, update')
               else has_any_column_privilege(r.rolname, c.oid, 'select, insert, update, references')
                    or has_table_privilege(r.rolname, c.oid, 'delete, truncate, trigger') end
         union all
         select c.oid::regclass::text || ' has no row security' from pg_class c
         where c.relkind in ('r', 'p') and not c.relrowsecurity and c.relnamespace = 'app'::regnamespace
         union all
         select c.oid::regclass::text || ' belongs to ' || c.relowner::regrole::text from pg_class c
         where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'app'::regnamespace and c.relowner <> 'cloche_owner'::regrole
         order by 1",
    )
    .await?;
    Ok(Finding::none_of(
        "tables",
        &odd,
        "Desks reach no table.",
        "Tables are open that should not be",
        "Take the privilege back (`revoke all on <table> from <role>`), then find out who gave it.",
    ))
}

/// That what desks may call belongs to neither the tables' owner nor a superuser, and cannot be led astray.
pub(super) async fn functions(owner: &mut PgConnection) -> Answer {
    let odd = list(
        owner,
        "select distinct p.oid::regprocedure::text || ' belongs to ' || p.proowner::regrole::text
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles o on o.oid = p.proowner
         cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite'), ('cloche_hub')) r(rolname)
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and has_function_privilege(r.rolname, p.oid, 'execute')
           and (o.rolsuper or o.rolbypassrls or o.rolname not in ('cloche_api', 'cloche_identity', 'cloche_keeper'))
         union all
         select p.oid::regprocedure::text || ' can be led astray' from pg_proc p
         where p.pronamespace::regnamespace::text in ('app', 'api', 'account', 'setup', 'hub', 'report')
           and (p.prosecdef or p.prorettype = 'trigger'::regtype)
           and not coalesce(p.proconfig @> array['search_path=\"\"'], false)
         union all
         select r.rolname || ' may call ' || p.oid::regprocedure::text
         from pg_proc p cross join (values ('cloche_device'), ('cloche_account'), ('cloche_invite'), ('cloche_hub')) r(rolname)
         where p.pronamespace::regnamespace::text in ('app', 'setup') and has_function_privilege(r.rolname, p.oid, 'execute')
         order by 1",
    )
    .await?;
    Ok(Finding::none_of(
        "functions",
        &odd,
        "What desks may call is owned and fenced as Cloche made it.",
        "Functions are not as Cloche made them",
        MEND,
    ))
}

/// That what PostgreSQL gives to everybody was taken back.
pub(super) async fn public(owner: &mut PgConnection) -> Answer {
    let odd = list(
        owner,
        "select 'everybody may ' || lower(a.privilege_type) || ' in this database'
         from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
         where d.datname = current_database() and a.grantee = 0
         union all
         select 'everybody may call ' || p.oid::regprocedure::text
         from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where a.grantee = 0 and p.pronamespace::regnamespace::text in ('app', 'api', 'account', 'setup', 'hub', 'report')
         union all
         select 'desks may call ' || p.oid::regprocedure::text from pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace and has_function_privilege('cloche_device', p.oid, 'execute')
           and (p.proname in ('pg_terminate_backend', 'pg_cancel_backend', 'pg_notify', 'pg_stat_get_activity', 'lo_create', 'lo_creat')
                or p.proname ~ '^pg_(try_)?advisory_')
         union all
         select 'desks may create in ' || n.nspname from pg_namespace n
         where n.nspname !~ '^pg_' and has_schema_privilege('cloche_device', n.oid, 'create')
         order by 1",
    )
    .await?;
    Ok(Finding::none_of(
        "public",
        &odd,
        "What PostgreSQL gives to everybody was taken back.",
        "Too much is open to everybody",
        MEND,
    ))
}

/// Other databases of the same server: a desk's role has no business there (but in another Cloche, where it finds no door).
pub(super) async fn databases(owner: &mut PgConnection) -> Answer {
    let open = list(
        owner,
        "select d.datname::text from pg_database d where d.datallowconn and d.datname <> current_database()
           and has_database_privilege('cloche_device', d.oid, 'connect')
           and pg_get_userbyid(d.datdba) <> 'cloche_owner' order by 1",
    )
    .await?;
    Ok(if open.is_empty() {
        Finding::ok("databases", "Desks can enter no other database of this server.")
    } else {
        Finding::warning(
            "databases",
            format!("Desks' roles could also enter: {}.", open.join(", ")),
            format!(
                "Run `cloche-hub setup` again, or `revoke connect on database {} from public`; and name only Cloche's database in pg_hba.conf.",
                open[0]
            ),
        )
    })
}
