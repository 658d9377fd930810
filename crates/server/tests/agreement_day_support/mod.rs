//! One question of an office day, asked of a planner and of the door: may this be done?
//!
//! The planner gets the rows as the feed or a first copy answers them to the person who asks, masked where that person
//! is not to know more. The door gets a preview of the raw rows, as a desk without any planner would send them, and of
//! what the planner would send. Both must say the same, and the rows must become what the planner says.

pub mod schedule;
pub mod tasks;
pub mod world;

use crate::door_support::{self, Desk, Office};
use chrono::{DateTime, Utc};
use domain::change::Plan;
use domain::permission::Permissions;
use domain::refusal::Refusal;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Person;
use uuid::Uuid;
use world::World;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// What waits for what, and what has started.
    Prerequisites,
    /// People and single units: windows that touch or overlap.
    Overlaps,
    /// Several units of a thing: quantities.
    Pools,
}

/// A wish, as the planner judges it and as a careless desk would send it.
pub struct Question {
    pub command: &'static str,
    pub planned: Result<Plan, Refusal>,
    pub raw: Vec<Value>,
    /// What a reader of a counterexample needs to know.
    pub about: String,
}

impl Question {
    /// Whether it already is as wanted.
    fn asks_nothing(&self) -> bool {
        let plans_something = self.planned.as_ref().is_ok_and(|plan| !plan.is_nothing());
        !plans_something && (self.planned.is_ok() || self.raw.is_empty())
    }
}

/// What came of many questions.
#[derive(Debug, Default)]
pub struct Tally {
    pub taken: usize,
    pub refused: usize,
    /// Bookings of which whoever asked knew only the times.
    pub masked: usize,
    /// How often each refusal of a planner met each constraint of the database.
    pub pairs: BTreeMap<(String, String), usize>,
    /// Readable counterexamples.
    pub disagreements: Vec<String>,
}

impl Tally {
    pub fn join(mut self, other: Self) -> Self {
        self.taken += other.taken;
        self.refused += other.refused;
        self.masked += other.masked;
        for (pair, times) in other.pairs {
            *self.pairs.entry(pair).or_default() += times;
        }
        self.disagreements.extend(other.disagreements);
        self
    }

    pub fn all(&self) -> usize {
        self.taken + self.refused
    }

    pub fn met(&self, refusal: &str, constraint: &str) -> usize {
        self.pairs.get(&(refusal.to_owned(), constraint.to_owned())).copied().unwrap_or_default()
    }
}

/// Enough to see what is wrong.
const MOST_DISAGREEMENTS: usize = 4;
/// Questions about one set of rows; then others are made.
const QUESTIONS_PER_WORLD: u64 = 125;

/// Somebody whose wishes are judged, and an administrator who makes the rows they are about.
pub struct Asker {
    pub maker: Desk,
    pub viewer: Desk,
    pub may: Permissions,
    /// The member of the staff who asks; nobody where an administrator does.
    pub staff: Option<Uuid>,
    /// The person that is that member.
    pub linked: Option<Uuid>,
    pub client: Uuid,
}

impl Asker {
    pub async fn new(office: &Office, administrator: &Person, staff: Option<&Person>) -> Self {
        let maker = office.desk_of(administrator);
        let viewer = staff.map_or_else(|| maker.clone(), |person| office.desk_of(person));
        let me: Value =
            sqlx::query_scalar("select api.whoami()").fetch_one(&viewer.pool).await.unwrap();
        let held = me["organizations"][0]["permissions"].as_array().unwrap();
        let may = held.iter().map(|name| name.as_str().unwrap()).collect();
        let client = maker.client().await;
        Self { maker, viewer, may, staff: staff.map(|p| p.user_id), linked: None, client }
    }

    /// Asks `count` questions about worlds of their own.
    pub async fn compare(&mut self, area: Area, seed: u64, count: u64) -> Tally {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut tally = Tally::default();
        let mut number = 0;
        while number < count && tally.disagreements.len() < MOST_DISAGREEMENTS {
            let world = World::make(&mut rng, area, self).await;
            tally.masked += world.masked();
            let most = (number + QUESTIONS_PER_WORLD).min(count);
            while number < most && tally.disagreements.len() < MOST_DISAGREEMENTS {
                let question = self.question(&mut rng, area, &world);
                if question.asks_nothing() {
                    continue;
                }
                number += 1;
                if let Some(said) = self.disagreement(&question, &mut tally).await {
                    tally.disagreements.push(told(seed, number, &question, &said));
                }
            }
        }
        if let Some(change) = self.unlinked() {
            self.maker.apply("resource.edit", json!([change])).await.unwrap();
        }
        tally
    }

    /// Makes the person of the world before somebody whom nobody signs in as: a member is one person.
    fn unlinked(&mut self) -> Option<Value> {
        let (was, set) = (json!({"user_id": self.staff}), json!({"user_id": null}));
        self.linked.take().map(|person| door_support::update("resources", person, was, set))
    }

    fn question(&self, rng: &mut StdRng, area: Area, world: &World) -> Question {
        match area {
            Area::Prerequisites => tasks::question(rng, &self.may, world),
            Area::Overlaps | Area::Pools => schedule::question(rng, area, &self.may, world),
        }
    }

    /// How the two answers differ.
    async fn disagreement(&self, question: &Question, tally: &mut Tally) -> Option<String> {
        let answer = self.preview(question.command, json!(question.raw)).await;
        match (&question.planned, answer) {
            (Err(refusal), Err(no)) => {
                tally.refused += 1;
                let kind = kind_of(refusal);
                let said = clash_told_otherwise(refusal, &no);
                *tally.pairs.entry((kind, no.constraint)).or_default() += 1;
                said
            }
            (Err(refusal), Ok(_)) => {
                tally.taken += 1;
                Some(format!("the domain refuses ({refusal}), the database takes it"))
            }
            (Ok(_), Err(no)) => {
                tally.refused += 1;
                Some(format!("the domain allows it, the database does not: {no:?}"))
            }
            (Ok(plan), Ok(answer)) => {
                tally.taken += 1;
                let plan_sent = json!(plan.changes);
                if plan_sent == json!(question.raw) {
                    return self.became_otherwise(plan, &answer);
                }
                match self.preview(question.command, plan_sent).await {
                    Ok(answer) => self.became_otherwise(plan, &answer),
                    Err(no) => Some(format!("what the domain plans is not taken: {no:?}")),
                }
            }
        }
    }

    async fn preview(&self, command: &str, changes: Value) -> door_support::Answer {
        self.viewer.preview(command, changes.clone()).await.inspect_err(|no| {
            let code = no.code.as_str();
            let is_verdict = matches!(code, "CL403" | "CL409" | "CL422") || code.starts_with("23");
            assert!(is_verdict, "the question itself was wrong: {no:?}\n{changes}");
        })
    }

    /// Where a row does not become what the plan says.
    fn became_otherwise(&self, plan: &Plan, answer: &Value) -> Option<String> {
        let rows = answer["rows"].as_array().unwrap();
        for change in &plan.changes {
            let image = rows.iter().find(|image| image["id"] == json!(change.id));
            let Some(image) = image else { return Some(format!("{} stays as it is", change.id)) };
            // What leaves the sight of whoever asks is not shown.
            if image["row"].is_null() && (change.set.is_empty() || self.staff.is_some()) {
                continue;
            }
            let is_last = plan.changes.iter().rfind(|c| c.id == change.id) == Some(change);
            let differs = |(column, wanted): &(&String, &Value)| {
                is_last && !is_same(wanted, &image["row"][column.as_str()])
            };
            if let Some((column, wanted)) = change.set.iter().find(differs) {
                let became = &image["row"][column];
                return Some(format!("{} becomes {became} instead of {wanted}", column));
            }
        }
        None
    }
}

/// The same value, moments compared as moments.
fn is_same(a: &Value, b: &Value) -> bool {
    let moment = |value: &Value| value.as_str()?.parse::<DateTime<Utc>>().ok();
    a == b || moment(a).is_some_and(|at| Some(at) == moment(b))
}

fn kind_of(refusal: &Refusal) -> String {
    serde_json::to_value(refusal).unwrap()["kind"].as_str().unwrap().to_owned()
}

/// A clash of one entry: both name the same numbers and the same entries in the way.
fn clash_told_otherwise(refusal: &Refusal, no: &door_support::Refusal) -> Option<String> {
    let Refusal::Clash { resource_id, needed, free, conflicts, .. } = refusal else { return None };
    if no.constraint != "resource_schedule_conflict" {
        return None;
    }
    let ours: Vec<Value> = conflicts
        .iter()
        .take(10)
        .map(|c| json!([c.entry_id, c.event_id, c.quantity, c.kind.as_str()]))
        .collect();
    let theirs = no.detail["with"].as_array().unwrap().iter();
    let theirs: Vec<Value> =
        theirs.map(|c| json!([c["id"], c["event_id"], c["quantity"], c["kind"]])).collect();
    let ours = json!([resource_id, needed, free, ours]);
    let theirs = json!([no.detail["resource_id"], no.detail["needed"], no.detail["free"], theirs]);
    (ours != theirs).then(|| format!("the clash is told as {ours} and as {theirs}"))
}

fn told(seed: u64, number: u64, question: &Question, said: &str) -> String {
    let Question { command, raw, about, .. } = question;
    format!(
        "seed {seed}, question {number} ({command}): {said}\n    asked for: {}\n{about}",
        json!(raw)
    )
}

pub fn pick<T: Clone>(rng: &mut StdRng, of: &[T]) -> T {
    of[rng.random_range(0..of.len())].clone()
}
