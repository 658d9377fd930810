//! The feed: every change reaches every desk once it may see it, in order, without gaps, and a restored server is noticed.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Desk, Office, delete, id_of, insert_client, insert_task, june, move_task, refused, update,
};
use serde_json::{Value, json};
use sqlx::Connection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A desk's copy and its place in the feed.
#[derive(Default)]
struct Copy {
    rows: HashMap<(String, Uuid), (i64, Value)>,
    n: i64,
    seq: Option<i64>,
    command: Option<Uuid>,
    pulls: usize,
}

impl Copy {
    async fn catch_up(&mut self, desk: &Desk, limit: i32) {
        loop {
            let page = desk.pull(self.n, self.seq, self.command, limit).await.unwrap();
            assert_eq!(page["resync"], json!(false), "{page}");
            self.pulls += 1;
            let stamp = page["n"].as_i64().unwrap();
            for image in page["rows"].as_array().unwrap() {
                let key = (image["table"].as_str().unwrap().to_owned(), id_of(&image["id"]));
                self.rows.insert(key, (stamp, image["row"].clone()));
            }
            let next = &page["next"];
            self.n = next["n"].as_i64().unwrap();
            self.seq = next["seq"].as_i64();
            self.command = next["command"].as_str().map(|c| c.parse().unwrap());
            if page["done"] == json!(true) {
                return;
            }
        }
    }

    /// What is alive, as the server's own tables would print it.
    fn alive(&self) -> BTreeMap<(String, Uuid), Value> {
        self.rows
            .iter()
            .filter(|(_, (_, row))| !row.is_null())
            .map(|(k, (_, row))| (k.clone(), row.clone()))
            .collect()
    }
}

async fn truth(desk: &Desk) -> BTreeMap<(String, Uuid), Value> {
    let mut rows = BTreeMap::new();
    for table in [
        "organizations",
        "memberships",
        "role_permissions",
        "clients",
        "events",
        "event_status_log",
    ] {
        let mut after = None;
        loop {
            let page = desk.snapshot(table, after, 7).await.unwrap();
            for row in page["rows"].as_array().unwrap() {
                after = Some(id_of(&row["id"]));
                rows.insert((table.to_owned(), id_of(&row["id"])), row.clone());
            }
            if page["done"] == json!(true) {
                break;
            }
        }
    }
    rows
}

#[tokio::test]
async fn pages_of_any_size_lose_no_row_and_end_at_the_same_copy_as_a_snapshot() {
    let office = Office::open().await;
    let desk = office.ana();
    let many: Vec<Value> =
        (0..25).map(|n| insert_client(Uuid::now_v7(), &format!("Client {n}"))).collect();
    desk.apply("client.create", json!(many)).await.unwrap();
    let event = desk.event().await;
    desk.advance(event, "inquiry", "planning").await.unwrap();
    let gone = desk.client().await;
    desk.apply("client.delete", json!([{"table": "clients", "id": gone, "op": "delete"}]))
        .await
        .unwrap();
    let expected = truth(&desk).await;
    for limit in [1, 2, 3, 10, 5000] {
        let mut copy = Copy::default();
        copy.catch_up(&desk, limit).await;
        assert_eq!(copy.alive(), expected, "pages of {limit}");
        assert_eq!(
            copy.rows[&("clients".to_owned(), gone)].1,
            Value::Null,
            "what is gone is told as gone"
        );
        let n = desk.cursor().await.unwrap()["n"].as_i64();
        assert_eq!((Some(copy.n), copy.seq), (n, None));
    }
}

#[tokio::test]
async fn images_are_current_and_stamped_with_the_n_of_their_page() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let edit = |was: Value, set: &str| {
        json!([update("clients", client, json!({"phone": was}), json!({"phone": set}))])
    };
    desk.apply("client.edit", edit(json!(null), "1")).await.unwrap();
    desk.apply("client.edit", edit(json!("1"), "2")).await.unwrap();
    let mut copy = Copy::default();
    copy.catch_up(&desk, 5000).await;
    let (stamp, row) = &copy.rows[&("clients".to_owned(), client)];
    assert_eq!((*stamp, &row["phone"]), (copy.n, &json!("2")));
    let page = desk.pull(0, None, None, 5000).await.unwrap();
    let times =
        page["rows"].as_array().unwrap().iter().filter(|r| r["id"] == json!(client)).count();
    assert_eq!(times, 1, "a row that changed thrice is sent once");
}

#[tokio::test]
async fn the_counter_has_no_gaps_and_refusals_use_none_up() {
    let office = Office::open().await;
    let desk = office.ana();
    let before = desk.cursor().await.unwrap()["n"].as_i64().unwrap();
    for round in 0..5 {
        let done =
            desk.apply("client.create", json!([insert_client(Uuid::now_v7(), "x")])).await.unwrap();
        assert_eq!(done["n"].as_i64(), Some(before + round + 1));
        desk.apply("client.create", json!([insert_client(Uuid::now_v7(), "")])).await.unwrap_err();
        desk.preview("client.create", json!([insert_client(Uuid::now_v7(), "x")])).await.unwrap();
    }
}

#[tokio::test]
async fn a_reader_among_many_writers_misses_nothing() {
    let office = Office::open().await;
    let desk = office.ana();
    let mut copy = Copy::default();
    copy.catch_up(&desk, 100).await;
    let writers: Vec<_> = (0..6)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move {
                for _ in 0..15 {
                    let client = desk.client().await;
                    let edit =
                        update("clients", client, json!({"phone": null}), json!({"phone": "1"}));
                    desk.apply("client.edit", json!([edit])).await.unwrap();
                }
            })
        })
        .collect();
    while writers.iter().any(|w| !w.is_finished()) {
        copy.catch_up(&desk, 4).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    copy.catch_up(&desk, 4).await;
    assert_eq!(copy.alive(), truth(&desk).await);
}

#[tokio::test]
async fn an_idle_transaction_anywhere_freezes_no_feed() {
    let office = Office::open().await;
    let desk = office.ana();
    let mut idle = office.db.admin().begin().await.unwrap();
    sqlx::query("select txid_current(), count(*) from app.events")
        .execute(&mut *idle)
        .await
        .unwrap();
    let client = desk.client().await;
    let mut copy = Copy::default();
    copy.catch_up(&desk, 100).await;
    assert!(copy.rows.contains_key(&("clients".to_owned(), client)));
    idle.rollback().await.unwrap();
}

#[tokio::test]
async fn a_command_under_way_in_one_organization_keeps_no_other_waiting() {
    let office = Office::open().await;
    let other = office.db.organization("Ahorn").administrator("eve@example.org").build().await;
    let eve = Desk { pool: office.db.pool_as(other.administrator()), org: other.org_id };
    let mut running = office.db.connect_as(office.org.administrator()).await;
    let mut transaction = running.begin().await.unwrap();
    sqlx::query("select api.apply($1, $2, 'client.create', $3)")
        .bind(office.org.org_id)
        .bind(Uuid::now_v7())
        .bind(json!([insert_client(Uuid::now_v7(), "x")]))
        .execute(&mut *transaction)
        .await
        .unwrap();
    let n = office.ana().cursor().await.unwrap()["n"].clone();
    eve.client().await;
    assert_eq!(
        office.ana().cursor().await.unwrap()["n"],
        n,
        "nobody hears of what is not committed"
    );
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn a_restored_server_is_noticed_by_its_number_or_by_the_command_at_it() {
    let office = Office::open().await;
    let desk = office.ana();
    desk.client().await;
    let mut copy = Copy::default();
    copy.catch_up(&desk, 100).await;
    for (n, command) in
        [(copy.n + 1, copy.command), (copy.n, Some(Uuid::now_v7())), (0, copy.command), (-1, None)]
    {
        let answer = desk.pull(n, None, command, 100).await.unwrap();
        assert_eq!(answer["resync"], json!(true), "{n} {command:?}");
        assert!(answer.get("rows").is_none() && answer["n"].as_i64() == Some(copy.n));
    }
    let trusted = desk.pull(copy.n, None, None, 100).await.unwrap();
    assert_eq!(trusted["resync"], json!(false), "after a first copy a desk knows the number only");
    assert_eq!(trusted["next"]["command"], json!(copy.command));
    let epoch = desk.cursor().await.unwrap()["epoch"].clone();
    office.run("select setup.new_epochs()").await;
    assert_ne!(desk.cursor().await.unwrap()["epoch"], epoch);
}

#[tokio::test]
async fn a_change_of_role_or_matrix_raises_the_view_of_those_it_concerns() {
    let office = Office::open().await;
    let (ana, max, sam) = (office.ana(), office.max(), office.sam());
    let views = async || {
        let mut views = Vec::new();
        for desk in [&ana, &max, &sam] {
            views.push(desk.cursor().await.unwrap()["view"].as_i64().unwrap());
        }
        views
    };
    let before = views().await;
    office.grant("manager", &["events.edit", "events.create"]).await;
    let after = views().await;
    assert_eq!((after[0], after[2]), (before[0], before[2]));
    assert!(after[1] > before[1]);
    let sams: Uuid = office.scalar("select id from app.memberships where role = 'staff'").await;
    let rename = update(
        "memberships",
        sams,
        json!({"display_name": "Sam"}),
        json!({"display_name": "Sammy"}),
    );
    ana.apply("member.rename", json!([rename])).await.unwrap();
    assert_eq!(views().await, after, "a name changes what nobody may see");
    let promote = update("memberships", sams, json!({"role": "staff"}), json!({"role": "manager"}));
    ana.apply("member.role", json!([promote])).await.unwrap();
    assert!(views().await[2] > after[2]);
    ana.event().await;
    assert_eq!(
        sam.snapshot("events", None, 10).await.unwrap()["rows"].as_array().unwrap().len(),
        1
    );
    let end =
        update("memberships", sams, json!({"ended_at": null}), json!({"ended_at": "2026-01-01"}));
    ana.apply("member.end", json!([end])).await.unwrap();
    refused(sam.cursor().await, "CL403", "not_a_member");
    refused(sam.pull(0, None, None, 10).await, "CL403", "not_a_member");
}

#[tokio::test]
async fn staff_hears_nothing_of_rows_that_it_may_not_see() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let event = ana.event().await;
    let mut copy = Copy::default();
    copy.catch_up(&sam, 100).await;
    assert!(!copy.rows.contains_key(&("events".to_owned(), event)), "not even that it is there");
    assert!(
        copy.alive()
            .keys()
            .all(|(table, _)| !["events", "clients", "event_status_log"].contains(&table.as_str()))
    );
}

#[tokio::test]
async fn one_call_reads_one_snapshot() {
    let office = Office::open().await;
    let volatile: Vec<String> = sqlx::query_scalar(
        "select proname::text from pg_proc
        where pronamespace = 'api'::regnamespace and provolatile = 'v' order by 1",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    for reader in ["cursor", "pull", "snapshot", "history", "imported"] {
        assert!(
            !volatile.contains(&reader.to_owned()),
            "{reader} reads one snapshot only while it is stable"
        );
    }
}

#[tokio::test]
async fn only_what_is_replicated_can_be_read() {
    let office = Office::open().await;
    let desk = office.ana();
    for table in
        ["users", "devices", "journal", "commands", "schema_info", "pg_authid", "app.events", ""]
    {
        refused(desk.snapshot(table, None, 10).await, "CL404", "table_unknown");
        refused(desk.history(table, Uuid::now_v7()).await, "CL404", "table_unknown");
    }
}

#[tokio::test]
async fn history_tells_who_did_what_to_a_row_newest_first() {
    let office = Office::open().await;
    office.grant("manager", &["events.advance"]).await;
    let (ana, max) = (office.ana(), office.max());
    let event = ana.event().await;
    max.advance(event, "inquiry", "planning").await.unwrap();
    let told = ana.history("events", event).await.unwrap();
    let entries = told["entries"].as_array().unwrap();
    assert_eq!(told["done"], json!(true));
    let line =
        |e: &Value| (e["command"].clone(), e["actor_name"].clone(), e["changes"][0]["op"].clone());
    assert_eq!(line(&entries[0]), (json!("event.advance"), json!("Max"), json!("update")));
    assert_eq!(line(&entries[1]), (json!("event.create"), json!("Ana"), json!("insert")));
    let change = &entries[0]["changes"][0];
    assert_eq!(
        (&change["before"], &change["after"]),
        (&json!({"status": "inquiry"}), &json!({"status": "planning"}))
    );
    let older: Value = sqlx::query_scalar("select api.history($1, 'events', $2, $3, 1)")
        .bind(ana.org)
        .bind(event)
        .bind(entries[0]["n"].as_i64().unwrap())
        .fetch_one(&ana.pool)
        .await
        .unwrap();
    assert_eq!(older["entries"][0]["n"], entries[1]["n"]);
}

/// The commands of an event's history, newest first, each with the tables it touched.
fn told(history: &Value) -> Vec<(String, Vec<String>)> {
    let entries = history["entries"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tables = |entry: &Value| {
        entry["changes"].as_array().unwrap().iter().map(|c| text(&c["table"])).collect()
    };
    entries.map(|entry| (text(&entry["command"]), tables(entry))).collect()
}

#[tokio::test]
async fn an_event_s_history_is_also_that_of_its_tasks_prerequisites_and_bookings() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let (event, other) = (ana.event().await, ana.event().await);
    let me = office.link_sam(&ana).await;
    let [cook, serve] = [ana.task(event, "Cook").await, ana.task(event, "Serve").await];
    ana.wait_for(event, serve, cook).await.unwrap();
    let mine = ana.booked(me, event, &june(14, 16), &june(14, 23)).await;
    ana.move_task(cook, "pending", "completed").await.unwrap();
    // What happens elsewhere, and a step that does both, of which only the own part is told.
    let away = ana.task(other, "Elsewhere").await;
    let both = json!([
        move_task(serve, "pending", "in_progress"),
        move_task(away, "pending", "in_progress")
    ]);
    ana.apply("task.move", both).await.unwrap();
    let edge: Uuid = office.scalar("select id from app.task_dependencies").await;
    let set = json!([delete("task_dependencies", edge), delete("tasks", serve)]);
    ana.apply("task.delete", set).await.unwrap();
    let history = ana.history("events", event).await.unwrap();
    let wanted = [
        ("task.delete", vec!["task_dependencies", "tasks"]),
        ("task.move", vec!["tasks"]),
        ("task.move", vec!["tasks"]),
        ("schedule.assign", vec!["resource_schedule"]),
        ("task.edit", vec!["task_dependencies"]),
        ("task.create", vec!["tasks"]),
        ("task.create", vec!["tasks"]),
        ("event.create", vec!["events"]),
    ];
    let wanted: Vec<(String, Vec<String>)> = wanted
        .into_iter()
        .map(|(command, tables)| {
            (command.to_owned(), tables.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(told(&history), wanted);
    assert_eq!(history["entries"][0]["changes"][1]["before"]["title"], "Serve", "what is gone too");
    assert!(!history.to_string().contains("Elsewhere"));
    // Whoever sees the event sees what belongs to it; of others nothing at all.
    assert_eq!(told(&sam.history("events", event).await.unwrap()), wanted);
    refused(sam.history("events", other).await, "CL404", "row_unknown");
    // A task's own history is its own.
    assert_eq!(told(&ana.history("tasks", cook).await.unwrap()).len(), 2);
    // Page by page, nothing twice and nothing left out.
    let (mut before, mut paged) = (None::<i64>, Vec::new());
    loop {
        let page: Value = sqlx::query_scalar("select api.history($1, 'events', $2, $3, 3)")
            .bind(ana.org)
            .bind(event)
            .bind(before)
            .fetch_one(&ana.pool)
            .await
            .unwrap();
        paged.extend(told(&page));
        before = page["entries"].as_array().unwrap().last().and_then(|entry| entry["n"].as_i64());
        if page["done"] == json!(true) {
            break;
        }
    }
    assert_eq!(paged, wanted);
    // No longer booked, no longer told.
    ana.apply("schedule.release", json!([delete("resource_schedule", mine)])).await.unwrap();
    refused(sam.history("events", event).await, "CL404", "row_unknown");
}

#[tokio::test]
async fn of_a_command_that_did_very_much_to_an_event_the_first_sixty_things_are_told() {
    let office = Office::open().await;
    let ana = office.ana();
    let event = ana.event().await;
    let tasks: Vec<Value> =
        (0..65).map(|n| insert_task(Uuid::now_v7(), event, &format!("Task {n}"))).collect();
    ana.apply("task.create", json!(tasks)).await.unwrap();
    let history = ana.history("events", event).await.unwrap();
    let entry = &history["entries"][0];
    assert_eq!((entry["changes"].as_array().unwrap().len(), &entry["more"]), (60, &json!(5)));
    assert_eq!(entry["changes"][0]["after"]["title"], "Task 0");
}

#[tokio::test]
async fn a_first_copy_is_told_about_how_many_rows_it_will_hold() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let sizes = async |desk: &Desk| -> Value {
        sqlx::query_scalar("select api.sizes($1)")
            .bind(desk.org)
            .fetch_one(&desk.pool)
            .await
            .unwrap()
    };
    let (event, _) = (ana.event().await, ana.event().await);
    let me = office.link_sam(&ana).await;
    let other = ana.person("Bo").await;
    ana.booked(me, event, &june(14, 16), &june(14, 23)).await;
    ana.booked(other, event, &june(14, 16), &june(14, 23)).await;
    for desk in [&ana, &sam] {
        let told = sizes(desk).await;
        for (table, rows) in told.as_object().unwrap() {
            let page = desk.snapshot(table, None, 10_000).await.unwrap();
            assert_eq!(*rows, json!(page["rows"].as_array().unwrap().len()), "{table}");
        }
        assert_eq!(told["resource_schedule"], json!(2));
    }
    assert_eq!(
        (&sizes(&ana).await["events"], &sizes(&sam).await["events"]),
        (&json!(2), &json!(1))
    );
    // Beyond ten thousand the statistics answer, whatever else the server holds.
    let many = |from: u32| -> Vec<Value> {
        (from..from + 2_000)
            .map(|n| insert_client(Uuid::from_u128(u128::from(n) + 1), &format!("Client {n}")))
            .collect()
    };
    for from in [0, 2_000, 4_000, 6_000, 8_000, 10_000] {
        ana.apply("import.clients", json!(many(from))).await.unwrap();
    }
    office.run("analyze app.clients").await;
    let told = sizes(&ana).await["clients"].as_i64().unwrap();
    assert!((11_000..=13_000).contains(&told), "{told}");
}
