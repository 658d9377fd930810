//! A made-up office of any size, brought in through the door in imports of a few thousand events each.

use ::server::session::Session;
use chrono::{DateTime, Duration, DurationRound, Utc};
use desk::error::ActionError;
use domain::change::{Change, Plan};
use domain::clients::Client;
use domain::events::{Event, Status};
use uuid::Uuid;

/// Events of one import: one call must be answered within the half minute that a desk waits.
const EVENTS_A_COMMAND: u32 = 5_000;
/// How many events a client has on average.
const EVENTS_A_CLIENT: u32 = 25;
/// Days before and after today over which events are spread.
const DAYS: i64 = 1_000;

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
    let now = Utc::now().duration_trunc(Duration::hours(1)).unwrap_or_default();
    let mut from = 0;
    while from < events {
        let until = events.min(from + EVENTS_A_COMMAND);
        let command = Uuid::now_v7();
        for (part, chunk) in (0_i32..).zip(changes(from, until, now).chunks(1_000)) {
            session.stage(org, command, part, chunk).await?;
        }
        session.apply_staged(org, command, "import.events", Vec::new()).await?;
        from = until;
    }
    Ok(())
}

fn changes(from: u32, until: u32, now: DateTime<Utc>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut client = Client { id: Uuid::nil(), ..somebody(0) };
    for i in from..until {
        if i == from || i.is_multiple_of(EVENTS_A_CLIENT) {
            client = somebody(i / EVENTS_A_CLIENT);
            changes.extend(Plan::creating(&client).changes);
        }
        changes.extend(Plan::creating(&event(i, now, &client)).changes);
    }
    changes
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
    let day = i64::from(i.wrapping_mul(7_919) % 2_000) - DAYS;
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
