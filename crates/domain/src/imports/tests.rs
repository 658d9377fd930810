use super::*;
use crate::change::{Op, Plan};
use crate::permission::{Permissions, Role};
use crate::refusal::Refusal;
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
    clients: Vec<KnownClient>,
    events: Vec<KnownEvent>,
    imported: HashMap<String, Uuid>,
    ids: u128,
}

impl Office {
    fn known(&self) -> Known<'_> {
        Known { clients: &self.clients, events: &self.events, imported: &self.imported }
    }

    fn with_clients(names: &[(&str, &str)]) -> Self {
        let mut office = Self::default();
        for (name, email) in names {
            office.ids += 1;
            office.clients.push(KnownClient {
                id: Uuid::from_u128(office.ids),
                company_name: (*name).to_owned(),
                contact_name: None,
                email: Some((*email).to_owned()),
                phone: None,
            });
        }
        office
    }

    fn clients(&mut self, text: &str) -> ImportPlan {
        let sheet = read(text.as_bytes()).unwrap();
        let (kind, mapping) = guess(&sheet.columns);
        assert_eq!(kind, ImportKind::Clients);
        let mut ids = self.ids;
        let mut new_id = || {
            ids += 1;
            Uuid::from_u128(ids)
        };
        let plan = plan_clients(&all(), &sheet, &mapping, self.known(), &mut new_id).unwrap();
        self.ids = ids;
        plan
    }

    fn events_as(&mut self, may: &Permissions, text: &str, answers: &[ImportAnswer]) -> ImportPlan {
        let sheet = read(text.as_bytes()).unwrap();
        let (kind, mapping) = guess(&sheet.columns);
        assert_eq!(kind, ImportKind::Events);
        let mut ids = self.ids;
        let mut new_id = || {
            ids += 1;
            Uuid::from_u128(ids)
        };
        let plan =
            plan_events(may, &sheet, &mapping, self.known(), answers, "Europe/Madrid", &mut new_id);
        self.ids = ids;
        plan.unwrap()
    }

    fn events(&mut self, text: &str) -> ImportPlan {
        self.events_as(&all(), text, &[])
    }

    /// What the server keeps of an import.
    fn apply(&mut self, import: &ImportPlan) {
        for change in &import.plan.changes {
            let text =
                |column: &str| change.set.get(column).and_then(Value::as_str).map(str::to_owned);
            match import.kind {
                ImportKind::Clients => self.clients.push(KnownClient {
                    id: change.id,
                    company_name: text("company_name").unwrap(),
                    contact_name: text("contact_name"),
                    email: text("email"),
                    phone: text("phone"),
                }),
                ImportKind::Events => self.events.push(KnownEvent {
                    client_id: text("client_id").unwrap().parse().unwrap(),
                    name: text("name").unwrap(),
                    starts_at: text("starts_at").unwrap().parse().unwrap(),
                }),
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
    for client in &mut office.clients {
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
    let sheet = read(EVENTS.as_bytes()).unwrap();
    let (_, mapping) = guess(&sheet.columns);
    let nobody = Permissions::default_of(Role::Manager);
    let outcome =
        plan_events(&nobody, &sheet, &mapping, office.known(), &[], "UTC", &mut Uuid::nil);
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
        let keys = row_keys(kind, &sheet, &mapping).unwrap();
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
