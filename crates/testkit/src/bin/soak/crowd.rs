//! The desks: each edits an event of its own about once a minute, and some look for what others did.

use crate::{Plan, say};
use desk::open::Desk;
use replica::sync::Activity;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::{OwnServer, Person, Relay, SimulatedDesk, Weather, event_form};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};
use uuid::Uuid;

/// Each desk does something that often.
const TURN: Duration = Duration::from_secs(60);
/// So many others look for each change.
const OBSERVERS: usize = 3;
/// A change that has not come by then counts as this late.
const GIVEN_UP: Duration = Duration::from_secs(10);
/// Desks that are opened at the same time.
const AT_ONCE: usize = 8;

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub confirmed: Vec<Duration>,
    pub visible: Vec<Duration>,
    pub faults: Vec<String>,
}

/// All the desks, and the network between them and the server.
pub struct Crowd {
    members: Vec<Arc<Member>>,
    client: Uuid,
    relay: Relay,
}

struct Member {
    desk: SimulatedDesk,
    event: Uuid,
    is_visible: bool,
}

impl Crowd {
    /// Opens the desks, as devices that were enrolled before.
    pub async fn gather(server: &OwnServer, plan: Plan) -> Self {
        let emails = (0..plan.desks).map(|i| format!("desk{i}@example.org"));
        let office = emails
            .fold(server.organization("Linden"), |office, email| office.administrator(&email));
        let office = office.build().await;
        let relay = Relay::to(server.link()).await;
        let weather =
            Weather { latency: plan.rtt / 2, jitter: plan.rtt / 20, ..Weather::default() };
        relay.set_weather(weather, 1);
        say(&format!("Opening {} desks", plan.desks));
        let first = SimulatedDesk::open_at(relay.link(), &office.people[0]).await;
        let client = first.client("Olivar").await;
        let mut members = vec![Arc::new(Member::begin(first, client, 0, plan).await)];
        let rest: Vec<(usize, Person)> =
            office.people.iter().cloned().enumerate().skip(1).collect();
        for some in rest.chunks(AT_ONCE) {
            let mut opening = JoinSet::new();
            for (place, person) in some.iter().cloned() {
                let link = relay.link().clone();
                opening.spawn(async move {
                    let desk = SimulatedDesk::open_at(&link, &person).await;
                    Member::begin(desk, client, place, plan).await
                });
            }
            members.extend(opening.join_all().await.into_iter().map(Arc::new));
        }
        Self { members, client, relay }
    }

    /// Lets them work for as long as the plan says.
    pub async fn work(&mut self, plan: Plan) -> Outcome {
        let until = Instant::now() + plan.lasts;
        let tidying = tokio::spawn(tidy(self.members.clone()));
        let mut working = JoinSet::new();
        for place in 0..self.members.len() {
            let (members, client) = (self.members.clone(), self.client);
            working.spawn(async move { work(&members, place, client, until).await });
        }
        let mut outcome = Outcome::default();
        for one in working.join_all().await {
            outcome.confirmed.extend(one.confirmed);
            outcome.visible.extend(one.visible);
            outcome.faults.extend(one.faults);
        }
        tidying.abort();
        let (_, most, _) = self.relay.connections();
        if most > 2 * plan.desks {
            outcome.faults.push(format!("{most} connections at once"));
        }
        outcome
    }

    /// Restarts the server; answers how long it took until every desk showed a change made after it was back.
    pub async fn herd(&mut self, server: &OwnServer) -> Option<Duration> {
        server.restart().await;
        let begun = Instant::now();
        let tidying = tokio::spawn(tidy(self.members.clone()));
        let first = &self.members[0];
        let location = Uuid::now_v7().to_string();
        let back = timeout(Duration::from_secs(60), async {
            while edit(&first.desk, first.event, self.client, &location).await.is_err() {
                sleep(Duration::from_millis(100)).await;
            }
            for member in &self.members {
                until_shown(&member.desk, first.event, &location).await;
            }
            begun.elapsed()
        })
        .await;
        tidying.abort();
        back.ok()
    }

    pub async fn close(self) {
        let mut closing = JoinSet::new();
        for member in self.members {
            closing.spawn(async move { member.desk.desk.close().await });
        }
        closing.join_all().await;
    }
}

impl Member {
    async fn begin(desk: SimulatedDesk, client: Uuid, place: usize, plan: Plan) -> Self {
        let event = desk.event(client, &format!("Event {place}")).await;
        let is_visible = place * 100 < plan.visible_percent * plan.desks;
        if !is_visible {
            desk.desk.window_activity(Activity::Hidden);
        }
        Self { desk, event, is_visible }
    }
}

/// What windows were shown is looked at and forgotten.
async fn tidy(members: Vec<Arc<Member>>) {
    loop {
        sleep(Duration::from_secs(2)).await;
        members.iter().for_each(|member| member.desk.shown.forget());
    }
}

async fn work(members: &[Arc<Member>], place: usize, client: Uuid, until: Instant) -> Outcome {
    let (me, mut outcome) = (&members[place], Outcome::default());
    let mut looking = JoinSet::new();
    // People click whenever they like, not all in the same second.
    let mut next = Instant::now() + TURN.mul_f64(rand::random_range(0.0..1.0));
    let seen_by: Vec<&Arc<Member>> = members.iter().filter(|m| m.is_visible).collect();
    while next < until {
        sleep_until(next.into()).await;
        next += TURN;
        let location = Uuid::now_v7().to_string();
        let begun = Instant::now();
        for _ in 0..OBSERVERS.min(seen_by.len()) {
            let other = seen_by[rand::random_range(0..seen_by.len())].clone();
            if Arc::ptr_eq(&other, me) {
                continue;
            }
            let (event, location) = (me.event, location.clone());
            looking.spawn(async move {
                let shown = until_shown(&other.desk, event, &location);
                let _ = timeout(GIVEN_UP, shown).await;
                begun.elapsed()
            });
        }
        match edit(&me.desk, me.event, client, &location).await {
            Ok(()) => outcome.confirmed.push(begun.elapsed()),
            Err(fault) => outcome.faults.push(fault),
        }
    }
    outcome.visible = looking.join_all().await;
    outcome
}

async fn edit(
    desk: &SimulatedDesk,
    event: Uuid,
    client: Uuid,
    location: &str,
) -> Result<(), String> {
    let before = here(&desk.desk, event).await;
    let known = desk.desk.replica().event(event).await.map_err(|e| e.to_string())?;
    let name = known.map(|event| event.name).unwrap_or_default();
    let mut base = event_form(client, &name);
    base["location"] = before.map_or(Value::Null, Value::from);
    let mut form = base.clone();
    form["location"] = location.into();
    let input =
        json!({ "command_id": Uuid::now_v7(), "event_id": event, "form": form, "base": base });
    desk.run("event_edit", input).await.map(|_| ()).map_err(|error| error.message)
}

async fn here(desk: &Desk, event: Uuid) -> Option<String> {
    desk.replica().event(event).await.ok().flatten()?.location
}

async fn until_shown(desk: &SimulatedDesk, event: Uuid, location: &str) {
    let mut shown = desk.shown.count();
    loop {
        shown.mark_unchanged();
        if here(&desk.desk, event).await.as_deref() == Some(location)
            || shown.changed().await.is_err()
        {
            return;
        }
    }
}
