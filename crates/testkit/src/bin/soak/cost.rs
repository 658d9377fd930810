//! What the server and the desks take: processor, memory, connections.

use crate::table::Table;
use std::fs;
use std::time::{Duration, Instant};
use testkit::OwnServer;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// Memory is read that often.
const EVERY: Duration = Duration::from_secs(5);
/// The clock in which Linux counts a process's time.
const TICKS: f64 = 100.0;
/// Half of two cores.
const MOST_PROCESSOR: f64 = 1.0;
/// Beyond it, memory is not flat: from the first third of the time to the last.
const MOST_GROWTH: f64 = 1.15;

/// What was taken over the time.
pub struct Cost {
    desks: usize,
    took: Duration,
    /// Seconds of processor time.
    server_busy: f64,
    desks_busy: f64,
    /// MiB.
    server_memory: Vec<f64>,
    desks_memory: Vec<f64>,
    /// Of the busiest device, and of all of them.
    most_connections: (i64, i64),
}

/// A [`Cost`] that is still being counted.
pub struct Watch {
    stop: watch::Sender<bool>,
    counting: JoinHandle<Cost>,
}

impl Watch {
    pub async fn end(self) -> Cost {
        self.stop.send_replace(true);
        self.counting.await.expect("counting does not fail")
    }
}

impl Cost {
    /// Begins to count.
    pub fn watch(server: &OwnServer, desks: usize) -> Watch {
        let (stop, mut stopped) = watch::channel(false);
        let (postmaster, admin) = (server.postmaster(), server.admin().clone());
        let counting = tokio::spawn(async move {
            let (begun, me) = (Instant::now(), std::process::id());
            let (server_before, desks_before) = (busy(&tree(postmaster)), busy(&[me]));
            let (mut server_memory, mut desks_memory) = (Vec::new(), Vec::new());
            let mut most_connections = (0, 0);
            let mut clock = interval(EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !*stopped.borrow() {
                tokio::select! {
                    _ = clock.tick() => {}
                    _ = stopped.changed() => {}
                }
                server_memory.push(memory(&tree(postmaster)));
                desks_memory.push(memory(&[me]));
                let now = connections(&admin).await;
                most_connections = (most_connections.0.max(now.0), most_connections.1.max(now.1));
            }
            Self {
                desks,
                took: begun.elapsed(),
                server_busy: busy(&tree(postmaster)) - server_before,
                desks_busy: busy(&[me]) - desks_before,
                server_memory,
                desks_memory,
                most_connections,
            }
        });
        Watch { stop, counting }
    }

    pub fn tell(&self, table: &mut Table) {
        let cores = self.server_busy / self.took.as_secs_f64();
        let share = |cores: f64| format!("{:.0} % of two cores", cores * 50.0);
        table.row("server's processor", &share(cores), "< 50 %", cores < MOST_PROCESSOR, "");
        let busy = self.desks_busy / self.took.as_secs_f64();
        table.figure("all desks' processor", &share(busy), "");
        let (each, all) = self.most_connections;
        table.row(
            "connections of one desk",
            &each.to_string(),
            "≤ 2",
            each <= 2,
            &format!("{all} in all"),
        );
        let one = |memory: &[f64]| memory.iter().map(|m| m / self.desks as f64).collect::<Vec<_>>();
        flat(table, "server's memory", &self.server_memory);
        flat(table, "memory of one desk", &one(&self.desks_memory));
    }
}

/// Compares the first third with the last.
fn flat(table: &mut Table, what: &str, samples: &[f64]) {
    let third = (samples.len() / 3).max(1);
    let middle = |part: &[f64]| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        part.get(part.len() / 2).copied().unwrap_or_default()
    };
    // The first sample is taken before anything has warmed up.
    let first = middle(samples.get(1..=third).unwrap_or(samples));
    let last = middle(&samples[samples.len().saturating_sub(third)..]);
    let note = format!("{first:.1} MiB at first");
    let growth = if first > 0.0 { last / first } else { 1.0 };
    table.row(what, &format!("{last:.1} MiB"), "flat", growth <= MOST_GROWTH, &note);
}

async fn connections(admin: &sqlx::PgPool) -> (i64, i64) {
    let sql = "select coalesce(max(open), 0)::bigint, coalesce(sum(open), 0)::bigint
               from (select count(*) as open from pg_stat_activity
                     where usename like 'cloche\\_d\\_%' group by usename) each";
    sqlx::query_as(sql).fetch_one(admin).await.unwrap_or_default()
}

/// A process and its children.
fn tree(root: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{root}/task/{root}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
    std::iter::once(root).chain(children).collect()
}

/// Seconds of processor time, with those of children that have ended.
fn busy(pids: &[u32]) -> f64 {
    let of = |pid: &u32| -> f64 {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold anything; these are the 14th to 17th words of the line.
        let words = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        words.skip(11).take(4).filter_map(|word| word.parse::<f64>().ok()).sum()
    };
    pids.iter().map(of).sum::<f64>() / TICKS
}

/// MiB in proportion: what processes share is counted once.
fn memory(pids: &[u32]) -> f64 {
    let of = |pid: &u32| -> Option<f64> {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse().ok()
    };
    pids.iter().filter_map(of).sum::<f64>() / 1024.0
}
