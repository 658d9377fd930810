//! The computer that the server runs on: its clock, and the room on its disk as far as PostgreSQL tells.

use super::Finding;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

type Answer = Result<Finding, sqlx::Error>;

/// Invitations, sign-ins and dates all go by the server's clock.
pub(super) async fn clock(owner: &mut PgConnection) -> Answer {
    let before = Utc::now();
    let there: DateTime<Utc> =
        sqlx::query_scalar("select clock_timestamp()").fetch_one(owner).await?;
    let here = before + (Utc::now() - before) / 2;
    Ok(told(there, here))
}

fn told(there: DateTime<Utc>, here: DateTime<Utc>) -> Finding {
    let off = (there - here).num_milliseconds().abs();
    let check = "clock";
    let says = format!(
        "The server's clock and this computer's differ by {:.1} seconds.",
        off as f64 / 1000.0
    );
    let advice = "Switch time synchronisation on (`timedatectl set-ntp true`) on both.";
    match off {
        ..2_000 => Finding::ok(check, "The server's clock is right."),
        2_000..60_000 => Finding::warning(check, says, advice),
        _ => Finding::problem(check, says, advice),
    }
}

/// How large the data is, and how much room is left where that can be seen.
pub(super) async fn disk(owner: &mut PgConnection, own_computer: bool) -> Answer {
    let (data, wal, folder): (i64, i64, String) = sqlx::query_as(
        "select (select sum(pg_database_size(oid)) from pg_database)::int8,
                (select coalesce(sum(size), 0) from pg_ls_waldir())::int8, current_setting('data_directory')",
    )
    .fetch_one(owner)
    .await?;
    let used = data + wal;
    let free = if own_computer { free_space(&folder) } else { None };
    Ok(room(used, free))
}

fn room(used: i64, free: Option<i64>) -> Finding {
    let check = "disk";
    let size = gigabytes(used);
    let Some(free) = free else {
        return Finding::ok(
            check,
            format!("The data takes {size}; PostgreSQL cannot say how much room is left."),
        );
    };
    let left = gigabytes(free);
    let says = format!("The data takes {size}, and {left} are left.");
    let advice =
        "Free some space, or move the data to a larger disk: a full disk stops every desk.";
    if free < 1 << 30 {
        Finding::problem(check, says, advice)
    } else if free < (5 << 30) || free < used / 2 {
        Finding::warning(check, says, advice)
    } else {
        Finding::ok(check, says)
    }
}

fn gigabytes(bytes: i64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(unix)]
fn free_space(folder: &str) -> Option<i64> {
    // The folder itself is PostgreSQL's alone; the disk it lies on is seen from the folders above.
    std::path::Path::new(folder).ancestors().find_map(|path| {
        let disk = nix::sys::statvfs::statvfs(path).ok()?;
        // Their types differ between systems.
        let blocks = i64::try_from(disk.blocks_available()).ok()?;
        blocks.checked_mul(i64::try_from(disk.fragment_size()).ok()?)
    })
}

#[cfg(not(unix))]
fn free_space(_folder: &str) -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use chrono::Duration;

    #[test]
    fn a_wrong_clock_is_told_by_how_much() {
        let now = Utc::now();
        assert_eq!(told(now, now).verdict, Verdict::Ok);
        assert_eq!(told(now + Duration::seconds(5), now).verdict, Verdict::Warning);
        let late = told(now - Duration::minutes(3), now);
        assert_eq!(late.verdict, Verdict::Problem);
        assert!(late.says.contains("180.0 seconds"), "{}", late.says);
    }

    #[test]
    fn a_disk_that_fills_up_is_told_in_time() {
        assert_eq!(room(1_000, Some(100 << 30)).verdict, Verdict::Ok);
        assert_eq!(room(1_000, Some(2 << 30)).verdict, Verdict::Warning);
        assert_eq!(room(80 << 30, Some(20 << 30)).verdict, Verdict::Warning);
        assert_eq!(room(1_000, Some(1 << 20)).verdict, Verdict::Problem);
        assert_eq!(room(1_000, None).verdict, Verdict::Ok);
    }
}
