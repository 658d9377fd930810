//! Simulated offices: a model server, the sync machine and a copy of rows, under loss, delay, doubling, restarts, failing
//! disks, restores and changes of view. Whatever happens, the copy ends as what the server shows. Time is virtual.

mod copies;
mod office;
mod server;

use copies::{InMemory, OnDisk, Trust};
use office::{Office, Outcome};

const RUNS: u64 = 1_000;

async fn in_memory(seed: u64, trust: Trust) -> Outcome {
    Office::new(seed, InMemory::new(trust)).run().await
}

#[tokio::test]
async fn the_copy_always_ends_as_what_the_server_shows() {
    let mut seen = Outcome::default();
    for seed in 0..RUNS {
        let outcome = in_memory(seed, Trust::Stamps).await;
        assert!(outcome.converged, "seed {seed}: {}", outcome.difference);
        seen.resyncs += outcome.resyncs;
        seen.restarts += outcome.restarts;
        seen.lost_access += outcome.lost_access;
        seen.own_writes += outcome.own_writes;
        seen.sleeps += outcome.sleeps;
    }
    // Runs in which nothing happens prove nothing.
    assert!(seen.resyncs > 200, "{} resyncs", seen.resyncs);
    assert!(seen.restarts > 300, "{} restarts", seen.restarts);
    assert!(seen.lost_access > 20, "{} removals", seen.lost_access);
    assert!(seen.own_writes > 2_000, "{} own writes", seen.own_writes);
    assert!(seen.sleeps > 500, "{} sleeps", seen.sleeps);
}

#[tokio::test]
async fn a_run_can_be_repeated_by_its_seed() {
    assert_eq!(in_memory(7, Trust::Stamps).await, in_memory(7, Trust::Stamps).await);
}

#[tokio::test]
async fn without_stamps_the_copy_goes_wrong() {
    let mut wrong = 0;
    for seed in 0..RUNS {
        wrong += u32::from(!in_memory(seed, Trust::Everything).await.converged);
    }
    assert!(wrong > 0, "the simulation must be able to tell a copy that takes any image");
}

#[tokio::test]
async fn without_tickets_the_copy_goes_wrong() {
    // Seldom: an answer must be on its way while a server is put back and its copy made anew.
    let mut wrong = false;
    for seed in 0..2 * RUNS {
        wrong = wrong || !in_memory(seed, Trust::AnyTicket).await.converged;
        if wrong {
            break;
        }
    }
    assert!(wrong, "the simulation must be able to tell answers of a server that was put back");
}

#[tokio::test]
async fn the_real_replica_ends_as_what_the_server_shows() {
    for seed in 1_000..1_012 {
        let copy = OnDisk::new().await;
        let outcome = Office::new(seed, copy).run().await;
        assert!(outcome.converged, "seed {seed}: {}", outcome.difference);
    }
}
