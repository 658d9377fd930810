//! Edits as a person, a careless program or a hostile one could send them: each made from the seed and its number.

use super::judge::Judged;
use super::{Edit, Row, columns};
use chrono::{DateTime, Duration, Utc};
use domain::clients::Client;
use domain::events::{Event, MAX_ATTENDEES, MAX_DAYS, Status};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

/// What edits are made from.
#[derive(Debug, Clone)]
pub struct Stock<E> {
    pub rows: Vec<E>,
    pub clients: [Uuid; 2],
}

fn pick<T: Clone>(rng: &mut StdRng, of: &[T]) -> T {
    of[rng.random_range(0..of.len())].clone()
}

/// An entity of which edits can be made up.
pub trait Imagined: Judged {
    fn command(rng: &mut StdRng) -> &'static str;
    fn mutate(rng: &mut StdRng, row: &mut Row, clients: [Uuid; 2]);
}

/// The edit of that number; the same for the same seed and stock.
pub fn edit<E: Imagined>(seed: u64, number: u64, stock: &Stock<E>) -> Edit<E> {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number));
    let before = rng.random_bool(0.8).then(|| pick(&mut rng, &stock.rows));
    let mut wanted = before.as_ref().map_or_else(E::plain, columns);
    if before.is_none() && wanted.contains_key("client_id") {
        wanted.insert("client_id".into(), json!(stock.clients[0]));
    }
    for _ in 0..pick(&mut rng, &[1, 1, 1, 2, 2, 3]) {
        E::mutate(&mut rng, &mut wanted, stock.clients);
    }
    Edit { number, command: E::command(&mut rng), before, wanted }
}

impl Imagined for Event {
    fn command(rng: &mut StdRng) -> &'static str {
        pick(rng, &["event.edit", "import.events"])
    }

    fn mutate(rng: &mut StdRng, row: &mut Row, clients: [Uuid; 2]) {
        let (column, value) = match rng.random_range(0..16) {
            0 => ("name", json!(text(rng, 255))),
            1 => ("event_type", json!(text(rng, 100))),
            2 => ("location", optional_text(rng, 500)),
            3 => ("notes", optional_text(rng, 10_000)),
            4 => ("cancel_reason", optional_text(rng, 1_000)),
            5 => ("estimated_attendees", attendees(rng)),
            6 => ("client_id", json!(clients[1])),
            7 => ("time_zone", json!(time_zone(rng))),
            8 | 9 => return times(rng, row),
            10 => ("status", json!(pick(rng, Status::all()))),
            11 => return step(rng, row),
            12 => return cancel(rng, row),
            13 | 14 => ("is_archived", json!(row["is_archived"] != json!(true))),
            _ => nonsense(rng),
        };
        row.insert(column.into(), value);
    }
}

impl Imagined for Client {
    fn command(_: &mut StdRng) -> &'static str {
        "client.edit"
    }

    fn mutate(rng: &mut StdRng, row: &mut Row, _: [Uuid; 2]) {
        let (column, value) = match rng.random_range(0..8) {
            0 | 1 => ("company_name", json!(text(rng, 255))),
            2 => ("contact_name", optional_text(rng, 255)),
            3 | 4 => ("email", email(rng)),
            5 => ("phone", optional_text(rng, 50)),
            6 => ("address", optional_text(rng, 1_000)),
            _ => ("notes", optional_text(rng, 10_000)),
        };
        row.insert(column.into(), value);
    }
}

/// A step that the lifecycle may know, with the reason that it takes.
fn step(rng: &mut StdRng, row: &mut Row) {
    let from = row["status"].as_str().and_then(Status::parse);
    let to: Vec<Status> = Status::all()
        .iter()
        .copied()
        .filter(|to| from.is_some_and(|from| from.may_become(*to)))
        .collect();
    let Some(to) = (!to.is_empty()).then(|| pick(rng, &to)) else { return };
    row.insert("status".into(), json!(to));
    let reason = (to == Status::Cancelled).then_some("Storm warning");
    row.insert("cancel_reason".into(), json!(reason));
}

fn cancel(rng: &mut StdRng, row: &mut Row) {
    row.insert("status".into(), json!(Status::Cancelled));
    row.insert("cancel_reason".into(), optional_text(rng, 1_000));
}

/// Values that no typed desk could send.
fn nonsense(rng: &mut StdRng) -> (&'static str, Value) {
    pick(
        rng,
        &[
            ("status", json!("archived")),
            ("status", json!("Inquiry")),
            ("status", json!("")),
            ("status", Value::Null),
            ("estimated_attendees", json!(12.5)),
            ("estimated_attendees", json!(2_147_483_648_i64)),
            ("name", Value::Null),
            ("name", json!("a\0b")),
            ("notes", json!("\0")),
            ("starts_at", json!("infinity")),
            ("starts_at", json!("-infinity")),
            ("ends_at", json!("infinity")),
            ("ends_at", Value::Null),
            ("time_zone", Value::Null),
            ("is_archived", Value::Null),
            ("is_archived", json!("perhaps")),
            ("client_id", Value::Null),
            ("client_id", json!("nobody")),
        ],
    )
}

fn attendees(rng: &mut StdRng) -> Value {
    let typical = rng.random_range(1..=MAX_ATTENDEES);
    let counts = [-1, 0, 1, MAX_ATTENDEES, MAX_ATTENDEES + 1, i32::MIN, i32::MAX, typical, typical];
    let count = pick(rng, &counts);
    pick(rng, &[json!(count), json!(typical), Value::Null])
}

fn time_zone(rng: &mut StdRng) -> &'static str {
    pick(
        rng,
        &[
            "Europe/Madrid",
            "Europe/London",
            "UTC",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Etc/GMT+12",
            "Pacific/Kiritimati",
            "EST5EDT",
            "Mars/Olympus",
            "",
            "europe/madrid",
            " Europe/Madrid",
            "Europe/Madrid\u{a0}",
            "+02",
            "CEST",
            "Factory",
            "localtime",
            "posixrules",
            "posix/Europe/Madrid",
        ],
    )
}

/// Start and end, among them the limits, the years at the edge and the nights when clocks change.
fn times(rng: &mut StdRng, row: &mut Row) {
    let usual =
        DateTime::<Utc>::UNIX_EPOCH + Duration::minutes(rng.random_range(16_000_000..68_000_000));
    let edges = [
        "1900-03-14T18:00:00Z",
        "1999-12-31T23:59:59Z",
        "2000-01-01T00:00:00Z",
        "2099-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T00:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
    ];
    let edge = pick(rng, &edges).parse().unwrap();
    let starts_at: DateTime<Utc> = pick(rng, &[usual, usual, edge]);
    let limit = MAX_DAYS * 86_400;
    let seconds = [
        -3_600,
        -1,
        0,
        1,
        3_600,
        14_400,
        14_400,
        limit - 1,
        limit,
        limit + 1,
        rng.random_range(1..limit),
    ];
    let ends_at = starts_at + Duration::seconds(pick(rng, &seconds));
    row.insert("starts_at".into(), json!(starts_at));
    row.insert("ends_at".into(), json!(ends_at));
}

fn optional_text(rng: &mut StdRng, max: usize) -> Value {
    if rng.random_bool(0.15) { Value::Null } else { json!(text(rng, max)) }
}

fn text(rng: &mut StdRng, max: usize) -> String {
    if rng.random_bool(0.25) {
        return (0..rng.random_range(1..8)).map(|_| any_char(rng)).collect();
    }
    let fixed = pick(
        rng,
        &[
            "Tasting",
            "Boda Peña",
            "حفل زفاف",
            "👩‍🍳🎉",
            "<script>alert(1)</script>",
            "Novák",
            "a\u{202e}b",
            "\u{200b}x",
            "",
            "   ",
            " x",
            "x ",
            "\u{a0}x",
            "x\u{2003}",
            "\t",
            "a\tb",
            "a\nb",
            "a\r\nb",
            "\n",
            "a\u{7}b",
            "\u{7}",
            "a\u{1b}[31mb",
            "\u{7f}",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{200b}",
            "\u{feff}\u{200e}",
            "\u{2066} \u{2069}",
            "Nova\u{301}k",
            "\u{212b}",
            "\u{61c}",
            "\u{3164}",
        ],
    );
    // Precomposed, in need of composing, longer once composed, shorter once trimmed, outside the first plane.
    let long = pick(rng, &["é", "e\u{301}", "\u{958}", "x ", "🎉"]);
    match rng.random_range(0..12) {
        0 => long.repeat(max / long.chars().count()),
        1 => long.repeat(max / long.chars().count() + 1),
        2 => format!("{}{}", "é".repeat(max), pick(rng, &["", " ", "\u{7}", "x"])),
        _ => fixed.to_owned(),
    }
}

/// Where text rules look closely: controls, white space, marks that compose or are reordered, joiners, more than one
/// plane. Long settled blocks only: of a mark newer than its Unicode the server cannot know how it composes.
const BLOCKS: &[(u32, u32)] = &[
    (0x1, 0x7f),
    (0x80, 0x24f),
    (0x300, 0x36f),
    (0x591, 0x5c7),
    (0x5d0, 0x5ea),
    (0x621, 0x65f),
    (0x904, 0x963),
    (0x1100, 0x11ff),
    (0x1680, 0x1680),
    (0x1e00, 0x1fff),
    (0x2000, 0x206f),
    (0x2126, 0x212b),
    (0x3000, 0x30ff),
    (0xac00, 0xd7a3),
    (0xfb1d, 0xfb4f),
    (0xfe00, 0xfeff),
    (0x1_d15e, 0x1_d1c0),
    (0x1_f300, 0x1_f64f),
    (0x2_f800, 0x2_fa1d),
];

fn any_char(rng: &mut StdRng) -> char {
    let (first, last) = pick(rng, BLOCKS);
    char::from_u32(rng.random_range(first..=last)).expect("no block holds surrogates")
}

fn email(rng: &mut StdRng) -> Value {
    let host = "x".repeat(pick(rng, &[248, 249, 250]));
    let other = optional_text(rng, 254);
    pick(
        rng,
        &[
            json!("ana@example.org"),
            json!("Ana@Example.org"),
            json!("josé@exämple.org"),
            json!("ana"),
            json!("@example.org"),
            json!("ana@"),
            json!("a@b@c"),
            json!("a b@example.org"),
            json!("ana@exa\u{a0}mple.org"),
            json!("ana@exa\u{3000}mple.org"),
            json!(" ana@example.org"),
            json!("ana@example.org\n"),
            json!(format!("ana@b{host}")),
            other,
        ],
    )
}
