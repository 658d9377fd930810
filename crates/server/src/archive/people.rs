//! The people of an archive: accounts belong to a server, so those who have one there already keep it.

use super::ArchiveError;
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody's id in the archive, and on this server.
pub(super) type Rename = (Uuid, Uuid);

/// Makes room for the accounts of the archive; ends with the transaction.
pub(super) async fn prepare(connection: &mut PgConnection) -> Result<(), ArchiveError> {
    sqlx::raw_sql(
        "create temporary table archived_users (id uuid not null, email text not null, is_active boolean not null,
             created_at timestamptz not null) on commit drop",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How the address of somebody ends who was taken out of the books; whoever was, stays so.
const REMOVED: &str = "%@removed.invalid";

/// Makes the accounts that are missing, without anything to sign in with, and answers who has another id here.
pub(super) async fn settle(connection: &mut PgConnection) -> Result<Vec<Rename>, ArchiveError> {
    let somebody_else: bool = sqlx::query_scalar(
        "select exists (select from pg_temp.archived_users a join app.users u on u.id = a.id and u.email <> a.email
                        where u.email not like $1)",
    )
    .bind(REMOVED)
    .fetch_one(&mut *connection)
    .await?;
    if somebody_else {
        return Err(ArchiveError::OtherPerson);
    }
    let renames = sqlx::query_as(
        "select a.id, u.id from pg_temp.archived_users a join app.users u on u.email = a.email and u.id <> a.id",
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::raw_sql(
        "insert into app.users (id, email, role_name, is_active, created_at)
         select a.id, a.email, account.role_name('cloche_u_', a.email), a.is_active, a.created_at
         from pg_temp.archived_users a where not exists (select from app.users u where u.email = a.email or u.id = a.id)",
    )
    .execute(connection)
    .await?;
    Ok(renames)
}

/// Puts the ids of this server in place of those of the archive, wherever they stand: as actors, in images, in links.
///
/// Ids are random, and of one length: nothing else can be meant by those 36 letters.
pub(super) fn rename(piece: &mut [u8], renames: &[Rename]) {
    if renames.is_empty() {
        return;
    }
    let pairs: Vec<(String, String)> =
        renames.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
    let mut at = 0;
    while at + 36 <= piece.len() {
        // Every id has a hyphen here; most other places do not.
        if piece[at + 8] != b'-' {
            at += 1;
            continue;
        }
        let found = pairs.iter().find(|(from, _)| piece[at..at + 36] == *from.as_bytes());
        match found {
            Some((_, to)) => {
                piece[at..at + 36].copy_from_slice(to.as_bytes());
                at += 36;
            }
            None => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_renamed_wherever_it_stands_and_never_twice() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut piece = format!("{a}\t{{\"by\": \"{b}\"}}\t{a}{b}\n").into_bytes();
        rename(&mut piece, &[(a, b), (b, a)]);
        let expected = format!("{b}\t{{\"by\": \"{a}\"}}\t{b}{a}\n");
        assert_eq!(String::from_utf8(piece).expect("still text"), expected);
    }
}
