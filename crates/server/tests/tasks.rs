//! Tasks and what they wait for: the order that guards keep, cycles, stamps, own tasks, and undo.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{
    Desk, Office, delete, id_of, insert_assignment, insert_dependency, insert_task, june,
    move_task, refused, update, with,
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn task_row(desk: &Desk, id: Uuid) -> Value {
    desk.row("tasks", id).await.expect("the task is there")
}

#[tokio::test]
async fn each_bad_value_is_refused_by_the_name_that_the_app_translates() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let van = desk.resource("Van", "equipment", 1).await;
    let long = |n: usize| json!("é".repeat(n));
    for (column, value, constraint) in [
        ("title", json!(""), "tasks_title_length"),
        ("title", long(256), "tasks_title_length"),
        ("title", json!(" x"), "tasks_title_visible"),
        ("title", json!("\u{200b}"), "tasks_title_visible"),
        ("description", long(10_001), "tasks_description_length"),
        ("due_at", json!("1999-12-31T23:59:59Z"), "tasks_due_at_range"),
        ("due_at", json!("2100-01-01T00:00:00Z"), "tasks_due_at_range"),
        ("due_at", json!("infinity"), "tasks_due_at_range"),
        ("status", json!("done"), "tasks_status_known"),
        ("category", json!("someday"), "tasks_category_known"),
        ("assigned_to", json!(Uuid::now_v7()), "tasks_assigned_to_exists"),
        ("assigned_to", json!(van), "tasks_assigned_to_staff"),
        ("event_id", json!(Uuid::now_v7()), "tasks_event_exists"),
    ] {
        let mut row = insert_task(Uuid::now_v7(), event, "Set the tables");
        row["set"][column] = value.clone();
        let said = desk.apply("task.create", json!([row])).await.expect_err(constraint);
        assert_eq!(said.constraint, constraint, "{column} = {value}: {said:?}");
    }
    let task = desk.task(event, "Set the tables").await;
    let row = task_row(&desk, task).await;
    assert_eq!((&row["status"], &row["category"]), (&json!("pending"), &json!("pre_event")));
    assert_eq!(row["created_by"], json!(office.org.administrator().user_id));
    for (set, was) in [
        (json!({"event_id": event}), json!({"event_id": event})),
        (json!({"completed_by": null}), json!({"completed_by": null})),
    ] {
        let change = json!([update("tasks", task, was, set)]);
        refused(desk.apply("task.edit", change).await, "CL422", "column_not_writable");
    }
}

#[tokio::test]
async fn completing_is_stamped_with_who_and_when_and_reopening_clears_it() {
    let office = Office::open().await;
    let (ana, max) = (office.ana(), office.max());
    let event = ana.event().await;
    let task = ana.task(event, "Iron linen").await;
    max.move_task(task, "pending", "completed").await.unwrap();
    let row = task_row(&ana, task).await;
    assert_eq!(row["completed_by"], json!(office.org.manager().user_id));
    assert!(row["completed_at"].is_string());
    let stamp = row["completed_at"].clone();
    let edit = json!([update(
        "tasks",
        task,
        json!({"title": "Iron linen"}),
        json!({"title": "Iron napkins"})
    )]);
    ana.apply("task.edit", edit).await.unwrap();
    assert_eq!(task_row(&ana, task).await["completed_at"], stamp, "an edit leaves the stamp");
    for (from, to) in [("completed", "in_progress"), ("in_progress", "pending")] {
        ana.move_task(task, from, to).await.unwrap();
        let row = task_row(&ana, task).await;
        assert_eq!((&row["completed_at"], &row["completed_by"]), (&Value::Null, &Value::Null));
    }
}

/// An event with a chain of tasks: each waits for the one before.
async fn chain(desk: &Desk, event: Uuid, titles: &[&str]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = Vec::new();
    for title in titles {
        let id = desk.task(event, title).await;
        if let Some(before) = ids.last() {
            desk.wait_for(event, id, *before).await.unwrap();
        }
        ids.push(id);
    }
    ids
}

#[tokio::test]
async fn a_task_starts_only_when_all_it_waits_for_is_complete() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let ids = chain(&desk, event, &["Iron linen", "Set the tables"]).await;
    let flowers = desk.task(event, "Buy flowers").await;
    desk.wait_for(event, ids[1], flowers).await.unwrap();
    for to in ["in_progress", "completed"] {
        let said = refused(
            desk.move_task(ids[1], "pending", to).await,
            "CL422",
            "tasks_prerequisites_open",
        );
        assert_eq!(said.detail["id"], json!(ids[1]));
        let open: Vec<&str> = said.detail["prerequisites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["title"].as_str().unwrap())
            .collect();
        assert_eq!(open, ["Buy flowers", "Iron linen"]);
        assert_eq!(
            said.message,
            "“Set the tables” cannot start yet: “Buy flowers”, “Iron linen” must be completed first."
        );
    }
    desk.move_task(flowers, "pending", "in_progress").await.unwrap();
    desk.move_task(flowers, "in_progress", "completed").await.unwrap();
    let said = refused(
        desk.move_task(ids[1], "pending", "in_progress").await,
        "CL422",
        "tasks_prerequisites_open",
    );
    assert_eq!(said.detail["prerequisites"].as_array().unwrap().len(), 1);
    desk.move_task(ids[0], "pending", "completed").await.unwrap();
    desk.move_task(ids[1], "pending", "in_progress").await.unwrap();
    let said = refused(
        desk.move_task(flowers, "completed", "pending").await,
        "CL422",
        "tasks_dependants_started",
    );
    assert_eq!(said.detail["dependants"][0]["id"], json!(ids[1]));
    // A task that has started cannot begin to wait for what is open, nor can a new one be born started.
    let late = desk.task(event, "Count the chairs").await;
    let said = refused(desk.wait_for(event, ids[1], late).await, "CL422", "task_dependencies_open");
    assert_eq!(said.detail["prerequisites"][0]["id"], json!(late));
    let born = Uuid::now_v7();
    let row = with(insert_task(born, event, "Born started"), json!({"status": "in_progress"}));
    let edge = insert_dependency(Uuid::now_v7(), event, born, late);
    refused(
        desk.apply("task.create", json!([row.clone(), edge])).await,
        "CL422",
        "tasks_prerequisites_open",
    );
    desk.apply("task.create", json!([row])).await.unwrap();
}

#[tokio::test]
async fn a_batch_is_judged_as_the_set_that_it_becomes_in_any_order() {
    let office = Office::open().await;
    let desk = office.max();
    let event = office.ana().event().await;
    let ids = chain(&office.ana(), event, &["a", "b", "c"]).await;
    let step = |to: &str, from: &str| {
        let changes: Vec<Value> = ids.iter().rev().map(|id| move_task(*id, from, to)).collect();
        json!(changes)
    };
    refused(
        desk.apply("task.move", step("in_progress", "pending")).await,
        "CL422",
        "tasks_prerequisites_open",
    );
    desk.apply("task.move", step("completed", "pending")).await.unwrap();
    refused(
        desk.apply(
            "task.move",
            json!([
                move_task(ids[0], "completed", "pending"),
                move_task(ids[2], "completed", "pending")
            ]),
        )
        .await,
        "CL422",
        "tasks_dependants_started",
    );
    desk.apply("task.move", step("pending", "completed")).await.unwrap();
    let preview = desk.preview("task.move", step("in_progress", "pending")).await;
    refused(preview, "CL422", "tasks_prerequisites_open");
}

#[tokio::test]
async fn an_import_brings_history_out_of_order_and_later_steps_may_not_make_it_worse() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let rows = json!([
        insert_task(first, event, "Iron linen"),
        with(insert_task(second, event, "Set the tables"), json!({"status": "completed"})),
        insert_dependency(Uuid::now_v7(), event, second, first),
    ]);
    refused(desk.apply("task.create", rows.clone()).await, "CL422", "tasks_prerequisites_open");
    desk.apply("import.tasks", rows).await.unwrap();
    let row = task_row(&desk, second).await;
    assert_eq!(
        (&row["completed_at"], &row["completed_by"]),
        (&Value::Null, &Value::Null),
        "nobody here completed it"
    );
    desk.move_task(first, "pending", "in_progress").await.unwrap();
    desk.move_task(first, "in_progress", "pending").await.unwrap();
    desk.move_task(second, "completed", "pending").await.unwrap();
    refused(
        desk.move_task(second, "pending", "completed").await,
        "CL422",
        "tasks_prerequisites_open",
    );
    // Not even history waits for itself.
    let knot = json!([insert_dependency(Uuid::now_v7(), event, first, second)]);
    refused(desk.apply("import.tasks", knot).await, "CL422", "task_dependencies_cycle");
}

#[tokio::test]
async fn tasks_that_would_wait_for_each_other_are_refused_naming_the_way_round() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let ids = chain(&desk, event, &["a", "b", "c", "d"]).await;
    let said =
        refused(desk.wait_for(event, ids[0], ids[3]).await, "CL422", "task_dependencies_cycle");
    assert_eq!(said.detail["path"], json!(["a", "d", "c", "b", "a"]));
    assert_eq!(said.message, "These tasks would wait for each other: “a” → “d” → “c” → “b” → “a”.");
    refused(desk.wait_for(event, ids[1], ids[1]).await, "23514", "task_dependencies_self");
    refused(desk.wait_for(event, ids[1], ids[0]).await, "23505", "task_dependencies_unique");
    // Turning an edge round in one step is judged in the end.
    let edge: Uuid = office
        .scalar(&format!("select id from app.task_dependencies where task_id = '{}'", ids[1]))
        .await;
    let turned = json!([
        insert_dependency(Uuid::now_v7(), event, ids[0], ids[1]),
        delete("task_dependencies", edge)
    ]);
    desk.apply("task.edit", turned).await.unwrap();
    // Two halves in one change set are a cycle too.
    let (x, y) = (desk.task(event, "x").await, desk.task(event, "y").await);
    let both = json!([
        insert_dependency(Uuid::now_v7(), event, x, y),
        insert_dependency(Uuid::now_v7(), event, y, x)
    ]);
    refused(desk.apply("task.edit", both).await, "CL422", "task_dependencies_cycle");
}

#[tokio::test]
async fn tasks_of_other_events_and_unknown_ones_are_refused_alike() {
    let office = Office::open().await;
    let desk = office.ana();
    let (event, other) = (desk.event().await, desk.event().await);
    let (task, stranger) = (desk.task(event, "a").await, desk.task(other, "b").await);
    for (in_event, a, b) in [
        (event, task, stranger),
        (event, stranger, task),
        (other, task, stranger),
        (event, task, Uuid::now_v7()),
        (event, Uuid::now_v7(), task),
    ] {
        refused(desk.wait_for(in_event, a, b).await, "CL422", "task_dependencies_same_event");
    }
}

/// Two desks add the two halves of a cycle: both have begun before either has ended.
async fn two_halves(office: &Office) -> (Uuid, [door_support::Answer; 2]) {
    let (ana, max) = (office.ana(), office.ana());
    let event = ana.event().await;
    let (a, b) = (ana.task(event, "a").await, ana.task(event, "b").await);
    let one = ana.wait_for(event, a, b);
    let two = max.wait_for(event, b, a);
    let (one, two) = tokio::join!(one, two);
    (event, [one, two])
}

#[tokio::test]
async fn of_two_halves_of_a_cycle_at_the_same_moment_one_is_refused() {
    let office = Office::open().await;
    for _ in 0..20 {
        let (_, said) = two_halves(&office).await;
        let lost: Vec<_> = said.into_iter().filter_map(Result::err).collect();
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!(lost[0].constraint, "task_dependencies_cycle");
    }
    // Without the guard the same race does leave a cycle.
    office.run("drop trigger task_dependencies_order on app.task_dependencies; drop trigger tasks_order on app.tasks").await;
    office.run("create or replace function app.settle() returns void language plpgsql as $$ begin set constraints all immediate; set constraints all deferred; end $$").await;
    let (event, said) = two_halves(&office).await;
    assert!(said.iter().all(Result::is_ok), "{said:?}");
    let edges: i64 = office
        .scalar(&format!("select count(*) from app.task_dependencies where event_id = '{event}'"))
        .await;
    assert_eq!(edges, 2);
}

#[tokio::test]
async fn without_the_lock_on_the_event_two_halves_slip_in_together() {
    let office = Office::open().await;
    let (ana, bea) = (office.ana(), office.ana());
    let event = ana.event().await;
    let (a, b) = (ana.task(event, "a").await, ana.task(event, "b").await);
    // Both insert before either judges: the guard alone cannot see the other's row.
    office.run("create or replace function app.lock_sets(p_org uuid, p_sets jsonb[]) returns void language plpgsql as $$ begin end $$").await;
    let mut gate = office.db.admin().begin().await.unwrap();
    sqlx::query("select 1 from app.feeds where org_id = $1 for update")
        .bind(ana.org)
        .execute(&mut *gate)
        .await
        .unwrap();
    let race = async { tokio::join!(ana.wait_for(event, a, b), bea.wait_for(event, b, a)) };
    let open = async {
        while office.scalar::<i64>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").await < 2 {
            tokio::task::yield_now().await;
        }
        gate.rollback().await.unwrap();
    };
    let ((one, two), ()) = tokio::join!(race, open);
    assert!(one.is_ok() && two.is_ok(), "the negative control: {one:?} {two:?}");
}

#[tokio::test]
async fn an_archived_event_keeps_its_tasks_as_they_are() {
    let office = Office::open().await;
    let desk = office.ana();
    let client = desk.client().await;
    let event = desk.event_at(client, "completed", false).await;
    let (a, b) = (desk.task(event, "a").await, desk.task(event, "b").await);
    desk.wait_for(event, b, a).await.unwrap();
    let edge: Uuid = office.scalar("select id from app.task_dependencies").await;
    let file = |to: bool| {
        json!([update("events", event, json!({"is_archived": !to}), json!({"is_archived": to}))])
    };
    desk.apply("event.archive", file(true)).await.unwrap();
    for change in [
        insert_task(Uuid::now_v7(), event, "c"),
        move_task(a, "pending", "completed"),
        delete("task_dependencies", edge),
        insert_dependency(Uuid::now_v7(), event, a, b),
        delete("tasks", a),
    ] {
        let said =
            refused(desk.apply("task.edit", json!([change])).await, "CL422", "events_archived");
        assert_eq!(said.detail["id"], json!(event));
    }
    desk.apply("event.unarchive", file(false)).await.unwrap();
    desk.move_task(a, "pending", "completed").await.unwrap();
}

#[tokio::test]
async fn a_task_is_deleted_with_what_hangs_on_it_and_undo_brings_all_of_it_back() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let person = desk.person("Ana Ruiz").await;
    let ids = chain(&desk, event, &["a", "b", "c"]).await;
    let entry = Uuid::now_v7();
    let row = with(
        insert_assignment(entry, person, event, &june(14, 16), &june(14, 23)),
        json!({"task_id": ids[1]}),
    );
    desk.apply("schedule.assign", json!([row])).await.unwrap();
    refused(
        desk.apply("task.delete", json!([delete("tasks", ids[1])])).await,
        "23503",
        "task_dependencies_task_exists",
    );
    let edges: Vec<Uuid> = sqlx::query_scalar("select id from app.task_dependencies")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    // Keys are judged in the end, so the order is free.
    let all = json!([
        delete("tasks", ids[1]),
        delete("task_dependencies", edges[0]),
        delete("task_dependencies", edges[1]),
        delete("resource_schedule", entry)
    ]);
    let command = Uuid::now_v7();
    desk.apply_as(command, "task.delete", all).await.unwrap();
    assert_eq!(office.count("tasks").await, 2);
    let (undo, said) = desk.undo(command, false).await;
    said.unwrap();
    assert_eq!(
        (
            office.count("tasks").await,
            office.count("task_dependencies").await,
            office.count("resource_schedule").await
        ),
        (3, 2, 1)
    );
    desk.undo(undo, false).await.1.unwrap();
    assert_eq!((office.count("tasks").await, office.count("task_dependencies").await), (2, 0));
}

#[tokio::test]
async fn every_change_of_a_task_is_undone_exactly_and_redone() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let person = desk.person("Ana Ruiz").await;
    let settled = |row: Option<Value>| {
        row.map(|mut row| {
            row.as_object_mut().unwrap().remove("updated_at");
            row
        })
    };
    for (start, change) in [
        ("pending", json!({"was": {"title": "a"}, "set": {"title": "b"}})),
        ("pending", json!({"was": {"assigned_to": null}, "set": {"assigned_to": person}})),
        ("pending", json!({"was": {"status": "pending"}, "set": {"status": "completed"}})),
        ("completed", json!({"was": {"status": "completed"}, "set": {"status": "pending"}})),
        ("completed", json!({"was": {"status": "completed"}, "set": {"status": "in_progress"}})),
        ("completed", json!({"op": "delete"})),
    ] {
        let task = desk.task(event, "a").await;
        if start != "pending" {
            desk.move_task(task, "pending", start).await.unwrap();
        }
        let before = settled(desk.row("tasks", task).await);
        let mut row = json!({"table": "tasks", "op": "update", "id": task});
        row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let command = Uuid::now_v7();
        desk.apply_as(command, "task.change", json!([row])).await.unwrap();
        let after = settled(desk.row("tasks", task).await);
        let (undo, said) = desk.undo(command, false).await;
        said.unwrap_or_else(|said| panic!("{change}: {said:?}"));
        assert_eq!(settled(desk.row("tasks", task).await), before, "{change}, stamps included");
        desk.undo(undo, false).await.1.unwrap();
        let redone = settled(desk.row("tasks", task).await);
        assert_eq!(redone, after, "{change}");
    }
}

#[tokio::test]
async fn an_undo_that_would_break_the_order_is_refused() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let ids = chain(&desk, event, &["a", "b"]).await;
    let done = Uuid::now_v7();
    desk.apply_as(done, "task.move", json!([move_task(ids[0], "pending", "completed")]))
        .await
        .unwrap();
    desk.move_task(ids[1], "pending", "in_progress").await.unwrap();
    let said = refused(desk.undo(done, false).await.1, "CL409", "undo_blocked");
    assert_eq!(said.message, "This cannot be undone: a task that waits for it has started since.");
    refused(desk.undo(done, true).await.1, "CL409", "undo_blocked");
    desk.move_task(ids[1], "in_progress", "pending").await.unwrap();
    desk.undo(done, false).await.1.unwrap();
    // A task that others wait for is theirs too.
    let made = Uuid::now_v7();
    let task = Uuid::now_v7();
    desk.apply_as(made, "task.create", json!([insert_task(task, event, "c")])).await.unwrap();
    desk.wait_for(event, ids[0], task).await.unwrap();
    let said = refused(desk.undo(made, false).await.1, "CL409", "undo_blocked");
    assert_eq!(said.detail["blocked"][0]["reason"], "in_use");
    assert_eq!(said.detail["blocked"][0]["by"][0]["table"], "task_dependencies");
}

/// What stands in the way of an undo: the row, why, and what does.
fn in_the_way(said: &door_support::Refusal) -> Vec<(Uuid, String, Vec<Uuid>)> {
    let blocked = said.detail["blocked"].as_array().unwrap().iter();
    let by = |row: &Value| {
        let by = row["by"].as_array().into_iter().flatten();
        by.map(|other| id_of(&other["id"])).collect()
    };
    blocked.map(|r| (id_of(&r["id"]), r["reason"].as_str().unwrap().to_owned(), by(r))).collect()
}

async fn task_status(desk: &Desk, id: Uuid) -> String {
    desk.row("tasks", id).await.unwrap()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_rest_of_an_undo_leaves_out_what_others_have_built_on_and_names_it() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let ids = chain(&desk, event, &["a", "b", "c"]).await;
    let [alone, other] = [desk.task(event, "alone").await, desk.task(event, "other").await];
    desk.wait_for(event, other, ids[0]).await.unwrap();
    // One step completes two tasks and the first of a chain; the second of it and another one start on that ground.
    let done = Uuid::now_v7();
    let completed = [ids[0], alone].map(|id| move_task(id, "pending", "completed"));
    desk.apply_as(done, "task.move", json!(completed)).await.unwrap();
    desk.move_task(ids[1], "pending", "in_progress").await.unwrap();
    desk.move_task(other, "pending", "completed").await.unwrap();
    let said = refused(desk.undo(done, false).await.1, "CL409", "undo_blocked");
    let mut built = vec![ids[1], other];
    built.sort();
    assert_eq!(in_the_way(&said), [(ids[0], "dependants_started".to_owned(), built)]);
    let (rest, said) = desk.undo(done, true).await;
    said.unwrap();
    assert_eq!(task_status(&desk, alone).await, "pending");
    assert_eq!(task_status(&desk, ids[0]).await, "completed", "others have built on it");
    // And redo brings it back whole.
    desk.undo(rest, false).await.1.unwrap();
    assert_eq!(task_status(&desk, alone).await, "completed");

    // A step that did both is undone as one: nothing that stays has been built on it.
    let both = Uuid::now_v7();
    let set = json!([
        move_task(ids[1], "in_progress", "completed"),
        move_task(ids[2], "pending", "in_progress")
    ]);
    desk.apply_as(both, "task.move", set).await.unwrap();
    desk.undo(both, false).await.1.unwrap();
    assert_eq!(task_status(&desk, ids[2]).await, "pending");

    // What has a new title keeps the status that it got later.
    let renamed = Uuid::now_v7();
    let title = update("tasks", ids[2], json!({"title": "c"}), json!({"title": "d"}));
    desk.apply_as(renamed, "task.edit", json!([title])).await.unwrap();
    desk.move_task(ids[1], "in_progress", "completed").await.unwrap();
    desk.move_task(ids[2], "pending", "in_progress").await.unwrap();
    desk.undo(renamed, false).await.1.unwrap();
    assert_eq!(task_status(&desk, ids[2]).await, "in_progress");
}

#[tokio::test]
async fn what_a_task_waited_for_comes_back_only_where_it_keeps_the_order() {
    let office = Office::open().await;
    let desk = office.ana();
    let event = desk.event().await;
    let [a, b, c] =
        [desk.task(event, "a").await, desk.task(event, "b").await, desk.task(event, "c").await];
    let [ab, cb] = [Uuid::now_v7(), Uuid::now_v7()];
    let edges = [(ab, a, b), (cb, c, b)];
    let made = edges.map(|(id, task, on)| insert_dependency(id, event, task, on));
    desk.apply("task.edit", json!(made)).await.unwrap();
    let drop_both = json!([delete("task_dependencies", ab), delete("task_dependencies", cb)]);
    let dropped = Uuid::now_v7();
    desk.apply_as(dropped, "task.edit", drop_both.clone()).await.unwrap();
    desk.move_task(a, "pending", "in_progress").await.unwrap();
    let said = refused(desk.undo(dropped, false).await.1, "CL409", "undo_blocked");
    assert_eq!(in_the_way(&said), [(ab, "prerequisites_open".to_owned(), vec![b])]);
    desk.undo(dropped, true).await.1.unwrap();
    assert!(desk.row("task_dependencies", cb).await.is_some());
    assert!(desk.row("task_dependencies", ab).await.is_none());

    // Turned round meanwhile: the one that would close a circle stays away.
    desk.move_task(a, "in_progress", "pending").await.unwrap();
    let turned = Uuid::now_v7();
    let gone = json!([delete("task_dependencies", cb)]);
    desk.apply_as(turned, "task.edit", gone).await.unwrap();
    desk.wait_for(event, b, c).await.unwrap();
    let said = refused(desk.undo(turned, false).await.1, "CL409", "undo_blocked");
    assert_eq!(in_the_way(&said), [(cb, "circle".to_owned(), vec![])]);

    // A deleted task that was at work comes back without what is no longer completed.
    let [work, ground] = [desk.task(event, "work").await, desk.task(event, "ground").await];
    desk.wait_for(event, work, ground).await.unwrap();
    desk.move_task(ground, "pending", "completed").await.unwrap();
    desk.move_task(work, "pending", "in_progress").await.unwrap();
    let edge: Uuid = office
        .scalar(&format!("select id from app.task_dependencies where task_id = '{work}'"))
        .await;
    let deleted = Uuid::now_v7();
    let set = json!([delete("task_dependencies", edge), delete("tasks", work)]);
    desk.apply_as(deleted, "task.delete", set).await.unwrap();
    desk.move_task(ground, "completed", "pending").await.unwrap();
    let said = refused(desk.undo(deleted, false).await.1, "CL409", "undo_blocked");
    assert_eq!(in_the_way(&said), [(edge, "prerequisites_open".to_owned(), vec![ground])]);
    desk.undo(deleted, true).await.1.unwrap();
    assert_eq!(task_status(&desk, work).await, "in_progress");
}

#[tokio::test]
async fn staff_moves_its_own_tasks_and_no_other() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let me = office.link_sam(&ana).await;
    let event = ana.event().await;
    let (mine, booked, other) = (
        ana.task(event, "mine").await,
        ana.task(event, "booked").await,
        ana.task(event, "other").await,
    );
    let assign =
        json!([update("tasks", mine, json!({"assigned_to": null}), json!({"assigned_to": me}))]);
    ana.apply("task.assign", assign).await.unwrap();
    let row = with(
        insert_assignment(Uuid::now_v7(), me, event, &june(14, 16), &june(14, 23)),
        json!({"task_id": booked}),
    );
    ana.apply("schedule.assign", json!([row])).await.unwrap();
    for task in [mine, booked] {
        sam.move_task(task, "pending", "in_progress").await.unwrap();
    }
    let said =
        refused(sam.move_task(other, "pending", "in_progress").await, "CL403", "not_permitted");
    assert_eq!(said.detail["permission"], "tasks.status");
    let mixed = json!([
        move_task(mine, "in_progress", "completed"),
        move_task(other, "pending", "completed")
    ]);
    refused(sam.apply("task.move", mixed).await, "CL403", "not_permitted");
    let both = json!([update(
        "tasks",
        mine,
        json!({"status": "in_progress", "title": "mine"}),
        json!({"status": "completed", "title": "x"})
    )]);
    let said = refused(sam.apply("task.move", both).await, "CL403", "not_permitted");
    assert_eq!(said.detail["permission"], "tasks.edit");
    // What was allowed because it was one's own is undone only while it is.
    let (done, again) = (Uuid::now_v7(), Uuid::now_v7());
    sam.apply_as(done, "task.move", json!([move_task(mine, "in_progress", "completed")]))
        .await
        .unwrap();
    sam.undo(done, false).await.1.unwrap();
    sam.apply_as(again, "task.move", json!([move_task(mine, "in_progress", "completed")]))
        .await
        .unwrap();
    let away =
        json!([update("tasks", mine, json!({"assigned_to": me}), json!({"assigned_to": null}))]);
    ana.apply("task.assign", away).await.unwrap();
    refused(sam.undo(again, false).await.1, "CL403", "not_permitted");
    // A role that loses it, loses it at once.
    let rule: Uuid = office
        .scalar("select id from app.role_permissions where permission = 'tasks.status_own'")
        .await;
    ana.apply("role.revoke", json!([delete("role_permissions", rule)])).await.unwrap();
    let said =
        refused(sam.move_task(booked, "in_progress", "completed").await, "CL403", "not_permitted");
    assert_eq!(said.detail["permission"], "tasks.status");
}
