//! Backups: what is restored is what was there, history and undo included, on another server and on a newer schema.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod archive_support;
mod door_support;

use archive_support::{archived, assert_same, busy_office, contents, enters, restored};
use door_support::{Office, id_of, insert_client, insert_event, insert_task};
use serde_json::{Value, json};
use server::archive::{self, ALSO_ARCHIVED, ArchiveError, LEFT_OUT, Onto};
use server::identity::{new_secret, scram::scram_verifier};
use sqlx::{AssertSqlSafe, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{TestDatabase, TestServer};
use uuid::Uuid;

async fn epoch(db: &TestDatabase, org: Uuid) -> Uuid {
    let sql = "select epoch from app.feeds where org_id = $1";
    sqlx::query_scalar(sql).bind(org).fetch_one(db.admin()).await.unwrap()
}

#[tokio::test]
async fn what_is_restored_on_another_server_is_the_same_row_for_row_and_history_and_undo_work() {
    let done = busy_office(40).await;
    let org = done.office.org.org_id;
    let before = contents(done.office.db.admin(), org).await;
    let (_folder, path, manifest) = archived(&done.office).await;
    assert_eq!(archive::about(&path).unwrap(), manifest.about);
    for (table, rows) in &before {
        assert_eq!(manifest.rows_of(table), rows.len() as u64, "the manifest counts {table}");
        assert!(!rows.is_empty(), "{table} is tried with rows in it");
    }
    let db = restored(&path).await;
    assert_same(&before, &contents(db.admin(), org).await);
    assert_ne!(epoch(&db, org).await, epoch(&done.office.db, org).await, "desks start over");

    let links = archive::sign_in_links(&db.owner_options(), org, db.link()).await.unwrap();
    let whom: Vec<_> = links.iter().map(|l| (l.email.as_str(), l.role.as_str())).collect();
    assert_eq!(
        whom,
        [
            ("ana@example.org", "administrator"),
            ("max@example.org", "manager"),
            ("sam@example.org", "staff")
        ]
    );
    let (ana, sam) = (enters(&db, org, &links[0]).await, enters(&db, org, &links[2]).await);
    let there = done.office.ana().history("events", done.event).await.unwrap();
    let here = ana.history("events", done.event).await.unwrap();
    assert_eq!(here, there, "history is told as before");
    assert_eq!(
        sam.row("events", done.event).await.unwrap()["status"],
        "planning",
        "staff sees its events"
    );
    let (_, undone) = ana.undo(done.last, false).await;
    undone.unwrap();
    assert_eq!(ana.row("events", done.event).await.unwrap()["status"], "inquiry");
    // Guards hold what they held: Sam is taken then.
    let event = ana.event().await;
    let (_, clash) = ana
        .book(
            id_of(&ana_sam(&db).await),
            event,
            &door_support::june(3, 9),
            &door_support::june(3, 10),
        )
        .await;
    door_support::refused(clash, "CL409", "resource_schedule_conflict");
    let again = archive::sign_in_links(&db.owner_options(), org, db.link()).await.unwrap();
    assert_eq!(again.len(), 1, "whoever has a sign-in needs no link: {again:?}");
}

async fn ana_sam(db: &TestDatabase) -> Value {
    let sql = "select to_jsonb(id) from app.resources where name = 'Sam'";
    sqlx::query_scalar(sql).fetch_one(db.admin()).await.unwrap()
}

#[tokio::test]
async fn whoever_has_an_account_on_the_other_server_keeps_it_and_is_the_same_person() {
    let done = busy_office(3).await;
    let org = done.office.org.org_id;
    let (_folder, path, _) = archived(&done.office).await;
    let db = TestServer::database().await;
    let other = db.organization("Elm Events").administrator("ana@example.org").build().await;
    let there = contents(db.admin(), other.org_id).await;
    archive::restore(&db.owner_options(), &path, Onto::Empty).await.unwrap();
    assert_same(&there, &contents(db.admin(), other.org_id).await);
    let stale = done.office.org.administrator().user_id;
    for (table, rows) in contents(db.admin(), org).await {
        let text = serde_json::to_string(&rows).unwrap();
        assert!(!text.contains(&stale.to_string()), "{table} speaks of the old account");
    }
    // Her device of the other office opens this one too, and what she did before is hers to undo.
    let ana = door_support::Desk { pool: db.pool_as(other.administrator()), org };
    let (_, undone) = ana.undo(done.last, false).await;
    undone.unwrap();
    let links = archive::sign_in_links(&db.owner_options(), org, db.link()).await.unwrap();
    assert!(links.iter().all(|link| link.email != "ana@example.org"), "{links:?}");
}

#[tokio::test]
async fn a_command_during_the_backup_is_in_whole_or_not_at_all() {
    let office = Office::open().await;
    let org = office.org.org_id;
    let desk = office.ana();
    let client = desk.client().await;
    let stop = Arc::new(AtomicBool::new(false));
    let (stopping, writing) = (Arc::clone(&stop), desk.clone());
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !stopping.load(Ordering::Relaxed) {
            let (event, other) = (Uuid::now_v7(), Uuid::now_v7());
            let changes = json!([
                insert_event(event, client),
                insert_event(other, client),
                insert_task(Uuid::now_v7(), event, "One"),
                insert_task(Uuid::now_v7(), other, "Two")
            ]);
            writing.apply("event.create", changes).await.unwrap();
            written += 1;
        }
        written
    });
    let mut seen = Vec::new();
    while seen.len() < 4 {
        // Each backup catches the office further on than the one before.
        while office.count("journal").await <= seen.last().copied().unwrap_or(0) {}
        let (_folder, path, manifest) = archived(&office).await;
        let n = i64::try_from(manifest.rows_of("journal")).unwrap();
        assert_eq!(
            (manifest.about.n, manifest.rows_of("commands")),
            (n, manifest.rows_of("journal"))
        );
        assert_eq!(manifest.rows_of("events"), manifest.rows_of("tasks"));
        assert_eq!(manifest.rows_of("events") % 2, 0, "half a command");
        // Keys are checked on the way in.
        drop(restored(&path).await);
        seen.push(n);
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 4);
    assert!(contents(office.db.admin(), org).await.len() > 10);
}

#[tokio::test]
async fn an_organization_is_replaced_only_when_asked_to_and_after_a_safety_copy() {
    let done = busy_office(3).await;
    let (org, owner) = (done.office.org.org_id, done.office.db.owner_options());
    let (folder, path, _) = archived(&done.office).await;
    let before = contents(done.office.db.admin(), org).await;
    let epoch_before = epoch(&done.office.db, org).await;
    let ana = done.office.ana();
    let later = ana.client().await;
    let after = contents(done.office.db.admin(), org).await;
    match archive::restore(&owner, &path, Onto::Empty).await {
        Err(ArchiveError::AlreadyThere { name }) => assert_eq!(name, "Linden Catering"),
        other => panic!("{other:?}"),
    }
    assert_same(&after, &contents(done.office.db.admin(), org).await);

    let safety = folder.path().join("safety");
    let onto = Onto::Replacing { safety: safety.clone() };
    let restored = archive::restore(&owner, &path, onto).await.unwrap();
    assert_same(&before, &contents(done.office.db.admin(), org).await);
    assert_eq!(restored.safety.as_ref(), Some(&archive::verify(&safety).unwrap()));
    // Whoever was signed in is signed in still; the copy of their desk is of another epoch.
    assert_eq!(ana.row("clients", later).await, None);
    assert_ne!(epoch(&done.office.db, org).await, epoch_before);
    // And back to what the safety copy holds.
    let onto = Onto::Replacing { safety: folder.path().join("again") };
    archive::restore(&owner, &safety, onto).await.unwrap();
    assert_same(&after, &contents(done.office.db.admin(), org).await);
    assert!(ana.row("clients", later).await.is_some());
}

#[tokio::test]
async fn every_table_with_an_organization_is_archived_or_left_out_on_purpose() {
    let db = TestServer::database().await;
    let mut listed: Vec<String> =
        sqlx::query_scalar("select 'app.' || table_name from app.replicated")
            .fetch_all(db.admin())
            .await
            .unwrap();
    listed.extend(ALSO_ARCHIVED.iter().map(|name| format!("app.{name}")));
    listed.extend(LEFT_OUT.iter().map(|(name, _)| format!("app.{name}")));
    listed.sort();
    let mut there: Vec<String> = sqlx::query_scalar(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and not c.relispartition
           and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped)",
    )
    .fetch_all(db.admin())
    .await
    .unwrap();
    there.sort();
    // Changing the lists in archive/tables.rs means deciding what a backup holds.
    assert_eq!(there, listed, "left: what there is; right: what archive/tables.rs says of it");
    let secrets: Vec<String> = sqlx::query_scalar(
        "select a.attrelid::regclass || '.' || a.attname from pg_attribute a
         join pg_class c on c.oid = a.attrelid and c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
         where a.attname ~ 'verifier|secret|password|token' and c.relname <> all ($1)",
    )
    .bind(LEFT_OUT.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
    .fetch_all(db.admin())
    .await
    .unwrap();
    assert_eq!(secrets, Vec::<String>::new(), "a backup holds nothing to sign in with");
}

#[tokio::test]
async fn every_exclusion_is_of_a_kind_that_a_restore_can_check() {
    let db = TestServer::database().await;
    let strange: Vec<String> = sqlx::query_scalar(
        "select c.conname::text from pg_constraint c, unnest(c.conexclop) with ordinality x(op, nth)
         join pg_operator o on o.oid = x.op where c.contype = 'x'
         group by c.conname having bool_or(o.oprname not in ('=', '&&')) or count(*) filter (where o.oprname = '&&') > 1",
    )
    .fetch_all(db.admin())
    .await
    .unwrap();
    assert_eq!(strange, Vec::<String>::new());
}

/// A database that has taken only the first steps of the schema.
async fn older_database(steps: impl Fn(i64) -> bool) -> server::setup::OwnerOptions {
    let name = format!("cloche_t_{}", Uuid::new_v4().simple());
    let server = TestServer::shared().await;
    let mut cluster = server.owner_options("postgres").connect().await.unwrap();
    let create = format!("create database {name} owner cloche_owner template template0");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut cluster).await.unwrap();
    let owner = server.owner_options(&name);
    let mut inside = owner.connect().await.unwrap();
    sqlx::raw_sql("set role cloche_owner").execute(&mut inside).await.unwrap();
    let all = sqlx::migrate!("../../migrations");
    let taken: Vec<_> = all.iter().filter(|m| steps(m.version)).cloned().collect();
    let migrator =
        sqlx::migrate::Migrator { migrations: taken.into(), ..sqlx::migrate::Migrator::DEFAULT };
    migrator.run(&mut inside).await.unwrap();
    inside.close().await.unwrap();
    owner
}

#[tokio::test]
async fn an_archive_of_an_older_schema_is_migrated_on_the_way() {
    // Before default permissions were given to every organization.
    let owner = older_database(|step| step <= 22).await;
    let (org, client) = (Uuid::now_v7(), Uuid::now_v7());
    let mut inside = owner.connect().await.unwrap();
    sqlx::query("select setup.create_organization($1, 'Linden Catering', 'caterer', 'Europe/Vienna', 'EUR', 'en-GB')")
        .bind(org)
        .execute(&mut inside)
        .await
        .unwrap();
    let verifier = scram_verifier(secrecy::ExposeSecret::expose_secret(&new_secret()));
    let ana: Uuid = sqlx::query_scalar("select setup.create_user('ana@example.org', $1)")
        .bind(verifier)
        .fetch_one(&mut inside)
        .await
        .unwrap();
    sqlx::query("select setup.add_member($1, $2, 'Ana', 'administrator')")
        .bind(org)
        .bind(ana)
        .execute(&mut inside)
        .await
        .unwrap();
    let command = Uuid::now_v7();
    // As a migration writes: in a command of the server's own.
    let work = format!(
        "begin; select app.begin_own_command('{org}', '{command}');
         insert into app.clients (org_id, id, company_name) values ('{org}', '{client}', 'Tanaka');
         select app.end_command('{org}', '{command}', 'client.create', null, null, array['clients.create']); commit"
    );
    sqlx::raw_sql(AssertSqlSafe(work)).execute(&mut inside).await.unwrap();
    let (folder, role) = (tempfile::tempdir().unwrap(), "select role_name::text from app.users");
    let role: String = sqlx::query_scalar(role).fetch_one(&mut inside).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("drop role {role}"))).execute(&mut inside).await.unwrap();
    inside.close().await.unwrap();
    let path = folder.path().join("old");
    let manifest = archive::write(&owner, org, &path).await.unwrap();
    assert_eq!(manifest.about.schema.last(), Some(&22));

    // Another restore at work, and one that was killed.
    let (other, killed) = (scratch_database().await, scratch_database().await);
    let server = TestServer::shared().await;
    let mut at_work = server.owner_options("postgres").connect().await.unwrap();
    sqlx::query("select pg_advisory_lock(hashtextextended($1, 0))")
        .bind(&other)
        .execute(&mut at_work)
        .await
        .unwrap();
    let db = restored(&path).await;
    let names: Vec<String> =
        sqlx::query_scalar("select company_name from app.clients where org_id = $1")
            .bind(org)
            .fetch_all(db.admin())
            .await
            .unwrap();
    assert_eq!(names, ["Tanaka"]);
    let matrix: Vec<String> = sqlx::query_scalar(
        "select permission from app.role_permissions where org_id = $1 order by 1",
    )
    .bind(org)
    .fetch_all(db.admin())
    .await
    .unwrap();
    assert_eq!(
        matrix,
        ["resources.assign", "tasks.assign", "tasks.status", "tasks.status_own"],
        "as 0024 gives everybody"
    );
    let links = archive::sign_in_links(&db.owner_options(), org, db.link()).await.unwrap();
    let ana = enters(&db, org, &links[0]).await;
    let (_, undone) = ana.undo(command, false).await;
    undone.unwrap();
    assert_eq!(ana.row("clients", client).await, None);
    ana.apply("client.create", json!([insert_client(Uuid::now_v7(), "Novák")])).await.unwrap();
    let left = r"select datname::text from pg_database where datname like 'cloche\_restore\_%'";
    let left: Vec<String> = sqlx::query_scalar(left).fetch_all(&mut at_work).await.unwrap();
    assert_eq!(
        left,
        [other.as_str()],
        "the database in between is gone, and that of somebody at work is not: {killed}"
    );
    let drop = format!("drop database {other}");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut at_work).await.unwrap();
    at_work.close().await.unwrap();
}

/// A database as a restore of an older backup makes one.
async fn scratch_database() -> String {
    let name = format!("cloche_restore_{}", Uuid::new_v4().simple());
    let server = TestServer::shared().await;
    let mut cluster = server.owner_options("postgres").connect().await.unwrap();
    let create = format!("create database {name} template template0");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut cluster).await.unwrap();
    cluster.close().await.unwrap();
    name
}

#[tokio::test]
async fn whoever_was_taken_out_of_the_books_is_not_brought_back_by_an_older_backup() {
    let office = Office::open().await;
    let (org, owner) = (office.org.org_id, office.db.owner_options());
    let ana = office.ana();
    let client = ana.client().await;
    let named = json!([door_support::update(
        "clients",
        client,
        json!({"contact_name": null}),
        json!({"contact_name": "Yuki Tanaka"})
    )]);
    ana.apply("client.edit", named).await.unwrap();
    let (folder, early, about_early) = archived(&office).await;
    for _ in 0..6 {
        ana.client().await;
    }
    let late = folder.path().join("late");
    let about_late = archive::write(&owner, org, &late).await.unwrap();
    server::setup::redact_client(&owner, org, client, true).await.unwrap();
    server::setup::redact_person(&owner, "sam@example.org").await.unwrap();
    // The first restore takes them out once more, at a lower place in the feed than the second backup's.
    for (path, manifest) in [(early, about_early), (late, about_late)] {
        let n: i64 = office.scalar("select n from app.feeds").await;
        assert_eq!(manifest.about.n > n, path.ends_with("late"), "{n}");
        let onto = Onto::Replacing { safety: folder.path().join("safety") };
        archive::restore_compared(&owner, &path, onto).await.unwrap();
        let text = format!("{:?}", contents(office.db.admin(), org).await);
        for gone in ["Yuki", "sam@example.org"] {
            assert!(!text.contains(gone), "{gone} is back");
        }
        assert_eq!(ana.row("clients", client).await.unwrap()["company_name"], "Former client");
        assert!(text.contains("max@example.org"));
    }
}

#[tokio::test]
async fn two_people_whose_ids_begin_alike_are_both_taken_out() {
    let office = Office::open().await;
    let (org, owner) = (office.org.org_id, office.db.owner_options());
    for (id, name) in [("1", "ben"), ("2", "cleo")] {
        let id: Uuid = format!("0199a0b1-0000-7000-8000-00000000000{id}").parse().unwrap();
        office
            .run(&format!(
                "insert into app.users (id, email, role_name) values ('{id}', '{name}@example.org', 'cloche_nobody_{name}');
                 select setup.add_member('{org}', '{id}', '{name}', 'staff')"
            ))
            .await;
        let row = door_support::insert_resource(Uuid::now_v7(), name, "staff", 1);
        let row = door_support::with(row, json!({"user_id": id}));
        office.ana().apply("resource.create", json!([row])).await.unwrap();
        server::setup::redact_person(&owner, &format!("{name}@example.org")).await.unwrap();
    }
    let text = format!("{:?}", contents(office.db.admin(), org).await);
    assert!(!text.contains("cleo") && !text.contains("ben@"), "{text}");
}

#[tokio::test]
async fn whoever_is_in_two_offices_without_a_common_administrator_gets_a_link_that_works() {
    let office = Office::open().await;
    let elm = office
        .db
        .organization("Elm Events")
        .administrator("eva@example.org")
        .joined_by(office.org.manager(), "manager")
        .build()
        .await;
    let (folder, linden, _) = archived(&office).await;
    let other = folder.path().join("elm");
    archive::write(&office.db.owner_options(), elm.org_id, &other).await.unwrap();
    let db = restored(&linden).await;
    archive::restore(&db.owner_options(), &other, Onto::Empty).await.unwrap();
    let links = archive::sign_in_links(&db.owner_options(), elm.org_id, db.link()).await.unwrap();
    let whom: Vec<_> = links.iter().map(|link| link.email.as_str()).collect();
    assert_eq!(whom, ["eva@example.org", "max@example.org"]);
    let max = enters(&db, office.org.org_id, &links[1]).await;
    max.cursor().await.unwrap();
}
