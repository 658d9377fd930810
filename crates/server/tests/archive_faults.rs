//! Backups that are cut short, altered, forged or foreign, connections that break half-way, and disks that are full.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod archive_support;
mod door_support;

use archive_support::{archived, assert_same, busy_office, contents, entries, pack};
use door_support::{Office, insert_client};
use serde_json::{Value, json};
use server::archive::{self, ArchiveError, Onto};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::fs;
use std::path::Path;
use std::process::Command;
use testkit::TestServer;
use uuid::Uuid;

const END_BACKENDS: &str = "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and application_name = 'cloche owner' and wait_event_type = 'Lock'";

/// Ends the session that waits for a lock: as if its program, or the computer, had died there.
async fn end_whoever_waits(pool: &PgPool) {
    while sqlx::query_scalar::<_, i64>(END_BACKENDS).fetch_one(pool).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_cut_short_anywhere_is_recognised_before_anything_is_touched() {
    let done = busy_office(3).await;
    let (folder, path, manifest) = archived(&done.office).await;
    assert_eq!(archive::verify(&path).unwrap(), manifest);
    let whole = fs::read(&path).unwrap();
    let cut = folder.path().join("cut");
    for length in (0..whole.len()).step_by(whole.len() / 60).chain(whole.len() - 20..whole.len()) {
        fs::write(&cut, &whole[..length]).unwrap();
        match archive::verify(&cut) {
            Err(ArchiveError::Truncated) => {}
            Err(ArchiveError::NotAnArchive) if length < 600 => {}
            // Only the packing's own end is missing.
            Err(ArchiveError::Damaged { what })
                if what == "its end" && whole.len() - length <= 64 => {}
            other => panic!("cut at {length} of {}: {other:?}", whole.len()),
        }
    }
    let db = TestServer::database().await;
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let error = archive::restore(&db.owner_options(), &cut, Onto::Empty).await.unwrap_err();
    assert!(error.to_string().starts_with("This backup is not complete"), "{error}");
}

#[tokio::test]
async fn a_changed_byte_is_recognised_or_changes_nothing_at_all() {
    let done = busy_office(2).await;
    let (folder, path, manifest) = archived(&done.office).await;
    let whole = fs::read(&path).unwrap();
    let changed = folder.path().join("changed");
    // The packing's own header, before byte 10, says when and by which system it was packed: that is no content.
    let (content, mut tried, mut same) = (entries(&path), 0, 0);
    for at in (10..whole.len()).step_by(whole.len() / 150) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&changed, bytes).unwrap();
        tried += 1;
        match archive::verify(&changed) {
            // Packing can say one thing in two ways: a repetition may point to either of two places with the same text.
            Ok(found) => {
                assert_eq!(
                    (found, entries(&changed)),
                    (manifest.clone(), content.clone()),
                    "byte {at}"
                );
                same += 1;
            }
            Err(ArchiveError::Files(error)) => panic!("byte {at} is told in a sentence: {error}"),
            Err(_) => {}
        }
    }
    assert!(same * 20 < tried, "{same} of {tried}");
}

#[tokio::test]
async fn a_part_that_was_altered_and_packed_again_is_named() {
    let done = busy_office(2).await;
    let (folder, path, _) = archived(&done.office).await;
    let forged = folder.path().join("forged");
    let whole = entries(&path);
    let find = |name: &str| whole.iter().position(|(entry, _)| entry == name).unwrap();

    let clients = find("data/clients/000001.tsv");
    let mut altered = whole.clone();
    let text = String::from_utf8(altered[clients].1.clone()).unwrap();
    altered[clients].1 = text.replacen("Tanaka", "Tonoko", 1).into_bytes();
    pack(&forged, &altered);
    let error = archive::verify(&forged).unwrap_err();
    assert!(error.to_string().contains("the part with clients"), "{error}");

    let mut shorter = whole.clone();
    shorter.remove(clients);
    pack(&forged, &shorter);
    assert!(matches!(archive::verify(&forged), Err(ArchiveError::Damaged { .. })));

    let mut twice = whole.clone();
    twice.insert(clients, whole[clients].clone());
    pack(&forged, &twice);
    assert!(matches!(archive::verify(&forged), Err(ArchiveError::Damaged { .. })));

    let mut without = whole.clone();
    without.pop();
    pack(&forged, &without);
    assert!(matches!(archive::verify(&forged), Err(ArchiveError::Truncated)));

    let mut stray = whole.clone();
    stray.insert(1, ("../../etc/passwd.tsv".into(), b"x\n".to_vec()));
    // The tar writer refuses such a path; a shorter stray name does as well.
    stray[1].0 = "passwd".into();
    pack(&forged, &stray);
    assert!(matches!(archive::verify(&forged), Err(ArchiveError::Damaged { .. })));

    pack(&forged, &whole);
    assert!(archive::verify(&forged).is_ok(), "packed again unchanged, it is the same backup");
}

#[tokio::test]
async fn newer_formats_newer_schemas_and_foreign_files_are_told_apart() {
    let done = busy_office(2).await;
    let (folder, path, _) = archived(&done.office).await;
    let other = folder.path().join("other");
    let db = TestServer::database().await;
    let whole = entries(&path);

    let mut newer = whole.clone();
    newer[0].1 = br#"{"format": 2, "anything": "else"}"#.to_vec();
    pack(&other, &newer);
    let error = archive::restore(&db.owner_options(), &other, Onto::Empty).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Newer), "{error:?}");
    assert!(error.to_string().contains("newer version of Cloche"), "{error}");

    for (steps, newest) in [(json!([1, 2, 9999]), true), (json!([1, 2, 16]), false)] {
        let mut schema = whole.clone();
        let last = schema.len() - 1;
        let mut about: Value = serde_json::from_slice(&schema[0].1).unwrap();
        about["schema"] = steps;
        let mut manifest: Value = serde_json::from_slice(&schema[last].1).unwrap();
        manifest["about"] = about.clone();
        schema[0].1 = serde_json::to_vec(&about).unwrap();
        schema[last].1 = serde_json::to_vec(&manifest).unwrap();
        pack(&other, &schema);
        match archive::restore(&db.owner_options(), &other, Onto::Empty).await.unwrap_err() {
            ArchiveError::Newer => assert!(newest),
            ArchiveError::UnknownSchema { step: 16 } => assert!(!newest),
            error => panic!("{error:?}"),
        }
    }

    pack(&other, &[("holiday.jpg".into(), vec![1, 2, 3])]);
    assert!(matches!(archive::verify(&other), Err(ArchiveError::NotAnArchive)));
    for foreign in [&b""[..], b"company,event\nPe\xc3\xb1a,Gala\n", &[0x1f, 0x8b, 8, 0], &[0; 4096]]
    {
        fs::write(&other, foreign).unwrap();
        let answer = archive::verify(&other);
        assert!(
            matches!(answer, Err(ArchiveError::NotAnArchive | ArchiveError::Truncated)),
            "{answer:?}"
        );
    }
    assert!(matches!(archive::verify(folder.path()), Err(ArchiveError::NotAnArchive)));
    let nothing = "select count(*) from app.organizations";
    assert_eq!(sqlx::query_scalar::<_, i64>(nothing).fetch_one(db.admin()).await.unwrap(), 0);
}

/// Puts `bytes` in place of a piece, with counts and hashes that fit: what somebody with a text editor could do.
fn forge(
    whole: &[(String, Vec<u8>)],
    table: &str,
    change: impl Fn(String) -> String,
) -> Vec<(String, Vec<u8>)> {
    let mut forged = whole.to_vec();
    let name = format!("data/{table}/000001.tsv");
    let piece = forged.iter().position(|(entry, _)| *entry == name).unwrap();
    let text = change(String::from_utf8(forged[piece].1.clone()).unwrap());
    let last = forged.len() - 1;
    let mut manifest: Value = serde_json::from_slice(&forged[last].1).unwrap();
    let part =
        manifest["parts"].as_array_mut().unwrap().iter_mut().find(|p| p["table"] == table).unwrap();
    part["rows"] = json!(text.matches('\n').count());
    part["bytes"] = json!(text.len());
    part["sha256"] =
        json!(Sha256::digest(&text).iter().map(|b| format!("{b:02x}")).collect::<String>());
    forged[piece].1 = text.into_bytes();
    forged[last].1 = serde_json::to_vec(&manifest).unwrap();
    forged
}

#[tokio::test]
async fn a_forged_backup_reaches_neither_another_organization_nor_past_a_constraint() {
    let done = busy_office(2).await;
    let (folder, path, _) = archived(&done.office).await;
    let (org, forged) = (done.office.org.org_id, folder.path().join("forged"));
    let whole = entries(&path);
    let db = TestServer::database().await;
    let elm = db.organization("Elm Events").administrator("eva@example.org").build().await;
    let before = contents(db.admin(), elm.org_id).await;
    let eva = elm.administrator().user_id.to_string();
    let elsewhere = elm.org_id.to_string();
    let somebody = done.office.org.administrator().user_id.to_string();
    let nobody = Uuid::now_v7().to_string();
    type Change<'a> = Box<dyn Fn(String) -> String + 'a>;
    let cases: Vec<(&str, Change<'_>)> = vec![
        ("clients", Box::new(|text| text.replacen(&org.to_string(), &elsewhere, 1))),
        ("organizations", Box::new(|text| text.replacen(&org.to_string(), &elsewhere, 1))),
        ("tasks", Box::new(|text| text.lines().next().map(|l| format!("{l}\n{l}\n")).unwrap())),
        ("users", Box::new(|text| text.replacen(&somebody, &eva, 1))),
        ("memberships", Box::new(|text| text.replacen(&somebody, &nobody, 1))),
        ("events", Box::new(|text| text.lines().skip(1).map(|l| format!("{l}\n")).collect())),
        ("clients", Box::new(|text| format!("{text}\\.\n"))),
        ("events", Box::new(|text| text.replacen("planning", "plannong", 1))),
        (
            "resource_schedule",
            Box::new(|text| text.replace("Ana's\\tword,\\nas \\\\always\\\\", "\\N")),
        ),
    ];
    for (table, change) in cases {
        pack(&forged, &forge(&whole, table, change));
        archive::verify(&forged).expect("its hashes fit");
        let answer = archive::restore(&db.owner_options(), &forged, Onto::Empty).await;
        match answer {
            Err(
                ArchiveError::Damaged { .. }
                | ArchiveError::Broken { .. }
                | ArchiveError::OtherPerson,
            ) => {}
            other => panic!("{table}: {other:?}"),
        }
    }
    assert_same(&before, &contents(db.admin(), elm.org_id).await);
    let others = "select count(*) from app.organizations where id <> $1";
    let others: i64 =
        sqlx::query_scalar(others).bind(elm.org_id).fetch_one(db.admin()).await.unwrap();
    assert_eq!(others, 0, "nothing of it is there");
}

/// A column of the archive's line says whose a row is; a forger says which one, or where a line ends.
#[tokio::test]
async fn a_forged_backup_cannot_say_by_the_order_of_its_columns_or_its_signs_whose_a_row_is() {
    let done = busy_office(2).await;
    let (folder, path, _) = archived(&done.office).await;
    let (org, forged) = (done.office.org.org_id.to_string(), folder.path().join("forged"));
    let whole = entries(&path);
    let db = TestServer::database().await;
    let elm = db.organization("Elm Events").administrator("eva@example.org").build().await;
    let before = contents(db.admin(), elm.org_id).await;
    let elsewhere = elm.org_id.to_string();

    // A membership there whose id is the organization of the archive, with the two columns swapped.
    let mut swapped = forge(&whole, "memberships", |text| {
        let line = text.lines().next().unwrap();
        let rest: Vec<_> = line.split('\t').skip(2).collect();
        let rest = rest.join("\t");
        format!("{org}\t{org}\t{rest}\n{org}\t{elsewhere}\t{rest}\n")
    });
    let last = swapped.len() - 1;
    let mut manifest: Value = serde_json::from_slice(&swapped[last].1).unwrap();
    let parts = manifest["parts"].as_array_mut().unwrap();
    let columns = &mut parts.iter_mut().find(|p| p["table"] == "memberships").unwrap()["columns"];
    assert_eq!((&columns[0], &columns[1]), (&json!("org_id"), &json!("id")));
    columns.as_array_mut().unwrap().swap(0, 1);
    swapped[last].1 = serde_json::to_vec(&manifest).unwrap();

    // One line for whoever looks for line feeds, two and an end of the data for PostgreSQL.
    let returned = forge(&whole, "role_permissions", |text| {
        let line = text.lines().next().unwrap();
        let rest = line.split('\t').skip(2).collect::<Vec<_>>().join("\t");
        let foreign = format!("{elsewhere}\t{}\t{rest}", Uuid::now_v7());
        format!("{line}\r{foreign}\r\\.\r\n{org}\t\n")
    });
    // A field with a tab in it, where whoever looks for tabs sees two.
    let escaped = forge(&whole, "role_permissions", |text| {
        text.replacen(&format!("{org}\t"), &format!("{org}\\\t"), 1)
    });
    for (what, entries) in [
        ("its list of contents", swapped),
        ("role_permissions", returned),
        ("role_permissions", escaped),
    ] {
        pack(&forged, &entries);
        archive::verify(&forged).expect("its hashes fit");
        match archive::restore(&db.owner_options(), &forged, Onto::Empty).await {
            Err(ArchiveError::Damaged { what: named }) => assert_eq!(named, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert_same(&before, &contents(db.admin(), elm.org_id).await);
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_behind_and_what_was_there_stays() {
    let done = busy_office(2).await;
    let (folder, path, _) = archived(&done.office).await;
    let before = fs::read(&path).unwrap();
    let mut lock = done.office.db.admin().begin().await.unwrap();
    sqlx::raw_sql("lock table app.journal_rows in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let (owner, org, into) = (done.office.db.owner_options(), done.office.org.org_id, path.clone());
    let writing = tokio::spawn(async move { archive::write(&owner, org, &into).await });
    end_whoever_waits(done.office.db.admin()).await;
    assert!(writing.await.unwrap().is_err());
    lock.rollback().await.unwrap();
    assert_eq!(names(folder.path()), ["office.cloche-backup"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_restore_that_is_killed_changes_nothing_and_can_be_repeated() {
    let done = busy_office(2).await;
    let (office, org) = (&done.office, done.office.org.org_id);
    let (folder, path, _) = archived(office).await;
    let before = contents(office.db.admin(), org).await;
    office.ana().client().await;
    let after = contents(office.db.admin(), org).await;
    let fresh = TestServer::database().await;
    for (db, is_there) in [(&fresh, false), (&office.db, true)] {
        // Half of it is loaded when the session dies: history comes last, and waits here.
        let mut lock = db.admin().begin().await.unwrap();
        sqlx::raw_sql("lock table app.journal_rows in share mode")
            .execute(&mut *lock)
            .await
            .unwrap();
        let (owner, path) = (db.owner_options(), path.clone());
        let safety = folder.path().join("safety");
        let onto = if is_there { Onto::Replacing { safety } } else { Onto::Empty };
        let (again, from) = (onto.clone(), path.clone());
        let restoring = tokio::spawn(async move { archive::restore(&owner, &path, onto).await });
        end_whoever_waits(db.admin()).await;
        assert!(restoring.await.unwrap().is_err());
        lock.rollback().await.unwrap();
        let expected: i64 = if is_there { 1 } else { 0 };
        let there: i64 = sqlx::query_scalar("select count(*) from app.organizations where id = $1")
            .bind(org)
            .fetch_one(db.admin())
            .await
            .unwrap();
        assert_eq!(there, expected);
        if is_there {
            assert_same(&after, &contents(db.admin(), org).await);
        }
        archive::restore(&db.owner_options(), &from, again).await.unwrap();
        assert_same(&before, &contents(db.admin(), org).await);
    }
}

#[tokio::test]
async fn somebody_who_works_during_a_restore_is_refused_or_in_the_safety_copy() {
    let office = Office::open().await;
    let org = office.org.org_id;
    let desk = office.ana();
    desk.client().await;
    let (folder, path, manifest) = archived(&office).await;
    desk.client().await;
    let mut written = Vec::new();
    let owner = office.db.owner_options();
    let safety = folder.path().join("safety");
    let onto = Onto::Replacing { safety };
    let restoring = tokio::spawn(async move { archive::restore(&owner, &path, onto).await });
    while !restoring.is_finished() {
        let id = Uuid::now_v7();
        if desk.apply("client.create", json!([insert_client(id, "Meanwhile")])).await.is_ok() {
            written.push(id);
        }
    }
    let safe = match restoring.await.unwrap() {
        Ok(restored) => restored.safety.unwrap().about.n,
        // Somebody was always faster: nothing is changed then.
        Err(ArchiveError::Busy) => i64::MAX,
        Err(error) => panic!("{error:?}"),
    };
    let here: Vec<Uuid> = sqlx::query_scalar("select id from app.clients where org_id = $1")
        .bind(org)
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    let n = manifest.about.n + 1;
    let lost =
        written.iter().zip(n + 1..).filter(|(id, at)| *at > safe && !here.contains(id)).count();
    assert_eq!(lost, 0, "confirmed, and neither here nor in the safety copy");
    let gaps =
        "select count(*) from app.journal j full join app.commands c using (org_id, command_id)
                where j.command_id is null or c.command_id is null";
    assert_eq!(office.scalar::<i64>(gaps).await, 0, "no half of a command is left");
}

/// A disk of this size, where the system lets us have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        mount.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_in_a_sentence_and_the_earlier_backup_stays() {
    // Only an administrator of a system may mount; elsewhere the sentence itself is tried.
    let full = ArchiveError::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
    assert!(full.to_string().starts_with("The disk is full."));
    let locked = ArchiveError::from(std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem));
    assert!(locked.to_string().starts_with("Cloche may not write in this folder."));
    let Some(disk) = SmallDisk::mount("24k") else { return };
    let office = Office::open().await;
    let (owner, org) = (office.db.owner_options(), office.org.org_id);
    let path = disk.0.path().join("office.cloche-backup");
    archive::write(&owner, org, &path).await.unwrap();
    let before = fs::read(&path).unwrap();
    office.db.fill(org, office.org.administrator(), 30).await;
    match archive::write(&owner, org, &path).await {
        Err(ArchiveError::DiskFull) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(names(disk.0.path()), ["office.cloche-backup"], "the unfinished one is gone");
    assert_eq!(fs::read(&path).unwrap(), before);
}
