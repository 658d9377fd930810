//! Moving an office to another server: open in one place until all of it is in the other, and never in both.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod archive_support;
mod door_support;

use archive_support::{Done, assert_same, busy_office, contents, enters};
use door_support::{Desk, refused};
use server::archive::{self, ArchiveError, Closed, Onto};
use sqlx::PgPool;
use testkit::{TestDatabase, TestServer};
use uuid::Uuid;

/// Moves the office, with its file in a folder that goes.
async fn moves(done: &Done, to: &TestDatabase) -> Result<Closed, ArchiveError> {
    let folder = tempfile::tempdir().unwrap();
    let (from, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let file = folder.path().join("moving");
    archive::move_to(&from, org, &file, &to.owner_options(), to.link(), "db.olivar.example").await
}

async fn is_closed(done: &Done) -> bool {
    let owner = done.office.db.owner_options();
    archive::moved(&owner, done.office.org.org_id).await.unwrap().is_some()
}

async fn end_whoever_waits(pool: &PgPool) {
    let end = "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and application_name = 'cloche owner' and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(end).fetch_one(pool).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_office_moves_whole_and_is_closed_where_it_was() {
    let done = busy_office(3).await;
    let org = done.office.org.org_id;
    let to = TestServer::database().await;
    // The founder of the new server has an account there already.
    to.organization("Elm Events").administrator("max@example.org").build().await;
    let before = contents(done.office.db.admin(), org).await;
    let closed = moves(&done, &to).await.unwrap();
    let whom: Vec<_> = closed.links.iter().map(|link| link.email.as_str()).collect();
    assert_eq!(whom, ["ana@example.org", "sam@example.org"], "Max signs in as he does there");
    assert_eq!(contents(to.admin(), org).await.len(), before.len());

    // Here it can be read and no more, whoever asks and whatever for.
    let ana = done.office.ana();
    assert!(ana.row("events", done.event).await.is_some());
    let refusal = refused(
        ana.apply(
            "client.create",
            serde_json::json!([door_support::insert_client(Uuid::now_v7(), "Late")]),
        )
        .await,
        "CL422",
        "organizations_moved",
    );
    assert!(refusal.message.contains("moved to db.olivar.example"), "{refusal:?}");
    let (_, undo) = ana.undo(done.last, false).await;
    refused(undo, "CL422", "organizations_moved");
    assert_same(&before, &contents(done.office.db.admin(), org).await);

    let there = enters(&to, org, &closed.links[0]).await;
    let (_, undone) = there.undo(done.last, false).await;
    undone.unwrap();

    // And in use there, it is not moved over once more.
    archive::open_again(&done.office.db.owner_options(), org).await.unwrap();
    ana.client().await;
    match moves(&done, &to).await {
        Err(ArchiveError::InUseThere { name }) => assert_eq!(name, "Linden Catering"),
        other => panic!("{other:?}"),
    }
    assert!(!is_closed(&done).await);
}

#[tokio::test]
async fn a_move_that_was_cut_short_is_repeated_with_what_was_done_since() {
    let done = busy_office(2).await;
    let org = done.office.org.org_id;
    let to = TestServer::database().await;
    let mut lock = to.admin().begin().await.unwrap();
    sqlx::raw_sql("lock table app.journal_rows in share mode").execute(&mut *lock).await.unwrap();
    let (cut, ()) = tokio::join!(moves(&done, &to), end_whoever_waits(to.admin()));
    assert!(cut.is_err(), "{cut:?}");
    lock.rollback().await.unwrap();
    assert!(!is_closed(&done).await, "it is open here as long as it is not whole there");

    // Everything had arrived, and then the computer was switched off.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("moving");
    archive::write(&done.office.db.owner_options(), org, &file).await.unwrap();
    archive::restore(&to.owner_options(), &file, Onto::Empty).await.unwrap();
    let later = done.office.ana().client().await;
    let (from, into) = (done.office.db.owner_options(), to.owner_options());
    let closed = archive::move_to(&from, org, &file, &into, to.link(), "there").await.unwrap();
    let replaced = archive::verify(&folder.path().join("moving-replaced")).unwrap();
    assert_eq!(replaced.about.n + 1, closed.manifest.about.n, "what was replaced is kept");
    assert!(is_closed(&done).await);
    let there = enters(&to, org, &closed.links[0]).await;
    assert!(there.row("clients", later).await.is_some(), "what was done since is there too");
    assert_same(&contents(done.office.db.admin(), org).await, &contents(to.admin(), org).await);
}

/// Waits until a session of the owner waits with a call that locks tables: to close an office, or to copy one out.
async fn until_somebody_waits(pool: &PgPool) {
    let waits = "select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'cloche owner' and wait_event_type = 'Lock'
          and query like '%lock table %'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(pool).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_arrived_opens_only_once_it_is_closed_where_it_was() {
    let done = busy_office(2).await;
    let org = done.office.org.org_id;
    let to = TestServer::database().await;
    let elm = to.organization("Elm Events").administrator("ana@example.org").build().await;
    let there = Desk { pool: to.pool_as(elm.administrator()), org };
    // Connected before the move waits, which it does not do for long.
    sqlx::raw_sql("select 1").execute(&there.pool).await.unwrap();
    let mut working = done.office.db.admin().begin().await.unwrap();
    sqlx::raw_sql("lock table app.commands in row exclusive mode")
        .execute(&mut *working)
        .await
        .unwrap();
    let (closed, ()) = tokio::join!(moves(&done, &to), async {
        // All of it is there, and the move waits for whoever works here.
        until_somebody_waits(done.office.db.admin()).await;
        assert!(there.row("events", done.event).await.is_some());
        let client = serde_json::json!([door_support::insert_client(Uuid::now_v7(), "Early")]);
        refused(there.apply("client.create", client).await, "CL422", "organizations_arriving");
        let moved = archive::moved(&to.owner_options(), org).await.unwrap();
        assert_eq!(moved, None, "it did not move away from there");
        working.rollback().await.unwrap();
    });
    closed.unwrap();
    assert!(is_closed(&done).await);
    there.client().await;
}

#[tokio::test]
async fn work_that_begins_in_an_earlier_copy_while_it_is_to_be_replaced_stays() {
    let done = busy_office(2).await;
    let org = done.office.org.org_id;
    let to = TestServer::database().await;
    let elm = to.organization("Elm Events").administrator("ana@example.org").build().await;
    let there = Desk { pool: to.pool_as(elm.administrator()), org };
    let (_folder, copy, _) = archive_support::archived(&done.office).await;
    archive::restore(&to.owner_options(), &copy, Onto::Empty).await.unwrap();
    // Nobody has worked there when the move looks; its safety copy waits here.
    let mut lock = to.admin().begin().await.unwrap();
    sqlx::raw_sql("lock table app.import_keys in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let (moved, work) = tokio::join!(moves(&done, &to), async {
        until_somebody_waits(to.admin()).await;
        let work = there.client().await;
        lock.rollback().await.unwrap();
        work
    });
    assert!(matches!(moved, Err(ArchiveError::InUseThere { .. })), "{moved:?}");
    assert!(there.row("clients", work).await.is_some(), "it is there still");
    assert!(!is_closed(&done).await);
}

#[tokio::test]
async fn a_change_that_was_applied_before_the_move_is_not_reported_as_refused() {
    let done = busy_office(2).await;
    let (owner, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let ana = done.office.ana();
    let (applied, purged, never) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let client = |id: Uuid| serde_json::json!([door_support::insert_client(id, "Tanaka")]);
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    ana.apply_as(applied, "client.create", client(first)).await.unwrap();
    ana.apply_as(purged, "client.create", client(second)).await.unwrap();
    done.office.run(&format!("delete from app.commands where command_id = '{purged}'")).await;
    let n: i64 = done.office.scalar("select n from app.feeds").await;
    archive::close_here(&owner, org, n, Uuid::now_v7(), "elsewhere").await.unwrap();

    let again = ana.apply_as(applied, "client.create", client(first)).await.unwrap();
    assert_eq!(again["replayed"], true);
    for (command, expected) in [(applied, true), (purged, true), (never, false)] {
        let asked = sqlx::query_scalar::<_, bool>("select api.was_applied($1, $2)");
        let answer = asked.bind(org).bind(command).fetch_one(&ana.pool).await.unwrap();
        assert_eq!(answer, expected, "{command}");
    }
    let late = ana.apply_as(Uuid::now_v7(), "client.create", client(Uuid::now_v7())).await;
    refused(late, "CL422", "organizations_moved");
    // And a no is final, even where the office opens again.
    archive::open_again(&owner, org).await.unwrap();
    let late = ana.apply_as(never, "client.create", client(Uuid::now_v7())).await;
    refused(late, "CL422", "commands_reused");
}

#[tokio::test]
async fn an_office_that_moved_away_forgets_people_and_nobody_else_gets_past_its_guard() {
    let done = busy_office(2).await;
    let (owner, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let max = done.office.org.manager();
    let elm = done.office.db.organization("Elm Events").administrator("eva@example.org");
    let elm = elm.joined_by(max, "staff").build().await;
    let ana = done.office.ana();
    let client = ana.client().await;
    let (folder, copy, manifest) = archive_support::archived(&done.office).await;
    archive::close_here(&owner, org, manifest.about.n, Uuid::now_v7(), "elsewhere").await.unwrap();

    server::setup::redact_client(&owner, org, client, true).await.unwrap();
    server::setup::redact_person(&owner, "max@example.org").await.unwrap();
    for org in [org, elm.org_id] {
        let text = format!("{:?}", contents(done.office.db.admin(), org).await);
        assert!(!text.contains("max@example.org"), "{text}");
    }
    // And once more in a backup from before.
    let onto = Onto::Replacing { safety: folder.path().join("safety") };
    archive::restore_compared(&owner, &copy, onto).await.unwrap();
    let text = format!("{:?}", contents(done.office.db.admin(), org).await);
    assert!(!text.contains("max@example.org"), "{text}");
    assert!(is_closed(&done).await);

    let command = Uuid::now_v7();
    let mut desk = done.office.db.connect_as(done.office.org.administrator()).await;
    sqlx::query("select set_config('cloche.redaction', $1::text, false)")
        .bind(command)
        .execute(&mut desk)
        .await
        .unwrap();
    let late = sqlx::query_scalar("select api.apply($1, $2, 'client.create', $3)")
        .bind(org)
        .bind(command)
        .bind(serde_json::json!([door_support::insert_client(Uuid::now_v7(), "Late")]))
        .fetch_one(&mut desk)
        .await
        .map_err(door_support::Refusal::from);
    refused(late, "CL422", "organizations_moved");
}

#[tokio::test]
async fn a_move_does_not_wait_long_for_somebody_who_works() {
    let done = busy_office(2).await;
    let (owner, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let (folder, copy, manifest) = archive_support::archived(&done.office).await;
    let mut working = done.office.db.admin().begin().await.unwrap();
    sqlx::raw_sql("lock table app.commands in row exclusive mode")
        .execute(&mut *working)
        .await
        .unwrap();
    let n = manifest.about.n;
    let answer = archive::close_here(&owner, org, n, Uuid::now_v7(), "elsewhere").await;
    assert!(matches!(answer, Err(ArchiveError::Busy)), "{answer:?}");
    // Nor does it say then that the office was changed.
    let receipt = archive::Receipt::of(&manifest, done.office.db.link());
    let file = folder.path().join("before-move");
    let answer = archive::finish_move(&owner, org, &file, &receipt, "there").await;
    assert!(matches!(answer, Err(ArchiveError::Busy)), "{answer:?}");
    working.rollback().await.unwrap();
    assert!(!is_closed(&done).await);
    assert!(copy.exists());
}

#[tokio::test]
async fn nothing_is_closed_while_somebody_is_faster() {
    let done = busy_office(2).await;
    let (owner, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let folder = tempfile::tempdir().unwrap();
    let manifest = archive::write(&owner, org, &folder.path().join("moving")).await.unwrap();
    done.office.ana().client().await;
    let answer =
        archive::close_here(&owner, org, manifest.about.n, Uuid::now_v7(), "elsewhere").await;
    assert!(matches!(answer, Err(ArchiveError::Busy)), "{answer:?}");
    done.office.ana().client().await;
}

#[tokio::test]
async fn with_a_receipt_of_whoever_restored_it_an_office_is_closed_only_if_all_of_it_arrived() {
    let done = busy_office(2).await;
    let (owner, org) = (done.office.db.owner_options(), done.office.org.org_id);
    let (folder, copy, _) = archive_support::archived(&done.office).await;
    let to = TestServer::database().await;
    let restored =
        archive::restore_compared(&to.owner_options(), &copy, Onto::Empty).await.unwrap();
    let receipt = archive::Receipt::of(&restored.manifest, to.link());
    let receipt: archive::Receipt = receipt.to_string().parse().unwrap();
    let file = folder.path().join("before-move");

    let other = archive::Receipt { org: Uuid::now_v7(), ..receipt.clone() };
    let answer = archive::finish_move(&owner, org, &file, &other, "there").await;
    assert!(matches!(answer, Err(ArchiveError::OtherReceipt)), "{answer:?}");
    let other = archive::Receipt { digest: "0".repeat(64), ..receipt.clone() };
    let answer = archive::finish_move(&owner, org, &file, &other, "there").await;
    assert!(matches!(answer, Err(ArchiveError::NotTheSame { .. })), "{answer:?}");
    done.office.ana().client().await;
    let answer = archive::finish_move(&owner, org, &file, &receipt, "there").await;
    assert!(matches!(answer, Err(ArchiveError::ChangedSince)), "{answer:?}");
    assert!(!is_closed(&done).await);

    archive::write(&owner, org, &copy).await.unwrap();
    let onto = Onto::Replacing { safety: folder.path().join("safety") };
    let restored = archive::restore_compared(&to.owner_options(), &copy, onto).await.unwrap();
    let receipt = archive::Receipt::of(&restored.manifest, to.link());
    archive::finish_move(&owner, org, &file, &receipt, "there").await.unwrap();
    assert!(is_closed(&done).await);
}
