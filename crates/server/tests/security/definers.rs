//! Functions that act with more rights than their caller's: owned by nobody mighty, and deaf to what a session puts in their way.

use crate::calls::{About, Said, call, calls, functions};
use crate::world::{Seat, World};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const NONE: [String; 0] = [];

/// Schemas that belong to PostgreSQL or an extension.
const OURS: &str = "n.nspname !~ '^pg_|^information_schema$' and not exists (
    select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')";

async fn odd(world: &World, condition: &str) -> Vec<String> {
    let sql = format!(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         join pg_roles o on o.oid = p.proowner where {OURS} and ({condition}) order by 1"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(world.db.admin()).await.unwrap()
}

#[tokio::test]
async fn definers_and_triggers_are_owned_by_nobody_mighty_and_pin_their_search_path() {
    let world = World::make().await;
    assert!(odd(&world, "true").await.len() > 50, "the catalog was read");
    assert_eq!(odd(&world, "o.rolsuper or o.rolbypassrls or o.rolcanlogin").await, NONE);
    let loose = "(p.prosecdef or p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype))
        and not coalesce(p.proconfig @> array['search_path=\"\"'], false)";
    assert_eq!(odd(&world, loose).await, NONE);
    let everybody = "exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)";
    assert_eq!(odd(&world, everybody).await, NONE);
    let strange =
        "p.prolang not in (select oid from pg_language where lanname in ('sql', 'plpgsql'))";
    assert_eq!(odd(&world, strange).await, NONE, "no language that leaves the server");
    // A trigger runs with the rights of whoever writes, unless it has some of its own: then they must be a guard's.
    let mighty = "p.prorettype = 'trigger'::regtype and p.prosecdef and o.rolname not in ('cloche_guard', 'cloche_owner')";
    assert_eq!(odd(&world, mighty).await, NONE);
}

/// Only in a session of the superuser's, who may still make temporary tables: one named like each table and catalog of
/// PostgreSQL's, which comes first in every search for an unqualified name, and which nobody else may read.
async fn shadow(above: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar(
        "select distinct quote_ident(c.relname) from pg_class c
         where c.relkind in ('r', 'v') and c.relnamespace::regnamespace::text in ('app', 'pg_catalog')",
    )
    .fetch_all(&mut *above)
    .await
    .unwrap();
    assert!(names.len() > 60);
    for name in names {
        let sql = format!("create temporary table {name} (mallory int)");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *above).await.unwrap();
    }
}

#[tokio::test]
async fn no_function_falls_for_a_temporary_table_with_the_name_of_another() {
    let world = World::make().await;
    let tables = world.list("select table_name from app.replicated order by position").await;
    let functions = functions(&world).await;
    for seat in [Seat::Administrator, Seat::Staff, Seat::Account, Seat::Link] {
        let own = &world.sides(seat).0.ids;
        let org = Some(world.here.org.org_id);
        let about = About { org, ids: Some(own.clone()), own: own.clone() };
        let role = world.sign_in(seat).0;
        let mut codes = Vec::new();
        for shadowed in [false, true] {
            let mut above = world.db.owner_options().connect().await.unwrap();
            if shadowed {
                shadow(&mut above).await;
            }
            let mut found = Vec::new();
            for function in &functions {
                for arguments in calls(function, &about, &tables) {
                    let enter = format!("begin; set local session authorization {role}");
                    sqlx::raw_sql(AssertSqlSafe(enter)).execute(&mut above).await.unwrap();
                    let said = call(&mut above, function, &arguments).await;
                    sqlx::raw_sql("rollback").execute(&mut above).await.unwrap();
                    let kind = match &said {
                        Said::Rows(rows) => format!("{} rows", rows.len()),
                        Said::No { code, constraint, .. } => format!("{code} {constraint}"),
                    };
                    found.push(format!("{} {kind}", function.name));
                }
            }
            above.close().await.unwrap();
            codes.push(found);
        }
        assert_eq!(codes[0], codes[1], "{seat:?}");
        assert!(codes[0].iter().any(|line| line.ends_with("1 rows")), "{seat:?} does something");
    }
}
