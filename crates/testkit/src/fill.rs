//! A made-up office of any size, brought in through the door in imports of a few thousand events each.

mod work;

use ::server::door::MOST_CHANGES;
use ::server::session::Session;
use chrono::{DateTime, Duration, DurationRound, Utc};
use desk::error::ActionError;
use domain::change::{Change, Plan};
use domain::clients::Client;
use domain::events::{Event, Status};
use uuid::Uuid;

/// Events of one import: one call must be answered within the two minutes that a desk waits.
const EVENTS_A_COMMAND: u32 = 5_000;
/// How many events a client has on average.
const EVENTS_A_CLIENT: u32 = 25;
/// Events of one import where each comes with its tasks.
const EVENTS_WITH_WORK: u32 = 1_000;
/// Days before and after today over which events are spread.
const DAYS: i64 = 1_000;
/// From one event to the next; visits every day once before it comes to the first one again.
const DAY_STRIDE: u32 = 7_919;

const COMPANIES: &[&str] = &[
    "Müller",
    "Johansson",
    "Novák",
    "Ibáñez",
    "Okafor",
    "Haddad",
    "Tanaka",
    "Peña",
    "Quiroga",
    "García",
    "Østergaard",
    "O'Brien",
    "Fernández",
    "Łukasik",
    "Smith-Jones",
    "Vandenberg",
    "Zhang",
    "Åkesson",
    "Ünal",
];
const FORMS: &[&str] = &[
    "Consulting",
    "& Hijos",
    "Architects, LLP",
    "Weddings",
    "Hotels",
    "and Partners",
    "Foundation",
];
const KINDS: &[(&str, i64, u32)] = &[
    ("wedding", 8, 150),
    ("corporate lunch", 3, 40),
    ("gala dinner", 5, 220),
    ("conference", 8, 120),
    ("birthday", 4, 60),
    ("tasting", 2, 12),
    ("funeral reception", 3, 80),
    ("cocktail", 3, 90),
];
const VENUES: &[&str] = &[
    "Palacio de Cristal",
    "Finca El Olivar",
    "Hotel Miramar, Salón Azul",
    "Museo Thyssen, atrio",
    "Casa de Campo 12",
    "Nave 7 (puerta B)",
    "Jardín Botánico",
];

/// Brings in `events` events and the clients they are for.
pub(crate) async fn fill(session: &Session, org: Uuid, events: u32) -> Result<(), ActionError> {
    let now = this_hour();
    for (from, until) in ranges(events, EVENTS_A_COMMAND) {
        bring(session, org, "import.events", &changes(from, until, now)).await?;
    }
    Ok(())
}

/// Brings in `events` events with their clients, ten tasks each, the resources that they need, and their bookings.
pub(crate) async fn fill_with_work(
    session: &Session,
    org: Uuid,
    events: u32,
) -> Result<(), ActionError> {
    let mut work = work::Work::new(events, this_hour());
    bring(session, org, "import.resources", &work.resources()).await?;
    for (from, until) in ranges(events, EVENTS_WITH_WORK) {
        bring(session, org, "import.tasks", &work.events(from, until)).await?;
    }
    for bookings in work.bookings() {
        bring(session, org, "import.assignments", &bookings).await?;
    }
    Ok(())
}

fn this_hour() -> DateTime<Utc> {
    Utc::now().duration_trunc(Duration::hours(1)).unwrap_or_default()
}

fn ranges(events: u32, step: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..events).step_by(step as usize).map(move |from| (from, events.min(from + step)))
}

/// One import: parts of as much as the door takes at once, then all of them in one go.
async fn bring(
    session: &Session,
    org: Uuid,
    name: &str,
    changes: &[Change],
) -> Result<(), ActionError> {
    let command = Uuid::now_v7();
    for (part, chunk) in (0_i32..).zip(changes.chunks(MOST_CHANGES)) {
        session.stage(org, command, part, chunk).await?;
    }
    session.apply_staged(org, command, name, Vec::new()).await?;
    Ok(())
}

fn changes(from: u32, until: u32, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut client = None;
    for i in from..until {
        let client = client_at(i, i == from, &mut client, &mut changes);
        changes.extend(Plan::creating(&event(i, now, client)).changes);
    }
    changes
}

/// Whose event the `i`-th is: somebody new where an import begins and every few events.
fn client_at<'a>(
    i: u32,
    first: bool,
    last: &'a mut Option<Client>,
    changes: &mut Vec<Change>,
) -> &'a Client {
    if first || i.is_multiple_of(EVENTS_A_CLIENT) {
        *last = None;
    }
    last.get_or_insert_with(|| {
        let client = somebody(i / EVENTS_A_CLIENT);
        changes.extend(Plan::creating(&client).changes);
        client
    })
}

/// A fixed stride visits a list in an order that looks like none.
fn pick<T>(list: &[T], i: u32, stride: u32) -> &T {
    &list[(i.wrapping_mul(stride) as usize) % list.len()]
}

fn somebody(i: u32) -> Client {
    let surname = pick(COMPANIES, i, 7);
    Client {
        id: Uuid::now_v7(),
        company_name: format!("{surname} {} {i}", pick(FORMS, i, 5)),
        contact_name: Some(format!("Ana {surname}")),
        email: Some(format!("office{i}@example.org")),
        phone: Some(format!("+34 600 {i:06}")),
        address: None,
        notes: None,
        client_org_id: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

fn event(i: u32, now: DateTime<Utc>, client: &Client) -> Event {
    let (kind, hours, guests) = *pick(KINDS, i, 5);
    let day = i64::from(i.wrapping_mul(DAY_STRIDE) % 2_000) - DAYS;
    let starts_at = now + Duration::days(day) + Duration::minutes(i64::from(i % 32) * 30);
    let status = match day {
        ..-20 if i.is_multiple_of(4) => Status::FollowUp,
        ..0 => Status::Completed,
        0..=1 => Status::InProgress,
        2..=20 => Status::Preparation,
        _ if i.is_multiple_of(11) => Status::Cancelled,
        21..=200 => Status::Planning,
        _ => Status::Inquiry,
    };
    let title = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
    Event {
        id: Uuid::now_v7(),
        client_id: client.id,
        name: format!("{title} {} {i}", pick(COMPANIES, i, 11)),
        event_type: kind.to_owned(),
        starts_at,
        ends_at: starts_at + Duration::hours(hours),
        time_zone: "Europe/Madrid".to_owned(),
        location: Some((*pick(VENUES, i, 3)).to_owned()),
        status,
        estimated_attendees: i32::try_from(guests + i % 40).ok(),
        notes: i
            .is_multiple_of(3)
            .then(|| "Access by the north gate until 11:30. No nuts.".to_owned()),
        cancel_reason: (status == Status::Cancelled).then(|| "Postponed to next year".to_owned()),
        is_archived: day < -400,
        archived_at: None,
        archived_by: None,
        cancelled_at: None,
        cancelled_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}
