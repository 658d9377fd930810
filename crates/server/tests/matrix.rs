//! The permission matrix: every write that the catalog knows, asked of the door by every role. Writes come from
//! `app.rules`, so a rule that nobody has thought of fails here until there is a sample of it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use domain::permission::PERMISSIONS;
use door_support::{
    Answer, Desk, Office, delete, insert_assignment, insert_client, insert_dependency,
    insert_event, insert_resource, insert_task, june, update, with,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A rule of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    table: String,
    op: String,
    column: String,
    old: String,
    new: String,
    permission: String,
    own: Option<String>,
}

/// Rows that samples change: by name, and what the table holds of them.
struct Rows(BTreeMap<&'static str, (&'static str, Uuid)>);

impl Rows {
    fn id(&self, name: &str) -> Uuid {
        self.0[name].1
    }
}

async fn rules(office: &Office) -> Vec<Rule> {
    type Row = (String, String, String, String, String, String, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "select table_name, op, column_name, old_value, new_value, permission, own_permission from app.rules order by 1, 2, 3, 4, 5",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    rows.into_iter()
        .map(|(table, op, column, old, new, permission, own)| Rule {
            table,
            op,
            column,
            old,
            new,
            permission,
            own,
        })
        .collect()
}

/// What an insert needs whatever it sets, and what it needs for setting this column; the same for an update.
fn needed(rules: &[Rule], rule: &Rule) -> BTreeSet<String> {
    let mut needed = BTreeSet::from([rule.permission.clone()]);
    if rule.op == "insert" {
        let base = rules
            .iter()
            .filter(|r| (&r.table, r.op.as_str(), r.new.as_str()) == (&rule.table, "insert", ""));
        needed.extend(base.map(|r| r.permission.clone()));
    } else if rule.new == "*" {
        let base = rules
            .iter()
            .filter(|r| (&r.table, &r.op, &r.column) == (&rule.table, &rule.op, &rule.column));
        needed.extend(base.filter(|r| r.new.is_empty()).map(|r| r.permission.clone()));
    }
    needed
}

async fn furnish(office: &Office, ana: &Desk) -> Rows {
    let me = office.link_sam(ana).await;
    let client = ana.client().await;
    let mut rows = BTreeMap::from([("client", ("clients", client)), ("me", ("resources", me))]);
    for (name, at, archived) in [
        ("event", "inquiry", false),
        ("over", "completed", false),
        ("filed", "completed", true),
        ("off", "cancelled", false),
    ] {
        rows.insert(name, ("events", ana.event_at(client, at, archived).await));
    }
    let event = rows["event"].1;
    let names =
        ["lonely client", "van", "task", "second", "edge", "entry", "marked", "spare", "third"];
    let ids: BTreeMap<&str, Uuid> = names.into_iter().map(|name| (name, Uuid::now_v7())).collect();
    ana.apply(
        "furnish",
        json!([
            insert_client(ids["lonely client"], "Nobody's"),
            insert_resource(ids["van"], "Van", "equipment", 1),
            insert_resource(ids["spare"], "Spare", "staff", 1),
            with(insert_task(ids["task"], event, "first"), json!({"assigned_to": me})),
            insert_task(ids["second"], event, "second"),
            insert_task(ids["third"], event, "third"),
            insert_dependency(ids["edge"], event, ids["second"], ids["task"]),
            insert_assignment(ids["entry"], me, event, &june(14, 16), &june(14, 23)),
            with(
                insert_assignment(ids["marked"], me, event, &june(15, 16), &june(15, 23)),
                json!({"override_reason": "why"})
            ),
        ]),
    )
    .await
    .unwrap();
    for (name, table) in [
        ("lonely client", "clients"),
        ("van", "resources"),
        ("spare", "resources"),
        ("task", "tasks"),
        ("second", "tasks"),
        ("third", "tasks"),
        ("edge", "task_dependencies"),
        ("entry", "resource_schedule"),
        ("marked", "resource_schedule"),
    ] {
        rows.insert(name, (table, ids[name]));
    }
    let staff = office.org.staff().user_id;
    rows.insert(
        "membership",
        (
            "memberships",
            office
                .scalar(&format!("select id from app.memberships where user_id = '{staff}'"))
                .await,
        ),
    );
    rows.insert(
        "grant",
        (
            "role_permissions",
            office.scalar("select id from app.role_permissions where role = 'staff'").await,
        ),
    );
    rows.insert("organization", ("organizations", office.org.org_id));
    Rows(rows)
}

/// A change that this rule decides about; valid for whoever holds what it needs.
async fn sample(office: &Office, ana: &Desk, rows: &Rows, rule: &Rule) -> Value {
    let (table, column) = (rule.table.as_str(), rule.column.as_str());
    let new = Uuid::now_v7();
    let event = rows.id("event");
    match rule.op.as_str() {
        "insert" => {
            let row = match table {
                "clients" => insert_client(new, "New"),
                "events" => insert_event(new, rows.id("client")),
                "resources" => insert_resource(new, "New", "staff", 1),
                "tasks" => insert_task(new, event, "new"),
                "task_dependencies" => {
                    insert_dependency(new, event, rows.id("task"), rows.id("second"))
                }
                "resource_schedule" => {
                    insert_assignment(new, rows.id("van"), event, &june(20, 1), &june(20, 2))
                }
                "role_permissions" => {
                    json!({"table": table, "id": new, "op": "insert", "set": {"role": "manager", "permission": "organization.edit"}})
                }
                _ => panic!("no sample of an insert into {table}"),
            };
            // The edge of the sample would close a circle, which is for the guards, after the permission; and what starts
            // as an inquiry has no reason for being off.
            if row["set"].get(column).is_some() || column == "cancel_reason" {
                row
            } else {
                with(row, json!({column: value(office, rows, table, column)}))
            }
        }
        "delete" => {
            let name = match table {
                "clients" => "lonely client",
                "resources" => "spare",
                "tasks" => "third",
                "task_dependencies" => "edge",
                "resource_schedule" => "entry",
                "role_permissions" => "grant",
                _ => panic!("no sample of a delete from {table}"),
            };
            delete(table, rows.id(name))
        }
        _ => {
            let name = match (table, column, rule.old.as_str(), rule.new.as_str()) {
                ("events", "is_archived", _, "true") => "over",
                ("events", "is_archived", _, _) => "filed",
                ("events", "cancel_reason", ..) | ("events", "status", "cancelled", _) => "off",
                ("resource_schedule", "override_reason", _, "") => "marked",
                ("resources", "user_id", ..) => "spare",
                _ => match table {
                    "clients" => "client",
                    "events" => "event",
                    "resources" => "van",
                    "tasks" => "task",
                    "resource_schedule" => "entry",
                    "memberships" => "membership",
                    "organizations" => "organization",
                    _ => panic!("no sample of an update of {table}"),
                },
            };
            let row = ana.row(table, rows.id(name)).await.unwrap();
            let group: Vec<String> = sqlx::query_scalar("select unnest(columns) from app.column_groups where table_name = $1 and $2 = any (columns)")
                .bind(table.to_owned()).bind(column.to_owned()).fetch_all(office.db.admin()).await.unwrap();
            let (mut was, mut set) = (json!({column: row[column]}), json!({}));
            for other in group {
                was[&other] = row[&other].clone();
                set[&other] = row[&other].clone();
            }
            set[column] = match (table, column, rule.old.as_str(), rule.new.as_str()) {
                ("events", "status", "cancelled", _) | ("events", "status", _, "") => {
                    json!("planning")
                }
                ("events", "status", _, to) => json!(to),
                ("events", "is_archived", _, to) => json!(to == "true"),
                ("resource_schedule", "override_reason", _, "") => Value::Null,
                _ => value(office, rows, table, column),
            };
            if (table, column) == ("events", "status") {
                set["cancel_reason"] =
                    if set["status"] == "cancelled" { json!("rain") } else { Value::Null };
            }
            update(table, rows.id(name), was, set)
        }
    }
}

/// A value that the column takes and does not have in the rows above.
fn value(office: &Office, rows: &Rows, table: &str, column: &str) -> Value {
    match (table, column) {
        (
            _,
            "name" | "title" | "company_name" | "contact_name" | "phone" | "address" | "notes"
            | "note" | "description" | "location" | "event_type" | "override_reason"
            | "cancel_reason" | "display_name",
        )
        | ("resources", "role") => json!("Other"),
        (_, "email") => json!("other@example.org"),
        ("memberships", "role") => json!("manager"),
        ("memberships", "ended_at") => json!("2026-01-01T00:00:00+00:00"),
        ("role_permissions", "role") => json!("manager"),
        ("role_permissions", "permission") => json!("organization.edit"),
        ("organizations", "time_zone") | ("events", "time_zone") => json!("Europe/Lisbon"),
        (_, "currency") => json!("GBP"),
        (_, "locale") => json!("de-AT"),
        (_, "client_id") => json!(rows.id("lonely client")),
        ("events", "starts_at") => json!("2026-10-03T16:00:00+00:00"),
        ("events", "ends_at") => json!("2026-10-03T23:00:00+00:00"),
        (_, "estimated_attendees") => json!(50),
        ("events", "status") => json!("inquiry"),
        (_, "is_archived") => json!(false),
        (_, "type") => json!("materials"),
        (_, "quantity") => json!(1),
        (_, "setup_minutes" | "teardown_minutes") => json!(15),
        (_, "is_available") => json!(false),
        (_, "user_id") => json!(office.org.manager().user_id),
        (_, "due_at") => json!(june(10, 12)),
        ("tasks", "status") => json!("in_progress"),
        (_, "category") => json!("post_event"),
        (_, "assigned_to") => json!(rows.id("spare")),
        (_, "event_id") => json!(rows.id("event")),
        (_, "task_id") => json!(rows.id("task")),
        (_, "resource_id") => json!(rows.id("spare")),
        ("resource_schedule", "kind") => json!("assignment"),
        ("resource_schedule", "starts_at") => json!(june(14, 15)),
        ("resource_schedule", "ends_at") => json!(june(14, 22)),
        _ => panic!("no value for {table}.{column}: say what a sample of the new rule is"),
    }
}

/// Whether permission was what stood in the way; the permission that the refusal names.
fn missing(answer: &Answer) -> Option<String> {
    let said = answer.as_ref().err().filter(|said| said.constraint == "not_permitted")?;
    assert_eq!(said.code, "CL403");
    Some(said.detail["permission"].as_str().unwrap().to_owned())
}

/// What a permission does not suffice for: guards that know administrators, sight and circles.
const BEYOND: [&str; 7] = [
    "events_still_booked",
    "memberships_administrator_only",
    "role_permissions_administrator_only",
    "events_already_cancelled",
    "task_dependencies_cycle",
    "tasks_prerequisites_open",
    "out_of_sight",
];

#[track_caller]
fn judge(
    who: &str,
    rule: &Rule,
    answer: &Answer,
    needed: &BTreeSet<String>,
    held: &BTreeSet<String>,
) {
    match missing(answer) {
        Some(named) => {
            assert!(
                !needed.is_subset(held),
                "{who} holds {held:?} and is refused {rule:?}: {answer:?}"
            );
            assert!(
                needed.contains(&named) && !held.contains(&named),
                "{who}: {named} is not what {rule:?} lacks"
            );
        }
        None => {
            assert!(needed.is_subset(held), "{who} holds {held:?} and gets {rule:?}: {answer:?}");
            if let Err(said) = answer {
                assert!(BEYOND.contains(&said.constraint.as_str()), "{who}: {rule:?}: {said:?}");
            }
        }
    }
}

fn set_of(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn every_write_is_open_to_exactly_the_roles_that_hold_what_it_needs() {
    let office = Office::open().await;
    let (ana, max, sam) = (office.ana(), office.max(), office.sam());
    let rows = furnish(&office, &ana).await;
    let rules = rules(&office).await;
    assert!(rules.len() > 70, "the catalog lists every writable column: {}", rules.len());
    let elsewhere =
        office.db.organization("Other Caterers").administrator("omar@example.org").build().await;
    let omar = Desk { pool: office.db.pool_as(elsewhere.administrator()), org: ana.org };
    for rule in &rules {
        let change = json!([sample(&office, &ana, &rows, rule).await]);
        let needs = needed(&rules, rule);
        for (who, desk, held) in [
            ("the administrator", &ana, set_of(PERMISSIONS)),
            ("the manager", &max, set_of(&["tasks.status", "tasks.assign", "resources.assign"])),
        ] {
            judge(who, rule, &desk.preview("matrix", change.clone()).await, &needs, &held);
        }
        // The sample's rows hang from an event that Sam works on; the task is Sam's own.
        let own: BTreeSet<String> = rule.own.iter().cloned().collect();
        let needs = if own.is_empty() { needs } else { own };
        judge(
            "the staff member",
            rule,
            &sam.preview("matrix", change.clone()).await,
            &needs,
            &set_of(&["tasks.status_own"]),
        );
        let said = omar.preview("matrix", change.clone()).await.expect_err("a stranger");
        assert_eq!(
            (said.code.as_str(), said.constraint.as_str()),
            ("CL403", "not_a_member"),
            "{rule:?}"
        );
    }
    // Not one's own: the permission for all is what is missing.
    let stranger = json!([update(
        "tasks",
        rows.id("second"),
        json!({"status": "pending"}),
        json!({"status": "completed"})
    )]);
    assert_eq!(missing(&sam.preview("matrix", stranger).await).as_deref(), Some("tasks.status"));
    // Whoever has left gets nothing of it.
    let end = json!([update(
        "memberships",
        rows.id("membership"),
        json!({"ended_at": null}),
        json!({"ended_at": "2026-01-01T00:00:00+00:00"})
    )]);
    ana.apply("member.end", end).await.unwrap();
    for rule in &rules {
        let change = json!([sample(&office, &ana, &rows, rule).await]);
        let said = sam.preview("matrix", change).await.expect_err("an ended member");
        assert_eq!(
            (said.code.as_str(), said.constraint.as_str()),
            ("CL403", "not_a_member"),
            "{rule:?}"
        );
    }
}

#[tokio::test]
async fn each_permission_opens_what_names_it_and_nothing_else() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let rows = furnish(&office, &ana).await;
    let rules = rules(&office).await;
    let mut samples = Vec::new();
    for rule in &rules {
        samples.push((
            rule,
            json!([sample(&office, &ana, &rows, rule).await]),
            needed(&rules, rule),
        ));
    }
    let named: BTreeSet<String> =
        rules.iter().flat_map(|r| [Some(r.permission.clone()), r.own.clone()]).flatten().collect();
    for permission in PERMISSIONS.iter().filter(|p| **p != "events.import") {
        assert!(named.contains(*permission), "{permission} opens nothing");
        office.run(&format!(
            "do $$ declare c uuid := gen_random_uuid(); begin perform app.begin_own_command('{0}', c);
             delete from app.role_permissions where role = 'manager';
             insert into app.role_permissions (org_id, id, role, permission) values ('{0}', gen_random_uuid(), 'manager', '{permission}');
             perform app.end_command('{0}', c, 'matrix', null, null, null); end $$",
            ana.org
        )).await;
        for (rule, change, needs) in &samples {
            judge(
                &format!("a manager with {permission}"),
                rule,
                &max.preview("matrix", change.clone()).await,
                needs,
                &set_of(&[permission]),
            );
        }
    }
}
