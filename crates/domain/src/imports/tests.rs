use super::*;
use crate::change::{Op, Plan};
use crate::permission::{Permissions, Role};
use crate::refusal::Refusal;
use crate::schedule::EntryKind;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write;
use uuid::Uuid;

/// As the books' `clients.csv`: accents, quotes, line breaks inside cells.
const CLIENTS: &str = "Company,Contact,Email,Phone,Address,Notes
Hotel Peña,Ana García,ana.garcia1@example.org,+34 600 001 234,\"C/ Sol 4
2º izq.
41001 Sevilla\",\"Said: \"\"no nuts\"\"\"
Bodegas O'Brien,Luis Novák,luis.novk2@example.org,0034-91-1234567,\"Calle Mayor 2, 28013 Madrid\",
\"Łukasik, d'Angelo and Partners\",Zoë Tanaka,zo.tanaka3@example.org,,,Prefers phone; never Mondays
";

/// As the books' `clients-messy.csv`, against [`CLIENTS`].
const MESSY: &str = "\u{feff} company ;CONTACT;E-mail;Tel.;address;notes\r
Hotel Peña;Ana García;ana.garcia1@example.org;;;\r
Grupo Haddad;Noor Haddad;noor.haddad9@example.org;;\"C/ Sol 4\r\n2º izq.\";\r
Grupo Haddad;Noor Haddad;noor.haddad9@example.org;;;\r
 HOTEL  PEÑA;Ana García;Ana.Garcia1@example.org;;;Pays late\r
\"=HYPERLINK(\"\"http://x\"\")\";Eve;not-an-email;;;@SUM(1)\r
;No Company;x@example.org;;;\r
Fundación Ibáñez;Eve;not-an-email;;;@SUM(1)\r
Hotel Quiroga;;;+34 600 000 001;;@SUM(1)\r
";

/// As the books' `events.csv`, with rows that go wrong.
const EVENTS: &str = "No,Event,Client,Type,Start,End,Time zone,Venue,Guests,Status
1,Gala #1,Hotel Peña,gala dinner,2026-03-29 01:00,2026-03-29 04:00,Europe/London,Palacio de Cristal,120,completed
2,Gala #2,Hotel Peña,gala dinner,2026-03-29 01:00,2026-03-29 03:00,Europe/Madrid,\"Hotel Miramar, Salón Azul\",220,follow_up
3,Lunch #3,hotel  PEÑA,corporate lunch,2026-10-25 02:30,2026-10-25 05:30,Europe/Madrid,Kew Gardens,80,preparation
4,Lunch #4,Bodegas O'Brien,corporate lunch,2026-05-02 12:00,2026-05-02 15:00,Europe/Madrid,Ático “La Luz”,40,archived
5,Lunch #5,Bodegas O'Brien,corporate lunch,2026-05-03 12:00,2026-05-03 15:00,europe/madrid,,,cancelled
6,Lunch #6,Bodegas Unknown,corporate lunch,2026-05-04 12:00,2026-05-04 15:00,Europe/Madrid,,,planning
7,Lunch #7,Bodegas O'Brien,corporate lunch,2026-05-05 15:00,2026-05-05 12:00,Europe/Madrid,,,planning
8,Lunch #8,Bodegas O'Brien,,2026-05-06 12:00,2026-05-06 15:00,,,12,
9,=cmd(),Bodegas O'Brien,,2026-05-07 12:00,2026-05-07 15:00,,,12,inquiry
10,Lunch #10,Bodegas O'Brien,,1900-05-07 12:00,1900-05-07 15:00,,,12,inquiry
11,Lunch #11,Bodegas O'Brien,,2026-05-07 12:00,2026-05-07 15:00,Mars/Base,,12,inquiry
12,Lunch #12,Bodegas O'Brien,,2026-05-07 12:00,2026-05-07 15:00,,,a dozen,inquiry
13,Lunch #13,Bodegas O'Brien,,2026-05-07 12:00,2026-05-07 15:00,,,12,maybe
8,Lunch #8,Bodegas O'Brien,,2026-05-06 12:00,2026-05-06 15:00,,,14,
";

/// An office to import into.
#[derive(Default, Clone)]
struct Office {
    books: KnownBooks,
    imported: HashMap<String, Uuid>,
    ids: u128,
}

impl Office {
    fn with_clients(names: &[(&str, &str)]) -> Self {
        let mut office = Self::default();
        for (name, email) in names {
            office.ids += 1;
            office.books.clients.push(KnownClient {
                id: Uuid::from_u128(office.ids),
                company_name: (*name).to_owned(),
                contact_name: None,
                email: Some((*email).to_owned()),
                phone: None,
            });
        }
        office
    }

    /// Plans files whose kinds are guessed; answers a plan for each.
    fn plan(
        &mut self,
        may: &Permissions,
        texts: &[&str],
        answers: &[ImportAnswer],
    ) -> Result<Vec<ImportPlan>, Refusal> {
        let sheets: Vec<Sheet> = texts.iter().map(|text| read(text.as_bytes()).unwrap()).collect();
        let guesses: Vec<(ImportKind, Mapping)> =
            sheets.iter().map(|sheet| guess(&sheet.columns)).collect();
        let files: Vec<BookFile<'_>> = sheets
            .iter()
            .zip(&guesses)
            .map(|(sheet, (kind, mapping))| BookFile {
                kind: *kind,
                sheet,
                mapping,
                imported: &self.imported,
            })
            .collect();
        let mut ids = self.ids;
        let mut new_id = || {
            ids += 1;
            Uuid::from_u128(ids)
        };
        let known = self.books.clone();
        let plans = plan_books(may, &files, known, answers, "Europe/Madrid", &mut new_id);
        self.ids = ids;
        plans
    }

    fn books(&mut self, texts: &[&str]) -> Vec<ImportPlan> {
        self.plan(&all(), texts, &[]).unwrap()
    }

    fn clients(&mut self, text: &str) -> ImportPlan {
        let plan = self.books(&[text]).remove(0);
        assert_eq!(plan.kind, ImportKind::Clients);
        plan
    }

    fn events_as(&mut self, may: &Permissions, text: &str, answers: &[ImportAnswer]) -> ImportPlan {
        let plan = self.plan(may, &[text], answers).unwrap().remove(0);
        assert_eq!(plan.kind, ImportKind::Events);
        plan
    }

    fn events(&mut self, text: &str) -> ImportPlan {
        self.events_as(&all(), text, &[])
    }

    /// What the server keeps of an import.
    fn apply(&mut self, import: &ImportPlan) {
        for change in &import.plan.changes {
            let text =
                |column: &str| change.set.get(column).and_then(Value::as_str).map(str::to_owned);
            let id = |column: &str| text(column).and_then(|id| id.parse::<Uuid>().ok());
            let number = |column: &str| {
                i32::try_from(change.set.get(column).and_then(Value::as_i64).unwrap()).unwrap()
            };
            match change.table.as_str() {
                "clients" => self.books.clients.push(KnownClient {
                    id: change.id,
                    company_name: text("company_name").unwrap(),
                    contact_name: text("contact_name"),
                    email: text("email"),
                    phone: text("phone"),
                }),
                "events" => self.books.events.push(KnownEvent {
                    id: change.id,
                    client_id: id("client_id").unwrap(),
                    name: text("name").unwrap(),
                    starts_at: text("starts_at").unwrap().parse().unwrap(),
                    time_zone: text("time_zone").unwrap(),
                    is_cancelled: text("status").as_deref() == Some("cancelled"),
                    is_archived: change.set.get("is_archived") == Some(&Value::Bool(true)),
                }),
                "resources" => self.books.resources.push(KnownResource {
                    id: change.id,
                    name: text("name").unwrap(),
                    resource_type: serde_json::from_value(change.set["type"].clone()).unwrap(),
                    quantity: number("quantity"),
                    setup_minutes: number("setup_minutes"),
                    teardown_minutes: number("teardown_minutes"),
                    is_available: true,
                }),
                "tasks" => self.books.tasks.push(KnownTask {
                    id: change.id,
                    event_id: id("event_id").unwrap(),
                    title: text("title").unwrap(),
                    due_at: text("due_at").map(|at| at.parse().unwrap()),
                }),
                "resource_schedule" => self.books.entries.push(KnownEntry {
                    id: change.id,
                    resource_id: id("resource_id").unwrap(),
                    event_id: id("event_id"),
                    kind: EntryKind::Assignment,
                    quantity: number("quantity"),
                    starts_at: text("starts_at").unwrap().parse().unwrap(),
                    ends_at: text("ends_at").unwrap().parse().unwrap(),
                }),
                _ => {}
            }
        }
        self.imported.extend(import.keys.iter().map(|key| (key.key.clone(), key.id)));
    }
}

fn all() -> Permissions {
    Permissions::default_of(Role::Administrator)
}

fn verdicts(plan: &ImportPlan) -> Vec<(u32, Verdict)> {
    plan.rows.iter().map(|row| (row.line, row.verdict)).collect()
}

fn row(plan: &ImportPlan, line: u32) -> &ImportRow {
    plan.rows.iter().find(|row| row.line == line).unwrap()
}

fn reason(plan: &ImportPlan, line: u32) -> (&str, &str) {
    let row = row(plan, line);
    (row.field.as_deref().unwrap_or_default(), row.reason.as_deref().unwrap_or_default())
}

fn added(plan: &ImportPlan, name: &str) -> serde_json::Map<String, Value> {
    let named = |c: &&crate::change::Change| c.set.get("name") == Some(&Value::from(name));
    plan.plan.changes.iter().find(named).unwrap().set.clone()
}

#[test]
fn a_tidy_book_of_clients_comes_in_whole() {
    let plan = Office::default().clients(CLIENTS);
    assert_eq!(verdicts(&plan), [(2, Verdict::New), (5, Verdict::New), (6, Verdict::New)]);
    assert!(plan.all_fine());
    let first = &plan.plan.changes[0];
    assert_eq!((first.op, first.table.as_str()), (Op::Insert, "clients"));
    assert_eq!(first.set["address"], "C/ Sol 4\n2º izq.\n41001 Sevilla");
    assert_eq!(first.set["notes"], "Said: \"no nuts\"");
    assert_eq!(plan.keys.len(), 3);
    assert_eq!((plan.keys[0].id, plan.keys[0].kind.as_str()), (first.id, "clients"));
    assert_eq!(plan.preview(2).rows.len(), 2);
    assert_eq!(plan.preview(2).summary, "3 clients would be added.");
}

#[test]
fn importing_the_same_books_twice_adds_nothing_twice() {
    let mut office = Office::default();
    let clients = office.clients(CLIENTS);
    office.apply(&clients);
    let events = office.events(EVENTS);
    office.apply(&events);
    assert!(events.count(Verdict::New) > 0);
    for remembered in [true, false] {
        if !remembered {
            // Even where the keys are lost, what is on record is found.
            office.imported.clear();
        }
        for (again, first) in
            [(office.clients(CLIENTS), &clients), (office.events(EVENTS), &events)]
        {
            assert_eq!(again.plan, Plan::nothing());
            assert_eq!(
                again.count(Verdict::AlreadyThere),
                first.count(Verdict::New) + first.count(Verdict::AlreadyThere)
            );
        }
    }
}

#[test]
fn what_was_renamed_since_its_import_is_still_known() {
    let mut office = Office::default();
    let plan = office.clients(CLIENTS);
    office.apply(&plan);
    for client in &mut office.books.clients {
        client.company_name.push_str(" (new name)");
    }
    assert_eq!(office.clients(CLIENTS).plan, Plan::nothing());
}

#[test]
fn a_messy_book_names_duplicates_formulas_and_gaps() {
    let mut office = Office::default();
    let plan = office.clients(CLIENTS);
    office.apply(&plan);
    let plan = office.clients(MESSY);
    use Verdict::{AlreadyThere, New, Refused};
    assert_eq!(
        verdicts(&plan),
        [
            (2, AlreadyThere),
            (3, New),
            (5, AlreadyThere),
            (6, AlreadyThere),
            (7, Refused),
            (8, Refused),
            (9, Refused),
            (10, New)
        ]
    );
    assert_eq!(reason(&plan, 2).1, "It was imported before.");
    assert_eq!(reason(&plan, 5).1, "It is the same as line 3.");
    assert_eq!(
        reason(&plan, 7),
        (
            "company_name",
            "“=HYPERLINK(\"http://x\")” starts with “=”: it is a formula, not a name."
        )
    );
    assert_eq!(reason(&plan, 8), ("company_name", "Fill in the company’s or family’s name."));
    assert_eq!(row(&plan, 8).title, "No Company");
    assert_eq!(reason(&plan, 9).0, "email");
    let inert = &plan.plan.changes[1].set;
    assert_eq!((&inert["notes"], &inert["phone"]), (&"@SUM(1)".into(), &"+34 600 000 001".into()));
    assert_eq!(plan.preview(100).rows[0].verdict, Refused, "what needs attention comes first");
    assert_eq!(
        plan.preview(100).summary,
        "2 clients would be added. 3 rows are there already. 3 rows cannot be taken."
    );
}

#[test]
fn a_book_of_events_names_every_row_that_cannot_be_taken() {
    let mut office = Office::default();
    let clients = office.clients(CLIENTS);
    office.apply(&clients);
    let plan = office.events(EVENTS);
    assert_eq!(
        reason(&plan, 2),
        (
            "starts",
            "01:00 on 29 March 2026 does not exist in Europe/London: the clocks skip it. It could mean \
             00:00 winter time (GMT, UTC+0) or 02:00 summer time (BST, UTC+1)."
        )
    );
    assert_eq!(row(&plan, 3).verdict, Verdict::New);
    let (field, twice) = reason(&plan, 4);
    assert!(
        field == "starts" && twice.contains("02:30 summer time (CEST, UTC+2) or 02:30 winter time"),
        "{twice}"
    );
    assert_eq!(
        reason(&plan, 7),
        ("client", "There is no client “Bodegas Unknown”. Add or import your clients first.")
    );
    let fields: Vec<&str> = [8, 10, 11, 12, 13, 14].map(|line| reason(&plan, line).0).to_vec();
    assert_eq!(fields, ["ends", "name", "starts", "time_zone", "estimated_attendees", "status"]);
    assert_eq!(
        reason(&plan, 14).1,
        "“maybe” is not a status. Use Inquiry, Planning, Preparation, In progress, Completed, Follow-up, \
         Cancelled or Archived."
    );
    assert_eq!(reason(&plan, 15).1, "It is the same as line 9.");
    for row in plan.rows.iter().filter(|row| row.verdict == Verdict::Refused) {
        assert!(row.reason.as_ref().is_some_and(|reason| reason.ends_with('.')), "{row:?}");
    }
}

#[test]
fn history_comes_in_as_history() {
    let mut office = Office::with_clients(&[("Bodegas O'Brien", "a@b"), ("Hotel Peña", "c@d")]);
    let plan = office.events(EVENTS);
    let archived = added(&plan, "Lunch #4");
    assert_eq!(
        (&archived["status"], &archived["is_archived"]),
        (&"completed".into(), &true.into())
    );
    assert_eq!(archived["starts_at"], "2026-05-02T10:00:00Z");
    let cancelled = added(&plan, "Lunch #5");
    assert_eq!(cancelled["cancel_reason"], "Imported as cancelled");
    assert_eq!(cancelled["time_zone"], "Europe/Madrid", "zones are spelled as everywhere else");
    let plain = added(&plan, "Lunch #8");
    assert_eq!((&plain["status"], &plain["event_type"]), (&"inquiry".into(), &"event".into()));
    assert!(!plain.contains_key("cancel_reason"));
}

#[test]
fn history_needs_its_permission_and_inquiries_do_not() {
    let mut office = Office::with_clients(&[("Bodegas O'Brien", "a@b"), ("Hotel Peña", "c@d")]);
    let may: Permissions = ["events.create"].into_iter().collect();
    let plan = office.events_as(&may, EVENTS, &[]);
    assert_eq!(plan.plan.changes.len(), 1, "only line 9 is an inquiry that is right");
    assert_eq!(
        reason(&plan, 3),
        (
            "status",
            "You may not import past and running events here. Ask an administrator if you need to."
        )
    );
    let nobody = Permissions::default_of(Role::Manager);
    let outcome = office.plan(&nobody, &[EVENTS], &[]);
    assert_eq!(outcome.unwrap_err(), Refusal::not_permitted("events.create"));
}

#[test]
fn a_client_name_that_fits_two_clients_is_a_question_not_a_guess() {
    let mut office = Office::with_clients(&[
        ("Hotel Novák", "ana@b"),
        ("HOTEL NOVÁK ", "eve@b"),
        ("Solo", "x@y"),
    ]);
    let text = "Event,Client,Start,End
Gala,hotel novák,2026-05-02 12:00,2026-05-02 15:00
Lunch,Hotel  Novák,2026-05-03 12:00,2026-05-03 15:00
Solo,Solo,2026-05-03 12:00,2026-05-03 15:00
Bad,Hotel Novák,2026-05-03 12:00,soon
";
    let open = office.events(text);
    let question = &open.questions[0];
    assert_eq!(
        (open.questions.len(), question.rows),
        (1, 2),
        "a row that is wrong anyway asks nothing"
    );
    assert_eq!(question.text, "“hotel novák” fits 2 clients. Which one is meant?");
    assert_eq!(question.choices[1].label, "HOTEL NOVÁK  (eve@b)");
    assert_eq!((open.count(Verdict::Question), open.count(Verdict::New)), (2, 1));
    assert!(!open.all_fine());

    let answer = |choice: Option<String>| [ImportAnswer { key: question.key.clone(), choice }];
    let eve = answer(Some(question.choices[1].id.clone()));
    let answered = office.events_as(&all(), text, &eve);
    assert_eq!(answered.count(Verdict::New), 3);
    assert_eq!(added(&answered, "Gala")["client_id"], question.choices[1].id.as_str());
    assert_eq!(answered.questions.len(), 1, "so that the answer can still be changed");

    let left_out = office.events_as(&all(), text, &answer(None));
    assert_eq!((left_out.count(Verdict::Question), left_out.count(Verdict::New)), (0, 1));
    assert_eq!(reason(&left_out, 2).1, "You chose to leave out the events of “hotel novák”.");

    let stranger = answer(Some(Uuid::from_u128(99).to_string()));
    assert_eq!(office.events_as(&all(), text, &stranger).count(Verdict::Question), 2);

    office.apply(&answered);
    let ana = answer(Some(question.choices[0].id.clone()));
    let again = office.events_as(&all(), text, &ana);
    assert_eq!(again.plan, Plan::nothing(), "another answer does not make it another event");
}

#[test]
fn the_same_number_in_another_office_s_file_is_another_event() {
    let head = "No,Event,Client,Start,End\n";
    let one = format!("{head}1,Gala,Solo,2026-05-02 12:00,2026-05-02 15:00\n");
    let two = format!("{head}1,Lunch,Solo,2026-05-02 12:00,2026-05-02 15:00\n");
    let mut office = Office::with_clients(&[("Solo", "x@y")]);
    let first = office.events(&one);
    office.apply(&first);
    assert_eq!(office.events(&two).count(Verdict::New), 1);
    let renumbered = one.replace("\n1,", "\n77,");
    assert_eq!(office.events(&renumbered).plan, Plan::nothing());
}

#[test]
fn the_keys_asked_about_are_those_the_plan_writes() {
    for (text, clients) in
        [(CLIENTS, vec![]), (EVENTS, vec![("Bodegas O'Brien", "a@b"), ("Hotel Peña", "c@d")])]
    {
        let sheet = read(text.as_bytes()).unwrap();
        let (kind, mapping) = guess(&sheet.columns);
        let nothing = HashMap::new();
        let file = BookFile { kind, sheet: &sheet, mapping: &mapping, imported: &nothing };
        let keys = books_keys(&[file]).unwrap().remove(0);
        assert_eq!(keys.len(), sheet.rows.len());
        assert!(keys.iter().all(|key| key.len() == 64));
        let mut office = Office::with_clients(&clients);
        let plan =
            if kind == ImportKind::Clients { office.clients(text) } else { office.events(text) };
        assert!(!plan.keys.is_empty() && plan.keys.iter().all(|key| keys.contains(&key.key)));
    }
}

#[test]
fn a_row_whose_cells_slipped_is_refused() {
    let mut office = Office::default();
    let plan = office.clients("Company,Notes\nHotel Peña,nuts, no fish\nB,c\n");
    assert_eq!(
        reason(&plan, 2).1,
        "This row has 3 cells under 2 headings. Put a cell that holds “,” in quotation marks."
    );
    assert_eq!(row(&plan, 3).verdict, Verdict::New);
}

#[test]
fn a_spreadsheet_s_own_numbers_and_dates_of_a_proven_order_are_read() {
    let mut office = Office::with_clients(&[("Solo", "x@y")]);
    let serial = "Event,Client,Start,End,Guests\nGala,Solo,46095.75,46095.875,\"1,200\"\n";
    let plan = office.events(serial);
    assert_eq!(added(&plan, "Gala")["starts_at"], "2026-03-14T17:00:00Z");
    assert_eq!(added(&plan, "Gala")["estimated_attendees"], 1200);
    let proven = "Event,Client,Start,End\nGala,Solo,03/04/2026 18:00,03/04/2026 21:00\nLunch,Solo,25/04/2026 12:00,25/04/2026 15:00\n";
    assert_eq!(added(&office.events(proven), "Gala")["starts_at"], "2026-04-03T16:00:00Z");
    let open = "Event,Client,Start,End\nGala,Solo,03/04/2026 18:00,03/04/2026 21:00\n";
    assert!(reason(&office.events(open), 2).1.contains("day first or month first"));
}

/// Ten thousand rows like those of the books.
fn big_book(rows: usize) -> (String, String) {
    let mut clients = "Company,Contact,Email,Phone,Address,Notes\n".to_owned();
    let mut events = "No,Event,Client,Type,Start,End,Time zone,Venue,Guests,Status\n".to_owned();
    for i in 0..rows {
        writeln!(clients, "Hotel Peña {i},Ana García,ana{i}@example.org,+34 600 {i},\"C/ Sol 4\n2º izq.\",Pays late").unwrap();
        let (month, day) = (i % 12 + 1, i % 28 + 1);
        writeln!(events, "{i},Gala #{i},Hotel Peña {i},gala dinner,2026-{month:02}-{day:02} 12:00,2026-{month:02}-{day:02} 16:30,Europe/Madrid,\"Museo Thyssen, atrio\",120,completed").unwrap();
    }
    (clients, events)
}

#[test]
fn ten_thousand_rows_are_planned_at_once_and_known_again() {
    let (clients, events) = big_book(10_000);
    let mut office = Office::default();
    let plan = office.clients(&clients);
    assert_eq!(plan.count(Verdict::New), 10_000);
    office.apply(&plan);
    let plan = office.events(&events);
    assert_eq!(plan.count(Verdict::New), 10_000);
    office.apply(&plan);
    assert_eq!(office.events(&events).count(Verdict::AlreadyThere), 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_are_a_sheet_or_a_sentence(bytes in any::<Vec<u8>>()) {
        match read(&bytes) {
            Ok(sheet) => {
                let fits = sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len());
                prop_assert!(fits && !sheet.rows.is_empty());
            }
            Err(refusal) => prop_assert_eq!(refusal.field(), Some("file")),
        }
    }

    #[test]
    fn any_cells_give_each_row_a_verdict_and_each_new_row_a_change(
        cells in prop::collection::vec(prop::collection::vec("[a-z=@ \"é0-9:/-]{0,18}", 4), 1..12),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Event", "Client", "Start", "End"]).unwrap();
        for record in &cells {
            writer.write_record(record).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        if read(text.as_bytes()).is_ok() {
            let plan = Office::with_clients(&[("a", "x@y")]).events(&text);
            prop_assert_eq!(plan.plan.changes.len(), plan.keys.len());
            prop_assert_eq!(plan.count(Verdict::New) as usize, plan.keys.len());
            for row in &plan.rows {
                prop_assert_eq!(row.reason.is_none(), row.verdict == Verdict::New);
            }
        }
    }

    #[test]
    fn what_a_spreadsheet_writes_is_read_back_in_every_delimiter_and_encoding(
        cells in prop::collection::vec(prop::collection::vec("[a-zñ,;|\t\n\"“=0-9]{1,8}x", 3), 1..6),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        encoding in 0..3,
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["Company", "Contact", "Notes"]).unwrap();
        for record in &cells {
            writer.write_record(record).unwrap();
        }
        // The delimiter itself is named, as Excel does, so that cells full of other delimiters mislead nobody.
        let text = format!("sep={}\n", char::from(delimiter)) + &String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes: Vec<u8> = match encoding {
            0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            1 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            _ => text.into_bytes(),
        };
        let sheet = read(&bytes).unwrap();
        let read: Vec<Vec<String>> = sheet.rows.into_iter().map(|row| row.cells).collect();
        prop_assert_eq!(read, cells);
    }
}

const RESOURCES: &str = "Name,Role,Type,Quantity
Ana Ruiz,bartender,staff,1
Oven,,equipment,2
ana  ruiz,chef,staff,1
Pair of twins,,staff,2
Glasses,,crystal,500
";

const TASKS: &str = "No,Event no,Task,Category,Due,Status,Assigned to,After task
1,8,Order bread,pre_event,2026-05-01 10:00,pending,Ana Ruiz,
2,8,Bake,pre_event,2026-05-06 09:00,completed,,1
3,8,Serve,during_event,,pending,Oven,
4,8,Pour,during_event,,pending,Nobody,
5,8,Wait for nobody,post_event,,pending,,99
6,8,A,post_event,,pending,,7
7,8,B,post_event,,pending,,6
8,8,Tell A,post_event,,pending,,6
9,2,Elsewhere,post_event,,pending,,1
10,7,Of an event that ends before it starts,,,,,
11,8,Night,,2026-03-29 02:30,,,
12,8,After the third,,,,,3
13,8,Order bread,pre_event,2026-05-01 10:00,pending,,
";

const ASSIGNMENTS: &str = "Resource,Event no,Quantity,From,To
Ana Ruiz,8,1,2026-05-06 11:00,2026-05-06 16:00
Ana Ruiz,2,1,2026-05-06 15:00,2026-05-06 17:00
Ana Ruiz,2,1,2026-05-06 16:00,2026-05-06 17:00
Oven,8,2,2026-05-06 11:00,2026-05-06 16:00
Oven,2,1,2026-05-06 15:30,2026-05-06 15:45
Oven,2,3,2026-05-07 15:30,2026-05-07 15:45
Ana Ruiz,5,1,2026-05-03 12:00,2026-05-03 15:00
Somebody,8,1,2026-05-06 11:00,2026-05-06 16:00
Ana Ruiz,8,1,2026-05-06 11:00,2026-05-06 16:00
Ana Ruiz,8,0,2026-05-08 11:00,2026-05-08 16:00
Ana Ruiz,8,1,2026-05-08 16:00,2026-05-08 11:00
";

/// Clients, events, resources, tasks and assignments in one go, in an order that no office would keep.
fn whole_office() -> (Office, Vec<ImportPlan>) {
    let mut office = Office::default();
    let plans = office.books(&[ASSIGNMENTS, TASKS, CLIENTS, EVENTS, RESOURCES]);
    let kinds: Vec<ImportKind> = plans.iter().map(|plan| plan.kind).collect();
    use ImportKind::{Assignments, Clients, Events, Resources, Tasks};
    assert_eq!(kinds, [Assignments, Tasks, Clients, Events, Resources]);
    (office, plans)
}

#[test]
fn resources_come_in_once_and_only_as_what_they_can_be() {
    let (_, plans) = whole_office();
    let resources = &plans[4];
    assert_eq!(
        verdicts(resources),
        [
            (2, Verdict::New),
            (3, Verdict::New),
            (4, Verdict::AlreadyThere),
            (5, Verdict::Refused),
            (6, Verdict::Refused),
        ]
    );
    assert_eq!(reason(resources, 5).0, "quantity");
    assert!(reason(resources, 6).1.contains("Use staff, equipment or materials"));
}

#[test]
fn tasks_find_their_events_people_and_prerequisites_in_the_other_files() {
    let (_, plans) = whole_office();
    let tasks = &plans[1];
    let new: Vec<u32> =
        tasks.rows.iter().filter(|r| r.verdict == Verdict::New).map(|r| r.line).collect();
    assert_eq!(new, [2, 3, 14], "all others are refused: {:#?}", tasks.rows);
    assert_eq!(reason(tasks, 4).0, "assigned_to");
    assert_eq!(
        reason(tasks, 5).1,
        "There is nobody called “Nobody” on the staff. Import the file of resources together with this one."
    );
    assert_eq!(reason(tasks, 6).1, "There is no task 99 in this file.");
    assert_eq!(reason(tasks, 7).1, "These tasks wait for each other: 6 → 7 → 6.");
    assert_eq!(reason(tasks, 9).0, "after", "it waits for a circle");
    assert_eq!(reason(tasks, 10).1, "Task 1 is for another event.");
    assert_eq!(reason(tasks, 11).1, "Event 7 cannot be taken, so neither can this.");
    assert!(reason(tasks, 12).1.contains("02:30"), "the clocks skip it");
    assert_eq!(reason(tasks, 13).1, "It waits for task 3, which cannot be taken.");
    let flagged: Vec<(u32, &str)> =
        tasks.rows.iter().filter_map(|r| Some((r.line, r.flag.as_deref()?))).collect();
    assert_eq!(
        flagged,
        [(3, "It is completed although “Order bread” is not completed; taken over as it is.")]
    );
    let edges = tasks.plan.changes.iter().filter(|c| c.table == "task_dependencies").count();
    assert_eq!(edges, 1);
}

#[test]
fn bookings_that_clash_are_named_with_what_they_clash_with_and_never_forced() {
    let (_, plans) = whole_office();
    let bookings = &plans[0];
    use Verdict::{AlreadyThere, Clash, New, Refused};
    assert_eq!(
        verdicts(bookings).iter().map(|(_, verdict)| *verdict).collect::<Vec<_>>(),
        [New, Clash, New, New, Clash, Refused, Refused, Refused, AlreadyThere, Refused, Refused]
    );
    let clash = bookings.rows[1].reason.as_deref().unwrap();
    assert!(
        clash.starts_with("Ana Ruiz is already booked: Lunch #8, 6 May 11:00–16:00"),
        "{clash}"
    );
    assert!(reason(bookings, 7).1.contains("there are only 2"));
    assert!(reason(bookings, 8).1.contains("is cancelled"));
    assert!(bookings.plan.changes.iter().all(|change| !change.set.contains_key("override_reason")));
    assert!(!bookings.all_fine(), "a clash is not fine");
}

#[test]
fn the_same_books_a_second_time_add_nothing() {
    let (mut office, plans) = whole_office();
    for kind in ImportKind::all() {
        plans.iter().filter(|plan| plan.kind == *kind).for_each(|plan| office.apply(plan));
    }
    let texts = [ASSIGNMENTS, TASKS, CLIENTS, EVENTS, RESOURCES];
    for plan in office.books(&texts) {
        assert_eq!(plan.count(Verdict::New), 0, "{:?}: {:#?}", plan.kind, plan.rows);
    }
    // Neither does another desk whose server forgot what was imported: the rows are on record.
    office.imported.clear();
    for plan in office.books(&texts) {
        assert_eq!(plan.count(Verdict::New), 0, "{:?}", plan.kind);
    }
}

#[test]
fn a_file_of_tasks_alone_asks_for_the_events_it_names_by_number() {
    let mut office = Office::default();
    let plan = office.books(&[TASKS]).remove(0);
    assert_eq!(plan.count(Verdict::New), 0);
    assert_eq!(
        reason(&plan, 2).1,
        "There is no event “8”. Import the file of events together with this one."
    );
}

#[test]
fn an_event_is_archived_beside_what_its_status_was() {
    let head = "Event,Client,Start,End,Status,Archived\n";
    let row = |name: &str, rest: &str| {
        format!("{name},Hotel Peña,2026-05-02 12:00,2026-05-02 15:00,{rest}\n")
    };
    let rows = [
        row("A", "follow_up,yes"),
        row("B", "cancelled,Sí"),
        row("C", "completed,no"),
        row("D", "archived,"),
        row("E", "planning,yes"),
        row("F", "completed,perhaps"),
    ];
    let mut office = Office::with_clients(&[("Hotel Peña", "c@d")]);
    let plan = office.events(&format!("{head}{}", rows.concat()));
    let stands = |name| {
        let event = added(&plan, name);
        (event["status"].as_str().unwrap().to_owned(), event["is_archived"].as_bool().unwrap())
    };
    assert_eq!(stands("A"), ("follow_up".to_owned(), true));
    assert_eq!(stands("B"), ("cancelled".to_owned(), true));
    assert_eq!(stands("C"), ("completed".to_owned(), false));
    assert_eq!(stands("D"), ("completed".to_owned(), true), "the older form");
    assert_eq!(reason(&plan, 6).0, "archived", "what is planned is not filed away");
    assert_eq!(
        reason(&plan, 7),
        ("archived", "“perhaps” does not say whether it is archived. Write yes or no.")
    );
}

#[test]
fn an_archived_event_comes_with_its_history_and_takes_nothing_afterwards() {
    let tasks = "No,Event no,Task,Status\n1,4,Wash up,completed\n";
    let bookings = "Resource,Event no,From,To\nAna Ruiz,4,2026-05-02 12:00,2026-05-02 15:00\n";
    let mut office = Office::default();
    let texts = [CLIENTS, EVENTS, RESOURCES, tasks, bookings];
    let plans = office.books(&texts);
    for plan in &plans[3..] {
        assert_eq!(plan.count(Verdict::New), 1, "{:#?}", plan.rows);
    }
    plans.iter().for_each(|plan| office.apply(plan));
    for plan in &office.books(&texts)[3..] {
        assert_eq!(plan.count(Verdict::AlreadyThere), 1, "{:#?}", plan.rows);
    }
    let later = tasks.replace("Wash up", "Sweep");
    let plan = office.books(&[EVENTS, &later]).remove(1);
    assert_eq!(reason(&plan, 2).1, "“Lunch #4” is archived, so nothing is added to it.");
}
