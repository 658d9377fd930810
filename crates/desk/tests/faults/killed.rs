//! PostgreSQL is killed again and again while desks work: what was said to be saved is there, once.

use desk::error::Code;
use desk::view::Happening;
use replica::sync::SyncState;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use testkit::{OwnServer, Relay, SimulatedDesk, event_form};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const DESKS: usize = 4;
const KILLS: usize = 20;
/// So many changes are acknowledged from one to the next, at least.
const BETWEEN: u64 = 3;

/// What a desk was told about one of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Saved,
    NotSaved,
    /// It is asked about later.
    Unknown,
    /// What no outage explains.
    Otherwise(Code),
}

/// One change: its command, the name that only this one gives, in which table.
struct Deed {
    command: Uuid,
    table: &'static str,
    name: String,
    /// The name by which a notice speaks of it: an event that gets another one still has its old one.
    spoken: String,
    told: Told,
}

/// A desk and what it did.
struct Worker {
    desk: SimulatedDesk,
    client: Uuid,
    deeds: Vec<Deed>,
}

impl Worker {
    /// Makes changes of several kinds until told to stop; counts what is acknowledged.
    async fn work(
        mut self,
        place: usize,
        saved: watch::Sender<u64>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let mut last_event = None;
        for turn in 0.. {
            if *stop.borrow() {
                break;
            }
            let (command, name) = (Uuid::now_v7(), format!("{place}/{turn}"));
            let (action, table, input) = match (turn % 3, last_event.clone()) {
                (0, _) => {
                    let form = json!({ "company_name": name });
                    (
                        "client_create",
                        "clients",
                        json!({ "client_id": Uuid::now_v7(), "form": form }),
                    )
                }
                (1, _) | (_, None) => {
                    let (id, form) = (Uuid::now_v7(), event_form(self.client, &name));
                    last_event = Some((id, name.clone()));
                    ("event_create", "events", json!({ "event_id": id, "form": form }))
                }
                (_, Some((id, before))) => {
                    last_event = None;
                    let (form, base) =
                        (event_form(self.client, &name), event_form(self.client, &before));
                    ("event_edit", "events", json!({ "event_id": id, "form": form, "base": base }))
                }
            };
            let mut spoken = name.clone();
            if action == "event_edit" {
                spoken = input["base"]["name"].as_str().unwrap().to_owned();
            }
            let mut input = input;
            input["command_id"] = json!(command);
            let told = match self.desk.run(action, input).await {
                Ok(_) => {
                    saved.send_modify(|saved| *saved += 1);
                    Told::Saved
                }
                Err(error) if error.code == Code::Offline && error.details.is_some() => {
                    Told::Unknown
                }
                Err(error) if error.code == Code::Offline => Told::NotSaved,
                Err(error) => Told::Otherwise(error.code),
            };
            if told != Told::Saved {
                last_event = None;
                // Nobody goes on clicking while the banner says offline.
                while self.desk.desk.sync_status().state == SyncState::Offline {
                    sleep(Duration::from_millis(20)).await;
                }
            }
            self.deeds.push(Deed { command, table, name, spoken, told });
        }
        self
    }

    /// Waits until the desk has said what became of everything.
    async fn settle(&mut self) {
        self.desk.live().await;
        for deed in self.deeds.iter_mut().filter(|deed| deed.told == Told::Unknown) {
            let wanted = format!("“{}”", deed.spoken);
            let sentence = self
                .desk
                .shown
                .until(&wanted, |happening| match happening {
                    Happening::Notice(notice) if notice.message.contains(&wanted) => {
                        Some(notice.message.clone())
                    }
                    _ => None,
                })
                .await;
            let saved = sentence.starts_with("Saved after all");
            deed.told = if saved { Told::Saved } else { Told::NotSaved };
        }
    }
}

/// Lets desks work while the server is killed so often; answers what they were told wrongly, and how much was saved.
async fn storm(server: &Arc<OwnServer>, kills: usize) -> (Vec<String>, u64) {
    let emails: Vec<String> = (0..DESKS).map(|i| format!("desk{i}@example.org")).collect();
    let office = emails
        .iter()
        .fold(server.organization("Linden"), |office, email| office.administrator(email))
        .build()
        .await;
    let relay = Relay::to(server.link()).await;
    let (saved, mut count) = watch::channel(0_u64);
    let (stop, stopped) = watch::channel(false);
    let mut workers = Vec::new();
    for (place, person) in office.people.iter().enumerate() {
        let desk = SimulatedDesk::open_at(relay.link(), person).await;
        let client = desk.client(&format!("Regular of {place}")).await;
        workers.push(Worker { desk, client, deeds: Vec::new() });
    }
    // The set-up itself is not what is tried.
    sqlx::raw_sql("checkpoint").execute(server.admin()).await.unwrap();
    let work = |(place, worker): (usize, Worker)| {
        tokio::spawn(worker.work(place, saved.clone(), stopped.clone()))
    };
    let working: Vec<_> = workers.into_iter().enumerate().map(work).collect();
    for kill in 0..kills {
        let next = *count.borrow() + BETWEEN;
        let further = count.wait_for(|saved| *saved >= next);
        timeout(Duration::from_secs(60), further).await.expect("the desks go on").unwrap();
        server.kill(kill % 2 == 0);
        server.revive().await;
    }
    stop.send_replace(true);
    let mut wrong = Vec::new();
    for worker in working {
        let mut worker = worker.await.expect("the desk worked");
        worker.settle().await;
        wrong.extend(told_wrongly(server, &worker.deeds).await);
        worker.desk.desk.close().await;
    }
    let saved = *count.borrow();
    (wrong, saved)
}

/// Compares what was said with what is there.
async fn told_wrongly(server: &OwnServer, deeds: &[Deed]) -> Vec<String> {
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("select command_id, count(*) from app.journal group by 1")
            .fetch_all(server.admin())
            .await
            .unwrap();
    let journal: BTreeMap<Uuid, i64> = rows.into_iter().collect();
    let sql = "select 'clients', company_name::text, count(*) from app.clients group by 2
               union all select 'events', name::text, count(*) from app.events group by 2";
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as(sql).fetch_all(server.admin()).await.unwrap();
    let there: BTreeMap<(String, String), i64> =
        rows.into_iter().map(|(table, name, count)| ((table, name), count)).collect();
    let mut wrong = Vec::new();
    for Deed { command, table, name, told, .. } in deeds {
        if let Told::Otherwise(code) = told {
            wrong.push(format!("{name}: refused as {code:?}"));
        }
        let commands = journal.get(command).copied().unwrap_or_default();
        let expected = i64::from(*told == Told::Saved);
        if commands != expected {
            wrong.push(format!("{name}: told {told:?}, {commands} in the journal"));
        }
        let rows = there.get(&((*table).to_owned(), name.clone())).copied().unwrap_or_default();
        // A later edit may have renamed an event.
        if rows > 1 || (*table == "clients" && rows != expected) {
            wrong.push(format!("{name}: told {told:?}, {rows} rows"));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_twenty_times_under_load_loses_and_doubles_nothing() {
    let server = Arc::new(OwnServer::start(&[]).await);
    let (wrong, saved) = storm(&server, KILLS).await;
    assert_eq!(wrong, Vec::<String>::new());
    assert!(saved >= KILLS as u64 * BETWEEN, "{saved} changes");
    Arc::into_inner(server).expect("nobody else has it").stop().await;
}

/// The comparison must be able to fail: a server that acknowledges before it has written loses what it acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_saved_too_early_is_caught() {
    let lazy =
        ["alter system set synchronous_commit = off", "alter system set wal_writer_delay = '10s'"];
    let server = Arc::new(OwnServer::start(&lazy).await);
    let (wrong, _) = storm(&server, 3).await;
    let lost = wrong.iter().any(|wrong| wrong.ends_with("told Saved, 0 in the journal"));
    assert!(lost, "a loss of what was acknowledged must be seen: {wrong:?}");
    Arc::into_inner(server).expect("nobody else has it").stop().await;
}
