//! An office with a little of everything in it, and what it takes to look at it from outside.

#![allow(dead_code, reason = "each test file uses what it needs")]

use super::door_support::{
    self, Desk, Office, id_of, insert_client, insert_event, june, update, with,
};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use server::archive::{self, Manifest, Onto, SignInLink};
use server::identity::new_secret;
use server::session::{DeviceSecret, sign_in_account};
use server::setup;
use server::team::Guest;
use sqlx::postgres::PgPool;
use std::io::Read;
use std::path::{Path, PathBuf};
use testkit::{TestDatabase, TestServer};
use uuid::Uuid;

/// What was done in the office that is looked at afterwards.
pub struct Done {
    pub office: Office,
    /// An event that was created, renamed, and advanced by the last command.
    pub event: Uuid,
    pub last: Uuid,
}

/// An office with imported work, people on the schedule, clashes let stand, things undone, archived and cancelled.
pub async fn busy_office(events: u32) -> Done {
    let office = Office::open().await;
    office.db.fill(office.org.org_id, office.org.administrator(), events).await;
    let ana = office.ana();
    let sam = office.link_sam(&ana).await;
    let client = ana.client().await;
    for (status, archived) in [("completed", true), ("cancelled", false), ("follow_up", true)] {
        ana.event_at(client, status, archived).await;
    }
    let event = ana.event_for(client).await;
    let entry = ana.booked(sam, event, &june(3, 9), &june(3, 12)).await;
    let beside =
        door_support::insert_assignment(Uuid::now_v7(), sam, event, &june(3, 10), &june(3, 11));
    let reason = "Ana's\tword,\nas \\always\\";
    ana.apply("schedule.assign", json!([with(beside, json!({"override_reason": reason}))]))
        .await
        .unwrap();
    let (first, second) =
        (ana.task(event, "Order flowers").await, ana.task(event, "Ünal's \"cake\"").await);
    ana.wait_for(event, second, first).await.unwrap();
    ana.move_task(first, "pending", "completed").await.unwrap();
    keep_import_keys(&ana).await;
    let former = ana.client().await;
    setup::redact_client(&office.db.owner_options(), office.org.org_id, former, true)
        .await
        .unwrap();
    let renamed = Uuid::now_v7();
    let rename = update("events", event, json!({"name": "Autumn gala"}), json!({"name": "Gala"}));
    ana.apply_as(renamed, "event.edit", json!([rename])).await.unwrap();
    let (_, undone) = ana.undo(renamed, false).await;
    undone.unwrap();
    office.max().move_task(second, "pending", "in_progress").await.unwrap();
    let last = Uuid::now_v7();
    let advance = door_support::status(event, ("inquiry", None), ("planning", None));
    ana.apply_as(last, "event.advance", json!([advance])).await.unwrap();
    assert!(ana.row("resource_schedule", entry).await.is_some());
    Done { office, event, last }
}

async fn keep_import_keys(desk: &Desk) {
    let (client, event, command) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let rows = json!([insert_client(client, "Peña"), insert_event(event, client)]);
    desk.stage(command, 0, rows).await.unwrap();
    let keys = json!([{"kind": "events", "key": "EV-1", "id": event}]);
    desk.apply_staged(command, "import.events", keys).await.unwrap();
    // Never applied: stays where it is.
    desk.stage(Uuid::now_v7(), 0, json!([insert_client(Uuid::now_v7(), "Half")])).await.unwrap();
}

/// A folder and the archive of the office in it.
pub async fn archived(office: &Office) -> (tempfile::TempDir, PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.cloche-backup");
    let manifest =
        archive::write(&office.db.owner_options(), office.org.org_id, &path).await.unwrap();
    (folder, path, manifest)
}

/// The archive restored in a database of its own.
pub async fn restored(path: &Path) -> TestDatabase {
    let db = TestServer::database().await;
    archive::restore(&db.owner_options(), path, Onto::Empty).await.unwrap();
    db
}

/// Every row of every table that belongs to the organization, as sorted JSON, without what is made anew.
pub async fn contents(pool: &PgPool, org: Uuid) -> Vec<(String, Vec<Value>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c where c.relkind = 'r' and c.relnamespace = 'app'::regnamespace
         and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')
         and c.relname <> all ($1) order by 1",
    )
    .bind(archive::LEFT_OUT.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
    .fetch_all(pool)
    .await
    .unwrap();
    let mut contents = Vec::new();
    for table in tables {
        let sql = format!(
            "select to_jsonb(t) - 'epoch' from app.{table} t where org_id = $1 order by to_jsonb(t)::text collate \"C\""
        );
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(org).fetch_all(pool).await;
        contents.push((table, rows.unwrap()));
    }
    let people = "select to_jsonb(u) - 'role_name' from app.users u join app.memberships m on m.user_id = u.id
                  where m.org_id = $1 order by u.email";
    contents.push((
        "users".into(),
        sqlx::query_scalar(people).bind(org).fetch_all(pool).await.unwrap(),
    ));
    contents
}

#[track_caller]
pub fn assert_same(before: &[(String, Vec<Value>)], after: &[(String, Vec<Value>)]) {
    for ((table, before), (also, after)) in before.iter().zip(after) {
        assert_eq!(table, also);
        assert_eq!(before.len(), after.len(), "rows of {table}");
        for (a, b) in before.iter().zip(after) {
            assert_eq!(a, b, "{table}");
        }
    }
    assert_eq!(before.len(), after.len());
}

/// Somebody follows their link and signs in on a device.
pub async fn enters(db: &TestDatabase, org: Uuid, link: &SignInLink) -> Desk {
    let key = new_secret();
    let mut guest = Guest::enter(&link.link).await.unwrap();
    guest.accept(&key, &link.display_name).await.unwrap();
    guest.close().await;
    let device = DeviceSecret { device_id: Uuid::now_v7(), secret: new_secret() };
    let mut account = sign_in_account(db.link(), &link.email, &key).await.unwrap();
    account.enroll_device(&device, "a new desk").await.unwrap();
    account.close().await;
    let role = server::identity::device_role(db.server_id(), device.device_id);
    let options = db.options_for(&role, secrecy::ExposeSecret::expose_secret(&device.secret));
    Desk {
        pool: sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_lazy_with(options),
        org,
    }
}

/// The entries of an archive.
pub fn entries(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(path).unwrap()));
    let entry = |entry: Result<tar::Entry<'_, _>, std::io::Error>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_string_lossy().into_owned(), bytes)
    };
    archive.entries().unwrap().map(entry).collect()
}

/// Packs entries as an archive is packed.
pub fn pack(path: &Path, entries: &[(String, Vec<u8>)]) {
    let packed = GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(packed);
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

/// The id that a row of an answer has.
pub fn id(row: &Value) -> Uuid {
    id_of(&row["id"])
}
