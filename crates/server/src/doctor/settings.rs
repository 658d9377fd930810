//! PostgreSQL's version and settings: what must hold so that what was acknowledged is on the disk and stays secret.

use super::Finding;
use super::minors::{KNOWN_ON, Known, known};
use sqlx::postgres::PgConnection;

type Answer = Result<Finding, sqlx::Error>;

/// The release, against the table of known fixes.
pub(super) async fn version(owner: &mut PgConnection) -> Answer {
    let (number, name): (i32, String) = sqlx::query_as(
        "select current_setting('server_version_num')::int, split_part(current_setting('server_version'), ' ', 1)",
    )
    .fetch_one(owner)
    .await?;
    let check = "postgresql";
    Ok(match known(number) {
        Known::Safe => Finding::ok(
            check,
            format!("PostgreSQL {name} has every fix that was known on {KNOWN_ON}."),
        ),
        Known::Lacks(minor) => Finding::problem(
            check,
            format!("PostgreSQL {name} lacks security fixes that a signed-in employee could use."),
            format!(
                "Update it to {}.{minor} or newer of the same major version (known on {KNOWN_ON}); data and settings stay as they are.",
                number / 10_000
            ),
        ),
        Known::Newer => Finding::warning(
            check,
            format!(
                "PostgreSQL {name} is newer than anything this version of Cloche was tried with."
            ),
            "Use a newer version of cloche-hub, or PostgreSQL 18.",
        ),
        Known::TooOld => Finding::problem(
            check,
            format!("PostgreSQL {name} is too old for Cloche."),
            "Move to PostgreSQL 17 or 18.",
        ),
    })
}

/// Whether one session stays one session: a pooler hands it on between statements.
pub(super) async fn pooler(owner: &mut PgConnection) -> Answer {
    let check = "pooler";
    let advice = "Connect desks to PostgreSQL itself: poolers such as PgBouncer are not supported.";
    // A pooler's own console knows this, and PostgreSQL never has.
    if sqlx::raw_sql("show pool_mode").execute(&mut *owner).await.is_ok() {
        return Ok(Finding::problem(
            check,
            "A connection pooler answers in PostgreSQL's place.",
            advice,
        ));
    }
    sqlx::raw_sql("set application_name = 'cloche doctor'").execute(&mut *owner).await?;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let who: (i32, String) =
            sqlx::query_as("select pg_backend_pid(), current_setting('application_name')")
                .fetch_one(&mut *owner)
                .await?;
        seen.push(who);
    }
    Ok(if seen.iter().all(|who| who.0 == seen[0].0 && who.1 == "cloche doctor") {
        Finding::ok(check, "Nothing stands between Cloche and PostgreSQL.")
    } else {
        Finding::problem(check, "A connection pooler swaps sessions while they are used.", advice)
    })
}

async fn setting(owner: &mut PgConnection, name: &str) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("select coalesce(current_setting($1, true), '')")
        .bind(name)
        .fetch_one(owner)
        .await
}

/// That what was acknowledged is on the disk. Asked of the files: this very session may have other values.
pub(super) async fn durability(owner: &mut PgConnection) -> Answer {
    let off: Vec<String> = sqlx::query_scalar(
        "select s.name || ' = ' || s.reset_val from pg_settings s
         where (s.name = 'fsync' and s.reset_val <> 'on')
            or (s.name = 'full_page_writes' and s.reset_val <> 'on')
            or (s.name = 'synchronous_commit' and s.reset_val not in ('on', 'remote_apply', 'remote_write'))
         union all
         select 'synchronous_commit off for ' || coalesce(r.rolname, d.datname, 'everybody')
         from pg_db_role_setting x cross join unnest(x.setconfig) c
         left join pg_roles r on r.oid = x.setrole left join pg_database d on d.oid = x.setdatabase
         where c ~ '^(fsync|synchronous_commit|full_page_writes)=(off|local|false|no|0)$'
           and (x.setdatabase = 0 or d.datname = current_database())
         order by 1",
    )
    .fetch_all(owner)
    .await?;
    Ok(Finding::none_of(
        "durability",
        &off,
        "What was saved is on the disk before anybody is told so.",
        "A power cut could lose or damage what was saved",
        "Set fsync, synchronous_commit and full_page_writes to on in postgresql.conf and reload it.",
    ))
}

/// That PostgreSQL stores and asks for SCRAM secrets only.
pub(super) async fn passwords(owner: &mut PgConnection) -> Answer {
    let check = "passwords_stored";
    let weak: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_authid
         where rolpassword is not null and rolpassword not like 'SCRAM-SHA-256$%' order by 1",
    )
    .fetch_all(&mut *owner)
    .await?;
    if setting(owner, "password_encryption").await? != "scram-sha-256" {
        return Ok(Finding::problem(
            check,
            "New passwords would be stored as weak hashes.",
            "Set password_encryption = 'scram-sha-256' in postgresql.conf and reload it.",
        ));
    }
    Ok(Finding::none_of(
        check,
        &weak,
        "Passwords are stored as SCRAM-SHA-256 verifiers only.",
        "These roles have weakly stored passwords",
        "Set their passwords again, or drop the roles.",
    ))
}

/// That values of people's data do not end up in the server's log.
pub(super) async fn logging(owner: &mut PgConnection) -> Answer {
    let check = "logging";
    let mut telling = Vec::new();
    for (name, quiet) in [
        ("log_statement", &["none", "ddl"][..]),
        ("log_min_duration_statement", &["-1"][..]),
        ("log_parameter_max_length_on_error", &["0"][..]),
    ] {
        let value = setting(owner, name).await?;
        if !quiet.contains(&value.as_str()) {
            telling.push(format!("{name} = {value}"));
        }
    }
    Ok(if telling.is_empty() {
        Finding::ok(check, "The server's log keeps people's data to itself.")
    } else {
        Finding::warning(
            check,
            format!("The server's log may contain people's data: {}.", telling.join(", ")),
            "Set log_statement = none, log_min_duration_statement = -1 and log_parameter_max_length_on_error = 0.",
        )
    })
}

/// Whether every desk gets in on a busy morning: each holds up to three connections.
pub(super) async fn connections(owner: &mut PgConnection) -> Answer {
    let (room, desks): (i64, i64) = sqlx::query_as(
        "select current_setting('max_connections')::int8 - current_setting('superuser_reserved_connections')::int8
                - coalesce(current_setting('reserved_connections', true), '0')::int8 - 5,
                (select count(*) from app.devices d where d.revoked_at is null and d.expires_at > now())",
    )
    .fetch_one(owner)
    .await?;
    let check = "connections";
    let wanted = desks * 3;
    Ok(if wanted <= room {
        Finding::ok(
            check,
            format!("There is room for {room} connections; {desks} devices use up to {wanted}."),
        )
    } else {
        Finding::warning(
            check,
            format!("{desks} devices may want {wanted} connections, and there is room for {room}."),
            format!(
                "Set max_connections = {} in postgresql.conf and restart PostgreSQL.",
                wanted + 20
            ),
        )
    })
}
