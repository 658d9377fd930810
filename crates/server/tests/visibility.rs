//! What staff sees: the events it works on, whole; of everything else that resources exist and when they are held.
//! Asked as an employee with `psql` could ask, through every function that a desk may call.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Answer, Desk, Office, delete, id_of, insert_assignment, insert_block, insert_client,
    insert_dependency, insert_event, insert_resource, insert_task, june, move_task, place, refused,
    update, with,
};
use serde_json::{Value, json};
use uuid::Uuid;

const SECRET: &str = "Hush-hush";

/// One event that Sam works on and one that he must know nothing of; both with everything that an event can have.
struct Stage {
    office: Office,
    ana: Desk,
    sam: Desk,
    me: Uuid,
    other: Uuid,
    mine: Side,
    hidden: Side,
}

struct Side {
    client: Uuid,
    event: Uuid,
    tasks: [Uuid; 2],
    edge: Uuid,
    entry: Uuid,
    block: Uuid,
}

impl Side {
    fn rows(&self) -> Vec<(&'static str, Uuid)> {
        vec![
            ("clients", self.client),
            ("events", self.event),
            ("tasks", self.tasks[0]),
            ("tasks", self.tasks[1]),
            ("task_dependencies", self.edge),
            ("resource_schedule", self.entry),
            ("resource_schedule", self.block),
        ]
    }
}

async fn side(desk: &Desk, resource: Uuid, word: &str, day: u32) -> Side {
    let [client, event, first, second, edge, entry, block] = [(); 7].map(|()| Uuid::now_v7());
    let event_row = with(insert_event(event, client), json!({"name": word, "notes": word}));
    desk.apply(
        "stage",
        json!([
            insert_client(client, word),
            event_row,
            with(insert_task(first, event, word), json!({"description": word})),
            insert_task(second, event, word),
            insert_dependency(edge, event, second, first),
            with(
                insert_assignment(entry, resource, event, &june(day, 16), &june(day, 23)),
                json!({"note": word, "task_id": first})
            ),
            with(
                insert_block(block, resource, &june(day, 1), &june(day, 5)),
                json!({"note": word})
            ),
        ]),
    )
    .await
    .unwrap();
    Side { client, event, tasks: [first, second], edge, entry, block }
}

async fn stage() -> Stage {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let me = office.link_sam(&ana).await;
    let other = ana.person("Bo").await;
    let mine = side(&ana, me, "Open", 14).await;
    let hidden = side(&ana, other, SECRET, 15).await;
    Stage { office, ana, sam, me, other, mine, hidden }
}

/// Everything that a table holds for this desk.
async fn all(desk: &Desk, table: &str) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let after = rows.last().map(|row| id_of(&row["id"]));
        let page = desk.snapshot(table, after, 3).await.unwrap();
        rows.extend(page["rows"].as_array().unwrap().iter().cloned());
        if page["done"] == json!(true) {
            return rows;
        }
    }
}

const TABLES: [&str; 10] = [
    "organizations",
    "memberships",
    "role_permissions",
    "clients",
    "events",
    "event_status_log",
    "resources",
    "tasks",
    "task_dependencies",
    "resource_schedule",
];

#[tokio::test]
async fn staff_reads_its_events_whole_and_of_others_when_resources_are_held() {
    let s = stage().await;
    for table in TABLES {
        let rows = all(&s.sam, table).await;
        let text = json!(rows).to_string();
        assert!(!text.contains(SECRET), "{table}: {text}");
        let hidden = json!(s.hidden.event).to_string();
        assert!(!text.contains(hidden.trim_matches('"')), "{table} names a hidden event");
    }
    for (table, id) in s.mine.rows() {
        assert_eq!(s.sam.row(table, id).await, s.ana.row(table, id).await, "{table} is seen whole");
    }
    for (table, id) in s.hidden.rows() {
        let seen = s.sam.row(table, id).await;
        if table == "resource_schedule" {
            let (mut masked, whole) = (seen.unwrap(), s.ana.row(table, id).await.unwrap());
            for column in
                ["event_id", "task_id", "note", "override_reason", "override_by", "created_by"]
            {
                // That a booking stands although it clashes is told, and not why.
                let told = column == "override_reason" && !whole[column].is_null();
                let shown = if told { json!("Not shown") } else { Value::Null };
                assert_eq!(masked[column], shown, "{column}");
                masked[column] = whole[column].clone();
            }
            assert_eq!(masked, whole, "times and quantities are true");
        } else {
            assert_eq!(seen, None, "{table}");
        }
    }
    assert_eq!(all(&s.sam, "resources").await.len(), 2, "colleagues are known");
    assert_eq!(all(&s.sam, "event_status_log").await.len(), 1);
    let pulled = s.sam.pull(0, None, None, 5000).await.unwrap();
    assert!(!pulled.to_string().contains(SECRET));
    let entry = pulled["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == json!(s.hidden.entry))
        .unwrap();
    assert_eq!(
        (&entry["row"]["event_id"], &entry["row"]["starts_at"]),
        (&Value::Null, &json!(june(15, 16)))
    );
    for row in pulled["rows"].as_array().unwrap() {
        let of_hidden = s
            .hidden
            .rows()
            .iter()
            .any(|(t, id)| *t != "resource_schedule" && json!(id) == row["id"]);
        assert!(!of_hidden || row["row"] == Value::Null, "{row}");
    }
    let whole: Vec<Value> = all(&s.office.max(), "resource_schedule").await;
    assert!(json!(whole).to_string().contains(SECRET), "managers see everything");
}

#[tokio::test]
async fn nothing_that_staff_may_call_shows_or_changes_what_is_hidden() {
    let s = stage().await;
    let everything = [
        "clients.create",
        "clients.edit",
        "clients.delete",
        "events.create",
        "events.edit",
        "events.advance",
        "events.cancel",
        "events.archive",
        "events.unarchive",
        "events.import",
        "tasks.create",
        "tasks.edit",
        "tasks.delete",
        "tasks.assign",
        "tasks.status",
        "resources.create",
        "resources.edit",
        "resources.delete",
        "resources.assign",
        "resources.override",
    ];
    s.office.grant_by(&s.ana, "staff", &everything).await;
    let before = snapshot_of(&s).await;
    for (table, id) in s.hidden.rows() {
        let none = Uuid::now_v7();
        let (column, value): (&str, Value) = match table {
            "clients" => ("company_name", json!(SECRET)),
            "events" => ("name", json!(SECRET)),
            "tasks" => ("title", json!(SECRET)),
            "resource_schedule" => ("note", json!(SECRET)),
            _ => ("", Value::Null),
        };
        for op in ["update", "delete"] {
            if (table == "events" && op == "delete")
                || (table == "task_dependencies" && op == "update")
            {
                continue;
            }
            let attack = |id: Uuid| {
                let mut change = delete(table, id);
                change["op"] = json!(op);
                if op == "update" {
                    change["was"] = json!({column: value});
                    change["set"] = json!({column: "x"});
                }
                json!([change])
            };
            let said = told(s.sam.apply("attack", attack(id)).await, id);
            let nothing = told(s.sam.apply("attack", attack(none)).await, none);
            assert_eq!(said, nothing, "{op} of {table}: hidden and unknown are alike");
            assert!(said.contains("changed_by_someone_else") && !said.contains(SECRET), "{said}");
            assert_eq!(told(s.sam.preview("attack", attack(id)).await, id), said);
        }
        let hidden = s.sam.history(table, id).await;
        assert_eq!(
            told(hidden, id),
            told(s.sam.history(table, none).await, none),
            "history of {table}"
        );
    }
    // New rows under hidden parents, and under none.
    type Attack<'a> = &'a dyn Fn(&Side, Uuid) -> Value;
    let attacks: [Attack<'_>; 7] = [
        &|side, new| insert_task(new, side.event, "x"),
        &|side, new| insert_dependency(new, side.event, side.tasks[0], side.tasks[1]),
        &|side, new| insert_assignment(new, s.me, side.event, &june(20, 1), &june(20, 2)),
        &|side, new| insert_event(new, side.client),
        &|side, new| insert_dependency(new, s.mine.event, s.mine.tasks[0], side.tasks[0]),
        &|side, new| {
            with(
                insert_assignment(new, s.me, s.mine.event, &june(20, 1), &june(20, 2)),
                json!({"task_id": side.tasks[0]}),
            )
        },
        &|side, _| {
            update(
                "events",
                s.mine.event,
                json!({"client_id": s.mine.client}),
                json!({"client_id": side.client}),
            )
        },
    ];
    let nowhere = Side {
        client: Uuid::now_v7(),
        event: Uuid::now_v7(),
        tasks: [Uuid::now_v7(), Uuid::now_v7()],
        ..side_of_none()
    };
    for (place, attack) in attacks.iter().enumerate() {
        let ids = [Uuid::now_v7(), Uuid::now_v7()];
        let said = told(s.sam.apply("attack", json!([attack(&s.hidden, ids[0])])).await, ids[0]);
        let nothing = told(s.sam.apply("attack", json!([attack(&nowhere, ids[1])])).await, ids[1]);
        assert_eq!(said, nothing, "attack {place}");
        assert!(!said.starts_with("done"), "attack {place} went through");
        assert!(!said.contains(SECRET), "{said}");
    }
    assert_eq!(snapshot_of(&s).await, before, "nothing hidden has changed");
}

/// Ids that lead nowhere.
fn side_of_none() -> Side {
    let [client, event, first, second, edge, entry, block] = [(); 7].map(|()| Uuid::now_v7());
    Side { client, event, tasks: [first, second], edge, entry, block }
}

/// An answer as it can be compared: without the id that was asked about.
fn told(answer: Answer, id: Uuid) -> String {
    let text = match answer {
        Ok(answer) => format!("done {}", answer["rows"]),
        Err(said) => format!("{} {} {} {}", said.code, said.constraint, said.message, said.detail),
    };
    text.replace(&id.to_string(), "ID")
}

async fn snapshot_of(s: &Stage) -> Vec<Option<Value>> {
    let mut rows = Vec::new();
    for (table, id) in s.hidden.rows() {
        rows.push(s.ana.row(table, id).await);
    }
    rows
}

#[tokio::test]
async fn a_clash_with_what_is_hidden_tells_only_when() {
    let s = stage().await;
    s.office
        .grant_by(&s.ana, "staff", &["resources.assign", "resources.edit", "tasks.assign"])
        .await;
    let (_, said) = s.sam.book(s.other, s.mine.event, &june(15, 20), &june(15, 22)).await;
    let said = refused(said, "CL409", "resource_schedule_conflict");
    assert!(!format!("{said:?}").contains(SECRET), "{said:?}");
    assert_eq!(said.message, "Bo is already booked: another event, 15 Jun 18:00–16 Jun 01:00.");
    assert_eq!(
        (&said.detail["with"][0]["event_id"], &said.detail["with"][0]["starts_at"]),
        (&Value::Null, &json!(june(15, 16)))
    );
    let (_, said) = s.sam.book(s.other, s.mine.event, &june(15, 2), &june(15, 3)).await;
    assert!(
        !format!("{:?}", refused(said, "CL409", "resource_schedule_conflict")).contains(SECRET)
    );
    // Triggers that write hidden rows answer with what staff may see of them, to a preview and to a replay too.
    let chairs = s.ana.resource("Chair", "materials", 10).await;
    let held = with(
        insert_assignment(Uuid::now_v7(), chairs, s.hidden.event, &june(15, 16), &june(15, 23)),
        json!({"quantity": 6, "note": SECRET}),
    );
    s.ana.apply("schedule.assign", json!([held])).await.unwrap();
    let edit = |from: i32, to: i32| {
        json!([update("resources", chairs, json!({"quantity": from}), json!({"quantity": to}))])
    };
    let said = refused(
        s.sam.apply("resource.edit", edit(10, 5)).await,
        "CL409",
        "resources_quantity_needed",
    );
    assert!(!format!("{said:?}").contains(SECRET), "{said:?}");
    let command = Uuid::now_v7();
    for answer in [
        s.sam.preview("resource.edit", edit(10, 9)).await.unwrap(),
        s.sam.apply_as(command, "resource.edit", edit(10, 9)).await.unwrap(),
        s.sam.apply_as(command, "resource.edit", edit(10, 9)).await.unwrap(),
    ] {
        assert_eq!(
            answer["rows"].as_array().unwrap().len(),
            2,
            "the resource and its entry: {answer}"
        );
        assert!(
            !answer.to_string().contains(SECRET)
                && !answer.to_string().contains(&s.hidden.event.to_string()),
            "{answer}"
        );
    }
    let undone = s.sam.undo(command, false).await.1.unwrap();
    assert!(!undone.to_string().contains(SECRET), "{undone}");
}

#[tokio::test]
async fn what_an_import_made_of_hidden_rows_is_not_told() {
    let s = stage().await;
    let command = Uuid::now_v7();
    let event = Uuid::now_v7();
    s.ana.stage(command, 0, json!([insert_event(event, s.hidden.client)])).await.unwrap();
    s.ana
        .apply_staged(
            command,
            "import.events",
            json!([{"kind": "events", "key": "1", "id": event}]),
        )
        .await
        .unwrap();
    let asked = async |desk: &Desk| -> Value {
        sqlx::query_scalar("select api.imported($1, 'events', array['1', '2'])")
            .bind(desk.org)
            .fetch_one(&desk.pool)
            .await
            .unwrap()
    };
    assert_eq!(asked(&s.ana).await, json!({"1": event}));
    assert_eq!(asked(&s.sam).await, json!({}));
    s.ana.booked(s.me, event, &june(20, 1), &june(20, 2)).await;
    assert_eq!(asked(&s.sam).await, json!({"1": event}));
}

#[tokio::test]
async fn an_event_of_another_organization_with_the_same_id_opens_nothing() {
    let s = stage().await;
    let sam = s.office.org.staff();
    let own = s.office.db.organization("Sam's own").joined_by(sam, "administrator").build().await;
    let desk = Desk { pool: s.sam.pool.clone(), org: own.org_id };
    let client = desk.client().await;
    let me = Uuid::now_v7();
    desk.apply(
        "trick",
        json!([
            insert_event(s.hidden.event, client),
            with(insert_resource(me, "Sam", "staff", 1), json!({"user_id": sam.user_id})),
            insert_assignment(Uuid::now_v7(), me, s.hidden.event, &june(15, 16), &june(15, 23)),
        ]),
    )
    .await
    .unwrap();
    assert_eq!(s.sam.row("events", s.hidden.event).await, None);
    assert_eq!(
        s.sam.row("resource_schedule", s.hidden.entry).await.unwrap()["event_id"],
        Value::Null
    );
    refused(s.sam.history("events", s.hidden.event).await, "CL404", "row_unknown");
}

async fn view(desk: &Desk) -> i64 {
    desk.cursor().await.unwrap()["view"].as_i64().unwrap()
}

#[tokio::test]
async fn the_view_rises_exactly_when_the_set_of_visible_events_changes() {
    let s = stage().await;
    let max = s.office.max();
    let others = view(&max).await;
    let expect = async |what: &str, answer: Answer, rises: bool, was: i64| {
        answer.unwrap_or_else(|said| panic!("{what}: {said:?}"));
        let now = view(&s.sam).await;
        assert_eq!(now > was, rises, "{what}");
        now
    };
    let mut was = view(&s.sam).await;
    // One more booking, or a task, of an event that is seen already.
    let (second, said) = s.ana.book(s.me, s.mine.event, &june(16, 1), &june(16, 2)).await;
    was = expect("a second booking", said, false, was).await;
    let assign = |task: Uuid, from: Option<Uuid>, to: Option<Uuid>| {
        json!([update("tasks", task, json!({"assigned_to": from}), json!({"assigned_to": to}))])
    };
    was = expect(
        "a task of it",
        s.ana.apply("task.assign", assign(s.mine.tasks[0], None, Some(s.me))).await,
        false,
        was,
    )
    .await;
    was = expect(
        "its release",
        s.ana.apply("schedule.release", json!([delete("resource_schedule", second)])).await,
        false,
        was,
    )
    .await;
    was = expect(
        "the first release",
        s.ana.apply("schedule.release", json!([delete("resource_schedule", s.mine.entry)])).await,
        false,
        was,
    )
    .await;
    assert!(s.sam.row("events", s.mine.event).await.is_some(), "the task still shows it");
    let command = Uuid::now_v7();
    let said =
        s.ana.apply_as(command, "task.assign", assign(s.mine.tasks[0], Some(s.me), None)).await;
    was = expect("the last thing", said, true, was).await;
    assert_eq!(s.sam.row("events", s.mine.event).await, None);
    was = expect("its undo", s.ana.undo(command, false).await.1, true, was).await;
    assert!(s.sam.row("events", s.mine.event).await.is_some());
    // Hidden events that come into sight, by task and by booking, and by moving a booking here.
    was = expect(
        "a hidden task",
        s.ana.apply("task.assign", assign(s.hidden.tasks[0], None, Some(s.me))).await,
        true,
        was,
    )
    .await;
    was = expect(
        "given back",
        s.ana.apply("task.assign", assign(s.hidden.tasks[0], Some(s.me), None)).await,
        true,
        was,
    )
    .await;
    let row = s.ana.row("resource_schedule", s.hidden.entry).await.unwrap();
    let said =
        s.ana.apply("schedule.change", json!([place(&row, json!({"resource_id": s.me}))])).await;
    was = expect("a booking that moves here", said, true, was).await;
    let row = s.ana.row("resource_schedule", s.hidden.entry).await.unwrap();
    let said =
        s.ana.apply("schedule.change", json!([place(&row, json!({"resource_id": s.other}))])).await;
    was = expect("and away", said, true, was).await;
    // A new client of a visible event has to be fetched; one of a hidden event not.
    let client = s.ana.client().await;
    let owner = |event: Uuid, from: Uuid| {
        json!([update("events", event, json!({"client_id": from}), json!({"client_id": client}))])
    };
    was = expect(
        "another client",
        s.ana.apply("event.edit", owner(s.mine.event, s.mine.client)).await,
        true,
        was,
    )
    .await;
    assert!(s.sam.row("clients", client).await.is_some());
    assert_eq!(s.sam.row("clients", s.mine.client).await, None);
    was = expect(
        "of a hidden one",
        s.ana.apply("event.edit", owner(s.hidden.event, s.hidden.client)).await,
        false,
        was,
    )
    .await;
    // What concerns somebody else, and what was only tried.
    was = expect(
        "a colleague",
        s.ana.book(s.other, s.mine.event, &june(17, 1), &june(17, 2)).await.1,
        false,
        was,
    )
    .await;
    let row = insert_assignment(Uuid::now_v7(), s.me, s.hidden.event, &june(18, 1), &june(18, 2));
    was =
        expect("a preview", s.ana.preview("schedule.assign", json!([row])).await, false, was).await;
    was = expect(
        "a task moved",
        s.ana.move_task(s.mine.tasks[0], "pending", "completed").await,
        false,
        was,
    )
    .await;
    // Being somebody else, or nobody.
    let link = |id: Uuid, from: Value, to: Value| {
        json!([update("resources", id, json!({"user_id": from}), json!({"user_id": to}))])
    };
    let me = json!(s.office.org.staff().user_id);
    was = expect(
        "unlinked",
        s.ana.apply("resource.edit", link(s.me, me.clone(), Value::Null)).await,
        true,
        was,
    )
    .await;
    assert_eq!(all(&s.sam, "events").await.len(), 0);
    was = expect(
        "linked elsewhere",
        s.ana.apply("resource.edit", link(s.other, Value::Null, me)).await,
        true,
        was,
    )
    .await;
    assert!(s.sam.row("events", s.hidden.event).await.is_some());
    expect("a role's matrix", {
        let row = json!({"table": "role_permissions", "id": Uuid::now_v7(), "op": "insert", "set": {"role": "staff", "permission": "tasks.edit"}});
        s.ana.apply("role.grant", json!([row])).await
    }, true, was).await;
    assert_eq!(view(&max).await, others, "whoever sees everything has nothing to fetch anew");
}

#[tokio::test]
async fn guards_see_what_staff_does_not() {
    let s = stage().await;
    // The prerequisite's dependants are seen with it; the schedule of a colleague is guarded unseen.
    s.office.grant_by(&s.ana, "staff", &["resources.assign"]).await;
    let (_, said) = s.sam.book(s.other, s.mine.event, &june(15, 16), &june(15, 17)).await;
    refused(said, "CL409", "resource_schedule_conflict");
    s.sam.booked(s.other, s.mine.event, &june(16, 16), &june(16, 17)).await;
    // Sam's own tasks wait for tasks of others in the same event.
    let assign = json!([update(
        "tasks",
        s.mine.tasks[1],
        json!({"assigned_to": null}),
        json!({"assigned_to": s.me})
    )]);
    s.ana.apply("task.assign", assign).await.unwrap();
    let said = refused(
        s.sam.move_task(s.mine.tasks[1], "pending", "in_progress").await,
        "CL422",
        "tasks_prerequisites_open",
    );
    assert_eq!(said.detail["prerequisites"][0]["id"], json!(s.mine.tasks[0]));
    s.sam
        .apply("task.move", json!([move_task(s.mine.tasks[0], "pending", "completed")]))
        .await
        .unwrap();
    s.sam.move_task(s.mine.tasks[1], "pending", "in_progress").await.unwrap();
}

#[tokio::test]
async fn a_member_who_left_sees_nothing_from_the_next_call_on() {
    let s = stage().await;
    let id: Uuid =
        s.office.scalar("select m.id from app.memberships m where m.role = 'staff'").await;
    let end = json!([update(
        "memberships",
        id,
        json!({"ended_at": null}),
        json!({"ended_at": "2026-01-01T00:00:00+00:00"})
    )]);
    s.ana.apply("member.end", end).await.unwrap();
    for answer in [
        s.sam.cursor().await,
        s.sam.pull(0, None, None, 10).await,
        s.sam.snapshot("events", None, 10).await,
        s.sam.history("events", s.mine.event).await,
        s.sam.move_task(s.mine.tasks[0], "pending", "completed").await,
        s.sam.undo(Uuid::now_v7(), false).await.1,
    ] {
        refused(answer, "CL403", "not_a_member");
    }
}
