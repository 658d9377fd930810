//! Twenty desks at work, each acting once a second: the time until the server has confirmed and the desk shows it.
//!
//! Each has a task, an event and a person of its own, so nothing is in anybody's way. All of them, and the server, share
//! this one computer.

use crate::lag;
use crate::report::{Report, time};
use crate::stage::Stage;
use desk::actions;
use desk::error::ActionError;
use desk::open::Desk;
use domain::change::Plan;
use domain::events::EventForm;
use domain::resources::{Resource, ResourceType};
use domain::tasks::TaskStatus;
use serde_json::{Value, json};
use sqlx::Connection;
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

/// What an action may take until it is confirmed.
const CONFIRMED: Duration = Duration::from_millis(50);
const SECONDS: u32 = 60;

/// What one desk works on, and no other.
#[derive(Clone, Copy)]
struct Own {
    event: Uuid,
    task: Uuid,
    person: Uuid,
}

/// One action's outcome.
struct Deed {
    action: &'static str,
    took: Duration,
    fault: Option<String>,
}

pub async fn measure(stage: &Stage<'_>, report: &mut Report) -> Result<(), Fault> {
    let own = share_out(stage).await?;
    let mut desks = Vec::new();
    for (place, device) in stage.devices.iter().enumerate() {
        desks.push(lag::open(stage, place, device).await?);
    }
    let mut working = JoinSet::new();
    for ((desk, _), own) in desks.iter().zip(own) {
        let (desk, turns) = (desk.clone(), stage.scale.times(SECONDS));
        working.spawn(async move { work(&desk, own, turns).await });
    }
    let mut deeds = Vec::new();
    while let Some(done) = working.join_next().await {
        deeds.extend(done?);
    }
    for (desk, _) in &desks {
        desk.close().await;
    }
    tell(&deeds, desks.len(), report);
    Ok(())
}

fn tell(deeds: &[Deed], desks: usize, report: &mut Report) {
    let took: Vec<Duration> = deeds.iter().map(|deed| deed.took).collect();
    report.p95(&format!("{desks} desks act once a second: confirmed"), &took, CONFIRMED);
    for action in ["task_move", "assignment_create", "assignment_release", "event_edit"] {
        let of_it = deeds.iter().filter(|deed| deed.action == action);
        let took: Vec<Duration> = of_it.map(|deed| deed.took).collect();
        let p95 = format!("p95 {}", time(crate::report::quantile(&took, 0.95)));
        report.figure(&format!("desks: {action}"), &time(crate::report::median(&took)), &p95);
    }
    let faults: Vec<&str> = deeds.iter().filter_map(|deed| deed.fault.as_deref()).collect();
    report.none("desks: errors", faults.len(), faults.first().copied().unwrap_or_default());
}

/// An event with a task that waits for nothing, and a new person, for each desk.
async fn share_out(stage: &Stage<'_>) -> Result<Vec<Own>, Fault> {
    let mut owner = stage.owner().await?;
    let sql = "select distinct on (e.id) e.id, k.id
               from app.events e join app.tasks k on k.org_id = e.org_id and k.event_id = e.id
               where e.status = 'planning' and not e.is_archived and k.status = 'pending'
                 and not exists (select from app.task_dependencies d where k.id in (d.task_id, d.prerequisite_id)
                                 and d.org_id = e.org_id and d.event_id = e.id)
               order by e.id, k.id limit $1";
    let found: Vec<(Uuid, Uuid)> =
        sqlx::query_as(sql).bind(i64::try_from(stage.devices.len())?).fetch_all(&mut owner).await?;
    owner.close().await?;
    if found.len() < stage.devices.len() {
        return Err("there are too few events for all desks".into());
    }
    let own: Vec<Own> = found
        .into_iter()
        .map(|(event, task)| Own { event, task, person: Uuid::now_v7() })
        .collect();
    let people = own.iter().zip(1..).map(|(own, i)| Plan::creating(&person(own.person, i)));
    let people = people.fold(Plan::nothing(), Plan::and);
    let session = stage.session(&stage.devices[0]);
    let org = stage.office.organization;
    session.apply(org, Uuid::now_v7(), "resource.create", &people.changes).await?;
    session.close().await;
    Ok(own)
}

fn person(id: Uuid, number: u32) -> Resource {
    Resource {
        id,
        name: format!("Temp {number} of the agency"),
        kind: ResourceType::Staff,
        role: None,
        quantity: 1,
        setup_minutes: 0,
        teardown_minutes: 0,
        is_available: true,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

async fn work(desk: &Desk, own: Own, turns: u32) -> Vec<Deed> {
    // People click whenever they like, not all at the same moment.
    sleep(Duration::from_millis(rand::random_range(0..1_000))).await;
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut booked = Uuid::nil();
    let mut deeds = Vec::new();
    for turn in 0..turns {
        clock.tick().await;
        let (action, input) = match next(desk, own, turn, &mut booked).await {
            Ok(next) => next,
            Err(error) => {
                let fault = Some(error.to_string());
                deeds.push(Deed { action: "looking", took: Duration::ZERO, fault });
                continue;
            }
        };
        let begun = Instant::now();
        let answer = actions::run(desk, action, input).await;
        let took = begun.elapsed();
        deeds.push(Deed { action, took, fault: answer.err().map(|e| format!("{action}: {e}")) });
    }
    deeds
}

/// What this desk does next: start the task, book, edit the event, put the task back, release.
async fn next(
    desk: &Desk,
    own: Own,
    turn: u32,
    booked: &mut Uuid,
) -> Result<(&'static str, Value), Fault> {
    let Own { event, task, person } = own;
    let command_id = Uuid::now_v7();
    let to = |to: TaskStatus| json!({ "command_id": command_id, "moves": [{ "task_id": task, "to": to }] });
    Ok(match turn % 5 {
        0 => ("task_move", to(TaskStatus::InProgress)),
        1 => {
            *booked = Uuid::now_v7();
            let form = form_of(desk, event).await?;
            let input = json!({
                "command_id": command_id, "entry_id": *booked, "event_id": event, "task_id": null,
                "resource_id": person, "quantity": 1, "starts_local": form.starts_local,
                "ends_local": form.ends_local, "starts_choice": form.starts_choice,
                "ends_choice": form.ends_choice, "override_reason": null,
            });
            ("assignment_create", input)
        }
        2 => {
            let base = form_of(desk, event).await?;
            let form = EventForm { location: Some(format!("Hall {turn}")), ..base.clone() };
            let input =
                json!({ "command_id": command_id, "event_id": event, "form": form, "base": base });
            ("event_edit", input)
        }
        3 => ("task_move", to(TaskStatus::Pending)),
        _ => {
            let input = json!({ "command_id": command_id, "entry_ids": [*booked] });
            ("assignment_release", input)
        }
    })
}

async fn form_of(desk: &Desk, event: Uuid) -> Result<EventForm, Fault> {
    let event =
        desk.replica().event(event).await?.ok_or_else(|| ActionError::not_found("event"))?;
    Ok(EventForm::of(&event))
}
