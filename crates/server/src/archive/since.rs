//! What has happened in an organization since an archive was written: what a restore would take away.

use super::{About, ArchiveError};
use crate::setup::{OwnerOptions, apart};
use chrono::{DateTime, Utc};
use sqlx::Connection;

/// What has happened since.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Since {
    /// The place in the feed now.
    pub n: i64,
    /// Changes after the archive; of an archive from before an earlier restore, those after its time.
    pub changes: i64,
    /// Who made them, as colleagues see them.
    pub people: Vec<String>,
    /// The last of them.
    pub last_at: Option<DateTime<Utc>>,
}

/// What has happened since `about`; `None` where the organization is not there.
///
/// # Errors
/// That the server cannot be asked.
pub async fn since(owner: &OwnerOptions, about: &About) -> Result<Option<Since>, ArchiveError> {
    let (owner, about) = (owner.clone(), about.clone());
    apart(move || async move {
        let mut connection = owner.connect().await?;
        let since = sqlx::query_as(
            "select f.n, count(j.n) as changes, max(j.at) as last_at,
                 coalesce(array_agg(distinct m.display_name) filter (where m.id is not null), '{}') as people
             from app.feeds f
             left join app.journal j on j.org_id = f.org_id and (j.n > $2 or j.at > $3)
             left join app.memberships m on m.org_id = j.org_id and m.user_id = j.actor
             where f.org_id = $1 group by f.n",
        )
        .bind(about.organization.id)
        .bind(about.n)
        .bind(about.written_at + chrono::Duration::seconds(1))
        .fetch_optional(&mut connection)
        .await?;
        connection.close().await?;
        Ok(since)
    })
    .await
}
