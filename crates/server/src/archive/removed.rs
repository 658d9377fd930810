//! Whoever was taken out of the books stays out: a backup from before still names them, so they are taken out once more.

use super::ArchiveError;
use sqlx::PgConnection;
use uuid::Uuid;

/// Who was taken out, each with the commands that did it.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// Clients, and whether their names went too.
    clients: Vec<(Uuid, bool, Vec<Uuid>)>,
    /// What the accounts of people are called now.
    people: Vec<(String, Vec<Uuid>)>,
}

/// Who has ever been taken out of the organization as it is here.
pub(super) async fn known(
    connection: &mut PgConnection,
    org: Uuid,
) -> Result<Removed, ArchiveError> {
    let clients = sqlx::query_as(
        "select r.id, bool_or(coalesce(r.after ->> 'company_name' in ('Former client', '[removed]'), false)),
                array_agg(j.command_id)
         from app.journal j join app.journal_rows r on r.org_id = j.org_id and r.command_id = j.command_id
         where j.org_id = $1 and j.command = 'client.redact' and r.table_name = 'clients' group by r.id",
    )
    .bind(org)
    .fetch_all(&mut *connection)
    .await?;
    let people = sqlx::query_as(
        "select u.email, array_agg(j.command_id) from app.journal j
         join app.journal_rows r on r.org_id = j.org_id and r.command_id = j.command_id
         join app.memberships m on m.org_id = r.org_id and m.id = r.id
         join app.users u on u.id = m.user_id
         where j.org_id = $1 and j.command = 'person.redact' and r.table_name = 'memberships' group by u.email",
    )
    .bind(org)
    .fetch_all(connection)
    .await?;
    Ok(Removed { clients, people })
}

/// Takes those out of what was just loaded whom it may still name: where any of these commands is not in its journal.
/// Places in the feed and times would not tell, for a restore lowers the one, and every server has its own of the other.
pub(super) async fn again(
    connection: &mut PgConnection,
    org: Uuid,
    removed: &Removed,
) -> Result<(), ArchiveError> {
    // From here on it is somebody's work again, with guards and a journal.
    sqlx::raw_sql("set local session_replication_role = 'origin'")
        .execute(&mut *connection)
        .await?;
    for (client, name_too, commands) in &removed.clients {
        sqlx::query(
            "select setup.redact_client($1, $2, $3)
             where exists (select from app.journal_rows where org_id = $1 and table_name = 'clients' and id = $2)
               and exists (select unnest($4::uuid[]) except select command_id from app.journal where org_id = $1)",
        )
        .bind(org)
        .bind(client)
        .bind(name_too)
        .bind(commands)
        .execute(&mut *connection)
        .await?;
    }
    for (email, commands) in &removed.people {
        sqlx::query(
            "select setup.redact_person($2) where exists (select from app.memberships m
                 join app.users u on u.id = m.user_id where m.org_id = $1 and u.email = $2)
               and exists (select unnest($3::uuid[]) except select command_id from app.journal where org_id = $1)",
        )
        .bind(org)
        .bind(email)
        .bind(commands)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
