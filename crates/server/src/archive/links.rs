//! Fresh sign-in links for people who came with an archive: it holds nothing that anybody could sign in with.

use super::ArchiveError;
use crate::identity::{invite_role, new_secret, scram::scram_verifier};
use crate::link::{JoinLink, ServerLink};
use crate::setup::{OwnerOptions, apart};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// A link by which somebody chooses a password where the organization is now.
#[derive(Debug, Clone)]
pub struct SignInLink {
    /// Whose.
    pub email: String,
    /// As colleagues see them.
    pub display_name: String,
    /// Their role.
    pub role: String,
    /// To be handed to them and nobody else.
    pub link: JoinLink,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Waiting {
    user_id: Uuid,
    email: String,
    display_name: String,
    role: String,
    backed_by: Uuid,
}

/// Makes a link for every member who has no sign-in on this server; earlier ones of them end.
///
/// # Errors
/// That the server cannot be asked.
pub async fn sign_in_links(
    owner: &OwnerOptions,
    org: Uuid,
    server: &ServerLink,
) -> Result<Vec<SignInLink>, ArchiveError> {
    let (owner, server) = (owner.clone(), server.clone());
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let mut transaction = connection.begin().await?;
        let mut links = Vec::new();
        for person in waiting(&mut transaction, org).await? {
            links.push(link(&mut transaction, org, &server, person).await?);
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(links)
    })
    .await
}

/// A link is backed by an administrator of every organization of its person, the person included; where there is none,
/// by the server itself, whose owner asks for it.
async fn waiting(connection: &mut PgConnection, org: Uuid) -> Result<Vec<Waiting>, ArchiveError> {
    Ok(sqlx::query_as(
        "select u.id as user_id, u.email, m.display_name, m.role,
                coalesce(a.user_id, account.server_itself()) as backed_by
         from app.memberships m join app.users u on u.id = m.user_id and u.is_active
         left join lateral (
             select b.user_id from app.memberships b where b.org_id = m.org_id and b.role = 'administrator'
               and b.ended_at is null and account.administers_all_of(b.user_id, m.user_id)
             order by b.created_at, b.id limit 1) a on true
         where m.org_id = $1 and m.ended_at is null
           and not exists (select from pg_catalog.pg_roles r where r.rolname = u.role_name)
         order by m.role, m.display_name, m.id",
    )
    .bind(org)
    .fetch_all(connection)
    .await?)
}

async fn link(
    connection: &mut PgConnection,
    org: Uuid,
    server: &ServerLink,
    person: Waiting,
) -> Result<SignInLink, ArchiveError> {
    let token = new_secret();
    let invite = json!({
        "org_id": org, "id": Uuid::now_v7(), "kind": "reset", "email": person.email,
        "display_name": person.display_name, "role": person.role, "user_id": person.user_id,
        "role_name": invite_role(server.server_id, &token), "created_by": person.backed_by,
    });
    let expires_at = sqlx::query_scalar(
        "select account.open_invite(jsonb_populate_record(null::app.invites, $1 || jsonb_build_object(
             'created_at', now(), 'expires_at', date_trunc('second', now()) + interval '7 days')), $2)",
    )
    .bind(Json(invite))
    .bind(scram_verifier(token.expose_secret()))
    .fetch_one(connection)
    .await?;
    Ok(SignInLink {
        link: JoinLink { server: server.clone(), email: person.email.clone(), token },
        email: person.email,
        display_name: person.display_name,
        role: person.role,
        expires_at,
    })
}
