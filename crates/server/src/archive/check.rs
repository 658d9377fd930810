//! What triggers would have checked: rows are loaded without them, so keys and exclusions are asked afterwards, set by set.

use super::ArchiveError;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// One question for each foreign key of a table with `org_id`: is there a row that points to nothing?
const KEYS: &str = r"
select c.conname::text, format(
    'select exists (select from %s c where c.org_id = %L and %s and not exists (select from %s p where %s))',
    c.conrelid::regclass, $1, string_agg(format('c.%I is not null', a.attname), ' and '),
    c.confrelid::regclass, string_agg(format('p.%I = c.%I', f.attname, a.attname), ' and '))
from pg_catalog.pg_constraint c
cross join lateral unnest(c.conkey, c.confkey) k(own, other)
join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.other
where c.contype = 'f' and exists (select from pg_catalog.pg_attribute o
    where o.attrelid = c.conrelid and o.attname = 'org_id' and not o.attisdropped)
group by c.oid, c.conname, c.conrelid, c.confrelid order by c.conname";

/// One question for each deferrable key or exclusion. Of exclusions, `=` and at most one `&&` are understood: rows that
/// are equal otherwise are laid out by their beginnings, and none may begin before all earlier ones have ended.
const EXCLUSIONS: &str = r"
with parts as (
    select c.oid, c.conname::text as conname, c.conrelid, k.nth,
           pg_catalog.pg_get_indexdef(c.conindid, k.nth::integer, true) as expression,
           coalesce(o.oprname, '=') as operator,
           coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), 'true') as predicate
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_index i on i.indexrelid = c.conindid
    cross join lateral generate_series(1, i.indnkeyatts) k(nth)
    left join pg_catalog.pg_operator o on o.oid = c.conexclop[k.nth]
    where c.condeferrable and c.contype in ('u', 'p', 'x') and exists (select from pg_catalog.pg_attribute a
        where a.attrelid = c.conrelid and a.attname = 'org_id' and not a.attisdropped)
), constraints as (
    select p.conname, p.conrelid, p.predicate,
           string_agg(format('(%s) as e%s', p.expression, p.nth), ', ' order by p.nth) as expressions,
           string_agg(format('e%s', p.nth), ', ' order by p.nth) filter (where p.operator = '=') as equals,
           min(format('e%s', p.nth)) filter (where p.operator = '&&') as overlaps,
           count(*) filter (where p.operator not in ('=', '&&')) + greatest(0, count(*) filter (where p.operator = '&&') - 1) as strange
    from parts p group by p.oid, p.conname, p.conrelid, p.predicate
)
select c.conname, case when c.strange > 0 then null
    when c.overlaps is null then format(
        'select exists (select from (select %s from %s where org_id = %L and (%s)) s group by %s having count(*) > 1)',
        c.expressions, c.conrelid::regclass, $1, c.predicate, c.equals)
    else format(
        'select exists (select from (select lower(%1$s) as begins, max(upper(%1$s)) over (partition by %2$s
             order by lower(%1$s), upper(%1$s) rows between unbounded preceding and 1 preceding) as taken
         from (select %3$s from %4$s where org_id = %5$L and (%6$s)) s) w where w.taken > w.begins)',
        c.overlaps, c.equals, c.expressions, c.conrelid::regclass, $1, c.predicate) end
from constraints c order by c.conname";

/// Whether every constraint that is kept by triggers holds for the organization.
pub(super) async fn constraints(
    connection: &mut PgConnection,
    org: Uuid,
) -> Result<(), ArchiveError> {
    // Nothing is known yet about what was just loaded, and a nested loop over it would take hours.
    sqlx::raw_sql("set local enable_nestloop = off").execute(&mut *connection).await?;
    for questions in [KEYS, EXCLUSIONS] {
        let asked: Vec<(String, Option<String>)> =
            sqlx::query_as(questions).bind(org.to_string()).fetch_all(&mut *connection).await?;
        for (constraint, question) in asked {
            // A constraint of a kind that nobody thought of here is better refused than believed.
            let Some(question) = question else { return Err(ArchiveError::Broken { constraint }) };
            let broken: bool =
                sqlx::query_scalar(AssertSqlSafe(question)).fetch_one(&mut *connection).await?;
            if broken {
                return Err(ArchiveError::Broken { constraint });
            }
        }
    }
    sqlx::raw_sql("set local enable_nestloop = on").execute(connection).await?;
    Ok(())
}
