//! `deskctl` as scripts call it: a process of its own against a real server.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use testkit::{Organization, Person, TestDatabase, TestServer};
use uuid::Uuid;

async fn office() -> (TestDatabase, Organization) {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden Catering")
        .administrator("ana@example.org")
        .with_passwords()
        .build()
        .await;
    (db, office)
}

fn deskctl(arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_deskctl"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("deskctl starts");
    // It may have refused the command line before it read anything.
    let _ = child.stdin.take().expect("stdin is piped").write_all(stdin.as_bytes());
    child.wait_with_output().expect("deskctl ends")
}

/// Signs in with the password into `profile`, or into a folder of the call's own.
fn signing_in(
    db: &TestDatabase,
    person: &Person,
    profile: Option<&Path>,
    action: &[&str],
) -> Output {
    let link = db.link().to_string();
    let mut arguments = vec!["--server", &link, "--email", &person.email, "--password-stdin"];
    if let Some(profile) = profile {
        arguments.extend(["--profile", profile.to_str().expect("the path is text")]);
    }
    arguments.extend(action);
    let password = person.password.as_ref().expect("the office has passwords");
    deskctl(&arguments, &format!("{}\n", password.expose_secret()))
}

fn answer(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "it succeeds: {errors}");
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}

fn refusal(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(1), "it is refused");
    assert!(output.stdout.is_empty(), "a refusal prints nothing to stdout");
    serde_json::from_slice(&output.stderr).expect("the refusal is JSON")
}

async fn devices(db: &TestDatabase, name: &str, revoked: bool) -> i64 {
    let sql = "select count(*) from app.devices where name = $1 and (revoked_at is not null) = $2";
    let query = sqlx::query_scalar(sql).bind(name).bind(revoked);
    query.fetch_one(db.admin()).await.expect("the database answers")
}

fn new_client(id: Uuid, name: &str) -> String {
    let form = json!({ "company_name": name });
    json!({ "command_id": Uuid::now_v7(), "client_id": id, "form": form }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_profile_leaves_no_device_behind() {
    let (db, office) = office().await;
    let output = signing_in(&db, office.administrator(), None, &["client_list", LIST]);
    assert_eq!(answer(&output)["total"], 0);
    assert_eq!(devices(&db, "deskctl", false).await, 0, "its device is signed out");
    assert_eq!(devices(&db, "deskctl", true).await, 1);
}

const LIST: &str =
    r#"{"text":null,"sort":{"by":"company_name","descending":false},"offset":0,"limit":10}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_signs_in_once_and_its_changes_reach_the_server() {
    let (db, office) = office().await;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let profile = folder.path().to_str().expect("the path is text");
    let session =
        answer(&signing_in(&db, office.administrator(), Some(folder.path()), &["session"]));
    assert_eq!(session["email"], "ana@example.org");

    let id = Uuid::now_v7();
    let input = new_client(id, "Müller & Söhne");
    let applied = answer(&deskctl(&["--profile", profile, "client_create", "-"], &input));
    assert_eq!(applied["nothing_to_do"], false);
    let listed = answer(&deskctl(&["--profile", profile, "client_list", LIST], ""));
    assert_eq!(listed["rows"][0]["company_name"], "Müller & Söhne");
    let stored: Option<String> =
        sqlx::query_scalar("select company_name from app.clients where id = $1")
            .bind(id)
            .fetch_optional(db.admin())
            .await
            .expect("the database answers");
    assert_eq!(stored.as_deref(), Some("Müller & Söhne"));
    assert_eq!(devices(&db, "deskctl", false).await, 1, "three calls, one device");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_the_json_that_a_window_gets() {
    let (db, office) = office().await;
    let ana = office.administrator();
    let missing = json!({ "event_id": Uuid::now_v7() }).to_string();
    let output = signing_in(&db, ana, None, &["event_page", &missing]);
    assert_eq!(refusal(&output)["code"], "not_found");
    let output = signing_in(&db, ana, None, &["event_explode"]);
    assert_eq!(refusal(&output)["code"], "invalid");

    let link = db.link().to_string();
    let call = ["--server", &link, "--email", &ana.email, "--password-stdin", "session"];
    let wrong = refusal(&deskctl(&call, "certainly not the password\n"));
    assert_eq!(wrong["code"], "signed_out");
    let nobody = refusal(&deskctl(&["session"], ""));
    assert_eq!(nobody["code"], "signed_out", "without a profile somebody must be named");
}

#[test]
fn a_command_line_that_cannot_be_read_ends_with_two() {
    for arguments in
        [&[][..], &["--loud", "session"], &["event_list", "{ half"], &["a", "{}", "{}"]]
    {
        let output = deskctl(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage: deskctl"));
    }
}
