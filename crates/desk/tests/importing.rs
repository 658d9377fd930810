//! An office's books come in: looked at first, then as one step, with one undo.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use desk::error::Code;
use desk::view::Happening;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use testkit::{SimulatedDesk, TestDatabase, TestServer};
use uuid::Uuid;

fn books(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/books").join(name)
}

async fn desk() -> (TestDatabase, SimulatedDesk) {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let desk = SimulatedDesk::open(&db, office.administrator()).await;
    (db, desk)
}

async fn open(desk: &SimulatedDesk, path: &Path) -> Value {
    desk.done("import_open", json!({ "path": path })).await
}

async fn preview(desk: &SimulatedDesk, source: &Value, answers: Value) -> Value {
    let input = json!({
        "source_id": source["source_id"], "kind": source["kind"], "mapping": source["mapping"],
        "answers": answers, "default_time_zone": "Europe/Madrid",
    });
    desk.done("import_preview", input).await
}

fn apply(source: &Value, command: Uuid, only_valid: bool) -> Value {
    json!({ "source_id": source["source_id"], "command_id": command, "only_valid": only_valid })
}

async fn count(db: &TestDatabase, table: &str) -> i64 {
    let sql = format!("select count(*) from app.{table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(db.admin()).await.unwrap()
}

fn figures(preview: &Value) -> [u64; 5] {
    let [total, fine, already_there, refused] =
        ["total", "fine", "already_there", "refused"].map(|f| preview[f].as_u64().unwrap());
    [total, fine, already_there, refused, total - fine - already_there - refused]
}

/// A list of made-up clients.
fn many(rows: usize) -> tempfile::NamedTempFile {
    let mut text = String::from("Company,Contact,Email,Phone,Address,Notes\n");
    for i in 0..rows {
        let _ = writeln!(text, "Company {i},Person {i},person{i}@example.org,+43 1 {i:07},,");
    }
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[tokio::test]
async fn the_books_come_in_once_and_go_with_one_undo() {
    let (db, desk) = desk().await;
    let clients = open(&desk, &books("clients.csv")).await;
    assert_eq!((&clients["kind"], &clients["rows"]), (&json!("clients"), &json!(420)));
    assert_eq!(clients["problems"], json!([]), "nothing about the file is odd");
    let looked = preview(&desk, &clients, json!([])).await;
    assert_eq!(figures(&looked), [420, 420, 0, 0, 0], "{}", looked["summary"]);
    let clients_command = Uuid::now_v7();
    let done = desk.done("import_apply", apply(&clients, clients_command, false)).await;
    assert_eq!((&done["imported"], &done["skipped"]), (&json!(420), &json!(0)));
    assert_eq!(count(&db, "clients").await, 420);

    let events = open(&desk, &books("events.csv")).await;
    assert_eq!((&events["kind"], &events["rows"]), (&json!("events"), &json!(1400)));
    let looked = preview(&desk, &events, json!([])).await;
    assert_eq!(figures(&looked), [1400, 1350, 0, 1, 49], "{}", looked["summary"]);
    let refused = desk
        .done(
            "import_rows",
            json!({ "source_id": events["source_id"], "verdict": "refused", "offset": 0, "limit": 10 }),
        )
        .await;
    let row = &refused["rows"][0];
    assert!(
        row["reason"].as_str().is_some_and(|r| r.ends_with('.')),
        "named with its reason: {row}"
    );

    // Not every row is right, so all or nothing is nothing.
    let error = desk.run("import_apply", apply(&events, Uuid::now_v7(), false)).await.unwrap_err();
    assert_eq!(error.code, Code::Refused);
    assert_eq!(error.details.unwrap()["kind"], "import_not_all_valid");
    assert_eq!(count(&db, "events").await, 0);

    let answers: Vec<Value> = looked["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|q| json!({ "key": q["key"], "choice": q["choices"][0]["id"] }))
        .collect();
    let looked = preview(&desk, &events, json!(answers)).await;
    let [total, fine, there, refused, waiting] = figures(&looked);
    assert_eq!((total, there, waiting), (1400, 0, 0), "{}", looked["summary"]);
    assert_eq!(fine + refused, 1400);
    let command = Uuid::now_v7();
    desk.shown.forget();
    let done = desk.done("import_apply", apply(&events, command, true)).await;
    assert_eq!((&done["imported"], &done["skipped"]), (&json!(fine), &json!(refused)));
    assert_eq!(count(&db, "events").await, i64::try_from(fine).unwrap());
    let progress: Vec<(u32, u32)> = desk
        .shown
        .happenings()
        .into_iter()
        .filter_map(|h| match h {
            Happening::Import(progress) => Some((progress.done, progress.of)),
            _ => None,
        })
        .collect();
    assert!(progress.len() >= 3 && progress.is_sorted(), "a bar that moves: {progress:?}");
    let of = u32::try_from(fine).unwrap();
    assert!(progress.iter().all(|(_, all)| *all == of) && progress.last() == Some(&(of, of)));

    // The desk shows them by the time it says so.
    let board: (i64, i64) = sqlx::query_as(
        "select count(*) filter (where is_archived), count(*) filter (where status <> 'inquiry') from app.events",
    )
    .fetch_one(db.admin())
    .await
    .unwrap();
    assert!(board.1 > 0, "history comes in as history: {board:?}");
    let logged: i64 =
        sqlx::query_scalar("select count(*) from app.event_status_log where imported")
            .fetch_one(db.admin())
            .await
            .unwrap();
    assert!(logged > 0, "and is logged as imported");

    // The same file again adds nothing.
    let again = open(&desk, &books("events.csv")).await;
    let looked = preview(&desk, &again, json!(answers)).await;
    let [_, new, there, _, _] = figures(&looked);
    assert_eq!((new, there), (0, fine), "{}", looked["summary"]);
    let done = desk.done("import_apply", apply(&again, Uuid::now_v7(), true)).await;
    assert_eq!(done["nothing_to_do"], true);
    let again = open(&desk, &books("clients.csv")).await;
    assert_eq!(figures(&preview(&desk, &again, json!([])).await)[..3], [420, 0, 420]);

    // Undo takes events and then clients, each at once.
    for target in [command, clients_command] {
        let undo = json!({ "command_id": Uuid::now_v7(), "target": target, "rest": false });
        desk.done("undo", undo).await;
    }
    assert_eq!((count(&db, "events").await, count(&db, "clients").await), (0, 0));
    let types = desk.done("event_types", json!({})).await;
    assert_eq!(types["types"], json!([]), "the desk shows it");
    let again = open(&desk, &books("clients.csv")).await;
    assert_eq!(
        figures(&preview(&desk, &again, json!([])).await)[..2],
        [420, 420],
        "and can be had again"
    );
}

#[tokio::test]
async fn ten_thousand_rows_are_looked_at_and_added_in_seconds() {
    let (db, desk) = desk().await;
    let file = many(10_000);
    let begun = Instant::now();
    let source = open(&desk, file.path()).await;
    let looked = preview(&desk, &source, json!([])).await;
    let looking = begun.elapsed();
    assert_eq!(figures(&looked), [10_000, 10_000, 0, 0, 0], "{}", looked["summary"]);
    let begun = Instant::now();
    desk.done("import_apply", apply(&source, Uuid::now_v7(), false)).await;
    let adding = begun.elapsed();
    assert_eq!(count(&db, "clients").await, 10_000);
    // The benchmark holds the figures; an unoptimised build beside other tests only has to be of that order.
    assert!(
        looking < Duration::from_secs(20) && adding < Duration::from_secs(60),
        "{looking:?} {adding:?}"
    );
    let found = desk
        .done("client_list", json!({ "text": "Company 9999", "sort": { "by": "company_name", "descending": false }, "offset": 0, "limit": 5 }))
        .await;
    assert_eq!(found["total"], 1, "the desk shows what was added");
}

#[tokio::test]
async fn an_import_that_is_stopped_midway_leaves_nothing() {
    let (db, desk) = desk().await;
    let file = many(5_000);
    let source = open(&desk, file.path()).await;
    preview(&desk, &source, json!([])).await;
    let (command, acting) = (Uuid::now_v7(), desk.desk.clone());
    let input = apply(&source, command, true);
    let applying =
        tokio::spawn(async move { desk::actions::run(&acting, "import_apply", input).await });
    desk.shown
        .until("the first part is on its way", |happening| match happening {
            Happening::Import(progress) => (progress.done > 0).then_some(()),
            _ => None,
        })
        .await;
    desk.done("import_cancel", json!({ "source_id": source["source_id"] })).await;
    let error = applying.await.unwrap().unwrap_err().to_app_error();
    assert_eq!(error.code, Code::Refused, "{error:?}");
    assert_eq!(error.details.unwrap()["kind"], "import_cancelled");
    assert_eq!((count(&db, "clients").await, count(&db, "staged_changes").await), (0, 0));
    let error = desk.run("import_apply", apply(&source, command, true)).await.unwrap_err();
    assert_eq!(error.code, Code::NotFound, "the file is forgotten");
}

#[tokio::test]
async fn an_import_whose_connection_breaks_is_there_once_or_not_at_all() {
    let db = TestServer::database().await;
    let office = db.organization("Linden").administrator("ana@example.org").build().await;
    let relay = testkit::Relay::to(db.link()).await;
    let desk = SimulatedDesk::open_at(relay.link(), office.administrator()).await;
    let file = many(1_500);
    let source = open(&desk, file.path()).await;
    preview(&desk, &source, json!([])).await;
    let command = Uuid::now_v7();
    // The first part arrives and is sent again.
    relay.cut(command, testkit::Cut::BeforeAnswer, false);
    let done = desk.done("import_apply", apply(&source, command, true)).await;
    assert_eq!(done["imported"], 1_500);
    assert_eq!(count(&db, "clients").await, 1_500);
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_with_a_sentence() {
    let (_db, desk) = desk().await;
    let error =
        desk.run("import_open", json!({ "path": "/nowhere/at/all.csv" })).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("file")));
    assert!(!error.message.contains("/nowhere"), "no paths: {error:?}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let error = desk.run("import_open", json!({ "path": empty.path() })).await.unwrap_err();
    assert_eq!(error.code, Code::Invalid, "{error:?}");
    let strange = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(strange.path(), "Colour;Size;Weight\nred;4;3\n").unwrap();
    let source = open(&desk, strange.path()).await;
    assert!(source["problems"].to_string().contains("recognised"), "{source}");
}

#[tokio::test]
async fn a_whole_folder_of_books_is_one_step_with_one_undo() {
    let (db, desk) = desk().await;
    let folder = desk.done("import_folder_open", json!({ "path": books("") })).await;
    let kinds: Vec<&str> =
        folder["files"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    // The readme is no table; the untidy list of clients comes too.
    assert_eq!(kinds, ["clients", "clients", "events", "resources", "tasks", "assignments"]);
    let chosen: Vec<&Value> = folder["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["file_name"] != "clients-messy.csv")
        .collect();
    let files: Vec<Value> = chosen
        .iter()
        .map(|f| json!({ "source_id": f["source_id"], "kind": f["kind"], "mapping": f["mapping"] }))
        .collect();
    let ask = json!({ "files": files, "answers": [], "default_time_zone": "Europe/Madrid" });
    let looked = desk.done("import_books_preview", ask).await;
    let figures =
        |place: usize, what: &str| looked["files"][place]["preview"][what].as_u64().unwrap();
    assert_eq!((figures(0, "fine"), figures(1, "fine"), figures(2, "fine")), (420, 1350, 70));
    assert!(
        figures(3, "flagged") > 0,
        "work that was finished out of order: {}",
        looked["summary"]
    );
    assert!(figures(4, "clashes") > 0, "bookings that clash: {}", looked["summary"]);
    assert_eq!(figures(4, "fine") + figures(4, "clashes") + figures(4, "refused"), 8048);

    let command = Uuid::now_v7();
    let sources: Vec<&Value> = chosen.iter().map(|file| &file["source_id"]).collect();
    let apply = json!({ "source_ids": sources, "command_id": command, "only_valid": true });
    let done = desk.done("import_books_apply", apply).await;
    let there = async |table| u64::try_from(count(&db, table).await).unwrap();
    assert_eq!(there("tasks").await, figures(3, "fine"), "{done}");
    assert_eq!(there("resource_schedule").await, figures(4, "fine"));
    assert!(there("task_dependencies").await > 0);

    // Once more, nothing is added.
    let folder = desk.done("import_folder_open", json!({ "path": books("") })).await;
    let files: Vec<Value> = folder["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["file_name"] != "clients-messy.csv")
        .map(|f| json!({ "source_id": f["source_id"], "kind": f["kind"], "mapping": f["mapping"] }))
        .collect();
    let ask = json!({ "files": files, "answers": [], "default_time_zone": "Europe/Madrid" });
    let again = desk.done("import_books_preview", ask).await;
    for file in again["files"].as_array().unwrap() {
        assert_eq!(file["preview"]["fine"], 0, "{}: {}", file["kind"], file["preview"]["summary"]);
    }
    let undo = json!({ "command_id": Uuid::now_v7(), "target": command, "rest": false });
    desk.done("undo", undo).await;
    for table in
        ["clients", "events", "resources", "tasks", "task_dependencies", "resource_schedule"]
    {
        assert_eq!(there(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn what_is_written_out_comes_in_again_as_the_same_facts() {
    let (db, desk) = desk().await;
    import_all(&desk, &books("")).await;
    for status in ["follow_up", "cancelled"] {
        archive_one(&desk, status).await;
    }
    let out = tempfile::tempdir().unwrap();
    let written = desk.done("books_export", json!({ "folder": out.path() })).await;
    assert_eq!(written["files"].as_array().unwrap().len(), 5);

    let other = db.organization("Elsewhere").administrator("eve@example.org").build().await;
    let elsewhere = SimulatedDesk::open(&db, other.administrator()).await;
    import_all(&elsewhere, out.path()).await;
    let again = tempfile::tempdir().unwrap();
    elsewhere.done("books_export", json!({ "folder": again.path() })).await;
    for name in ["clients", "events", "resources", "tasks", "assignments"] {
        let read = |folder: &Path| {
            let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
            let mut rows: Vec<String> = csv_rows(&text);
            rows.sort();
            rows
        };
        assert_eq!(read(out.path()), read(again.path()), "{name}");
    }
}

/// What it was when it was filed away is kept beside that it was.
async fn archive_one(desk: &SimulatedDesk, status: &str) {
    let filter = json!({ "statuses": [status], "client_id": null, "event_type": null, "from": null,
        "until": null, "text": null, "archived": "without" });
    let sort = json!({ "by": "starts_at", "descending": false });
    let input = json!({ "filter": filter, "sort": sort, "offset": 0, "limit": 1 });
    let page = desk.done("event_list", input).await;
    let event = &page["rows"][0]["id"];
    assert!(event.is_string(), "the books have an event in {status}");
    desk.done("event_archive", json!({ "command_id": Uuid::now_v7(), "event_id": event })).await;
}

/// The rows of a written table without their numbers, which only tie its files together.
fn csv_rows(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

async fn import_all(desk: &SimulatedDesk, path: &Path) {
    let folder = desk.done("import_folder_open", json!({ "path": path })).await;
    let chosen: Vec<&Value> = folder["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["file_name"] != "clients-messy.csv")
        .collect();
    let files: Vec<Value> = chosen
        .iter()
        .map(|f| json!({ "source_id": f["source_id"], "kind": f["kind"], "mapping": f["mapping"] }))
        .collect();
    let ask = json!({ "files": files, "answers": [], "default_time_zone": "Europe/Madrid" });
    desk.done("import_books_preview", ask).await;
    let sources: Vec<&Value> = chosen.iter().map(|file| &file["source_id"]).collect();
    let apply = json!({ "source_ids": sources, "command_id": Uuid::now_v7(), "only_valid": true });
    desk.done("import_books_apply", apply).await;
}
