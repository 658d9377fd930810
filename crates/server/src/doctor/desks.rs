//! The people who work on the server: versions of their desks, somebody who can help them, and the service at night.

use super::Finding;
use sqlx::postgres::PgConnection;

type Answer = Result<Finding, sqlx::Error>;

/// Whether any desk in use is too old for this server.
pub(super) async fn versions(owner: &mut PgConnection) -> Answer {
    let check = "desks";
    let (oldest, old, seen): (String, i64, i64) = sqlx::query_as(
        r"select s.min_desk_version,
                 count(*) filter (where string_to_array(substring(d.desk_version from '^\d+\.\d+\.\d+'), '.')::integer[]
                                        < string_to_array(s.min_desk_version, '.')::integer[]),
                 count(d.id)
          from app.schema_info s
          left join app.devices d on d.revoked_at is null and d.expires_at > now()
               and d.last_seen_at > now() - interval '14 days' and d.desk_version ~ '^\d+\.\d+\.\d+'
          group by 1",
    )
    .fetch_one(owner)
    .await?;
    Ok(if old == 0 {
        Finding::ok(
            check,
            format!(
                "Desks need Cloche {oldest} or newer; none of the {seen} seen lately is older."
            ),
        )
    } else {
        Finding::warning(
            check,
            format!(
                "{old} of {seen} desks seen lately are older than Cloche {oldest} and show how to update."
            ),
            "Update Cloche on those computers.",
        )
    })
}

/// Whether every organization has somebody who can invite, revoke and help.
pub(super) async fn administrators(owner: &mut PgConnection) -> Answer {
    let lost: Vec<String> = sqlx::query_scalar(
        "select o.name from app.organizations o where o.status = 'active' and not exists (
             select from app.memberships m join app.users u on u.id = m.user_id and u.is_active
             join pg_roles r on r.rolname = u.role_name and r.rolcanlogin
             where m.org_id = o.id and m.role = 'administrator' and m.ended_at is null) order by 1",
    )
    .fetch_all(owner)
    .await?;
    Ok(Finding::none_of(
        "administrators",
        &lost,
        "Every organization has an administrator who can sign in.",
        "No administrator can sign in to",
        "Run `cloche-hub reset-administrator` for somebody there.",
    ))
}

/// Whether the nightly work is done.
pub(super) async fn service(owner: &mut PgConnection) -> Answer {
    let check = "service";
    let (left, signed_in): (i64, bool) = sqlx::query_as(
        "select (select count(*) from (select from app.commands c where c.at < now() - interval '32 days' limit 1000) old)
                + (select count(*) from app.devices d join pg_roles r on r.rolname = d.role_name and r.rolcanlogin
                   where d.expires_at < now() - interval '2 days'),
                exists (select from pg_stat_activity a where a.application_name = 'cloche hub' and a.datname = current_database())",
    )
    .fetch_one(owner)
    .await?;
    let advice = "Install and start the service: `systemctl enable --now cloche-hub`.";
    Ok(if left > 0 {
        Finding::problem(check, "The nightly work has not been done for days.", advice)
    } else if signed_in {
        Finding::ok(check, "The service is at work.")
    } else {
        Finding::warning(check, "The service is not connected.", advice)
    })
}

/// Anybody's role: to knock with a wrong secret where only people of Cloche are let in.
pub(super) async fn somebody(owner: &mut PgConnection) -> Option<String> {
    let sql = "select u.role_name::text from app.users u join pg_roles r on r.rolname = u.role_name and r.rolcanlogin
               order by u.created_at limit 1";
    sqlx::query_scalar(sql).fetch_optional(owner).await.ok().flatten()
}
