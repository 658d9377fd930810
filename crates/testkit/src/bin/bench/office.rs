//! A whole office: events, ten tasks each, and everybody's schedule. What a desk answers from its copy.
//!
//! Times are up to the answer that is handed to the window; `painted` goes on to what is seen.

use crate::report::{Report, time};
use crate::stage::{Filling, Scale, Stage};
use crate::{desks, guard, painted, say};
use chrono::{Duration as Days, Utc};
use desk::actions;
use desk::open::Desk;
use domain::tasks::TaskCategory;
use replica::{
    TaskFilter, TaskListInput, TaskScope, TaskSort, TaskSortBy, TaskState, TasksArchived,
};
use serde_json::{Value, json};
use server::embedded::Listen;
use sqlx::Connection;
use std::time::{Duration, Instant};
use testkit::Office;
use testkit::sign_in::{Fault, until_live};
use uuid::Uuid;

/// What a list, Today or a schedule may take.
const SHOWN: Duration = Duration::from_millis(50);
/// What a search may take.
const FOUND: Duration = Duration::from_millis(30);
/// Answers before the first that counts.
const WARM_UP: u32 = 3;

pub async fn measure(
    scale: Scale,
    wanted: &impl Fn(&str) -> bool,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut office = Office::open_for_many(Listen::Loopback { port: None }).await?;
    let outcome = measure_office(&mut office, scale, wanted, report).await;
    office.close().await?;
    outcome
}

async fn measure_office(
    office: &mut Office,
    scale: Scale,
    wanted: &impl Fn(&str) -> bool,
    report: &mut Report,
) -> Result<(), Fault> {
    let begun = Instant::now();
    let stage = Stage::set(office, scale, Filling::EventsWithWork).await?;
    describe(&stage, begun.elapsed(), report).await?;
    if wanted("painted") {
        say("Screens in the real window");
        painted::measure(&stage, report).await?;
    }
    if !wanted("office") {
        return Ok(());
    }
    let (desk, mut seen) = stage.desk(&stage.synced, &stage.devices[0]).await?;
    until_live(&desk, &mut seen, Duration::from_secs(60)).await?;
    say("Lists, schedules, search");
    let outcome = read(&stage, &desk, report).await;
    desk.close().await;
    outcome?;
    say("Assignments through the guard");
    guard::measure(&stage, report).await?;
    say("Twenty desks at work");
    desks::measure(&stage, report).await
}

async fn describe(stage: &Stage<'_>, set: Duration, report: &mut Report) -> Result<(), Fault> {
    let mut owner = stage.owner().await?;
    let sql = "select (select count(*) from app.tasks), (select count(*) from app.task_dependencies),
                   (select count(*) from app.resources), (select count(*) from app.resource_schedule)";
    let (tasks, order, resources, bookings): (i64, i64, i64, i64) =
        sqlx::query_as(sql).fetch_one(&mut owner).await?;
    owner.close().await?;
    report.figure(
        &format!("office: {} events, {tasks} tasks", stage.scale.events),
        &time(set - stage.first_sync),
        &format!(
            "to set up and fill, with {order} prerequisites and {bookings} bookings of {resources} resources"
        ),
    );
    report.figure("office: first sync of all that", &time(stage.first_sync), "");
    Ok(())
}

async fn read(stage: &Stage<'_>, desk: &Desk, report: &mut Report) -> Result<(), Fault> {
    let asking = Asking { desk, scale: stage.scale };
    let today = asking.time("today", &[Value::Null], 100).await?;
    report.p95("Today, up to the answer", &today, SHOWN);
    let people = people(stage).await?;
    let mut all = Vec::new();
    for (what, input) in task_lists(people[0]) {
        let took = asking.time("task_list", &[serde_json::to_value(input)?], 40).await?;
        report.p95(&format!("tasks: {what}"), &took, SHOWN);
        all.extend(took);
    }
    report.p95("tasks: all of these", &all, SHOWN);
    let from = Utc::now();
    let until = from + Days::days(31);
    let months: Vec<Value> = people
        .iter()
        .map(|id| json!({ "resource_id": id, "from": from, "until": until }))
        .collect();
    let took = asking.time("resource_schedule", &months, 10).await?;
    report.p95("a resource's month, up to the answer", &took, SHOWN);
    search(&asking, report).await
}

async fn search(asking: &Asking<'_>, report: &mut Report) -> Result<(), Fault> {
    // A name, a venue, a thing to do, a person; then words that narrow each other down.
    let words = ["novák", "miramar", "florist", "okafor", "invoice"];
    let pairs =
        ["wedding tanaka", "gala miramar", "flowers novák", "zoe linen", "lukasik weddings"];
    // What stands in a tenth of all rows and more.
    let broad = ["wedd", "the", "con"];
    let kinds: [(&str, &[&str]); 3] =
        [("a usual word", &words), ("two words", &pairs), ("words that are everywhere", &broad)];
    for (what, texts) in kinds {
        let inputs: Vec<Value> =
            texts.iter().map(|text| json!({ "text": text, "limit": 50 })).collect();
        let took = asking.time("search", &inputs, 30).await?;
        report.p95(&format!("search: {what}"), &took, FOUND);
    }
    Ok(())
}

fn task_lists(person: Uuid) -> Vec<(&'static str, TaskListInput)> {
    let filter = TaskFilter::default;
    let words = |text: &str| TaskFilter { text: Some(text.to_owned()), ..filter() };
    let any = TaskFilter { state: TaskState::Any, archived: TasksArchived::With, ..filter() };
    let list = |filter, by, descending| {
        let sort = TaskSort { by, descending };
        TaskListInput { filter, sort, offset: 0, limit: 100 }
    };
    let overdue = TaskFilter { state: TaskState::Overdue, ..filter() };
    let nobodys = TaskFilter { scope: TaskScope::Unassigned, ..filter() };
    let theirs = TaskFilter { assigned_to: Some(person), state: TaskState::Any, ..filter() };
    let after = TaskFilter { category: Some(TaskCategory::PostEvent), ..filter() };
    let deep = TaskListInput { offset: 20_000, ..list(filter(), TaskSortBy::Title, false) };
    vec![
        ("open, by date", list(filter(), TaskSortBy::DueAt, false)),
        ("overdue, by event", list(overdue, TaskSortBy::Event, false)),
        ("nobody's, by title from the end", list(nobodys, TaskSortBy::Title, true)),
        ("one person's, by status", list(theirs, TaskSortBy::Status, false)),
        ("after events, latest first", list(after, TaskSortBy::DueAt, true)),
        ("all there ever were, by person", list(any, TaskSortBy::AssignedTo, false)),
        ("open, by title, 20 000 further down", deep),
        ("“novák flowers”, by date", list(words("novák flowers"), TaskSortBy::DueAt, false)),
        ("“wedding”, by event", list(words("wedding"), TaskSortBy::Event, false)),
    ]
}

pub async fn people(stage: &Stage<'_>) -> Result<Vec<Uuid>, Fault> {
    let mut owner = stage.owner().await?;
    let sql = "select id from app.resources order by lower(name) limit 40";
    let ids = sqlx::query_scalar(sql).fetch_all(&mut owner).await?;
    owner.close().await?;
    Ok(ids)
}

struct Asking<'a> {
    desk: &'a Desk,
    scale: Scale,
}

impl Asking<'_> {
    /// Runs an action with each input so many times, in turns.
    async fn time(
        &self,
        action: &str,
        inputs: &[Value],
        times: u32,
    ) -> Result<Vec<Duration>, Fault> {
        let mut took = Vec::new();
        for turn in 0..WARM_UP + self.scale.times(times) {
            for input in inputs {
                let begun = Instant::now();
                actions::run(self.desk, action, input.clone()).await?;
                if turn >= WARM_UP {
                    took.push(begun.elapsed());
                }
            }
        }
        Ok(took)
    }
}
