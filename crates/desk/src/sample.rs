//! The made-up office of *Explore with sample data*: filled in through the same door as everything else.

mod work;

use crate::error::ActionError;
use chrono::{DateTime, Datelike, Duration, TimeZone, Utc};
use chrono_tz::Tz;
use domain::change::{Change, Plan};
use domain::clients::Client;
use domain::events::{Event, Status};
use serde::Deserialize;
use serde::de::IgnoredAny;
use server::account::Whoami;
use server::door::ImportKey;
use server::error::ServerError;
use server::session::Session;
use uuid::Uuid;

const CLIENTS: &[(&str, &str, &str)] = &[
    ("Müller Consulting", "Søren Müller", "+34 600 101 204"),
    ("Johansson & Hijos", "Björn Johansson", "+34 600 102 417"),
    ("Novák Architects, LLP", "Chloé Novák", ""),
    ("Fundación Ibáñez", "Iñaki Ibáñez", "+34 600 117 402"),
    ("Hotel Okafor", "Ngozi Okafor", "+34 600 118 330"),
    ("Haddad Weddings", "Zoë Haddad", "+34 600 119 871"),
    ("Grupo Tanaka", "Yuki Tanaka", "+34 600 120 006"),
    ("Bodegas Peña", "Lucía Peña", ""),
    ("Universidad de Quiroga", "Marta Quiroga", "+34 600 122 945"),
    ("García, Nguyen and Partners", "Ana García", "+34 600 123 512"),
    ("Østergaard Architects, LLP", "Ingrid Østergaard", ""),
    ("O'Brien & Hijos", "Hanna O'Brien", "+34 600 125 007"),
    ("Fernández Weddings", "Pilar Fernández", "+34 600 126 648"),
    ("Łukasik Consulting", "Małgorzata Łukasik", "+34 600 127 199"),
    ("Smith-Jones Weddings", "Amara Smith-Jones", ""),
    ("Vandenberg, d'Angelo and Partners", "Étienne Vandenberg", "+34 600 129 753"),
];
const KINDS: &[(&str, i64, i32)] = &[
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
    "Ático “La Luz”",
    "Jardín Botánico",
];
const NOTES: &[&str] = &[
    "",
    "Access by the north gate until 11:30. No nuts in the dessert kitchen.",
    "",
    "Band sets up at 16:00 and needs two tables.",
    "Vegetarian menu for table 4.",
];
/// How many days before and after today the sample reaches.
const DAYS: i64 = 90;

/// What is asked to see whether the sample is there.
#[derive(Deserialize)]
struct TablePage {
    rows: Vec<IgnoredAny>,
}

/// Fills the organization unless it holds the sample already; the same day always gives the same office.
///
/// # Errors
/// What the server refuses, or that it cannot be reached.
pub async fn fill(session: &Session, who: &Whoami) -> Result<(), ActionError> {
    let Some(organization) = who.organizations.first() else { return Ok(()) };
    let clients: TablePage = session.snapshot(organization.id, "clients", None, 1).await?;
    if !clients.rows.is_empty() {
        return Ok(());
    }
    let command = Uuid::now_v7();
    let changes = changes(Utc::now(), who.user_id);
    for (part, chunk) in (0_i32..).zip(changes.chunks(1_000)) {
        session.stage(organization.id, command, part, chunk).await?;
    }
    let keys: Vec<ImportKey> = Vec::new();
    match session.apply_staged(organization.id, command, "import.sample", keys).await {
        Ok(_) | Err(ServerError::Unknown(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn changes(now: DateTime<Utc>, me: Uuid) -> Vec<Change> {
    let clients: Vec<Client> = CLIENTS.iter().map(client).collect();
    let mut plan = Plan::nothing();
    for client in &clients {
        plan = plan.and(Plan::creating(client));
    }
    let events: Vec<Event> = (0..DAYS * 2).map(|i| event(i, now, &clients)).collect();
    for event in &events {
        plan = plan.and(Plan::creating(event));
    }
    plan.and(work::plan(&events, me, now)).changes
}

fn client((company, contact, phone): &(&str, &str, &str)) -> Client {
    let mail: String = contact.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    Client {
        id: Uuid::now_v7(),
        company_name: (*company).to_owned(),
        contact_name: Some((*contact).to_owned()),
        email: Some(format!("{mail}@example.org")),
        phone: Some((*phone).to_owned()).filter(|p| !p.is_empty()),
        address: None,
        notes: None,
        client_org_id: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// The `i`-th event: spread over the days around today, its status as its date suggests.
fn event(i: i64, now: DateTime<Utc>, clients: &[Client]) -> Event {
    // Multiplying by a large odd number scatters: each list is visited in an order that looks like none, and no client
    // gets one kind of event only.
    let pick = |salt: u32, len: usize| {
        let scattered = (u32::try_from(i).unwrap_or(0) + 1).wrapping_mul(salt) >> 16;
        scattered as usize % len
    };
    let (kind, hours, guests) = KINDS[pick(2_654_435_761, KINDS.len())];
    let client = &clients[pick(2_246_822_519, clients.len())];
    let day = i - DAYS;
    let date = now.with_timezone(&Tz::Europe__Madrid).date_naive() + Duration::days(day);
    let hour = [9, 12, 13, 19, 20][pick(3_266_489_917, 5)];
    let local = date.and_hms_opt(hour, if i % 3 == 0 { 30 } else { 0 }, 0).unwrap_or_default();
    // Clocks change at night, never at these hours.
    let starts_at = Tz::Europe__Madrid
        .from_local_datetime(&local)
        .earliest()
        .map_or(now, |at| at.with_timezone(&Utc));
    let status = match day {
        ..-20 if i % 4 == 0 => Status::FollowUp,
        ..0 => Status::Completed,
        0..=1 => Status::InProgress,
        2..=9 => Status::Preparation,
        _ if i % 11 == 0 => Status::Cancelled,
        10..=40 => Status::Planning,
        _ => Status::Inquiry,
    };
    let surname = client.contact_name.as_deref().and_then(|n| n.split(' ').next_back());
    let title = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
    Event {
        id: Uuid::now_v7(),
        client_id: client.id,
        name: format!("{title} {}", surname.unwrap_or_default()),
        event_type: kind.to_owned(),
        starts_at,
        ends_at: starts_at + Duration::hours(hours),
        time_zone: "Europe/Madrid".to_owned(),
        location: Some(VENUES[pick(668_265_263, VENUES.len())].to_owned()),
        status,
        estimated_attendees: Some(guests + i32::try_from(date.day()).unwrap_or(0)),
        notes: Some(NOTES[pick(374_761_393, NOTES.len())].to_owned()).filter(|n| !n.is_empty()),
        cancel_reason: (status == Status::Cancelled)
            .then(|| "The client postponed to next year".to_owned()),
        is_archived: day < -60,
        archived_at: None,
        archived_by: None,
        cancelled_at: None,
        cancelled_by: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}
